//! Records and fields of delimited text (RFC 4180, read generously).
//!
//! A quote that begins a field opens it, and the next single quote closes it; `""` within is one quote. A quote anywhere else
//! is a character like others, and so is what stands between a closing quote and the next delimiter.

use memchr::memchr;
use std::borrow::Cow;

/// What separates fields and records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub delimiter: u8,
    pub quote: u8,
    pub newline: u8,
}

/// A field of a buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    start: u32,
    /// The length; the highest bits say how it is written.
    length: u32,
}

const QUOTED: u32 = 1 << 31;
/// Has `""` in it.
const ESCAPED: u32 = 1 << 30;
/// Goes on after its closing quote; it starts at the opening one.
const MESSY: u32 = 1 << 29;
const FLAGS: u32 = QUOTED | ESCAPED | MESSY;
/// No record is longer, so that places and flags fit.
pub(super) const LONGEST: usize = 128 << 20;

impl Field {
    fn new(start: usize, end: usize, flags: u32) -> Field {
        Field { start: start as u32, length: (end - start) as u32 | flags }
    }

    pub(super) fn is_quoted(self) -> bool {
        self.length & QUOTED != 0
    }

    /// As it is written, but for the quotes around it.
    pub(super) fn raw(self, buffer: &[u8]) -> &[u8] {
        let start = self.start as usize;
        &buffer[start..start + (self.length & !FLAGS) as usize]
    }

    /// What it means.
    #[inline]
    pub(super) fn text<'a>(self, buffer: &'a [u8], quote: u8) -> Cow<'a, [u8]> {
        let raw = self.raw(buffer);
        match self.length & (ESCAPED | MESSY) {
            0 => Cow::Borrowed(raw),
            flags => Cow::Owned(unescaped(raw, quote, flags & MESSY != 0)),
        }
    }
}

fn unescaped(raw: &[u8], quote: u8, messy: bool) -> Vec<u8> {
    let mut text = Vec::with_capacity(raw.len());
    let mut rest = if messy { &raw[1..] } else { raw };
    while let Some(n) = memchr(quote, rest) {
        text.extend_from_slice(&rest[..n]);
        rest = &rest[n + 1..];
        if rest.first() == Some(&quote) {
            text.push(quote);
            rest = &rest[1..];
        } else if messy {
            break;
        }
    }
    text.extend_from_slice(rest);
    text
}

/// What there is at a place of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A record; the next one begins there.
    Record(usize),
    /// An empty line.
    Blank(usize),
    /// The record goes on behind the buffer.
    Incomplete,
    /// The text ends within quotes; the field of this number opened them.
    Unclosed(usize),
}

impl Dialect {
    /// Appends the fields of the record at `at`, if all of it is there; `last` says that nothing follows the buffer.
    pub(super) fn record(&self, buffer: &[u8], at: usize, last: bool, fields: &mut Vec<Field>) -> Step {
        let before = fields.len();
        let step = self.fields(buffer, at, last, fields);
        if !matches!(step, Step::Record(_)) {
            fields.truncate(before);
        }
        step
    }

    fn fields(&self, buffer: &[u8], begin: usize, last: bool, fields: &mut Vec<Field>) -> Step {
        let first = fields.len();
        let mut at = begin;
        loop {
            let (field, end) = if buffer.get(at) == Some(&self.quote) {
                match self.quoted(buffer, at, last) {
                    Ok(found) => found,
                    Err(Step::Unclosed(_)) => return Step::Unclosed(fields.len() - first),
                    Err(step) => return step,
                }
            } else {
                let end = self.field_end(buffer, at);
                (Field::new(at, end, 0), end)
            };
            match buffer.get(end) {
                None if !last => return Step::Incomplete,
                None => {
                    fields.push(field);
                    return Step::Record(end);
                }
                Some(b) if *b == self.delimiter => {
                    fields.push(field);
                    at = end + 1;
                }
                Some(_) => {
                    let field = self.without_return(buffer, field);
                    if end == begin || (field.length == 0 && fields.len() == first) {
                        return Step::Blank(end + 1);
                    }
                    fields.push(field);
                    return Step::Record(end + 1);
                }
            }
        }
    }

    /// A field that a quote at `at` opens, and where it ends.
    fn quoted(&self, buffer: &[u8], at: usize, last: bool) -> Result<(Field, usize), Step> {
        let (mut to, mut flags) = (at + 1, QUOTED);
        loop {
            let Some(n) = memchr(self.quote, &buffer[to..]) else {
                return Err(if last { Step::Unclosed(0) } else { Step::Incomplete });
            };
            to += n + 1;
            if buffer.get(to) != Some(&self.quote) {
                break;
            }
            to += 1;
            flags |= ESCAPED;
        }
        let next = (buffer.get(to), buffer.get(to + 1));
        match next {
            (None, _) | (Some(b'\r'), None) if !last => Err(Step::Incomplete),
            (None, _) => Ok((Field::new(at + 1, to - 1, flags), to)),
            (Some(b), _) if *b == self.delimiter || *b == self.newline => Ok((Field::new(at + 1, to - 1, flags), to)),
            (Some(b'\r'), Some(b)) if *b == self.newline => Ok((Field::new(at + 1, to - 1, flags), to + 1)),
            _ => {
                let end = self.field_end(buffer, to);
                Ok((Field::new(at, end, QUOTED | MESSY), end))
            }
        }
    }

    /// The `\r` of a `\r\n` belongs to no field.
    fn without_return(&self, buffer: &[u8], field: Field) -> Field {
        let ends_so = !field.is_quoted() || field.length & MESSY != 0;
        if self.newline == b'\n' && ends_so && field.raw(buffer).last() == Some(&b'\r') {
            return Field { start: field.start, length: field.length - 1 };
        }
        field
    }

    /// Where the next delimiter or line end is, or the end of the buffer. Eight bytes at a time: fields are short.
    #[inline]
    fn field_end(&self, buffer: &[u8], mut at: usize) -> usize {
        const LOW: u64 = 0x0101_0101_0101_0101;
        const HIGH: u64 = 0x8080_8080_8080_8080;
        let (delimiters, newlines) = (LOW * u64::from(self.delimiter), LOW * u64::from(self.newline));
        while let Some(word) = buffer.get(at..at + 8).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes) {
            let (a, b) = (word ^ delimiters, word ^ newlines);
            // The lowest bit that is set marks the first zero byte; those above it may be wrong.
            let found = (a.wrapping_sub(LOW) & !a & HIGH) | (b.wrapping_sub(LOW) & !b & HIGH);
            if found != 0 {
                return at + (found.trailing_zeros() / 8) as usize;
            }
            at += 8;
        }
        let rest = buffer[at..].iter().position(|b| *b == self.delimiter || *b == self.newline);
        rest.map_or(buffer.len(), |n| at + n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', quote: b'"', newline: b'\n' };

    fn all(text: &str) -> Result<Vec<Vec<String>>, Step> {
        let (mut records, mut at, buffer) = (Vec::new(), 0, text.as_bytes());
        while at < buffer.len() {
            let mut fields = Vec::new();
            match COMMA.record(buffer, at, true, &mut fields) {
                Step::Record(next) => {
                    at = next;
                    let text = |f: &Field| String::from_utf8(f.text(buffer, b'"').into_owned()).unwrap();
                    records.push(fields.iter().map(text).collect());
                }
                Step::Blank(next) => at = next,
                step => return Err(step),
            }
        }
        Ok(records)
    }

    #[test]
    fn fields_are_read_as_they_are_meant() {
        let table: &[(&str, &[&[&str]])] = &[
            ("a,b\n1,2\n", &[&["a", "b"], &["1", "2"]]),
            ("a,b\r\n1,2", &[&["a", "b"], &["1", "2"]]),
            ("\"x,\"\"y\"\"\nz\",\"\"\n", &[&["x,\"y\"\nz", ""]]),
            ("\"a\"\r\n\"b\"", &[&["a"], &["b"]]),
            ("5\" pipe,a\"b\n", &[&["5\" pipe", "a\"b"]]),
            ("\"a\"b\"c,d\n", &[&["ab\"c", "d"]]),
            ("\"a\"\"x\"y,d\r\n", &[&["a\"xy", "d"]]),
            ("a,\n,\n", &[&["a", ""], &["", ""]]),
            ("a,", &[&["a", ""]]),
            ("a\n\n\r\nb", &[&["a"], &["b"]]),
            ("\"\"\n", &[&[""]]),
            ("abcdefghijklm,nopqrstuvwxyz0123456789,\n", &[&["abcdefghijklm", "nopqrstuvwxyz0123456789", ""]]),
        ];
        for (text, wanted) in table {
            assert_eq!(&all(text).unwrap(), wanted, "{text:?}");
        }
        assert_eq!(all("a,\"b\nc,d\n"), Err(Step::Unclosed(1)));
    }

    #[test]
    fn a_record_is_incomplete_until_it_cannot_go_on() {
        let text = b"\"a\"\"b\"\r\nx";
        for cut in 0..text.len() - 1 {
            let step = COMMA.record(&text[..cut], 0, false, &mut Vec::new());
            assert_eq!(step, if cut < 8 { Step::Incomplete } else { Step::Record(8) }, "{cut}");
        }
    }
}
