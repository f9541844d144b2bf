//! The messages of what a profiler knows.

use super::distinct::RELATIVE_ERROR;
use super::distribution::Distribution;
use super::feature::{Feature, Level, Values};
use super::numbers::{Kind, Numbers};
use super::profiler::Profiler;
use super::semantic;
use super::texts::{Counted, Texts};
use super::weights::Weights;
use crate::profile::messages::*;
use std::collections::HashMap;

/// Values that are shown as the most frequent.
const TOP: usize = 20;
/// Buckets of the histogram of ranks.
const RANKS: usize = 1000;
/// Bytes of all values of a feature that messages show, but for TFDV's own way: they are kept in git.
const SHOWN: usize = 256 << 10;
/// What stands for a value that is not text.
const NOT_TEXT: &str = "__BYTES_VALUE__";
/// Pairs of columns in the messages; of more, the most correlated ones.
const PAIRS: usize = 500;

impl Profiler {
    /// The statistics of the data set of this name.
    pub(crate) fn finish(&self, name: &str) -> DatasetFeatureStatistics {
        let tfdv = self.options.tfdv;
        let mut features = Vec::new();
        self.features.iter().for_each(|f| add_feature(f, tfdv, &mut features));
        DatasetFeatureStatistics {
            name: name.to_owned(),
            num_examples: self.rows,
            weighted_num_examples: self.weight,
            features,
            cross_features: self.cross_features(),
        }
    }

    /// The statistics of all rows, then of each slice.
    pub(crate) fn finish_all(&self, name: &str) -> DatasetFeatureStatisticsList {
        // As in TFDV, the whole has a name of its own once there are slices.
        let of_all = if self.slices.is_empty() { name } else { "All Examples" };
        let slices = self.slices.iter().map(|(name, slice)| slice.finish(name));
        DatasetFeatureStatisticsList { datasets: [self.finish(of_all)].into_iter().chain(slices).collect() }
    }

    fn cross_features(&self) -> Vec<CrossFeatureStatistics> {
        let columns = self.correlated();
        let mut pairs: Vec<_> = self.correlations.list().into_iter().filter(|p| p.correlation.is_some()).collect();
        let strength = |p: &super::correlation::Correlated| p.correlation.unwrap_or_default().abs();
        if pairs.len() > PAIRS {
            pairs.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
            pairs.truncate(PAIRS);
            pairs.sort_by_key(|p| (p.x, p.y));
        }
        let path = |n: usize| columns.get(n).map(|f| Path { step: f.path.clone() });
        let one = |p: super::correlation::Correlated| CrossFeatureStatistics {
            path_x: path(p.x),
            path_y: path(p.y),
            count: p.rows,
            cross_stats: Some(CrossFeatureStatisticsCrossStats::NumCrossStats(NumericCrossStatistics {
                correlation: p.correlation.unwrap_or_default() as f32,
                covariance: p.covariance as f32,
            })),
        };
        pairs.into_iter().map(one).collect()
    }
}

fn add_feature(feature: &Feature, tfdv: bool, all: &mut Vec<FeatureNameStatistics>) {
    let common_stats = Some(common(feature));
    let mut custom_stats = Vec::new();
    let (kind, stats) = match &feature.values {
        Values::Numbers(numbers) => {
            let kind = match numbers.kind {
                Kind::Float => FeatureNameStatisticsType::Float,
                Kind::Signed | Kind::Unsigned => FeatureNameStatisticsType::Int,
            };
            if !tfdv {
                custom_of_numbers(numbers, &mut custom_stats);
            }
            (kind, FeatureNameStatisticsStats::NumStats(numeric(numbers, common_stats, tfdv)))
        }
        Values::Texts(texts) if is_bytes(texts, tfdv) => {
            custom_stats.extend(semantic::is_most(texts.images, texts.count).then(|| domain("image_domain {}")));
            custom_of_texts(texts, &mut custom_stats);
            (FeatureNameStatisticsType::Bytes, FeatureNameStatisticsStats::BytesStats(bytes(texts, common_stats)))
        }
        Values::Texts(texts) => {
            let ranked = texts.ranked();
            if !tfdv {
                custom_of_texts(texts, &mut custom_stats);
                domain_of_texts(&ranked, &mut custom_stats);
            }
            let stats = string(texts, &ranked, common_stats, tfdv);
            (FeatureNameStatisticsType::String, FeatureNameStatisticsStats::StringStats(stats))
        }
        Values::Struct => {
            let stats = StructStatistics { common_stats };
            (FeatureNameStatisticsType::Struct, FeatureNameStatisticsStats::StructStats(stats))
        }
        Values::Nothing => {
            let stats = StringStatistics { common_stats, ..StringStatistics::default() };
            (FeatureNameStatisticsType::String, FeatureNameStatisticsStats::StringStats(stats))
        }
    };
    all.push(FeatureNameStatistics {
        r#type: kind as i32,
        custom_stats,
        field_id: Some(FeatureNameStatisticsFieldId::Path(Path { step: feature.path.clone() })),
        stats: Some(stats),
        ..FeatureNameStatistics::default()
    });
    feature.children.iter().for_each(|child| add_feature(child, tfdv, all));
}

/// Columns of bytes that mostly are not text.
pub(super) fn is_bytes(texts: &Texts, tfdv: bool) -> bool {
    !tfdv && texts.count > 0 && texts.invalid_utf8 * 2 > texts.count
}

fn common(feature: &Feature) -> CommonStatistics {
    let Some(first) = feature.levels.first() else { return CommonStatistics::default() };
    let of_first = valency(first);
    let nested = feature.levels.len() > 1;
    let weights = first.weight_present + first.weight_missing > 0.0;
    CommonStatistics {
        num_non_missing: first.present,
        num_missing: first.missing,
        min_num_values: of_first.min_num_values,
        max_num_values: of_first.max_num_values,
        avg_num_values: (of_first.tot_num_values as f64 / first.present.max(1) as f64) as f32,
        tot_num_values: of_first.tot_num_values,
        num_values_histogram: (first.present > 0).then(|| lengths(first).quantiles(0)),
        weighted_common_stats: weights.then(|| weighted(first)),
        feature_list_length_histogram: None,
        presence_and_valency_stats: feature.levels.iter().filter(|_| nested).map(valency).collect(),
        weighted_presence_and_valency_stats: feature
            .levels
            .iter()
            .filter(|_| nested && weights)
            .map(weighted)
            .collect(),
    }
}

fn valency(level: &Level) -> PresenceAndValencyStatistics {
    let (least, most, all) = match &level.lengths {
        None => (level.present.min(1), level.present.min(1), level.present),
        Some(lengths) => {
            let (least, most) = lengths.range().unwrap_or((0, 0));
            (least, most, lengths.sum_of_wholes())
        }
    };
    PresenceAndValencyStatistics {
        num_non_missing: level.present,
        num_missing: level.missing,
        min_num_values: least,
        max_num_values: most,
        tot_num_values: all,
    }
}

fn lengths(level: &Level) -> Distribution {
    match &level.lengths {
        None => Distribution::new([(1.0, level.present as f64)].into_iter()),
        Some(lengths) => distribution(lengths),
    }
}

fn weighted(level: &Level) -> WeightedCommonStatistics {
    let mean = level.weight_values / level.weight_present;
    WeightedCommonStatistics {
        num_non_missing: level.weight_present,
        num_missing: level.weight_missing,
        avg_num_values: if mean.is_finite() { mean } else { 0.0 },
        tot_num_values: level.weight_values,
    }
}

pub(super) fn distribution(numbers: &Numbers) -> Distribution {
    let kind = numbers.kind;
    Distribution::new(numbers.points().points.into_iter().map(|(key, n)| (kind.to_f64(key), n as f64)))
}

fn numeric(numbers: &Numbers, common_stats: Option<CommonStatistics>, tfdv: bool) -> NumericStatistics {
    let (mean, std_dev) = mean_and_deviation(numbers, tfdv);
    let Some((least, most)) = numbers.range() else {
        return NumericStatistics { common_stats, ..NumericStatistics::default() };
    };
    let all = distribution(numbers);
    NumericStatistics {
        common_stats,
        mean,
        std_dev,
        num_zeros: numbers.zeros,
        min: numbers.kind.to_f64(least),
        median: all.quantile(0.5),
        max: numbers.kind.to_f64(most),
        histograms: vec![all.standard(numbers.nans, tfdv), all.quantiles(numbers.nans)],
        weighted_numeric_stats: numbers.weights.as_ref().and_then(|w| weighted_numeric(numbers, w, tfdv)),
    }
}

/// Ours are of the finite numbers; TFDV's are of all that are numbers.
fn mean_and_deviation(numbers: &Numbers, tfdv: bool) -> (f64, f64) {
    let infinite = |key: u64| numbers.kind == Kind::Float && numbers.kind.to_f64(key).is_infinite();
    match numbers.range() {
        Some((least, most)) if tfdv && (infinite(least) || infinite(most)) => {
            (numbers.kind.to_f64(least) + numbers.kind.to_f64(most), f64::NAN)
        }
        _ => numbers.mean_and_deviation(),
    }
}

fn weighted_numeric(numbers: &Numbers, weights: &Weights, tfdv: bool) -> Option<WeightedNumericStatistics> {
    let points: Vec<(f64, f64)> = weights.sorted().into_iter().map(|(key, w)| (numbers.kind.to_f64(key), w)).collect();
    let finite = || points.iter().filter(|(x, _)| x.is_finite());
    let total: f64 = finite().map(|(_, w)| w).sum();
    if weights.full || total <= 0.0 {
        return None;
    }
    let mean = finite().map(|(x, w)| x * w).sum::<f64>() / total;
    let spread = finite().map(|(x, w)| (x - mean) * (x - mean) * w).sum::<f64>() / total;
    let all = Distribution::new(points.iter().copied());
    Some(WeightedNumericStatistics {
        mean,
        std_dev: spread.sqrt(),
        median: all.quantile(0.5),
        histograms: vec![all.standard(numbers.nans, tfdv), all.quantiles(numbers.nans)],
    })
}

/// A value as messages show it.
pub(super) fn label(value: &Counted) -> Option<String> {
    let text = value.text.as_ref()?;
    Some(std::str::from_utf8(text).map_or_else(|_| NOT_TEXT.to_owned(), str::to_owned))
}

fn top_and_ranks(values: &[(String, f64)]) -> (Vec<StringStatisticsFreqAndValue>, RankHistogram) {
    let top = values
        .iter()
        .take(TOP)
        .map(|(value, frequency)| StringStatisticsFreqAndValue { value: value.clone(), frequency: *frequency });
    let rank = |(n, (label, count)): (usize, &(String, f64))| RankHistogramBucket {
        low_rank: n as u64,
        high_rank: n as u64,
        label: label.clone(),
        sample_count: *count,
    };
    let buckets = values.iter().take(RANKS).enumerate().map(rank).collect();
    (top.collect(), RankHistogram { buckets, name: String::new() })
}

fn string(texts: &Texts, ranked: &[Counted], common_stats: Option<CommonStatistics>, tfdv: bool) -> StringStatistics {
    let mut left = if tfdv { usize::MAX } else { SHOWN };
    let fits = |(label, _): &(String, f64)| {
        let rest = left.checked_sub(label.len());
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    let labelled = ranked.iter().filter_map(|v| label(v).map(|l| (l, v.count as f64))).take_while(fits).take(RANKS);
    let (top_values, ranks) = top_and_ranks(&labelled.collect::<Vec<_>>());
    StringStatistics {
        common_stats,
        unique: texts.distinct().0,
        top_values,
        avg_length: (texts.bytes as f64 / texts.count.max(1) as f64) as f32,
        rank_histogram: (texts.count > 0).then_some(ranks),
        weighted_string_stats: texts.weights.as_ref().filter(|w| !w.full).map(|w| weighted_string(w, ranked)),
        vocabulary_file: String::new(),
        invalid_utf8_count: texts.invalid_utf8,
    }
}

fn weighted_string(weights: &Weights, ranked: &[Counted]) -> WeightedStringStatistics {
    let labels: HashMap<u64, String> = ranked.iter().filter_map(|v| Some((v.hash, label(v)?))).collect();
    let mut values: Vec<(String, f64)> =
        weights.sorted().into_iter().filter_map(|(hash, w)| Some((labels.get(&hash)?.clone(), w))).collect();
    values.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| b.0.cmp(&a.0)));
    let (top_values, ranks) = top_and_ranks(&values);
    WeightedStringStatistics { top_values, rank_histogram: Some(ranks) }
}

fn bytes(texts: &Texts, common_stats: Option<CommonStatistics>) -> BytesStatistics {
    BytesStatistics {
        common_stats,
        unique: texts.distinct().0,
        avg_num_bytes: (texts.bytes as f64 / texts.count.max(1) as f64) as f32,
        min_num_bytes: texts.shortest as f32,
        max_num_bytes: texts.longest as f32,
        max_num_bytes_int: texts.longest as i64,
    }
}

fn number(name: &str, value: f64) -> CustomStatistic {
    CustomStatistic { name: name.to_owned(), val: Some(CustomStatisticVal::Num(value)) }
}

/// What the values mean, as TFDV's inference of schemas reads it.
fn domain(text: &str) -> CustomStatistic {
    CustomStatistic { name: "domain_info".to_owned(), val: Some(CustomStatisticVal::Str(text.to_owned())) }
}

/// An approximate figure never stands without its error.
fn custom_distinct((count, exact): (u64, bool), all: &mut Vec<CustomStatistic>) {
    all.push(number("distinct", count as f64));
    all.push(number("distinct_error", if exact { 0.0 } else { RELATIVE_ERROR }));
}

fn custom_of_numbers(numbers: &Numbers, all: &mut Vec<CustomStatistic>) {
    custom_distinct(numbers.distinct(), all);
    all.push(number("quantile_rank_error_99", numbers.points().rank_error));
    if numbers.nans > 0 {
        all.push(number("nan", numbers.nans as f64));
    }
}

fn custom_of_texts(texts: &Texts, all: &mut Vec<CustomStatistic>) {
    custom_distinct(texts.distinct(), all);
    if texts.count == 0 {
        return;
    }
    all.push(number("count_error", texts.lost as f64));
    all.push(number("empty", texts.empty as f64));
    all.push(number("min_chars", texts.fewest_chars as f64));
    all.push(number("mean_chars", texts.chars as f64 / texts.count as f64));
    all.push(number("max_chars", texts.most_chars as f64));
}

fn domain_of_texts(ranked: &[Counted], all: &mut Vec<CustomStatistic>) {
    if let Some((format, share)) = semantic::time_format(ranked) {
        all.push(domain(&format!("time_domain {{ string_format: \"{format}\" }}")));
        all.push(number("match_ratio", share));
    } else if let Some(share) = semantic::natural_language(ranked) {
        all.push(domain("natural_language_domain {}"));
        all.push(number("match_ratio", share));
    }
}
