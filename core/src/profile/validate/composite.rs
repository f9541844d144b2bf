//! Sparse and weighted features, which are made of several columns. What is wrong with them is in custom statistics.

use super::anomaly::{Anomaly, Reason};
use super::feature::{is_deprecated, is_retired};
use crate::profile::messages::{
    AnomalyInfoType as A, CustomStatisticVal, FeatureDomainInfo as Domain, LifecycleStage, RankHistogramBucket, Schema,
    SparseFeature, WeightedFeature,
};
use crate::profile::schema::{FeaturePath, FeatureView, diff, find};

/// Whether the path is that of a composite feature that is in use.
pub(super) fn is_there(schema: &Schema, path: &FeaturePath) -> bool {
    weighted(schema, path).is_some() || sparse(schema, path).is_some_and(sparse_in_use)
}

pub(super) fn check(schema: &Schema, view: &FeatureView<'_>) -> Option<Anomaly> {
    let column = find(schema, view.path).is_some_and(|f| !is_deprecated(f));
    let sparse = sparse(schema, view.path).filter(|s| sparse_in_use(s));
    let (reasons, before, mut after) = if let Some(feature) = weighted(schema, view.path) {
        let collides = (column || sparse.is_some()) && !is_retired(feature.lifecycle_stage());
        let reasons = if collides {
            vec![collision(A::WeightedFeatureNameCollision, "Weighted feature name collision")]
        } else {
            weighted_reasons(view)
        };
        let alone = Schema { weighted_feature: vec![feature.clone()], ..Schema::default() };
        (reasons, alone.clone(), alone)
    } else {
        let feature = sparse?;
        let reasons = if column {
            vec![collision(A::SparseFeatureNameCollision, "Sparse feature name collision")]
        } else {
            sparse_reasons(view)
        };
        let alone = Schema { sparse_feature: vec![feature.clone()], ..Schema::default() };
        (reasons, alone.clone(), alone)
    };
    if reasons.is_empty() {
        return None;
    }
    after.weighted_feature.iter_mut().for_each(|f| f.set_lifecycle_stage(LifecycleStage::Deprecated));
    after.sparse_feature.iter_mut().for_each(|f| f.set_lifecycle_stage(LifecycleStage::Deprecated));
    Some(Anomaly { reasons, change: diff(&before, &after), ..Anomaly::default() })
}

fn weighted<'s>(schema: &'s Schema, path: &FeaturePath) -> Option<&'s WeightedFeature> {
    let [name] = &path.0[..] else { return None };
    schema.weighted_feature.iter().find(|f| f.name() == name)
}

fn sparse<'s>(schema: &'s Schema, path: &FeaturePath) -> Option<&'s SparseFeature> {
    let features = match path.parent() {
        None => &schema.sparse_feature,
        Some(parent) => match &find(schema, &parent)?.domain_info {
            Some(Domain::StructDomain(inside)) => &inside.sparse_feature,
            _ => return None,
        },
    };
    features.iter().find(|f| f.name() == path.last())
}

fn sparse_in_use(feature: &SparseFeature) -> bool {
    !feature.deprecated() && !is_retired(feature.lifecycle_stage())
}

fn collision(kind: A, title: &str) -> Reason {
    Reason::new(kind, title, "A column and a feature that is made of columns have the same name.")
}

fn sparse_reasons(view: &FeatureView<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let Some(missing) = view.custom_number("missing_value").filter(|n| *n != 0.0) {
        let why = format!("{missing} rows have no value.");
        reasons.push(Reason::new(A::SparseFeatureMissingValue, "Missing value feature", why));
    }
    for bucket in not_zero(view, "missing_index") {
        let why = format!("{} rows have no index {}.", bucket.sample_count, bucket.label);
        reasons.push(Reason::new(A::SparseFeatureMissingIndex, "Missing index feature", why));
    }
    for statistic in ["max_length_diff", "min_length_diff"] {
        for bucket in not_zero(view, statistic) {
            let why = format!(
                "The index {} is not as long as the values: {statistic} is {}.",
                bucket.label, bucket.sample_count
            );
            let title = "Length mismatch between value and index feature";
            reasons.push(Reason::new(A::SparseFeatureLengthMismatch, title, why));
        }
    }
    reasons
}

fn not_zero<'v>(view: &FeatureView<'v>, name: &str) -> impl Iterator<Item = &'v RankHistogramBucket> {
    let buckets = match view.custom(name) {
        Some(CustomStatisticVal::RankHistogram(histogram)) => &histogram.buckets[..],
        _ => &[],
    };
    buckets.iter().filter(|b| b.sample_count != 0.0)
}

fn weighted_reasons(view: &FeatureView<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let number = |name: &str| view.custom_number(name).unwrap_or(0.0);
    let (value, weight) = (number("missing_value"), number("missing_weight"));
    if value != 0.0 {
        let why = format!("{value} rows have no value.");
        reasons.push(Reason::new(A::WeightedFeatureMissingValue, "Missing value feature", why));
    }
    if weight != 0.0 {
        let why = format!("{weight} rows have no weight.");
        reasons.push(Reason::new(A::WeightedFeatureMissingWeight, "Missing weight feature", why));
    }
    let (min, max) = (number("min_weight_length_diff"), number("max_weight_length_diff"));
    if min != 0.0 || max != 0.0 {
        let why = format!("There are not as many weights as values: the difference goes from {min} to {max}.");
        let title = "Length mismatch between value and weight feature";
        reasons.push(Reason::new(A::WeightedFeatureLengthMismatch, title, why));
    }
    reasons
}
