//! A column that rows are put in order by, most often a time: its values as numbers that keep the order.

use super::from_arrow;
use super::hash::missing;
use crate::error::{Code, Error, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, Schema, TimeUnit};

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// How a column's values become ordered numbers.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    column: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// Whole numbers; when they are times, how many nanoseconds one is.
    Whole {
        nanoseconds: Option<i128>,
    },
    Float,
    /// Text that is read as time, in microseconds.
    Text,
}

impl Order {
    pub(crate) fn of(column: &str, schema: &Schema) -> Result<Order> {
        let field = schema.field_with_name(column).map_err(|_| missing(column, schema))?;
        let mut data_type = field.data_type();
        if let DataType::Dictionary(_, value) = data_type {
            data_type = value;
        }
        let kind = match data_type {
            t if t.is_integer() => Kind::Whole { nanoseconds: None },
            t if t.is_floating() || t.is_decimal() => Kind::Float,
            DataType::Date32 => Kind::Whole { nanoseconds: Some(DAY) },
            DataType::Date64 => Kind::Whole { nanoseconds: Some(SECOND / 1000) },
            DataType::Timestamp(unit, _) => Kind::Whole { nanoseconds: Some(unit_nanoseconds(*unit)) },
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Kind::Text,
            other => {
                return Err(Error::new(
                    Code::Unsupported,
                    format!("column \"{column}\" of type {other} has no order in time"),
                )
                .remedy("Name a column of dates, times, numbers, or text like 2026-11-30 or 2026-11-30T12:00:00Z.")
                .with("column", column));
            }
        };
        Ok(Order { column: column.to_owned(), kind })
    }

    /// Each row's place in the order; none where the value is missing or not a number.
    pub(crate) fn keys(&self, batch: &RecordBatch) -> Result<Vec<Option<u64>>> {
        let array = batch.column_by_name(&self.column).ok_or_else(|| {
            Error::new(Code::NotFound, format!("there is no column \"{}\"", self.column)).remedy("Name another column.")
        })?;
        match self.kind {
            Kind::Float => {
                let floats = self.cast(array, &DataType::Float64)?;
                let floats = floats.as_primitive::<Float64Type>();
                Ok(floats.iter().map(|v| v.filter(|v| !v.is_nan()).map(of_float)).collect())
            }
            Kind::Whole { .. } => self.whole(array),
            Kind::Text => {
                let times = self.cast(array, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
                if times.null_count() > array.logical_null_count() {
                    let bad = (0..array.len()).find(|n| times.is_null(*n) && !array.is_null(*n)).unwrap_or_default();
                    let value = arrow::util::display::array_value_to_string(array, bad).unwrap_or_default();
                    return Err(Error::new(
                        Code::InvalidData,
                        format!("column \"{}\": \"{value}\" is not a time", self.column),
                    )
                    .remedy("Times in text look like 2026-11-30, 2026-11-30 12:00:00 or 2026-11-30T12:00:00Z.")
                    .with("column", self.column.as_str()));
                }
                self.whole(&times)
            }
        }
    }

    fn whole(&self, array: &ArrayRef) -> Result<Vec<Option<u64>>> {
        let wholes = self.cast(array, &DataType::Int64)?;
        Ok(wholes.as_primitive::<Int64Type>().iter().map(|v| v.map(of_whole)).collect())
    }

    fn cast(&self, array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
        let mut from = array.clone();
        // There is no step from days or a dictionary of them to a number in one.
        if *from.data_type() == DataType::Date32 {
            from = cast(&from, &DataType::Int32).map_err(|e| from_arrow(&self.column, e))?;
        }
        if let DataType::Dictionary(_, value) = from.data_type().clone() {
            from = cast(&from, &value).map_err(|e| from_arrow(&self.column, e))?;
        }
        cast(&from, to).map_err(|e| from_arrow(&self.column, e))
    }

    /// The first place in the order that is less than `gap` before another.
    pub(crate) fn before(&self, key: u64, gap: &Gap) -> u64 {
        match self.kind {
            Kind::Float => of_float(to_float(key) - gap.number),
            _ => of_whole(i64::try_from(i128::from(to_whole(key)) - gap.whole).unwrap_or(i64::MIN)),
        }
    }

    /// Reads a gap: a number in the column's own unit, or one with a unit of time.
    pub(crate) fn gap(&self, text: &str) -> Result<Gap> {
        let text = text.trim();
        let wrong = |why: &str| {
            Error::new(Code::InvalidArgument, format!("the gap \"{text}\" {why}"))
                .remedy("A gap is a number, or one with a unit: 90s, 30m, 12h, 7d, 2w.")
        };
        if text.is_empty() {
            return Ok(Gap { number: 0.0, whole: 0 });
        }
        let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
        let number: f64 = text[..digits].parse().map_err(|_| wrong("is not a number"))?;
        let unit = match text[digits..].trim() {
            "" => return Ok(Gap { number, whole: number.ceil() as i128 }),
            "ms" => SECOND / 1000,
            "s" => SECOND,
            "m" | "min" => 60 * SECOND,
            "h" => 3600 * SECOND,
            "d" => DAY,
            "w" => 7 * DAY,
            _ => return Err(wrong("has no unit that is known")),
        };
        let each = match self.kind {
            Kind::Whole { nanoseconds: Some(each) } => each,
            Kind::Text => 1000,
            _ => return Err(wrong("has a unit of time, but the column is of plain numbers")),
        };
        let nanoseconds = (number * unit as f64) as i128;
        Ok(Gap { number, whole: (nanoseconds + each - 1) / each })
    }
}

/// A distance in the order.
#[derive(Clone, Debug)]
pub(crate) struct Gap {
    number: f64,
    whole: i128,
}

impl Gap {
    pub(crate) fn is_none(&self) -> bool {
        self.number == 0.0
    }
}

fn unit_nanoseconds(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Second => SECOND,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}

const SIGN: u64 = 1 << 63;

fn of_whole(value: i64) -> u64 {
    value as u64 ^ SIGN
}
fn to_whole(key: u64) -> i64 {
    (key ^ SIGN) as i64
}
fn of_float(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}
fn to_float(key: u64) -> f64 {
    f64::from_bits(if key & SIGN == 0 { !key } else { key & !SIGN })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Date32Array, Int64Array, StringArray};
    use arrow::datatypes::Field;
    use std::sync::Arc;

    fn column(array: ArrayRef) -> (Order, RecordBatch) {
        let schema = Arc::new(Schema::new(vec![Field::new("t", array.data_type().clone(), true)]));
        (Order::of("t", &schema).unwrap(), RecordBatch::try_new(schema, vec![array]).unwrap())
    }

    #[test]
    fn numbers_keep_their_order_and_come_back() {
        let floats = [f64::NEG_INFINITY, -2.5, -0.0, 0.0, 1e-300, 3.0, f64::INFINITY];
        assert!(floats.windows(2).all(|w| of_float(w[0]) <= of_float(w[1])));
        assert_eq!(of_float(-0.0), of_float(0.0));
        assert!(floats.iter().all(|f| to_float(of_float(*f)) == *f));
        let wholes = [i64::MIN, -1, 0, 1, i64::MAX];
        assert!(wholes.windows(2).all(|w| of_whole(w[0]) < of_whole(w[1])));
    }

    #[test]
    fn a_gap_is_counted_in_the_unit_of_the_column() {
        let (days, batch) = column(Arc::new(Date32Array::from(vec![Some(100), None])));
        let keys = days.keys(&batch).unwrap();
        assert_eq!(keys[1], None);
        let cut = keys[0].unwrap();
        assert_eq!(cut - days.before(cut, &days.gap("7d").unwrap()), 7);
        assert_eq!(cut - days.before(cut, &days.gap("25h").unwrap()), 2, "part of a day is a day");
        assert_eq!(cut - days.before(cut, &days.gap("3").unwrap()), 3);
        let (text, batch) = column(Arc::new(StringArray::from(vec!["2026-01-02", "2026-01-01T00:00:00Z"])));
        let keys = text.keys(&batch).unwrap();
        assert_eq!(text.before(keys[0].unwrap(), &text.gap("1d").unwrap()), keys[1].unwrap());
        let (numbers, _) = column(Arc::new(Int64Array::from(vec![1])));
        assert_eq!(numbers.gap("7d").unwrap_err().code(), Code::InvalidArgument);
        assert_eq!(days.gap("soon").unwrap_err().code(), Code::InvalidArgument);
        let (text, batch) = column(Arc::new(StringArray::from(vec!["2026-01-02", "yesterday"])));
        assert!(text.keys(&batch).unwrap_err().message().contains("yesterday"));
    }
}
