//! Where a feature is: its name, below the names of the structs that it is in.

use crate::profile::messages::{FeatureNameStatistics, FeatureNameStatisticsFieldId, Path};
use std::fmt;

/// A path; ordered as TFDV orders anomalies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct FeaturePath(pub Vec<String>);

impl FeaturePath {
    pub(crate) fn of(statistics: &FeatureNameStatistics) -> FeaturePath {
        match &statistics.field_id {
            Some(FeatureNameStatisticsFieldId::Path(path)) => FeaturePath(path.step.clone()),
            Some(FeatureNameStatisticsFieldId::Name(name)) => FeaturePath(vec![name.clone()]),
            None => FeaturePath(vec![String::new()]),
        }
    }
    pub(crate) fn child(&self, name: &str) -> FeaturePath {
        let mut steps = self.0.clone();
        steps.push(name.to_owned());
        FeaturePath(steps)
    }
    pub(crate) fn parent(&self) -> Option<FeaturePath> {
        let (_, above) = self.0.split_last()?;
        (!above.is_empty()).then(|| FeaturePath(above.to_vec()))
    }
    pub(crate) fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }
    pub(crate) fn message(&self) -> Path {
        Path { step: self.0.clone() }
    }
}

/// Steps joined with points; one that a point could be taken out of is in quotes, as TFDV writes it.
impl fmt::Display for FeaturePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            if step.is_empty() || step.contains(['.', '\'', '(', ')']) {
                write!(f, "'{}'", step.replace('\'', "''"))?;
            } else {
                f.write_str(step)?;
            }
        }
        Ok(())
    }
}
