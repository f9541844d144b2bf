//! What is kept of a column of numbers. Each number is a key of 64 bits whose order is the numbers' order, so that one
//! code sorts, counts and stores whole numbers with and without sign and doubles.

use super::codec::{Reader, Writer};
use super::distinct::{EXACT, HyperLogLog};
use super::exact_sum::Moments;
use super::hash;
use super::quantiles::Quantiles;
use super::weights::Weights;
use crate::error::Result;
use hashbrown::HashTable;

const SIGN: u64 = 1 << 63;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Signed,
    Unsigned,
    Float,
}

/// The key of a whole number.
#[inline]
pub(crate) fn signed(x: i64) -> u64 {
    (x as u64) ^ SIGN
}

/// The key of a double that is a number. Minus zero is zero.
#[inline]
pub(crate) fn float(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits();
    bits ^ (((bits as i64 >> 63) as u64) | SIGN)
}

impl Kind {
    pub(crate) fn to_f64(self, key: u64) -> f64 {
        match self {
            Kind::Signed => self.whole(key) as f64,
            Kind::Unsigned => key as f64,
            Kind::Float => f64::from_bits(if key & SIGN == 0 { !key } else { key ^ SIGN }),
        }
    }
    /// The key's whole number; of a float, its whole part.
    pub(crate) fn whole(self, key: u64) -> i128 {
        match self {
            Kind::Signed => i128::from((key ^ SIGN) as i64),
            Kind::Unsigned => i128::from(key),
            Kind::Float => self.to_f64(key) as i128,
        }
    }
    pub(crate) fn key_of_zero(self) -> u64 {
        if self == Kind::Unsigned { 0 } else { SIGN }
    }
    fn add(self, moments: &mut Moments, key: u64, times: u64) {
        if self != Kind::Float {
            let x = self.whole(key);
            return moments.add_whole(x < 0, x.unsigned_abs() as u64, times);
        }
        let x = self.to_f64(key);
        if x.is_finite() {
            moments.add_times(x, times);
        }
    }
    fn add_all(self, moments: &mut Moments, keys: &[u64]) {
        match self {
            Kind::Float => {
                keys.iter().map(|k| self.to_f64(*k)).filter(|x| x.is_finite()).for_each(|x| moments.add(x));
            }
            Kind::Signed => keys.iter().map(|k| (k ^ SIGN) as i64).for_each(|x| {
                moments.add_one_whole(x < 0, x.unsigned_abs());
            }),
            Kind::Unsigned => keys.iter().for_each(|k| moments.add_one_whole(false, *k)),
        }
    }
}

/// How often each number occurs, or what is kept once there are too many.
#[derive(Clone, Debug)]
enum Kept {
    Exact(HashTable<(u64, u64)>),
    Sketch(Box<Sketch>),
}

#[derive(Clone, Debug, Default)]
struct Sketch {
    distinct: HyperLogLog,
    quantiles: Quantiles,
    moments: Moments,
}

#[derive(Clone, Debug)]
pub(crate) struct Numbers {
    pub(crate) kind: Kind,
    /// Values that are numbers, infinite ones among them.
    pub(crate) count: u64,
    pub(crate) nans: u64,
    pub(crate) zeros: u64,
    smallest: u64,
    largest: u64,
    kept: Kept,
    pub(crate) weights: Option<Weights>,
}

/// Keys, sorted, with how many values each stands for.
pub(crate) struct Points {
    pub(crate) points: Vec<(u64, u64)>,
    /// 0 when they are all there are.
    pub(crate) rank_error: f64,
}

impl Numbers {
    pub(crate) fn new(kind: Kind, weighted: bool) -> Self {
        let (smallest, largest, kept) = (u64::MAX, 0, Kept::Exact(HashTable::new()));
        let weights = weighted.then(Weights::default);
        Numbers { kind, count: 0, nans: 0, zeros: 0, smallest, largest, kept, weights }
    }

    /// Takes in keys, with their hashes.
    pub(crate) fn add(&mut self, keys: &[u64], hashes: &[u64]) {
        let zero = self.kind.key_of_zero();
        self.count += keys.len() as u64;
        for key in keys {
            self.zeros += u64::from(*key == zero);
            self.smallest = self.smallest.min(*key);
            self.largest = self.largest.max(*key);
        }
        let mut from = 0;
        if let Kept::Exact(table) = &mut self.kept {
            for (key, hash) in keys.iter().zip(hashes) {
                count(table, *key, *hash, 1);
                from += 1;
                if table.len() > EXACT {
                    break;
                }
            }
        }
        self.give_up_if_full();
        if let Kept::Sketch(sketch) = &mut self.kept {
            hashes[from..].iter().for_each(|h| sketch.distinct.add(*h));
            self.kind.add_all(&mut sketch.moments, &keys[from..]);
            sketch.quantiles.add_sampled(&keys[from..]);
        }
    }

    fn give_up_if_full(&mut self) {
        if matches!(&self.kept, Kept::Exact(table) if table.len() > EXACT) {
            self.give_up();
        }
    }

    fn give_up(&mut self) {
        if let Kept::Exact(table) = &mut self.kept {
            let counted = sorted(std::mem::take(table));
            let mut sketch = Box::<Sketch>::default();
            sketch.add_counted(self.kind, &counted);
            self.kept = Kept::Sketch(sketch);
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.nans += other.nans;
        self.zeros += other.zeros;
        self.smallest = self.smallest.min(other.smallest);
        self.largest = self.largest.max(other.largest);
        if let (Some(mine), Some(its)) = (&mut self.weights, other.weights) {
            mine.merge(its);
        }
        match (&mut self.kept, other.kept) {
            (Kept::Exact(mine), Kept::Exact(its)) => {
                its.into_iter().for_each(|(key, times)| count(mine, key, hash::number(key), times));
                self.give_up_if_full();
            }
            (Kept::Sketch(mine), Kept::Exact(its)) => mine.add_counted(self.kind, &sorted(its)),
            (_, Kept::Sketch(its)) => {
                self.give_up();
                if let Kept::Sketch(mine) = &mut self.kept {
                    mine.distinct.merge(&its.distinct);
                    mine.moments.merge(&its.moments);
                    mine.quantiles.merge(&its.quantiles);
                }
            }
        }
    }

    /// The sum of whole numbers without sign, of which there are few different ones.
    pub(crate) fn sum_of_wholes(&self) -> u64 {
        let (mean, _) = self.mean_and_deviation();
        match &self.kept {
            Kept::Exact(table) => table.iter().fold(0, |sum: u64, (key, n)| sum.saturating_add(key.saturating_mul(*n))),
            Kept::Sketch(_) => (mean * self.count as f64).round() as u64,
        }
    }

    /// How often a number that bounds all others occurs.
    pub(crate) fn weight_of(&self, x: f64) -> u64 {
        let key = float(x);
        self.points().points.iter().filter(|p| p.0 == key).map(|p| p.1).sum()
    }

    /// The smallest and the largest key.
    pub(crate) fn range(&self) -> Option<(u64, u64)> {
        (self.count > 0).then_some((self.smallest, self.largest))
    }

    /// How many different numbers there are, and whether that is exact.
    pub(crate) fn distinct(&self) -> (u64, bool) {
        match &self.kept {
            Kept::Exact(table) => (table.len() as u64, true),
            Kept::Sketch(sketch) => ((sketch.distinct.estimate().round() as u64).min(self.count), false),
        }
    }

    /// Mean and population standard deviation of the finite ones.
    pub(crate) fn mean_and_deviation(&self) -> (f64, f64) {
        match &self.kept {
            Kept::Sketch(sketch) => sketch.moments.mean_and_deviation(),
            Kept::Exact(table) => {
                let mut moments = Moments::default();
                table.iter().for_each(|(key, times)| self.kind.add(&mut moments, *key, *times));
                moments.mean_and_deviation()
            }
        }
    }

    pub(crate) fn points(&self) -> Points {
        match &self.kept {
            Kept::Exact(table) => Points { points: sorted(table.clone()), rank_error: 0.0 },
            Kept::Sketch(sketch) => {
                Points { points: sketch.quantiles.weighted(), rank_error: sketch.quantiles.rank_error() }
            }
        }
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.u64(self.kind as u64);
        for n in [self.count, self.nans, self.zeros, self.smallest, self.largest] {
            w.u64(n);
        }
        match &self.kept {
            Kept::Exact(table) => {
                w.flag(true);
                w.u64(table.len() as u64);
                let mut before = 0;
                for (key, times) in sorted(table.clone()) {
                    w.u64(key - before);
                    w.u64(times);
                    before = key;
                }
            }
            Kept::Sketch(sketch) => {
                w.flag(false);
                sketch.distinct.write(w);
                sketch.quantiles.write(w);
                sketch.moments.write(w);
            }
        }
        w.flag(self.weights.is_some());
        if let Some(weights) = &self.weights {
            weights.write(w);
        }
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self> {
        let kind = match r.u64()? {
            0 => Kind::Signed,
            1 => Kind::Unsigned,
            2 => Kind::Float,
            _ => return Err(r.broken()),
        };
        let mut numbers = Numbers::new(kind, false);
        for n in [&mut numbers.count, &mut numbers.nans, &mut numbers.zeros, &mut numbers.smallest] {
            *n = r.u64()?;
        }
        numbers.largest = r.u64()?;
        numbers.kept = if r.flag()? {
            let mut table = HashTable::new();
            let mut key = 0_u64;
            for _ in 0..r.count()? {
                key = key.checked_add(r.u64()?).ok_or_else(|| r.broken())?;
                let times = r.u64()?;
                count(&mut table, key, hash::number(key), times);
            }
            Kept::Exact(table)
        } else {
            let (distinct, quantiles) = (HyperLogLog::read(r)?, Quantiles::read(r)?);
            Kept::Sketch(Box::new(Sketch { distinct, quantiles, moments: Moments::read(r)? }))
        };
        numbers.weights = if r.flag()? { Some(Weights::read(r)?) } else { None };
        Ok(numbers)
    }
}

impl Sketch {
    fn add_counted(&mut self, kind: Kind, counted: &[(u64, u64)]) {
        for (key, times) in counted {
            self.distinct.add(hash::number(*key));
            kind.add(&mut self.moments, *key, *times);
        }
        self.quantiles.add_counted(counted);
    }
}

#[inline]
fn count(table: &mut HashTable<(u64, u64)>, key: u64, hash: u64, times: u64) {
    let entry = table.entry(hash, |e| e.0 == key, |e| hash::number(e.0)).or_insert((key, 0));
    entry.into_mut().1 += times;
}

fn sorted(table: HashTable<(u64, u64)>) -> Vec<(u64, u64)> {
    let mut all: Vec<_> = table.into_iter().collect();
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_the_order_of_the_numbers() {
        let doubles = [f64::NEG_INFINITY, -1e300, -1.5, -0.0, 5e-324, 1.0, 1e300, f64::INFINITY];
        assert!(doubles.is_sorted_by(|a, b| float(*a) < float(*b)));
        assert!(doubles.iter().all(|x| Kind::Float.to_f64(float(*x)) == *x));
        assert_eq!(float(-0.0), float(0.0));
        let wholes = [i64::MIN, -1, 0, 1, i64::MAX];
        assert!(wholes.is_sorted_by(|a, b| signed(*a) < signed(*b)));
        assert!(wholes.iter().all(|x| Kind::Signed.whole(signed(*x)) == i128::from(*x)));
        assert_eq!(Kind::Float.key_of_zero(), float(0.0));
        assert_eq!(Kind::Signed.key_of_zero(), signed(0));
    }
}
