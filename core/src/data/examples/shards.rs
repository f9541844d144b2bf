//! Shards: the files of a part, `Split-train/data_tfrecord-00000-of-00002.gz`, written at the same time, each there whole
//! or not at all.

use super::Encoder;
use crate::data::from_arrow;
use crate::data::tfrecord::write_record;
use crate::error::{Code, Error, Result};
use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression as ParquetCompression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Shards of all parts together: each is an open file with a compressor.
const MOST: u64 = 1000;

/// How examples are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExampleFormat {
    /// TFRecord of `tf.Example`, gzip.
    TfRecord,
    Parquet,
}

impl ExampleFormat {
    pub(crate) fn of(name: &str) -> Result<ExampleFormat> {
        match name {
            "" | "tfrecord" => Ok(ExampleFormat::TfRecord),
            "parquet" => Ok(ExampleFormat::Parquet),
            _ => Err(Error::new(Code::InvalidArgument, format!("examples are not written as \"{name}\""))
                .remedy("The formats are tfrecord and parquet.")),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            ExampleFormat::TfRecord => "tfrecord",
            ExampleFormat::Parquet => "parquet",
        }
    }

    fn file(self, shard: u64, shards: u64) -> String {
        match self {
            ExampleFormat::TfRecord => format!("data_tfrecord-{shard:05}-of-{shards:05}.gz"),
            ExampleFormat::Parquet => format!("data_parquet-{shard:05}-of-{shards:05}.parquet"),
        }
    }

    /// Whether a file was written by an earlier run.
    fn made(name: &str) -> bool {
        (name.starts_with("data_tfrecord-") && name.ends_with(".gz"))
            || (name.starts_with("data_parquet-") && name.ends_with(".parquet"))
    }
}

/// The open shards of all parts.
pub(crate) struct Shards {
    parts: Vec<Part>,
}

struct Part {
    folder: PathBuf,
    rows: u64,
    shards: Vec<Shard>,
}

struct Shard {
    path: PathBuf,
    rows: u64,
    writer: Writer,
}

enum Writer {
    TfRecord(Box<GzEncoder<BufWriter<NamedTempFile>>>),
    Parquet(Box<ArrowWriter<BufWriter<NamedTempFile>>>),
}

/// A file that was written.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) part: usize,
    pub(crate) path: PathBuf,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

impl Shards {
    /// Opens so many shards for each of these parts below a folder.
    pub(crate) fn create(
        folder: &Path,
        parts: &[String],
        shards: u64,
        format: ExampleFormat,
        schema: &SchemaRef,
    ) -> Result<Shards> {
        if shards == 0 || shards.saturating_mul(parts.len() as u64) > MOST {
            return Err(Error::new(Code::InvalidArgument, format!("{shards} shards of each of {} parts", parts.len()))
                .remedy("All parts together have at most 1,000 shards."));
        }
        let part = |name: &String| -> Result<Part> {
            let folder = folder.join(format!("Split-{name}"));
            std::fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, "making a folder", e))?;
            let shard = |n| Shard::create(folder.join(format.file(n, shards)), format, schema);
            let shards = (0..shards).map(shard).collect::<Result<_>>()?;
            Ok(Part { folder, rows: 0, shards })
        };
        Ok(Shards { parts: parts.iter().map(part).collect::<Result<_>>()? })
    }

    /// Writes each row to the part that it belongs to, where the shards take turns.
    pub(crate) fn write(&mut self, batch: &RecordBatch, parts: &[u16]) -> Result<()> {
        let mut encoder = None;
        for (place, part) in self.parts.iter_mut().enumerate() {
            let count = part.shards.len() as u64;
            let mut turn = part.rows;
            let turns: Vec<Option<u64>> = parts
                .iter()
                .map(|p| {
                    (usize::from(*p) == place).then(|| {
                        turn += 1;
                        (turn - 1) % count
                    })
                })
                .collect();
            part.rows = turn;
            for (n, shard) in part.shards.iter_mut().enumerate() {
                let mask: Vec<bool> = turns.iter().map(|t| *t == Some(n as u64)).collect();
                shard.write(batch, &mask, &mut encoder)?;
            }
        }
        Ok(())
    }

    /// Makes the files durable, gives them their names, and removes what an earlier run left beside them. Gives
    /// what was written, and what was removed.
    pub(crate) fn finish(self) -> Result<(Vec<Written>, Vec<PathBuf>)> {
        let (mut written, mut removed) = (Vec::new(), Vec::new());
        for (place, part) in self.parts.into_iter().enumerate() {
            let mut names = Vec::new();
            for shard in part.shards {
                names.extend(shard.path.file_name().map(|n| n.to_owned()));
                written.push(shard.finish(place)?);
            }
            let failed = |e| Error::io(&part.folder, "listing a folder", e);
            for entry in std::fs::read_dir(&part.folder).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let stale = entry.file_name().to_str().is_some_and(ExampleFormat::made);
                if stale && !names.contains(&entry.file_name()) {
                    std::fs::remove_file(entry.path()).map_err(|e| Error::io(&entry.path(), "removing", e))?;
                    removed.push(entry.path());
                }
            }
        }
        Ok((written, removed))
    }
}

impl Shard {
    fn create(path: PathBuf, format: ExampleFormat, schema: &SchemaRef) -> Result<Shard> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let temp = tempfile::Builder::new().prefix(".tmp-").tempfile_in(folder);
        let temp = BufWriter::new(temp.map_err(|e| Error::io(&path, "writing a file", e))?);
        let writer = match format {
            // Without a time or a name in its header the same rows give the same bytes.
            ExampleFormat::TfRecord => {
                Writer::TfRecord(Box::new(GzBuilder::new().mtime(0).write(temp, Compression::new(6))))
            }
            ExampleFormat::Parquet => {
                let failed = |e: parquet::errors::ParquetError| from_arrow(&path.display().to_string(), e.into());
                let compression = ParquetCompression::ZSTD(ZstdLevel::try_new(1).map_err(failed)?);
                let properties = WriterProperties::builder().set_compression(compression).build();
                let writer = ArrowWriter::try_new(temp, schema.clone(), Some(properties)).map_err(failed)?;
                Writer::Parquet(Box::new(writer))
            }
        };
        Ok(Shard { path, rows: 0, writer })
    }

    fn write(&mut self, batch: &RecordBatch, mask: &[bool], encoder: &mut Option<Encoder>) -> Result<()> {
        if !mask.contains(&true) {
            return Ok(());
        }
        let name = || self.path.display().to_string();
        self.rows += mask.iter().filter(|m| **m).count() as u64;
        match &mut self.writer {
            Writer::TfRecord(file) => {
                let encoder = match encoder {
                    Some(encoder) => encoder,
                    None => encoder.insert(Encoder::new(batch)?),
                };
                for (row, _) in mask.iter().enumerate().filter(|(_, m)| **m) {
                    write_record(file, &encoder.example(row))
                        .map_err(|e| Error::io(&self.path, "writing examples", e))?;
                }
                Ok(())
            }
            Writer::Parquet(writer) => {
                let mask = BooleanArray::from(mask.to_vec());
                let rows = filter_record_batch(batch, &mask).map_err(|e| from_arrow(&name(), e))?;
                writer.write(&rows).map_err(|e| from_arrow(&name(), e.into()))
            }
        }
    }

    fn finish(self, part: usize) -> Result<Written> {
        let io = |e| Error::io(&self.path, "writing examples", e);
        let buffered = match self.writer {
            Writer::TfRecord(file) => file.finish().map_err(io)?,
            Writer::Parquet(writer) => {
                writer.into_inner().map_err(|e| from_arrow(&self.path.display().to_string(), e.into()))?
            }
        };
        let mut temp = buffered.into_inner().map_err(|e| io(e.into_error()))?;
        temp.flush().map_err(io)?;
        open_up(temp.as_file()).map_err(io)?;
        temp.as_file().sync_data().map_err(io)?;
        let bytes = temp.as_file().metadata().map_err(io)?.len();
        temp.persist(&self.path).map_err(|e| io(e.error))?;
        Ok(Written { part, path: self.path, rows: self.rows, bytes })
    }
}

/// A temporary file is private; one that people share is not.
fn open_up(file: &File) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    let _ = file;
    Ok(())
}
