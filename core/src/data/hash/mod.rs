//! The one hash of a row: the same for ever, on every machine, from every format.
//!
//! What a sample or a split decides of a row hangs on this alone, so neither order, files, threads nor appended rows change
//! it. `docs/format.md` ("Rows") defines it: [`canonical`] writes the bytes of a row, XXH64 hashes them.

mod canonical;
#[cfg(test)]
mod tests;

pub(crate) use canonical::{canonical, missing};

use crate::error::Result;
use arrow::array::RecordBatch;
use twox_hash::XxHash64;

/// Hashes rows for one purpose, so that a sample and a split with the same seed do not follow each other.
#[derive(Clone, Debug)]
pub(crate) struct RowHash {
    seed: u64,
    /// All columns when empty.
    columns: Vec<String>,
}

impl RowHash {
    pub(crate) fn new(purpose: &str, seed: u64, columns: &[String]) -> Self {
        RowHash { seed: XxHash64::oneshot(seed, purpose.as_bytes()), columns: columns.to_vec() }
    }

    /// The hashes of a batch's rows.
    pub(crate) fn of(&self, batch: &RecordBatch) -> Result<Vec<u64>> {
        Ok(canonical(batch, &self.columns)?.rows().map(|row| self.of_bytes(row)).collect())
    }

    /// The hash of bytes that are canonical already.
    pub(crate) fn of_bytes(&self, bytes: &[u8]) -> u64 {
        XxHash64::oneshot(self.seed, bytes)
    }
}

/// How many hashes of 2^64 lie below this share of all, as the first hash that does not: 2^64 for all of them.
pub(crate) fn threshold(share: f64) -> u128 {
    const ALL: f64 = 18_446_744_073_709_551_616.0;
    // A product with a power of two is exact, so every machine gets the same number.
    (share.clamp(0.0, 1.0) * ALL) as u128
}
