//! Features that validation itself derives from others.

use super::anomaly::Reason;
use crate::profile::messages::{AnomalyInfoType as A, Feature, LifecycleStage};
use crate::profile::schema::FeatureView;

/// Schema and statistics must name the same source, and the stage must be the one for such features.
pub(super) fn check(view: &FeatureView<'_>, feature: &Feature) -> Vec<Reason> {
    let (is, asked) = (&view.statistics.validation_derived_source, &feature.validation_derived_source);
    let mut reasons = Vec::new();
    if is.is_none() && asked.is_none() {
        return reasons;
    }
    if is != asked {
        let why = "Schema and statistics derive this feature from different sources.";
        reasons.push(Reason::new(A::DerivedFeatureInvalidSource, "Derived feature has another source", why));
    }
    let stage = feature.lifecycle_stage();
    if !matches!(stage, LifecycleStage::ValidationDerived | LifecycleStage::Disabled) {
        let why = "A feature that validation derives has the stage VALIDATION_DERIVED or DISABLED.";
        reasons.push(Reason::new(A::DerivedFeatureBadLifecycle, "Derived feature has a wrong stage", why));
    }
    reasons
}
