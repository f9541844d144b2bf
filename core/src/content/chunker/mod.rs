//! Content-defined chunker `oc1`: cuts a file where its own bytes say so, so that an edit moves only the cuts near it.
//!
//! The rule is frozen, because a file's id depends on it; `docs/format/chunker.md` specifies it byte by byte and
//! `tests/vectors/chunker.json` pins it. A position is a *candidate* by the 64 bytes before it alone (see [`rule`]),
//! so one buffer can be scanned by several threads ([`scan`]); where the cuts fall is then decided in order ([`next_cut`]).

#[cfg(target_arch = "x86_64")]
mod avx2;
mod kernel;
mod portable;
mod rule;
mod sieve;
#[cfg(test)]
pub(in crate::content) mod tests;

pub(crate) use kernel::Kernel;
use sieve::Sieve;

/// No chunk but the last of a file is shorter.
pub(crate) const MIN: usize = 16 * 1024;
/// The length that the thresholds aim at; random data comes out at 70 KiB.
pub(crate) const AVG: usize = 64 * 1024;
/// No chunk is longer.
pub(crate) const MAX: usize = 256 * 1024;
/// From this distance to the chunk's start on, a loose candidate is enough.
const MID: usize = AVG - AVG / 16;

/// How far [`scan`] looks back: a position is judged by this many bytes before it.
pub(crate) const LOOKBACK: usize = rule::WINDOW;

/// A position at which a chunk may end, that is before byte `at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Index of the first byte after the cut.
    pub(crate) at: usize,
    /// Whether it may end a chunk that is still shorter than the average.
    pub(crate) strict: bool,
}

impl Candidate {
    /// `start` is at least [`MIN`] before the candidate.
    fn ends_chunk_from(self, start: usize) -> bool {
        self.strict || self.at - start >= MID
    }
}

/// Appends every candidate at positions `from..to`, in order. `from` is at least [`LOOKBACK`]; position `data.len()` is
/// judged like any other, so `to` may be `data.len() + 1`.
///
/// Ranges that meet give together exactly what one scan over both gives.
pub(crate) fn scan(data: &[u8], from: usize, to: usize, out: &mut Vec<Candidate>) {
    scan_with(Kernel::best(), data, from, to, out);
}

pub(crate) fn scan_with(kernel: Kernel, data: &[u8], from: usize, to: usize, out: &mut Vec<Candidate>) {
    out.extend(Sieve::new(kernel, data, from, to));
}

/// Where the chunk that begins at `start` ends, given all candidates before `end_of_data` in order.
///
/// `None` when that needs bytes after `end_of_data` (never when `is_last` says that the file ends there),
/// or when no byte is left.
pub(crate) fn next_cut(candidates: &[Candidate], start: usize, end_of_data: usize, is_last: bool) -> Option<usize> {
    if start == end_of_data {
        return None;
    }
    let longest = start + MAX;
    let limit = end_of_data.min(longest);
    let first = candidates.partition_point(|candidate| candidate.at < start + MIN);
    let cut = candidates[first..]
        .iter()
        .take_while(|candidate| candidate.at < limit)
        .find(|candidate| candidate.ends_chunk_from(start));
    match cut {
        Some(candidate) => Some(candidate.at),
        None => (is_last || limit == longest).then_some(limit),
    }
}

/// The lengths of the chunks of a whole file, in order. It does not look at the first [`MIN`] bytes of a chunk, so on one
/// thread it is faster than [`scan`] with [`next_cut`].
pub(crate) fn chunk_lengths(data: &[u8]) -> impl Iterator<Item = usize> {
    chunk_lengths_with(Kernel::best(), data)
}

pub(crate) fn chunk_lengths_with(kernel: Kernel, data: &[u8]) -> impl Iterator<Item = usize> {
    let mut rest = data;
    std::iter::from_fn(move || {
        let length = first_length(kernel, rest);
        rest = &rest[length..];
        (length > 0).then_some(length)
    })
}

fn first_length(kernel: Kernel, data: &[u8]) -> usize {
    let limit = data.len().min(MAX);
    Sieve::new(kernel, data, MIN, limit)
        .find(|candidate| candidate.ends_chunk_from(0))
        .map_or(limit, |candidate| candidate.at)
}
