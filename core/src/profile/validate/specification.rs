//! What is wrong with a schema by itself.

use super::anomaly::Reason;
use super::feature::{deprecate, is_deprecated};
use crate::profile::messages::{
    AnomalyInfoType as A, Feature, FeatureDomainInfo as Domain, FeaturePresenceConstraints as Presence,
    FeatureShapeType as Shape, FeatureType as T, Named, Schema,
};
use crate::profile::schema::string_domain;
use std::collections::BTreeSet;

/// Corrects the feature where the schema contradicts itself, and says what was wrong.
pub(super) fn check(schema: &Schema, feature: &mut Feature) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if feature.name.is_none() {
        reasons.push(Reason::new(
            A::FeatureMissingName,
            "Feature without a name",
            "The schema does not name this feature.",
        ));
        deprecate(feature);
        return reasons;
    }
    if feature.r#type.is_none() {
        no_type(feature, &mut reasons);
        if is_deprecated(feature) {
            return reasons;
        }
    }
    presence(feature, &mut reasons);
    value_count(feature, &mut reasons);
    domain_fits(feature, &mut reasons);
    domain(schema, feature, &mut reasons);
    mass(feature, &mut reasons);
    reasons
}

fn no_type(feature: &mut Feature, reasons: &mut Vec<Reason>) {
    let strings = matches!(feature.domain_info, Some(Domain::Domain(_) | Domain::StringDomain(_)));
    let why = if strings {
        feature.set_type(T::Bytes);
        "The schema gives no type; with such a domain it can only be BYTES."
    } else {
        deprecate(feature);
        "The schema gives no type: find out which it is, and write it down."
    };
    reasons.push(Reason::new(A::FeatureMissingType, "Feature without a type", why));
}

fn invalid(reasons: &mut Vec<Reason>, why: &str) {
    reasons.push(Reason::new(A::InvalidSchemaSpecification, "Invalid schema", why));
}

fn presence(feature: &mut Feature, reasons: &mut Vec<Reason>) {
    let Some(Presence::Presence(presence)) = &mut feature.presence_constraints else { return };
    if presence.min_fraction() < 0.0 {
        presence.min_fraction = None;
        invalid(reasons, "presence.min_fraction is negative.");
    }
    if presence.min_fraction() > 1.0 {
        presence.min_fraction = Some(1.0);
        invalid(reasons, "presence.min_fraction is more than 1.");
    }
}

fn value_count(feature: &mut Feature, reasons: &mut Vec<Reason>) {
    let Some(Shape::ValueCount(count)) = &mut feature.shape_type else { return };
    if count.min() < 0 {
        count.min = None;
        invalid(reasons, "value_count.min is negative.");
    }
    if count.max.is_some_and(|max| max < count.min()) {
        count.max = Some(count.min());
        invalid(reasons, "value_count.max is less than value_count.min.");
    }
}

fn domain_fits(feature: &mut Feature, reasons: &mut Vec<Reason>) {
    let types: &[T] = match &feature.domain_info {
        Some(Domain::BoolDomain(_)) => &[T::Int, T::Bytes, T::Float],
        Some(Domain::IntDomain(_) | Domain::TimeDomain(_)) => &[T::Int, T::Bytes],
        Some(Domain::FloatDomain(_)) => &[T::Float, T::Bytes],
        Some(Domain::StructDomain(_)) => &[T::Struct],
        // Text may be numbers of a vocabulary.
        Some(Domain::NaturalLanguageDomain(_)) => &[T::Bytes, T::Int],
        Some(
            Domain::Domain(_)
            | Domain::StringDomain(_)
            | Domain::ImageDomain(_)
            | Domain::MidDomain(_)
            | Domain::UrlDomain(_),
        ) => &[T::Bytes],
        _ => return,
    };
    if !types.contains(&feature.r#type()) {
        let why = format!("The schema's domain is not one of the type {}.", feature.r#type().as_text());
        reasons.push(Reason::new(A::DomainInvalidForType, "The domain does not match the type", why));
        feature.domain_info = None;
    }
}

fn domain(schema: &Schema, feature: &mut Feature, reasons: &mut Vec<Reason>) {
    match &mut feature.domain_info {
        Some(Domain::Domain(name)) if string_domain(schema, name).is_none() => {
            let why = format!("The schema has no domain of the name \"{name}\".");
            reasons.push(Reason::new(A::InvalidDomainSpecification, "Missing domain", why));
            feature.domain_info = None;
        }
        Some(Domain::BoolDomain(domain)) if domain.true_value.is_some() && domain.true_value == domain.false_value => {
            let why = format!("True and false are both \"{}\".", domain.true_value());
            reasons.push(Reason::new(A::InvalidDomainSpecification, "Malformed BoolDomain", why));
            domain.false_value = None;
        }
        Some(Domain::StringDomain(domain)) => {
            let mut seen = BTreeSet::new();
            let mut twice = BTreeSet::new();
            domain.value.retain(|v| {
                let new = seen.insert(v.clone());
                if !new {
                    twice.insert(v.clone());
                }
                new
            });
            if !twice.is_empty() {
                let why = format!("Values are listed twice: {}.", twice.into_iter().collect::<Vec<_>>().join(", "));
                reasons.push(Reason::new(A::InvalidDomainSpecification, "Malformed StringDomain", why));
            }
        }
        _ => {}
    }
}

/// A share of values may be outside of lists of values only.
fn mass(feature: &mut Feature, reasons: &mut Vec<Reason>) {
    let list = matches!(feature.domain_info, Some(Domain::Domain(_) | Domain::StringDomain(_)));
    if !list && feature.distribution_constraints.take().is_some() {
        invalid(reasons, "distribution_constraints go with a list of strings only.");
    }
}
