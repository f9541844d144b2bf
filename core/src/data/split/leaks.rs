//! Leaks: the same group, or the same row, in more than one part of a split.
//!
//! Exact, whatever the length, by 128-bit hashes in a table of bounded size: when it is full, the half of the hashes that
//! begin with a 1 is left for a pass of its own, and so on.

use super::{NOWHERE, Splitter};
use crate::data::Dataset;
use crate::data::hash::canonical;
use crate::error::Result;
use crate::job::Job;
use std::collections::HashMap;

/// Hashes that are kept at once, some 130 MB.
const MOST: usize = 3_600_000;
/// Leaks that are shown.
const SHOWN: usize = 10;

/// A row by its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: String,
    /// From 1, without a header.
    pub(crate) row: u64,
    pub(crate) part: u16,
}

/// Two rows that should be in the same part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Leak {
    pub(crate) second: Place,
    pub(crate) first: Place,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Leaks {
    /// Rows whose group, or which themselves, were in another part before.
    pub(crate) rows: u64,
    /// The first of them.
    pub(crate) examples: Vec<Leak>,
}

/// Goes once through all rows: calls back with each batch's file, the number of rows before it in that file, and its rows.
type Scan<'a> = dyn FnMut(&mut Each<'_>) -> Result<()> + 'a;
type Each<'a> = dyn FnMut(&str, u64, &[(u128, u16)]) + 'a;

/// The rows of `open` that agree in these columns (all when empty) and are in different parts.
pub(crate) fn leaks(
    splitter: &Splitter,
    columns: &[String],
    open: &dyn Fn(&[String]) -> Result<Dataset>,
    job: &Job,
) -> Result<Leaks> {
    let wanted = match columns.is_empty() || splitter.columns().is_empty() {
        true => Vec::new(),
        false => [columns, splitter.columns()].concat(),
    };
    search(MOST, &mut |each| {
        let mut splitter = splitter.clone();
        let dataset = open(&wanted)?;
        let (mut file, mut before) = (None, 0);
        for part in dataset.parts(job)? {
            if file != Some(part.file) {
                (file, before) = (Some(part.file), 0);
            }
            let mut rows = dataset.read(part, job)?;
            while let Some(batch) = rows.next_batch()? {
                let parts = splitter.parts(&batch)?;
                let keys = canonical(&batch, columns)?;
                let rows: Vec<_> = keys.rows().map(hash).zip(parts).collect();
                each(&part.name, before, &rows);
                before += rows.len() as u64;
            }
        }
        Ok(())
    })
}

fn hash(bytes: &[u8]) -> u128 {
    let hash = blake3::hash(bytes);
    hash.as_bytes()[..16].iter().fold(0, |hash, byte| (hash << 8) | u128::from(*byte))
}

/// Hashes that begin with these bits.
#[derive(Clone, Copy)]
struct Prefix {
    bits: u128,
    length: u32,
}

impl Prefix {
    fn has(self, hash: u128) -> bool {
        self.length == 0 || (hash ^ self.bits) >> (128 - self.length) == 0
    }
    fn halves(self) -> (Prefix, Prefix) {
        let length = self.length + 1;
        (Prefix { length, ..self }, Prefix { length, bits: self.bits | 1 << (128 - length) })
    }
}

/// Where a hash was met first: part, file, row.
type First = (u16, u32, u64);

fn search(most: usize, scan: &mut Scan<'_>) -> Result<Leaks> {
    let mut found = Leaks::default();
    let mut waiting = vec![Prefix { bits: 0, length: 0 }];
    while let Some(prefix) = waiting.pop() {
        pass(prefix, most, &mut waiting, &mut found, scan)?;
    }
    found.examples.sort();
    found.examples.truncate(SHOWN);
    Ok(found)
}

/// One pass over the hashes of a prefix; what there is no room for is left waiting.
fn pass(
    mut prefix: Prefix,
    most: usize,
    waiting: &mut Vec<Prefix>,
    found: &mut Leaks,
    scan: &mut Scan<'_>,
) -> Result<()> {
    let mut seen: HashMap<u128, First> = HashMap::new();
    let mut files: Vec<String> = Vec::new();
    // Leaks among those that are left for a later pass are counted then.
    let mut leaks: Vec<(u128, Leak)> = Vec::new();
    let mut counts: HashMap<u128, u64> = HashMap::new();
    scan(&mut |file, before, rows| {
        if files.last().is_none_or(|f| f != file) {
            files.push(file.to_owned());
        }
        let at = files.len() as u32 - 1;
        for (n, (hash, part)) in rows.iter().enumerate() {
            if *part == NOWHERE || !prefix.has(*hash) {
                continue;
            }
            let row = before + n as u64 + 1;
            let first = *seen.entry(*hash).or_insert((*part, at, row));
            if first.0 != *part {
                *counts.entry(*hash).or_default() += 1;
                if leaks.len() < SHOWN {
                    let name = |file: u32| files.get(file as usize).cloned().unwrap_or_default();
                    let first = Place { file: name(first.1), row: first.2, part: first.0 };
                    leaks.push((*hash, Leak { first, second: Place { file: name(at), row, part: *part } }));
                }
            }
            if seen.len() > most && prefix.length < 100 {
                let (kept, left) = prefix.halves();
                (prefix, _) = (kept, waiting.push(left));
                seen.retain(|hash, _| kept.has(*hash));
                counts.retain(|hash, _| kept.has(*hash));
                leaks.retain(|(hash, _)| kept.has(*hash));
            }
        }
    })?;
    found.rows += counts.values().sum::<u64>();
    found.examples.extend(leaks.into_iter().map(|l| l.1));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leak_is_found_however_small_the_table_is() {
        // 1,000 groups of ten rows; every 50th group has one row in another part.
        let rows: Vec<(u128, u16)> = (0..10_000u64)
            .map(|n| (hash(&(n % 1000).to_le_bytes()), u16::from(n % 1000 % 50 == 7 && n >= 9000)))
            .collect();
        for most in [5, 100, 10_000] {
            let found = search(most, &mut |each| {
                each("a.csv", 0, &rows[..5000]);
                each("b.csv", 0, &rows[5000..]);
                Ok(())
            })
            .unwrap();
            assert_eq!(found.rows, 20, "table of {most}");
            assert_eq!(found.examples.len(), SHOWN);
            let first = &found.examples[0];
            assert_eq!((first.first.file.as_str(), first.first.row, first.first.part), ("a.csv", 8, 0));
            assert_eq!((first.second.file.as_str(), first.second.row, first.second.part), ("b.csv", 4008, 1));
        }
    }
}
