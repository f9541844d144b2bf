//! What the statistics of a table say, in the shape that pages, comparisons and rankings read.
//!
//! It knows TensorFlow Metadata's messages and nothing of data, files or git. Start with [`Table::read`]; `concerns` says what
//! is odd about a column, `figures` writes numbers for people.

mod concerns;
pub(crate) mod figures;
mod pairs;
mod read;
mod report;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use concerns::{Concern, concerns};
pub(crate) use pairs::{Dependence, Pairs};

use std::collections::{BTreeMap, HashMap};

/// The statistics of one table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub rows: u64,
    pub columns: Vec<Column>,
    /// What is known of two columns together.
    pub pairs: Pairs,
    /// Rows that are copies of others.
    pub duplicate_rows: Option<Estimate>,
    /// Columns that are missing in the same rows, and in how many; the most frequent first.
    pub missing_together: Vec<(Vec<String>, u64)>,
}

/// What a column holds, in TensorFlow Metadata's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Float,
    Text,
    Bytes,
    Struct,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Int => "INT",
            Kind::Float => "FLOAT",
            Kind::Text => "STRING",
            Kind::Bytes => "BYTES",
            Kind::Struct => "STRUCT",
        }
    }
}

/// One column, or one field of a nested one.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub name: String,
    pub kind: Kind,
    pub present: u64,
    pub missing: u64,
    pub valency: Valency,
    pub distinct: Option<Distinct>,
    pub number: Option<Number>,
    pub text: Option<Text>,
    pub size: Option<Size>,
    /// Figures that TensorFlow Metadata has no field for, by name.
    pub custom: BTreeMap<String, Custom>,
}

/// How many values a present row has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Valency {
    pub min: u64,
    pub max: u64,
    pub mean: f64,
    pub total: u64,
}

/// The number of different values. With an error, it is an estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Distinct {
    pub value: u64,
    /// The relative standard error; 0 when the number is exact.
    pub error: f64,
}

/// A count with its standard error, which is 0 when it is exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    pub value: u64,
    pub standard_error: f64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Number {
    pub mean: f64,
    pub std_dev: f64,
    pub zeros: u64,
    pub min: f64,
    pub median: f64,
    pub max: f64,
    pub nan: u64,
    /// How far in rank a quantile can be off, as a share of the values; 0 when they are exact.
    pub rank_error: f64,
    /// Buckets of equal width.
    pub standard: Option<Histogram>,
    /// Buckets of equal weight.
    pub quantiles: Option<Histogram>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Histogram {
    pub buckets: Vec<Bucket>,
    pub nan: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bucket {
    pub low: f64,
    pub high: f64,
    pub count: f64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Text {
    pub mean_length: f64,
    /// The most frequent values, the first the most frequent.
    pub top: Vec<(String, f64)>,
    /// All values by their frequency, or as many of them as are kept.
    pub ranks: Vec<(String, f64)>,
    pub invalid_utf8: u64,
    /// How many more times than counted a value can be there; 0 when counts are exact.
    pub count_error: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Size {
    pub mean: f64,
    pub min: f64,
    pub max: f64,
}

/// A figure with a name of its own.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Custom {
    Number(f64),
    Text(String),
    Histogram(Histogram),
    Ranks(Vec<(String, f64)>),
}

impl Table {
    /// The columns by their names; of those with the same name the first.
    pub(crate) fn by_name(&self) -> HashMap<&str, usize> {
        let mut names = HashMap::with_capacity(self.columns.len());
        for (i, column) in self.columns.iter().enumerate() {
            names.entry(column.name.as_str()).or_insert(i);
        }
        names
    }
    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }
}

impl Column {
    pub(crate) fn rows(&self) -> u64 {
        self.present.saturating_add(self.missing)
    }
    pub(crate) fn missing_share(&self) -> f64 {
        share(self.missing, self.rows())
    }
    /// The values of present rows, of which a list has several.
    pub(crate) fn values(&self) -> u64 {
        if self.valency.total > 0 { self.valency.total } else { self.present }
    }
    /// The most frequent values with their counts, as far as they are kept.
    pub(crate) fn frequencies(&self) -> &[(String, f64)] {
        let Some(text) = &self.text else {
            return match self.custom.get("top_values") {
                Some(Custom::Ranks(ranks)) => ranks,
                _ => &[],
            };
        };
        if text.ranks.len() >= text.top.len() { &text.ranks } else { &text.top }
    }
    /// Whether all values are the same, as far as the statistics can tell.
    pub(crate) fn is_constant(&self) -> bool {
        if self.present == 0 || self.kind == Kind::Struct {
            return false;
        }
        match (&self.number, self.distinct) {
            (Some(n), _) => n.min == n.max && n.nan == 0,
            (None, Some(d)) => d.value == 1,
            (None, None) => false,
        }
    }
    /// Between 0 (one value only) and 1 (all buckets or values equally frequent).
    pub(crate) fn evenness(&self) -> Option<f64> {
        let standard = self.number.as_ref().and_then(|n| n.standard.as_ref());
        let counts: Vec<f64> = match standard {
            Some(h) => h.buckets.iter().map(|b| b.count).collect(),
            None => self.frequencies().iter().map(|f| f.1).collect(),
        };
        let total: f64 = counts.iter().sum();
        if total <= 0.0 {
            return None;
        }
        if counts.len() < 2 {
            return Some(0.0);
        }
        let entropy: f64 = counts.iter().map(|c| c / total).filter(|p| *p > 0.0).map(|p| -p * p.ln()).sum();
        Some((entropy / (counts.len() as f64).ln()).clamp(0.0, 1.0))
    }
}

pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
