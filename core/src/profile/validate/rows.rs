//! Rows that break a rule: one pass over the columns that have anomalies counts them and keeps a few of each.
//!
//! Which are kept is decided by a hash of the row's place: they are spread over the data, and the same whatever the
//! threads and the order in which parts are read.

use super::anomaly::Findings;
use super::rules::{Cell, RowRule, Test, rules};
use crate::data::{Dataset, Part};
use crate::error::{Error, Result};
use crate::job::Job;
use crate::profile::messages::{AnomalyInfoType, Schema};
use crate::profile::schema::FeaturePath;
use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, LargeBinaryArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use std::collections::BTreeMap;

/// Characters of a value that are shown.
const SHOWN: usize = 200;

/// A row that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExampleRow {
    pub file: String,
    /// From 1, the header not counted.
    pub row: u64,
    /// The value that breaks it; none when it is missing.
    pub value: Option<String>,
    /// The anomaly's type.
    pub kind: AnomalyInfoType,
}

/// The columns in which rows have to be looked for.
pub(crate) fn columns(schema: &Schema, findings: &Findings) -> Vec<String> {
    let with_rules = findings.features.iter().filter(|(path, anomaly)| !rules(schema, path, anomaly).is_empty());
    let mut columns: Vec<String> = with_rules.filter_map(|(path, _)| path.0.first().cloned()).collect();
    columns.dedup();
    columns
}

/// Finds rows for the anomalies, `most` for each rule.
pub(crate) fn find_rows(
    schema: &Schema,
    findings: &mut Findings,
    dataset: &Dataset,
    pool: &rayon::ThreadPool,
    most: usize,
    job: &Job,
) -> Result<()> {
    use rayon::prelude::*;
    let rules: Vec<RowRule> = findings.features.iter().flat_map(|(path, a)| rules(schema, path, a)).collect();
    let rules: Vec<RowRule> =
        rules.into_iter().filter(|r| dataset.schema().column_with_name(&r.path.0[0]).is_some()).collect();
    if rules.is_empty() {
        return Ok(());
    }
    let parts = dataset.parts(job)?;
    let phase = job.phase("find rows", 0, parts.len() as u64);
    let found = pool.install(|| {
        let each = parts.par_iter().map(|part| {
            let found = in_part(&rules, dataset, part, most, job)?;
            phase.advance(part.bytes, 1)?;
            Ok(found)
        });
        each.try_reduce(|| vec![Found::default(); rules.len()], |a, b| Ok(merge(a, b, most)))
    })?;
    for (rule, found) in rules.iter().zip(found) {
        let Some(anomaly) = findings.features.get_mut(&rule.path) else { continue };
        for row in found.kept.into_values() {
            if !anomaly.rows.contains(&row) {
                anomaly.rows.push(row);
            }
        }
        anomaly.rows.sort_by(|a, b| (&a.file, a.row).cmp(&(&b.file, b.row)));
        if found.count > 0 {
            let told = anomaly.broken.entry(rule.kind).or_default();
            *told = (*told).max(found.count);
        }
    }
    Ok(())
}

/// What was found for a rule.
#[derive(Clone, Default)]
struct Found {
    count: u64,
    /// By the hash of its place.
    kept: BTreeMap<[u8; 16], ExampleRow>,
}

impl Found {
    fn add(&mut self, file: &str, row: u64, most: usize, example: impl FnOnce() -> ExampleRow) {
        self.count += 1;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&row.to_le_bytes()).update(file.as_bytes());
        let mut place = [0; 16];
        place.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        if self.kept.len() < most || self.kept.last_key_value().is_some_and(|(last, _)| place < *last) {
            self.kept.insert(place, example());
            self.keep(most);
        }
    }

    fn keep(&mut self, most: usize) {
        while self.kept.len() > most {
            self.kept.pop_last();
        }
    }
}

fn merge(mut a: Vec<Found>, b: Vec<Found>, most: usize) -> Vec<Found> {
    for (a, b) in a.iter_mut().zip(b) {
        a.count += b.count;
        a.kept.extend(b.kept);
        a.keep(most);
    }
    a
}

fn in_part(rules: &[RowRule], dataset: &Dataset, part: &Part, most: usize, job: &Job) -> Result<Vec<Found>> {
    let mut found = vec![Found::default(); rules.len()];
    let mut first = part.first_row();
    let mut rows = dataset.read(part, job)?;
    while let Some(batch) = rows.next_batch()? {
        for (rule, found) in rules.iter().zip(&mut found) {
            if let Some(column) = column(&batch, &rule.path) {
                in_column(rule, &column, &part.name, first, most, found)?;
            }
        }
        first += batch.num_rows() as u64;
    }
    Ok(found)
}

/// The column at a path, through structs. Below lists of structs nobody looks.
fn column(batch: &RecordBatch, path: &FeaturePath) -> Option<ArrayRef> {
    let (first, below) = path.0.split_first()?;
    let mut column = batch.column_by_name(first)?.clone();
    for step in below {
        column = column.as_struct_opt()?.column_by_name(step)?.clone();
    }
    Some(column)
}

fn in_column(rule: &RowRule, column: &ArrayRef, file: &str, first: u64, most: usize, found: &mut Found) -> Result<()> {
    let flat = Flat::of(column)?;
    let mut add = |row: usize, value: Option<String>| {
        let row = first + row as u64 + 1;
        let kind = rule.kind;
        found.add(file, row, most, || ExampleRow { file: file.to_owned(), row, value, kind });
    };
    if matches!(rule.test, Test::Present | Test::Count { .. }) {
        for (row, count) in flat.counts.iter().enumerate() {
            if rule.test.breaks_row(*count) {
                add(row, count.map(|n| format!("{n} values")));
            }
        }
        return Ok(());
    }
    let mut last = None;
    for (at, row) in flat.owners.iter().enumerate() {
        let Some(cell) = flat.values.cell(at).filter(|c| last != Some(*row) && rule.test.breaks(*c)) else { continue };
        last = Some(*row);
        add(*row, Some(shown(cell)));
    }
    Ok(())
}

fn shown(cell: Cell<'_>) -> String {
    match cell {
        Cell::Int(v) => v.to_string(),
        Cell::Float(v) => v.to_string(),
        Cell::Text(text) => {
            let whole = String::from_utf8_lossy(text);
            let mut shown: String = whole.chars().take(SHOWN).collect();
            if shown.len() < whole.len() {
                shown.push('…');
            }
            shown
        }
    }
}

/// A column's values below its lists, and the rows that they are in.
struct Flat {
    values: Values,
    owners: Vec<usize>,
    /// How many values each row has; none when it is missing.
    counts: Vec<Option<u64>>,
}

enum Values {
    Ints(Int64Array),
    Floats(Float64Array),
    Texts(LargeBinaryArray),
    Other,
}

impl Values {
    fn cell(&self, at: usize) -> Option<Cell<'_>> {
        match self {
            Values::Ints(a) => a.is_valid(at).then(|| Cell::Int(a.value(at))),
            Values::Floats(a) => a.is_valid(at).then(|| Cell::Float(a.value(at))),
            Values::Texts(a) => a.is_valid(at).then(|| Cell::Text(a.value(at))),
            Values::Other => None,
        }
    }
}

impl Flat {
    fn of(column: &ArrayRef) -> Result<Flat> {
        let mut owners: Vec<usize> = (0..column.len()).collect();
        let mut counts: Vec<Option<u64>> = (0..column.len()).map(|row| column.is_valid(row).then_some(1)).collect();
        let mut array = column.clone();
        while let Some(item) = item(array.data_type()) {
            array = convert(&array, &DataType::LargeList(item))?;
            let lists = array.as_list::<i64>().clone();
            let mut inner = Vec::new();
            let mut below = vec![0; counts.len()];
            for (at, row) in owners.iter().enumerate() {
                let length = if lists.is_valid(at) { lists.value_length(at) } else { 0 };
                let length = usize::try_from(length).unwrap_or(0);
                inner.extend(std::iter::repeat_n(*row, length));
                below[*row] += length as u64;
            }
            counts.iter_mut().zip(below).for_each(|(count, n)| *count = count.map(|_| n));
            array = elements(&lists)?;
            owners = inner;
        }
        Ok(Flat { values: typed(&array)?, owners, counts })
    }
}

/// The type of a list's elements.
fn item(data_type: &DataType) -> Option<arrow::datatypes::FieldRef> {
    match data_type {
        DataType::List(f)
        | DataType::LargeList(f)
        | DataType::FixedSizeList(f, _)
        | DataType::ListView(f)
        | DataType::LargeListView(f) => Some(f.clone()),
        _ => None,
    }
}

/// The elements of the lists that are there, one after another.
fn elements(lists: &arrow::array::LargeListArray) -> Result<ArrayRef> {
    let there: Vec<ArrayRef> = (0..lists.len()).filter(|n| lists.is_valid(*n)).map(|n| lists.value(n)).collect();
    if there.is_empty() {
        return Ok(lists.values().slice(0, 0));
    }
    let there: Vec<&dyn Array> = there.iter().map(AsRef::as_ref).collect();
    arrow::compute::concat(&there).map_err(|e| failed(&e))
}

fn typed(array: &ArrayRef) -> Result<Values> {
    use DataType as T;
    let whole =
        |array: &ArrayRef| convert(array, &T::Int64).map(|a| Values::Ints(a.as_primitive::<Int64Type>().clone()));
    match array.data_type() {
        T::Dictionary(_, values) => typed(&convert(array, values)?),
        T::Int8 | T::Int16 | T::Int32 | T::Int64 | T::UInt8 | T::UInt16 | T::UInt32 | T::Boolean => whole(array),
        T::Date32 | T::Date64 | T::Timestamp(..) | T::Time32(_) | T::Time64(_) | T::Duration(_) => whole(array),
        T::Float16
        | T::Float32
        | T::Float64
        | T::UInt64
        | T::Decimal32(..)
        | T::Decimal64(..)
        | T::Decimal128(..)
        | T::Decimal256(..) => {
            let floats = convert(array, &T::Float64)?;
            Ok(Values::Floats(floats.as_primitive::<Float64Type>().clone()))
        }
        T::Utf8 | T::LargeUtf8 | T::Utf8View | T::Binary | T::LargeBinary | T::BinaryView | T::FixedSizeBinary(_) => {
            let texts = convert(array, &T::LargeBinary)?;
            Ok(Values::Texts(texts.as_binary::<i64>().clone()))
        }
        _ => Ok(Values::Other),
    }
}

fn convert(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    if array.data_type() == to {
        return Ok(array.clone());
    }
    cast(array, to).map_err(|e| failed(&e))
}

fn failed(e: &arrow::error::ArrowError) -> Error {
    Error::internal(format_args!("reading rows that break a rule: {e}"))
}
