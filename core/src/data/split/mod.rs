//! Splits: which part each row belongs to, by a recipe.
//!
//! What decides is the row's hash, its group's, its place in time, or ExampleGen's bucket; never its place in a file. A
//! [`Recipe`] is fitted to a data set ([`Splitter::fit`]: shares that must be exact and cuts in time need a look at all
//! rows first) and then says of each batch where its rows go. [`leaks`] checks what came out of it.

mod fit;
mod leaks;
mod recipe;
#[cfg(test)]
mod tests;

pub(crate) use leaks::{Leaks, Place, leaks};
pub(crate) use recipe::{Method, Recipe, is_name};

use super::examples::Encoder;
use super::hash::RowHash;
use super::order::Order;
use super::strata::Strata;
use super::{Keep, Rows};
use crate::error::{Code, Error, Result};
use arrow::array::RecordBatch;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};

/// The part of a row that is in none.
pub(crate) const NOWHERE: u16 = u16::MAX;

/// A recipe fitted to a data set.
#[derive(Clone, Debug)]
pub(crate) struct Splitter {
    names: Vec<String>,
    /// The columns that decide; all when empty.
    columns: Vec<String>,
    rule: Rule,
}

#[derive(Clone, Debug)]
enum Rule {
    /// The part is the first whose end lies above the hash.
    Hash {
        hash: RowHash,
        ends: Vec<u128>,
    },
    /// The same with ends for each stratum.
    Stratified {
        hash: RowHash,
        strata: Strata,
        ends: Vec<Vec<u128>>,
        groups: Option<HashMap<u64, u32>>,
    },
    Time {
        order: Order,
        ends: Vec<u128>,
        gaps: Vec<u64>,
    },
    Buckets {
        partition: Option<String>,
        ends: Vec<u64>,
    },
}

impl Splitter {
    /// The names of the parts; a row's part is a place among them.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns that a batch must have to be split; all when empty.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The place of a part.
    pub(crate) fn part(&self, name: &str) -> Result<u16> {
        let place = self.names.iter().position(|n| n == name);
        place.and_then(|p| u16::try_from(p).ok()).ok_or_else(|| {
            Error::new(Code::NotFound, format!("the split has no part \"{name}\""))
                .remedy(format!("Its parts are: {}.", self.names.join(", ")))
        })
    }

    /// Keeps the rows of one part of a stream. `beside` reads the same rows in the types that decide, where these are not
    /// those of the stream.
    pub(crate) fn keep(mut self, part: u16, beside: Option<Rows>) -> Keep {
        let Some(mut beside) = beside else {
            return Box::new(move |batch| Ok(self.parts(batch)?.into_iter().map(|p| p == part).collect()));
        };
        let mut ahead = VecDeque::new();
        Box::new(move |batch| {
            while ahead.len() < batch.num_rows() {
                let Some(more) = beside.next_batch()? else { break };
                ahead.extend(self.parts(&more)?);
            }
            let rows = ahead.len().min(batch.num_rows());
            let mut kept: Vec<bool> = ahead.drain(..rows).map(|p| p == part).collect();
            kept.resize(batch.num_rows(), false);
            Ok(kept)
        })
    }

    /// The part of each row.
    pub(crate) fn parts(&mut self, batch: &RecordBatch) -> Result<Vec<u16>> {
        match &mut self.rule {
            Rule::Hash { hash, ends } => Ok(hash.of(batch)?.into_iter().map(|h| before(ends, h)).collect()),
            Rule::Stratified { hash, strata, ends, groups } => {
                let hashes = hash.of(batch)?;
                let mut of = strata.of(batch)?;
                if let Some(groups) = groups {
                    let known = |hash: &u64| groups.get(hash).map_or(usize::MAX, |g| *g as usize);
                    of = hashes.iter().map(known).collect();
                }
                let placed = hashes.into_iter().zip(of);
                Ok(placed.map(|(hash, of)| ends.get(of).map_or(NOWHERE, |e| before(e, hash))).collect())
            }
            Rule::Time { order, ends, gaps } => {
                let keys = order.keys(batch)?.into_iter();
                Ok(keys.map(|key| key.map_or(NOWHERE, |key| in_time(ends, gaps, key))).collect())
            }
            Rule::Buckets { partition, ends } => {
                let encoder = Encoder::new(batch)?;
                let key = |row| match partition.as_ref() {
                    None => Ok(encoder.example(row)),
                    Some(column) => encoder.partition(column, row),
                };
                (0..batch.num_rows()).map(|row| Ok(bucket(ends, &key(row)?))).collect::<Result<_>>()
            }
        }
    }
}

/// The first part that ends above a value.
fn before(ends: &[u128], value: u64) -> u16 {
    let place = ends.partition_point(|end| *end <= u128::from(value));
    if place < ends.len() { place as u16 } else { NOWHERE }
}

/// The part of a time; none where it lies in the gap at the end of its part.
fn in_time(ends: &[u128], gaps: &[u64], key: u64) -> u16 {
    let part = before(ends, key);
    let gap = gaps.get(usize::from(part)).copied().unwrap_or(u64::MAX);
    if key > gap { NOWHERE } else { part }
}

/// ExampleGen's rule: the SHA-256 as one large number, modulo the number of buckets.
fn bucket(ends: &[u64], bytes: &[u8]) -> u16 {
    let buckets = u128::from(ends.last().copied().unwrap_or(1).max(1));
    let rest = Sha256::digest(bytes).iter().fold(0u128, |rest, byte| ((rest << 8) | u128::from(*byte)) % buckets);
    ends.partition_point(|end| u128::from(*end) <= rest) as u16
}
