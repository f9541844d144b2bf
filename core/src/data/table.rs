//! A table in memory.

use super::from_arrow;
use crate::error::Result;
use crate::facade::call::count;
use arrow::array::{RecordBatch, RecordBatchIterator};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatchReader;
use std::sync::Arc;

/// Rows in memory, as Arrow record batches. Clones and the streams made from it share its buffers: nothing is copied.
///
/// ```
/// use octostore::arrow::array::{Int64Array, RecordBatch, RecordBatchIterator};
/// use octostore::arrow::datatypes::{DataType, Field, Schema};
/// use std::sync::Arc;
/// let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, false)]));
/// let batch = RecordBatch::try_new(schema.clone(), vec![Arc::new(Int64Array::from(vec![1, 2, 3]))])?;
/// let table = octostore::Table::new(RecordBatchIterator::new([Ok(batch)], schema))?;
/// assert_eq!((table.rows(), table.columns()), (3, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    schema: SchemaRef,
    batches: Arc<[RecordBatch]>,
}

impl Table {
    /// Takes the rows of a stream into memory.
    pub fn new(rows: impl RecordBatchReader) -> Result<Table> {
        count("table.new", &[], || {
            let schema = rows.schema();
            let batches = rows.collect::<std::result::Result<Vec<_>, _>>().map_err(|e| from_arrow("the table", e))?;
            Ok(Table { schema, batches: batches.into() })
        })
    }

    /// How many rows the table has.
    pub fn rows(&self) -> u64 {
        let rows = || Ok(self.batches.iter().map(|b| b.num_rows() as u64).sum());
        count("table.rows", &[], rows).unwrap_or_default()
    }

    /// How many columns the table has.
    pub fn columns(&self) -> usize {
        count("table.columns", &[], || Ok(self.schema.fields().len())).unwrap_or_default()
    }

    /// The names and types of the columns.
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The record batches.
    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// Gives the rows of the table as a stream that shares its buffers.
    pub fn reader(&self) -> impl RecordBatchReader + Send + 'static {
        let batches = count("table.reader", &[], || Ok(self.batches.to_vec())).unwrap_or_default();
        RecordBatchIterator::new(batches.into_iter().map(Ok), self.schema.clone())
    }
}
