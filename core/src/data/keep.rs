//! Rows of a stream that are kept: a mask for each batch, and of what is kept only the columns that were asked for.

use super::hash::missing;
use super::{Rows, from_arrow};
use crate::error::Result;
use crate::job::Job;
use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::record_batch::RecordBatchReader;
use std::sync::Arc;

/// Says of each row of a batch whether it is kept. Batches come in order.
pub(crate) type Keep = Box<dyn FnMut(&RecordBatch) -> Result<Vec<bool>> + Send>;

/// The kept rows, with these columns (all when empty, else in the order of the stream), at most `limit` of them unless that
/// is 0.
pub(crate) fn kept(mut rows: Rows, name: &str, columns: &[String], limit: u64, mut keep: Keep) -> Result<Rows> {
    let schema = rows.schema();
    if let Some(column) = columns.iter().find(|c| schema.index_of(c).is_err()) {
        return Err(missing(column, &schema));
    }
    let places: Vec<usize> = (0..schema.fields().len())
        .filter(|n| columns.is_empty() || columns.contains(schema.field(*n).name()))
        .collect();
    let schema = Arc::new(schema.project(&places).map_err(|e| from_arrow(name, e))?);
    let (name, rejects) = (name.to_owned(), rows.rejects());
    let mut next = move || -> Result<Option<RecordBatch>> {
        while let Some(batch) = rows.next_batch()? {
            let mask = BooleanArray::from(keep(&batch)?);
            let batch = batch.project(&places).map_err(|e| from_arrow(&name, e))?;
            let batch = filter_record_batch(&batch, &mask).map_err(|e| from_arrow(&name, e))?;
            if batch.num_rows() > 0 {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    };
    // The stream that is read reports progress and hears of cancelling.
    Ok(Rows::new(schema, std::iter::from_fn(move || next().transpose()), limit, &Job::new()).counting(rejects))
}
