//! Data sets for tests: files of text in memory, and real ones.
#![allow(clippy::unwrap_used)]

use super::{Dataset, ReadOptions, Rows, Source, SourceFile};
use crate::job::Job;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::Int64Type;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

/// Files of text.
pub(crate) fn texts(files: &[(&str, String)]) -> Vec<SourceFile> {
    let source = |(name, text): &(&str, String)| {
        let (name, len, text) = ((*name).to_owned(), text.len() as u64, text.clone());
        let open = move || -> crate::Result<Box<dyn Source>> { Ok(Box::new(Cursor::new(text.clone().into_bytes()))) };
        SourceFile { name, len, id: None, open: Arc::new(open) }
    };
    files.iter().map(source).collect()
}

/// Opens files as façades do: to read these columns, again and again.
pub(crate) fn opener(files: Vec<SourceFile>) -> impl Fn(&[String]) -> crate::Result<Dataset> {
    move |columns| {
        let options = ReadOptions { columns: columns.to_vec(), batch_rows: 100, ..Default::default() };
        Dataset::open("data/", files.clone(), &options, &Job::new())
    }
}

/// A file of the tests' data.
pub(crate) fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/data").join(name)
}

/// All rows in one batch.
pub(crate) fn all(mut rows: Rows) -> RecordBatch {
    let schema = arrow::record_batch::RecordBatchReader::schema(&rows);
    let mut batches = Vec::new();
    while let Some(batch) = rows.next_batch().unwrap() {
        batches.push(batch);
    }
    concat_batches(&schema, &batches).unwrap()
}

/// A column of whole numbers.
pub(crate) fn integers(batch: &RecordBatch, name: &str) -> Vec<i64> {
    let column = batch.column_by_name(name).unwrap();
    assert_eq!(column.null_count(), 0);
    column.as_primitive::<Int64Type>().values().to_vec()
}
