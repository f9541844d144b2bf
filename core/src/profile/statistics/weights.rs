//! How much each value of a column weighs, when a column of the table weighs its rows.

use super::codec::{Reader, Writer};
use crate::error::Result;
use hashbrown::HashTable;

/// More different values than this are not weighed one by one.
const MOST: usize = 1_000_000;

#[derive(Clone, Debug, Default)]
pub(crate) struct Weights {
    pub(crate) total: f64,
    table: HashTable<(u64, f64)>,
    /// There were more values than are weighed one by one.
    pub(crate) full: bool,
}

impl Weights {
    /// Adds to the weight of a value, which its hash or its key stands for.
    pub(crate) fn add(&mut self, value: u64, weight: f64) {
        self.total += weight;
        self.count(value, weight);
    }

    fn count(&mut self, value: u64, weight: f64) {
        if self.full {
            return;
        }
        let of = super::hash::number;
        self.table.entry(of(value), |e| e.0 == value, |e| of(e.0)).or_insert((value, 0.0)).into_mut().1 += weight;
        if self.table.len() > MOST {
            self.table = HashTable::new();
            self.full = true;
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.total += other.total;
        if other.full {
            *self = Weights { total: self.total, table: HashTable::new(), full: true };
        }
        let sorted = other.sorted();
        sorted.into_iter().for_each(|(value, weight)| self.count(value, weight));
    }

    /// All values with their weights, in the values' order.
    pub(crate) fn sorted(&self) -> Vec<(u64, f64)> {
        let mut all: Vec<_> = self.table.iter().copied().collect();
        all.sort_unstable_by_key(|(value, _)| *value);
        all
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.f64(self.total);
        w.flag(self.full);
        let all = self.sorted();
        w.u64(all.len() as u64);
        for (value, weight) in all {
            w.fixed(value);
            w.f64(weight);
        }
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self> {
        let mut weights = Weights { total: r.f64()?, full: r.flag()?, table: HashTable::new() };
        let full = std::mem::replace(&mut weights.full, false);
        for _ in 0..r.count()? {
            let (value, weight) = (r.fixed()?, r.f64()?);
            weights.count(value, weight);
        }
        weights.full |= full;
        Ok(weights)
    }
}
