//! Pictures as inline SVG: one line for each run, in the colour that it has everywhere on the page.

use super::super::compare::{Comparison, Line};
use super::super::curve::Curve;
use super::figure;
use super::html::Html;
use std::fmt::Write;

/// Colours; after so many runs they begin anew.
pub(super) const COLOURS: usize = 10;
/// More axes cannot be told apart.
const AXES: usize = 14;
/// A group's values from one edge to the other.
const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 160.0;
const GAP: f64 = 110.0;
/// Room for words above, below and beside what is drawn.
const MARGIN: f64 = 40.0;

/// The class of a run's lines and marks.
pub(super) fn class(run: usize) -> String {
    format!("run r{run} c{}", run % COLOURS)
}

/// A metric over its steps.
pub(super) fn curves(name: &str, curves: &[Curve], names: &[String]) -> Html {
    let places = || curves.iter().flat_map(|c| &c.places);
    let (first, last) = range(places().flat_map(|p| [p.step as f64, p.end as f64]));
    let (low, high) = range(places().flat_map(|p| [p.low, p.high]));
    let mut html = Html::default();
    html.raw("<figure><figcaption>").value(name).raw("</figcaption><svg role=\"img\" viewBox=\"-6 -12 372 196\"");
    let words = format!("{name} from step {first} to {last}, between {} and {}", figure(low), figure(high));
    html.attr("aria-label", &words).raw("><path class=\"axis\" d=\"M0 0V160H360\"/>");
    for (run, curve) in curves.iter().enumerate().filter(|(_, c)| !c.places.is_empty()) {
        let mut path = String::new();
        for place in &curve.places {
            let at = x(place.step as f64, first, last, WIDTH);
            for value in [place.low, place.high].iter().take(if place.low == place.high { 1 } else { 2 }) {
                let _ = write!(
                    path,
                    "{}{at:.1} {:.1}",
                    if path.is_empty() { 'M' } else { 'L' },
                    HEIGHT - x(*value, low, high, HEIGHT)
                );
            }
        }
        // A single value is a dot: a line of no length with round ends.
        if curve.places.len() == 1 {
            path.push_str("h0");
        }
        line(&mut html, run, &path, names.get(run));
    }
    for (at, what, anchor) in [((0.0, -3.0), high, "start"), ((0.0, 174.0), low, "start")] {
        label(&mut html, at, &figure(what), anchor);
    }
    label(&mut html, (WIDTH, HEIGHT + 14.0), &format!("step {last}"), "end");
    html.raw("</svg></figure>");
    html
}

/// An axis for each parameter that differs and each metric; a line for each run that crosses them at its values.
pub(super) fn parallel(comparison: &Comparison, names: &[String]) -> Html {
    let params = comparison.params.iter().filter(|l| l.differs()).map(Axis::of_texts);
    let metrics = comparison.metrics.iter().filter(|l| !l.name.starts_with("system/")).map(|line| {
        let value = |p: &Option<super::super::read::Point>| p.map(|p| p.value).filter(|v| v.is_finite());
        Axis::of_numbers(&line.name, line.values.iter().map(value).collect())
    });
    let axes: Vec<Axis> = params.chain(metrics).filter(|a| a.heights.iter().any(Option::is_some)).take(AXES).collect();
    let mut html = Html::default();
    if axes.len() < 2 {
        return html;
    }
    let width = (axes.len() - 1) as f64 * GAP + 2.0 * MARGIN;
    html.raw("<div class=\"scroll\"><svg class=\"parallel\" role=\"img\" aria-label=\"Each run as a line through its parameters and metrics\"");
    html.attr("viewBox", &format!("-{MARGIN} -{MARGIN} {width} {}", HEIGHT + 2.0 * MARGIN));
    html.attr("width", &width.to_string()).raw(">");
    for (i, axis) in axes.iter().enumerate() {
        let at = i as f64 * GAP;
        html.raw("<path class=\"axis\"").attr("d", &format!("M{at} 0V{HEIGHT}")).raw("/>");
        let lift = if i % 2 == 0 { -22.0 } else { -32.0 };
        label(&mut html, (at, lift), &cut(&axis.name, 24), "middle");
        for (height, text) in &axis.marks {
            label(&mut html, (at + 3.0, HEIGHT - height * HEIGHT + 3.0), &cut(text, 14), "start");
        }
    }
    for run in 0..comparison.runs.len() {
        let mut path = String::new();
        let mut is_drawing = false;
        for (i, axis) in axes.iter().enumerate() {
            // What a run has not leaves a gap.
            let Some(height) = axis.heights[run] else {
                is_drawing = false;
                continue;
            };
            let _ = write!(
                path,
                "{}{:.1} {:.1}",
                if is_drawing { 'L' } else { 'M' },
                i as f64 * GAP,
                HEIGHT - height * HEIGHT
            );
            if !is_drawing {
                path.push_str("h0");
            }
            is_drawing = true;
        }
        line(&mut html, run, &path, names.get(run));
    }
    html.raw("</svg></div>");
    html
}

/// Where runs cross an axis: between 0 at its foot and 1.
struct Axis {
    name: String,
    heights: Vec<Option<f64>>,
    marks: Vec<(f64, String)>,
}

impl Axis {
    /// Texts that are all numbers lie as those do; others in their order, evenly.
    fn of_texts(line: &Line<String>) -> Axis {
        let numbers: Vec<Option<f64>> =
            line.values.iter().map(|v| v.as_ref()?.parse().ok().filter(|n: &f64| n.is_finite())).collect();
        if numbers.iter().zip(&line.values).all(|(n, v)| n.is_some() == v.is_some()) {
            return Axis::of_numbers(&line.name, numbers);
        }
        let mut kinds: Vec<&String> = line.values.iter().flatten().collect();
        kinds.sort();
        kinds.dedup();
        let height = |text: &String| {
            let place = kinds.iter().position(|k| *k == text).unwrap_or(0);
            if kinds.len() > 1 { place as f64 / (kinds.len() - 1) as f64 } else { 0.5 }
        };
        let marks = kinds.iter().map(|k| (height(k), (*k).clone())).collect();
        Axis { name: line.name.clone(), heights: line.values.iter().map(|v| v.as_ref().map(height)).collect(), marks }
    }

    fn of_numbers(name: &str, numbers: Vec<Option<f64>>) -> Axis {
        let (low, high) = range(numbers.iter().flatten().copied());
        let mut marks = vec![(x(low, low, high, 1.0), figure(low))];
        if high > low {
            marks.push((1.0, figure(high)));
        }
        Axis {
            name: name.to_owned(),
            heights: numbers.iter().map(|n| n.map(|n| x(n, low, high, 1.0))).collect(),
            marks,
        }
    }
}

fn line(html: &mut Html, run: usize, path: &str, name: Option<&String>) {
    html.raw("<path")
        .attr("class", &class(run))
        .attr("d", path)
        .raw("><title>")
        .text(name.map_or("", String::as_str))
        .raw("</title></path>");
}

fn label(html: &mut Html, (x, y): (f64, f64), text: &str, anchor: &str) {
    html.raw("<text")
        .attr("x", &x.to_string())
        .attr("y", &y.to_string())
        .attr("text-anchor", anchor)
        .raw(">")
        .text(text)
        .raw("</text>");
}

fn cut(text: &str, longest: usize) -> String {
    match text.chars().count() > longest {
        true => text.chars().take(longest - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low <= high { (low, high) } else { (0.0, 0.0) }
}

/// The place of a value between two others. Halves first: the difference of two large numbers may be too large.
fn x(value: f64, low: f64, high: f64, length: f64) -> f64 {
    let width = high / 2.0 - low / 2.0;
    if width > 0.0 { ((value / 2.0 - low / 2.0) / width * length).clamp(0.0, length) } else { length / 2.0 }
}
