//! A stream of rows.

use super::rejects::Rejects;
use crate::error::{Code, Error, Result};
use crate::job::{Job, Phase};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatchReader;
use std::sync::Arc;

/// Rows of a file, a batch at a time, read when they are asked for. It is an Arrow [`RecordBatchReader`], whose errors carry
/// ours.
pub struct Rows {
    schema: SchemaRef,
    batches: Box<dyn Iterator<Item = Result<RecordBatch>> + Send>,
    /// Rows that may still be given.
    left: u64,
    job: Job,
    phase: Phase,
    rejects: Arc<Rejects>,
}

impl Rows {
    pub(super) fn new(
        schema: SchemaRef,
        batches: impl Iterator<Item = Result<RecordBatch>> + Send + 'static,
        limit: u64,
        job: &Job,
    ) -> Self {
        let left = if limit == 0 { u64::MAX } else { limit };
        Rows {
            schema,
            batches: Box::new(batches),
            left,
            job: job.clone(),
            phase: job.phase("read rows", 0, 0),
            rejects: Arc::default(),
        }
    }

    /// The same rows; what is left out of them is counted there.
    pub(super) fn counting(mut self, rejects: Arc<Rejects>) -> Self {
        self.rejects = rejects;
        self
    }

    /// Where the rows that are left out are counted.
    pub(super) fn rejects(&self) -> Arc<Rejects> {
        self.rejects.clone()
    }

    /// Rows that were left out so far because they could not be read, as `on_error` wished; of a data set, by all who read
    /// it.
    pub fn skipped(&self) -> u64 {
        self.rejects.count()
    }

    /// The next batch, or `None` at the end.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        self.job.check()?;
        if self.left == 0 {
            return Ok(None);
        }
        let Some(batch) = guarded(|| self.batches.next().transpose())? else { return Ok(None) };
        let batch = batch.slice(0, batch.num_rows().min(usize::try_from(self.left).unwrap_or(usize::MAX)));
        self.left -= batch.num_rows() as u64;
        self.phase.advance(0, batch.num_rows() as u64)?;
        Ok(Some(batch))
    }
}

/// A decoder that panics has met what nobody thought of in a file: that is the file's error, not the caller's end.
pub(super) fn guarded<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let why = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Err(Error::new(Code::InvalidData, format!("the file is damaged: {}", why.unwrap_or("its decoder failed")))
            .remedy("Restore the file, or read it with the program that wrote it and write it again."))
    })
}

impl Iterator for Rows {
    type Item = std::result::Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_batch().map_err(|e: Error| ArrowError::ExternalError(Box::new(e))).transpose()
    }
}

impl RecordBatchReader for Rows {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}
