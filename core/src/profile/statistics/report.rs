//! The report that people and programs read: JSON with a figure's error beside each figure that is not exact.

use super::distinct::RELATIVE_ERROR;
use super::feature::{Feature, Values};
use super::finish::{distribution, is_bytes, label};
use super::numbers::{Kind, Numbers};
use super::profiler::Profiler;
use super::semantic;
use super::texts::Texts;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Values that are shown as the most frequent.
const TOP: usize = 20;
/// Values that are longer than this are not shown.
const SHORT: usize = 4096;
/// Patterns of missing columns that are shown.
const PATTERNS: usize = 20;
const QUANTILES: [f64; 13] = [0.0, 0.01, 0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95, 0.99, 1.0];
/// Of whole numbers beyond these JSON readers may lose digits: they are text.
const SAFE: i128 = 1 << 53;

impl Profiler {
    /// The report of the data set of this name.
    pub(crate) fn report(&self, name: &str) -> Value {
        let mut report = self.of_rows();
        report.insert("name".into(), name.into());
        report.insert("mode".into(), if self.options.tfdv { "tfdv" } else { "native" }.into());
        report.insert("columns".into(), self.features.len().into());
        if let Some(facts) = &self.facts {
            let (distinct, exact) = facts.hashes.count(self.rows);
            report.insert("duplicate_rows".into(), with_error(self.rows - distinct, exact, self.rows));
            report.insert("missing_together".into(), self.patterns());
            report.insert("correlations".into(), self.correlation_list());
        }
        if !self.options.slices.is_empty() {
            let slices = self.slices.iter().map(|(name, slice)| (name.clone(), slice.of_rows().into()));
            report.insert("slices".into(), Value::Object(slices.collect()));
            report.insert("rows_of_slices_left_out".into(), self.unsliced.into());
        }
        report.into()
    }

    fn of_rows(&self) -> Map<String, Value> {
        let mut all = Map::new();
        all.insert("rows".into(), self.rows.into());
        if !self.options.weight.is_empty() {
            all.insert("weight".into(), json!({ "column": self.options.weight, "sum": self.weight }));
        }
        let mut features = Vec::new();
        self.features.iter().for_each(|f| add_feature(f, self.options.tfdv, &mut features));
        all.insert("features".into(), features.into());
        all
    }

    fn patterns(&self) -> Value {
        let Some(facts) = &self.facts else { return Value::Null };
        let mut all: Vec<_> = facts.patterns.iter().collect();
        all.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        let name = |n: &u32| self.features.get(*n as usize).map(Feature::name);
        let one = |(lacks, rows): (&Vec<u32>, &u64)| json!({ "columns": lacks.iter().filter_map(name).collect::<Vec<_>>(), "rows": rows });
        let shown: Vec<Value> = all.iter().take(PATTERNS).map(|(lacks, rows)| one((lacks, rows))).collect();
        let others: u64 = all.iter().skip(PATTERNS).map(|(_, rows)| **rows).sum();
        json!({ "patterns": shown, "rows_of_other_patterns": others + facts.other_patterns })
    }

    fn correlation_list(&self) -> Value {
        let columns = self.correlated();
        let name = |n: usize| columns.get(n).map(|f| f.name());
        let all = self.correlations.list().into_iter();
        let shown = all.filter_map(|p| {
            Some(json!({ "x": name(p.x)?, "y": name(p.y)?, "correlation": p.correlation?, "rows": p.rows }))
        });
        let shown: Vec<Value> = shown.collect();
        let left_out = columns.len().saturating_sub(super::correlation::MOST_COLUMNS);
        json!({ "method": "pearson", "pairs": shown, "columns_left_out": left_out })
    }
}

/// A count that may be an estimate. `of` is what its relative error is of.
fn with_error(count: u64, exact: bool, of: u64) -> Value {
    let error = if exact { 0.0 } else { RELATIVE_ERROR * of as f64 };
    json!({ "count": count, "exact": exact, "standard_error": error })
}

fn add_feature(feature: &Feature, tfdv: bool, all: &mut Vec<Value>) {
    let mut one = Map::new();
    one.insert("name".into(), feature.name().into());
    if feature.path.len() > 1 {
        one.insert("path".into(), json!(feature.path));
    }
    one.insert("arrow_type".into(), feature.type_name.as_str().into());
    if let Some(level) = feature.levels.first() {
        one.insert("count".into(), level.present.into());
        one.insert("missing".into(), level.missing.into());
        let rows = (level.present + level.missing).max(1);
        one.insert("missing_share".into(), (level.missing as f64 / rows as f64).into());
    }
    let lengths: Vec<Value> = feature.levels.iter().filter_map(|l| l.lengths.as_ref()).map(list_lengths).collect();
    if !lengths.is_empty() {
        one.insert("list_lengths".into(), lengths.into());
        one.insert("null_values".into(), feature.null_values.into());
    }
    let kind = match &feature.values {
        Values::Numbers(numbers) => {
            of_numbers(numbers, feature, &mut one);
            if numbers.kind == Kind::Float { "FLOAT" } else { "INT" }
        }
        Values::Texts(texts) => {
            of_texts(texts, tfdv, &mut one);
            if is_bytes(texts, tfdv) { "BYTES" } else { "STRING" }
        }
        Values::Struct => "STRUCT",
        Values::Nothing => "STRING",
    };
    one.insert("type".into(), kind.into());
    all.push(one.into());
    feature.children.iter().for_each(|child| add_feature(child, tfdv, all));
}

fn list_lengths(lengths: &Numbers) -> Value {
    let (least, most) = lengths.range().unwrap_or((0, 0));
    json!({ "min": least, "max": most, "mean": finite(lengths.mean_and_deviation().0) })
}

fn distinct((count, exact): (u64, bool), one: &mut Map<String, Value>) {
    one.insert("distinct".into(), with_error(count, exact, count));
}

fn of_numbers(numbers: &Numbers, feature: &Feature, one: &mut Map<String, Value>) {
    let kind = numbers.kind;
    distinct(numbers.distinct(), one);
    one.insert("zeros".into(), numbers.zeros.into());
    if kind == Kind::Float {
        one.insert("nan".into(), numbers.nans.into());
    }
    let Some((least, most)) = numbers.range() else { return };
    one.insert("min".into(), of_key(kind, least));
    one.insert("max".into(), of_key(kind, most));
    let (mean, deviation) = numbers.mean_and_deviation();
    one.insert("mean".into(), finite(mean));
    one.insert("std_dev".into(), finite(deviation));
    let points = numbers.points();
    let all = distribution(numbers);
    if kind == Kind::Float {
        let infinite = [f64::NEG_INFINITY, f64::INFINITY].map(|x| numbers.weight_of(x));
        one.insert("infinite".into(), infinite.iter().sum::<u64>().into());
    }
    let quantiles = QUANTILES.iter().map(|q| json!({ "share": q, "value": finite(all.quantile(*q)) }));
    one.insert("quantiles".into(), quantiles.collect());
    one.insert("quantile_rank_error".into(), json!({ "of_99_percent": points.rank_error }));
    one.insert("histogram".into(), histogram(&all.standard(numbers.nans, false)));
    if numbers.distinct().1 {
        let mut top = points.points;
        top.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| b.0.cmp(&a.0)));
        let shown = top.iter().take(TOP).map(|(key, n)| json!({ "value": of_key(kind, *key), "count": n }));
        one.insert("top_values".into(), shown.collect());
        one.insert("top_values_error".into(), 0.into());
    }
    if let (Some(days), Some(_)) = (&feature.days, feature.units_of_a_day) {
        one.insert("dates".into(), dates(days));
    }
}

fn of_texts(texts: &Texts, tfdv: bool, one: &mut Map<String, Value>) {
    distinct(texts.distinct(), one);
    one.insert("empty".into(), texts.empty.into());
    one.insert("invalid_utf8".into(), texts.invalid_utf8.into());
    if texts.count == 0 {
        return;
    }
    let mean = |sum: u64| sum as f64 / texts.count as f64;
    one.insert(
        "bytes".into(),
        json!({ "min": texts.shortest, "max": texts.longest, "mean": mean(texts.bytes), "sum": texts.bytes }),
    );
    one.insert(
        "chars".into(),
        json!({ "min": texts.fewest_chars, "max": texts.most_chars, "mean": mean(texts.chars) }),
    );
    if is_bytes(texts, tfdv) {
        one.insert("images".into(), texts.images.into());
        return;
    }
    let ranked = texts.ranked();
    let short = ranked.iter().filter(|v| v.text.as_ref().is_some_and(|t| t.len() <= SHORT));
    let shown = short.filter_map(|v| Some(json!({ "value": label(v)?, "count": v.count }))).take(TOP);
    one.insert("top_values".into(), shown.collect());
    one.insert("top_values_error".into(), texts.lost.into());
    if let Some((format, share)) = semantic::time_format(&ranked) {
        one.insert("time_format".into(), json!({ "format": format, "share": share }));
        let text = |v: &super::texts::Counted| String::from_utf8(v.text.as_ref()?.to_vec()).ok();
        let days: BTreeSet<i64> = ranked.iter().filter_map(|v| semantic::day(format, &text(v)?)).collect();
        if texts.distinct().1 && !days.is_empty() {
            one.insert("dates".into(), dates(&days));
        }
    } else if let Some(share) = semantic::natural_language(&ranked) {
        one.insert("natural_language".into(), json!({ "share": share }));
    }
}

/// The days that there is something of, and those between the first and the last that there is nothing of.
fn dates(days: &BTreeSet<i64>) -> Value {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Value::Null };
    let text = |day: i64| {
        let span = jiff::Span::new().try_days(day).ok()?;
        jiff::civil::date(1970, 1, 1).checked_add(span).ok().map(|d| d.to_string())
    };
    let span = last - first + 1;
    let missing = span - days.len() as i64;
    let longest = days.iter().zip(days.iter().skip(1)).map(|(a, b)| b - a - 1).max().unwrap_or(0);
    json!({ "first": text(*first), "last": text(*last), "days": days.len(), "days_missing": missing, "longest_gap_days": longest })
}

fn histogram(histogram: &crate::profile::messages::Histogram) -> Value {
    let one = |b: &crate::profile::messages::HistogramBucket| json!({ "low": finite(b.low_value), "high": finite(b.high_value), "count": b.sample_count });
    histogram.buckets.iter().map(one).collect()
}

fn of_key(kind: Kind, key: u64) -> Value {
    match kind {
        Kind::Float => finite(kind.to_f64(key)),
        _ => match kind.whole(key) {
            x if x.abs() <= SAFE => Value::from(x as i64),
            x => Value::from(x.to_string()),
        },
    }
}

/// JSON has no infinities: they are text.
fn finite(x: f64) -> Value {
    match x {
        _ if x.is_finite() => x.into(),
        _ if x.is_nan() => "NaN".into(),
        _ if x > 0.0 => "Infinity".into(),
        _ => "-Infinity".into(),
    }
}
