//! What is known of whole rows: how many are the same, which columns are missing together, and a few of them as examples.

use super::codec::{Reader, Writer};
use super::distinct::Hashes;
use super::hash;
use crate::error::Result;
use arrow::array::{RecordBatch, UInt64Array};
use arrow::buffer::NullBuffer;
use std::collections::{BTreeMap, HashMap};

/// Example rows that are kept.
const EXAMPLES: usize = 100;
/// Patterns of missing columns that are told apart.
const PATTERNS: usize = 1000;
/// An example's text is not longer than this.
const LONGEST: usize = 64 << 10;

/// A row as JSON. Those whose hashes are the smallest are examples: a sample that depends on the rows alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Example {
    pub(crate) hash: u64,
    /// The first row that looks so, from 0.
    pub(crate) row: u64,
    pub(crate) json: String,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct RowFacts {
    pub(crate) hashes: Hashes,
    /// By hash.
    pub(crate) examples: Vec<Example>,
    /// How many rows lack exactly these columns.
    pub(crate) patterns: BTreeMap<Vec<u32>, u64>,
    /// Rows with patterns beyond those that are told apart.
    pub(crate) other_patterns: u64,
}

impl RowFacts {
    /// Takes in a batch, its rows' hashes, and where its columns have no value.
    pub(crate) fn add(&mut self, batch: &RecordBatch, first_row: u64, hashes: &[u64], nulls: &[Option<NullBuffer>]) {
        hashes.iter().for_each(|h| self.hashes.add(*h));
        self.add_patterns(nulls, hashes.len());
        self.add_examples(batch, first_row, hashes);
    }

    fn add_patterns(&mut self, nulls: &[Option<NullBuffer>], rows: usize) {
        let some: Vec<(usize, &NullBuffer)> =
            nulls.iter().enumerate().filter_map(|(n, nulls)| nulls.as_ref().map(|b| (n, b))).collect();
        if some.is_empty() {
            return self.count_pattern(Vec::new(), rows as u64);
        }
        let mut of_rows = vec![0_u64; rows];
        for (column, nulls) in &some {
            let key = hash::number(*column as u64);
            (!nulls.inner()).set_indices().for_each(|row| of_rows[row] ^= key);
        }
        let mut counts: HashMap<u64, (u64, usize)> = HashMap::new();
        for (row, pattern) in of_rows.into_iter().enumerate() {
            counts.entry(pattern).or_insert((0, row)).0 += 1;
        }
        let mut counts: Vec<(u64, usize)> = counts.into_values().collect();
        counts.sort_unstable_by_key(|(_, row)| *row);
        for (count, row) in counts {
            let lacks = some.iter().filter(|(_, nulls)| nulls.is_null(row)).map(|(n, _)| *n as u32).collect();
            self.count_pattern(lacks, count);
        }
    }

    fn count_pattern(&mut self, lacks: Vec<u32>, rows: u64) {
        if rows == 0 {
            return;
        }
        if self.patterns.len() < PATTERNS || self.patterns.contains_key(&lacks) {
            *self.patterns.entry(lacks).or_default() += rows;
        } else {
            self.other_patterns += rows;
        }
    }

    fn add_examples(&mut self, batch: &RecordBatch, first_row: u64, hashes: &[u64]) {
        let full = self.examples.len() >= EXAMPLES;
        let limit = if full { self.examples.last().map_or(0, |e| e.hash) } else { u64::MAX };
        let mut found: Vec<(u64, usize)> =
            hashes.iter().enumerate().filter(|(_, h)| **h < limit || !full).map(|(row, h)| (*h, row)).collect();
        found.sort_unstable();
        found.dedup_by_key(|(hash, _)| *hash);
        found.truncate(EXAMPLES);
        found.retain(|(hash, _)| self.examples.binary_search_by_key(hash, |e| e.hash).is_err());
        if found.is_empty() {
            return;
        }
        for ((hash, row), json) in found.iter().zip(as_json(batch, &found)) {
            self.examples.push(Example { hash: *hash, row: first_row + *row as u64, json });
        }
        self.keep_examples();
    }

    fn keep_examples(&mut self) {
        self.examples.sort_unstable();
        self.examples.dedup_by_key(|e| e.hash);
        self.examples.truncate(EXAMPLES);
    }

    /// Joins what is known of rows that follow after `rows` rows.
    pub(crate) fn merge(&mut self, other: Self, rows: u64) {
        self.hashes.merge(other.hashes);
        self.other_patterns += other.other_patterns;
        other.patterns.into_iter().for_each(|(lacks, count)| self.count_pattern(lacks, count));
        self.examples.extend(other.examples.into_iter().map(|e| Example { row: e.row + rows, ..e }));
        self.keep_examples();
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        self.hashes.write(w);
        w.u64(self.examples.len() as u64);
        for example in &self.examples {
            w.fixed(example.hash);
            w.u64(example.row);
            w.text(&example.json);
        }
        w.u64(self.other_patterns);
        w.u64(self.patterns.len() as u64);
        for (lacks, count) in &self.patterns {
            w.u64(lacks.len() as u64);
            lacks.iter().for_each(|n| w.u64(u64::from(*n)));
            w.u64(*count);
        }
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self> {
        let mut rows = RowFacts { hashes: Hashes::read(r)?, ..RowFacts::default() };
        for _ in 0..r.count()? {
            rows.examples.push(Example { hash: r.fixed()?, row: r.u64()?, json: r.text()? });
        }
        rows.other_patterns = r.u64()?;
        for _ in 0..r.count()? {
            let lacks = (0..r.count()?).map(|_| r.u64().map(|n| n as u32)).collect::<Result<_>>()?;
            rows.patterns.insert(lacks, r.u64()?);
        }
        Ok(rows)
    }
}

/// Rows as JSON objects, one for each of `rows`. A type that JSON cannot show gives an object that says so.
fn as_json(batch: &RecordBatch, rows: &[(u64, usize)]) -> Vec<String> {
    let at: UInt64Array = rows.iter().map(|(_, row)| *row as u64).collect();
    let written = arrow::compute::take_record_batch(batch, &at).and_then(|taken| {
        let mut text = Vec::new();
        let builder = arrow::json::WriterBuilder::new().with_explicit_nulls(true);
        let mut writer = builder.build::<_, arrow::json::writer::LineDelimited>(&mut text);
        writer.write(&taken)?;
        writer.finish()?;
        drop(writer);
        Ok(String::from_utf8_lossy(&text).into_owned())
    });
    let failed = |why: &str| serde_json::json!({ "not shown": why }).to_string();
    match written {
        Ok(text) => text.lines().map(|l| if l.len() > LONGEST { failed("too long") } else { l.to_owned() }).collect(),
        Err(e) => vec![failed(&e.to_string()); rows.len()],
    }
}
