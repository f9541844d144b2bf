//! A door for core's own benches (feature `bench`): no part of the API, changed without notice.

use crate::content::chunker::{self, Kernel};

/// The chunk lengths of a whole file by the fastest kernel of this processor.
pub fn chunk_lengths(data: &[u8]) -> impl Iterator<Item = usize> {
    chunker::chunk_lengths(data)
}

/// The same by the portable kernel.
pub fn chunk_lengths_portable(data: &[u8]) -> impl Iterator<Item = usize> {
    chunker::chunk_lengths_with(Kernel::Portable, data)
}

/// How many candidates one thread's scan of `data` finds: the form that ingest spreads over threads.
pub fn count_candidates(data: &[u8]) -> usize {
    let mut candidates = Vec::new();
    chunker::scan(data, chunker::LOOKBACK, data.len(), &mut candidates);
    candidates.len()
}
