//! Statistics for tests: TFDV's own, and such as are made up.

use super::{Bucket, Column, Distinct, Histogram, Kind, Number, Table, Text, Valency};
use std::collections::BTreeMap;

/// The bytes of a golden file of TFDV's.
pub(crate) fn golden_bytes(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/tfdv/golden");
    std::fs::read(folder.join(format!("{name}.statistics.pb"))).unwrap()
}

pub(crate) fn golden(name: &str) -> Table {
    Table::read_whole(&golden_bytes(name), name).unwrap()
}

fn column(name: &str, kind: Kind, present: u64) -> Column {
    Column {
        name: name.to_owned(),
        kind,
        present,
        missing: 0,
        valency: Valency { min: 1, max: 1, mean: 1.0, total: present },
        distinct: None,
        number: None,
        text: None,
        size: None,
        custom: BTreeMap::new(),
    }
}

/// A column of text with these values and their counts.
pub(crate) fn texts(name: &str, counts: &[(&str, u64)]) -> Column {
    let mut column = column(name, Kind::Text, counts.iter().map(|c| c.1).sum());
    let mut ranks: Vec<(String, f64)> = counts.iter().map(|(v, n)| ((*v).to_owned(), *n as f64)).collect();
    ranks.sort_by(|a, b| b.1.total_cmp(&a.1));
    let length: f64 = ranks.iter().map(|(v, n)| v.len() as f64 * n).sum::<f64>() / column.present.max(1) as f64;
    column.distinct = Some(Distinct { value: counts.len() as u64, error: 0.0 });
    column.text = Some(Text {
        mean_length: length,
        top: ranks.iter().take(20).cloned().collect(),
        ranks,
        invalid_utf8: 0,
        count_error: 0.0,
    });
    column
}

/// A column of numbers with this histogram of (low, high, count).
pub(crate) fn numbers(name: &str, buckets: &[(f64, f64, f64)]) -> Column {
    let total: f64 = buckets.iter().map(|b| b.2).sum();
    let mean = buckets.iter().map(|b| (b.0 + b.1) / 2.0 * b.2).sum::<f64>() / total;
    let variance = buckets.iter().map(|b| ((b.0 + b.1) / 2.0 - mean).powi(2) * b.2).sum::<f64>() / total;
    let histogram =
        Histogram { buckets: buckets.iter().map(|b| Bucket { low: b.0, high: b.1, count: b.2 }).collect(), nan: 0 };
    let mut column = column(name, Kind::Float, total as u64);
    column.number = Some(Number {
        mean,
        std_dev: variance.sqrt(),
        min: buckets[0].0,
        median: mean,
        max: buckets[buckets.len() - 1].1,
        standard: Some(histogram.clone()),
        quantiles: Some(histogram),
        ..Number::default()
    });
    column
}
