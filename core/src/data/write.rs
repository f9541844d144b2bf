//! Into files: a stream of rows becomes a file in the format that its name says.

use super::examples::Encoder;
use super::format::Compression;
use super::formats::DelimitedWriter;
use super::tfrecord::write_record;
use super::{Format, from_arrow};
use crate::error::{Code, Error, Result};
use crate::job::{Job, Phase};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatchReader;
use flate2::GzBuilder;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression as ParquetCompression, ZstdLevel};
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
    let (format, compression) = writable(name)?;
    let rows = match format {
        Format::Delimited(delimiter) => {
            let mut writer = DelimitedWriter::new(&mut counted, delimiter);
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
        Format::TfRecord => examples(name, &mut rows, &mut counted, compression == Compression::Gzip, &phase)?,
        Format::Json | Format::Avro | Format::Image => return Err(not_written(name)),
    };
    counted.flush().map_err(|e| failed(e.into()))?;
    Ok(WriteReport { rows, bytes: counted.bytes })
}

/// The format of a name that rows can be written to.
fn writable(name: &str) -> Result<(Format, Compression)> {
    match Format::named(name)? {
        (Format::Json | Format::Avro | Format::Image, _) => Err(not_written(name)),
        // Only records are streams of small writes that a compressor takes as they come.
        written @ (Format::TfRecord, Compression::None | Compression::Gzip) => Ok(written),
        _ => Ok((Format::of(name)?, Compression::None)),
    }
}

/// Whether rows can be written to a file of this name.
pub(crate) fn can_write(name: &str) -> Result<()> {
    writable(name).map(drop)
}

/// The ending of a file that is to be like another one, as far as such are written.
pub(crate) fn writable_ending(name: &str) -> &'static str {
    match Format::named(name) {
        Ok((Format::Delimited(b','), _)) => "csv",
        Ok((Format::Delimited(_), _)) => "tsv",
        Ok((Format::JsonLines | Format::Json, _)) => "jsonl",
        Ok((Format::Arrow, _)) => "arrow",
        Ok((Format::TfRecord, _)) => "tfrecord.gz",
        _ => "parquet",
    }
}

fn not_written(name: &str) -> Error {
    Error::new(Code::Unsupported, format!("{name}: rows are read from such files but not written to them"))
        .remedy("Rows are written to .csv, .tsv, .jsonl, .ndjson, .parquet, .arrow, .feather, .ipc, .tfrecord and .tfrecord.gz files.")
        .with("path", name)
}

/// Records of `tf.Example`.
fn examples(
    name: &str,
    rows: &mut impl RecordBatchReader,
    to: &mut Counted<'_>,
    gzip: bool,
    phase: &Phase,
) -> Result<u64> {
    let mut all = |to: &mut dyn Write| {
        each(name, rows, phase, |batch| {
            let encoder = Encoder::new(batch).map_err(|e| ArrowError::ExternalError(Box::new(e)))?;
            (0..batch.num_rows()).try_for_each(|row| write_record(to, &encoder.example(row)))?;
            Ok(())
        })
    };
    if !gzip {
        return all(to);
    }
    // Without a time or a name in its header the same rows give the same bytes.
    let mut packed = GzBuilder::new().mtime(0).write(&mut *to, flate2::Compression::new(6));
    let rows = all(&mut packed)?;
    packed.finish().map_err(|e| io_or(name, e.into()))?;
    Ok(rows)
}

fn parquet(
    name: &str,
    schema: SchemaRef,
    rows: &mut impl RecordBatchReader,
    to: &mut Counted<'_>,
    phase: &Phase,
) -> Result<u64> {
    let failed = |e: ParquetError| from_arrow(name, e.into());
    let compression = ParquetCompression::ZSTD(ZstdLevel::try_new(1).map_err(failed)?);
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
