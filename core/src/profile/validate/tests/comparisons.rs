//! Drift, skew and the number of rows.

use super::super::distance;
use super::*;
use crate::profile::messages::{Histogram, text};
use std::collections::BTreeMap;

fn drift(comparator: &str, now: &[&str], before: &str) -> Vec<&'static str> {
    let schema = format!("feature {{ name: \"x\" type: BYTES drift_comparator {{ {comparator} }} }}");
    types(&found_in(&schema, &strings(now), "", Some(before)), "x")
}

#[test]
fn each_comparator_has_its_anomaly() {
    let before = strings(&["a", "b"]);
    assert_eq!(drift("infinity_norm { threshold: 0.5 }", &["a"], &before), Vec::<&str>::new());
    assert_eq!(drift("infinity_norm { threshold: 0.4 }", &["a"], &before), ["COMPARATOR_L_INFTY_HIGH"]);
    let shannon = "jensen_shannon_divergence { threshold: 0.3 }";
    assert_eq!(drift(shannon, &["a"], &before), ["COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH"]);
    let absolute = "normalized_abs_difference { threshold: 0.3 }";
    assert_eq!(drift(absolute, &["a"], &before), ["COMPARATOR_NORMALIZED_ABSOLUTE_DIFFERENCE_HIGH"]);
    assert_eq!(drift(shannon, &["a"], "num_examples: 10"), ["COMPARATOR_CONTROL_DATA_MISSING"]);
    // Nothing to compare with is no anomaly.
    let schema = format!("feature {{ name: \"x\" type: BYTES drift_comparator {{ {shannon} }} }}");
    assert!(found(&schema, &strings(&["a"])).none());
}

#[test]
fn the_number_of_rows_may_be_bounded() {
    let of = |constraints: &str, before: Option<&str>| {
        let schema = format!("dataset_constraints {{ {constraints} }}");
        types(&found_in(&schema, "num_examples: 10", "", before), "")
    };
    assert_eq!(of("min_examples_count: 10 max_examples_count: 10", None), Vec::<&str>::new());
    assert_eq!(of("min_examples_count: 11", None), ["DATASET_LOW_NUM_EXAMPLES"]);
    assert_eq!(of("max_examples_count: 9", None), ["DATASET_HIGH_NUM_EXAMPLES"]);
    let low = "num_examples_drift_comparator { min_fraction_threshold: 0.9 }";
    assert_eq!(of(low, Some("num_examples: 20")), ["COMPARATOR_LOW_NUM_EXAMPLES"]);
    let high = "num_examples_drift_comparator { max_fraction_threshold: 1.5 }";
    assert_eq!(of(high, Some("num_examples: 5")), ["COMPARATOR_HIGH_NUM_EXAMPLES"]);
    assert_eq!(of(high, Some("num_examples: 0")), ["COMPARATOR_HIGH_NUM_EXAMPLES"]);
    assert_eq!(of(high, Some("num_examples: 10")), Vec::<&str>::new());
}

fn counts(of: &[(&'static str, f64)]) -> BTreeMap<&'static str, f64> {
    of.iter().copied().collect()
}

#[test]
fn distances_are_what_their_formulas_say() {
    let (a, b) = (counts(&[("x", 3.0), ("y", 1.0)]), counts(&[("x", 1.0), ("z", 1.0)]));
    assert_eq!(distance::l_infinity(&a, &b), ("z".to_owned(), 0.5));
    let (value, difference) = distance::normalized_absolute_difference(&a, &b);
    assert!(value == "x" && (difference - 2.0 / 6.0).abs() < 1e-12);
    let apart = distance::jensen_shannon_of_values(&counts(&[("x", 2.0)]), &counts(&[("y", 5.0)]));
    assert_eq!(apart, Some(1.0));
    // By hand: P = (3/4, 1/4, 0), Q = (1/2, 0, 1/2).
    let kl = |p: f64, m: f64| p * (p / m).log2();
    let expected = (kl(0.75, 0.625) + kl(0.25, 0.125) + kl(0.5, 0.625) + kl(0.5, 0.25)) / 2.0;
    assert!((distance::jensen_shannon_of_values(&a, &b).unwrap() - expected).abs() < 1e-12);
}

fn histogram(told: &str) -> Histogram {
    text::parse("histogram", told).unwrap()
}

#[test]
fn histograms_are_cut_at_the_edges_of_both() {
    let a = histogram("buckets { low_value: 0 high_value: 2 sample_count: 4 }");
    let b = histogram(
        "buckets { low_value: 0 high_value: 1 sample_count: 1 } buckets { low_value: 1 high_value: 2 sample_count: 1 }",
    );
    assert_eq!(distance::jensen_shannon_of_histograms(&a, &b), Some(0.0));
    let far = histogram("buckets { low_value: 5 high_value: 6 sample_count: 4 }");
    assert_eq!(distance::jensen_shannon_of_histograms(&a, &far), Some(1.0));
    let point = histogram("buckets { low_value: 1 high_value: 1 sample_count: 4 }");
    assert_eq!(distance::jensen_shannon_of_histograms(&a, &point), Some(1.0));
    assert_eq!(distance::jensen_shannon_of_histograms(&point, &point), Some(0.0));
    let infinite = histogram("buckets { low_value: -inf high_value: 1 sample_count: 4 }");
    assert_eq!(distance::jensen_shannon_of_histograms(&infinite, &infinite), Some(1.0), "who knows where they are");
    let nan = histogram("num_nan: 4");
    assert_eq!(distance::jensen_shannon_of_histograms(&nan, &nan), Some(1.0), "as TFDV has it");
    assert_eq!(distance::jensen_shannon_of_histograms(&a, &histogram("")), None);
}

#[test]
fn no_rows_are_not_valid() {
    let findings = found("feature { name: \"x\" type: INT }", "");
    assert!(findings.data_missing && !findings.none());
}
