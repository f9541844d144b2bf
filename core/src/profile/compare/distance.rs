//! How far apart two distributions of one column are.
//!
//! The measures are those of TensorFlow Data Validation's comparators: the largest difference of two shares (L-infinity) and
//! the Jensen-Shannon divergence to base 2, over values or over histograms cut at the edges of both, each bucket's mass spread
//! evenly. Numbers have two histograms, and what is said of them is the nearer of the two answers. Beside them stands the
//! largest shift of a quantile, in standard deviations, in which small shifts of numbers show first.

use crate::profile::divergence::{jensen_shannon, spread};
use crate::profile::summary::{Column, Histogram, Number};
use std::collections::BTreeMap;

/// What the measures say; none where they mean nothing for the type.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Distance {
    pub l_infinity: Option<f64>,
    pub jensen_shannon: Option<f64>,
    pub quantile_shift: Option<f64>,
    /// Not all values are known: the true distance can be larger.
    pub lower_bound: bool,
}

impl Distance {
    /// One figure from 0 to 1, to sort and to judge by.
    pub(crate) fn drift(&self) -> f64 {
        self.l_infinity.unwrap_or(0.0).max(self.jensen_shannon.unwrap_or(0.0))
    }
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "l_infinity": self.l_infinity,
            "jensen_shannon": self.jensen_shannon,
            "quantile_shift": self.quantile_shift.filter(|s| s.is_finite()),
            "lower_bound": self.lower_bound,
        })
    }
}

/// How far the second column is from the first.
pub(crate) fn distance(a: &Column, b: &Column) -> Distance {
    if a.present == 0 || b.present == 0 {
        return Distance::default();
    }
    if let (Some(a), Some(b)) = (&a.number, &b.number) {
        return of_numbers(a, b);
    }
    if a.frequencies().is_empty() || b.frequencies().is_empty() {
        return Distance::default();
    }
    of_values(a, b)
}

fn of_values(a: &Column, b: &Column) -> Distance {
    let (p, p_rest) = shares(a);
    let (q, q_rest) = shares(b);
    let mut both: BTreeMap<&str, (f64, f64)> = p.into_iter().map(|(v, share)| (v, (share, 0.0))).collect();
    for (value, share) in q {
        both.entry(value).or_default().1 = share;
    }
    let l_infinity = both.values().map(|(p, q)| (p - q).abs()).fold(0.0, f64::max);
    let pairs: Vec<_> = both.values().copied().chain([(p_rest, q_rest)]).collect();
    let lower_bound = p_rest > 0.0 || q_rest > 0.0;
    let jensen_shannon = jensen_shannon(&pairs);
    Distance { l_infinity: Some(l_infinity), jensen_shannon, quantile_shift: None, lower_bound }
}

/// The share of each value, and of all those that are not listed.
fn shares(column: &Column) -> (Vec<(&str, f64)>, f64) {
    let listed = column.frequencies();
    let sum: f64 = listed.iter().map(|f| f.1).sum();
    let total = sum.max(if column.distinct.is_some_and(|d| d.value > listed.len() as u64) {
        column.values() as f64
    } else {
        sum
    });
    let shares = listed.iter().map(|(value, count)| (value.as_str(), count / total)).collect();
    (shares, (total - sum) / total)
}

fn of_numbers(a: &Number, b: &Number) -> Distance {
    let of = |p: &Option<Histogram>, q: &Option<Histogram>| histograms(p.as_ref()?, q.as_ref()?);
    let (standard, quantiles) = (of(&a.standard, &b.standard), of(&a.quantiles, &b.quantiles));
    // Spreading mass evenly can only add distance where edges differ, so the smaller one is nearer the truth. But buckets
    // of equal width see nothing once outliers crowd all else into one of them.
    let jensen_shannon = match (standard, quantiles) {
        (Some(s), Some(q)) if !is_crowded(&a.standard) && !is_crowded(&b.standard) => Some(s.min(q)),
        (s, q) => q.or(s),
    };
    Distance { l_infinity: None, jensen_shannon, quantile_shift: quantile_shift(a, b), lower_bound: false }
}

fn is_crowded(h: &Option<Histogram>) -> bool {
    const MOST: f64 = 0.9;
    let counts = || h.iter().flat_map(|h| &h.buckets).map(|b| b.count);
    h.as_ref().is_some_and(|h| h.buckets.len() > 1) && counts().fold(0.0, f64::max) > MOST * counts().sum::<f64>()
}

/// The divergence of two histograms: cut at the edges of both, with points, NaN and infinities as buckets of their own.
fn histograms(a: &Histogram, b: &Histogram) -> Option<f64> {
    let mut edges: Vec<f64> =
        a.buckets.iter().chain(&b.buckets).flat_map(|x| [x.low, x.high]).filter(|e| e.is_finite()).collect();
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    jensen_shannon(&recut(a, &edges).into_iter().zip(recut(b, &edges)).collect::<Vec<_>>())
}

/// The counts in the intervals between edges, at the edges themselves, of NaN, and of the infinities.
fn recut(h: &Histogram, edges: &[f64]) -> Vec<f64> {
    let intervals = edges.len().saturating_sub(1);
    let mut mass = vec![0.0; intervals + edges.len() + 3];
    let (nan, below, above) = (intervals + edges.len(), intervals + edges.len() + 1, intervals + edges.len() + 2);
    mass[nan] = h.nan as f64;
    for bucket in &h.buckets {
        if bucket.low == f64::NEG_INFINITY {
            mass[below] += bucket.count;
        } else if bucket.high == f64::INFINITY {
            mass[above] += bucket.count;
        } else if bucket.low == bucket.high {
            mass[intervals + edges.partition_point(|e| *e < bucket.low)] += bucket.count;
        } else {
            spread(bucket.low, bucket.high, bucket.count, edges, &mut mass[..intervals]);
        }
    }
    mass
}

/// The largest shift of a quantile, in standard deviations of the first. Buckets of equal weight end at the quantiles.
fn quantile_shift(a: &Number, b: &Number) -> Option<f64> {
    let (p, q) = (a.quantiles.as_ref()?, b.quantiles.as_ref()?);
    if p.buckets.len() != q.buckets.len() || p.buckets.is_empty() {
        return None;
    }
    // The ends are single rows: they shift with each outlier.
    let inner = p.buckets.len() - 1;
    let shift = p.buckets.iter().zip(&q.buckets).take(inner).map(|(x, y)| (y.high - x.high).abs()).fold(0.0, f64::max);
    if shift == 0.0 {
        return Some(0.0);
    }
    Some(if a.std_dev > 0.0 { shift / a.std_dev } else { f64::INFINITY })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::summary::testing::{golden, numbers, texts};

    #[test]
    fn a_column_is_no_distance_from_itself() {
        for name in ["chicago_taxi_simple", "penguins_labelled", "vega_seattle-weather"] {
            for column in golden(name).columns {
                let d = distance(&column, &column);
                assert!(d.drift() < 1e-12, "{name} {}", column.name);
                assert!(d.quantile_shift.unwrap_or(0.0) == 0.0);
            }
        }
    }

    #[test]
    fn shares_that_differ_by_a_quarter_are_a_quarter_apart() {
        let d = distance(&texts("x", &[("a", 50), ("b", 50)]), &texts("x", &[("a", 75), ("b", 25)]));
        assert_eq!(d.l_infinity, Some(0.25));
        // By hand: H(5/8, 3/8) - (H(1/2, 1/2) + H(3/4, 1/4)) / 2.
        assert!((d.jensen_shannon.unwrap() - 0.0487949406953985).abs() < 1e-12);
    }

    #[test]
    fn what_has_nothing_in_common_is_one_apart() {
        let d = distance(&texts("x", &[("a", 5)]), &texts("x", &[("b", 7)]));
        assert_eq!((d.l_infinity, d.jensen_shannon), (Some(1.0), Some(1.0)));
        let d = distance(&numbers("x", &[(0.0, 1.0, 10.0)]), &numbers("x", &[(2.0, 3.0, 10.0)]));
        assert_eq!(d.jensen_shannon, Some(1.0));
    }

    #[test]
    fn an_outlier_is_no_drift() {
        let (train, eval) = (golden("taxi_examples_train"), golden("taxi_examples_eval"));
        for column in &train.columns {
            let d = distance(column, eval.column(&column.name).unwrap());
            assert!(d.drift() < 0.1, "{}: {d:?}", column.name);
        }
    }

    #[test]
    fn the_mass_of_a_bucket_is_spread_evenly() {
        let d = distance(&numbers("x", &[(0.0, 2.0, 10.0)]), &numbers("x", &[(0.0, 1.0, 5.0), (1.0, 2.0, 5.0)]));
        assert!(d.jensen_shannon.unwrap() < 1e-15);
        let point = distance(&numbers("x", &[(1.0, 1.0, 10.0)]), &numbers("x", &[(1.0, 1.0, 3.0)]));
        assert_eq!(point.jensen_shannon, Some(0.0));
    }
}
