//! Which values are allowed: lists of strings, and ranges of numbers.

use super::anomaly::Reason;
use crate::profile::messages::{
    AnomalyInfoType as A, Feature, FeatureDomainInfo as Domain, FeatureNameStatisticsType as Type, StringDomain,
};
use crate::profile::schema::FeatureView;

const RANGE: &str = "Out-of-range values";
const INVALID: &str = "Invalid values";
/// So many values of a long list are shown.
const SHOWN: usize = 20;

/// Values that are not in the list, if they are more than may be outside of it.
pub(super) fn strings(view: &FeatureView<'_>, min_mass: f64, domain: &mut StringDomain) -> Vec<Reason> {
    if view.invalid_utf8() {
        domain.value.clear();
        let why = "There are strings that are not UTF-8.";
        return vec![Reason::new(A::EnumTypeInvalidUtf8, "Invalid UTF8 strings", why)];
    }
    let known: std::collections::BTreeSet<&str> = domain.value.iter().map(String::as_str).collect();
    let mut others = view.values();
    others.retain(|value, _| !known.contains(value));
    let outside: f64 = others.values().sum();
    let total = view.total_values();
    let most = 1.0 - min_mass;
    if !(outside / total > most || (most == 0.0 && !others.is_empty())) {
        return Vec::new();
    }
    let shown = others.iter().take(SHOWN).map(|(value, count)| format!("\"{value}\" ({})", share(*count, total)));
    let mut shown = shown.collect::<Vec<_>>().join(", ");
    if others.len() > SHOWN {
        shown.push_str(&format!(" and {} more", others.len() - SHOWN));
    }
    let new: Vec<String> = others.keys().map(|v| (*v).to_owned()).collect();
    domain.value.extend(new);
    let why = format!("There are values that the schema does not list: {shown}.");
    vec![Reason::new(A::EnumTypeUnexpectedStringValues, "Unexpected string values", why)]
}

fn share(count: f64, total: f64) -> String {
    let percent = 100.0 * count / total;
    if !percent.is_finite() {
        "?".to_owned()
    } else if percent < 1.0 {
        "<1%".to_owned()
    } else {
        format!("~{}%", percent.floor())
    }
}

/// What numbers there are, or a value that is none.
enum Found<N> {
    Range(N, N),
    Not(String),
}

fn found<N: PartialOrd + Copy>(view: &FeatureView<'_>, read: impl Fn(&str) -> Option<N>) -> Option<Found<N>> {
    let mut range: Option<(N, N)> = None;
    for value in view.values().keys() {
        let Some(number) = read(value) else { return Some(Found::Not((*value).to_owned())) };
        range = Some(range.map_or((number, number), |(min, max)| {
            (if number < min { number } else { min }, if number > max { number } else { max })
        }));
    }
    range.map(|(min, max)| Found::Range(min, max))
}

/// Whole numbers, also those that are written as text.
pub(super) fn ints(view: &FeatureView<'_>, feature: &mut Feature) -> Vec<Reason> {
    let read = |v: &str| v.trim().parse::<i64>().ok();
    let is = match (view.data_type(), view.numbers()) {
        (Type::Int, Some(n)) if n.min < -(2_f64.powi(63)) => Some(Found::Not(n.min.to_string())),
        (Type::Int, Some(n)) if n.max > 2_f64.powi(63) => Some(Found::Not(n.max.to_string())),
        (Type::Int, Some(n)) => Some(Found::Range(n.min as i64, n.max as i64)),
        (Type::Float | Type::Struct, _) => None,
        _ => found(view, read),
    };
    let Some(Domain::IntDomain(domain)) = &mut feature.domain_info else { return Vec::new() };
    match is {
        None => Vec::new(),
        Some(Found::Not(value)) if view.data_type() == Type::Int => {
            if domain.min.is_none() && domain.max.is_none() {
                return Vec::new();
            }
            feature.domain_info = None;
            let why = format!("There are numbers that 64 bits do not hold, such as {value}.");
            vec![Reason::new(A::DomainInvalidForType, INVALID, why)]
        }
        Some(Found::Not(value)) => {
            feature.domain_info = None;
            let why = format!("There is text that is not a whole number, such as \"{value}\".");
            vec![Reason::new(A::IntTypeNotIntString, INVALID, why)]
        }
        Some(Found::Range(min, max)) => {
            let mut reasons = Vec::new();
            if let Some(asked) = domain.min.filter(|asked| min < *asked) {
                reasons.push(Reason::new(
                    A::IntTypeSmallInt,
                    RANGE,
                    format!("The least is {asked}, and there is {min}."),
                ));
                domain.min = Some(min);
            }
            if let Some(asked) = domain.max.filter(|asked| max > *asked) {
                reasons.push(Reason::new(A::IntTypeBigInt, RANGE, format!("The most is {asked}, and there is {max}.")));
                domain.max = Some(max);
            }
            reasons
        }
    }
}

/// Numbers, also those that are written as text; limits are 32-bit numbers, as in the schema.
pub(super) fn floats(view: &FeatureView<'_>, feature: &mut Feature) -> Vec<Reason> {
    let read = |v: &str| v.trim().parse::<f32>().ok();
    let is = match (view.data_type(), view.numbers()) {
        (Type::Float, Some(n)) => Some(Found::Range(n.min as f32, n.max as f32)),
        (Type::Int | Type::Struct, _) => None,
        _ => found(view, read),
    };
    let mut reasons = Vec::new();
    let Some(Domain::FloatDomain(domain)) = &mut feature.domain_info else { return reasons };
    match is {
        None => {}
        Some(Found::Not(value)) => {
            feature.domain_info = None;
            let why = format!("There is text that is not a number, such as \"{value}\".");
            return vec![Reason::new(A::FloatTypeStringNotFloat, INVALID, why)];
        }
        Some(Found::Range(min, max)) => {
            if let Some(asked) = domain.min.filter(|asked| min < *asked) {
                reasons.push(Reason::new(
                    A::FloatTypeSmallFloat,
                    RANGE,
                    format!("The least is {asked}, and there is {min}."),
                ));
                domain.min = Some(min);
            }
            if let Some(asked) = domain.max.filter(|asked| max > *asked) {
                reasons.push(Reason::new(
                    A::FloatTypeBigFloat,
                    RANGE,
                    format!("The most is {asked}, and there is {max}."),
                ));
                domain.max = Some(max);
            }
            if domain.disallow_inf() && (min.is_infinite() || max.is_infinite()) {
                domain.disallow_inf = None;
                reasons.push(Reason::new(
                    A::FloatTypeHasInf,
                    INVALID,
                    "There are infinite values, which the schema forbids.",
                ));
            }
        }
    }
    if domain.disallow_nan() && view.histograms().iter().any(|h| h.num_nan > 0) {
        domain.disallow_nan = None;
        reasons.push(Reason::new(A::FloatTypeHasNan, INVALID, "There are NaN values, which the schema forbids."));
    }
    reasons
}
