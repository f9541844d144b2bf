//! A schema out of statistics, by the rules of TFDV's `infer_schema`.

use super::domains::{MAX_STRING_DOMAIN, add_string_domain, bool_domain, custom_domain, is_int, string_values};
use super::find::find_mut;
use super::path::FeaturePath;
use super::view::{DatasetView, FeatureView};
use crate::profile::messages::{
    Feature, FeatureDomainInfo as Domain, FeatureNameStatisticsType as Type, FeaturePresence,
    FeaturePresenceConstraints as Presence, FeatureShapeType as Shape, FixedShape, FixedShapeDim, IntDomain, Schema,
    StructDomain, ValueCount, ValueCountList,
};

/// The schema that the statistics suggest, with TFDV's defaults.
pub(crate) fn infer(view: &DatasetView<'_>) -> Schema {
    let mut schema = Schema::default();
    for feature in view.roots() {
        add_feature(&mut schema, &feature, MAX_STRING_DOMAIN);
    }
    schema
}

/// Adds a feature and all that are in it. Features that are there already stay as they are.
pub(crate) fn add_feature(schema: &mut Schema, view: &FeatureView<'_>, max_string_domain: usize) {
    if super::find::find(schema, view.path).is_none() {
        let mut feature = new_feature(view);
        feature.domain_info = domain(schema, view, max_string_domain);
        insert(schema, view.path, feature);
    }
    for child in view.children() {
        add_feature(schema, &child, max_string_domain);
    }
}

fn insert(schema: &mut Schema, path: &FeaturePath, feature: Feature) {
    let parent = path.parent().and_then(|p| find_mut(schema, &p));
    match parent {
        Some(parent) => {
            if !matches!(parent.domain_info, Some(Domain::StructDomain(_))) {
                parent.domain_info = Some(Domain::StructDomain(StructDomain::default()));
            }
            if let Some(Domain::StructDomain(inside)) = &mut parent.domain_info {
                inside.feature.push(feature);
            }
        }
        None => schema.feature.push(feature),
    }
}

fn new_feature(view: &FeatureView<'_>) -> Feature {
    let present = view.present();
    let mut presence = FeaturePresence { min_count: Some(i64::from(present >= 1.0)), min_fraction: None };
    let mut feature = Feature {
        name: Some(view.path.last().to_owned()),
        r#type: Some(view.feature_type().into()),
        ..Feature::default()
    };
    if present != 0.0 {
        presence.min_fraction = (view.missing() == 0.0).then_some(1.0);
        feature.shape_type = fixed_shape(view).map(Shape::Shape).or_else(|| value_counts(view));
    }
    feature.presence_constraints = Some(Presence::Presence(presence));
    feature
}

/// The shape, when each example has the same number of values at each level.
pub(crate) fn fixed_shape(view: &FeatureView<'_>) -> Option<FixedShape> {
    let valency = view.valency();
    let fixed = !valency.is_empty() && valency.iter().all(|(min, max)| min == max && *min > 0);
    if !fixed || view.missing_somewhere() {
        return None;
    }
    let dim = valency.iter().map(|(_, n)| FixedShapeDim { size: i64::try_from(*n).ok(), name: None }).collect();
    Some(FixedShape { dim })
}

/// The numbers of values that examples have.
pub(crate) fn value_counts(view: &FeatureView<'_>) -> Option<Shape> {
    let valency = view.valency();
    if view.nested() {
        let value_count = valency.iter().map(value_count).collect();
        return Some(Shape::ValueCounts(ValueCountList { value_count }));
    }
    let counts = valency.first().filter(|(min, _)| *min > 0)?;
    Some(Shape::ValueCount(value_count(counts)))
}

fn value_count(&(min, max): &(u64, u64)) -> ValueCount {
    if min == 0 {
        return ValueCount::default();
    }
    let count = |n: u64| i64::try_from(n).ok();
    if min == max { ValueCount { min: count(min), max: count(max) } } else { ValueCount { min: Some(1), max: None } }
}

fn domain(schema: &mut Schema, view: &FeatureView<'_>, max_string_domain: usize) -> Option<Domain> {
    if let Some(custom) = custom_domain(view) {
        return Some(custom);
    }
    if view.invalid_utf8() || view.data_type() == Type::Bytes {
        return None;
    }
    if let Some(domain) = bool_domain(view) {
        return Some(Domain::BoolDomain(domain));
    }
    if is_int(view) {
        return Some(Domain::IntDomain(IntDomain::default()));
    }
    let values = string_values(view, max_string_domain)?;
    Some(Domain::Domain(add_string_domain(schema, &view.path.to_string(), values)))
}
