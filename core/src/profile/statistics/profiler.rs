//! The profiler: features, rows, correlations and slices of the batches that it was given.

use super::cells::{Cells, Form, form_of};
use super::codec::{Reader, Writer};
use super::correlation::{Correlations, MOST_COLUMNS};
use super::feature::{Feature, Values};
use super::rows::RowFacts;
use super::{hash, nested};
use crate::error::{Code, Error, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, SchemaRef};
use std::collections::BTreeMap;

/// Slices that are told apart.
const SLICES: usize = 1000;
/// The first bytes of a state.
const MAGIC: &[u8] = b"octostore profile 1\n";

/// What a profiler computes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProfilerOptions {
    /// As TFDV does: doubles are rounded to 32 bits, and only what `tf.Example` knows is a number.
    pub(crate) tfdv: bool,
    /// The column that weighs the rows; none when empty.
    pub(crate) weight: String,
    /// Also the statistics of the rows of each value of these columns.
    pub(crate) slices: Vec<String>,
}

/// Statistics of rows in the making. Profilers of parts merge, in the parts' order, into that of the whole.
#[derive(Clone, Debug)]
pub(crate) struct Profiler {
    pub(super) options: ProfilerOptions,
    schema: SchemaRef,
    pub(super) rows: u64,
    pub(super) weight: f64,
    pub(super) features: Vec<Feature>,
    /// Nothing of rows and pairs is kept of slices.
    pub(super) facts: Option<RowFacts>,
    pub(super) correlations: Correlations,
    pub(super) slices: BTreeMap<String, Profiler>,
    /// Rows of slices beyond those that are told apart.
    pub(super) unsliced: u64,
}

impl Profiler {
    pub(crate) fn new(schema: &SchemaRef, options: &ProfilerOptions) -> Result<Self> {
        for column in options.slices.iter().chain([&options.weight]).filter(|c| !c.is_empty()) {
            if schema.index_of(column).is_err() {
                return Err(Error::new(Code::NotFound, format!("there is no column \"{column}\""))
                    .remedy("Name a column of the table as weight or slice.")
                    .with("column", column.as_str()));
            }
        }
        Ok(Self::make(schema, options, true))
    }

    fn make(schema: &SchemaRef, options: &ProfilerOptions, whole: bool) -> Self {
        let weighted = !options.weight.is_empty();
        let feature = |f: &std::sync::Arc<arrow::datatypes::Field>| {
            Feature::new(vec![f.name().clone()], f.data_type(), options.tfdv, weighted)
        };
        let features: Vec<Feature> = schema.fields().iter().map(feature).collect();
        let numbers = features.iter().filter(|f| is_correlated(f)).count();
        Profiler {
            options: options.clone(),
            schema: schema.clone(),
            rows: 0,
            weight: 0.0,
            facts: whole.then(RowFacts::default),
            correlations: Correlations::new(if whole && !options.tfdv { numbers } else { 0 }),
            features,
            slices: BTreeMap::new(),
            unsliced: 0,
        }
    }

    /// Whether it is of rows with these columns, and computes what these options say.
    pub(crate) fn is_of(&self, schema: &SchemaRef, options: &ProfilerOptions) -> bool {
        self.options == *options && self.schema.fields() == schema.fields()
    }

    /// Takes in rows, which follow those it has.
    pub(crate) fn update(&mut self, batch: &RecordBatch) -> Result<()> {
        let weights = self.weights_of(batch)?;
        self.weight += weights.iter().flatten().sum::<f64>();
        let mut row_hashes = vec![1_u64; batch.num_rows()];
        let (mut nulls, mut cells) = (Vec::new(), Vec::new());
        for (feature, array) in self.features.iter_mut().zip(batch.columns()) {
            let hashes = if feature.is_plain() {
                let form = form_of(array.data_type(), self.options.tfdv);
                let its = Cells::of(array, form, self.options.tfdv)?;
                let hashes = its.hashes();
                feature.add_cells(&its, &hashes, weights.as_deref());
                nulls.push(its.nulls());
                if is_correlated(feature) && self.facts.is_some() && cells.len() < MOST_COLUMNS {
                    cells.push(its);
                }
                hashes
            } else {
                feature.add_array(array, weights.as_deref())?;
                nulls.push(array.logical_nulls().filter(|n| n.null_count() > 0));
                if self.facts.is_some() { nested::hashes(array, self.options.tfdv)? } else { Vec::new() }
            };
            row_hashes.iter_mut().zip(hashes).for_each(|(row, cell)| *row = hash::pair(*row, cell));
        }
        if let Some(facts) = &mut self.facts {
            facts.add(batch, self.rows, &row_hashes, &nulls);
            self.correlations.add(&cells.iter().collect::<Vec<_>>(), batch.num_rows());
        }
        self.rows += batch.num_rows() as u64;
        self.update_slices(batch)
    }

    fn weights_of(&self, batch: &RecordBatch) -> Result<Option<Vec<f64>>> {
        let Some(array) = batch.column_by_name(&self.options.weight).filter(|_| !self.options.weight.is_empty()) else {
            return Ok(None);
        };
        let bad = |row: usize| {
            let row = self.rows + row as u64;
            Error::new(Code::InvalidData, format!("row {row}: column \"{}\" has no weight", self.options.weight))
                .remedy("Weigh by a column that has a number of 0 or more in every row.")
                .with("column", self.options.weight.as_str())
                .with("row", row.to_string())
        };
        let doubles = cast(array, &DataType::Float64).map_err(|_| bad(0))?;
        let doubles = doubles.as_primitive::<Float64Type>();
        let one = |(row, x): (usize, Option<f64>)| x.filter(|x| x.is_finite() && *x >= 0.0).ok_or_else(|| bad(row));
        doubles.iter().enumerate().map(one).collect::<Result<Vec<f64>>>().map(Some)
    }

    fn update_slices(&mut self, batch: &RecordBatch) -> Result<()> {
        for column in self.options.slices.clone() {
            let Some(array) = batch.column_by_name(&column) else { continue };
            let mut rows: BTreeMap<String, Vec<u32>> = BTreeMap::new();
            for (row, value) in as_text(array, &column)?.as_string::<i64>().iter().enumerate() {
                if let Some(value) = value {
                    rows.entry(format!("{column}_{value}")).or_default().push(row as u32);
                }
            }
            for (name, rows) in rows {
                if self.slices.len() >= SLICES && !self.slices.contains_key(&name) {
                    self.unsliced += rows.len() as u64;
                    continue;
                }
                let its = arrow::compute::take_record_batch(batch, &UInt32Array::from(rows));
                let its = its.map_err(|e| Error::internal(format!("taking rows of a slice: {e}")))?;
                let (schema, options) = (&self.schema, &self.options);
                let of_slice = || Self::make(schema, &ProfilerOptions { slices: Vec::new(), ..options.clone() }, false);
                self.slices.entry(name).or_insert_with(of_slice).update(&its)?;
            }
        }
        Ok(())
    }

    /// Joins the profiler of the rows that follow.
    pub(crate) fn merge(&mut self, other: Self) -> Result<()> {
        let same = self.schema.fields() == other.schema.fields();
        if self.rows == 0 && same {
            *self = other;
            return Ok(());
        }
        for mut its in other.features {
            match self.features.iter_mut().find(|mine| mine.path == its.path) {
                Some(mine) => mine.merge(its)?,
                None => {
                    its.add_missing(self.rows);
                    self.features.push(its);
                }
            }
        }
        if !same {
            let all = self.rows + other.rows;
            let of = |f: &Feature| f.levels.first().map_or(all, |l| l.present + l.missing);
            self.features.iter_mut().for_each(|f| f.add_missing(all.saturating_sub(of(f))));
            // The columns have other places now: what is known of pairs is not that of these.
            self.correlations = Correlations::new(0);
        } else {
            self.correlations.merge(&other.correlations);
        }
        if let (Some(mine), Some(its)) = (&mut self.facts, other.facts) {
            mine.merge(its, self.rows);
        }
        self.rows += other.rows;
        self.weight += other.weight;
        self.unsliced += other.unsliced;
        for (name, its) in other.slices {
            if let Some(mine) = self.slices.get_mut(&name) {
                mine.merge(its)?;
            } else if self.slices.len() < SLICES {
                self.slices.insert(name, its);
            } else {
                self.unsliced += its.rows;
            }
        }
        Ok(())
    }

    /// The state as bytes, with a checksum.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut w = Writer::default();
        w.flag(self.options.tfdv);
        w.text(&self.options.weight);
        w.u64(self.options.slices.len() as u64);
        self.options.slices.iter().for_each(|s| w.text(s));
        let mut schema = Vec::new();
        arrow::ipc::writer::StreamWriter::try_new(&mut schema, &self.schema)
            .and_then(|mut writer| writer.finish())
            .map_err(|e| Error::internal(format!("writing a schema: {e}")))?;
        w.bytes(&schema);
        self.write(&mut w);
        let body =
            zstd::bulk::compress(&w.into_bytes(), 1).map_err(|e| Error::internal(format!("compressing: {e}")))?;
        Ok([MAGIC, blake3::hash(&body).as_bytes(), &body].concat())
    }

    fn write(&self, w: &mut Writer) {
        w.u64(self.rows);
        w.f64(self.weight);
        w.u64(self.unsliced);
        self.features.iter().for_each(|f| f.write(w));
        w.flag(self.facts.is_some());
        if let Some(facts) = &self.facts {
            facts.write(w);
        }
        self.correlations.write(w);
        w.u64(self.slices.len() as u64);
        for (name, slice) in &self.slices {
            w.text(name);
            slice.write(w);
        }
    }

    /// The profiler that gave these bytes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let broken = || Reader::new(&[]).broken();
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(broken)?;
        let (sum, body) = rest.split_at_checked(32).ok_or_else(broken)?;
        if blake3::hash(body).as_bytes() != sum {
            return Err(broken());
        }
        // The checksum was right: it is as large as we made it.
        let body = zstd::decode_all(body).map_err(|_| broken())?;
        let mut r = Reader::new(&body);
        let (tfdv, weight) = (r.flag()?, r.text()?);
        let slices = (0..r.count()?).map(|_| r.text()).collect::<Result<_>>()?;
        let schema = arrow::ipc::reader::StreamReader::try_new(r.bytes()?, None).map_err(|_| broken())?.schema();
        let mut profiler = Self::make(&schema, &ProfilerOptions { tfdv, weight, slices }, true);
        profiler.read(&mut r)?;
        if r.is_empty() { Ok(profiler) } else { Err(broken()) }
    }

    fn read(&mut self, r: &mut Reader<'_>) -> Result<()> {
        (self.rows, self.weight, self.unsliced) = (r.u64()?, r.f64()?, r.u64()?);
        self.features.iter_mut().try_for_each(|f| f.read(r))?;
        self.facts = if r.flag()? { Some(RowFacts::read(r)?) } else { None };
        self.correlations = Correlations::read(r)?;
        for _ in 0..r.count()? {
            let name = r.text()?;
            let options = ProfilerOptions { slices: Vec::new(), ..self.options.clone() };
            let mut slice = Self::make(&self.schema, &options, false);
            slice.read(r)?;
            self.slices.insert(name, slice);
        }
        Ok(())
    }

    /// The columns whose correlations are kept, in the order of their places.
    pub(super) fn correlated(&self) -> Vec<&Feature> {
        self.features.iter().filter(|f| is_correlated(f)).collect()
    }

    /// Example rows, as lines of JSON in the order of the rows.
    pub(crate) fn examples(&self) -> String {
        let mut examples: Vec<_> = self.facts.iter().flat_map(|f| &f.examples).collect();
        examples.sort_by_key(|e| e.row);
        examples.into_iter().map(|e| format!("{}\n", e.json)).collect()
    }
}

fn is_correlated(feature: &Feature) -> bool {
    feature.is_plain() && matches!(feature.values, Values::Numbers(_))
}

fn as_text(array: &ArrayRef, column: &str) -> Result<ArrayRef> {
    if matches!(form_of(array.data_type(), false), Form::Struct) {
        return Err(Error::new(Code::InvalidArgument, format!("column \"{column}\" cannot slice: it is nested"))
            .remedy("Slice by a column of text or whole numbers.")
            .with("column", column));
    }
    cast(array, &DataType::LargeUtf8).map_err(|e| {
        Error::new(Code::InvalidArgument, format!("column \"{column}\" cannot slice: {e}"))
            .remedy("Slice by a column of text or whole numbers.")
            .with("column", column)
    })
}
