//! Delimited text: CSV, TSV and their like, with a header line.
//!
//! The types of the columns are inferred from the beginning and from places spread over the file, and each value is held to
//! them: one that is not of its column's type rejects its row. In columns of text an empty field is null and `""` is an empty
//! text; in others both are null. Lines without anything are left out.

mod anywhere;
mod columns;
mod infer;
mod records;
mod sniff;
#[cfg(test)]
mod tests;
mod tokens;
mod values;
mod write;

pub(in crate::data) use write::DelimitedWriter;

use super::{Batches, Opening, Piece, Span, TableFile, Want};
use crate::data::format::Compression;
use crate::data::rejects::shown;
use crate::data::text::cuts::{self, Syntax};
use crate::data::text::encoding::Encoding;
use crate::data::unpacked::{self, stream};
use crate::data::{Rejected, SourceFile, from_arrow, invalid};
use crate::error::Result;
use crate::job::Job;
use arrow::array::{Array, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Field, Schema, SchemaRef};
use columns::Misfit;
use infer::Seen;
use records::{Block, Records};
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;
use tokens::{Dialect, LONGEST, Step};

/// Records at the beginning that are looked at for types.
const LOOKED_AT: usize = 100_000;
/// Places behind the beginning that are looked at too, and bytes of each.
const PLACES: u64 = 16;
const PLACE: usize = 64 << 10;

/// The least and the most bytes of a piece whose rows are found when it is read.
const ROUGH: std::ops::Range<u64> = 256 << 10..4 << 20;

pub(super) struct Delimited {
    file: SourceFile,
    compression: Compression,
    encoding: Encoding,
    dialect: Dialect,
    schema: SchemaRef,
    /// Where the first row begins, in the bytes of the file, if these are cut as they are.
    rows_at: u64,
}

impl Delimited {
    /// `fixed` is the delimiter that the name says for certain.
    pub(super) fn open(
        file: &SourceFile,
        compression: Compression,
        fixed: Option<u8>,
        opening: &Opening,
    ) -> Result<Delimited> {
        let raw = unpacked::head(file, compression, opening.look)?;
        let whole = raw.len() < opening.look;
        let mut encoding = Encoding::of(&raw);
        let places = match compression == Compression::None && encoding.is_ascii_based() && !whole {
            true => spread(file, opening.look as u64)?,
            false => Vec::new(),
        };
        if matches!(encoding, Encoding::Utf8 { mark: 0 })
            && places.iter().any(|p| Encoding::of(p) == Encoding::Windows1252)
        {
            encoding = Encoding::Windows1252;
        }
        let head = decoded(encoding, &raw);
        let dialect = sniff::dialect(&head, whole, fixed);
        let (names, first_row) = header(file, &head, whole, dialect)?;
        let mut seen = vec![Seen::default(); names.len()];
        let mut look = |text: &[u8], at, last| see(&mut seen, dialect, text, at, last);
        look(&head, first_row, whole);
        for place in &places {
            // Only what looks like rows on its own: a place may begin within quotes.
            if let Some(begin) = rows_begin(dialect, place, names.len()) {
                look(place, begin, false);
            }
        }
        let kinds = seen.into_iter().map(|s| s.data_type(opening.plain));
        let fields: Vec<_> = names.into_iter().zip(kinds).map(|(name, kind)| Field::new(name, kind, true)).collect();
        let rows_at = rows_at(encoding, &raw, dialect, whole);
        let (file, schema) = (file.clone(), Arc::new(Schema::new(fields)));
        Ok(Delimited { file, compression, encoding, dialect, schema, rows_at })
    }

    fn can_be_cut(&self) -> bool {
        self.compression == Compression::None && self.encoding.is_ascii_based() && !self.schema.fields().is_empty()
    }

    fn records(&self, piece: &Piece) -> Result<Records> {
        let failed = |e: std::io::Error| from_arrow(&self.file.name, e.into());
        let width = self.schema.fields().len();
        let records = |from, first| Records::new(&self.file.name, from, self.dialect, width, first);
        let span = match &piece.span {
            Span::Rough(range) => Span::Bytes(self.row_from(range.start)?..self.row_from(range.end)?),
            other => other.clone(),
        };
        if let Span::Bytes(range) = &span {
            let mut source = self.file.open()?;
            source.seek(SeekFrom::Start(range.start)).map_err(failed)?;
            let from = self.encoding.decoded(Box::new(source.take(range.end - range.start)), true).map_err(failed)?;
            return Ok(records(from, piece.first_row));
        }
        let from = self.encoding.decoded(stream(&self.file, self.compression)?, false).map_err(failed)?;
        let mut records = records(from, 0);
        records.skip_header()?;
        Ok(records)
    }
}

impl TableFile for Delimited {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !matches!(self.encoding, Encoding::Utf8 { .. }) {
            notes.push(format!("{}: read as {}", self.file.name, self.encoding.name()));
        }
        notes
    }

    fn pieces(&self, job: &Job) -> Result<Vec<Piece>> {
        if !self.can_be_cut() || self.file.len < 2 * cuts::BLOCK {
            return Ok(vec![Piece::whole(self.file.len)]);
        }
        self.cut(cuts::BLOCK, job)
    }

    fn rough_pieces(&self) -> Option<Vec<Piece>> {
        let block = (self.file.len / 1000).clamp(ROUGH.start, ROUGH.end);
        if !self.can_be_cut() || self.file.len < 4 * block {
            return None;
        }
        let starts = (self.rows_at..self.file.len).step_by(usize::try_from(block).ok()?);
        let pieces = starts.map(|start| {
            let range = start..self.file.len.min(start + block);
            Piece { bytes: range.end - range.start, span: Span::Rough(range), rows: None, first_row: 0 }
        });
        Some(pieces.collect())
    }

    fn read(&self, piece: &Piece, want: &Want) -> Result<Batches> {
        let mut records = self.records(piece)?;
        let fields: Vec<_> = want.columns.iter().map(|c| self.schema.field(*c).name().clone()).collect();
        let (file, want) = (self.file.name.clone(), want.clone());
        Ok(Box::new(std::iter::from_fn(move || {
            let batch = next_batch(&file, &mut records, &fields, &want);
            batch.transpose()
        })))
    }
}

impl Delimited {
    /// The first place not before `at` where a row begins.
    fn row_from(&self, at: u64) -> Result<u64> {
        if at <= self.rows_at {
            return Ok(self.rows_at);
        }
        if at >= self.file.len {
            return Ok(self.file.len);
        }
        let failed = |e: std::io::Error| from_arrow(&self.file.name, e.into());
        let mut source = self.file.open()?;
        let mut look = PLACE as u64;
        loop {
            source.seek(SeekFrom::Start(at - 1)).map_err(failed)?;
            let mut text = Vec::new();
            (&mut source).take(look).read_to_end(&mut text).map_err(failed)?;
            let last = at - 1 + text.len() as u64 >= self.file.len;
            match anywhere::record_begins(self.dialect, &text, last, self.schema.fields().len()) {
                Some(begin) => return Ok(at - 1 + begin as u64),
                None if last => return Ok(self.file.len),
                None => look *= 4,
            }
            if look > LONGEST as u64 {
                return Err(invalid(&self.file.name, format!("no row begins in the {look} bytes behind byte {at}")));
            }
        }
    }

    fn cut(&self, block: u64, job: &Job) -> Result<Vec<Piece>> {
        let Dialect { delimiter, quote, newline } = self.dialect;
        let syntax = Syntax { quote: Some(quote), delimiter, newline };
        let mut first_row = 0;
        let runs = cuts::cut(&self.file, self.rows_at, block, syntax, job)?.into_iter();
        let pieces = runs.map(|run| {
            let bytes = run.bytes.end - run.bytes.start;
            let piece = Piece { span: Span::Bytes(run.bytes), bytes, rows: None, first_row };
            first_row += run.lines;
            piece
        });
        Ok(pieces.collect())
    }
}

/// The next batch that has a row, if there is one.
fn next_batch(file: &str, records: &mut Records, names: &[String], want: &Want) -> Result<Option<RecordBatch>> {
    loop {
        want.job.check()?;
        let mut reject = |rejected| want.rejects.take(want.on_error, rejected);
        let block = records.block(want.batch_rows, &mut reject)?;
        if block.rows() == 0 {
            return Ok(None);
        }
        let batch = batch(file, &block, names, want)?;
        if batch.num_rows() > 0 {
            return Ok(Some(batch));
        }
    }
}

fn batch(file: &str, block: &Block<'_>, names: &[String], want: &Want) -> Result<RecordBatch> {
    let (mut arrays, mut fields, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for ((column, kind), name) in want.columns.iter().zip(&want.types).zip(names) {
        let mut misfits = Vec::new();
        let array = columns::column(block, *column, kind, &mut misfits);
        wrong.extend(misfits.into_iter().map(|misfit| (name, misfit)));
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(block.rows()));
    let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options);
    let batch = batch.map_err(|e| invalid(file, e))?;
    if wrong.is_empty() { Ok(batch) } else { without(file, block, &batch, wrong, want) }
}

/// Leaves out the rows that have a wrong value, the first of which stops the reading if that is wished.
fn without(
    file: &str,
    block: &Block<'_>,
    batch: &RecordBatch,
    mut wrong: Vec<(&String, Misfit)>,
    want: &Want,
) -> Result<RecordBatch> {
    wrong.sort_by_key(|w| w.1.row);
    wrong.dedup_by_key(|w| w.1.row);
    let mut kept = vec![true; batch.num_rows()];
    for (column, misfit) in wrong {
        kept[misfit.row] = false;
        let (row, text) = block.row(misfit.row);
        let (file, column) = (file.to_owned(), Some(column.clone()));
        want.rejects.take(want.on_error, Rejected { file, row, column, why: misfit.why, text })?;
    }
    filter_record_batch(batch, &BooleanArray::from(kept)).map_err(|e| invalid(file, e))
}

/// The text of what was looked at, as far as it is one.
fn decoded(encoding: Encoding, raw: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let from: Box<dyn Read + Send> = Box::new(Cursor::new(raw.to_vec()));
    if let Ok(mut from) = encoding.decoded(from, false) {
        // The end may be half a character: what is before it has been read.
        let _ = from.read_to_end(&mut text);
    }
    text
}

/// Names of the columns, and where the first row begins.
fn header(file: &SourceFile, head: &[u8], whole: bool, dialect: Dialect) -> Result<(Vec<String>, usize)> {
    let (mut fields, mut at) = (Vec::new(), 0);
    while at < head.len() {
        match dialect.record(head, at, whole, &mut fields) {
            Step::Record(next) => {
                let texts = fields.iter().map(|f| f.text(head, dialect.quote));
                let names = texts.enumerate().map(|(n, text)| name(file, n, &text));
                return Ok((names.collect::<Result<_>>()?, next));
            }
            Step::Blank(next) => at = next,
            Step::Incomplete => {
                return Err(invalid(&file.name, format!("its header line is longer than {} KiB", head.len() >> 10)));
            }
            Step::Unclosed(field) => {
                return Err(invalid(
                    &file.name,
                    format!("the header opens a quote in field {} and never closes it", field + 1),
                ));
            }
        }
    }
    Ok((Vec::new(), head.len()))
}

fn name(file: &SourceFile, place: usize, text: &[u8]) -> Result<String> {
    if text.contains(&0) {
        return Err(invalid(
            &file.name,
            format!("the header has a NUL byte ({}): this is no text, or UTF-16 without its mark", shown(text)),
        ));
    }
    match std::str::from_utf8(text) {
        Ok("") => Ok(format!("column_{}", place + 1)),
        Ok(name) => Ok(name.to_owned()),
        Err(_) => Err(invalid(&file.name, format!("the name of column {} is not UTF-8", place + 1))),
    }
}

/// Where the first row begins in the bytes of the file.
fn rows_at(encoding: Encoding, raw: &[u8], dialect: Dialect, whole: bool) -> u64 {
    let mut at = match encoding {
        Encoding::Utf8 { mark } => mark,
        _ => 0,
    };
    while at < raw.len() {
        match dialect.record(raw, at, whole, &mut Vec::new()) {
            Step::Record(next) => return next as u64,
            Step::Blank(next) => at = next,
            Step::Incomplete | Step::Unclosed(_) => break,
        }
    }
    raw.len() as u64
}

fn see(seen: &mut [Seen], dialect: Dialect, text: &[u8], mut at: usize, last: bool) {
    let (mut fields, mut rows) = (Vec::new(), 0);
    while at < text.len() && rows < LOOKED_AT {
        fields.clear();
        match dialect.record(text, at, last, &mut fields) {
            Step::Record(next) => {
                at = next;
                rows += 1;
                if fields.len() == seen.len() {
                    fields.iter().zip(seen.iter_mut()).for_each(|(f, s)| s.see(&f.text(text, dialect.quote)));
                }
            }
            Step::Blank(next) => at = next,
            Step::Incomplete | Step::Unclosed(_) => break,
        }
    }
}

/// Bytes of places that are spread over what is behind `from`.
fn spread(file: &SourceFile, from: u64) -> Result<Vec<Vec<u8>>> {
    let failed = |e: std::io::Error| from_arrow(&file.name, e.into());
    let mut source = file.open()?;
    let room = file.len.saturating_sub(from);
    let places = PLACES.min(room / PLACE as u64);
    let mut found = Vec::new();
    for place in 1..=places {
        // The last one is the end of the file.
        let end = from + room / places * place;
        source.seek(SeekFrom::Start(end - PLACE as u64)).map_err(failed)?;
        let mut bytes = Vec::with_capacity(PLACE);
        (&mut source).take(PLACE as u64).read_to_end(&mut bytes).map_err(failed)?;
        // Not from within a character.
        let begin = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |n| n + 1);
        bytes.drain(..begin);
        found.push(bytes);
    }
    Ok(found)
}

/// The first place of a text cut anywhere at which records begin that all are as wide as they should be.
fn rows_begin(dialect: Dialect, text: &[u8], width: usize) -> Option<usize> {
    let (mut fields, mut at) = (Vec::new(), 0);
    while at < text.len() {
        fields.clear();
        match dialect.record(text, at, false, &mut fields) {
            Step::Record(_) if fields.len() != width => return None,
            Step::Record(next) | Step::Blank(next) => at = next,
            Step::Incomplete | Step::Unclosed(_) => break,
        }
    }
    Some(0)
}
