//! Lists and structs taken apart, and hashed as cells.

use super::cells::{Cells, Form, form_of};
use super::hash;
use crate::error::{Code, Error, Result};
use arrow::array::{Array, ArrayRef, AsArray, OffsetSizeTrait, UInt64Array};
use arrow::compute::take;
use arrow::datatypes::DataType;

/// The elements of all lists that are there, and how many each row has.
pub(crate) struct Exploded {
    pub(crate) values: ArrayRef,
    pub(crate) lengths: Vec<Option<u64>>,
}

impl Exploded {
    /// What belongs to rows, for each of their elements.
    pub(crate) fn repeat<T: Copy>(&self, of_rows: &[T]) -> Vec<T> {
        let each = of_rows.iter().zip(&self.lengths);
        each.flat_map(|(x, n)| std::iter::repeat_n(*x, n.unwrap_or(0) as usize)).collect()
    }
}

pub(crate) fn explode(array: &ArrayRef) -> Result<Exploded> {
    match array.data_type() {
        DataType::List(_) => of_offsets(array, array.as_list::<i32>().values(), array.as_list::<i32>().offsets()),
        DataType::LargeList(_) => of_offsets(array, array.as_list::<i64>().values(), array.as_list::<i64>().offsets()),
        DataType::Map(..) => {
            let entries: ArrayRef = std::sync::Arc::new(array.as_map().entries().clone());
            of_offsets(array, &entries, array.as_map().offsets())
        }
        DataType::FixedSizeList(_, size) => {
            let lists = array.as_fixed_size_list();
            let size = u64::try_from(*size).unwrap_or(0);
            let offsets: Vec<i64> = (0..=array.len() as u64).map(|n| (n * size) as i64).collect();
            of_offsets(array, lists.values(), &offsets)
        }
        DataType::ListView(f) | DataType::LargeListView(f) => {
            let lists = arrow::compute::cast(array, &DataType::LargeList(f.clone())).map_err(|e| failed(&e))?;
            explode(&lists)
        }
        other => Err(Error::new(Code::InvalidData, format!("{other} is not a list")).remedy("Read the file again.")),
    }
}

fn failed(e: &arrow::error::ArrowError) -> Error {
    Error::new(Code::InvalidData, format!("a nested column cannot be taken apart: {e}"))
        .remedy("Leave the column out of the profile.")
}

fn of_offsets<O: OffsetSizeTrait>(array: &ArrayRef, values: &ArrayRef, offsets: &[O]) -> Result<Exploded> {
    let at = |n: usize| offsets.get(n).map_or(0, |o| o.as_usize());
    let there = |n: &usize| array.is_valid(*n);
    let lengths = (0..array.len()).map(|n| there(&n).then(|| (at(n + 1) - at(n)) as u64)).collect();
    let hidden = (0..array.len()).any(|n| !there(&n) && at(n + 1) > at(n));
    let values = if hidden {
        // A list that is not there may have elements all the same; nobody is to see them.
        let seen: Vec<u64> = (0..array.len()).filter(there).flat_map(|n| at(n) as u64..at(n + 1) as u64).collect();
        take(values, &UInt64Array::from(seen), None).map_err(|e| failed(&e))?
    } else {
        values.slice(at(0), at(array.len()) - at(0))
    };
    Ok(Exploded { values, lengths })
}

/// The columns of the structs that are there, and which these are, unless all are.
pub(crate) fn struct_children(array: &ArrayRef) -> Result<(Vec<ArrayRef>, Option<Vec<u64>>)> {
    let structs = array.as_struct_opt().ok_or_else(|| {
        Error::new(Code::InvalidData, format!("{} is not a struct", array.data_type())).remedy("Read the file again.")
    })?;
    if array.null_count() == 0 {
        return Ok((structs.columns().to_vec(), None));
    }
    let kept: Vec<u64> = (0..array.len()).filter(|n| array.is_valid(*n)).map(|n| n as u64).collect();
    let at = UInt64Array::from(kept.clone());
    let columns =
        structs.columns().iter().map(|c| take(c, &at, None).map_err(|e| failed(&e))).collect::<Result<_>>()?;
    Ok((columns, Some(kept)))
}

/// A hash for each cell of any column.
pub(crate) fn hashes(array: &ArrayRef, tfdv: bool) -> Result<Vec<u64>> {
    use DataType as T;
    match array.data_type() {
        T::List(_) | T::LargeList(_) | T::FixedSizeList(..) | T::ListView(_) | T::LargeListView(_) | T::Map(..) => {
            let exploded = explode(array)?;
            let of_values = hashes(&exploded.values, tfdv)?;
            let mut rest = of_values.as_slice();
            let one = |length: &Option<u64>| {
                let Some(n) = length else { return hash::NULL };
                let (mine, after) = rest.split_at((*n as usize).min(rest.len()));
                rest = after;
                mine.iter().fold(hash::number(*n), |all, h| hash::pair(all, *h))
            };
            Ok(exploded.lengths.iter().map(one).collect())
        }
        T::Struct(_) => {
            let mut all = vec![1; array.len()];
            for column in array.as_struct().columns() {
                let its = hashes(column, tfdv)?;
                all.iter_mut().zip(its).for_each(|(all, h)| *all = hash::pair(*all, h));
            }
            let there = |(n, all): (usize, u64)| if array.is_null(n) { hash::NULL } else { all };
            Ok(all.into_iter().enumerate().map(there).collect())
        }
        other => match form_of(other, tfdv) {
            Form::Struct => Ok(vec![hash::NULL; array.len()]),
            form => Ok(Cells::of(array, form, tfdv)?.hashes()),
        },
    }
}
