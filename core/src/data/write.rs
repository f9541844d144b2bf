//! Into files: a stream of rows becomes a file in the format that its name says.

use super::{Format, from_arrow};
use crate::error::{Code, Error, Result};
use crate::job::{Job, Phase};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatchReader;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::io::{BufWriter, Write};

/// What [`Repo::write_rows`](crate::Repo::write_rows) wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteReport {
    /// Rows written.
    pub rows: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Writes every row into `file`. The name is for messages and says the format.
pub(crate) fn write(name: &str, mut rows: impl RecordBatchReader, file: &mut File, job: &Job) -> Result<WriteReport> {
    let phase = job.phase("write rows", 0, 0);
    let schema = rows.schema();
    let failed = |e| from_arrow(name, e);
    let mut counted = Counted { file: BufWriter::new(file), bytes: 0 };
    let rows = match Format::of(name)? {
        Format::Delimited(delimiter) => {
            let mut writer =
                arrow::csv::WriterBuilder::new().with_header(true).with_delimiter(delimiter).build(&mut counted);
            let header = RecordBatch::new_empty(schema);
            // A file without rows still has its header.
            writer.write(&header).map_err(failed)?;
            each(name, &mut rows, &phase, |batch| writer.write(batch))?
        }
        Format::JsonLines => {
            let mut writer = arrow::json::LineDelimitedWriter::new(&mut counted);
            let rows = each(name, &mut rows, &phase, |batch| writer.write(batch))?;
            writer.finish().map_err(failed)?;
            rows
        }
        Format::Parquet => parquet(name, schema, &mut rows, &mut counted, &phase)?,
        Format::Arrow => {
            let mut writer = arrow::ipc::writer::FileWriter::try_new(&mut counted, &schema).map_err(failed)?;
            let rows = each(name, &mut rows, &phase, |batch| writer.write(batch))?;
            writer.finish().map_err(failed)?;
            rows
        }
        Format::Json | Format::Avro | Format::TfRecord | Format::Image => return Err(not_written(name)),
    };
    counted.flush().map_err(|e| failed(e.into()))?;
    Ok(WriteReport { rows, bytes: counted.bytes })
}

fn not_written(name: &str) -> Error {
    Error::new(Code::Unsupported, format!("{name}: rows are read from such files but not written to them"))
        .remedy("Rows are written to .csv, .tsv, .jsonl, .ndjson, .parquet, .arrow, .feather and .ipc files.")
        .with("path", name)
}

fn parquet(
    name: &str,
    schema: SchemaRef,
    rows: &mut impl RecordBatchReader,
    to: &mut Counted<'_>,
    phase: &Phase,
) -> Result<u64> {
    let failed = |e: ParquetError| from_arrow(name, e.into());
    let compression = Compression::ZSTD(ZstdLevel::try_new(1).map_err(failed)?);
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut writer = ArrowWriter::try_new(to, schema, Some(properties)).map_err(failed)?;
    let count = each(name, rows, phase, |batch| writer.write(batch).map_err(ArrowError::from))?;
    writer.close().map_err(failed)?;
    Ok(count)
}

fn each(
    name: &str,
    rows: &mut impl RecordBatchReader,
    phase: &Phase,
    mut write: impl FnMut(&RecordBatch) -> std::result::Result<(), ArrowError>,
) -> Result<u64> {
    let mut count = 0;
    for batch in rows {
        let batch = batch.map_err(|e| from_arrow(name, e))?;
        write(&batch).map_err(|e| io_or(name, e))?;
        count += batch.num_rows() as u64;
        phase.advance(0, batch.num_rows() as u64)?;
    }
    Ok(count)
}

/// A full disk and the like have their own codes.
fn io_or(name: &str, e: ArrowError) -> Error {
    match e {
        ArrowError::IoError(_, io) if io.get_ref().is_none() => {
            Error::io(std::path::Path::new(name), "writing rows", io)
        }
        other => from_arrow(name, other),
    }
}

/// Counts what is written.
struct Counted<'a> {
    file: BufWriter<&'a mut File>,
    bytes: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let n = self.file.write(buffer)?;
        self.bytes += n as u64;
        Ok(n)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}
