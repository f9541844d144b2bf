//! True and false: as 0 and 1, or as two words.

use super::anomaly::Reason;
use crate::profile::messages::{
    AnomalyInfoType as A, Feature, FeatureDomainInfo as Domain, FeatureNameStatisticsType as Type, FloatDomain,
    IntDomain, NumericStatistics,
};
use crate::profile::schema::FeatureView;

const TITLE: &str = "Non-boolean values";

pub(super) fn check(view: &FeatureView<'_>, feature: &mut Feature) -> Vec<Reason> {
    let Some(Domain::BoolDomain(domain)) = &mut feature.domain_info else { return Vec::new() };
    let words = domain.true_value.is_some() || domain.false_value.is_some();
    match view.data_type() {
        Type::Int | Type::Float if words => {
            (domain.true_value, domain.false_value) = (None, None);
            vec![invalid("Words for true and false go with text only, and the data is numbers.")]
        }
        Type::Int => view.numbers().map_or(Vec::new(), |n| ints(n, feature)),
        Type::Float => view.numbers().map_or(Vec::new(), |n| floats(view, n, feature)),
        Type::String if !words => {
            feature.domain_info = None;
            vec![invalid("The data is text, and the schema has no words for true and false.")]
        }
        Type::String => strings(view, feature),
        Type::Bytes | Type::Struct => Vec::new(),
    }
}

fn invalid(why: &str) -> Reason {
    Reason::new(A::BoolTypeInvalidConfig, "Invalid BoolDomain", why)
}

fn ints(numbers: &NumericStatistics, feature: &mut Feature) -> Vec<Reason> {
    let (kind, value) = match numbers {
        n if n.min < 0.0 => (A::BoolTypeSmallInt, n.min),
        n if n.max > 1.0 => (A::BoolTypeBigInt, n.max),
        _ => return Vec::new(),
    };
    let range = IntDomain { min: Some(numbers.min as i64), max: Some(numbers.max as i64), ..IntDomain::default() };
    feature.domain_info = Some(Domain::IntDomain(range));
    vec![Reason::new(kind, TITLE, format!("There are whole numbers that are not 0 or 1, such as {value}."))]
}

fn floats(view: &FeatureView<'_>, numbers: &NumericStatistics, feature: &mut Feature) -> Vec<Reason> {
    let Some(found) = not_bool(view, numbers) else { return Vec::new() };
    let range = FloatDomain { min: Some(numbers.min as f32), max: Some(numbers.max as f32), ..FloatDomain::default() };
    feature.domain_info = Some(Domain::FloatDomain(range));
    vec![Reason::new(
        A::BoolTypeUnexpectedFloat,
        TITLE,
        format!("There are numbers that are not 0 or 1, such as {found}."),
    )]
}

/// A value that is not 0 or 1, as far as limits and histograms tell.
fn not_bool(view: &FeatureView<'_>, numbers: &NumericStatistics) -> Option<String> {
    if let Some(value) = [numbers.min, numbers.max].into_iter().find(|v| *v != 0.0 && *v != 1.0) {
        return Some(value.to_string());
    }
    for histogram in view.histograms() {
        if histogram.num_nan > 0 {
            return Some("NaN".to_owned());
        }
        let filled = histogram.buckets.iter().filter(|b| b.sample_count > 0.0);
        let mut between = filled.filter(|b| b.high_value < 1.0 && b.low_value > 0.0);
        if let Some(bucket) = between.next() {
            return Some(format!("one from {} to {}", bucket.low_value, bucket.high_value));
        }
    }
    None
}

fn strings(view: &FeatureView<'_>, feature: &mut Feature) -> Vec<Reason> {
    let Some(Domain::BoolDomain(domain)) = &feature.domain_info else { return Vec::new() };
    let known: Vec<&str> =
        [&domain.true_value, &domain.false_value].into_iter().flatten().map(String::as_str).collect();
    let values = view.values();
    let Some(other) = values.keys().find(|v| !known.contains(v)) else { return Vec::new() };
    let why = format!("There is \"{other}\", where only \"{}\" may be.", known.join("\" or \""));
    feature.domain_info = None;
    vec![Reason::new(A::BoolTypeUnexpectedString, TITLE, why)]
}
