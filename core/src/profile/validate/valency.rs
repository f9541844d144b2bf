//! How many values a row has: `shape`, `value_count` and, for nested features, `value_counts`.

use super::anomaly::Reason;
use crate::profile::messages::{AnomalyInfoType as A, Feature, FeatureShapeType as Shape, ValueCount};
use crate::profile::schema::{FeatureView, fixed_shape, value_counts};

pub(super) fn check(view: &FeatureView<'_>, feature: &mut Feature) -> Vec<Reason> {
    match &mut feature.shape_type {
        None => Vec::new(),
        Some(Shape::Shape(_)) => shape(view, feature),
        Some(Shape::ValueCount(count)) => {
            let valency = view.valency();
            match &valency[..] {
                [only] => count_level(*only, count, ""),
                _ => nested(
                    view,
                    feature,
                    "value_count is asked for, and the values are nested: value_counts is for those.",
                ),
            }
        }
        Some(Shape::ValueCounts(counts)) => {
            let valency = view.valency();
            if counts.value_count.len() != valency.len() {
                return nested(
                    view,
                    feature,
                    "The values are nested at another number of levels than value_counts says.",
                );
            }
            let levels = valency.iter().zip(&mut counts.value_count).enumerate();
            levels.flat_map(|(at, (is, count))| count_level(*is, count, &format!(" at the level {at}"))).collect()
        }
    }
}

fn nested(view: &FeatureView<'_>, feature: &mut Feature, why: &str) -> Vec<Reason> {
    feature.shape_type = value_counts(view);
    vec![Reason::new(A::ValueNestednessMismatch, "Mismatched value nest level", why)]
}

fn count_level((min, max): (u64, u64), count: &mut ValueCount, at: &str) -> Vec<Reason> {
    let (min, max) = (i64::try_from(min).unwrap_or(i64::MAX), i64::try_from(max).unwrap_or(i64::MAX));
    let mut reasons = Vec::new();
    if let Some(asked) = count.min.filter(|asked| min < *asked) {
        let why = format!("At least {asked} values are asked for{at}, and some rows have {min}.");
        reasons.push(Reason::new(A::FeatureTypeLowNumberValues, "Missing values", why));
        count.min = (min != 0).then_some(min);
    }
    if let Some(asked) = count.max.filter(|asked| max > *asked) {
        let why = format!("At most {asked} values are asked for{at}, and some rows have {max}.");
        reasons.push(Reason::new(A::FeatureTypeHighNumberValues, "Superfluous values", why));
        count.max = Some(max);
    }
    reasons
}

fn shape(view: &FeatureView<'_>, feature: &mut Feature) -> Vec<Reason> {
    let Some(Shape::Shape(asked)) = &feature.shape_type else { return Vec::new() };
    let why = match fixed_shape(view) {
        None => {
            feature.shape_type = None;
            "A fixed shape is asked for, and values are missing, or rows have different numbers of them.".to_owned()
        }
        Some(is) => {
            let size = |shape: &crate::profile::messages::FixedShape| -> i64 {
                shape.dim.iter().map(|d| d.size()).fold(1, i64::saturating_mul)
            };
            let (has, wants) = (size(&is), size(asked));
            if has == wants {
                return Vec::new();
            }
            feature.shape_type = Some(Shape::Shape(is));
            format!("The shape that is asked for has {wants} values, and rows have {has}.")
        }
    };
    vec![Reason::new(A::InvalidFeatureShape, "Invalid feature shape", why)]
}
