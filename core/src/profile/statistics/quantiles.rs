//! Quantiles of more values than are kept: levels of sorted keys, each of which stands for twice as many values as those of
//! the level below, after Karnin, Lang and Liberty, "Optimal quantile approximation in streams" (2016).
//!
//! Values come in batches, of which every other value is sorted and merged into a level: a value costs a few nanoseconds.
//! Whenever a level is full, every other key of it goes up, beginning with the first or the second.

use super::codec::{Reader, Writer};
use super::hash;
use crate::error::Result;

/// Keys that a level keeps when it was thinned.
const KEPT: usize = 1024;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Quantiles {
    levels: Vec<Vec<u64>>,
    count: u64,
    /// How often a level was thinned: whence the choice of the first or the second.
    thinned: u64,
    /// The variance of the rank of any key, in squared values.
    variance: f64,
}

impl Quantiles {
    /// Takes in keys in any order: of each two that follow each other, one that stands for both. Sorting is most of the cost
    /// of a key, and at this many keys the sketch loses more than the choice does.
    pub(crate) fn add_sampled(&mut self, keys: &[u64]) {
        self.thinned = self.thinned.wrapping_add(1);
        let mut bits = hash::number(self.thinned);
        let (pairs, odd) = keys.as_chunks::<2>();
        let mut chosen = Vec::with_capacity(pairs.len());
        for pair in pairs {
            chosen.push(pair[(bits & 1) as usize]);
            // A shift register of 64 bits with a full period: a choice for each pair.
            bits = (bits >> 1) ^ (0xd800_0000_0000_0000 & (bits & 1).wrapping_neg());
        }
        sort(&mut chosen);
        self.count += keys.len() as u64;
        self.add_at(0, odd);
        self.add_at(1, &chosen);
        // In a pair that a key parts, the key's rank is off by one, up or down; it parts at most half of the pairs.
        self.variance += 0.5 * pairs.len() as f64;
        self.thin();
    }

    /// Takes in sorted keys with how often each occurs.
    pub(crate) fn add_counted(&mut self, counted: &[(u64, u64)]) {
        let all: u64 = counted.iter().fold(0, |bits, (_, count)| bits | count);
        for level in 0..64 - all.leading_zeros() as usize {
            let keys: Vec<u64> = counted.iter().filter(|(_, n)| n >> level & 1 == 1).map(|(key, _)| *key).collect();
            self.add_at(level, &keys);
        }
        self.count += counted.iter().map(|(_, n)| n).sum::<u64>();
        self.thin();
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (level, keys) in other.levels.iter().enumerate() {
            self.add_at(level, keys);
        }
        self.count += other.count;
        self.variance += other.variance;
        self.thinned = self.thinned.wrapping_add(other.thinned);
        self.thin();
    }

    fn add_at(&mut self, level: usize, keys: &[u64]) {
        if self.levels.len() <= level {
            self.levels.resize(level + 1, Vec::new());
        }
        let mine = &mut self.levels[level];
        *mine = merged(mine, keys);
    }

    fn thin(&mut self) {
        let mut level = 0;
        while level < self.levels.len() {
            if self.levels[level].len() >= 2 * KEPT {
                let mut keys = std::mem::take(&mut self.levels[level]);
                // An odd one out stays.
                let odd = if keys.len() % 2 == 1 { keys.pop() } else { None };
                self.thinned = self.thinned.wrapping_add(1);
                let first = (hash::number(self.thinned) & 1) as usize;
                let up: Vec<u64> = keys.iter().skip(first).step_by(2).copied().collect();
                self.levels[level].extend(odd);
                self.add_at(level + 1, &up);
                // A rank is off by one key of this level, up or down, half of the time.
                self.variance += 0.5 * 4_f64.powi(level as i32);
            }
            level += 1;
        }
    }

    /// The rank error that 99 of 100 answers keep, as a share of all values.
    pub(crate) fn rank_error(&self) -> f64 {
        if self.count == 0 { 0.0 } else { 2.576 * self.variance.sqrt() / self.count as f64 }
    }

    /// All kept keys, sorted, with how many values each stands for.
    pub(crate) fn weighted(&self) -> Vec<(u64, u64)> {
        let of = |(level, keys): (usize, &Vec<u64>)| keys.iter().map(|k| (*k, 1 << level)).collect::<Vec<_>>();
        let mut all: Vec<(u64, u64)> = self.levels.iter().enumerate().flat_map(of).collect();
        all.sort_unstable();
        all
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.u64(self.count);
        w.u64(self.thinned);
        w.f64(self.variance);
        w.u64(self.levels.len() as u64);
        for level in &self.levels {
            w.u64(level.len() as u64);
            let mut before = 0;
            for key in level {
                w.u64(key - before);
                before = *key;
            }
        }
    }
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self> {
        let mut q = Quantiles { count: r.u64()?, thinned: r.u64()?, variance: r.f64()?, levels: Vec::new() };
        for _ in 0..r.count()? {
            let mut before = 0_u64;
            let mut keys = Vec::new();
            for _ in 0..r.count()? {
                before = before.checked_add(r.u64()?).ok_or_else(|| r.broken())?;
                keys.push(before);
            }
            q.levels.push(keys);
        }
        if q.levels.len() > 64 || !q.variance.is_finite() { Err(r.broken()) } else { Ok(q) }
    }
}

/// Sorts by one byte after the other, and leaves out the bytes that all keys share.
fn sort(keys: &mut Vec<u64>) {
    if keys.len() < 2048 {
        return keys.sort_unstable();
    }
    let mut counts = [[0_u32; 256]; 8];
    for key in keys.iter() {
        for (byte, counts) in key.to_le_bytes().into_iter().zip(&mut counts) {
            counts[usize::from(byte)] += 1;
        }
    }
    let mut other = vec![0; keys.len()];
    for (digit, counts) in counts.iter_mut().enumerate() {
        if counts.iter().any(|n| *n as usize == keys.len()) {
            continue;
        }
        let mut place = 0;
        for count in counts.iter_mut() {
            (*count, place) = (place, place + *count);
        }
        for key in keys.iter() {
            let place = &mut counts[usize::from((key >> (8 * digit)) as u8)];
            other[*place as usize] = *key;
            *place += 1;
        }
        std::mem::swap(keys, &mut other);
    }
}

fn merged(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut out = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i] <= b[j] {
            out.push(a[i]);
            i += 1;
        } else {
            out.push(b[j]);
            j += 1;
        }
    }
    out.extend_from_slice(&a[i..]);
    out.extend_from_slice(&b[j..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst_rank_error(q: &Quantiles, n: u64) -> f64 {
        let (mut below, mut worst) = (0, 0_f64);
        for (key, weight) in q.weighted() {
            worst = worst.max((below as f64 - key as f64).abs() / n as f64);
            below += weight;
        }
        assert_eq!(below, n);
        worst
    }

    #[test]
    fn ranks_are_as_close_as_the_sketch_says_whole_or_merged() {
        // The keys are the numbers below n, in an order without order: a key is its own rank.
        let n = 1_000_000_u64;
        let shuffled: Vec<u64> = (0..n).map(|x| x * 700_001 % n).collect();
        for (batch, parts) in [(8192, 1), (100, 1), (65_536, 7), (1000, 64)] {
            let mut whole = Quantiles::default();
            for part in shuffled.chunks(shuffled.len().div_ceil(parts)) {
                let mut q = Quantiles::default();
                part.chunks(batch).for_each(|keys| q.add_sampled(keys));
                whole.merge(&q);
            }
            let (worst, said) = (worst_rank_error(&whole, n), whole.rank_error());
            // The worst of all ranks is a few deviations out.
            assert!(said < 0.005 && worst < 2.0 * said.max(0.0005), "{batch} {parts}: {worst} {said}");
        }
    }

    #[test]
    fn sorting_by_bytes_sorts() {
        for n in [0, 1, 2047, 2048, 10_000] {
            let mut keys: Vec<u64> = (0..n).map(|x| hash::number(x) >> (x % 3 * 20) << 5).collect();
            let mut wanted = keys.clone();
            wanted.sort_unstable();
            sort(&mut keys);
            assert_eq!(keys, wanted);
        }
    }

    #[test]
    fn counted_keys_are_as_good_as_single_ones() {
        let mut q = Quantiles::default();
        let counted: Vec<(u64, u64)> = (0..1000).map(|x| (x, 37)).collect();
        q.add_counted(&counted);
        let total: u64 = q.weighted().iter().map(|(_, w)| w).sum();
        assert_eq!(total, 37_000);
        let mut w = Writer::default();
        q.write(&mut w);
        assert_eq!(Quantiles::read(&mut Reader::new(&w.into_bytes())).ok(), Some(q));
    }
}
