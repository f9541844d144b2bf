//! Real files of others, and texts that nobody should write.

mod datasets;
mod delimited;
mod parquet_files;
mod spectrum;
mod taxi;
mod values;

use super::formats::Opening;
use super::{Dataset, ReadOptions, SourceFile};
use crate::error::Result;
use crate::job::Job;
use arrow::array::RecordBatch;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

/// A file of `tests/data`.
pub(super) fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/data").join(name)
}

pub(super) fn file(name: &str) -> SourceFile {
    SourceFile::local(name, &data(name)).unwrap()
}

pub(super) fn in_memory(name: &str, bytes: impl Into<Vec<u8>>) -> SourceFile {
    let bytes: Arc<[u8]> = bytes.into().into();
    let len = bytes.len() as u64;
    let open = move || -> Result<Box<dyn super::Source>> { Ok(Box::new(Cursor::new(bytes.clone()))) };
    SourceFile { name: name.into(), len, id: None, open: Arc::new(open) }
}

pub(super) fn open(files: Vec<SourceFile>, options: &ReadOptions) -> Result<Dataset> {
    let name = files[0].name.clone();
    Dataset::open(&name, files, options, &Job::new())
}

/// As [`open`], but so few bytes of the beginning are looked at.
pub(super) fn looking_at(look: usize, file: SourceFile, options: &ReadOptions) -> Dataset {
    let name = file.name.clone();
    Dataset::open_as(&name, vec![file], options, &Opening { plain: false, look }, &Job::new()).unwrap()
}

/// All rows as one batch.
pub(super) fn all(dataset: &Dataset) -> Result<RecordBatch> {
    let batches = dataset.rows(&Job::new())?;
    let mut found = Vec::new();
    let mut batches = batches;
    while let Some(batch) = batches.next_batch()? {
        found.push(batch);
    }
    Ok(arrow::compute::concat_batches(dataset.schema(), &found).unwrap())
}

/// The rows of all parts, each read on its own, as one batch.
pub(super) fn by_parts(dataset: &Dataset) -> Result<RecordBatch> {
    let mut found = Vec::new();
    for part in dataset.parts(&Job::new())? {
        let mut rows = dataset.read(part, &Job::new())?;
        let mut count = 0;
        while let Some(batch) = rows.next_batch()? {
            count += batch.num_rows() as u64;
            found.push(batch);
        }
        assert!(part.rows.is_none_or(|n| n == count), "{part:?} has {count} rows");
    }
    Ok(arrow::compute::concat_batches(dataset.schema(), &found).unwrap())
}

pub(super) fn read(name: &str, bytes: impl Into<Vec<u8>>) -> Result<RecordBatch> {
    all(&open(vec![in_memory(name, bytes)], &ReadOptions::default())?)
}

/// The rows as text, values behind each other; null has a sign of its own.
pub(super) fn texts(batch: &RecordBatch) -> Vec<Vec<String>> {
    let options = arrow::util::display::FormatOptions::default().with_null("∅");
    let columns: Vec<_> = batch
        .columns()
        .iter()
        .map(|c| arrow::util::display::ArrayFormatter::try_new(c.as_ref(), &options).unwrap())
        .collect();
    (0..batch.num_rows()).map(|row| columns.iter().map(|c| c.value(row).to_string()).collect()).collect()
}

pub(super) fn types(batch: &RecordBatch) -> Vec<String> {
    batch.schema().fields().iter().map(|f| format!("{} {}", f.name(), f.data_type())).collect()
}
