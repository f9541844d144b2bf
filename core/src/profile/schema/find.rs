//! Finding features and domains in a schema.

use super::path::FeaturePath;
use crate::profile::messages::{Feature, FeatureDomainInfo as Domain, Schema, StringDomain};

/// The feature at a path.
pub(crate) fn find<'s>(schema: &'s Schema, path: &FeaturePath) -> Option<&'s Feature> {
    let (first, below) = path.0.split_first()?;
    let mut feature = named(&schema.feature, first)?;
    for step in below {
        let Some(Domain::StructDomain(inside)) = &feature.domain_info else { return None };
        feature = named(&inside.feature, step)?;
    }
    Some(feature)
}

/// The feature at a path, to be changed.
pub(crate) fn find_mut<'s>(schema: &'s mut Schema, path: &FeaturePath) -> Option<&'s mut Feature> {
    let (first, below) = path.0.split_first()?;
    let mut feature = named_mut(&mut schema.feature, first)?;
    for step in below {
        let Some(Domain::StructDomain(inside)) = &mut feature.domain_info else { return None };
        feature = named_mut(&mut inside.feature, step)?;
    }
    Some(feature)
}

fn named<'f>(features: &'f [Feature], name: &str) -> Option<&'f Feature> {
    features.iter().find(|f| f.name.as_deref().unwrap_or("") == name)
}

fn named_mut<'f>(features: &'f mut [Feature], name: &str) -> Option<&'f mut Feature> {
    features.iter_mut().find(|f| f.name.as_deref().unwrap_or("") == name)
}

/// The schema's list of values of this name.
pub(crate) fn string_domain<'s>(schema: &'s Schema, name: &str) -> Option<&'s StringDomain> {
    schema.string_domain.iter().find(|d| d.name.as_deref() == Some(name))
}
