//! The Jensen-Shannon divergence, and histograms cut so that they can be compared by it: once, for the comparators of a schema
//! and for what is said of two versions.

/// The Jensen-Shannon divergence of pairs of counts, to the base of 2: 0 when they are the same, 1 when they have nothing in
/// common, none when one side counts nothing or without end.
pub(super) fn jensen_shannon(pairs: &[(f64, f64)]) -> Option<f64> {
    let (of_p, of_q) = pairs.iter().fold((0.0, 0.0), |(p, q), pair| (p + pair.0, q + pair.1));
    if [of_p, of_q].iter().any(|sum| *sum == 0.0 || !sum.is_finite()) {
        return None;
    }
    let mut sum = 0.0;
    for (p, q) in pairs.iter().map(|(p, q)| (p / of_p, q / of_q)) {
        let middle = f64::midpoint(p, q);
        for share in [p, q].into_iter().filter(|s| *s > 0.0) {
            sum += share * (share / middle).log2();
        }
    }
    Some((sum / 2.0).clamp(0.0, 1.0))
}

/// Adds a bucket's count to the intervals between edges, as if its values lay evenly in it. Its own ends are among the edges,
/// which are sorted and of which there is one more than intervals.
pub(super) fn spread(low: f64, high: f64, count: f64, edges: &[f64], intervals: &mut [f64]) {
    let first = edges.partition_point(|e| *e < low);
    let last = edges.partition_point(|e| *e < high);
    for (interval, edge) in intervals.iter_mut().zip(edges.windows(2)).take(last).skip(first) {
        *interval += (edge[1] - edge[0]) / (high - low) * count;
    }
}
