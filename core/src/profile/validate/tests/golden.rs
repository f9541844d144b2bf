//! TFDV's own anomalies, and the schemas that it inferred.

use super::super::{Findings, Inputs, validate};
use crate::profile::messages::tests::golden;
use crate::profile::messages::{Anomalies, Schema, decode, text};
use crate::profile::schema::tests::statistics;

fn schema(name: &str) -> Schema {
    decode(name, &golden(&format!("{name}.schema.pb"))).unwrap()
}

fn eval_against_train() -> (Findings, Schema) {
    let (schema, eval) = (schema("taxi_examples_train"), statistics("taxi_examples_eval"));
    let inputs = Inputs { schema: &schema, statistics: &eval, previous: None, serving: None, environment: "" };
    (validate(inputs), schema)
}

#[test]
fn the_same_features_have_anomalies_of_the_same_types_as_in_tfdv() {
    let (findings, schema) = eval_against_train();
    let (ours, tfdv) = (findings.message(&schema), golden("taxi_examples_eval_vs_train.anomalies.pb"));
    let tfdv: Anomalies = decode("golden", &tfdv).unwrap();
    let types = |a: &Anomalies| {
        let of = |(name, info): (&String, &crate::profile::messages::AnomalyInfo)| {
            let kinds: Vec<i32> = info.reason.iter().map(|r| r.r#type().into()).collect();
            (name.clone(), info.path.clone(), info.severity, info.short_description.clone(), kinds)
        };
        a.anomaly_info.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(types(&ours), types(&tfdv));
    assert_eq!(ours.anomaly_name_format, tfdv.anomaly_name_format);
    assert_eq!(ours.baseline_schema, tfdv.baseline_schema);
    // And it is text that reads back.
    assert_eq!(text::parse::<Anomalies>("ours", &text::to_text(&ours)).unwrap(), ours);
}

#[test]
fn no_statistics_are_an_anomaly_of_the_schema_that_was_inferred_from_them() {
    for name in ["chicago_taxi_simple", "penguins_labelled", "taxi_examples_train", "vega_zipcodes", "vega_github"] {
        let (schema, statistics) = (schema(name), statistics(name));
        let inputs =
            Inputs { schema: &schema, statistics: &statistics, previous: None, serving: None, environment: "" };
        assert!(validate(inputs).none(), "{name}");
    }
}

#[test]
fn the_change_that_is_proposed_accepts_the_data() {
    let (findings, _) = eval_against_train();
    let places = |feature: &str| {
        let (_, anomaly) = findings.features.iter().find(|(path, _)| path.to_string() == feature).unwrap();
        anomaly.change.iter().map(|d| (d.place.as_str(), d.before.as_deref(), d.after.as_deref())).collect::<Vec<_>>()
    };
    assert_eq!(places("payment_type"), [("string_domain[payment_type].value[\"Prcard\"]", None, Some("\"Prcard\""))]);
    assert_eq!(
        places("pickup_census_tract"),
        [("feature[pickup_census_tract].lifecycle_stage", None, Some("DEPRECATED"))]
    );
    assert_eq!(places("company").len(), 8);
}

#[test]
fn a_data_set_does_not_drift_from_itself_and_a_changed_one_does() {
    let (schema, now) = (schema("penguins_labelled_with_comparators"), statistics("penguins_labelled"));
    let inputs =
        Inputs { schema: &schema, statistics: &now, previous: Some(&now), serving: Some(&now), environment: "" };
    let findings = validate(inputs);
    assert!(findings.none());
    assert_eq!(findings.measured.len(), 4);
    assert!(findings.measured.iter().all(|m| m.drift_measurements[0].value() == 0.0 && m.skew_measurements.len() == 1));
    let mut before = now.clone();
    for feature in &mut before.features {
        if let Some(crate::profile::messages::FeatureNameStatisticsStats::NumStats(n)) = &mut feature.stats {
            n.histograms.iter_mut().flat_map(|h| &mut h.buckets).for_each(|b| {
                (b.low_value, b.high_value) = (b.low_value + 0.5, b.high_value + 0.5);
            });
        }
    }
    let findings = validate(Inputs { previous: Some(&before), ..inputs });
    assert_eq!(super::types(&findings, "body_mass_g"), ["COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH"]);
}
