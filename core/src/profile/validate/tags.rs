//! Rules that schema.proto has no words for, as tags of the feature's annotation: `format=email`,
//! `pattern=^[A-Z]{2}$` and `key`. TFDV keeps and ignores them.

use super::anomaly::Reason;
use crate::profile::messages::{AnomalyInfoType as A, Feature};
use crate::profile::schema::{FeatureView, Pattern, is_format};

/// A rule that a tag states for each value.
#[derive(Clone, Debug)]
pub(super) enum ValueTag {
    Format(String),
    Pattern(Pattern, String),
}

impl ValueTag {
    pub(super) fn parse(tag: &str) -> Option<ValueTag> {
        if let Some(format) = tag.strip_prefix("format=") {
            is_format(format, "")?; // one that we know
            return Some(ValueTag::Format(format.to_owned()));
        }
        let pattern = tag.strip_prefix("pattern=")?;
        Some(ValueTag::Pattern(Pattern::parse(pattern)?, pattern.to_owned()))
    }
    pub(super) fn allows(&self, value: &str) -> bool {
        match self {
            ValueTag::Format(format) => is_format(format, value).unwrap_or(true),
            ValueTag::Pattern(pattern, _) => pattern.matches(value),
        }
    }
    pub(super) fn name(&self) -> &str {
        match self {
            ValueTag::Format(name) | ValueTag::Pattern(_, name) => name,
        }
    }
}

pub(super) fn check(view: &FeatureView<'_>, feature: &mut Feature) -> Vec<Reason> {
    let Some(annotation) = &mut feature.annotation else { return Vec::new() };
    let mut reasons = Vec::new();
    let values = view.values();
    annotation.tag.retain(|tag| {
        if tag == "key" {
            let different = view.unique().map(|n| n as f64).or_else(|| view.custom_number("distinct"));
            let twice = different.filter(|n| *n < view.present());
            if let Some(different) = twice {
                let why = format!(
                    "Each row's value was expected to be its own, and {} rows have {different}.",
                    view.present()
                );
                reasons.push(Reason::new(A::CustomValidation, "Values are not unique", why));
            }
            return twice.is_none();
        }
        let Some(rule) = ValueTag::parse(tag) else { return true };
        let Some(other) = values.keys().find(|v| !rule.allows(v)) else { return true };
        let why = format!("Values of the form {} were expected, and there is \"{other}\".", rule.name());
        reasons.push(Reason::new(A::CustomValidation, "Unexpected format", why));
        false
    });
    reasons
}
