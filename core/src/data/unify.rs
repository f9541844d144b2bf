//! One schema for the files of a data set, and each file's rows made to fit it.
//!
//! Columns go by their names. A column that a file lacks is null there. Where files differ in a column's type it widens:
//! integers to `Int64`, then floats to `Float64`, then, whatever can be written as text, to `Utf8`; dates become timestamps,
//! timestamps take the finest unit; UTC is called `+00:00`. What has no such common type (a list and a number) is an error.

use crate::error::{Code, Error, Result};
use arrow::array::{
    Array, ArrayRef, Int64Array, ListArray, RecordBatch, RecordBatchOptions, StringArray, new_null_array,
};
use arrow::buffer::OffsetBuffer;
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Where a column of the data set comes from in one file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum From {
    /// The file's column at this place.
    Column(usize),
    /// The file has no such column.
    Missing,
    /// The file's folder says it (`year=2024`); null for what Hive writes for no value.
    Folder(Option<String>),
}

/// The columns of several files and folders under one schema, in the order in which they are met.
#[derive(Default)]
pub(super) struct Union {
    fields: Vec<FieldRef>,
    places: HashMap<String, usize>,
    /// Files that each column was met in.
    met: Vec<usize>,
    files: usize,
}

impl Union {
    /// Adds a file's columns.
    pub(super) fn add(&mut self, file: &str, schema: &Schema) -> Result<()> {
        self.files += 1;
        no_duplicates(file, schema)?;
        for field in &schema.fields().iter().map(in_our_words).collect::<Vec<_>>() {
            let Some(&place) = self.places.get(field.name()) else {
                self.places.insert(field.name().clone(), self.fields.len());
                self.fields.push(field.clone());
                self.met.push(1);
                continue;
            };
            self.met[place] += 1;
            let known = &self.fields[place];
            if known.data_type() == field.data_type() && known.is_nullable() >= field.is_nullable() {
                continue;
            }
            let wider = widen(known.data_type(), field.data_type()).ok_or_else(|| mismatch(file, known, field))?;
            let nullable = known.is_nullable() || field.is_nullable();
            self.fields[place] = Arc::new(known.as_ref().clone().with_data_type(wider).with_nullable(nullable));
        }
        Ok(())
    }

    pub(super) fn fields(&self) -> Vec<FieldRef> {
        let each = self.fields.iter().zip(&self.met);
        each.map(|(f, met)| match f.data_type() {
            // No file has a value there: text holds whatever comes.
            DataType::Null => Arc::new(f.as_ref().clone().with_data_type(DataType::Utf8)),
            _ if *met < self.files && !f.is_nullable() => Arc::new(f.as_ref().clone().with_nullable(true)),
            _ => f.clone(),
        })
        .collect()
    }
}

/// UTC has many names, and only its offset is understood without a list of zones.
fn in_our_words(field: &FieldRef) -> FieldRef {
    match field.data_type() {
        DataType::Timestamp(unit, Some(zone)) if matches!(&**zone, "UTC" | "Z" | "Etc/UTC" | "GMT" | "+0000") => {
            let kind = DataType::Timestamp(*unit, Some("+00:00".into()));
            Arc::new(field.as_ref().clone().with_data_type(kind))
        }
        _ => field.clone(),
    }
}

fn no_duplicates(file: &str, schema: &Schema) -> Result<()> {
    let mut seen = HashSet::new();
    let twice: Vec<_> = schema.fields().iter().map(|f| f.name().as_str()).filter(|n| !seen.insert(*n)).collect();
    if twice.is_empty() {
        return Ok(());
    }
    let named: Vec<_> = twice.iter().take(10).map(|n| format!("\"{n}\"")).collect();
    Err(Error::new(Code::InvalidData, format!("{file}: more than one column is named {}", named.join(", ")))
        .remedy("Give each column a name of its own.")
        .with("path", file)
        .with("column", twice[0]))
}

fn mismatch(file: &str, known: &Field, here: &Field) -> Error {
    let (column, was, is) = (here.name(), known.data_type(), here.data_type());
    Error::new(
        Code::InvalidData,
        format!("{file}: column \"{column}\" is {is} here and {was} in files before it; no type holds both"),
    )
    .remedy("Name only files that have the same columns, or leave that column out by naming the columns to read.")
    .with("path", file)
    .with("column", column.as_str())
}

/// The narrowest type that holds what either holds.
pub(super) fn widen(a: &DataType, b: &DataType) -> Option<DataType> {
    use DataType as T;
    if a == b {
        return Some(a.clone());
    }
    match (a, b) {
        (T::Null, other) | (other, T::Null) => Some(other.clone()),
        (T::Dictionary(_, inner), other) | (other, T::Dictionary(_, inner)) => widen(inner, other),
        _ if a.is_integer() && b.is_integer() => Some(match (a, b) {
            (T::UInt64, other) | (other, T::UInt64) if !other.is_unsigned_integer() => T::Decimal128(20, 0),
            (T::UInt64, _) | (_, T::UInt64) => T::UInt64,
            _ => T::Int64,
        }),
        (T::Decimal128(p, s), T::Decimal128(q, r)) => {
            let scale = *s.max(r);
            let whole = (i16::from(*p) - i16::from(*s)).max(i16::from(*q) - i16::from(*r));
            u8::try_from(whole + i16::from(scale)).ok().filter(|p| *p <= 38).map(|p| T::Decimal128(p, scale))
        }
        (T::Decimal128(_, 0), other) | (other, T::Decimal128(_, 0)) if other.is_integer() => Some(T::Decimal128(38, 0)),
        _ if a.is_numeric() && b.is_numeric() => Some(T::Float64),
        (T::Timestamp(u, z), T::Timestamp(v, w)) if z == w => Some(T::Timestamp(finer(*u, *v), z.clone())),
        (T::Date32 | T::Date64, T::Timestamp(u, None)) | (T::Timestamp(u, None), T::Date32 | T::Date64) => {
            Some(T::Timestamp(*u, None))
        }
        (T::Date32, T::Date64) | (T::Date64, T::Date32) => Some(T::Date32),
        (T::LargeUtf8, T::Utf8 | T::Utf8View) | (T::Utf8 | T::Utf8View, T::LargeUtf8) => Some(T::LargeUtf8),
        (T::Binary | T::LargeBinary | T::BinaryView | T::FixedSizeBinary(_), other) if is_binary(other) => {
            Some(T::LargeBinary)
        }
        (T::List(x), T::List(y)) => {
            let inner = widen(x.data_type(), y.data_type())?;
            let nullable = x.is_nullable() || y.is_nullable();
            Some(T::List(Arc::new(x.as_ref().clone().with_data_type(inner).with_nullable(nullable))))
        }
        // One value is a list of one.
        (T::List(x), other) | (other, T::List(x)) if !other.is_nested() => {
            let inner = widen(x.data_type(), other)?;
            Some(T::List(Arc::new(x.as_ref().clone().with_data_type(inner).with_nullable(true))))
        }
        (T::Utf8, T::Binary) | (T::Binary, T::Utf8) => Some(T::Binary),
        (T::Struct(x), T::Struct(y)) => widen_fields(x, y).map(T::Struct),
        _ if is_text(a) && is_text(b) => Some(T::Utf8),
        _ => None,
    }
}

/// Whether every value has one obvious text.
fn is_text(t: &DataType) -> bool {
    use DataType as T;
    let text = matches!(t, T::Utf8 | T::LargeUtf8 | T::Utf8View);
    text || t.is_numeric()
        || matches!(t, T::Boolean | T::Date32 | T::Date64 | T::Timestamp(..) | T::Time32(_) | T::Time64(_))
}

fn is_binary(t: &DataType) -> bool {
    use DataType as T;
    matches!(t, T::Binary | T::LargeBinary | T::BinaryView | T::FixedSizeBinary(_))
}

fn finer(a: TimeUnit, b: TimeUnit) -> TimeUnit {
    a.max(b)
}

fn widen_fields(a: &Fields, b: &Fields) -> Option<Fields> {
    let mut fields: Vec<FieldRef> = a.iter().cloned().collect();
    for field in b {
        match fields.iter_mut().find(|f| f.name() == field.name()) {
            Some(known) => {
                let wider = widen(known.data_type(), field.data_type())?;
                let nullable = known.is_nullable() || field.is_nullable();
                *known = Arc::new(known.as_ref().clone().with_data_type(wider).with_nullable(nullable));
            }
            None => fields.push(Arc::new(field.as_ref().clone().with_nullable(true))),
        }
    }
    Some(fields.into())
}

/// Makes a file's batches those of the data set.
#[derive(Clone)]
pub(super) struct Fit {
    pub file: String,
    pub schema: SchemaRef,
    /// One for each column of the schema; [`From::Column`] counts the columns of the batches that come in.
    pub from: Vec<From>,
}

impl Fit {
    pub(super) fn batch(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let rows = batch.num_rows();
        let columns = self.schema.fields().iter().zip(&self.from).map(|(field, from)| match from {
            From::Column(n) => self.cast(field, batch.column(*n)),
            From::Missing => Ok(new_null_array(field.data_type(), rows)),
            From::Folder(value) => self.cast(field, &folder_values(field, value.as_deref(), rows)),
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)
            .map_err(|e| super::invalid(&self.file, e))
    }

    fn cast(&self, field: &Field, column: &ArrayRef) -> Result<ArrayRef> {
        if column.data_type() == field.data_type() {
            return Ok(column.clone());
        }
        if let (DataType::List(item), false) = (field.data_type(), column.data_type().is_nested()) {
            let inner = Field::new(field.name(), item.data_type().clone(), true);
            return self.cast(&inner, column).and_then(|values| self.listed(item, values));
        }
        // What does not fit is an error, never null.
        let options = CastOptions { safe: false, ..Default::default() };
        cast_with_options(column, field.data_type(), &options).map_err(|e| {
            super::invalid(&self.file, format!("column \"{}\": {e}", field.name()))
                .with("column", field.name().as_str())
        })
    }
}

impl Fit {
    /// Each value as a list of one, null as null.
    fn listed(&self, item: &FieldRef, values: ArrayRef) -> Result<ArrayRef> {
        let offsets = OffsetBuffer::from_repeated_length(1, values.len());
        let nulls = values.nulls().cloned();
        let list =
            ListArray::try_new(item.clone(), offsets, values, nulls).map_err(|e| super::invalid(&self.file, e))?;
        Ok(Arc::new(list))
    }
}

fn folder_values(field: &Field, value: Option<&str>, rows: usize) -> ArrayRef {
    match (field.data_type(), value) {
        (kind, None) => new_null_array(kind, rows),
        (DataType::Int64, Some(v)) => Arc::new(Int64Array::from_value(v.parse().unwrap_or_default(), rows)),
        (_, Some(v)) => Arc::new(StringArray::from(vec![v; rows])),
    }
}
