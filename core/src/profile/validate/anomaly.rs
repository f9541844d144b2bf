//! What is found: anomalies with their reasons, and the change of the schema that would accept the data.

use super::rows::ExampleRow;
use crate::profile::messages::{
    Anomalies, AnomaliesAnomalyNameFormat, AnomaliesBaselineSchema, AnomalyInfo, AnomalyInfoReason,
    AnomalyInfoSeverity as Severity, AnomalyInfoType, DriftSkewInfo, Schema,
};
use crate::profile::schema::{Difference, FeaturePath};
use std::collections::BTreeMap;

/// One reason of an anomaly.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reason {
    pub kind: AnomalyInfoType,
    /// A title.
    pub short: String,
    /// What was expected, and what is there.
    pub long: String,
}

impl Reason {
    pub(crate) fn new(kind: AnomalyInfoType, short: &str, long: impl Into<String>) -> Reason {
        Reason { kind, short: short.to_owned(), long: long.into() }
    }
}

/// What is wrong with a feature, or with the data set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Anomaly {
    pub reasons: Vec<Reason>,
    /// What would have to change in the schema for the data to be right.
    pub change: Vec<Difference>,
    /// Rows that break the rule.
    pub rows: Vec<ExampleRow>,
    /// How many rows break it, by the type of the anomaly.
    pub broken: BTreeMap<AnomalyInfoType, u64>,
}

/// All that was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    pub features: BTreeMap<FeaturePath, Anomaly>,
    pub dataset: Option<Anomaly>,
    /// There are no rows to look at.
    pub data_missing: bool,
    pub measured: Vec<DriftSkewInfo>,
}

impl Findings {
    pub(crate) fn none(&self) -> bool {
        self.features.is_empty() && self.dataset.is_none() && !self.data_missing
    }

    /// As TFDV says it.
    pub(crate) fn message(&self, schema: &Schema) -> Anomalies {
        let info = |(path, anomaly): (&FeaturePath, &Anomaly)| {
            let told = AnomalyInfo { path: Some(path.message()), ..anomaly.message() };
            (path.to_string(), told)
        };
        Anomalies {
            anomaly_name_format: (!self.data_missing).then_some(AnomaliesAnomalyNameFormat::SerializedPath.into()),
            anomaly_info: self.features.iter().map(info).collect(),
            dataset_anomaly_info: self.dataset.as_ref().map(Anomaly::message),
            data_missing: self.data_missing.then_some(true),
            drift_skew_info: self.measured.clone(),
            baseline_schema: Some(AnomaliesBaselineSchema::Baseline(schema.clone())),
        }
    }
}

impl Anomaly {
    /// One title for all reasons.
    pub(crate) fn short(&self) -> &str {
        match &self.reasons[..] {
            [only] => &only.short,
            _ => "Multiple errors",
        }
    }

    pub(crate) fn long(&self) -> String {
        self.reasons.iter().map(|r| r.long.as_str()).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn message(&self) -> AnomalyInfo {
        let reason = |r: &Reason| AnomalyInfoReason {
            r#type: Some(r.kind.into()),
            short_description: Some(r.short.clone()),
            description: Some(r.long.clone()),
        };
        AnomalyInfo {
            path: None,
            severity: Some(Severity::Error.into()),
            description: Some(self.long()),
            short_description: Some(self.short().to_owned()),
            diff_regions: Vec::new(),
            reason: self.reasons.iter().map(reason).collect(),
        }
    }
}
