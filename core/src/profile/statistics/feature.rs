//! A feature: a column, or what a path below a column leads to. It knows how often it is there, how many values a cell has
//! at each level of its lists, and what its values are.

use super::cells::{Cells, Form, form_of, units_of_a_day};
use super::codec::{Reader, Writer};
use super::hash;
use super::nested::{explode, struct_children};
use super::numbers::{Kind, Numbers, float};
use super::texts::Texts;
use crate::error::{Code, Error, Result};
use arrow::array::{Array, ArrayRef};
use arrow::datatypes::{DataType, Field};
use std::collections::BTreeSet;

/// More days than this are not told apart.
const DAYS: usize = 200_000;

/// How often something is there at one level of lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct Level {
    pub(crate) present: u64,
    pub(crate) missing: u64,
    /// How many values those that are there have; none when that is always one.
    pub(crate) lengths: Option<Numbers>,
    pub(crate) weight_present: f64,
    pub(crate) weight_missing: f64,
    pub(crate) weight_values: f64,
}

#[derive(Clone, Debug)]
pub(crate) enum Values {
    Nothing,
    Struct,
    Numbers(Numbers),
    Texts(Texts),
}

#[derive(Clone, Debug)]
pub(crate) struct Feature {
    pub(crate) path: Vec<String>,
    /// The type as Arrow names it.
    pub(crate) type_name: String,
    form: Form,
    tfdv: bool,
    pub(crate) levels: Vec<Level>,
    /// Elements of the innermost lists that have no value.
    pub(crate) null_values: u64,
    pub(crate) values: Values,
    pub(crate) children: Vec<Feature>,
    pub(crate) units_of_a_day: Option<i64>,
    /// The days on which there is a value, since 1970; none if there are too many of them.
    pub(crate) days: Option<BTreeSet<i64>>,
}

impl Feature {
    pub(crate) fn new(path: Vec<String>, data_type: &DataType, tfdv: bool, weighted: bool) -> Self {
        let (inner, lists) = below_lists(data_type);
        let form = form_of(inner, tfdv);
        let lengths = || Some(Numbers::new(Kind::Unsigned, false));
        let levels = match lists {
            0 => vec![Level::default()],
            n => (0..n).map(|_| Level { lengths: lengths(), ..Level::default() }).collect(),
        };
        let values = match form {
            Form::Nothing => Values::Nothing,
            Form::Struct => Values::Struct,
            Form::Number(kind) => Values::Numbers(Numbers::new(kind, weighted)),
            Form::Text { .. } => Values::Texts(Texts::new(weighted)),
        };
        let below = |f: &std::sync::Arc<Field>| {
            let path = path.iter().cloned().chain([f.name().clone()]).collect();
            Feature::new(path, f.data_type(), tfdv, weighted)
        };
        let children = match inner {
            DataType::Struct(fields) => fields.iter().map(below).collect(),
            _ => Vec::new(),
        };
        let units_of_a_day = units_of_a_day(inner).filter(|_| !tfdv);
        Feature {
            type_name: data_type.to_string(),
            days: units_of_a_day.map(|_| BTreeSet::new()),
            null_values: 0,
            path,
            form,
            tfdv,
            levels,
            values,
            children,
            units_of_a_day,
        }
    }

    /// The feature's name for messages.
    pub(crate) fn name(&self) -> String {
        self.path.join(".")
    }

    /// Whether a cell is one value.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.levels.as_slice(), [Level { lengths: None, .. }]) && self.form != Form::Struct
    }

    /// Takes in the cells of a plain column, with their hashes.
    pub(crate) fn add_cells(&mut self, cells: &Cells, hashes: &[u64], weights: Option<&[f64]>) {
        let missing = cells.nulls().map_or(0, |n| n.null_count()) as u64;
        let level = &mut self.levels[0];
        level.missing += missing;
        level.present += hashes.len() as u64 - missing;
        if let Some(weights) = weights {
            let nulls = cells.nulls();
            for (n, weight) in weights.iter().enumerate() {
                match nulls.as_ref().is_some_and(|nulls| nulls.is_null(n)) {
                    true => level.weight_missing += weight,
                    false => level.weight_present += weight,
                }
            }
            level.weight_values = level.weight_present;
        }
        self.add_values(cells, hashes, weights);
    }

    /// Takes in the cells of any column.
    pub(crate) fn add_array(&mut self, array: &ArrayRef, weights: Option<&[f64]>) -> Result<()> {
        let mut array = array.clone();
        let mut weights = weights.map(<[f64]>::to_vec);
        let lists = self.levels.iter().filter(|l| l.lengths.is_some()).count();
        for level in self.levels.iter_mut().take(lists) {
            let exploded = explode(&array)?;
            level.add_lengths(&exploded.lengths, weights.as_deref());
            weights = weights.map(|w| exploded.repeat(&w));
            array = exploded.values;
        }
        if self.form == Form::Struct {
            return self.add_structs(&array, lists == 0, weights.as_deref());
        }
        let cells = Cells::of(&array, self.form, self.tfdv).map_err(|e| self.at_column(&e))?;
        let hashes = cells.hashes();
        if lists == 0 {
            self.add_cells(&cells, &hashes, weights.as_deref());
        } else {
            self.null_values += cells.nulls().map_or(0, |n| n.null_count()) as u64;
            self.add_values(&cells, &hashes, weights.as_deref());
        }
        Ok(())
    }

    fn at_column(&self, e: &Error) -> Error {
        Error::new(e.code(), format!("column \"{}\": {}", self.name(), e.message()))
            .remedy(e.hint())
            .with("column", self.name())
    }

    fn add_structs(&mut self, array: &ArrayRef, level: bool, weights: Option<&[f64]>) -> Result<()> {
        if level {
            let there: Vec<Option<u64>> = (0..array.len()).map(|n| array.is_valid(n).then_some(1)).collect();
            self.levels[0].add_lengths(&there, weights);
        } else {
            self.null_values += array.null_count() as u64;
        }
        let (children, kept) = struct_children(array)?;
        let weights = weights.map(|w| kept.map_or_else(|| w.to_vec(), |k| k.iter().map(|n| w[*n as usize]).collect()));
        for (child, array) in self.children.iter_mut().zip(&children) {
            child.add_array(array, weights.as_deref())?;
        }
        Ok(())
    }

    fn add_values(&mut self, cells: &Cells, hashes: &[u64], weights: Option<&[f64]>) {
        match (&mut self.values, cells) {
            (Values::Numbers(numbers), Cells::Numbers { keys, nulls, .. }) => {
                let days = self.days.as_mut().zip(self.units_of_a_day);
                if add_numbers(numbers, keys, hashes, nulls.as_ref(), weights, days) {
                    self.days = None;
                }
            }
            (Values::Texts(texts), Cells::Texts { texts: array, utf8 }) => {
                for (n, text) in array.iter().enumerate() {
                    if let Some(text) = text {
                        texts.add(text, hashes[n], 1, *utf8);
                    }
                }
                weigh_texts(texts, hashes, weights);
            }
            (Values::Texts(texts), Cells::Codes { codes, texts: values, utf8 }) => {
                let mut counts = vec![0_u64; values.len()];
                for code in codes.iter().flatten() {
                    counts[code as usize] += 1;
                }
                for (text, count) in values.iter().zip(counts).filter(|(_, count)| *count > 0) {
                    if let Some(text) = text {
                        texts.add(text, hash::bytes(text), count, *utf8);
                    }
                }
                weigh_texts(texts, hashes, weights);
            }
            _ => {}
        }
    }

    /// Rows in which the column does not occur at all.
    pub(crate) fn add_missing(&mut self, rows: u64) {
        if let Some(level) = self.levels.first_mut() {
            level.missing += rows;
        }
    }

    pub(crate) fn merge(&mut self, other: Self) -> Result<()> {
        if self.form != other.form || self.levels.len() != other.levels.len() {
            // A column of nothing fits every other.
            if other.form == Form::Nothing {
                self.add_missing(other.levels.first().map_or(0, |l| l.missing));
                return Ok(());
            }
            if self.form == Form::Nothing {
                let missing = self.levels.first().map_or(0, |l| l.missing);
                *self = other;
                self.add_missing(missing);
                return Ok(());
            }
            return Err(Error::new(
                Code::InvalidData,
                format!(
                    "column \"{}\" is {} in one part and {} in another",
                    self.name(),
                    self.type_name,
                    other.type_name
                ),
            )
            .remedy("Give the column one type in all files, or profile the files one by one.")
            .with("column", self.name()));
        }
        self.null_values += other.null_values;
        for (mine, its) in self.levels.iter_mut().zip(other.levels) {
            mine.merge(its);
        }
        match (&mut self.values, other.values) {
            (Values::Numbers(mine), Values::Numbers(its)) => mine.merge(its),
            (Values::Texts(mine), Values::Texts(its)) => mine.merge(its),
            _ => {}
        }
        for its in other.children {
            match self.children.iter_mut().find(|mine| mine.path == its.path) {
                Some(mine) => mine.merge(its)?,
                None => self.children.push(its),
            }
        }
        self.days = match (self.days.take(), other.days) {
            (Some(mut mine), Some(its)) => {
                mine.extend(its);
                Some(mine).filter(|d| d.len() <= DAYS)
            }
            _ => None,
        };
        Ok(())
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        w.u64(self.null_values);
        for level in &self.levels {
            level.write(w);
        }
        match &self.values {
            Values::Numbers(numbers) => numbers.write(w),
            Values::Texts(texts) => texts.write(w),
            Values::Nothing | Values::Struct => {}
        }
        w.flag(self.days.is_some());
        if let Some(days) = &self.days {
            w.u64(days.len() as u64);
            days.iter().for_each(|day| w.fixed(*day as u64));
        }
        self.children.iter().for_each(|c| c.write(w));
    }

    /// Reads the state of this feature, which is as it was made.
    pub(crate) fn read(&mut self, r: &mut Reader<'_>) -> Result<()> {
        self.null_values = r.u64()?;
        for level in &mut self.levels {
            *level = Level::read(r)?;
        }
        match &mut self.values {
            Values::Numbers(numbers) => *numbers = Numbers::read(r)?,
            Values::Texts(texts) => *texts = Texts::read(r)?,
            Values::Nothing | Values::Struct => {}
        }
        self.days = if r.flag()? {
            let days = r.count()?;
            Some((0..days).map(|_| r.fixed().map(|d| d as i64)).collect::<Result<_>>()?)
        } else {
            None
        };
        self.children.iter_mut().try_for_each(|c| c.read(r))
    }
}

impl Level {
    pub(crate) fn add_lengths(&mut self, lengths: &[Option<u64>], weights: Option<&[f64]>) {
        let present: Vec<u64> = lengths.iter().flatten().copied().collect();
        self.present += present.len() as u64;
        self.missing += (lengths.len() - present.len()) as u64;
        for (length, weight) in lengths.iter().zip(weights.unwrap_or_default()) {
            match length {
                Some(n) => {
                    self.weight_present += weight;
                    self.weight_values += weight * *n as f64;
                }
                None => self.weight_missing += weight,
            }
        }
        if let Some(mine) = &mut self.lengths {
            let hashes: Vec<u64> = present.iter().map(|n| hash::number(*n)).collect();
            mine.add(&present, &hashes);
        }
    }

    fn merge(&mut self, other: Self) {
        self.present += other.present;
        self.missing += other.missing;
        self.weight_present += other.weight_present;
        self.weight_missing += other.weight_missing;
        self.weight_values += other.weight_values;
        if let (Some(mine), Some(its)) = (&mut self.lengths, other.lengths) {
            mine.merge(its);
        }
    }

    fn write(&self, w: &mut Writer) {
        w.u64(self.present);
        w.u64(self.missing);
        [self.weight_present, self.weight_missing, self.weight_values].into_iter().for_each(|x| w.f64(x));
        w.flag(self.lengths.is_some());
        if let Some(lengths) = &self.lengths {
            lengths.write(w);
        }
    }
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Level {
            present: r.u64()?,
            missing: r.u64()?,
            weight_present: r.f64()?,
            weight_missing: r.f64()?,
            weight_values: r.f64()?,
            lengths: if r.flag()? { Some(Numbers::read(r)?) } else { None },
        })
    }
}

/// The type inside of lists, and how many lists there are around it.
fn below_lists(data_type: &DataType) -> (&DataType, usize) {
    use DataType as T;
    match data_type {
        T::List(f) | T::LargeList(f) | T::FixedSizeList(f, _) | T::ListView(f) | T::LargeListView(f) | T::Map(f, _) => {
            let (inner, lists) = below_lists(f.data_type());
            (inner, lists + 1)
        }
        other => (other, 0),
    }
}

/// Takes in the cells that are numbers; whether there were more days than are told apart.
fn add_numbers(
    numbers: &mut Numbers,
    keys: &[u64],
    hashes: &[u64],
    nulls: Option<&arrow::buffer::NullBuffer>,
    weights: Option<&[f64]>,
    days: Option<(&mut BTreeSet<i64>, i64)>,
) -> bool {
    let (lowest, highest) = match numbers.kind {
        Kind::Float => (float(f64::NEG_INFINITY), float(f64::INFINITY)),
        _ => (0, u64::MAX),
    };
    let is_number = |key: u64| key >= lowest && key <= highest;
    let all = nulls.is_none_or(|n| n.null_count() == 0) && keys.iter().all(|k| is_number(*k));
    let (mut some_keys, mut some_hashes) = (Vec::new(), Vec::new());
    if !all {
        for (n, key) in keys.iter().enumerate().filter(|(n, _)| nulls.is_none_or(|nulls| nulls.is_valid(*n))) {
            if is_number(*key) {
                some_keys.push(*key);
                some_hashes.push(hashes[n]);
            } else {
                numbers.nans += 1;
            }
        }
    }
    if let (Some(weights), Some(mine)) = (weights, &mut numbers.weights) {
        let there = |n: &usize| nulls.is_none_or(|nulls| nulls.is_valid(*n)) && is_number(keys[*n]);
        (0..keys.len()).filter(there).for_each(|n| mine.add(keys[n], weights[n]));
    }
    let (keys, hashes) = if all { (keys, hashes) } else { (some_keys.as_slice(), some_hashes.as_slice()) };
    numbers.add(keys, hashes);
    let Some((days, unit)) = days else { return false };
    let kind = numbers.kind;
    let mut before = None;
    for day in keys.iter().map(|k| (kind.whole(*k) as i64).div_euclid(unit)) {
        if before != Some(day) {
            days.insert(day);
            before = Some(day);
        }
    }
    days.len() > DAYS
}

fn weigh_texts(texts: &mut Texts, hashes: &[u64], weights: Option<&[f64]>) {
    if let (Some(mine), Some(weights)) = (&mut texts.weights, weights) {
        let there = hashes.iter().zip(weights).filter(|(hash, _)| **hash != hash::NULL);
        there.for_each(|(hash, weight)| mine.add(*hash, *weight));
    }
}
