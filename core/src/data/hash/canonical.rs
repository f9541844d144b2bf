//! The canonical bytes of rows: what a value is, not how a file keeps it.
//!
//! An integer has no width, a text no encoding and no dictionary, a float that is whole is the integer, an instant has no
//! unit and no zone. So a row has the same bytes from CSV and from Parquet, and a column whose type widens when rows are
//! appended keeps the bytes that it had.

use crate::error::{Code, Error, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{self as t, ArrowPrimitiveType, DataType, IntervalUnit, TimeUnit};

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INTEGER: u8 = 3;
const BEYOND_I64: u8 = 4;
const FLOAT: u8 = 5;
const BYTES: u8 = 6;
const DECIMAL: u8 = 7;
const DATE: u8 = 8;
const INSTANT: u8 = 9;
const TIME: u8 = 10;
const DURATION: u8 = 11;
const INTERVAL: u8 = 12;
const LIST: u8 = 13;
const STRUCT: u8 = 14;

/// The canonical bytes of the rows of a batch.
pub(crate) struct Canonical {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Canonical {
    /// Each row's bytes, in order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let row = &self.bytes[start..*end];
            start = *end;
            row
        })
    }
}

/// The canonical bytes of these columns (all when empty) of each row. Columns count in the order of their names.
pub(crate) fn canonical(batch: &RecordBatch, columns: &[String]) -> Result<Canonical> {
    let schema = batch.schema_ref();
    let mut places = Vec::new();
    for name in columns {
        places.push(schema.index_of(name).map_err(|_| missing(name, schema))?);
    }
    if columns.is_empty() {
        places.extend(0..schema.fields().len());
    }
    places.sort_by(|a, b| schema.field(*a).name().cmp(schema.field(*b).name()).then(a.cmp(b)));
    let named = |place: &usize| encoder(batch.column(*place)).map_err(|t| unhashable(schema.field(*place).name(), &t));
    let encoders = places.iter().map(named).collect::<Result<Vec<_>>>()?;
    let mut out = Canonical { bytes: Vec::new(), ends: Vec::with_capacity(batch.num_rows()) };
    for row in 0..batch.num_rows() {
        for encode in &encoders {
            encode(row, &mut out.bytes);
        }
        out.ends.push(out.bytes.len());
    }
    Ok(out)
}

/// The error of a column that is not there.
pub(crate) fn missing(name: &str, schema: &t::Schema) -> Error {
    let there: Vec<_> = schema.fields().iter().take(50).map(|f| f.name().as_str()).collect();
    Error::new(Code::NotFound, format!("there is no column \"{name}\""))
        .remedy(format!("The columns are: {}.", there.join(", ")))
        .with("column", name)
}

fn unhashable(name: &str, data_type: &DataType) -> Error {
    Error::new(Code::Unsupported, format!("column \"{name}\": rows cannot be told apart by values of type {data_type}"))
        .remedy("Name other columns as the key.")
        .with("column", name)
}

/// Appends a row's value.
type Encode<'a> = Box<dyn Fn(usize, &mut Vec<u8>) + 'a>;

/// How the values of a column are written. The error is the type that cannot be.
fn encoder(array: &ArrayRef) -> Result<Encode<'_>, DataType> {
    let values = values(array)?;
    if array.null_count() == 0 {
        return Ok(values);
    }
    Ok(Box::new(move |row, out| if array.is_null(row) { out.push(NULL) } else { values(row, out) }))
}

fn values(array: &ArrayRef) -> Result<Encode<'_>, DataType> {
    Ok(match array.data_type() {
        DataType::Null => Box::new(|_, out| out.push(NULL)),
        DataType::Boolean => {
            let array = array.as_boolean();
            Box::new(move |row, out| out.push(if array.value(row) { TRUE } else { FALSE }))
        }
        DataType::Int8 => primitive::<t::Int8Type>(array, |v, out| integer(v.into(), out)),
        DataType::Int16 => primitive::<t::Int16Type>(array, |v, out| integer(v.into(), out)),
        DataType::Int32 => primitive::<t::Int32Type>(array, |v, out| integer(v.into(), out)),
        DataType::Int64 => primitive::<t::Int64Type>(array, integer),
        DataType::UInt8 => primitive::<t::UInt8Type>(array, |v, out| integer(v.into(), out)),
        DataType::UInt16 => primitive::<t::UInt16Type>(array, |v, out| integer(v.into(), out)),
        DataType::UInt32 => primitive::<t::UInt32Type>(array, |v, out| integer(v.into(), out)),
        DataType::UInt64 => primitive::<t::UInt64Type>(array, unsigned),
        DataType::Float16 => primitive::<t::Float16Type>(array, |v, out| float(v.into(), out)),
        DataType::Float32 => primitive::<t::Float32Type>(array, |v, out| float(v.into(), out)),
        DataType::Float64 => primitive::<t::Float64Type>(array, float),
        DataType::Decimal32(_, s) => decimal::<t::Decimal32Type>(array, *s),
        DataType::Decimal64(_, s) => decimal::<t::Decimal64Type>(array, *s),
        DataType::Decimal128(_, s) => decimal::<t::Decimal128Type>(array, *s),
        DataType::Decimal256(_, s) => decimal::<t::Decimal256Type>(array, *s),
        DataType::Date32 | DataType::Date64 | DataType::Time32(_) | DataType::Time64(_) => dates(array),
        DataType::Timestamp(unit, _) => instants(array, *unit),
        DataType::Duration(unit) => durations(array, *unit),
        DataType::Interval(unit) => intervals(array, *unit),
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            sequence(list.values(), move |row| start_end(list.value_offsets(), row))?
        }
        DataType::LargeList(_) => {
            let list = array.as_list::<i64>();
            sequence(list.values(), move |row| start_end(list.value_offsets(), row))?
        }
        DataType::FixedSizeList(_, width) => {
            let (list, width) = (array.as_fixed_size_list(), (*width).max(0) as usize);
            sequence(list.values(), move |row| (row * width, (row + 1) * width))?
        }
        DataType::Map(_, _) => {
            let map = array.as_map();
            let (keys, items) = (encoder(map.keys())?, encoder(map.values())?);
            Box::new(move |row, out| {
                let (start, end) = start_end(map.value_offsets(), row);
                begin(LIST, end - start, out);
                for n in start..end {
                    keys(n, out);
                    items(n, out);
                }
            })
        }
        DataType::Struct(_) => structs(array)?,
        DataType::Dictionary(_, _) => dictionary(array)?,
        _ => bytes(array)?,
    })
}

fn primitive<'a, T: ArrowPrimitiveType>(
    array: &'a ArrayRef,
    write: impl Fn(T::Native, &mut Vec<u8>) + 'a,
) -> Encode<'a> {
    let values = array.as_primitive::<T>().values();
    Box::new(move |row, out| write(values[row], out))
}

/// A tag and the number of what follows.
fn begin(tag: u8, count: usize, out: &mut Vec<u8>) {
    out.push(tag);
    out.extend_from_slice(&(count as u64).to_le_bytes());
}

fn integer(value: i64, out: &mut Vec<u8>) {
    out.push(INTEGER);
    out.extend_from_slice(&value.to_le_bytes());
}

fn unsigned(value: u64, out: &mut Vec<u8>) {
    if let Ok(value) = i64::try_from(value) {
        return integer(value, out);
    }
    out.push(BEYOND_I64);
    out.extend_from_slice(&value.to_le_bytes());
}

fn float(value: f64, out: &mut Vec<u8>) {
    const END: f64 = 9_223_372_036_854_775_808.0;
    if value.trunc() == value && (-END..END).contains(&value) {
        return integer(value as i64, out);
    }
    let bits = if value.is_nan() { 0x7ff8_0000_0000_0000 } else { value.to_bits() };
    out.push(FLOAT);
    out.extend_from_slice(&bits.to_le_bytes());
}

/// Digits without zeros that say nothing, then the place of the point; a whole number that is an integer is one.
fn decimal<T: t::DecimalType>(array: &ArrayRef, scale: i8) -> Encode<'_>
where
    T::Native: std::fmt::Display,
{
    primitive::<T>(array, move |value, out| {
        let mut digits = value.to_string();
        let mut scale = i32::from(scale);
        if digits == "0" {
            scale = 0;
        }
        while scale > 0 && digits.ends_with('0') {
            digits.pop();
            scale -= 1;
        }
        if scale < 0 && scale > -20 {
            digits.extend(std::iter::repeat_n('0', scale.unsigned_abs() as usize));
            scale = 0;
        }
        match digits.parse() {
            Ok(whole) if scale == 0 => integer(whole, out),
            _ => {
                begin(DECIMAL, digits.len(), out);
                out.extend_from_slice(digits.as_bytes());
                out.extend_from_slice(&i64::from(scale).to_le_bytes());
            }
        }
    })
}

fn dates(array: &ArrayRef) -> Encode<'_> {
    fn put(tag: u8, value: i64, out: &mut Vec<u8>) {
        out.push(tag);
        out.extend_from_slice(&value.to_le_bytes());
    }
    match array.data_type() {
        DataType::Date32 => primitive::<t::Date32Type>(array, |v, out| put(DATE, v.into(), out)),
        DataType::Date64 => primitive::<t::Date64Type>(array, |v, out| put(DATE, v.div_euclid(86_400_000), out)),
        DataType::Time32(TimeUnit::Second) => {
            primitive::<t::Time32SecondType>(array, |v, out| put(TIME, i64::from(v) * 1_000_000_000, out))
        }
        DataType::Time32(_) => {
            primitive::<t::Time32MillisecondType>(array, |v, out| put(TIME, i64::from(v) * 1_000_000, out))
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            primitive::<t::Time64MicrosecondType>(array, |v, out| put(TIME, v.wrapping_mul(1000), out))
        }
        _ => primitive::<t::Time64NanosecondType>(array, |v, out| put(TIME, v, out)),
    }
}

fn wide(tag: u8, nanoseconds: i128, out: &mut Vec<u8>) {
    out.push(tag);
    out.extend_from_slice(&nanoseconds.to_le_bytes());
}

fn instants(array: &ArrayRef, unit: TimeUnit) -> Encode<'_> {
    let by = nanoseconds(unit);
    let write = move |v: i64, out: &mut Vec<u8>| wide(INSTANT, i128::from(v) * by, out);
    match unit {
        TimeUnit::Second => primitive::<t::TimestampSecondType>(array, write),
        TimeUnit::Millisecond => primitive::<t::TimestampMillisecondType>(array, write),
        TimeUnit::Microsecond => primitive::<t::TimestampMicrosecondType>(array, write),
        TimeUnit::Nanosecond => primitive::<t::TimestampNanosecondType>(array, write),
    }
}

fn durations(array: &ArrayRef, unit: TimeUnit) -> Encode<'_> {
    let by = nanoseconds(unit);
    let write = move |v: i64, out: &mut Vec<u8>| wide(DURATION, i128::from(v) * by, out);
    match unit {
        TimeUnit::Second => primitive::<t::DurationSecondType>(array, write),
        TimeUnit::Millisecond => primitive::<t::DurationMillisecondType>(array, write),
        TimeUnit::Microsecond => primitive::<t::DurationMicrosecondType>(array, write),
        TimeUnit::Nanosecond => primitive::<t::DurationNanosecondType>(array, write),
    }
}

fn nanoseconds(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}

fn intervals(array: &ArrayRef, unit: IntervalUnit) -> Encode<'_> {
    fn put(months: i32, days: i32, nanoseconds: i64, out: &mut Vec<u8>) {
        out.push(INTERVAL);
        out.extend_from_slice(&months.to_le_bytes());
        out.extend_from_slice(&days.to_le_bytes());
        out.extend_from_slice(&nanoseconds.to_le_bytes());
    }
    match unit {
        IntervalUnit::YearMonth => primitive::<t::IntervalYearMonthType>(array, |v, out| put(v, 0, 0, out)),
        IntervalUnit::DayTime => primitive::<t::IntervalDayTimeType>(array, |v, out| {
            put(0, v.days, i64::from(v.milliseconds) * 1_000_000, out);
        }),
        IntervalUnit::MonthDayNano => {
            primitive::<t::IntervalMonthDayNanoType>(array, |v, out| put(v.months, v.days, v.nanoseconds, out))
        }
    }
}

fn start_end<O: Copy + TryInto<usize>>(offsets: &[O], row: usize) -> (usize, usize) {
    let at = |n: usize| offsets[n].try_into().unwrap_or_default();
    (at(row), at(row + 1))
}

fn sequence<'a>(items: &'a ArrayRef, range: impl Fn(usize) -> (usize, usize) + 'a) -> Result<Encode<'a>, DataType> {
    let item = encoder(items)?;
    Ok(Box::new(move |row, out| {
        let (start, end) = range(row);
        begin(LIST, end - start, out);
        (start..end).for_each(|n| item(n, out));
    }))
}

fn structs(array: &ArrayRef) -> Result<Encode<'_>, DataType> {
    let array = array.as_struct();
    let mut fields = Vec::new();
    for (field, column) in array.fields().iter().zip(array.columns()) {
        fields.push((field.name().as_bytes(), encoder(column)?));
    }
    fields.sort_by(|a, b| a.0.cmp(b.0));
    Ok(Box::new(move |row, out| {
        begin(STRUCT, fields.len(), out);
        for (name, value) in &fields {
            begin(BYTES, name.len(), out);
            out.extend_from_slice(name);
            value(row, out);
        }
    }))
}

fn dictionary(array: &ArrayRef) -> Result<Encode<'_>, DataType> {
    let dictionary = array.as_any_dictionary();
    if dictionary.values().is_empty() {
        return Ok(Box::new(|_, out| out.push(NULL)));
    }
    let value = encoder(dictionary.values())?;
    let keys = dictionary.normalized_keys();
    Ok(Box::new(move |row, out| value(keys[row], out)))
}

fn bytes(array: &ArrayRef) -> Result<Encode<'_>, DataType> {
    fn put(value: &[u8], out: &mut Vec<u8>) {
        begin(BYTES, value.len(), out);
        out.extend_from_slice(value);
    }
    Ok(match array.data_type() {
        DataType::Utf8 => {
            let array = array.as_string::<i32>();
            Box::new(move |row, out| put(array.value(row).as_bytes(), out))
        }
        DataType::LargeUtf8 => {
            let array = array.as_string::<i64>();
            Box::new(move |row, out| put(array.value(row).as_bytes(), out))
        }
        DataType::Utf8View => {
            let array = array.as_string_view();
            Box::new(move |row, out| put(array.value(row).as_bytes(), out))
        }
        DataType::Binary => {
            let array = array.as_binary::<i32>();
            Box::new(move |row, out| put(array.value(row), out))
        }
        DataType::LargeBinary => {
            let array = array.as_binary::<i64>();
            Box::new(move |row, out| put(array.value(row), out))
        }
        DataType::BinaryView => {
            let array = array.as_binary_view();
            Box::new(move |row, out| put(array.value(row), out))
        }
        DataType::FixedSizeBinary(_) => {
            let array = array.as_fixed_size_binary();
            Box::new(move |row, out| put(array.value(row), out))
        }
        other => return Err(other.clone()),
    })
}
