#![allow(clippy::unwrap_used)]

mod comparisons;
mod golden;
mod kinds;
mod reports;
mod rows;

use super::{Findings, Inputs, validate};
use crate::profile::messages::{DatasetFeatureStatistics, Named, Schema, text};
use crate::profile::schema::tests::told;
use std::collections::BTreeMap;

/// What is found when a schema and statistics, both in text, are held together.
fn found(schema: &str, statistics: &str) -> Findings {
    found_in(schema, statistics, "", None)
}

fn found_in(schema: &str, statistics: &str, environment: &str, previous: Option<&str>) -> Findings {
    let (schema, statistics): (Schema, DatasetFeatureStatistics) =
        (text::parse("schema", schema).unwrap(), told(statistics));
    let control = previous.map(told);
    let inputs =
        Inputs { schema: &schema, statistics: &statistics, previous: control.as_ref(), serving: None, environment };
    let findings = validate(inputs);
    hand_to_tfdv(inputs, &findings);
    findings
}

/// Writes the case to a folder, where `tests/interop/tfdv.py` holds TFDV itself to what we found.
fn hand_to_tfdv(inputs: Inputs<'_>, findings: &Findings) {
    let Some(folder) = std::env::var_os("OCTOSTORE_TFDV_CASES") else { return };
    let kinds = |a: &super::anomaly::Anomaly| a.reasons.iter().map(|r| r.kind.as_text()).collect::<Vec<_>>();
    let case = serde_json::json!({
        "schema": text::to_text(inputs.schema),
        "statistics": text::to_text(inputs.statistics),
        "previous": inputs.previous.map(text::to_text),
        "environment": inputs.environment,
        "anomalies": findings.features.iter().map(|(p, a)| (p.to_string(), kinds(a))).collect::<BTreeMap<_, _>>(),
        "dataset": findings.dataset.as_ref().map(kinds),
        "data_missing": findings.data_missing,
    });
    let case = case.to_string();
    let name = format!("{}.json", blake3::hash(case.as_bytes()).to_hex());
    std::fs::write(std::path::Path::new(&folder).join(name), case).unwrap();
}

/// The types of a feature's anomaly; of the data set's when the name is empty.
fn types(findings: &Findings, feature: &str) -> Vec<&'static str> {
    let anomaly = match feature {
        "" => findings.dataset.as_ref(),
        _ => findings.features.iter().find(|(path, _)| path.to_string() == feature).map(|(_, a)| a),
    };
    anomaly.map_or(Vec::new(), |a| a.reasons.iter().map(|r| r.kind.as_text()).collect())
}

/// Statistics of 10 rows with the feature `x`.
fn rows10(feature: &str) -> String {
    format!("num_examples: 10 features {{ path {{ step: \"x\" }} {feature} }}")
}

const PLAIN: &str = "common_stats { num_non_missing: 10 min_num_values: 1 max_num_values: 1 tot_num_values: 10 }";

fn ints(min: i64, max: i64) -> String {
    rows10(&format!("type: INT num_stats {{ {PLAIN} min: {min} max: {max} }}"))
}

fn floats(rest: &str) -> String {
    rows10(&format!("type: FLOAT num_stats {{ {PLAIN} {rest} }}"))
}

fn strings(values: &[&str]) -> String {
    let buckets: String = values.iter().map(|v| format!("buckets {{ label: \"{v}\" sample_count: 2 }} ")).collect();
    let unique = values.len();
    rows10(&format!("type: STRING string_stats {{ {PLAIN} unique: {unique} rank_histogram {{ {buckets} }} }}"))
}

fn custom(statistics: &str) -> String {
    format!("{statistics} ").replace("type: STRING", "type: STRING custom_stats { CUSTOM }")
}
