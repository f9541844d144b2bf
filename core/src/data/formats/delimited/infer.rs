//! The type of a column, from the values that were looked at.
//!
//! The narrowest that holds them all: truth; integers of 64 bits, else of 64 bits without a sign, else of up to 38 digits;
//! floats once one is among the integers; days; moments, with a zone if all have one; else text. A column without any value
//! holds nothing yet. Integers with zeros before them (`00501`) are names, not numbers: such a column is text.

use super::values::{boolean, day, float, integer, long_integer, moment, trimmed};
use arrow::datatypes::{DataType, TimeUnit};

/// The zone of moments that had one: they are kept in UTC.
pub(super) const UTC: &str = "+00:00";

/// What was seen in a column, one bit each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen(u16);

const BOOLEAN: u16 = 1;
const INTEGER: u16 = 1 << 1;
const NEGATIVE: u16 = 1 << 2;
/// More than 64 bits with a sign hold.
const UNSIGNED: u16 = 1 << 3;
const LONG: u16 = 1 << 4;
const FLOAT: u16 = 1 << 5;
const DAY: u16 = 1 << 6;
const MOMENT: u16 = 1 << 7;
const ZONED: u16 = 1 << 8;
const NANOS: u16 = 1 << 9;
const TEXT: u16 = 1 << 10;
/// An integer has zeros before it.
const PADDED: u16 = 1 << 11;

impl Seen {
    #[inline]
    pub(super) fn see(&mut self, text: &[u8]) {
        if self.0 & TEXT == 0 {
            self.0 |= bits(trimmed(text));
        }
    }

    /// The type; `plain` knows only 64-bit integers, floats and text, as TFDV does.
    pub(super) fn data_type(self, plain: bool) -> DataType {
        let (numbers, times) = (INTEGER | NEGATIVE | UNSIGNED | LONG, DAY | MOMENT | ZONED | NANOS);
        let seen = if plain { self.0 & !PADDED } else { self.0 };
        let only = |kinds: u16| seen & !kinds == 0;
        match seen {
            0 => DataType::Null,
            _ if only(INTEGER | NEGATIVE) => DataType::Int64,
            _ if plain && only(numbers | FLOAT) => DataType::Float64,
            _ if plain => DataType::Utf8,
            _ if only(BOOLEAN) => DataType::Boolean,
            _ if only(INTEGER | UNSIGNED) => DataType::UInt64,
            _ if only(numbers) => DataType::Decimal128(38, 0),
            _ if only(numbers | FLOAT) => DataType::Float64,
            _ if only(DAY) => DataType::Date32,
            _ if only(times) && only(DAY | MOMENT | NANOS) => DataType::Timestamp(self.unit(), None),
            _ if only(ZONED | NANOS) => DataType::Timestamp(self.unit(), Some(UTC.into())),
            _ => DataType::Utf8,
        }
    }

    fn unit(self) -> TimeUnit {
        if self.0 & NANOS == 0 { TimeUnit::Microsecond } else { TimeUnit::Nanosecond }
    }
}

fn bits(text: &[u8]) -> u16 {
    let Some(first) = text.first() else { return 0 };
    if first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.') {
        return digits(text);
    }
    if boolean(text).is_some() {
        return BOOLEAN;
    }
    // inf and nan
    if matches!(first.to_ascii_lowercase(), b'i' | b'n') && float(text).is_some() { FLOAT } else { TEXT }
}

fn digits(text: &[u8]) -> u16 {
    if let Some(n) = integer(text) {
        let padded = text.len() > 1 && text[0] == b'0';
        return INTEGER | if n < 0 { NEGATIVE } else { 0 } | if padded { PADDED } else { 0 };
    }
    if let Some(n) = long_integer(text) {
        return if u64::try_from(n).is_ok() { UNSIGNED } else { LONG };
    }
    // More digits than any integer has are an identifier, not a number.
    if text.iter().all(u8::is_ascii_digit) {
        return TEXT;
    }
    if float(text).is_some() {
        return FLOAT;
    }
    if day(text).is_some() {
        return DAY;
    }
    match moment(text) {
        Some(m) if m.digits > 6 && m.nanos().is_none() => TEXT,
        Some(m) => (if m.has_zone { ZONED } else { MOMENT }) | if m.digits > 6 { NANOS } else { 0 },
        None => TEXT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_type_holds_all_values() {
        use DataType as T;
        let micros = |zone: Option<&str>| T::Timestamp(TimeUnit::Microsecond, zone.map(Into::into));
        let table: &[(&[&str], DataType)] = &[
            (&[], T::Null),
            (&["", " "], T::Null),
            (&["1", " -2", "+3", ""], T::Int64),
            (&["1", "18446744073709551615"], T::UInt64),
            (&["-1", "18446744073709551615"], T::Decimal128(38, 0)),
            (&["1", "2.5", "nan", "-inf", "1e9", ".5"], T::Float64),
            (&["1", "x"], T::Utf8),
            (&["10001", "00501"], T::Utf8),
            (&["0", "-0", "0.5"], T::Float64),
            (&["1234567890123456789012345678901234567890"], T::Utf8),
            (&["true", "False"], T::Boolean),
            (&["true", "1"], T::Utf8),
            (&["2024-01-31", ""], T::Date32),
            (&["2024-01-31", "2024-01-31 10:00"], micros(None)),
            (&["2024-01-31T10:00:00Z", "2024-01-31T10:00:00+02:00"], micros(Some(UTC))),
            (&["2024-01-31T10:00:00Z", "2024-01-31T10:00:00"], T::Utf8),
            (&["2024-01-31 10:00:00.123456789"], T::Timestamp(TimeUnit::Nanosecond, None)),
            (&["2024-01-31", "7"], T::Utf8),
            (&["Nan", "Ida"], T::Utf8),
        ];
        for (values, wanted) in table {
            let mut seen = Seen::default();
            values.iter().for_each(|v| seen.see(v.as_bytes()));
            assert_eq!(&seen.data_type(false), wanted, "{values:?}");
        }
    }
}
