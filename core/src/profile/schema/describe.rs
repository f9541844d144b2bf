//! A schema's features as a list that is easy to show.

use super::path::FeaturePath;
use crate::profile::messages::{
    Feature, FeatureDomainInfo as Domain, FeaturePresenceConstraints as Presence, FeatureShapeType as Shape, Named,
    Schema, json,
};
use serde_json::{Value, json};

/// A row for each feature: path, type, presence, valency, domain and the rest of what is asked of it.
pub(crate) fn features_json(schema: &Schema) -> Value {
    let mut rows = Vec::new();
    for feature in &schema.feature {
        describe(schema, feature, &FeaturePath::default(), &mut rows);
    }
    Value::Array(rows)
}

fn describe(schema: &Schema, feature: &Feature, above: &FeaturePath, rows: &mut Vec<Value>) {
    let path = above.child(feature.name.as_deref().unwrap_or(""));
    let presence = match &feature.presence_constraints {
        Some(Presence::Presence(p)) => json!({"min_fraction": p.min_fraction, "min_count": p.min_count}),
        Some(Presence::GroupPresence(p)) => json!({"required_in_group": p.required}),
        None => Value::Null,
    };
    let valency = match &feature.shape_type {
        Some(Shape::Shape(s)) => json!({"shape": s.dim.iter().map(|d| d.size).collect::<Vec<_>>()}),
        Some(Shape::ValueCount(c)) => json!({"min": c.min, "max": c.max}),
        Some(Shape::ValueCounts(c)) => {
            json!({"levels": c.value_count.iter().map(|c| json!({"min": c.min, "max": c.max})).collect::<Vec<_>>()})
        }
        None => Value::Null,
    };
    rows.push(json!({
        "name": path.to_string(), "path": path.0, "type": feature.r#type().as_text(), "required": required(feature),
        "presence": presence, "valency": valency, "domain": domain(schema, feature), "message": json::to_json(feature),
    }));
    if let Some(Domain::StructDomain(inside)) = &feature.domain_info {
        for child in &inside.feature {
            describe(schema, child, &path, rows);
        }
    }
}

fn required(feature: &Feature) -> bool {
    match &feature.presence_constraints {
        Some(Presence::Presence(p)) => p.min_fraction() >= 1.0,
        Some(Presence::GroupPresence(p)) => p.required(),
        None => false,
    }
}

fn domain(schema: &Schema, feature: &Feature) -> Value {
    let whole = json::to_json(&Feature { domain_info: feature.domain_info.clone(), ..Feature::default() });
    let Some((kind, told)) = whole.as_object().and_then(|o| o.iter().next()) else { return Value::Null };
    match &feature.domain_info {
        Some(Domain::Domain(name)) => {
            let values = super::string_domain(schema, name).map(|d| &d.value);
            json!({"kind": "string_domain", "name": name, "values": values})
        }
        Some(Domain::StructDomain(inside)) => json!({"kind": "struct_domain", "features": inside.feature.len()}),
        _ => json!({"kind": kind, "rule": told}),
    }
}
