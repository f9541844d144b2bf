//! What a single row can break: the schema's rules behind an anomaly, ready to be held to cells.

use super::anomaly::Anomaly;
use super::tags::ValueTag;
use crate::profile::messages::{
    AnomalyInfoType as A, Feature, FeatureDomainInfo as Domain, FeatureShapeType as Shape, FeatureType, Schema,
};
use crate::profile::schema::{FeaturePath, find, string_domain};
use std::collections::HashSet;

/// A rule for one feature.
#[derive(Clone, Debug)]
pub(super) struct RowRule {
    pub path: FeaturePath,
    /// The anomaly that says that rows break it.
    pub kind: A,
    pub test: Test,
}

#[derive(Clone, Debug)]
pub(super) enum Test {
    /// The row has a value.
    Present,
    /// The row has as many values; rows without any are the business of presence, unless it asks for a fixed number.
    Count {
        min: u64,
        max: u64,
        fixed: bool,
    },
    /// Values are on the list.
    Listed(HashSet<Vec<u8>>),
    Utf8,
    /// Values are whole numbers, also as text.
    Ints {
        min: i64,
        max: i64,
    },
    /// Values are numbers, also as text.
    Floats {
        min: f32,
        max: f32,
        nan: bool,
        inf: bool,
    },
    /// Values are 0 and 1.
    ZeroOne,
    Tag(ValueTag),
    /// No value is right: the data is of another type.
    Never,
}

/// The rules behind an anomaly's reasons that rows can break.
pub(super) fn rules(schema: &Schema, path: &FeaturePath, anomaly: &Anomaly) -> Vec<RowRule> {
    let Some(feature) = find(schema, path) else { return Vec::new() };
    let mut out: Vec<RowRule> = Vec::new();
    for reason in &anomaly.reasons {
        for test in tests(schema, feature, reason.kind) {
            out.push(RowRule { path: path.clone(), kind: reason.kind, test });
        }
    }
    out
}

fn tests(schema: &Schema, feature: &Feature, kind: A) -> Vec<Test> {
    use Domain as D;
    let one = match (kind, &feature.domain_info) {
        (A::FeatureTypeNotPresent | A::FeatureTypeLowFractionPresent | A::FeatureTypeLowNumberPresent, _) => {
            Test::Present
        }
        (A::FeatureTypeLowNumberValues | A::FeatureTypeHighNumberValues | A::InvalidFeatureShape, _) => {
            return count(feature, kind).into_iter().collect();
        }
        (A::EnumTypeInvalidUtf8, _) => Test::Utf8,
        (A::EnumTypeUnexpectedStringValues, Some(D::Domain(name))) => match string_domain(schema, name) {
            Some(domain) => listed(&domain.value),
            None => return Vec::new(),
        },
        (A::EnumTypeUnexpectedStringValues, Some(D::StringDomain(domain))) => listed(&domain.value),
        (A::BoolTypeUnexpectedString, Some(D::BoolDomain(domain))) => Test::Listed(
            [&domain.true_value, &domain.false_value].into_iter().flatten().map(|v| v.clone().into()).collect(),
        ),
        (A::BoolTypeBigInt | A::BoolTypeSmallInt | A::BoolTypeUnexpectedFloat, _) => Test::ZeroOne,
        (A::IntTypeNotIntString, Some(D::IntDomain(_))) => Test::Ints { min: i64::MIN, max: i64::MAX },
        (A::IntTypeSmallInt, Some(D::IntDomain(d))) => Test::Ints { min: d.min(), max: i64::MAX },
        (A::IntTypeBigInt, Some(D::IntDomain(d))) => Test::Ints { min: i64::MIN, max: d.max() },
        (A::FloatTypeStringNotFloat, Some(D::FloatDomain(_))) => any_float(),
        (A::FloatTypeSmallFloat, Some(D::FloatDomain(d))) => {
            Test::Floats { min: d.min(), max: f32::INFINITY, nan: true, inf: true }
        }
        (A::FloatTypeBigFloat, Some(D::FloatDomain(d))) => {
            Test::Floats { min: f32::NEG_INFINITY, max: d.max(), nan: true, inf: true }
        }
        (A::FloatTypeHasNan, _) => Test::Floats { min: f32::NEG_INFINITY, max: f32::INFINITY, nan: false, inf: true },
        (A::FloatTypeHasInf, _) => Test::Floats { min: f32::NEG_INFINITY, max: f32::INFINITY, nan: true, inf: false },
        (A::UnexpectedDataType, _) => match feature.r#type() {
            FeatureType::Int => Test::Ints { min: i64::MIN, max: i64::MAX },
            FeatureType::Float => any_float(),
            _ => Test::Never,
        },
        (A::CustomValidation, _) => {
            let tags = feature.annotation.iter().flat_map(|a| &a.tag);
            return tags.filter_map(|t| ValueTag::parse(t)).map(Test::Tag).collect();
        }
        _ => return Vec::new(),
    };
    vec![one]
}

fn any_float() -> Test {
    Test::Floats { min: f32::NEG_INFINITY, max: f32::INFINITY, nan: true, inf: true }
}

fn listed(values: &[String]) -> Test {
    Test::Listed(values.iter().map(|v| v.clone().into_bytes()).collect())
}

fn count(feature: &Feature, kind: A) -> Option<Test> {
    let size = |n: i64| u64::try_from(n).unwrap_or(0);
    match feature.shape_type.as_ref()? {
        Shape::Shape(shape) => {
            let all = shape.dim.iter().map(|d| size(d.size())).fold(1, u64::saturating_mul);
            Some(Test::Count { min: all, max: all, fixed: true })
        }
        Shape::ValueCount(count) if kind == A::FeatureTypeLowNumberValues => {
            Some(Test::Count { min: size(count.min()), max: u64::MAX, fixed: false })
        }
        Shape::ValueCount(count) => Some(Test::Count { min: 0, max: count.max.map_or(u64::MAX, size), fixed: false }),
        Shape::ValueCounts(_) => None,
    }
}

/// A cell's value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'a> {
    Int(i64),
    Float(f64),
    Text(&'a [u8]),
}

impl Test {
    /// Whether one value breaks the rule. Rules for rows are not asked.
    pub(super) fn breaks(&self, cell: Cell<'_>) -> bool {
        match (self, cell) {
            (Test::Listed(values), Cell::Text(text)) => !values.contains(text),
            (Test::Utf8, Cell::Text(text)) => std::str::from_utf8(text).is_err(),
            (Test::Ints { min, max }, Cell::Int(v)) => v < *min || v > *max,
            (Test::Ints { min, max }, Cell::Text(text)) => read::<i64>(text).is_none_or(|v| v < *min || v > *max),
            (Test::Ints { .. }, Cell::Float(v)) => v.fract() != 0.0,
            (Test::Floats { .. }, Cell::Int(v)) => self.breaks_float(v as f32),
            (Test::Floats { .. }, Cell::Float(v)) => self.breaks_float(v as f32),
            (Test::Floats { .. }, Cell::Text(text)) => read::<f32>(text).is_none_or(|v| self.breaks_float(v)),
            (Test::ZeroOne, Cell::Int(v)) => v != 0 && v != 1,
            (Test::ZeroOne, Cell::Float(v)) => v != 0.0 && v != 1.0,
            (Test::Tag(tag), Cell::Text(text)) => !tag.allows(&String::from_utf8_lossy(text)),
            (Test::Never, _) => true,
            _ => false,
        }
    }

    fn breaks_float(&self, value: f32) -> bool {
        let Test::Floats { min, max, nan, inf } = self else { return false };
        if value.is_nan() {
            return !nan;
        }
        value < *min || value > *max || (value.is_infinite() && !inf)
    }

    /// Whether a row breaks the rule by how many values it has; none are there when it is missing.
    pub(super) fn breaks_row(&self, values: Option<u64>) -> bool {
        match (self, values) {
            (Test::Present, None) => true,
            (Test::Count { fixed, .. }, None) => *fixed,
            (Test::Count { min, max, .. }, Some(n)) => n < *min || n > *max,
            _ => false,
        }
    }
}

fn read<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}
