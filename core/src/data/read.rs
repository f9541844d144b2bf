//! Out of files: what has to be read to answer, and no more.

use super::{BATCH_ROWS, Format, Rows, Source, from_arrow, invalid};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// Rows of text that are looked at to find out the types of its columns.
const LOOKED_AT: usize = 10_000;
/// What is read at once.
const BUFFER: usize = 256 << 10;
/// The first bytes of Arrow's file form.
const ARROW_FILE: &[u8] = b"ARROW1";

/// Which rows and columns to read.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Only these columns, in the file's order; all when empty.
    pub columns: Vec<String>,
    /// At most so many rows; all when 0.
    pub limit: u64,
    /// Rows in a batch; 65,536 when 0.
    pub batch_rows: usize,
    /// Only the rows of this part of a stored split: `train`, or `recipe/train`.
    pub split: String,
    /// Only a sample of the rows, by the hash of all columns: a fraction (`0.01`).
    pub sample: String,
    /// Only the columns of this recorded selection.
    pub selection: String,
    /// What a row that cannot be read does: `stop` (the default), or `skip`.
    pub on_error: String,
}

/// The rows of `source`, whose name is for messages and says the format.
pub(crate) fn rows(name: &str, source: impl Source, len: u64, options: &ReadOptions, job: &Job) -> Result<Rows> {
    let read = Reading { name: name.to_owned(), options: options.clone(), job: job.clone() };
    match Format::of(name)? {
        Format::Delimited(delimiter) => read.delimited(source, delimiter),
        Format::JsonLines => read.json_lines(source),
        Format::Parquet => read.parquet(source, len),
        Format::Arrow => read.arrow(source),
        other => Err(Error::new(Code::Unsupported, format!("{name}: {other:?}"))),
    }
}

struct Reading {
    name: String,
    options: ReadOptions,
    job: Job,
}

impl Reading {
    fn batch_rows(&self) -> usize {
        let asked = if self.options.batch_rows == 0 { BATCH_ROWS } else { self.options.batch_rows };
        match usize::try_from(self.options.limit) {
            Ok(limit) if limit > 0 => asked.min(limit),
            _ => asked,
        }
    }

    fn failed(&self, e: ArrowError) -> Error {
        from_arrow(&self.name, e)
    }

    fn io(&self, e: std::io::Error) -> Error {
        from_arrow(&self.name, e.into())
    }

    /// The places of the wanted columns, in the file's order.
    fn projection(&self, schema: &Schema) -> Result<Vec<usize>> {
        let wanted = &self.options.columns;
        if let Some(missing) = wanted.iter().find(|w| schema.index_of(w).is_err()) {
            let there: Vec<_> = schema.fields().iter().take(50).map(|f| f.name().as_str()).collect();
            return Err(Error::new(Code::NotFound, format!("{}: there is no column \"{missing}\"", self.name))
                .remedy(format!("Its columns are: {}.", there.join(", ")))
                .with("path", self.name.as_str())
                .with("column", missing.as_str()));
        }
        let fields = schema.fields().iter().enumerate();
        Ok(fields.filter(|(_, f)| wanted.is_empty() || wanted.contains(f.name())).map(|(n, _)| n).collect())
    }

    fn rows(
        self,
        schema: SchemaRef,
        batches: impl Iterator<Item = std::result::Result<RecordBatch, ArrowError>> + Send + 'static,
    ) -> Rows {
        let name = self.name;
        let batches = batches.map(move |b| b.map_err(|e| from_arrow(&name, e)));
        Rows::new(schema, batches, self.options.limit, &self.job)
    }

    fn delimited(self, mut source: impl Source, delimiter: u8) -> Result<Rows> {
        let format = arrow::csv::reader::Format::default().with_header(true).with_delimiter(delimiter);
        let begin = BufReader::with_capacity(BUFFER, &mut source);
        let (schema, _) = format.infer_schema(begin, Some(LOOKED_AT)).map_err(|e| self.failed(e))?;
        source.rewind().map_err(|e| self.io(e))?;
        let projection = self.projection(&schema)?;
        let reader = arrow::csv::ReaderBuilder::new(Arc::new(schema))
            .with_format(format)
            .with_batch_size(self.batch_rows())
            .with_projection(projection)
            .build_buffered(BufReader::with_capacity(BUFFER, source))
            .map_err(|e| self.failed(e))?;
        Ok(self.rows(reader.schema(), reader))
    }

    fn json_lines(self, mut source: impl Source) -> Result<Rows> {
        let begin = BufReader::with_capacity(BUFFER, &mut source);
        let (schema, _) = arrow::json::reader::infer_json_schema(begin, Some(LOOKED_AT)).map_err(|e| self.failed(e))?;
        source.rewind().map_err(|e| self.io(e))?;
        let schema = Arc::new(schema.project(&self.projection(&schema)?).map_err(|e| self.failed(e))?);
        let reader = arrow::json::ReaderBuilder::new(schema.clone())
            .with_batch_size(self.batch_rows())
            .build(BufReader::with_capacity(BUFFER, source))
            .map_err(|e| self.failed(e))?;
        Ok(self.rows(schema, reader))
    }

    fn arrow(self, mut source: impl Source) -> Result<Rows> {
        let mut begin = [0; ARROW_FILE.len()];
        let is_file = source.read_exact(&mut begin).is_ok() && begin == ARROW_FILE;
        source.rewind().map_err(|e| self.io(e))?;
        if is_file { self.arrow_file(source) } else { self.arrow_stream(source) }
    }

    fn arrow_file(self, mut source: impl Source) -> Result<Rows> {
        let schema = arrow::ipc::reader::FileReader::try_new(&mut source, None).map_err(|e| self.failed(e))?.schema();
        let projection = self.projection(&schema)?;
        let schema = Arc::new(schema.project(&projection).map_err(|e| self.failed(e))?);
        let source = BufReader::with_capacity(BUFFER, source);
        let reader = arrow::ipc::reader::FileReader::try_new(source, Some(projection)).map_err(|e| self.failed(e))?;
        Ok(self.rows(schema, reader))
    }

    fn arrow_stream(self, mut source: impl Source) -> Result<Rows> {
        let schema = arrow::ipc::reader::StreamReader::try_new(&mut source, None).map_err(|e| self.failed(e))?.schema();
        source.rewind().map_err(|e| self.io(e))?;
        let projection = self.projection(&schema)?;
        let schema = Arc::new(schema.project(&projection).map_err(|e| self.failed(e))?);
        let source = BufReader::with_capacity(BUFFER, source);
        let reader = arrow::ipc::reader::StreamReader::try_new(source, Some(projection)).map_err(|e| self.failed(e))?;
        Ok(self.rows(schema, reader))
    }

    fn parquet(self, source: impl Source, len: u64) -> Result<Rows> {
        let failed = |name: &str, e: ParquetError| match e {
            ParquetError::External(inner) => from_arrow(name, ArrowError::ExternalError(inner)),
            other => invalid(name, other),
        };
        let chunks = Chunks { source: Arc::new(Mutex::new(source)), len };
        let builder = ParquetRecordBatchReaderBuilder::try_new(chunks).map_err(|e| failed(&self.name, e))?;
        let projection = self.projection(builder.schema())?;
        let mask = ProjectionMask::roots(builder.parquet_schema(), projection);
        let mut builder = builder.with_projection(mask).with_batch_size(self.batch_rows());
        if let Some(limit) = usize::try_from(self.options.limit).ok().filter(|l| *l > 0) {
            builder = builder.with_limit(limit);
        }
        let reader = builder.build().map_err(|e| failed(&self.name, e))?;
        let schema = arrow::record_batch::RecordBatchReader::schema(&reader);
        Ok(self.rows(schema, reader))
    }
}

/// What Parquet reads pieces of.
struct Chunks<S> {
    source: Arc<Mutex<S>>,
    len: u64,
}

/// Reads on from a place, whatever others read.
struct From<S> {
    source: Arc<Mutex<S>>,
    at: u64,
}

impl<S: Read + Seek> Read for From<S> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        source.seek(SeekFrom::Start(self.at))?;
        let n = source.read(buffer)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl<S> Length for Chunks<S> {
    fn len(&self) -> u64 {
        self.len
    }
}

impl<S: Source> ChunkReader for Chunks<S> {
    type T = BufReader<From<S>>;

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
