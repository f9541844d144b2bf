//! Fields of text become columns of the wanted types; a value that is not of its column's type rejects its row.

use super::infer::UTC;
use super::records::Block;
use super::values::{boolean, day, float, integer, long_integer, moment, trimmed};
use crate::data::rejects::shown;
use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray,
    TimestampMicrosecondArray, TimestampNanosecondArray, UInt64Array, new_null_array,
};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, TimeUnit};
use std::sync::Arc;

/// A row whose value in a column is not of the column's type.
pub(super) struct Misfit {
    pub row: usize,
    pub why: String,
}

/// The column, and the rows that it has no value for because they have a wrong one.
pub(super) fn column(block: &Block<'_>, column: usize, kind: &DataType, misfits: &mut Vec<Misfit>) -> ArrayRef {
    let mut reading = Reading { block, column, misfits };
    match kind {
        DataType::Int64 => Arc::new(reading.each("64-bit integer", integer).collect::<Int64Array>()),
        DataType::UInt64 => {
            let unsigned = |t: &[u8]| long_integer(t).and_then(|n| u64::try_from(n).ok());
            Arc::new(reading.each("64-bit integer without a sign", unsigned).collect::<UInt64Array>())
        }
        DataType::Decimal128(precision, 0) => {
            let array = reading.each("integer", long_integer).collect::<Decimal128Array>();
            match array.clone().with_precision_and_scale(*precision, 0) {
                Ok(array) => Arc::new(array),
                Err(_) => Arc::new(array),
            }
        }
        DataType::Float64 => Arc::new(reading.each("number", float).collect::<Float64Array>()),
        DataType::Boolean => Arc::new(reading.each("true or false", boolean).collect::<BooleanArray>()),
        DataType::Date32 => Arc::new(reading.each("day (YYYY-MM-DD)", day).collect::<Date32Array>()),
        DataType::Timestamp(unit, zone) => reading.moments(*unit, zone.is_some()),
        DataType::Null => {
            let none = |_: &[u8]| None::<bool>;
            let rows = reading.each("column without values", none).count();
            new_null_array(&DataType::Null, rows)
        }
        _ => reading.texts(),
    }
}

struct Reading<'a, 'b> {
    block: &'a Block<'b>,
    column: usize,
    misfits: &'a mut Vec<Misfit>,
}

impl<'a, 'b> Reading<'a, 'b> {
    /// One value for each row: null where there is no text.
    fn each<T>(&mut self, what: &'static str, parse: impl Fn(&[u8]) -> Option<T>) -> impl Iterator<Item = Option<T>> {
        let (block, column, misfits) = (self.block, self.column, &mut *self.misfits);
        (0..block.rows()).map(move |row| {
            let text = block.text(row, column);
            let text = trimmed(&text);
            if text.is_empty() {
                return None;
            }
            let value = parse(text);
            if value.is_none() {
                misfits.push(Misfit {
                    row,
                    why: format!("{} is no {what}, as the column's other values are", shown(text)),
                });
            }
            value
        })
    }

    fn moments(&mut self, unit: TimeUnit, zoned: bool) -> ArrayRef {
        let parse = move |text: &[u8]| {
            let found = moment(text).filter(|m| m.has_zone == zoned);
            let seconds = match (found, day(text)) {
                (Some(moment), _) => moment,
                // A day is its first moment.
                (None, Some(day)) if !zoned => {
                    super::values::Moment { seconds: i64::from(day) * 86_400, nanos: 0, has_zone: false, digits: 0 }
                }
                _ => return None,
            };
            if unit == TimeUnit::Nanosecond { seconds.nanos() } else { seconds.micros() }
        };
        let what = if zoned { "moment with a time zone" } else { "moment without a time zone" };
        let zone = zoned.then_some(UTC);
        let values = self.each(what, parse);
        match unit {
            TimeUnit::Nanosecond => Arc::new(values.collect::<TimestampNanosecondArray>().with_timezone_opt(zone)),
            _ => Arc::new(values.collect::<TimestampMicrosecondArray>().with_timezone_opt(zone)),
        }
    }

    /// Text as it is. A field without quotes and without text is null; one of two quotes is an empty text.
    fn texts(&mut self) -> ArrayRef {
        let rows = self.block.rows();
        let (mut bytes, mut ends, mut valid) = (Vec::new(), Vec::with_capacity(rows + 1), Vec::with_capacity(rows));
        ends.push(0_i32);
        for row in 0..rows {
            let text = self.block.text(row, self.column);
            let readable = self.block.is_utf8 || std::str::from_utf8(&text).is_ok();
            if readable {
                bytes.extend_from_slice(&text);
            } else {
                self.misfits
                    .push(Misfit { row, why: format!("{} is not UTF-8, as the text before it is", shown(&text)) });
            }
            ends.push(bytes.len() as i32);
            valid.push(readable && (!text.is_empty() || self.block.is_quoted(row, self.column)));
        }
        let nulls = NullBuffer::from(valid);
        let nulls = Some(nulls).filter(|n| n.null_count() > 0);
        let array = StringArray::try_new(OffsetBuffer::new(ends.into()), bytes.into(), nulls);
        // A block is far smaller than an array's offsets reach, and its texts are whole.
        array.map_or_else(|_| new_null_array(&DataType::Utf8, rows), |a| Arc::new(a) as ArrayRef)
    }
}
