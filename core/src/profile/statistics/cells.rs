//! Cells of a column in one of three forms, whatever Arrow type they have: keys of numbers, texts, or codes of texts.

use super::hash;
use super::numbers::{Kind, float, signed};
use crate::error::{Code, Error, Result};
use arrow::array::{Array, ArrayRef, AsArray, Int32Array, LargeBinaryArray};
use arrow::buffer::NullBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type, TimeUnit, UInt64Type};

/// How the values of a column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Number(Kind),
    /// `utf8`: the type promises that all of it is text.
    Text {
        utf8: bool,
    },
    Struct,
    /// The column's type is null: it has no values.
    Nothing,
}

/// The form of values of a type, below its lists. With `tfdv`, what `tf.Example` does not know is text.
pub(crate) fn form_of(data_type: &DataType, tfdv: bool) -> Form {
    use DataType as T;
    match data_type {
        T::Null => Form::Nothing,
        T::Int8 | T::Int16 | T::Int32 | T::Int64 | T::UInt8 | T::UInt16 | T::UInt32 => Form::Number(Kind::Signed),
        T::UInt64 => Form::Number(Kind::Unsigned),
        T::Float16 | T::Float32 | T::Float64 => Form::Number(Kind::Float),
        T::Decimal32(..) | T::Decimal64(..) | T::Decimal128(..) | T::Decimal256(..) => Form::Number(Kind::Float),
        T::Boolean | T::Date32 | T::Date64 | T::Timestamp(..) | T::Time32(_) | T::Time64(_) | T::Duration(_)
            if !tfdv =>
        {
            Form::Number(Kind::Signed)
        }
        T::Binary | T::LargeBinary | T::BinaryView | T::FixedSizeBinary(_) => Form::Text { utf8: false },
        T::Struct(_) => Form::Struct,
        T::Dictionary(_, values) => form_of(values, tfdv),
        T::RunEndEncoded(_, values) => form_of(values.data_type(), tfdv),
        _ => Form::Text { utf8: true },
    }
}

/// How many of a type's units make a day, if its values are days or moments.
pub(crate) fn units_of_a_day(data_type: &DataType) -> Option<i64> {
    const DAY: i64 = 86_400;
    match data_type {
        DataType::Date32 => Some(1),
        DataType::Date64 | DataType::Timestamp(TimeUnit::Millisecond, _) => Some(DAY * 1000),
        DataType::Timestamp(TimeUnit::Second, _) => Some(DAY),
        DataType::Timestamp(TimeUnit::Microsecond, _) => Some(DAY * 1_000_000),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => Some(DAY * 1_000_000_000),
        DataType::Dictionary(_, values) => units_of_a_day(values),
        _ => None,
    }
}

pub(crate) enum Cells {
    Numbers { kind: Kind, keys: Vec<u64>, nulls: Option<NullBuffer> },
    Texts { texts: LargeBinaryArray, utf8: bool },
    Codes { codes: Int32Array, texts: LargeBinaryArray, utf8: bool },
    Nothing { len: usize },
}

impl Cells {
    pub(crate) fn of(array: &ArrayRef, form: Form, tfdv: bool) -> Result<Cells> {
        match form {
            Form::Nothing | Form::Struct => Ok(Cells::Nothing { len: array.len() }),
            Form::Number(kind) => Self::numbers(array, kind, tfdv),
            Form::Text { utf8 } => Self::texts(array, utf8),
        }
    }

    fn numbers(array: &ArrayRef, kind: Kind, tfdv: bool) -> Result<Cells> {
        let (keys, nulls) = match kind {
            Kind::Signed => {
                let whole = convert(array, &DataType::Int64)?;
                let whole = whole.as_primitive::<Int64Type>();
                (whole.values().iter().map(|x| signed(*x)).collect(), whole.nulls().cloned())
            }
            Kind::Unsigned => {
                let whole = convert(array, &DataType::UInt64)?;
                let whole = whole.as_primitive::<UInt64Type>();
                (whole.values().to_vec(), whole.nulls().cloned())
            }
            Kind::Float => {
                let doubles = convert(array, &DataType::Float64)?;
                let doubles = doubles.as_primitive::<Float64Type>();
                let rounded = |x: &f64| float(if tfdv { f64::from(*x as f32) } else { *x });
                (doubles.values().iter().map(rounded).collect(), doubles.nulls().cloned())
            }
        };
        Ok(Cells::Numbers { kind, keys, nulls })
    }

    fn texts(array: &ArrayRef, utf8: bool) -> Result<Cells> {
        if let DataType::Dictionary(..) = array.data_type() {
            let values = Box::new(DataType::LargeBinary);
            let coded = convert(array, &DataType::Dictionary(Box::new(DataType::Int32), values))?;
            let coded = coded.as_dictionary::<Int32Type>();
            let texts = coded.values().as_binary::<i64>().clone();
            return Ok(Cells::Codes { codes: coded.keys().clone(), texts, utf8 });
        }
        // What is neither text nor bytes is shown as text first.
        let binary = match array.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => convert(array, &DataType::LargeBinary)?,
            _ if !utf8 => convert(array, &DataType::LargeBinary)?,
            _ => convert(&convert(array, &DataType::LargeUtf8)?, &DataType::LargeBinary)?,
        };
        Ok(Cells::Texts { texts: binary.as_binary::<i64>().clone(), utf8 })
    }

    /// A hash for each cell.
    pub(crate) fn hashes(&self) -> Vec<u64> {
        match self {
            Cells::Nothing { len } => vec![hash::NULL; *len],
            Cells::Numbers { keys, nulls: None, .. } => keys.iter().map(|k| hash::number(*k)).collect(),
            Cells::Numbers { keys, nulls: Some(nulls), .. } => {
                let one = |(key, valid): (&u64, bool)| if valid { hash::number(*key) } else { hash::NULL };
                keys.iter().zip(nulls.iter()).map(one).collect()
            }
            Cells::Texts { texts, .. } => texts.iter().map(|t| t.map_or(hash::NULL, hash::bytes)).collect(),
            Cells::Codes { codes, texts, .. } => {
                let of_texts: Vec<u64> = texts.iter().map(|t| t.map_or(hash::NULL, hash::bytes)).collect();
                let one = |c: Option<i32>| c.and_then(|c| of_texts.get(c as usize).copied()).unwrap_or(hash::NULL);
                codes.iter().map(one).collect()
            }
        }
    }

    /// Which cells have no value.
    pub(crate) fn nulls(&self) -> Option<NullBuffer> {
        let nulls = match self {
            Cells::Nothing { len } => Some(NullBuffer::new_null(*len)),
            Cells::Numbers { nulls, .. } => nulls.clone(),
            Cells::Texts { texts, .. } => texts.nulls().cloned(),
            Cells::Codes { codes, texts, .. } if texts.null_count() == 0 => codes.nulls().cloned(),
            Cells::Codes { codes, texts, .. } => {
                let there = |c: Option<i32>| c.is_some_and(|c| texts.is_valid(c as usize));
                Some(codes.iter().map(there).collect::<Vec<bool>>().into())
            }
        };
        nulls.filter(|n| n.null_count() > 0)
    }
}

fn convert(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    if array.data_type() == to {
        return Ok(array.clone());
    }
    // Moments are read as their numbers, whatever their zone; days and times through the integer of their width.
    let by_integer = match array.data_type() {
        DataType::Date32 | DataType::Time32(_) if *to == DataType::Int64 => cast(array, &DataType::Int32),
        _ => Ok(array.clone()),
    };
    by_integer.and_then(|array| cast(&array, to)).map_err(|e| {
        Error::new(Code::Unsupported, format!("values of type {} cannot be profiled: {e}", array.data_type()))
            .remedy("Leave the column out, or store it as numbers or text.")
    })
}
