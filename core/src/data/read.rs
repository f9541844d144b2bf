//! What may be asked of rows.

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
