//! How many rows there are.

use super::Views;
use super::anomaly::{Anomaly, Findings, Reason};
use crate::profile::messages::{AnomalyInfoType as A, DatasetConstraints, NumericValueComparator, Schema};
use crate::profile::schema::{DatasetView, diff};

pub(super) fn check(views: &Views<'_>, findings: &mut Findings) {
    let Some(before) = &views.schema.dataset_constraints else { return };
    let mut asked = before.clone();
    let mut reasons = Vec::new();
    if let (Some(comparator), Some(previous)) = (&mut asked.num_examples_drift_comparator, &views.previous) {
        ratio(&views.data, previous, comparator, &mut reasons);
    }
    limits(&views.data, &mut asked, &mut reasons);
    if !reasons.is_empty() {
        let alone = |constraints| Schema { dataset_constraints: Some(constraints), ..Schema::default() };
        let change = diff(&alone(before.clone()), &alone(asked));
        findings.dataset = Some(Anomaly { reasons, change, ..Anomaly::default() });
    }
}

fn ratio(
    data: &DatasetView<'_>,
    previous: &DatasetView<'_>,
    comparator: &mut NumericValueComparator,
    reasons: &mut Vec<Reason>,
) {
    let (rows, before) = (data.num_examples(), previous.num_examples());
    let ratio = rows / before;
    let told = |limit: &str, asked: f64| {
        format!(
            "There are {rows} rows where there were {before}: {ratio:.6} times as many, and {limit} {asked} times is allowed."
        )
    };
    if let Some(max) = comparator.max_fraction_threshold.filter(|max| before == 0.0 || ratio > *max) {
        let title = "High num examples in current dataset versus the previous span";
        reasons.push(Reason::new(A::ComparatorHighNumExamples, title, told("at most", max)));
        comparator.max_fraction_threshold = (before != 0.0).then_some(ratio);
    }
    if let Some(min) = comparator.min_fraction_threshold.filter(|min| before != 0.0 && ratio < *min) {
        let title = "Low num examples in current dataset versus the previous span";
        reasons.push(Reason::new(A::ComparatorLowNumExamples, title, told("at least", min)));
        comparator.min_fraction_threshold = Some(ratio);
    }
}

fn limits(data: &DatasetView<'_>, asked: &mut DatasetConstraints, reasons: &mut Vec<Reason>) {
    let rows = data.num_examples();
    if let Some(min) = asked.min_examples_count.filter(|min| rows < *min as f64) {
        let why = format!("There are {rows} rows, and at least {min} are asked for.");
        reasons.push(Reason::new(A::DatasetLowNumExamples, "Low num examples in dataset", why));
        asked.min_examples_count = Some(rows as i64);
    }
    if let Some(max) = asked.max_examples_count.filter(|max| rows > *max as f64) {
        let why = format!("There are {rows} rows, and at most {max} are asked for.");
        reasons.push(Reason::new(A::DatasetHighNumExamples, "High num examples in dataset", why));
        asked.max_examples_count = Some(rows as i64);
    }
}
