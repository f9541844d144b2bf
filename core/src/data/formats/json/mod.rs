//! JSON: an object on each line, or an array of objects, or objects one after another. Nested lists and objects are lists and
//! structs.
//!
//! The types of the columns come from what is looked at, which is all of a file unless it is large. Then each record behind
//! is held to them: a column that is new, or a number that is no integer, rejects its row and is never dropped or rounded.

mod kind;
mod records;

use super::{Batches, Opening, Piece, Span, TableFile, Want};
use crate::data::format::Compression;
use crate::data::rejects::shown;
use crate::data::text::cuts::{self, Syntax};
use crate::data::text::encoding::Encoding;
use crate::data::unpacked::{BUFFER, head, stream};
use crate::data::{Rejected, SourceFile, from_arrow, invalid};
use crate::error::Result;
use crate::job::Job;
use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use kind::{Kind, Object, look_at};
use records::Records;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

/// How much more than of other texts is looked at: rare columns are common in JSON, and there is no header that names them.
const MORE: usize = 16;
/// Text that a batch has at most, unless one record is longer.
const BLOCK: usize = 8 << 20;

pub(super) struct Json {
    file: SourceFile,
    compression: Compression,
    encoding: Encoding,
    lines: bool,
    schema: SchemaRef,
    columns: Arc<Object>,
    /// Whether there is more than was looked at.
    more: bool,
}

type Text = BufReader<Box<dyn Read + Send>>;

impl Json {
    pub(super) fn open(file: &SourceFile, compression: Compression, lines: bool, opening: &Opening) -> Result<Self> {
        let encoding = Encoding::of(&head(file, compression, 4096)?);
        let (columns, schema) = (Arc::default(), Arc::new(Schema::empty()));
        let mut json = Json { file: file.clone(), compression, encoding, lines, schema, columns, more: false };
        let mut records = json.records(&Piece::whole(file.len), file)?;
        let (mut kind, mut record, mut looked_at) = (Kind::default(), Vec::new(), 0);
        while records.read(&mut record)? {
            if looked_at > opening.look * MORE {
                json.more = true;
                break;
            }
            looked_at += record.len();
            // A record that is no object is met again when rows are read; what was seen of it does no harm.
            json.more |= record.trim_ascii_start().first() != Some(&b'{') || look_at(&record, &mut kind).is_err();
            record.clear();
        }
        let object = match kind {
            Kind::Object(object) => object,
            Kind::Nothing => Object::default(),
            _ => return Err(invalid(&file.name, "its records are not objects")),
        };
        let fields = object.arrow_fields("").map_err(|path| {
            let why = format!("column \"{path}\" is a list or an object in some rows and something else in others");
            invalid(&file.name, why).with("column", path)
        })?;
        (json.columns, json.schema) = (Arc::new(object), Arc::new(Schema::new(fields)));
        Ok(json)
    }

    fn records(&self, piece: &Piece, file: &SourceFile) -> Result<Records<Text>> {
        let failed = |e: std::io::Error| from_arrow(&file.name, e.into());
        let from = match &piece.span {
            Span::Bytes(range) => {
                let mut source = file.open()?;
                source.seek(SeekFrom::Start(range.start)).map_err(failed)?;
                self.encoding.decoded(Box::new(source.take(range.end - range.start)), true)
            }
            _ => self.encoding.decoded(stream(file, self.compression)?, false),
        };
        let from = BufReader::with_capacity(BUFFER, from.map_err(failed)?);
        Ok(Records::new(&file.name, from, self.lines, piece.first_row))
    }
}

impl TableFile for Json {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn pieces(&self, job: &Job) -> Result<Vec<Piece>> {
        let can_be_cut = self.lines && self.compression == Compression::None && self.encoding.is_ascii_based();
        if !can_be_cut || self.file.len < 2 * cuts::BLOCK {
            return Ok(vec![Piece::whole(self.file.len)]);
        }
        let begin = if let Encoding::Utf8 { mark } = self.encoding { mark as u64 } else { 0 };
        let syntax = Syntax { quote: None, delimiter: b',', newline: b'\n' };
        let mut first_row = 0;
        let runs = cuts::cut(&self.file, begin, cuts::BLOCK, syntax, job)?.into_iter();
        let pieces = runs.map(|run| {
            let bytes = run.bytes.end - run.bytes.start;
            let piece = Piece { span: Span::Bytes(run.bytes), bytes, rows: None, first_row };
            first_row += run.lines;
            piece
        });
        Ok(pieces.collect())
    }

    fn read(&self, piece: &Piece, want: &Want) -> Result<Batches> {
        let names = want.columns.iter().map(|c| self.schema.field(*c).name());
        let fields: Vec<_> = names.zip(&want.types).map(|(n, t)| Field::new(n, t.clone(), true)).collect();
        let mut reading = Reading {
            file: self.file.name.clone(),
            records: self.records(piece, &self.file)?,
            schema: Arc::new(Schema::new(fields)),
            known: self.more.then(|| Kind::Object(self.columns.as_ref().clone())),
            want: want.clone(),
        };
        Ok(Box::new(std::iter::from_fn(move || reading.next_batch().transpose())))
    }
}

struct Reading {
    file: String,
    records: Records<Text>,
    schema: SchemaRef,
    /// What each record is held to, where not all have been looked at.
    known: Option<Kind>,
    want: Want,
}

/// A record in a buffer, and its number.
type At = (std::ops::Range<usize>, u64);

impl Reading {
    fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            self.want.job.check()?;
            let (mut text, mut rows) = (Vec::new(), Vec::<At>::new());
            while rows.len() < self.want.batch_rows && text.len() < BLOCK {
                let begin = text.len();
                if !self.records.read(&mut text)? {
                    break;
                }
                match self.held(&text[begin..]) {
                    Ok(()) => rows.push((begin..text.len(), self.records.number())),
                    Err((column, why)) => {
                        self.reject(self.records.number(), column, why, &text[begin..])?;
                        text.truncate(begin);
                    }
                }
                if text.last() != Some(&b'\n') {
                    text.push(b'\n');
                }
            }
            if rows.is_empty() && text.is_empty() {
                return Ok(None);
            }
            let batch = match self.decode(&text, rows.len()) {
                Ok(batch) => batch,
                Err(_) => {
                    let kept = self.without_wrong_ones(&text, &rows)?;
                    let lines = kept.iter().map(|at| &text[at.0.clone()]).collect::<Vec<_>>().join(&b'\n');
                    self.decode(&lines, kept.len()).map_err(|e| from_arrow(&self.file, e))?
                }
            };
            if batch.num_rows() > 0 {
                return Ok(Some(batch));
            }
        }
    }

    fn held(&self, record: &[u8]) -> Result<(), (Option<String>, String)> {
        let Some(known) = &self.known else { return Ok(()) };
        let mut kind = Kind::default();
        look_at(record, &mut kind).map_err(|e| (None, format!("it is no JSON: {e}")))?;
        match known.misfit(&kind, "") {
            None => Ok(()),
            Some((path, why)) if !path.is_empty() => Err((Some(path), why.to_owned())),
            Some(_) => Err((None, "it is no object".into())),
        }
    }

    fn reject(&self, row: u64, column: Option<String>, why: String, text: &[u8]) -> Result<()> {
        let text = String::from_utf8_lossy(text.trim_ascii()).into_owned();
        let rejected = Rejected { file: self.file.clone(), row, column, why, text };
        self.want.rejects.take(self.want.on_error, rejected)
    }

    fn decode(&self, text: &[u8], rows: usize) -> Result<RecordBatch, ArrowError> {
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        if self.schema.fields().is_empty() || rows == 0 {
            let empty: Vec<_> =
                self.schema.fields().iter().map(|f| arrow::array::new_empty_array(f.data_type())).collect();
            return RecordBatch::try_new_with_options(self.schema.clone(), empty, &options);
        }
        let builder = arrow::json::ReaderBuilder::new(self.schema.clone()).with_batch_size(rows.max(1));
        let mut decoder = builder.with_coerce_primitive(true).build_decoder()?;
        let read = decoder.decode(text)?;
        if decoder.has_partial_record() || !text[read..].trim_ascii().is_empty() || decoder.len() != rows {
            return Err(ArrowError::JsonError("it is no JSON object".into()));
        }
        decoder.flush()?.ok_or_else(|| ArrowError::JsonError("it is no JSON object".into()))
    }

    /// Each record on its own, to find those that are wrong.
    fn without_wrong_ones(&self, text: &[u8], rows: &[At]) -> Result<Vec<At>> {
        let mut kept = Vec::with_capacity(rows.len());
        for (range, row) in rows {
            let record = &text[range.clone()];
            match self.decode(record, 1) {
                Ok(_) => kept.push((range.clone(), *row)),
                Err(e) => self.reject(*row, None, format!("{}: {}", why(&e), shown(record.trim_ascii())), record)?,
            }
        }
        Ok(kept)
    }
}

fn why(e: &ArrowError) -> String {
    let text = e.to_string();
    text.strip_prefix("Json error: ").unwrap_or(&text).to_owned()
}
