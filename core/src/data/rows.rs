//! A stream of rows.

use crate::error::{Error, Result};
use crate::job::{Job, Phase};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatchReader;

/// Rows of a file, a batch at a time, read when they are asked for. It is an Arrow [`RecordBatchReader`], whose errors carry
/// ours.
pub struct Rows {
    schema: SchemaRef,
    batches: Box<dyn Iterator<Item = Result<RecordBatch>> + Send>,
    /// Rows that may still be given.
    left: u64,
    job: Job,
    phase: Phase,
}

impl Rows {
    pub(super) fn new(
        schema: SchemaRef,
        batches: impl Iterator<Item = Result<RecordBatch>> + Send + 'static,
        limit: u64,
        job: &Job,
    ) -> Self {
        let left = if limit == 0 { u64::MAX } else { limit };
        Rows { schema, batches: Box::new(batches), left, job: job.clone(), phase: job.phase("read rows", 0, 0) }
    }

    /// The next batch, or `None` at the end.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        self.job.check()?;
        if self.left == 0 {
            return Ok(None);
        }
        let Some(batch) = self.batches.next().transpose()? else { return Ok(None) };
        let batch = batch.slice(0, batch.num_rows().min(usize::try_from(self.left).unwrap_or(usize::MAX)));
        self.left -= batch.num_rows() as u64;
        self.phase.advance(0, batch.num_rows() as u64)?;
        Ok(Some(batch))
    }
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
