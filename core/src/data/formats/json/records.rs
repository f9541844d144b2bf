//! Records out of a JSON text: each line, or each object of an array or of a sequence.

use crate::data::{from_arrow, invalid};
use crate::error::{Error, Result};
use std::io::{BufRead, Read};

/// No record is longer.
const LONGEST: usize = 128 << 20;

/// Reads records one after another.
pub(super) struct Records<R> {
    file: String,
    from: R,
    lines: bool,
    /// Records met so far; lines, where each is one.
    number: u64,
    place: Place,
}

/// Where it stands between records of an array.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Begin,
    InArray,
    InSequence,
    End,
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(file: &str, from: R, lines: bool, first: u64) -> Self {
        Records { file: file.to_owned(), from, lines, number: first, place: Place::Begin }
    }

    /// The number of the record that was read last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Appends the next record to `to`, or says that there is none.
    pub(super) fn read(&mut self, to: &mut Vec<u8>) -> Result<bool> {
        if self.lines { self.line(to) } else { self.value(to) }
    }

    fn line(&mut self, to: &mut Vec<u8>) -> Result<bool> {
        let begin = to.len();
        loop {
            to.truncate(begin);
            let read = (&mut self.from).take(LONGEST as u64).read_until(b'\n', to).map_err(|e| self.io(e))?;
            if read == 0 {
                return Ok(false);
            }
            self.number += 1;
            if read == LONGEST {
                return Err(self.wrong(format!("it is longer than {} MiB", LONGEST >> 20)));
            }
            if !to[begin..].trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }

    fn value(&mut self, to: &mut Vec<u8>) -> Result<bool> {
        loop {
            let next = self.from.fill_buf().map_err(|e| from_arrow(&self.file, e.into()))?.first().copied();
            let Some(byte) = next else {
                return match self.place {
                    Place::InArray => Err(self.wrong("the text ends before its array does".into())),
                    _ => Ok(false),
                };
            };
            match (byte, self.place) {
                (b' ' | b'\t' | b'\r' | b'\n', _) => {}
                (b'[', Place::Begin) => self.place = Place::InArray,
                (b',', Place::InArray) => {}
                (b']', Place::InArray) => self.place = Place::End,
                (b'{', Place::InArray) => return self.object(to).map(|()| true),
                (b'{', Place::Begin | Place::InSequence) => {
                    self.place = Place::InSequence;
                    return self.object(to).map(|()| true);
                }
                _ => {
                    self.number += 1;
                    let found = char::from(byte).escape_debug();
                    return Err(self.wrong(format!("an object was to begin, and there is '{found}'")));
                }
            }
            self.from.consume(1);
        }
    }

    /// From an opening brace to the one that closes it.
    fn object(&mut self, to: &mut Vec<u8>) -> Result<()> {
        self.number += 1;
        let begin = to.len();
        let (mut depth, mut in_text, mut escaped) = (0_u64, false, false);
        loop {
            let bytes = self.from.fill_buf().map_err(|e| from_arrow(&self.file, e.into()))?;
            if bytes.is_empty() {
                return Err(self.wrong("the text ends within it".into()));
            }
            let mut taken = bytes.len();
            for (n, byte) in bytes.iter().enumerate() {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if in_text => escaped = true,
                    b'"' => in_text = !in_text,
                    b'{' | b'[' if !in_text => depth += 1,
                    b'}' | b']' if !in_text => depth -= 1,
                    _ => continue,
                }
                if depth == 0 {
                    taken = n + 1;
                    break;
                }
            }
            to.extend_from_slice(&bytes[..taken]);
            self.from.consume(taken);
            if depth == 0 {
                to.push(b'\n');
                return Ok(());
            }
            if to.len() - begin > LONGEST {
                return Err(self.wrong(format!("it is longer than {} MiB", LONGEST >> 20)));
            }
        }
    }

    fn io(&self, e: std::io::Error) -> Error {
        from_arrow(&self.file, e.into())
    }

    fn wrong(&self, why: String) -> Error {
        invalid(&self.file, format!("row {}: {why}", self.number)).with("row", self.number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    fn all(text: &str, lines: bool) -> Result<Vec<String>> {
        // A buffer of three bytes meets every border.
        let from = std::io::BufReader::with_capacity(3, text.as_bytes());
        let mut records = Records::new("x.json", from, lines, 0);
        let (mut all, mut one) = (Vec::new(), Vec::new());
        while records.read(&mut one)? {
            all.push(String::from_utf8(std::mem::take(&mut one)).unwrap().trim_end().to_owned());
        }
        Ok(all)
    }

    #[test]
    fn objects_are_found_in_arrays_sequences_and_lines() {
        let wanted = [r#"{"a": "]}\"{"}"#, r#"{"b": [{}, [1]]}"#];
        let [a, b] = wanted;
        for text in [format!("[{a},\n {b}]\n"), format!("{a}{b}"), format!("{a}\n\n{b}\n")] {
            assert_eq!(all(&text, false).unwrap(), wanted, "{text}");
        }
        assert_eq!(all(&format!("{a}\r\n\n{b}"), true).unwrap(), wanted);
        assert_eq!(all(" [ ] ", false).unwrap(), [""; 0]);
        assert_eq!(all("", false).unwrap(), [""; 0]);
    }

    #[test]
    fn what_is_no_list_of_objects_is_refused_where_it_is_wrong() {
        for text in ["[1, 2]", "[{}", "[{}, 7]", "[{\"a\": 1", "7", "[{}] x", "{\"a\": \"", "{} ]"] {
            let e = all(text, false).unwrap_err();
            assert_eq!(e.code(), Code::InvalidData, "{text}");
            assert!(e.message().starts_with("x.json: row "), "{e}");
        }
    }
}
