//! How far apart two distributions are. Formulas as TFDV has them, so that thresholds mean the same.

use crate::profile::divergence::{jensen_shannon, spread};
use crate::profile::messages::{Histogram, HistogramBucket};
use std::collections::{BTreeMap, BTreeSet};

/// The largest difference of a value's shares, and the value.
pub(super) fn l_infinity(a: &BTreeMap<&str, f64>, b: &BTreeMap<&str, f64>) -> (String, f64) {
    largest_difference(a, total(a), b, total(b))
}

/// The largest difference of a value's counts, as a share of all counts of both, and the value.
pub(super) fn normalized_absolute_difference(a: &BTreeMap<&str, f64>, b: &BTreeMap<&str, f64>) -> (String, f64) {
    let all = total(a) + total(b);
    largest_difference(a, all, b, all)
}

fn total(counts: &BTreeMap<&str, f64>) -> f64 {
    counts.values().sum()
}

fn largest_difference(a: &BTreeMap<&str, f64>, of_a: f64, b: &BTreeMap<&str, f64>, of_b: f64) -> (String, f64) {
    let share = |counts: &BTreeMap<&str, f64>, value: &str, of: f64| {
        let count = counts.get(value).copied().unwrap_or(0.0);
        if of == 0.0 { 0.0 } else { count / of }
    };
    let values: BTreeSet<&str> = a.keys().chain(b.keys()).copied().collect();
    let mut most = (String::new(), 0.0);
    for value in values {
        let difference = (share(a, value, of_a) - share(b, value, of_b)).abs();
        if difference >= most.1 {
            most = (value.to_owned(), difference);
        }
    }
    most
}

/// The divergence of two counts of values.
pub(super) fn jensen_shannon_of_values(a: &BTreeMap<&str, f64>, b: &BTreeMap<&str, f64>) -> Option<f64> {
    let values: BTreeSet<&str> = a.keys().chain(b.keys()).copied().collect();
    let count = |of: &BTreeMap<&str, f64>, value: &str| of.get(value).copied().unwrap_or(0.0);
    jensen_shannon(&values.into_iter().map(|v| (count(a, v), count(b, v))).collect::<Vec<_>>())
}

/// The divergence of two histograms: both are cut at the edges of either, as if a bucket's values lay evenly in it.
/// Points, infinite values and NaN are buckets of their own.
pub(super) fn jensen_shannon_of_histograms(a: &Histogram, b: &Histogram) -> Option<f64> {
    let (a_parts, b_parts) = (Parts::of(a), Parts::of(b));
    let mut edges: Vec<f64> =
        a_parts.wide.iter().chain(&b_parts.wide).flat_map(|w| [w.low_value, w.high_value]).collect();
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    let mut pairs: Vec<(f64, f64)> = a_parts.cut(&edges).into_iter().zip(b_parts.cut(&edges)).collect();
    let points: BTreeSet<u64> = a_parts.points.keys().chain(b_parts.points.keys()).copied().collect();
    let at = |parts: &Parts<'_>, point: u64| parts.points.get(&point).copied().unwrap_or(0.0);
    pairs.extend(points.into_iter().map(|p| (at(&a_parts, p), at(&b_parts, p))));
    pairs.extend([(a_parts.infinite, 0.0), (0.0, b_parts.infinite)]);
    pairs.extend([(0.0, b_parts.nan), (a_parts.nan, 0.0)]);
    jensen_shannon(&pairs)
}

/// A histogram's buckets by their kinds.
struct Parts<'h> {
    wide: Vec<&'h HistogramBucket>,
    /// By the number's bits.
    points: BTreeMap<u64, f64>,
    infinite: f64,
    nan: f64,
}

impl<'h> Parts<'h> {
    fn of(histogram: &'h Histogram) -> Parts<'h> {
        let nan = histogram.num_nan as f64;
        let mut parts = Parts { wide: Vec::new(), points: BTreeMap::new(), infinite: 0.0, nan };
        for bucket in &histogram.buckets {
            if !bucket.low_value.is_finite() || !bucket.high_value.is_finite() {
                parts.infinite += bucket.sample_count;
            } else if bucket.low_value == bucket.high_value {
                // 0.0 and -0.0 are the same point.
                *parts.points.entry((bucket.low_value + 0.0).to_bits()).or_default() += bucket.sample_count;
            } else {
                parts.wide.push(bucket);
            }
        }
        parts
    }

    /// What lies between each edge and the next.
    fn cut(&self, edges: &[f64]) -> Vec<f64> {
        let mut counts = vec![0.0; edges.len().saturating_sub(1)];
        for bucket in &self.wide {
            spread(bucket.low_value, bucket.high_value, bucket.sample_count, edges, &mut counts);
        }
        counts
    }
}
