//! Arrow's own formats: the file form, whose batches can be read one by one, and the stream form.

use super::{Batches, Piece, Span, TableFile, Want};
use crate::data::format::Compression;
use crate::data::unpacked::{BUFFER, stream};
use crate::data::{Source, SourceFile, from_arrow};
use crate::error::{Error, Result};
use crate::job::Job;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::reader::{FileReader, StreamReader};
use std::io::{BufReader, Read};

/// The first bytes of the file form.
const FILE: &[u8] = b"ARROW1";
/// What a part has, about.
const PART: u64 = 16 << 20;

pub(super) struct Ipc {
    file: SourceFile,
    compression: Compression,
    schema: SchemaRef,
    /// Record batches, of the file form.
    batches: Option<usize>,
}

type File = FileReader<BufReader<Box<dyn Source>>>;

impl Ipc {
    pub(super) fn open(file: &SourceFile, compression: Compression) -> Result<Self> {
        let mut begin = [0; FILE.len()];
        let is_file = stream(file, compression)?.read_exact(&mut begin).is_ok() && begin == FILE;
        let mut ipc = Ipc {
            file: file.clone(),
            compression,
            schema: SchemaRef::new(arrow::datatypes::Schema::empty()),
            batches: None,
        };
        if is_file && compression == Compression::None {
            let reader = ipc.file_reader(None)?;
            (ipc.schema, ipc.batches) = (reader.schema(), Some(reader.num_batches()));
        } else if is_file {
            // Refuses, and says why.
            crate::data::unpacked::seekable(file, compression)?;
        } else {
            let reader = StreamReader::try_new(stream(file, compression)?, None);
            ipc.schema = reader.map_err(|e| ipc.failed(e))?.schema();
        }
        Ok(ipc)
    }

    fn failed(&self, e: ArrowError) -> Error {
        from_arrow(&self.file.name, e)
    }

    fn file_reader(&self, columns: Option<Vec<usize>>) -> Result<File> {
        let source = BufReader::with_capacity(BUFFER, self.file.open()?);
        FileReader::try_new(source, columns).map_err(|e| self.failed(e))
    }
}

impl TableFile for Ipc {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn pieces(&self, _: &Job) -> Result<Vec<Piece>> {
        let whole = || vec![Piece::whole(self.file.len)];
        let Some(batches) = self.batches.filter(|n| *n > 1) else { return Ok(whole()) };
        let runs = usize::try_from(self.file.len / PART).unwrap_or(usize::MAX).clamp(1, batches);
        let bytes = self.file.len / runs as u64;
        let run = |n: usize| Span::Units(batches * n / runs..batches * (n + 1) / runs);
        Ok((0..runs).map(|n| Piece { span: run(n), bytes, rows: None, first_row: 0 }).collect())
    }

    fn read(&self, piece: &Piece, want: &Want) -> Result<Batches> {
        let name = self.file.name.clone();
        let named = move |batch: std::result::Result<_, ArrowError>| batch.map_err(|e| from_arrow(&name, e));
        let columns = Some(want.columns.clone());
        if self.batches.is_none() {
            let from = BufReader::with_capacity(BUFFER, stream(&self.file, self.compression)?);
            let reader = StreamReader::try_new(from, columns).map_err(|e| self.failed(e))?;
            return Ok(cut_to(want.batch_rows, reader.map(named)));
        }
        let mut reader = self.file_reader(columns)?;
        let mut most = usize::MAX;
        if let Span::Units(run) = &piece.span {
            reader.set_index(run.start).map_err(|e| self.failed(e))?;
            most = run.len();
        }
        Ok(cut_to(want.batch_rows, reader.take(most).map(named)))
    }
}

/// Batches of no more rows than are wanted: files may have any number in one.
fn cut_to(rows: usize, batches: impl Iterator<Item = Result<arrow::array::RecordBatch>> + Send + 'static) -> Batches {
    Box::new(batches.flat_map(move |batch| {
        let pieces = match &batch {
            Ok(whole) => whole.num_rows().div_ceil(rows.max(1)).max(1),
            Err(_) => 1,
        };
        let mut batch = Some(batch);
        (0..pieces).map(move |n| match &batch {
            Some(Ok(whole)) if pieces > 1 => Ok(whole.slice(n * rows, rows.min(whole.num_rows() - n * rows))),
            _ => batch.take().unwrap_or_else(|| Err(Error::internal("a batch was given twice"))),
        })
    }))
}
