//! Which domain a feature's values suggest, by TFDV's rules.

use super::view::FeatureView;
use crate::profile::messages::{
    BoolDomain, CustomStatisticVal, Feature, FeatureDomainInfo as Domain, FeatureNameStatisticsType as Type, Schema,
    StringDomain, text,
};

/// So many different strings, and no more, are a domain when a schema is inferred.
pub(crate) const MAX_STRING_DOMAIN: usize = 100;

const TRUE: [&str; 6] = ["TRUE", "true", "SET", "set", "1", ""];
const FALSE: [&str; 5] = ["FALSE", "false", "CLEAR", "clear", "0"];

/// The domain that a statistic of the profiler names: a URL, a time, an image.
pub(crate) fn custom_domain(view: &FeatureView<'_>) -> Option<Domain> {
    let mut named = view.statistics.custom_stats.iter().filter(|c| c.name == "domain_info");
    let (Some(only), None) = (named.next(), named.next()) else { return None };
    let Some(CustomStatisticVal::Str(told)) = &only.val else { return None };
    let feature: Feature = text::parse("domain_info", told).ok()?;
    let alone = Feature { domain_info: feature.domain_info.clone(), ..Feature::default() };
    if feature == alone { feature.domain_info } else { None }
}

/// True and false, as whole numbers or as a pair of words.
pub(super) fn bool_domain(view: &FeatureView<'_>) -> Option<BoolDomain> {
    match view.data_type() {
        Type::Int => {
            let numbers = view.numbers()?;
            (numbers.min >= 0.0 && numbers.max == 1.0).then(BoolDomain::default)
        }
        Type::String => {
            let values = view.values();
            let first = |words: &[&str]| values.keys().find(|v| words.contains(v)).map(|v| (*v).to_owned());
            let (yes, no) = (first(&TRUE), first(&FALSE));
            let known = usize::from(yes.is_some()) + usize::from(no.is_some());
            (known > 0 && known == values.len()).then_some(BoolDomain { name: None, true_value: yes, false_value: no })
        }
        _ => None,
    }
}

/// Strings that are all whole numbers of 64 bits.
pub(super) fn is_int(view: &FeatureView<'_>) -> bool {
    let values = view.values();
    view.data_type() == Type::String && !values.is_empty() && values.keys().all(|v| v.trim().parse::<i64>().is_ok())
}

/// The values, when they are few.
pub(super) fn string_values(view: &FeatureView<'_>, most: usize) -> Option<Vec<String>> {
    let values = view.values();
    (!values.is_empty() && values.len() <= most).then(|| values.keys().map(|v| (*v).to_owned()).collect())
}

/// Adds a list of values to the schema, and gives the name that was free for it.
pub(crate) fn add_string_domain(schema: &mut Schema, wanted: &str, value: Vec<String>) -> String {
    let taken = |name: &str| schema.string_domain.iter().any(|d| d.name.as_deref() == Some(name));
    let mut name = wanted.to_owned();
    let mut number = 1;
    while taken(&name) {
        number += 1;
        name = format!("{wanted}{number}");
    }
    schema.string_domain.push(StringDomain { name: Some(name.clone()), value, is_categorical: None });
    name
}
