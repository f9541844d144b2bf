//! In how many rows a feature is, and how many different values it has.

use super::anomaly::Reason;
use crate::profile::messages::{AnomalyInfoType as A, Feature, FeaturePresenceConstraints as Presence};
use crate::profile::schema::FeatureView;

pub(super) fn check(view: &FeatureView<'_>, feature: &mut Feature) -> Vec<Reason> {
    let Some(Presence::Presence(asked)) = &mut feature.presence_constraints else { return Vec::new() };
    let mut reasons = Vec::new();
    let present = view.present();
    if let Some(min) = asked.min_count.filter(|min| present < *min as f64) {
        let why = format!("The feature was asked for in {min} rows, and is in {present}.");
        reasons.push(Reason::new(A::FeatureTypeLowNumberPresent, "Column dropped", why));
        asked.min_count = Some(present as i64);
    }
    let (Some(min), Some(fraction)) = (asked.min_fraction, view.fraction_present()) else { return reasons };
    if fraction < min || (min == 1.0 && view.missing() != 0.0) {
        let why =
            format!("The feature was asked for in a share of {min} of the rows, and is missing in {}.", view.missing());
        reasons.push(Reason::new(A::FeatureTypeLowFractionPresent, "Column dropped", why));
        // So few may be missing that their share is nothing.
        asked.min_fraction = Some(if fraction < min { fraction } else { 0.9999 });
    }
    reasons
}

/// The number of different values.
pub(super) fn unique(view: &FeatureView<'_>, feature: &mut Feature) -> Vec<Reason> {
    let Some(asked) = &mut feature.unique_constraints else { return Vec::new() };
    let Some(unique) = view.unique() else {
        feature.unique_constraints = None;
        let why = "A number of different values is asked for, and only those of strings and categories are counted.";
        return vec![Reason::new(A::FeatureTypeNoUnique, "No unique values", why)];
    };
    let unique = i64::try_from(unique).unwrap_or(i64::MAX);
    let mut reasons = Vec::new();
    if let Some(min) = asked.min.filter(|min| unique < *min) {
        let why = format!("At least {min} different values were expected, and there are {unique}.");
        reasons.push(Reason::new(A::FeatureTypeLowUnique, "Low number of unique values", why));
        asked.min = Some(unique);
    }
    if let Some(max) = asked.max.filter(|max| unique > *max) {
        let why = format!("At most {max} different values were expected, and there are {unique}.");
        reasons.push(Reason::new(A::FeatureTypeHighUnique, "High number of unique values", why));
        asked.max = Some(unique);
    }
    reasons
}
