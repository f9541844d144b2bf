//! Rules that the statistics support and that TFDV does not infer: proposals, which a person accepts by their names.

use super::find::{find, find_mut};
use super::formats::{self, Pattern};
use super::path::FeaturePath;
use super::view::{DatasetView, FeatureView};
use crate::error::{Code, Error, Result};
use crate::profile::messages::{
    Annotation, Feature, FeatureComparator, FeatureDomainInfo as Domain, FeatureNameStatisticsType as Type,
    FloatDomain, InfinityNorm, IntDomain, JensenShannonDivergence, Schema, TimeDomain, TimeDomainFormat,
    TimeDomainIntegerTimeFormat, URLDomain, UniqueConstraints, text,
};
use serde_json::json;

/// A rule that may be accepted into a schema.
#[derive(Clone, Debug)]
pub(crate) struct Suggestion {
    /// The feature's path and the rule's name: `fare:range`.
    pub name: String,
    pub path: FeaturePath,
    pub reason: String,
    rule: Rule,
}

#[derive(Clone, Debug)]
enum Rule {
    IntRange(Option<i64>, Option<i64>),
    FloatRange(Option<f32>, Option<f32>),
    NoNan,
    NoInf,
    Unique(UniqueConstraints),
    Tag(String),
    Url,
    Time(TimeDomainFormat),
    Drift,
}

impl Suggestion {
    /// With the feature as it would be, as text.
    pub(crate) fn json(&self, schema: &Schema) -> serde_json::Value {
        let mut with = find(schema, &self.path).cloned().unwrap_or_default();
        self.rule.apply(&mut with);
        json!({"name": self.name, "feature": self.path.to_string(), "reason": self.reason, "schema": text::to_text(&with)})
    }
}

/// What the statistics of a schema's features support beyond it.
pub(crate) fn suggest(view: &DatasetView<'_>, schema: &Schema) -> Vec<Suggestion> {
    let mut out = Vec::new();
    for feature in view.features().filter(|f| f.present() > 0.0) {
        let Some(there) = find(schema, feature.path) else { continue };
        let mut add = |name: &str, reason: String, rule: Rule| {
            let mut with = there.clone();
            rule.apply(&mut with);
            if with != *there {
                let name = format!("{}:{name}", feature.path);
                out.push(Suggestion { name, path: feature.path.clone(), reason, rule });
            }
        };
        match feature.data_type() {
            Type::Int => ints(&feature, &mut add),
            Type::Float => floats(&feature, &mut add),
            Type::String => strings(&feature, there, &mut add),
            Type::Bytes | Type::Struct => {}
        }
        if matches!(feature.data_type(), Type::Int | Type::Float | Type::String) {
            add("drift", "no threshold says how far this feature may move between two versions".into(), Rule::Drift);
        }
    }
    out
}

fn ints(view: &FeatureView<'_>, add: &mut impl FnMut(&str, String, Rule)) {
    let Some(numbers) = view.numbers() else { return };
    let exact = |v: f64| (v.abs() <= 9_007_199_254_740_992.0).then_some(v as i64);
    let (Some(min), Some(max)) = (exact(numbers.min), exact(numbers.max)) else { return };
    if let Some((format, name)) = unix_time(view, numbers.min, numbers.max) {
        let reason = format!("all values from {min} to {max} are {name} between 1990 and 2030");
        add("time", reason, Rule::Time(TimeDomainFormat::IntegerFormat(format.into())));
        return;
    }
    if min >= 0 {
        add("non-negative", format!("the smallest value is {min}"), Rule::IntRange(Some(0), None));
    }
    let (name, reason) = match min == max {
        true => ("constant", format!("every value is {min}")),
        false => ("range", format!("values go from {min} to {max}")),
    };
    add(name, reason, Rule::IntRange(Some(min), Some(max)));
    if is_key(view) {
        add("key", "no value is there twice and none is missing".into(), Rule::Tag("key".into()));
    }
}

fn floats(view: &FeatureView<'_>, add: &mut impl FnMut(&str, String, Rule)) {
    let Some(numbers) = view.numbers() else { return };
    let nan: u64 = view.histograms().iter().map(|h| h.num_nan).max().unwrap_or(0);
    if nan == 0 && !view.histograms().is_empty() {
        add("no-nan", "no value is NaN".into(), Rule::NoNan);
    }
    if !(numbers.min.is_finite() && numbers.max.is_finite()) {
        return;
    }
    add("no-inf", "no value is infinite".into(), Rule::NoInf);
    if numbers.min >= 0.0 {
        add("non-negative", format!("the smallest value is {}", numbers.min), Rule::FloatRange(Some(0.0), None));
    }
    let (name, reason) = match numbers.min == numbers.max {
        true => ("constant", format!("every value is {}", numbers.min)),
        false => ("range", format!("values go from {} to {}", numbers.min, numbers.max)),
    };
    let low = rounded(numbers.min, |f| f64::from(f) > numbers.min, f32::next_down);
    let high = rounded(numbers.max, |f| f64::from(f) < numbers.max, f32::next_up);
    add(name, reason, Rule::FloatRange(Some(low), Some(high)));
}

/// The nearest 32-bit number that does not shut the value out.
fn rounded(value: f64, shuts_out: impl Fn(f32) -> bool, next: impl Fn(f32) -> f32) -> f32 {
    let near = value as f32;
    if shuts_out(near) { next(near) } else { near }
}

fn strings(view: &FeatureView<'_>, there: &Feature, add: &mut impl FnMut(&str, String, Rule)) {
    let values = view.values();
    let Some(unique) = view.unique() else { return };
    if unique == 1 {
        let value = values.keys().next().copied().unwrap_or("");
        let constraints = UniqueConstraints { min: Some(1), max: Some(1) };
        add("constant", format!("every value is \"{value}\""), Rule::Unique(constraints));
        return;
    }
    if is_key(view) {
        add("key", "no value is there twice and none is missing".into(), Rule::Tag("key".into()));
        // TFDV takes a limit that is not there for 0.
        let constraints = UniqueConstraints { min: i64::try_from(unique).ok(), max: Some(i64::MAX) };
        add("unique", format!("there are {unique} different values"), Rule::Unique(constraints));
    }
    // A list of values says more than a format.
    if there.domain_info.is_some() || values.len() < 3 {
        return;
    }
    let of = format!("all of the {} most frequent values are", values.len());
    for (format, check) in formats::NAMED {
        if values.keys().all(|v| check(v)) {
            let rule = if format == "url" { Rule::Url } else { Rule::Tag(format!("format={format}")) };
            return add(format, format!("{of} of the format \"{format}\""), rule);
        }
    }
    if let Some(format) = formats::TIMES.iter().find(|f| values.keys().all(|v| formats::is_time(f, v))) {
        let rule = Rule::Time(TimeDomainFormat::StringFormat((*format).to_owned()));
        return add("time", format!("{of} times of the format \"{format}\""), rule);
    }
    if let Some(pattern) = Pattern::common(values.keys().copied()) {
        add("pattern", format!("{of} of the shape {pattern}"), Rule::Tag(format!("pattern={pattern}")));
    }
}

/// Whether each example has one value that no other has.
fn is_key(view: &FeatureView<'_>) -> bool {
    let once = view.valency().iter().all(|(min, max)| (*min, *max) == (1, 1));
    let distinct = view.unique().map(|n| n as f64).or_else(|| view.custom_number("distinct"));
    let exact = view.custom_number("distinct_error").unwrap_or(0.0) == 0.0;
    let examples = view.dataset.num_examples();
    once && exact && examples >= 10.0 && view.missing() == 0.0 && distinct == Some(examples)
}

/// Ranges of whole numbers that are times between 1990 and 2030, in seconds and finer; days only if the name says so.
fn unix_time(view: &FeatureView<'_>, min: f64, max: f64) -> Option<(TimeDomainIntegerTimeFormat, &'static str)> {
    use TimeDomainIntegerTimeFormat as T;
    const BEGIN: f64 = 631_152_000.0;
    const END: f64 = 1_893_456_000.0;
    let name = view.path.last().to_ascii_lowercase();
    let days = ["day", "date"].iter().any(|w| name.contains(w));
    let scales = [
        (T::UnixSeconds, 1.0, "seconds"),
        (T::UnixMilliseconds, 1e3, "milliseconds"),
        (T::UnixMicroseconds, 1e6, "microseconds"),
        (T::UnixNanoseconds, 1e9, "nanoseconds"),
    ];
    let found = scales.into_iter().find(|(_, scale, _)| min >= BEGIN * scale && max <= END * scale);
    let found = found.map(|(format, _, name)| (format, name));
    let as_days = days && min >= BEGIN / 86_400.0 && max <= END / 86_400.0;
    found.or_else(|| as_days.then_some((T::UnixDays, "days")))
}

impl Rule {
    /// Puts the rule into the feature, unless something there speaks against it.
    fn apply(&self, feature: &mut Feature) {
        match self {
            Rule::IntRange(min, max) => {
                let Some(domain) = int_domain(feature) else { return };
                (domain.min, domain.max) = (domain.min.or(*min), domain.max.or(*max));
            }
            Rule::FloatRange(min, max) => {
                let Some(domain) = float_domain(feature) else { return };
                (domain.min, domain.max) = (domain.min.or(*min), domain.max.or(*max));
            }
            Rule::NoNan => {
                if let Some(domain) = float_domain(feature) {
                    domain.disallow_nan = Some(true);
                }
            }
            Rule::NoInf => {
                if let Some(domain) = float_domain(feature) {
                    domain.disallow_inf = Some(true);
                }
            }
            Rule::Unique(constraints) => {
                feature.unique_constraints.get_or_insert_with(|| constraints.clone());
            }
            Rule::Tag(tag) => {
                let annotation = feature.annotation.get_or_insert_with(Annotation::default);
                if !annotation.tag.contains(tag) {
                    annotation.tag.push(tag.clone());
                }
            }
            Rule::Url => {
                feature.domain_info.get_or_insert(Domain::UrlDomain(URLDomain::default()));
            }
            Rule::Time(format) => {
                let domain = TimeDomain { format: Some(format.clone()) };
                feature.domain_info.get_or_insert(Domain::TimeDomain(domain));
            }
            Rule::Drift => add_drift(feature),
        }
    }
}

fn int_domain(feature: &mut Feature) -> Option<&mut IntDomain> {
    match feature.domain_info.get_or_insert_with(|| Domain::IntDomain(IntDomain::default())) {
        Domain::IntDomain(domain) => Some(domain),
        _ => None,
    }
}

fn float_domain(feature: &mut Feature) -> Option<&mut FloatDomain> {
    match feature.domain_info.get_or_insert_with(|| Domain::FloatDomain(FloatDomain::default())) {
        Domain::FloatDomain(domain) => Some(domain),
        _ => None,
    }
}

/// Thresholds that are often taken to begin with: 0.01 for the shares of words, 0.1 for numbers.
fn add_drift(feature: &mut Feature) {
    let words = feature.r#type() == crate::profile::messages::FeatureType::Bytes;
    feature.drift_comparator.get_or_insert_with(|| {
        let mut comparator = FeatureComparator::default();
        if words {
            comparator.infinity_norm = Some(InfinityNorm { threshold: Some(0.01) });
        } else {
            comparator.jensen_shannon_divergence = Some(JensenShannonDivergence { threshold: Some(0.1), source: None });
        }
        comparator
    });
}

/// Accepts suggestions by their names, or `all`. Ranges are accepted before what they include.
pub(crate) fn accept(schema: &mut Schema, suggestions: &[Suggestion], names: &[String]) -> Result<Vec<String>> {
    if let Some(unknown) = names.iter().find(|n| *n != "all" && suggestions.iter().all(|s| s.name != **n)) {
        return Err(Error::new(Code::InvalidArgument, format!("no suggestion is called \"{unknown}\""))
            .remedy("See the list of suggestions that the schema comes with, or accept \"all\".")
            .with("suggestion", unknown));
    }
    let all = names.iter().any(|n| n == "all");
    let mut taken: Vec<&Suggestion> = suggestions.iter().filter(|s| all || names.contains(&s.name)).collect();
    taken.sort_by_key(|s| s.name.ends_with(":non-negative"));
    let mut accepted = Vec::new();
    for suggestion in taken {
        if let Some(feature) = find_mut(schema, &suggestion.path) {
            suggestion.rule.apply(feature);
            accepted.push(suggestion.name.clone());
        }
    }
    accepted.sort();
    Ok(accepted)
}
