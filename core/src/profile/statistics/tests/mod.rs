#![allow(clippy::unwrap_used, clippy::panic)]

mod golden;
mod states;
mod values;

use super::*;
use crate::profile::messages::*;
use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema};
use std::sync::Arc;

/// A batch of columns that may all be missing.
fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let fields: Vec<Field> = columns.iter().map(|(n, c)| Field::new(*n, c.data_type().clone(), true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.into_iter().map(|c| c.1).collect()).unwrap()
}

fn profiled(batches: &[RecordBatch], options: &ProfilerOptions) -> Profiler {
    let mut profiler = Profiler::new(&batches[0].schema(), options).unwrap();
    batches.iter().for_each(|b| profiler.update(b).unwrap());
    profiler
}

fn feature(profiler: &Profiler, name: &str) -> FeatureNameStatistics {
    let wanted: Vec<String> = name.split('.').map(String::from).collect();
    let all = profiler.finish("").features;
    let is = |f: &FeatureNameStatistics| path(f) == wanted;
    all.into_iter().find(is).unwrap_or_else(|| panic!("no feature {name}"))
}

fn path(feature: &FeatureNameStatistics) -> Vec<String> {
    match &feature.field_id {
        Some(FeatureNameStatisticsFieldId::Path(path)) => path.step.clone(),
        Some(FeatureNameStatisticsFieldId::Name(name)) => vec![name.clone()],
        None => Vec::new(),
    }
}

fn numbers(feature: &FeatureNameStatistics) -> &NumericStatistics {
    match &feature.stats {
        Some(FeatureNameStatisticsStats::NumStats(stats)) => stats,
        other => panic!("{other:?}"),
    }
}

fn strings(feature: &FeatureNameStatistics) -> &StringStatistics {
    match &feature.stats {
        Some(FeatureNameStatisticsStats::StringStats(stats)) => stats,
        other => panic!("{other:?}"),
    }
}

fn common(feature: &FeatureNameStatistics) -> &CommonStatistics {
    let common = match &feature.stats {
        Some(FeatureNameStatisticsStats::NumStats(stats)) => &stats.common_stats,
        Some(FeatureNameStatisticsStats::StringStats(stats)) => &stats.common_stats,
        Some(FeatureNameStatisticsStats::BytesStats(stats)) => &stats.common_stats,
        Some(FeatureNameStatisticsStats::StructStats(stats)) => &stats.common_stats,
        None => &None,
    };
    common.as_ref().unwrap()
}
