//! Pearson's correlation of each pair of columns of numbers, over the rows that have both.
//!
//! Blocks of rows are centred on their own means and then joined, after Chan, Golub and LeVeque (1979), so that nothing
//! cancels. The order of the blocks is that of the rows: parts give the same result whatever the threads.

use super::cells::Cells;
use super::codec::{Reader, Writer};
use crate::error::Result;

/// Columns whose pairs are looked at.
pub(crate) const MOST_COLUMNS: usize = 100;
/// Rows of a block: of a few dozen columns they stay in the second-level cache.
const BLOCK: usize = 2048;
const LANES: usize = 8;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Pair {
    rows: f64,
    mean_x: f64,
    mean_y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Pair {
    fn join(&mut self, other: Pair) {
        if other.rows == 0.0 {
            return;
        }
        let rows = self.rows + other.rows;
        let (dx, dy) = (other.mean_x - self.mean_x, other.mean_y - self.mean_y);
        let between = self.rows * other.rows / rows;
        self.xx += other.xx + dx * dx * between;
        self.yy += other.yy + dy * dy * between;
        self.xy += other.xy + dx * dy * between;
        self.mean_x += dx * other.rows / rows;
        self.mean_y += dy * other.rows / rows;
        self.rows = rows;
    }
}

/// What is known of a pair of columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Correlated {
    /// The places of the two among the columns of numbers.
    pub(crate) x: usize,
    pub(crate) y: usize,
    /// Rows that have a finite number in both.
    pub(crate) rows: u64,
    /// None where a column is constant.
    pub(crate) correlation: Option<f64>,
    pub(crate) covariance: f64,
}

/// The pairs of the columns, the first with all later ones, then the second, and so on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Correlations {
    columns: usize,
    pairs: Vec<Pair>,
}

/// A column of a block: centred on its mean, 0 where there is no finite number.
struct Centred {
    values: Vec<f64>,
    /// 1 where there is one, 0 elsewhere; none if there are no gaps.
    there: Option<Vec<f64>>,
    mean: f64,
    squares: f64,
}

impl Correlations {
    pub(crate) fn new(columns: usize) -> Self {
        let columns = columns.min(MOST_COLUMNS);
        Correlations { columns, pairs: vec![Pair::default(); columns * columns.saturating_sub(1) / 2] }
    }

    /// Takes in the same rows of all columns.
    pub(crate) fn add(&mut self, columns: &[&Cells], rows: usize) {
        for begin in (0..rows).step_by(BLOCK) {
            let end = (begin + BLOCK).min(rows);
            let block: Vec<_> = columns.iter().take(self.columns).map(|c| centre(c, begin, end)).collect();
            let mut pairs = self.pairs.iter_mut();
            for (n, x) in block.iter().enumerate() {
                for (y, pair) in block[n + 1..].iter().zip(&mut pairs) {
                    pair.join(of_block(x, y));
                }
            }
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if self.columns == other.columns {
            self.pairs.iter_mut().zip(&other.pairs).for_each(|(mine, its)| mine.join(*its));
        }
    }

    /// All pairs.
    pub(crate) fn list(&self) -> Vec<Correlated> {
        let places = (0..self.columns).flat_map(|x| (x + 1..self.columns).map(move |y| (x, y)));
        let one = |((x, y), p): ((usize, usize), &Pair)| {
            let r = p.xy / (p.xx.sqrt() * p.yy.sqrt());
            let correlation = r.is_finite().then(|| r.clamp(-1.0, 1.0));
            let covariance = if p.rows > 0.0 { p.xy / p.rows } else { 0.0 };
            Correlated { x, y, rows: p.rows as u64, correlation, covariance }
        };
        places.zip(&self.pairs).map(one).collect()
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.u64(self.columns as u64);
        for p in &self.pairs {
            [p.rows, p.mean_x, p.mean_y, p.xx, p.yy, p.xy].into_iter().for_each(|x| w.f64(x));
        }
    }
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self> {
        let mut all = Correlations::new(r.u64()? as usize);
        for p in &mut all.pairs {
            for x in [&mut p.rows, &mut p.mean_x, &mut p.mean_y, &mut p.xx, &mut p.yy, &mut p.xy] {
                *x = r.f64()?;
            }
        }
        Ok(all)
    }
}

fn centre(cells: &Cells, begin: usize, end: usize) -> Centred {
    let Cells::Numbers { kind, keys, nulls } = cells else {
        return Centred {
            values: vec![0.0; end - begin],
            there: Some(vec![0.0; end - begin]),
            mean: 0.0,
            squares: 0.0,
        };
    };
    let mut values: Vec<f64> = keys[begin..end].iter().map(|k| kind.to_f64(*k)).collect();
    let nulls = nulls.as_ref().filter(|n| n.null_count() > 0);
    let gaps = nulls.is_some() || values.iter().any(|x| !x.is_finite());
    let mut there = None;
    let mut rows = values.len() as f64;
    if gaps {
        let is_there = |n: usize, x: f64| nulls.is_none_or(|nulls| nulls.is_valid(begin + n)) && x.is_finite();
        let mask: Vec<f64> = values.iter().enumerate().map(|(n, x)| f64::from(is_there(n, *x))).collect();
        values.iter_mut().zip(&mask).filter(|(_, m)| **m == 0.0).for_each(|(x, _)| *x = 0.0);
        rows = mask.iter().sum();
        there = Some(mask);
    }
    let mean = if rows > 0.0 { sum(&values) / rows } else { 0.0 };
    match &there {
        None => values.iter_mut().for_each(|x| *x -= mean),
        Some(mask) => values.iter_mut().zip(mask).for_each(|(x, m)| *x -= mean * m),
    }
    let squares = dot(&values, &values);
    Centred { values, there, mean, squares }
}

fn of_block(x: &Centred, y: &Centred) -> Pair {
    let xy = dot(&x.values, &y.values);
    if x.there.is_none() && y.there.is_none() {
        let rows = x.values.len() as f64;
        return Pair { rows, mean_x: x.mean, mean_y: y.mean, xx: x.squares, yy: y.squares, xy };
    }
    let ones = vec![1.0; x.values.len()];
    let (of_x, of_y) = (x.there.as_ref().unwrap_or(&ones), y.there.as_ref().unwrap_or(&ones));
    let rows = dot(of_x, of_y);
    if rows == 0.0 {
        return Pair::default();
    }
    let (sum_x, sum_y) = (dot(&x.values, of_y), dot(&y.values, of_x));
    let (xx, yy) = (dot_of_squares(&x.values, of_y), dot_of_squares(&y.values, of_x));
    Pair {
        rows,
        mean_x: x.mean + sum_x / rows,
        mean_y: y.mean + sum_y / rows,
        xx: xx - sum_x * sum_x / rows,
        yy: yy - sum_y * sum_y / rows,
        xy: xy - sum_x * sum_y / rows,
    }
}

/// Adds in lanes, which the compiler turns into vectors.
fn in_lanes(a: &[f64], b: &[f64], of: impl Fn(f64, f64) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let (a8, b8) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a8.remainder().iter().zip(b8.remainder()).map(|(x, y)| of(*x, *y)).sum();
    for (x, y) in a8.zip(b8) {
        for n in 0..LANES {
            lanes[n] += of(x[n], y[n]);
        }
    }
    lanes.iter().sum::<f64>() + rest
}

fn sum(a: &[f64]) -> f64 {
    in_lanes(a, a, |x, _| x)
}
fn dot(a: &[f64], b: &[f64]) -> f64 {
    in_lanes(a, b, |x, y| x * y)
}
fn dot_of_squares(a: &[f64], b: &[f64]) -> f64 {
    in_lanes(a, b, |x, y| x * x * y)
}

#[cfg(test)]
mod tests {
    use super::super::numbers::{Kind, float};
    use super::*;

    fn cells(of: impl Fn(u32) -> Option<f64>, rows: u32) -> Cells {
        let keys = (0..rows).map(|n| float(of(n).unwrap_or(0.0))).collect();
        let nulls: Vec<bool> = (0..rows).map(|n| of(n).is_some()).collect();
        Cells::Numbers { kind: Kind::Float, keys, nulls: Some(nulls.into()) }
    }

    #[test]
    fn correlations_are_found_around_large_means_and_over_gaps() {
        let x = cells(|n| Some(1e9 + f64::from(n % 97)), 5000);
        let y = cells(|n| (n % 3 != 0).then(|| 5.0 - 2.0 * f64::from(n % 97)), 5000);
        let z = cells(|n| if n == 7 { Some(f64::NAN) } else { Some(f64::from(n % 2)) }, 5000);
        let constant = cells(|_| Some(3.0), 5000);
        let mut all = Correlations::new(4);
        all.add(&[&x, &y, &z, &constant], 5000);
        let list = all.list();
        assert_eq!((list[0].x, list[0].y, list[0].rows), (0, 1, 3333));
        assert!((list[0].correlation.unwrap_or_default() + 1.0).abs() < 1e-9);
        assert!(list[1].correlation.is_some_and(|r| r.abs() < 0.05) && list[1].rows == 4999);
        assert_eq!(list[2].correlation, None);
    }
}
