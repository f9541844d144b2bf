//! Where data and schema disagree: TFDV's anomalies, from statistics, and the rows that break the rules.
//!
//! This room knows messages, schemas and record batches; not where they come from. Start with [`validate`], which looks
//! at each feature ([`feature`]) and the data set ([`dataset`]); [`rows`] finds examples and [`report`] writes it down.

mod anomaly;
mod bools;
mod comparators;
mod composite;
mod dataset;
mod derived;
mod distance;
mod domains;
mod feature;
mod language;
mod presence;
mod report;
mod rows;
mod rules;
mod specification;
mod tags;
mod valency;

pub(crate) use anomaly::Findings;
pub(crate) use report::Report;
pub(crate) use rows::{columns, find_rows};

use crate::profile::messages::{DatasetFeatureStatistics, Schema};
use crate::profile::schema::DatasetView;

/// What is held to what.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'a> {
    pub schema: &'a Schema,
    pub statistics: &'a DatasetFeatureStatistics,
    /// What drift is measured from.
    pub previous: Option<&'a DatasetFeatureStatistics>,
    /// What the model meets in use: skew is measured from it.
    pub serving: Option<&'a DatasetFeatureStatistics>,
    /// The schema's environment; empty when it does not matter.
    pub environment: &'a str,
}

/// The same, seen by path.
pub(crate) struct Views<'a> {
    pub schema: &'a Schema,
    pub data: DatasetView<'a>,
    pub previous: Option<DatasetView<'a>>,
    pub serving: Option<DatasetView<'a>>,
    pub environment: &'a str,
}

/// All anomalies, by the feature's path.
pub(crate) fn validate(inputs: Inputs<'_>) -> Findings {
    let mut findings = Findings::default();
    if inputs.statistics.num_examples == 0 {
        findings.data_missing = true;
        return findings;
    }
    let data = DatasetView::new(inputs.statistics);
    let weighted = data.weighted();
    let views = Views {
        schema: inputs.schema,
        data,
        previous: inputs.previous.map(|s| DatasetView::weighing(s, weighted)),
        serving: inputs.serving.map(|s| DatasetView::weighing(s, weighted)),
        environment: inputs.environment,
    };
    feature::check_all(&views, &mut findings);
    dataset::check(&views, &mut findings);
    findings
}

#[cfg(test)]
mod tests;
