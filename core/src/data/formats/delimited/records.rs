//! Blocks of whole records out of a stream of text.

use super::tokens::{Dialect, Field, LONGEST, Step};
use crate::data::from_arrow;
use crate::data::rejects::{Rejected, shown};
use crate::error::{Code, Error, Result};
use std::borrow::Cow;
use std::io::Read;

/// What is read at once.
const CHUNK: usize = 1 << 20;
/// Text that a block has at most, unless one record is longer: it bounds the memory of wide rows.
const BLOCK: usize = 8 << 20;

/// Reads records.
pub(super) struct Records {
    file: String,
    from: Box<dyn Read + Send>,
    dialect: Dialect,
    /// Fields that a record must have.
    width: usize,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    /// Records met so far, blank lines counted.
    number: u64,
    fields: Vec<Field>,
    rows: Vec<Row>,
}

#[derive(Clone, Copy)]
struct Row {
    start: u32,
    end: u32,
    number: u64,
}

/// Whole records, each with as many fields as there are columns.
pub(super) struct Block<'a> {
    buffer: &'a [u8],
    fields: &'a [Field],
    rows: &'a [Row],
    width: usize,
    quote: u8,
    pub is_utf8: bool,
}

impl<'a> Block<'a> {
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    #[inline]
    pub(super) fn text(&self, row: usize, column: usize) -> Cow<'a, [u8]> {
        self.fields[row * self.width + column].text(self.buffer, self.quote)
    }

    #[inline]
    pub(super) fn is_quoted(&self, row: usize, column: usize) -> bool {
        self.fields[row * self.width + column].is_quoted()
    }

    /// The number of a row in its file, from 1, and the row as it is written.
    pub(super) fn row(&self, row: usize) -> (u64, String) {
        let Row { start, end, number } = self.rows[row];
        (number, as_text(&self.buffer[start as usize..end as usize]))
    }
}

fn as_text(row: &[u8]) -> String {
    String::from_utf8_lossy(row).trim_end_matches(['\r', '\n']).to_owned()
}

impl Records {
    /// The records of a text that begins with the record of this number.
    pub(super) fn new(file: &str, from: Box<dyn Read + Send>, dialect: Dialect, width: usize, first: u64) -> Self {
        Records {
            file: file.to_owned(),
            from,
            dialect,
            width,
            buffer: Vec::new(),
            at: 0,
            ended: false,
            number: first,
            fields: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Leaves out the header.
    pub(super) fn skip_header(&mut self) -> Result<()> {
        let width = std::mem::replace(&mut self.width, 0);
        while !self.step(&mut |_| Ok(()))? && !self.is_done() {}
        (self.width, self.number) = (width, 0);
        Ok(())
    }

    /// The next records: at most so many, none at the end.
    pub(super) fn block(&mut self, most: usize, reject: &mut dyn FnMut(Rejected) -> Result<()>) -> Result<Block<'_>> {
        self.buffer.drain(..self.at);
        self.at = 0;
        self.fields.clear();
        self.rows.clear();
        while self.rows.len() < most && (self.at < BLOCK || self.rows.is_empty()) {
            self.step(reject)?;
            if self.is_done() {
                break;
            }
        }
        let buffer = &self.buffer[..self.at];
        let is_utf8 = std::str::from_utf8(buffer).is_ok();
        let (fields, rows) = (&self.fields, &self.rows);
        Ok(Block { buffer, fields, rows, width: self.width, quote: self.dialect.quote, is_utf8 })
    }

    fn is_done(&self) -> bool {
        self.ended && self.at == self.buffer.len()
    }

    /// Takes one record in, or reads on; whether it was a record.
    fn step(&mut self, reject: &mut dyn FnMut(Rejected) -> Result<()>) -> Result<bool> {
        if self.at == self.buffer.len() {
            self.read_on()?;
            if self.is_done() {
                return Ok(false);
            }
        }
        let before = self.fields.len();
        match self.dialect.record(&self.buffer, self.at, self.ended, &mut self.fields) {
            Step::Record(next) => {
                self.number += 1;
                let found = self.fields.len() - before;
                let start = std::mem::replace(&mut self.at, next);
                if found == self.width {
                    self.rows.push(Row { start: start as u32, end: next as u32, number: self.number });
                } else {
                    self.fields.truncate(before);
                    if self.width > 0 {
                        reject(self.ragged(found, start, next))?;
                    }
                }
                Ok(true)
            }
            Step::Blank(next) => {
                self.number += 1;
                self.at = next;
                Ok(false)
            }
            Step::Incomplete => self.read_on().map(|()| false),
            Step::Unclosed(_) => {
                let start = std::mem::replace(&mut self.at, self.buffer.len());
                self.number += 1;
                reject(self.rejected("a quote is opened in it and never closed".into(), start, self.buffer.len()))?;
                Ok(false)
            }
        }
    }

    fn ragged(&self, found: usize, start: usize, end: usize) -> Rejected {
        let fields = |n| if n == 1 { "1 field".to_owned() } else { format!("{n} fields") };
        let why = format!(
            "it has {} and the header {}: {}",
            fields(found),
            fields(self.width),
            shown(self.buffer[start..end].trim_ascii_end())
        );
        self.rejected(why, start, end)
    }

    fn rejected(&self, why: String, start: usize, end: usize) -> Rejected {
        // A quote that is never closed swallows the rest of the file: as much as anybody wants to see of it is kept.
        let text = as_text(&self.buffer[start..end.min(start + CHUNK)]);
        Rejected { file: self.file.clone(), row: self.number, column: None, why, text }
    }

    fn read_on(&mut self) -> Result<()> {
        if self.buffer.len() - self.at > LONGEST {
            let row = self.number + 1;
            return Err(Error::new(
                Code::InvalidData,
                format!("{}: row {row}: it is longer than {} MiB", self.file, LONGEST >> 20),
            )
            .remedy("A quote that is never closed does that: look at the row's beginning.")
            .with("path", self.file.as_str())
            .with("row", row.to_string()));
        }
        // More each time, so that a long record is not walked too often.
        let more = CHUNK.max(self.buffer.len() - self.at);
        let read = (&mut self.from).take(more as u64).read_to_end(&mut self.buffer);
        self.ended = read.map_err(|e| from_arrow(&self.file, e.into()))? == 0;
        Ok(())
    }
}
