//! Out of TensorFlow Metadata's messages.

use super::{Bucket, Column, Custom, Dependence, Distinct, Histogram, Kind, Number, Pairs, Size, Table, Text, Valency};
use crate::error::{Code, Error, Result};
use crate::profile::messages as m;
use m::CrossFeatureStatisticsCrossStats as Cross;
use m::CustomStatisticVal as Val;
use m::FeatureNameStatisticsFieldId as Field;
use m::FeatureNameStatisticsStats as Stats;
use std::collections::BTreeMap;

/// What the profile calls the number of different values, where TensorFlow Metadata has no field for it, and its relative
/// standard error, where it is an estimate.
const DISTINCT: &str = "distinct";
const DISTINCT_ERROR: &str = "distinct_error";
/// The error of quantiles in rank, and of the counts of values.
const RANK_ERROR: &str = "quantile_rank_error_99";
const COUNT_ERROR: &str = "count_error";

impl Table {
    /// The tables in a `statistics.pb`: the whole one first, then its slices. `from` is for messages.
    pub(crate) fn read(bytes: &[u8], from: &str) -> Result<Vec<Table>> {
        let list: m::DatasetFeatureStatisticsList = m::decode(from, bytes)?;
        Ok(list.datasets.into_iter().map(table).collect())
    }

    /// The statistics of all rows.
    pub(crate) fn read_whole(bytes: &[u8], from: &str) -> Result<Table> {
        Table::read(bytes, from)?.into_iter().next().ok_or_else(|| {
            Error::new(Code::InvalidData, format!("{from}: there are no statistics in it"))
                .remedy("Write it anew with \"octostore profile\".")
                .with("path", from)
        })
    }
}

fn table(dataset: m::DatasetFeatureStatistics) -> Table {
    let mut pairs = Pairs::default();
    for (x, y, dependence) in dataset.cross_features.iter().filter_map(pair) {
        pairs.insert(x, y, dependence);
    }
    let rows = dataset.num_examples;
    let columns = dataset.features.into_iter().map(|f| column(f, rows)).collect();
    Table { rows, columns, pairs, ..Table::default() }
}

/// The steps of a path, as people write them.
fn dotted(path: &m::Path) -> String {
    path.step.join(".")
}

fn column(feature: m::FeatureNameStatistics, rows: u64) -> Column {
    let name = match &feature.field_id {
        Some(Field::Name(name)) => name.clone(),
        Some(Field::Path(path)) => dotted(path),
        None => String::new(),
    };
    let kind = match feature.r#type {
        0 => Kind::Int,
        1 => Kind::Float,
        3 => Kind::Bytes,
        4 => Kind::Struct,
        _ => Kind::Text,
    };
    let custom = custom(feature.custom_stats);
    let mut column = Column {
        name,
        kind,
        present: 0,
        missing: rows,
        valency: Valency::default(),
        distinct: None,
        number: None,
        text: None,
        size: None,
        custom,
    };
    match feature.stats {
        Some(Stats::NumStats(n)) => {
            common(&mut column, n.common_stats.as_ref());
            column.number = Some(number(&n));
        }
        Some(Stats::StringStats(s)) => {
            common(&mut column, s.common_stats.as_ref());
            column.distinct = Some(Distinct { value: s.unique, error: 0.0 });
            column.text = Some(text(s));
        }
        Some(Stats::BytesStats(b)) => {
            common(&mut column, b.common_stats.as_ref());
            column.distinct = Some(Distinct { value: b.unique, error: 0.0 });
            let max = if b.max_num_bytes_int > 0 { b.max_num_bytes_int as f64 } else { b.max_num_bytes.into() };
            column.size = Some(Size { mean: b.avg_num_bytes.into(), min: b.min_num_bytes.into(), max });
        }
        Some(Stats::StructStats(s)) => common(&mut column, s.common_stats.as_ref()),
        None => {}
    }
    refine(&mut column);
    column
}

/// The profile's own count of different values, and how sure the figures are.
fn refine(column: &mut Column) {
    let mut figure = |name: &str| match column.custom.remove(name) {
        Some(Custom::Number(n)) if n.is_finite() && n >= 0.0 => Some(n),
        _ => None,
    };
    let (distinct, error) = (figure(DISTINCT), figure(DISTINCT_ERROR).unwrap_or(0.0));
    let (ranks, counts) = (figure(RANK_ERROR).unwrap_or(0.0), figure(COUNT_ERROR).unwrap_or(0.0));
    if let Some(n) = &mut column.number {
        n.rank_error = ranks;
    }
    if let Some(t) = &mut column.text {
        t.count_error = counts;
    }
    if let Some(value) = distinct {
        column.distinct = Some(Distinct { value: value as u64, error });
    } else if let Some(distinct) = &mut column.distinct {
        distinct.error = error;
    }
}

fn common(column: &mut Column, common: Option<&m::CommonStatistics>) {
    let Some(c) = common else { return };
    column.present = c.num_non_missing;
    column.missing = c.num_missing;
    column.valency = Valency {
        min: c.min_num_values,
        max: c.max_num_values,
        mean: c.avg_num_values.into(),
        total: c.tot_num_values,
    };
}

fn number(n: &m::NumericStatistics) -> Number {
    let of = |kind: m::HistogramHistogramType| n.histograms.iter().find(|h| h.r#type == kind as i32).map(histogram);
    let standard = of(m::HistogramHistogramType::Standard);
    Number {
        mean: n.mean,
        std_dev: n.std_dev,
        zeros: n.num_zeros,
        min: n.min,
        median: n.median,
        max: n.max,
        rank_error: 0.0,
        nan: n.histograms.iter().map(|h| h.num_nan).max().unwrap_or(0),
        quantiles: of(m::HistogramHistogramType::Quantiles),
        standard,
    }
}

fn histogram(h: &m::Histogram) -> Histogram {
    let bucket = |b: &m::HistogramBucket| Bucket { low: b.low_value, high: b.high_value, count: b.sample_count };
    Histogram { buckets: h.buckets.iter().map(bucket).collect(), nan: h.num_nan }
}

fn ranks(r: m::RankHistogram) -> Vec<(String, f64)> {
    r.buckets.into_iter().map(|b| (b.label, b.sample_count)).collect()
}

fn text(s: m::StringStatistics) -> Text {
    Text {
        mean_length: s.avg_length.into(),
        top: s.top_values.into_iter().map(|t| (t.value, t.frequency)).collect(),
        ranks: s.rank_histogram.map(ranks).unwrap_or_default(),
        invalid_utf8: s.invalid_utf8_count,
        count_error: 0.0,
    }
}

fn custom(stats: Vec<m::CustomStatistic>) -> BTreeMap<String, Custom> {
    let value = |val: Val| match val {
        Val::Num(n) => Some(Custom::Number(n)),
        Val::Str(s) => Some(Custom::Text(s)),
        Val::Histogram(h) => Some(Custom::Histogram(histogram(&h))),
        Val::RankHistogram(r) => Some(Custom::Ranks(ranks(r))),
        Val::Any(_) => None,
    };
    stats.into_iter().filter_map(|s| Some((s.name, value(s.val?)?))).collect()
}

fn pair(cross: &m::CrossFeatureStatistics) -> Option<(String, String, Dependence)> {
    let dependence = match cross.cross_stats.as_ref()? {
        Cross::NumCrossStats(n) if n.correlation.is_finite() => Dependence::Correlation(n.correlation.into()),
        Cross::NumCrossStats(_) => return None,
        Cross::CategoricalCrossStats(c) => Dependence::Explained(explained(c.lift.as_ref()?, cross.count)?),
    };
    Some((dotted(cross.path_x.as_ref()?), dotted(cross.path_y.as_ref()?), dependence))
}

/// The mutual information that lifts tell of, as a share of the entropy of `y`. Pairs of values that are not listed are taken
/// for independent, so it is a lower bound.
fn explained(lift: &m::LiftStatistics, count: u64) -> Option<f64> {
    use m::LiftSeriesLiftValueXAndYCountValue as Both;
    use m::LiftSeriesYCountValue as YCount;
    let count = Some(count as f64).filter(|c| *c > 0.0)?;
    let (mut information, mut entropy) = (0.0, 0.0);
    for series in &lift.lift_series {
        let y = match series.y_count_value.as_ref()? {
            YCount::YCount(n) => *n as f64,
            YCount::WeightedYCount(n) => *n,
        } / count;
        if y > 0.0 {
            entropy -= y * y.ln();
        }
        for value in &series.lift_values {
            let both = match value.x_and_y_count_value.as_ref() {
                Some(Both::XAndYCount(n)) => *n as f64,
                Some(Both::WeightedXAndYCount(n)) => *n,
                None => continue,
            };
            if both > 0.0 && value.lift > 0.0 {
                information += both / count * value.lift.ln();
            }
        }
    }
    (entropy > 0.0).then(|| (information / entropy).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::super::testing::golden;
    use super::*;

    #[test]
    fn tfdvs_statistics_of_the_taxi_trips_read_as_they_are_printed() {
        let table = golden("chicago_taxi_simple");
        let fare = table.column("fare").unwrap();
        assert_eq!((table.rows, fare.kind), (15_002, Kind::Float));
        let number = fare.number.as_ref().unwrap();
        assert_eq!(number.mean, 11.768216239306826);
        assert_eq!(number.standard.as_ref().unwrap().buckets.len(), 10);
        assert_eq!(number.quantiles.as_ref().unwrap().buckets.len(), 10);
        let payment = table.column("payment_type").unwrap();
        assert_eq!(payment.text.as_ref().unwrap().top[0].0, "Cash");
        assert_eq!(payment.frequencies().len() as u64, payment.distinct.unwrap().value);
    }

    #[test]
    fn lifts_of_a_copy_explain_it_and_of_an_independent_value_nothing() {
        let value = |x: &str, lift: f64, both: u64| m::LiftSeriesLiftValue {
            lift,
            x_value: Some(m::LiftSeriesLiftValueXValue::XString(x.into())),
            x_and_y_count_value: Some(m::LiftSeriesLiftValueXAndYCountValue::XAndYCount(both)),
            ..Default::default()
        };
        let series = |lift_values| m::LiftSeries {
            lift_values,
            y_count_value: Some(m::LiftSeriesYCountValue::YCount(50)),
            ..Default::default()
        };
        let of = |series| m::LiftStatistics { lift_series: series, ..Default::default() };
        let copy = of(vec![series(vec![value("a", 2.0, 50)]), series(vec![value("b", 2.0, 50)])]);
        assert!((explained(&copy, 100).unwrap() - 1.0).abs() < 1e-12);
        let same = |_| series(vec![value("a", 1.0, 25), value("b", 1.0, 25)]);
        assert_eq!(explained(&of((0..2).map(same).collect()), 100), Some(0.0));
        assert_eq!(explained(&copy, 0), None);
    }

    #[test]
    fn bytes_that_are_no_statistics_are_refused_by_name() {
        let error = Table::read_whole(b"\xff\xff\xff", "a.csv.octo/statistics.pb").unwrap_err();
        assert_eq!(error.code(), Code::InvalidData);
        assert!(error.message().starts_with("a.csv.octo/statistics.pb"));
        assert!(Table::read_whole(b"", "x").is_err());
    }
}
