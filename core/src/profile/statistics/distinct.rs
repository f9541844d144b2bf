//! How many different hashes there were, once there are too many to keep: a HyperLogLog of 2^17 registers.

use super::codec::{Reader, Writer};
use crate::error::Result;

/// Up to so many different values everything about them is exact.
pub(crate) const EXACT: usize = 100_000;
const LG: u32 = 17;
const REGISTERS: usize = 1 << LG;
/// The relative standard error: 1.04 / sqrt(2^17).
pub(crate) const RELATIVE_ERROR: f64 = 0.00288;

/// A register holds the longest run of zeros that a hash of its part had, plus one. What it holds does not depend on the
/// order of the hashes, so neither does the estimate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HyperLogLog(Vec<u8>);

impl Default for HyperLogLog {
    fn default() -> Self {
        HyperLogLog(vec![0; REGISTERS])
    }
}

impl HyperLogLog {
    #[inline]
    pub(crate) fn add(&mut self, hash: u64) {
        let run = ((hash << LG) | (1 << (LG - 1))).leading_zeros() as u8 + 1;
        let register = &mut self.0[(hash >> (64 - LG)) as usize];
        *register = run.max(*register);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, its) in self.0.iter_mut().zip(&other.0) {
            *mine = (*mine).max(*its);
        }
    }

    /// The estimate after Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), without bias at
    /// any size.
    pub(crate) fn estimate(&self) -> f64 {
        let longest = (64 - LG) as usize;
        let mut counts = [0_u64; 65];
        self.0.iter().for_each(|r| counts[usize::from(*r).min(longest + 1)] += 1);
        let m = REGISTERS as f64;
        let mut z = m * tau(1.0 - counts[longest + 1] as f64 / m);
        for k in (1..=longest).rev() {
            z = 0.5 * (z + counts[k] as f64);
        }
        z += m * sigma(counts[0] as f64 / m);
        m * m / (2.0 * std::f64::consts::LN_2 * z)
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.bytes(&self.0);
    }
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self> {
        let registers = r.bytes()?;
        let sound = registers.len() == REGISTERS && registers.iter().all(|r| u32::from(*r) <= 65 - LG);
        if sound { Ok(HyperLogLog(registers.to_vec())) } else { Err(r.broken()) }
    }
}

fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z == before {
            return z;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z == before {
            return z / 3.0;
        }
    }
}

/// A set of hashes: exact up to the budget, an estimate beyond.
#[derive(Clone, Debug)]
pub(crate) enum Hashes {
    Exact(hashbrown::HashTable<u64>),
    Sketch(Box<HyperLogLog>),
}

impl Default for Hashes {
    fn default() -> Self {
        Hashes::Exact(hashbrown::HashTable::new())
    }
}

impl Hashes {
    #[inline]
    pub(crate) fn add(&mut self, hash: u64) {
        match self {
            Hashes::Sketch(sketch) => sketch.add(hash),
            Hashes::Exact(set) => {
                set.entry(hash, |h| *h == hash, |h| *h).or_insert(hash);
                if set.len() > EXACT {
                    self.give_up();
                }
            }
        }
    }

    fn give_up(&mut self) {
        if let Hashes::Exact(set) = self {
            let mut sketch = Box::<HyperLogLog>::default();
            set.iter().for_each(|h| sketch.add(*h));
            *self = Hashes::Sketch(sketch);
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        match other {
            Hashes::Exact(set) => set.into_iter().for_each(|h| self.add(h)),
            Hashes::Sketch(its) => {
                self.give_up();
                if let Hashes::Sketch(mine) = self {
                    mine.merge(&its);
                }
            }
        }
    }

    /// How many there are, never more than `most`, and whether that is exact.
    pub(crate) fn count(&self, most: u64) -> (u64, bool) {
        match self {
            Hashes::Exact(set) => (set.len() as u64, true),
            Hashes::Sketch(sketch) => ((sketch.estimate().round() as u64).min(most), false),
        }
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.flag(matches!(self, Hashes::Exact(_)));
        match self {
            Hashes::Sketch(sketch) => sketch.write(w),
            Hashes::Exact(set) => {
                let mut sorted: Vec<_> = set.iter().copied().collect();
                sorted.sort_unstable();
                w.u64(sorted.len() as u64);
                sorted.into_iter().for_each(|h| w.fixed(h));
            }
        }
    }
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self> {
        if !r.flag()? {
            return Ok(Hashes::Sketch(Box::new(HyperLogLog::read(r)?)));
        }
        let mut hashes = Hashes::default();
        for _ in 0..r.count()? {
            hashes.add(r.fixed()?);
        }
        Ok(hashes)
    }
}

#[cfg(test)]
mod tests {
    use super::super::hash;
    use super::*;

    #[test]
    fn counts_are_exact_to_the_budget_and_close_beyond() {
        for n in [0, 1, 99_999, 100_000, 100_001, 400_000, 1_500_000] {
            let mut hashes = Hashes::default();
            (0..n).for_each(|x| hashes.add(hash::number(x)));
            (0..n / 2).for_each(|x| hashes.add(hash::number(x)));
            let (count, exact) = hashes.count(n);
            assert_eq!(exact, n <= 100_000, "{n}");
            let error = (count as f64 - n as f64).abs() / n.max(1) as f64;
            assert!(count <= n && if exact { count == n } else { error < 4.0 * RELATIVE_ERROR }, "{n}: {count}");
        }
    }

    #[test]
    fn the_relative_standard_error_is_what_we_say() {
        let errors: Vec<f64> = (0..30_u64)
            .map(|seed| {
                let mut sketch = HyperLogLog::default();
                (0..200_000).for_each(|x| sketch.add(hash::pair(hash::number(seed), hash::number(x))));
                sketch.estimate() / 200_000.0 - 1.0
            })
            .collect();
        let deviation = (errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64).sqrt();
        assert!(deviation < 1.5 * RELATIVE_ERROR, "{deviation}");
    }
}
