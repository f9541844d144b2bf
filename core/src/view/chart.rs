//! Small pictures as inline SVG: one path for each data set, whatever the number of buckets.

use super::html::Html;
use crate::profile::summary::figures::{number, percent};
use crate::profile::summary::{Bucket, Histogram, Number};
use std::fmt::Write;

pub(super) const WIDTH: f64 = 240.0;
pub(super) const HEIGHT: f64 = 64.0;
/// More bars than this are thinner than a line.
const BARS: usize = 60;

/// Bars of a histogram's buckets, and those of another one over them. Heights are shares of each.
pub(super) fn histogram(label: &str, one: Option<&Histogram>, other: Option<&Histogram>) -> Html {
    let shapes = [one.map(finite), other.map(finite)];
    let (low, high) = range(shapes.iter().flatten().flatten());
    let heights = [shares(shapes[0].as_deref()), shares(shapes[1].as_deref())];
    let tallest = heights.iter().flatten().copied().fold(0.0, f64::max);
    let path = |i: usize| {
        let mut d = String::new();
        for (bucket, share) in shapes[i].iter().flatten().zip(&heights[i]) {
            if *share > 0.0 {
                bar(&mut d, x(bucket.low, low, high), x(bucket.high, low, high), share / tallest * (HEIGHT - 2.0));
            }
        }
        d
    };
    svg(label, &path(0), &path(1))
}

/// The edges of buckets of equal weight: where lines are close, there are many values.
pub(super) fn quantiles(label: &str, one: Option<&Histogram>, other: Option<&Histogram>) -> Html {
    let shapes = [one.map(finite), other.map(finite)];
    let (low, high) = range(shapes.iter().flatten().flatten());
    let compared = shapes.iter().all(Option::is_some);
    let path = |i: usize| {
        let mut d = String::new();
        let Some(buckets) = &shapes[i] else { return d };
        let (top, bottom) = match (compared, i) {
            (false, _) => (8.0, HEIGHT - 8.0),
            (true, 0) => (4.0, HEIGHT / 2.0 - 3.0),
            (true, _) => (HEIGHT / 2.0 + 3.0, HEIGHT - 4.0),
        };
        let middle = (top + bottom) / 2.0;
        let edges: Vec<f64> =
            buckets.first().map(|b| b.low).into_iter().chain(buckets.iter().map(|b| b.high)).collect();
        if let (Some(first), Some(last)) = (edges.first(), edges.last()) {
            let _ = write!(
                d,
                "M{} {}H{}v1H{}z",
                px(x(*first, low, high)),
                px(middle),
                px(x(*last, low, high)),
                px(x(*first, low, high))
            );
        }
        for edge in edges {
            let _ = write!(d, "M{} {}V{}h1.5V{}z", px(x(edge, low, high)), px(top), px(bottom), px(top));
        }
        d
    };
    svg(label, &path(0), &path(1))
}

/// Bars of values by their frequency, the most frequent first. Many values share a bar.
pub(super) fn ranks(label: &str, one: &[(String, f64)], other: &[(String, f64)]) -> Html {
    let bars = [thinned(one), thinned(other)];
    let most = bars.iter().map(Vec::len).max().unwrap_or(0).max(1) as f64;
    let tallest = bars.iter().flatten().copied().fold(0.0, f64::max);
    let path = |i: usize| {
        let mut d = String::new();
        for (at, share) in bars[i].iter().enumerate() {
            let at = at as f64;
            bar(&mut d, at / most * WIDTH, (at + 1.0) / most * WIDTH, share / tallest * (HEIGHT - 2.0));
        }
        d
    };
    svg(label, &path(0), &path(1))
}

/// What a histogram looks like, in words, for those who do not see it.
pub(super) fn describe(n: &Number) -> String {
    let mut text = format!("from {} to {}", number(n.min), number(n.max));
    let buckets = n.standard.as_ref().map(finite).unwrap_or_default();
    let total: f64 = buckets.iter().map(|b| b.count).sum();
    if let Some(most) = buckets.iter().max_by(|a, b| a.count.total_cmp(&b.count)).filter(|_| total > 0.0) {
        let share = percent(most.count / total);
        let _ = write!(text, "; most values, {share}, from {} to {}", number(most.low), number(most.high));
    }
    text
}

/// Buckets that can be drawn: the infinite ends are cut at their finite edge.
fn finite(h: &Histogram) -> Vec<Bucket> {
    let clip = |b: &Bucket| match (b.low.is_finite(), b.high.is_finite()) {
        (true, true) => Some(*b),
        (true, false) => Some(Bucket { high: b.low, ..*b }),
        (false, true) => Some(Bucket { low: b.high, ..*b }),
        (false, false) => None,
    };
    h.buckets.iter().filter_map(clip).collect()
}

fn range<'a>(buckets: impl Iterator<Item = &'a Bucket>) -> (f64, f64) {
    buckets.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), b| (low.min(b.low), high.max(b.high)))
}

fn shares(buckets: Option<&[Bucket]>) -> Vec<f64> {
    let total: f64 = buckets.iter().flat_map(|b| b.iter()).map(|b| b.count).sum();
    buckets.iter().flat_map(|b| b.iter()).map(|b| if total > 0.0 { b.count / total } else { 0.0 }).collect()
}

fn thinned(values: &[(String, f64)]) -> Vec<f64> {
    let total: f64 = values.iter().map(|v| v.1).sum();
    let each = values.len().div_ceil(BARS).max(1);
    let mean = |group: &[(String, f64)]| group.iter().map(|v| v.1).sum::<f64>() / group.len() as f64 / total;
    values.chunks(each).map(mean).filter(|share| share.is_finite()).collect()
}

/// The place of a value from left to right. Halves first: the difference of two large numbers may be too large.
fn x(value: f64, low: f64, high: f64) -> f64 {
    let width = high / 2.0 - low / 2.0;
    if width > 0.0 { ((value / 2.0 - low / 2.0) / width * WIDTH).clamp(0.0, WIDTH) } else { WIDTH / 2.0 }
}

/// A bar from the ground up; whatever is there can be seen.
fn bar(d: &mut String, from: f64, to: f64, height: f64) {
    let width = (to - from - 0.6).max(1.2);
    let height = height.max(1.0);
    let _ = write!(d, "M{} {}v-{}h{}v{}z", px(from.min(WIDTH - width)), HEIGHT, px(height), px(width), px(height));
}

/// A tenth of a pixel is enough.
fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// `one` is in front: where both are, it is seen through.
fn svg(label: &str, one: &str, other: &str) -> Html {
    let mut html = Html::default();
    html.raw("<svg role=\"img\" viewBox=\"0 0 240 64\" preserveAspectRatio=\"none\"")
        .attr("aria-label", label)
        .raw(">");
    if !other.is_empty() {
        html.raw("<path class=\"b\"").attr("d", other).raw("/>");
    }
    if !one.is_empty() {
        html.raw("<path class=\"a\"").attr("d", one).raw("/>");
    }
    html.raw("</svg>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(buckets: &[(f64, f64, f64)]) -> Histogram {
        let bucket = |b: &(f64, f64, f64)| Bucket { low: b.0, high: b.1, count: b.2 };
        Histogram { buckets: buckets.iter().map(bucket).collect(), nan: 0 }
    }

    #[test]
    fn extreme_numbers_draw_without_nan() {
        let shapes = [
            of(&[(f64::MIN, 0.0, 1.0), (0.0, f64::MAX, 2.0)]),
            of(&[(f64::NEG_INFINITY, 0.0, 1.0), (0.0, f64::INFINITY, 2.0)]),
            of(&[(3.0, 3.0, 5.0)]),
            of(&[(0.0, 1.0, 0.0)]),
            of(&[]),
        ];
        for shape in &shapes {
            for other in [None, Some(&shapes[0])] {
                for svg in [histogram("h", Some(shape), other), quantiles("q", Some(shape), other)] {
                    let svg = svg.finish();
                    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
                }
            }
        }
        assert!(!ranks("r", &[("a".into(), 0.0)], &[]).finish().contains("NaN"));
    }

    #[test]
    fn a_bar_is_as_high_as_its_share() {
        let svg = histogram("h", Some(&of(&[(0.0, 1.0, 1.0), (1.0, 2.0, 2.0)])), None).finish();
        assert!(svg.contains("M0 64v-31h") && svg.contains("M120 64v-62h"), "{svg}");
    }
}
