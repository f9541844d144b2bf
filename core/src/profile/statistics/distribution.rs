//! Histograms and quantiles of values with weights.

use crate::profile::messages::{Histogram, HistogramBucket, HistogramHistogramType};

/// Buckets of both histograms.
const BUCKETS: usize = 10;
/// TFDV interpolates its equal-width histogram from so many quantiles.
const FINE: usize = 1000;

/// Values in their order, each with how many it stands for or how much it weighs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Distribution {
    values: Vec<f64>,
    /// The weight of each value and of all before it.
    up_to: Vec<f64>,
}

impl Distribution {
    /// Of sorted values that are finite or infinite.
    pub(crate) fn new(points: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut all = Distribution::default();
        let mut total = 0.0;
        for (value, weight) in points {
            total += weight;
            if all.values.last() == Some(&value) {
                all.up_to.pop();
            } else {
                all.values.push(value);
            }
            all.up_to.push(total);
        }
        all
    }

    pub(crate) fn total(&self) -> f64 {
        self.up_to.last().copied().unwrap_or(0.0)
    }

    /// The smallest value that has a share of at least `q` of the weight at or below it.
    pub(crate) fn quantile(&self, q: f64) -> f64 {
        let wanted = q * self.total();
        // What division by the number of buckets leaves of rounding shall not move a boundary.
        let at = self.up_to.partition_point(|w| *w < wanted - self.total() * 1e-12);
        self.values.get(at).or(self.values.last()).copied().unwrap_or(0.0)
    }

    /// The weight at or below a value.
    pub(crate) fn below(&self, value: f64) -> f64 {
        match self.values.partition_point(|v| *v <= value) {
            0 => 0.0,
            n => self.up_to[n - 1],
        }
    }

    /// Buckets between quantiles. A value that is the end of several shares its weight among them.
    fn between_quantiles(&self, buckets: usize) -> Vec<HistogramBucket> {
        if self.values.is_empty() {
            return Vec::new();
        }
        let bounds: Vec<f64> = (0..=buckets).map(|n| self.quantile(n as f64 / buckets as f64)).collect();
        let mut all: Vec<HistogramBucket> = Vec::with_capacity(buckets);
        let mut first = 0;
        while first < buckets {
            let high = bounds[first + 1];
            let same = bounds[first + 1..].iter().take_while(|b| **b == high).count();
            let before = if first == 0 { 0.0 } else { self.below(bounds[first]) };
            let each = (self.below(high) - before) / same as f64;
            let range = first..first + same;
            all.extend(range.map(|n| HistogramBucket { low_value: bounds[n], high_value: high, sample_count: each }));
            first += same;
        }
        all
    }

    /// The histogram of ten buckets of equal weight.
    pub(crate) fn quantiles(&self, num_nan: u64) -> Histogram {
        let r#type = HistogramHistogramType::Quantiles as i32;
        Histogram { num_nan, r#type, buckets: self.between_quantiles(BUCKETS), ..Histogram::default() }
    }

    /// The histogram of ten buckets of equal width: the first closed at both ends, the others at their high end. What is
    /// infinite is in the outer ones, which then reach so far.
    pub(crate) fn standard(&self, num_nan: u64, as_tfdv: bool) -> Histogram {
        let finite: Vec<f64> = self.values.iter().copied().filter(|v| v.is_finite()).collect();
        let (Some(low), Some(high)) = (finite.first().copied(), finite.last().copied()) else {
            return Histogram { num_nan, buckets: self.of_infinities(), ..Histogram::default() };
        };
        let bounds = equal_width(low, high);
        let mut buckets = if as_tfdv { self.interpolated(&bounds) } else { self.counted(&bounds) };
        if let (Some(first), Some(value)) = (buckets.first_mut(), self.values.first().filter(|v| v.is_infinite())) {
            first.low_value = *value;
        }
        if let (Some(last), Some(value)) = (buckets.last_mut(), self.values.last().filter(|v| v.is_infinite())) {
            last.high_value = *value;
        }
        Histogram { num_nan, buckets, ..Histogram::default() }
    }

    fn of_infinities(&self) -> Vec<HistogramBucket> {
        let one = |v: &f64| HistogramBucket { low_value: *v, high_value: *v, sample_count: self.weight_of(*v) };
        self.values.iter().map(one).collect()
    }

    fn weight_of(&self, value: f64) -> f64 {
        let at = self.values.partition_point(|v| *v < value);
        let before = if at == 0 { 0.0 } else { self.up_to[at - 1] };
        self.up_to.get(at).copied().unwrap_or(before) - before
    }

    fn counted(&self, bounds: &[f64]) -> Vec<HistogramBucket> {
        let mut before = 0.0;
        let mut all = Vec::new();
        for (n, ends) in bounds.windows(2).enumerate() {
            let last = n + 2 == bounds.len();
            let up_to = if last { self.total() } else { self.below(ends[1]) };
            all.push(HistogramBucket { low_value: ends[0], high_value: ends[1], sample_count: up_to - before });
            before = up_to;
        }
        all
    }

    /// As TFDV has it: the weight between two fine quantiles is spread evenly.
    fn interpolated(&self, bounds: &[f64]) -> Vec<HistogramBucket> {
        let mut all: Vec<HistogramBucket> = bounds
            .windows(2)
            .map(|ends| HistogramBucket { low_value: ends[0], high_value: ends[1], sample_count: 0.0 })
            .collect();
        let (low, high) = (bounds[0], bounds[bounds.len() - 1]);
        for fine in self.between_quantiles(FINE) {
            let (from, to) = (fine.low_value.clamp(low, high), fine.high_value.clamp(low, high));
            let last = all.len() - 1;
            let begin = all.iter().position(|b| from < b.high_value).unwrap_or(last);
            // The bucket that is closed at its high end by the value.
            let at = all.iter().position(|b| to <= b.high_value).unwrap_or(last);
            if to <= from || at <= begin {
                all[at].sample_count += fine.sample_count;
                continue;
            }
            for bucket in &mut all[begin..=at] {
                let inside = to.min(bucket.high_value) - from.max(bucket.low_value);
                bucket.sample_count += fine.sample_count * inside.max(0.0) / (to - from);
            }
        }
        all
    }
}

fn equal_width(low: f64, high: f64) -> Vec<f64> {
    if low == high {
        return vec![low, high];
    }
    let width = high / BUCKETS as f64 - low / BUCKETS as f64;
    let inner = (1..BUCKETS).map(|n| low + width * n as f64);
    [low].into_iter().chain(inner).chain([high]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(histogram: &Histogram) -> Vec<f64> {
        histogram.buckets.iter().map(|b| b.sample_count).collect()
    }

    #[test]
    fn a_value_that_ends_several_buckets_shares_its_weight() {
        let d = Distribution::new([(0.0, 146.0), (1.0, 68.0), (2.0, 120.0)].into_iter());
        let quantiles = d.quantiles(0);
        assert_eq!(counts(&quantiles), [36.5, 36.5, 36.5, 36.5, 34.0, 34.0, 30.0, 30.0, 30.0, 30.0]);
        assert_eq!(d.quantile(0.5), 1.0);
        let tfdv = counts(&d.standard(0, true));
        assert!((tfdv[0] - 146.066_995_073_891_72).abs() < 1e-9 && (tfdv[5] - 0.066_666_666_666_666_72).abs() < 1e-9);
        assert_eq!(counts(&d.standard(0, false)), [146.0, 0.0, 0.0, 0.0, 68.0, 0.0, 0.0, 0.0, 0.0, 120.0]);
    }

    #[test]
    fn infinities_are_in_the_outer_buckets() {
        let d =
            Distribution::new([(f64::NEG_INFINITY, 2.0), (0.0, 1.0), (10.0, 1.0), (f64::INFINITY, 3.0)].into_iter());
        let all = d.standard(4, false);
        assert_eq!((counts(&all)[0], counts(&all)[9], all.num_nan), (3.0, 4.0, 4));
        assert_eq!((all.buckets[0].low_value, all.buckets[9].high_value), (f64::NEG_INFINITY, f64::INFINITY));
        let only = Distribution::new([(f64::INFINITY, 3.0)].into_iter());
        assert_eq!(counts(&only.standard(0, false)), [3.0]);
        assert!(Distribution::default().standard(0, true).buckets.is_empty());
    }
}
