//! What git stores in place of a data file: a short text that names the content.
//!
//! Version 1 is four lines, each ended by LF, under 200 bytes together:
//!
//! ```text
//! octostore 1
//! oid blake3:<64 lowercase hexadecimal digits>
//! size <decimal from 1 to 2^63 - 1, no leading zero>
//! chunker oc1
//! ```
//!
//! The text is a function of the content alone, so two people who add the same file make the same commit. A line that
//! this reader does not know changes what the pointer means, so it is refused by name and never skipped.

use crate::content::ids::FileId;
use crate::error::{Code, Error, Result};
use bstr::ByteSlice;

/// A blob longer than this is never a pointer, whatever it begins with.
pub(crate) const MAX_POINTER_LEN: usize = 1024;

const VERSION: u64 = 1;
const CHUNKER: &[u8] = b"oc1";
/// The longest file that any file system or language can name.
const MAX_SIZE: u64 = i64::MAX as u64;

/// The content of one file, as git stores it.
///
/// ```
/// use octostore::{FileId, Pointer};
/// let pointer = Pointer { oid: FileId([7; 32]), size: 12 };
/// assert_eq!(Pointer::parse(&pointer.to_bytes())?, Some(pointer));
/// assert_eq!(Pointer::parse(b"octostore 2 is a program")?, None);
/// # Ok::<(), octostore::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pointer {
    /// The id of the content: the root of its manifest.
    pub oid: FileId,
    /// How many bytes the file has.
    pub size: u64,
}

impl Pointer {
    /// The pointer that `bytes` spell, or `None` if they are ordinary data that only happen to be short.
    ///
    /// Fails if they are a pointer of a newer version, or begin as one and do not go on as one.
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        match version_of(bytes) {
            None => Ok(None),
            Some(Some(VERSION)) => parse_v1(bytes).map(Some),
            Some(other) => Err(too_new(&format!("version {}", other.map_or("unknown".into(), |v| v.to_string())))),
        }
    }

    /// The pointer of a file without bytes.
    pub fn empty_file() -> Self {
        Pointer { oid: FileId::of_empty_file(), size: 0 }
    }

    /// What git stores: the text of the pointer. An empty file is stored as it is, because git takes every file of
    /// length 0 for changed whose blob is not empty, and would run the filter each time.
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.size == 0 {
            return Vec::new();
        }
        format!("octostore {VERSION}\noid blake3:{}\nsize {}\nchunker oc1\n", self.oid, self.size).into_bytes()
    }
}

/// The version, if `bytes` begin as pointers of every version do: `octostore <digits>`, LF, `oid `. The inner `None` is
/// a number that no 64 bits hold, or one that is not written the one way there is.
fn version_of(bytes: &[u8]) -> Option<Option<u64>> {
    if bytes.len() > MAX_POINTER_LEN {
        return None;
    }
    let rest = bytes.strip_prefix(b"octostore ")?;
    let (digits, rest) = rest.split_once_str(b"\n")?;
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    (is_number && rest.starts_with(b"oid ")).then(|| decimal(digits))
}

fn parse_v1(bytes: &[u8]) -> Result<Pointer> {
    let mut lines = Lines { rest: bytes, number: 0 };
    lines.next("octostore 1")?;
    let oid = lines.next("oid blake3:<64 lowercase hexadecimal digits>")?.after(b"oid blake3:")?;
    let oid = oid.parse(|text| FileId::from_hex(text.to_str().ok()?))?;
    // An empty file is stored as it is and has no pointer.
    let size = |text: &[u8]| decimal(text).filter(|size| (1..=MAX_SIZE).contains(size));
    let size = lines.next("size <decimal number of bytes>")?.after(b"size ")?.parse(size)?;
    let chunker = lines.next("chunker oc1")?.after(b"chunker ")?;
    if chunker.text != CHUNKER && !chunker.text.is_empty() {
        return Err(too_new(&format!("chunker \"{}\"", shown(chunker.text))));
    }
    chunker.parse(|text| (text == CHUNKER).then_some(()))?;
    lines.end()?;
    Ok(Pointer { oid, size })
}

/// The lines of a pointer, read one after the other.
struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

/// One line, with what must be in it.
struct Line<'a> {
    text: &'a [u8],
    number: usize,
    expected: &'static str,
}

impl<'a> Lines<'a> {
    fn next(&mut self, expected: &'static str) -> Result<Line<'a>> {
        self.number += 1;
        let number = self.number;
        let Some((text, rest)) = self.rest.split_once_str(b"\n") else {
            return Err(malformed(number, expected, self.rest));
        };
        self.rest = rest;
        Ok(Line { text, number, expected })
    }

    /// Nothing may follow. A line that looks like one of a later grammar is refused as such.
    fn end(&self) -> Result<()> {
        if self.rest.is_empty() {
            return Ok(());
        }
        let line = self.rest.lines().next().unwrap_or_default();
        let word: Vec<u8> = line.iter().copied().take_while(u8::is_ascii_lowercase).collect();
        if !word.is_empty() && line.get(word.len()) == Some(&b' ') {
            return Err(too_new(&format!("the line \"{}\"", shown(line))));
        }
        Err(malformed(self.number + 1, "nothing more", line))
    }
}

impl<'a> Line<'a> {
    fn after(self, prefix: &[u8]) -> Result<Line<'a>> {
        match self.text.strip_prefix(prefix) {
            Some(text) => Ok(Line { text, ..self }),
            None => Err(malformed(self.number, self.expected, self.text)),
        }
    }

    fn parse<T>(&self, read: impl FnOnce(&[u8]) -> Option<T>) -> Result<T> {
        read(self.text).ok_or_else(|| malformed(self.number, self.expected, self.text))
    }
}

/// A number as this grammar writes it: no sign, no leading zero.
fn decimal(digits: &[u8]) -> Option<u64> {
    let canonical = digits == b"0" || (digits.first()? != &b'0' && digits.iter().all(u8::is_ascii_digit));
    digits.to_str().ok().filter(|_| canonical)?.parse().ok()
}

fn shown(text: &[u8]) -> String {
    text.as_bstr().chars().take(80).flat_map(char::escape_debug).collect()
}

fn malformed(line: usize, expected: &str, found: &[u8]) -> Error {
    Error::new(
        Code::PointerInvalid,
        format!("the pointer is malformed: line {line} must be \"{expected}\" and is \"{}\"", shown(found)),
    )
    .remedy("Restore the file from an earlier commit, or add the data again with \"octostore add\".")
    .with("line", line.to_string())
}

fn too_new(what: &str) -> Error {
    Error::new(
        Code::VersionTooNew,
        format!("the pointer has {what}, and this octostore reads pointers of version {VERSION} with chunker oc1"),
    )
    .remedy("Install a newer octostore.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    fn text(size: &str, more: &str) -> Vec<u8> {
        format!("octostore 1\noid blake3:{HEX}\nsize {size}\nchunker oc1\n{more}").into_bytes()
    }

    #[test]
    fn the_text_is_exactly_this() {
        let pointer = Pointer { oid: FileId::from_hex(HEX).unwrap(), size: 1_048_576 };
        assert_eq!(pointer.to_bytes(), text("1048576", ""));
        assert_eq!(Pointer::parse(&text("1048576", "")).unwrap(), Some(pointer));
    }

    #[test]
    fn the_longest_pointer_is_under_200_bytes() {
        let pointer = Pointer { oid: FileId([255; 32]), size: MAX_SIZE };
        assert!(pointer.to_bytes().len() < 200);
        assert_eq!(Pointer::parse(&pointer.to_bytes()).unwrap(), Some(pointer));
    }

    #[test]
    fn data_that_merely_starts_with_the_word_is_data() {
        let mut long = text("1", "");
        long.resize(MAX_POINTER_LEN + 1, b'\n');
        for data in [
            &b""[..],
            b"octostore",
            b"octostore 1\n",
            b"octostore one\noid ",
            b"octostore 1\r\noid x",
            b"octostore \noid ",
            &long,
        ] {
            assert_eq!(Pointer::parse(data).unwrap(), None, "{:?}", data.as_bstr());
        }
    }

    #[test]
    fn what_comes_from_a_newer_octostore_is_refused_by_name() {
        for (bytes, name) in [
            (b"octostore 2\noid sha3:x\n".to_vec(), "version 2"),
            (b"octostore 99999999999999999999999\noid x".to_vec(), "version unknown"),
            (text("1", "kind tree\n"), "kind tree"),
            (text("1", "flavour sweet\n"), "flavour sweet"),
            (text("1", "").replace("oc1", "oc2"), "oc2"),
        ] {
            let error = Pointer::parse(&bytes).unwrap_err();
            assert_eq!(error.code(), Code::VersionTooNew, "{error:?}");
            assert!(error.message().contains(name), "{error:?}");
        }
    }

    #[test]
    fn a_malformed_pointer_names_the_line_and_what_was_expected() {
        let good = text("12", "");
        for (bytes, line) in [
            (good.replace("blake3", "blake2"), 2),
            (good.replace("aabb", "AABB"), 2),
            (good.replace("aabb", "aab"), 2),
            (good.replace("size 12", "size 012"), 3),
            (good.replace("size 12", "size -1"), 3),
            (good.replace("size 12", "size 0"), 3),
            (good.replace("size 12", "size 9223372036854775808"), 3),
            (good.replace("size 12", "size 18446744073709551616"), 3),
            (good.replace("size 12\n", ""), 3),
            (good[..good.len() - 1].to_vec(), 4),
            (good.replace("chunker oc1", "chunker "), 4),
            (text("12", "\n"), 5),
            (good.replace("12\n", "12\r\n"), 3),
        ] {
            let error = Pointer::parse(&bytes).unwrap_err();
            assert_eq!(error.code(), Code::PointerInvalid, "{error:?}");
            assert!(error.message().contains(&format!("line {line} must be")), "{error:?}");
        }
    }

    #[test]
    fn a_pointer_cut_anywhere_or_with_any_byte_changed_is_never_another_pointer() {
        let good = text("12", "");
        let whole = Pointer::parse(&good).unwrap();
        for cut in 0..good.len() {
            assert!(!matches!(Pointer::parse(&good[..cut]), Ok(Some(_))), "cut at {cut}");
        }
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                assert_ne!(Pointer::parse(&bad).ok().flatten(), whole, "byte {at} bit {bit}");
            }
        }
    }
}
