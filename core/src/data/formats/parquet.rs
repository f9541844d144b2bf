//! Parquet: a part is a run of row groups, and only the wanted columns' bytes are read.

use super::{Batches, Piece, Span, TableFile, Want};
use crate::data::format::Compression;
use crate::data::unpacked::{BUFFER, seekable};
use crate::data::{Source, SourceFile, from_arrow, invalid};
use crate::error::{Error, Result};
use crate::job::Job;
use arrow::datatypes::{DataType, FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Encoding, PageType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// Small row groups are taken together up to so many bytes and rows.
const TOGETHER: (u64, u64) = (4 << 20, 1 << 17);

pub(super) struct Parquet {
    file: SourceFile,
    metadata: ArrowReaderMetadata,
}

impl Parquet {
    pub(super) fn open(file: &SourceFile, compression: Compression) -> Result<Self> {
        let chunks = Chunks::of(file, seekable(file, compression)?);
        let metadata =
            ArrowReaderMetadata::load(&chunks, ArrowReaderOptions::new()).map_err(|e| failed(&file.name, e))?;
        Ok(Parquet { file: file.clone(), metadata })
    }

    fn rows_of(&self, piece: &Piece) -> u64 {
        let groups = self.metadata.metadata().row_groups();
        let run = match &piece.span {
            Span::Units(run) => &groups[run.clone()],
            _ => groups,
        };
        run.iter().map(|g| size_of(g).1).sum()
    }

    /// The metadata, with the columns that are wanted so as codes of dictionaries.
    fn wanting(&self, want: &Want) -> Result<ArrowReaderMetadata> {
        if !want.types.iter().any(|t| matches!(t, DataType::Dictionary(..))) {
            return Ok(self.metadata.clone());
        }
        let schema = self.metadata.schema();
        let mut fields: Vec<FieldRef> = schema.fields().iter().cloned().collect();
        for (column, kind) in want.columns.iter().zip(&want.types) {
            if matches!(kind, DataType::Dictionary(..)) {
                fields[*column] = Arc::new(fields[*column].as_ref().clone().with_data_type(kind.clone()));
            }
        }
        let schema = Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()));
        let options = ArrowReaderOptions::new().with_schema(schema);
        ArrowReaderMetadata::try_new(self.metadata.metadata().clone(), options).map_err(|e| failed(&self.file.name, e))
    }
}

impl TableFile for Parquet {
    fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    fn pieces(&self, _: &Job) -> Result<Vec<Piece>> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut first_row = 0;
        for (n, group) in self.metadata.metadata().row_groups().iter().enumerate() {
            let (bytes, rows) = size_of(group);
            match pieces.last_mut() {
                Some(Piece { span: Span::Units(run), bytes: b, rows: Some(r), .. })
                    if *b + bytes <= TOGETHER.0 && *r + rows <= TOGETHER.1 =>
                {
                    (run.end, *b, *r) = (n + 1, *b + bytes, *r + rows);
                }
                _ => pieces.push(Piece { span: Span::Units(n..n + 1), bytes, rows: Some(rows), first_row }),
            }
            first_row += rows;
        }
        Ok(pieces)
    }

    fn read(&self, piece: &Piece, want: &Want) -> Result<Batches> {
        let failed = |e| failed(&self.file.name, e);
        let chunks = Chunks::of(&self.file, self.file.open()?);
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, self.wanting(want)?);
        let mask = ProjectionMask::roots(builder.parquet_schema(), want.columns.iter().copied());
        builder = builder.with_projection(mask).with_batch_size(want.batch_rows);
        if let Span::Units(run) = &piece.span {
            builder = builder.with_row_groups(run.clone().collect());
        }
        if let Some(limit) = want.limit {
            builder = builder.with_limit(limit);
        }
        let (name, mut reader) = (self.file.name.clone(), builder.build().map_err(failed)?);
        let mut left = self.rows_of(piece).min(want.limit.map_or(u64::MAX, |l| l as u64));
        Ok(Box::new(std::iter::from_fn(move || match reader.next() {
            Some(Ok(batch)) => {
                left = left.saturating_sub(batch.num_rows() as u64);
                Some(Ok(batch))
            }
            Some(Err(e)) => {
                left = 0;
                Some(Err(from_arrow(&name, e)))
            }
            // A decoder that ends early must not make rows disappear.
            None if std::mem::take(&mut left) > 0 => Some(Err(invalid(
                &name,
                "its columns have fewer rows than its metadata says, or are kept in a way that is not known",
            ))),
            None => None,
        })))
    }

    fn has_dictionary(&self, column: usize) -> bool {
        let parquet = self.metadata.parquet_schema();
        let mut leaves = (0..parquet.num_columns()).filter(|leaf| parquet.get_column_root_idx(*leaf) == column);
        let (Some(leaf), None) = (leaves.next(), leaves.next()) else { return false };
        let groups = self.metadata.metadata().row_groups();
        groups.iter().all(|group| is_all_codes(group.column(leaf)))
    }
}

fn size_of(group: &RowGroupMetaData) -> (u64, u64) {
    let bytes = u64::try_from(group.compressed_size()).unwrap_or(0);
    (bytes, u64::try_from(group.num_rows()).unwrap_or(0))
}

/// Whether every page of values has codes: a writer whose dictionary grew too large goes on without it.
fn is_all_codes(column: &ColumnChunkMetaData) -> bool {
    if column.dictionary_page_offset().is_none() {
        return false;
    }
    let codes = |e: Encoding| matches!(e, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY);
    match column.page_encoding_stats() {
        Some(stats) => {
            let values = |t| matches!(t, PageType::DATA_PAGE | PageType::DATA_PAGE_V2);
            stats.iter().filter(|s| values(s.page_type)).all(|s| codes(s.encoding))
        }
        // The dictionary itself is PLAIN in newer files, so no more can be told.
        None => column.encodings().any(codes),
    }
}

fn failed(name: &str, e: ParquetError) -> Error {
    match e {
        ParquetError::External(inner) => from_arrow(name, ArrowError::ExternalError(inner)),
        other => invalid(name, other),
    }
}

/// What Parquet reads pieces of.
struct Chunks {
    source: Arc<Mutex<Box<dyn Source>>>,
    len: u64,
}

impl Chunks {
    fn of(file: &SourceFile, source: Box<dyn Source>) -> Self {
        Chunks { source: Arc::new(Mutex::new(source)), len: file.len }
    }
}

/// Reads on from a place, whatever others read.
struct From {
    source: Arc<Mutex<Box<dyn Source>>>,
    at: u64,
}

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        source.seek(SeekFrom::Start(self.at))?;
        let n = source.read(buffer)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Chunks {
    type T = BufReader<From>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::with_capacity(BUFFER, From { source: self.source.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        // A damaged footer may ask for anything.
        if start.checked_add(length as u64).is_none_or(|end| end > self.len) {
            return Err(ParquetError::EOF(format!("{length} bytes at {start} of a file of {} bytes", self.len)));
        }
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(|e| ParquetError::External(Box::new(e)))?;
        bytes.resize(length, 0);
        let mut from = From { source: self.source.clone(), at: start };
        from.read_exact(&mut bytes).map_err(|e| match e.kind() {
            std::io::ErrorKind::Other => match e.into_inner() {
                Some(inner) => ParquetError::External(inner),
                None => ParquetError::EOF("the file could not be read".into()),
            },
            _ => ParquetError::External(Box::new(e)),
        })?;
        Ok(bytes.into())
    }
}
