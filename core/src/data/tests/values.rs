//! Values written so that nothing of them is lost, as `golden.py` writes those of pyarrow.

use arrow::array::cast::AsArray;
use arrow::array::{Array, ArrayRef};
use arrow::datatypes::*;
use std::fmt::Write;

/// Hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, b| {
        let _ = write!(text, "{b:02x}");
        text
    })
}

fn float(x: f64) -> String {
    if x.is_nan() { "nan".into() } else { format!("f{}", hex(&x.to_be_bytes())) }
}

fn unit(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "us",
        TimeUnit::Nanosecond => "ns",
    }
}

fn many(values: &ArrayRef) -> String {
    (0..values.len()).map(|n| value(values, n)).collect::<Vec<_>>().join(",")
}

macro_rules! primitive {
    ($array:expr, $row:expr, $kind:ty) => {
        $array.as_primitive::<$kind>().value($row)
    };
}

pub(super) fn value(array: &ArrayRef, row: usize) -> String {
    use DataType as T;
    if array.is_null(row) || *array.data_type() == T::Null {
        return "null".into();
    }
    match array.data_type() {
        T::Boolean => array.as_boolean().value(row).to_string(),
        T::Int8 => primitive!(array, row, Int8Type).to_string(),
        T::Int16 => primitive!(array, row, Int16Type).to_string(),
        T::Int32 => primitive!(array, row, Int32Type).to_string(),
        T::Int64 => primitive!(array, row, Int64Type).to_string(),
        T::UInt8 => primitive!(array, row, UInt8Type).to_string(),
        T::UInt16 => primitive!(array, row, UInt16Type).to_string(),
        T::UInt32 => primitive!(array, row, UInt32Type).to_string(),
        T::UInt64 => primitive!(array, row, UInt64Type).to_string(),
        T::Float16 => float(f64::from(primitive!(array, row, Float16Type))),
        T::Float32 => float(f64::from(primitive!(array, row, Float32Type))),
        T::Float64 => float(primitive!(array, row, Float64Type)),
        T::Utf8 => format!("s{}", hex(array.as_string::<i32>().value(row).as_bytes())),
        T::LargeUtf8 => format!("s{}", hex(array.as_string::<i64>().value(row).as_bytes())),
        T::Utf8View => format!("s{}", hex(array.as_string_view().value(row).as_bytes())),
        T::Binary => format!("b{}", hex(array.as_binary::<i32>().value(row))),
        T::LargeBinary => format!("b{}", hex(array.as_binary::<i64>().value(row))),
        T::BinaryView => format!("b{}", hex(array.as_binary_view().value(row))),
        T::FixedSizeBinary(_) => format!("b{}", hex(array.as_fixed_size_binary().value(row))),
        T::Decimal32(_, s) => format!("d{}e{s}", primitive!(array, row, Decimal32Type)),
        T::Decimal64(_, s) => format!("d{}e{s}", primitive!(array, row, Decimal64Type)),
        T::Decimal128(_, s) => format!("d{}e{s}", primitive!(array, row, Decimal128Type)),
        T::Decimal256(_, s) => format!("d{}e{s}", primitive!(array, row, Decimal256Type)),
        T::Date32 => format!("D{}", primitive!(array, row, Date32Type)),
        T::Date64 => format!("D{}", primitive!(array, row, Date64Type)),
        T::Time32(TimeUnit::Second) => format!("t{}s", primitive!(array, row, Time32SecondType)),
        T::Time32(_) => format!("t{}ms", primitive!(array, row, Time32MillisecondType)),
        T::Time64(TimeUnit::Microsecond) => format!("t{}us", primitive!(array, row, Time64MicrosecondType)),
        T::Time64(_) => format!("t{}ns", primitive!(array, row, Time64NanosecondType)),
        T::Timestamp(u, _) => {
            let n = match u {
                TimeUnit::Second => primitive!(array, row, TimestampSecondType),
                TimeUnit::Millisecond => primitive!(array, row, TimestampMillisecondType),
                TimeUnit::Microsecond => primitive!(array, row, TimestampMicrosecondType),
                TimeUnit::Nanosecond => primitive!(array, row, TimestampNanosecondType),
            };
            format!("T{n}{}", unit(*u))
        }
        T::List(_) => format!("[{}]", many(&array.as_list::<i32>().value(row))),
        T::LargeList(_) => format!("[{}]", many(&array.as_list::<i64>().value(row))),
        T::FixedSizeList(..) => format!("[{}]", many(&array.as_fixed_size_list().value(row))),
        T::Map(..) => {
            let entries: ArrayRef = std::sync::Arc::new(array.as_map().value(row));
            format!("{{{}}}", many(&entries))
        }
        T::Struct(_) => {
            let columns = array.as_struct().columns();
            format!("({})", columns.iter().map(|c| value(c, row)).collect::<Vec<_>>().join(","))
        }
        T::Dictionary(_, inner) => {
            let plain = arrow::compute::cast(array, inner).unwrap();
            value(&plain, row)
        }
        other => panic!("{other} has no way to be written"),
    }
}
