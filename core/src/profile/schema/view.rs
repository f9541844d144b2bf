//! Statistics as inference and validation look at them: features by path, weighted where there are weights.

use super::path::FeaturePath;
use crate::profile::messages::{
    CommonStatistics, CustomStatistic, CustomStatisticVal, DatasetFeatureStatistics, FeatureNameStatistics,
    FeatureNameStatisticsStats as Stats, FeatureNameStatisticsType as Type, FeatureType, Histogram, NumericStatistics,
};
use std::collections::BTreeMap;

/// The statistics of a data set.
pub(crate) struct DatasetView<'a> {
    pub statistics: &'a DatasetFeatureStatistics,
    weighted: bool,
    features: Vec<(FeaturePath, &'a FeatureNameStatistics)>,
    places: BTreeMap<FeaturePath, usize>,
}

/// The statistics of a feature.
#[derive(Clone, Copy)]
pub(crate) struct FeatureView<'a> {
    pub dataset: &'a DatasetView<'a>,
    pub path: &'a FeaturePath,
    pub statistics: &'a FeatureNameStatistics,
}

impl<'a> DatasetView<'a> {
    pub(crate) fn new(statistics: &'a DatasetFeatureStatistics) -> DatasetView<'a> {
        let weights = has_weights(statistics);
        Self::weighing(statistics, weights)
    }

    /// With or without weights, as the statistics that these are compared with.
    pub(crate) fn weighing(statistics: &'a DatasetFeatureStatistics, weighted: bool) -> DatasetView<'a> {
        let told = statistics.features.iter().filter(|f| f.stats.is_some() || !f.custom_stats.is_empty());
        let features: Vec<_> = told.map(|f| (FeaturePath::of(f), f)).collect();
        let places = features.iter().enumerate().map(|(at, (path, _))| (path.clone(), at)).collect();
        DatasetView { statistics, weighted, features, places }
    }

    pub(crate) fn weighted(&self) -> bool {
        self.weighted
    }

    pub(crate) fn num_examples(&self) -> f64 {
        if self.weighted { self.statistics.weighted_num_examples } else { self.statistics.num_examples as f64 }
    }

    pub(crate) fn features(&'a self) -> impl Iterator<Item = FeatureView<'a>> {
        self.features.iter().map(|(path, statistics)| FeatureView { dataset: self, path, statistics })
    }

    /// The features that are in no other.
    pub(crate) fn roots(&'a self) -> impl Iterator<Item = FeatureView<'a>> {
        self.features().filter(|f| f.path.parent().is_none_or(|p| !self.places.contains_key(&p)))
    }

    pub(crate) fn get(&'a self, path: &FeaturePath) -> Option<FeatureView<'a>> {
        let (path, statistics) = &self.features[*self.places.get(path)?];
        Some(FeatureView { dataset: self, path, statistics })
    }
}

/// Whether the rows have weights and every feature was counted with them.
fn has_weights(statistics: &DatasetFeatureStatistics) -> bool {
    let told = |f: &&FeatureNameStatistics| f.stats.is_some();
    statistics.weighted_num_examples != 0.0
        && statistics.features.iter().filter(told).all(|f| common(f).is_some_and(|c| c.weighted_common_stats.is_some()))
}

fn common(feature: &FeatureNameStatistics) -> Option<&CommonStatistics> {
    match feature.stats.as_ref()? {
        Stats::NumStats(s) => s.common_stats.as_ref(),
        Stats::StringStats(s) => s.common_stats.as_ref(),
        Stats::BytesStats(s) => s.common_stats.as_ref(),
        Stats::StructStats(s) => s.common_stats.as_ref(),
    }
}

impl<'a> FeatureView<'a> {
    pub(crate) fn data_type(&self) -> Type {
        self.statistics.r#type()
    }

    /// The type that a schema gives such data.
    pub(crate) fn feature_type(&self) -> FeatureType {
        match self.data_type() {
            Type::Int => FeatureType::Int,
            Type::Float => FeatureType::Float,
            Type::String | Type::Bytes => FeatureType::Bytes,
            Type::Struct => FeatureType::Struct,
        }
    }

    /// The features in this struct, by their names.
    pub(crate) fn children(&self) -> impl Iterator<Item = FeatureView<'a>> + use<'a> {
        let (dataset, parent) = (self.dataset, self.path);
        let below = dataset.places.range(parent.clone()..).skip(1);
        let below = below.take_while(move |(path, _)| path.0.starts_with(&parent.0));
        let children = below.filter(move |(path, _)| path.0.len() == parent.0.len() + 1);
        children.map(move |(path, at)| FeatureView { dataset, path, statistics: dataset.features[*at].1 })
    }

    pub(crate) fn common(&self) -> Option<&'a CommonStatistics> {
        common(self.statistics)
    }

    pub(crate) fn present(&self) -> f64 {
        let Some(common) = self.common() else { return 0.0 };
        match &common.weighted_common_stats {
            Some(weights) if self.dataset.weighted => weights.num_non_missing,
            _ => common.num_non_missing as f64,
        }
    }

    pub(crate) fn missing(&self) -> f64 {
        let Some(common) = self.common() else { return 0.0 };
        match &common.weighted_common_stats {
            Some(weights) if self.dataset.weighted => weights.num_missing,
            _ => common.num_missing as f64,
        }
    }

    pub(crate) fn fraction_present(&self) -> Option<f64> {
        let examples = self.dataset.num_examples();
        if self.missing() == 0.0 {
            return Some(1.0);
        }
        (examples > 0.0).then(|| self.present() / examples)
    }

    /// The fewest and the most values of an example, at each level of nesting.
    pub(crate) fn valency(&self) -> Vec<(u64, u64)> {
        let Some(common) = self.common() else { return Vec::new() };
        if common.presence_and_valency_stats.is_empty() {
            return vec![(common.min_num_values, common.max_num_values)];
        }
        common.presence_and_valency_stats.iter().map(|s| (s.min_num_values, s.max_num_values)).collect()
    }

    /// Values missing at any level of nesting.
    pub(crate) fn missing_somewhere(&self) -> bool {
        let nested = self.common().map_or(&[][..], |c| &c.presence_and_valency_stats);
        self.missing() != 0.0 || nested.iter().any(|s| s.num_missing != 0)
    }

    pub(crate) fn nested(&self) -> bool {
        self.common().is_some_and(|c| c.presence_and_valency_stats.len() > 1)
    }

    pub(crate) fn numbers(&self) -> Option<&'a NumericStatistics> {
        match self.statistics.stats.as_ref()? {
            Stats::NumStats(s) => Some(s),
            _ => None,
        }
    }

    /// The counted values of text, in order: also those of whole numbers that are categories.
    pub(crate) fn values(&self) -> BTreeMap<&'a str, f64> {
        let Some(Stats::StringStats(s)) = &self.statistics.stats else { return BTreeMap::new() };
        let weighted = s.weighted_string_stats.as_ref().filter(|_| self.dataset.weighted);
        let histogram = weighted.map_or(s.rank_histogram.as_ref(), |w| w.rank_histogram.as_ref());
        let buckets = histogram.map_or(&[][..], |h| &h.buckets);
        let mut values = BTreeMap::new();
        for bucket in buckets {
            values.entry(bucket.label.as_str()).or_insert(bucket.sample_count);
        }
        values
    }

    pub(crate) fn unique(&self) -> Option<u64> {
        match self.statistics.stats.as_ref()? {
            Stats::StringStats(s) => Some(s.unique),
            _ => None,
        }
    }

    pub(crate) fn invalid_utf8(&self) -> bool {
        match &self.statistics.stats {
            Some(Stats::StringStats(s)) => {
                s.invalid_utf8_count > 0
                    || s.rank_histogram.iter().flat_map(|h| &h.buckets).any(|b| b.label == INVALID_UTF8)
            }
            _ => false,
        }
    }

    /// How many values there are in all examples.
    pub(crate) fn total_values(&self) -> f64 {
        let Some(common) = self.common() else { return 0.0 };
        match &common.weighted_common_stats {
            Some(weights) if self.dataset.weighted => weights.tot_num_values,
            _ if common.tot_num_values > 0 => common.tot_num_values as f64,
            _ => common.num_non_missing as f64 * f64::from(common.avg_num_values),
        }
    }

    pub(crate) fn histograms(&self) -> &'a [Histogram] {
        let Some(numbers) = self.numbers() else { return &[] };
        match &numbers.weighted_numeric_stats {
            Some(weights) if self.dataset.weighted => &weights.histograms,
            _ => &numbers.histograms,
        }
    }

    pub(crate) fn custom(&self, name: &str) -> Option<&'a CustomStatisticVal> {
        let found: Option<&CustomStatistic> = self.statistics.custom_stats.iter().find(|c| c.name == name);
        found?.val.as_ref()
    }

    pub(crate) fn custom_number(&self, name: &str) -> Option<f64> {
        match self.custom(name)? {
            CustomStatisticVal::Num(number) => Some(*number),
            _ => None,
        }
    }
}

/// What TFDV counts a value as that is not UTF-8.
const INVALID_UTF8: &str = "__BYTES_VALUE__";
