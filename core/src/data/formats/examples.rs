//! TFRecord files of `tf.Example` and `tf.SequenceExample`, as rows.
//!
//! A feature that has at most one value wherever it was looked at is a column of values, others are columns of lists; a list
//! of a sequence is a column of lists of lists. Bytes that are UTF-8 everywhere are text. What is met later is held to that.

use super::{Batches, Opening, Piece, TableFile, Want};
use crate::data::format::Compression;
use crate::data::tfrecord::{Example, Records, Values, decode};
use crate::data::unpacked::stream;
use crate::data::{Rejected, SourceFile, invalid};
use crate::error::Result;
use crate::job::Job;
use arrow::array::{
    Array, ArrayRef, BinaryArray, Float32Array, Int64Array, ListArray, RecordBatch, RecordBatchOptions, StringArray,
    new_null_array,
};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

/// Records that are looked at for the columns.
const LOOKED_AT: u64 = 100_000;
/// Bytes of records in a batch, unless one record is longer.
const BLOCK: usize = 8 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Nothing,
    Text,
    Bytes,
    Float,
    Int64,
}

/// A column as it is found: what its values are, and lists of what depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    kind: Kind,
    depth: u8,
}

pub(super) struct Examples {
    file: SourceFile,
    compression: Compression,
    schema: SchemaRef,
    shapes: Vec<Shape>,
}

impl Examples {
    pub(super) fn open(file: &SourceFile, compression: Compression, opening: &Opening) -> Result<Self> {
        let mut records = Records::new(&file.name, stream(file, compression)?);
        let mut found: Vec<(String, Shape)> = Vec::new();
        let mut places = HashMap::new();
        let (mut record, mut looked_at) = (Vec::new(), 0);
        while records.count() < LOOKED_AT && looked_at < opening.look && records.read(&mut record)? {
            looked_at += record.len();
            // A record that is none is met again when rows are read.
            let Some(example) = decode(&record) else { continue };
            for (name, shape) in shapes_of(&example) {
                let place = *places.entry(name.to_owned()).or_insert_with(|| {
                    found.push((name.to_owned(), Shape { kind: Kind::Nothing, depth: 0 }));
                    found.len() - 1
                });
                let known = &mut found[place].1;
                *known = merged(*known, shape)
                    .ok_or_else(|| invalid(&file.name, format!("feature \"{name}\" has values of several kinds")))?;
            }
        }
        // The order of a map is nobody's: that of names is the same in every file.
        found.sort();
        let fields: Vec<_> = found.iter().map(|(name, shape)| Field::new(name, data_type(*shape), true)).collect();
        let shapes = found.into_iter().map(|f| f.1).collect();
        Ok(Examples { file: file.clone(), compression, schema: Arc::new(Schema::new(fields)), shapes })
    }
}

impl PartialOrd for Shape {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Shape {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.kind as u8, self.depth).cmp(&(other.kind as u8, other.depth))
    }
}

impl Shape {
    /// Other files of the data set may have more values, or bytes that are no text.
    fn wanted_as(mut self, kind: &DataType) -> Shape {
        let mut inner = kind;
        let mut depth = 0;
        while let DataType::List(field) = inner {
            inner = field.data_type();
            depth += 1;
        }
        self.depth = self.depth.max(depth.min(2));
        if self.kind == Kind::Text && *inner == DataType::Binary {
            self.kind = Kind::Bytes;
        }
        self
    }
}

fn shapes_of<'a>(example: &'a Example<'a>) -> impl Iterator<Item = (&'a str, Shape)> {
    let features = example.features.iter().map(|(name, values)| (*name, shape(values)));
    let lists = example.lists.iter().flat_map(|(name, lists)| {
        let depth = |s: Shape| (*name, Shape { depth: 2, ..s });
        let none = Shape { kind: Kind::Nothing, depth: 2 };
        std::iter::once((*name, none)).chain(lists.iter().map(move |values| depth(shape(values))))
    });
    features.chain(lists)
}

fn shape(values: &Values<'_>) -> Shape {
    let kind = match values {
        Values::None => Kind::Nothing,
        Values::Bytes(texts) if texts.iter().all(|t| std::str::from_utf8(t).is_ok()) => Kind::Text,
        Values::Bytes(_) => Kind::Bytes,
        Values::Float(_) => Kind::Float,
        Values::Int64(_) => Kind::Int64,
    };
    Shape { kind, depth: u8::from(values.len() > 1) }
}

fn merged(a: Shape, b: Shape) -> Option<Shape> {
    let kind = match (a.kind, b.kind) {
        (a, b) if a == b => a,
        (Kind::Nothing, other) | (other, Kind::Nothing) => other,
        (Kind::Text, Kind::Bytes) | (Kind::Bytes, Kind::Text) => Kind::Bytes,
        _ => return None,
    };
    Some(Shape { kind, depth: a.depth.max(b.depth) })
}

fn data_type(shape: Shape) -> DataType {
    let values = match shape.kind {
        Kind::Nothing if shape.depth == 0 => DataType::Null,
        Kind::Nothing | Kind::Text => DataType::Utf8,
        Kind::Bytes => DataType::Binary,
        Kind::Float => DataType::Float32,
        Kind::Int64 => DataType::Int64,
    };
    (0..shape.depth).fold(values, |inner, _| DataType::List(Arc::new(Field::new("item", inner, true))))
}

impl TableFile for Examples {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn pieces(&self, _: &Job) -> Result<Vec<Piece>> {
        Ok(vec![Piece::whole(self.file.len)])
    }

    fn read(&self, _: &Piece, want: &Want) -> Result<Batches> {
        let schema = self.schema.project(&want.columns).map_err(|e| invalid(&self.file.name, e))?;
        let shapes =
            want.columns.iter().zip(&want.types).map(|(c, kind)| self.shapes[*c].wanted_as(kind)).collect::<Vec<_>>();
        let fields: Vec<_> = schema
            .fields()
            .iter()
            .zip(&shapes)
            .map(|(f, shape)| Field::new(f.name(), data_type(*shape), true))
            .collect();
        let schema = Schema::new(fields);
        let wanted = schema.fields().iter().enumerate().map(|(n, f)| (f.name().clone(), Some(n)));
        let mut places: HashMap<String, Option<usize>> = wanted.collect();
        for field in self.schema.fields() {
            places.entry(field.name().clone()).or_insert(None);
        }
        let records = Records::new(&self.file.name, stream(&self.file, self.compression)?);
        let (file, want) = (self.file.name.clone(), want.clone());
        let mut reading = Reading { file, schema: Arc::new(schema), shapes, places, records, want };
        Ok(Box::new(std::iter::from_fn(move || reading.next_batch().transpose())))
    }
}

struct Reading {
    file: String,
    schema: SchemaRef,
    shapes: Vec<Shape>,
    /// Where each feature goes; nowhere if it is not wanted.
    places: HashMap<String, Option<usize>>,
    records: Records<Box<dyn Read + Send>>,
    want: Want,
}

impl Reading {
    fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        let mut columns: Vec<Column> = self.shapes.iter().map(|s| Column::new(*s)).collect();
        let (mut record, mut rows, mut bytes, mut ended) = (Vec::new(), 0, 0, false);
        while rows < self.want.batch_rows && bytes < BLOCK {
            self.want.job.check()?;
            ended = !self.records.read(&mut record)?;
            if ended {
                break;
            }
            bytes += record.len();
            match self.take(&record, &mut columns) {
                Ok(()) => {
                    rows += 1;
                    columns.iter_mut().for_each(Column::end_row);
                }
                Err((column, why)) => {
                    columns.iter_mut().for_each(Column::undo_row);
                    let (file, row) = (self.file.clone(), self.records.count());
                    let rejected = Rejected { file, row, column, why, text: String::new() };
                    self.want.rejects.take(self.want.on_error, rejected)?;
                }
            }
        }
        if rows == 0 && ended {
            return Ok(None);
        }
        let arrays = columns.into_iter().map(|c| c.finish(&self.file)).collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(self.schema.clone(), arrays, &options);
        batch.map(Some).map_err(|e| invalid(&self.file, e))
    }

    fn take(&self, record: &[u8], columns: &mut [Column]) -> Result<(), (Option<String>, String)> {
        let example = decode(record).ok_or_else(|| (None, "it is no tf.Example".to_owned()))?;
        let place = |name: &str| match self.places.get(name) {
            Some(place) => Ok(*place),
            None => Err((Some(name.to_owned()), "records before it have no such feature".to_owned())),
        };
        for (name, values) in &example.features {
            if let Some(place) = place(name)? {
                columns[place].put(values).map_err(|why| (Some((*name).to_owned()), why))?;
            }
        }
        for (name, lists) in &example.lists {
            if let Some(place) = place(name)? {
                columns[place].put_lists(lists).map_err(|why| (Some((*name).to_owned()), why))?;
            }
        }
        Ok(())
    }
}

/// A column that grows row by row.
struct Column {
    shape: Shape,
    ints: Vec<i64>,
    floats: Vec<f32>,
    bytes: Vec<u8>,
    /// Where each of the byte strings ends.
    byte_ends: Vec<i32>,
    /// Where the lists of each depth end: those of values first.
    ends: [Vec<i32>; 2],
    valid: Vec<bool>,
    rows: usize,
    /// Where the row under way began.
    began: [usize; 5],
}

impl Column {
    fn new(shape: Shape) -> Self {
        let ends = [vec![0], vec![0]];
        Column {
            shape,
            ints: vec![],
            floats: vec![],
            bytes: vec![],
            byte_ends: vec![0],
            ends,
            valid: vec![],
            rows: 0,
            began: [0, 0, 0, 1, 1],
        }
    }

    fn values(&self) -> usize {
        match self.shape.kind {
            Kind::Int64 => self.ints.len(),
            Kind::Float => self.floats.len(),
            _ => self.byte_ends.len() - 1,
        }
    }

    fn put(&mut self, values: &Values<'_>) -> Result<(), String> {
        self.must_be_new()?;
        if self.shape.depth == 2 {
            return Err("it is a feature here and a list of features in other records".into());
        }
        if self.shape.depth == 0 && values.len() > 1 {
            return Err(format!("it has {} values, and one in the records before", values.len()));
        }
        if *values == Values::None || (self.shape.depth == 0 && values.len() == 0) {
            return Ok(());
        }
        self.append(values)?;
        self.valid.push(true);
        Ok(())
    }

    fn put_lists(&mut self, lists: &[Values<'_>]) -> Result<(), String> {
        self.must_be_new()?;
        if self.shape.depth != 2 {
            return Err("it is a list of features here and a feature in other records".into());
        }
        for values in lists {
            self.append(values)?;
            self.ends[0].push(self.values() as i32);
        }
        self.valid.push(true);
        Ok(())
    }

    fn must_be_new(&self) -> Result<(), String> {
        if self.valid.len() > self.rows { Err("the record has it twice".into()) } else { Ok(()) }
    }

    fn append(&mut self, values: &Values<'_>) -> Result<(), String> {
        match (self.shape.kind, values) {
            (_, Values::None) => {}
            (Kind::Int64, Values::Int64(values)) => self.ints.extend(values),
            (Kind::Float, Values::Float(values)) => self.floats.extend(values),
            (kind @ (Kind::Text | Kind::Bytes), Values::Bytes(values)) => {
                for value in values {
                    if kind == Kind::Text && std::str::from_utf8(value).is_err() {
                        return Err("its bytes are not UTF-8, as those before it are".into());
                    }
                    self.bytes.extend_from_slice(value);
                    self.byte_ends.push(self.bytes.len() as i32);
                }
            }
            (_, values) if values.len() == 0 => {}
            _ => return Err("its values are of another kind than those before it".into()),
        }
        Ok(())
    }

    /// Every column has as many rows as were taken: null where the record had no such feature.
    fn end_row(&mut self) {
        self.rows += 1;
        if self.valid.len() < self.rows {
            self.valid.push(false);
            if self.shape.depth == 0 {
                match self.shape.kind {
                    Kind::Int64 => self.ints.push(0),
                    Kind::Float => self.floats.push(0.0),
                    _ => self.byte_ends.push(self.bytes.len() as i32),
                }
            }
        }
        let values = self.values() as i32;
        match self.shape.depth {
            1 => self.ends[0].push(values),
            2 => {
                let lists = self.ends[0].len() as i32 - 1;
                self.ends[1].push(lists);
            }
            _ => {}
        }
        self.began = self.lengths();
    }

    fn lengths(&self) -> [usize; 5] {
        [self.ints.len(), self.floats.len(), self.bytes.len(), self.byte_ends.len(), self.ends[0].len()]
    }

    fn undo_row(&mut self) {
        let [ints, floats, bytes, byte_ends, lists] = self.began;
        self.ints.truncate(ints);
        self.floats.truncate(floats);
        self.bytes.truncate(bytes);
        self.byte_ends.truncate(byte_ends);
        self.ends[0].truncate(lists);
        self.valid.truncate(self.rows);
    }

    fn finish(self, file: &str) -> Result<ArrayRef> {
        let failed = |e| invalid(file, e);
        let rows = self.valid.len();
        let nulls = Some(NullBuffer::from(self.valid)).filter(|n| n.null_count() > 0);
        let own = nulls.clone().filter(|_| self.shape.depth == 0);
        let strings = OffsetBuffer::new(self.byte_ends.into());
        let mut array: ArrayRef = match self.shape.kind {
            Kind::Int64 => Arc::new(Int64Array::try_new(self.ints.into(), own).map_err(failed)?),
            Kind::Float => Arc::new(Float32Array::try_new(self.floats.into(), own).map_err(failed)?),
            Kind::Bytes => Arc::new(BinaryArray::try_new(strings, self.bytes.into(), own).map_err(failed)?),
            Kind::Nothing if self.shape.depth == 0 => new_null_array(&DataType::Null, rows),
            _ => Arc::new(StringArray::try_new(strings, self.bytes.into(), own).map_err(failed)?),
        };
        for (depth, ends) in self.ends.into_iter().enumerate().take(self.shape.depth.into()) {
            let field = Arc::new(Field::new("item", array.data_type().clone(), true));
            let outer = nulls.clone().filter(|_| depth + 1 == usize::from(self.shape.depth));
            array = Arc::new(ListArray::try_new(field, OffsetBuffer::new(ends.into()), array, outer).map_err(failed)?);
        }
        Ok(array)
    }
}
