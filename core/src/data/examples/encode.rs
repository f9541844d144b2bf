//! Rows as `tf.Example`, in the one form that hashing needs: features in the order of their names, numbers packed.
//!
//! Integers and truth values become 64-bit integers, floats and decimals 32-bit floats, text and bytes stay, dates and times
//! become text. A missing value is a feature without a kind, as ExampleGen writes an empty cell; a list is several values;
//! a struct's fields are features called `struct.field`.

use crate::data::from_arrow;
use crate::data::tfrecord::{Values, encode, put_feature};
use crate::error::{Code, Error, Result};
use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, Float32Array, Int64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float32Type, Int64Type, UInt64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use std::sync::Arc;

/// Writes the rows of a batch.
pub(crate) struct Encoder {
    /// In the order of their names.
    features: Vec<Feature>,
}

struct Feature {
    name: String,
    /// A row that is missing in one of these has no value.
    missing: Vec<ArrayRef>,
    /// Where the values of each row begin and end, of a list.
    spans: Option<Vec<(usize, usize)>>,
    values: Column,
}

enum Column {
    Bytes(BinaryArray),
    Floats(Float32Array),
    Integers(Int64Array),
    Nothing,
}

impl Encoder {
    pub(crate) fn new(batch: &RecordBatch) -> Result<Encoder> {
        let mut features = Vec::new();
        for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            add(field.name(), column, &[], &mut features)?;
        }
        features.sort_by(|a: &Feature, b| a.name.as_bytes().cmp(b.name.as_bytes()));
        if let Some(twice) = features.windows(2).find(|w| w[0].name == w[1].name) {
            let name = &twice[0].name;
            return Err(Error::new(Code::InvalidData, format!("two columns are called \"{name}\""))
                .remedy("An example has one feature of a name: leave one of the columns out, or rename it.")
                .with("column", name.as_str()));
        }
        Ok(Encoder { features })
    }

    /// The example of a row.
    pub(crate) fn example(&self, row: usize) -> Vec<u8> {
        let features: Vec<_> = self.features.iter().map(|f| (f.name.as_str(), f.of(row))).collect();
        encode(&features)
    }

    /// The feature that ExampleGen hashes in place of the example; it hashes neither floats nor nothing.
    pub(crate) fn partition(&self, column: &str, row: usize) -> Result<Vec<u8>> {
        let wrong = |why: &str| {
            Error::new(Code::InvalidArgument, format!("column \"{column}\" cannot choose the bucket: {why}"))
                .remedy("Name a column of whole numbers or text that has a value in each row.")
                .with("column", column)
        };
        let feature = self.features.iter().find(|f| f.name == column).ok_or_else(|| wrong("there is none"))?;
        let mut bytes = Vec::new();
        match feature.of(row) {
            Values::Float(_) => return Err(wrong("it is of floats")),
            Values::None => return Err(wrong("it has no value in one of the rows")),
            values => put_feature(&mut bytes, &values),
        }
        Ok(bytes)
    }
}

impl Feature {
    fn of(&self, row: usize) -> Values<'_> {
        if self.missing.iter().any(|m| m.is_null(row)) {
            return Values::None;
        }
        let (start, end) = self.spans.as_ref().map_or((row, row + 1), |s| s[row]);
        match &self.values {
            Column::Nothing => Values::None,
            Column::Bytes(values) => Values::Bytes(present(values, start, end).map(|n| values.value(n)).collect()),
            Column::Floats(values) => Values::Float(present(values, start, end).map(|n| values.value(n)).collect()),
            Column::Integers(values) => Values::Int64(present(values, start, end).map(|n| values.value(n)).collect()),
        }
    }
}

/// Missing values within a list have no form of their own, and are left out.
fn present<'a>(values: &'a dyn Array, start: usize, end: usize) -> impl Iterator<Item = usize> + 'a {
    (start..end).filter(|n| values.is_valid(*n))
}

fn add(name: &str, column: &ArrayRef, parents: &[ArrayRef], features: &mut Vec<Feature>) -> Result<()> {
    let mut missing = parents.to_vec();
    missing.push(column.clone());
    if let DataType::Struct(_) = column.data_type() {
        let fields = column.as_struct();
        for (field, child) in fields.fields().iter().zip(fields.columns()) {
            add(&format!("{name}.{}", field.name()), child, &missing, features)?;
        }
        return Ok(());
    }
    let (spans, items) = match column.data_type() {
        DataType::List(_) => {
            let list = column.as_list::<i32>();
            (Some(spans(list.value_offsets())), list.values().clone())
        }
        DataType::LargeList(_) => {
            let list = column.as_list::<i64>();
            (Some(spans(list.value_offsets())), list.values().clone())
        }
        DataType::FixedSizeList(_, width) => {
            let (list, width) = (column.as_fixed_size_list(), (*width).max(0) as usize);
            (Some((0..list.len()).map(|n| (n * width, (n + 1) * width)).collect()), list.values().clone())
        }
        _ => (None, column.clone()),
    };
    // A dictionary knows what is missing among its values, too.
    if let DataType::Dictionary(_, value) = items.data_type().clone() {
        let plain = cast(&items, &value).map_err(|e| from_arrow(name, e))?;
        if spans.is_none() {
            missing.pop();
            return add(name, &plain, &missing, features);
        }
        features.push(Feature { name: name.to_owned(), missing, spans, values: values(name, &plain)? });
        return Ok(());
    }
    features.push(Feature { name: name.to_owned(), missing, spans, values: values(name, &items)? });
    Ok(())
}

fn spans<O: Copy + TryInto<usize>>(offsets: &[O]) -> Vec<(usize, usize)> {
    let at = |offset: O| offset.try_into().unwrap_or_default();
    offsets.windows(2).map(|w| (at(w[0]), at(w[1]))).collect()
}

fn values(name: &str, array: &ArrayRef) -> Result<Column> {
    let to = |to: &DataType| cast(array, to).map_err(|e| from_arrow(name, e));
    Ok(match array.data_type() {
        DataType::Null => Column::Nothing,
        DataType::UInt64 if array.as_primitive::<UInt64Type>().iter().flatten().any(|v| i64::try_from(v).is_err()) => {
            return Err(Error::new(Code::InvalidData, format!("column \"{name}\" has a number above 2^63 - 1"))
                .remedy("Examples hold signed 64-bit integers: keep the column as text.")
                .with("column", name));
        }
        t if t.is_integer() || *t == DataType::Boolean => {
            Column::Integers(to(&DataType::Int64)?.as_primitive::<Int64Type>().clone())
        }
        t if t.is_floating() || t.is_decimal() => {
            Column::Floats(to(&DataType::Float32)?.as_primitive::<Float32Type>().clone())
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::FixedSizeBinary(_) => {
            Column::Bytes(to(&DataType::Binary)?.as_binary::<i32>().clone())
        }
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => {
            Column::Bytes(to(&DataType::Binary)?.as_binary::<i32>().clone())
        }
        t if t.is_temporal() => {
            let options = FormatOptions::default();
            let text = ArrayFormatter::try_new(array, &options).map_err(|e| from_arrow(name, e))?;
            let text = (0..array.len()).map(|n| array.is_valid(n).then(|| text.value(n).to_string()));
            let text: ArrayRef = Arc::new(text.collect::<StringArray>());
            Column::Bytes(cast(&text, &DataType::Binary).map_err(|e| from_arrow(name, e))?.as_binary::<i32>().clone())
        }
        other => {
            return Err(Error::new(
                Code::Unsupported,
                format!("column \"{name}\" of type {other} has no form in an example"),
            )
            .remedy("Leave the column out, or write Parquet.")
            .with("column", name));
        }
    })
}
