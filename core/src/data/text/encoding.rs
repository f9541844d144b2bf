//! Text in other encodings becomes UTF-8 while it is read.
//!
//! UTF-16 is known by its byte order mark. A text that is not UTF-8 where it is looked at is taken for windows-1252, of which
//! Latin-1 is a part: what old spreadsheets write.

use std::io::{Read, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// With so many bytes of a mark before it.
    Utf8 {
        mark: usize,
    },
    Utf16Le,
    Utf16Be,
    Windows1252,
}

impl Encoding {
    /// By the beginning of a file, which may be cut within a character.
    pub(crate) fn of(head: &[u8]) -> Encoding {
        match head {
            [0xef, 0xbb, 0xbf, ..] => return Encoding::Utf8 { mark: 3 },
            [0xff, 0xfe, ..] => return Encoding::Utf16Le,
            [0xfe, 0xff, ..] => return Encoding::Utf16Be,
            _ => {}
        }
        match std::str::from_utf8(head) {
            Err(e) if e.error_len().is_some() => Encoding::Windows1252,
            _ => Encoding::Utf8 { mark: 0 },
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 { .. } => "UTF-8",
            Encoding::Utf16Le => "UTF-16, little-endian",
            Encoding::Utf16Be => "UTF-16, big-endian",
            Encoding::Windows1252 => "windows-1252",
        }
    }

    /// Whether delimiters and line ends are single bytes that mean nothing else.
    pub(crate) fn is_ascii_based(self) -> bool {
        matches!(self, Encoding::Utf8 { .. } | Encoding::Windows1252)
    }

    /// Makes a stream of UTF-8 of one that begins at the beginning of the file, or, `within` it, after its mark.
    pub(crate) fn decoded(self, mut from: Box<dyn Read + Send>, within: bool) -> Result<Box<dyn Read + Send>> {
        let kind = match self {
            Encoding::Utf8 { mark } => {
                if !within {
                    let mut marks = [0; 3];
                    from.read_exact(&mut marks[..mark])?;
                }
                return Ok(from);
            }
            Encoding::Utf16Le => encoding_rs::UTF_16LE,
            Encoding::Utf16Be => encoding_rs::UTF_16BE,
            Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
        };
        let decoder = kind.new_decoder_with_bom_removal();
        Ok(Box::new(Decoded {
            from,
            decoder,
            raw: vec![0; 64 << 10],
            have: 0..0,
            last: false,
            over: Vec::new(),
            given: 0,
        }))
    }
}

/// Gives UTF-8 of a stream in another encoding.
struct Decoded {
    from: Box<dyn Read + Send>,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    have: std::ops::Range<usize>,
    last: bool,
    /// Decoded, and given as far as `given`.
    over: Vec<u8>,
    given: usize,
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        while self.given == self.over.len() {
            if self.have.is_empty() {
                if self.last {
                    return Ok(0);
                }
                let n = self.from.read(&mut self.raw)?;
                self.have = 0..n;
                self.last = n == 0;
            }
            let raw = &self.raw[self.have.clone()];
            let most = self.decoder.max_utf8_buffer_length(raw.len()).unwrap_or(raw.len() * 3 + 16);
            self.over.resize(most, 0);
            let (_, read, written, malformed) = self.decoder.decode_to_utf8(raw, &mut self.over, self.last);
            if malformed {
                return Err(std::io::Error::new(
                    std::io::ErrorKind::InvalidData,
                    "the text does not hold to its encoding",
                ));
            }
            self.have.start += read;
            self.over.truncate(written);
            self.given = 0;
        }
        let n = buffer.len().min(self.over.len() - self.given);
        buffer[..n].copy_from_slice(&self.over[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (Encoding, Option<String>) {
        let encoding = Encoding::of(bytes);
        let mut text = String::new();
        let from: Box<dyn Read + Send> = Box::new(std::io::Cursor::new(bytes.to_vec()));
        let read = encoding.decoded(from, false).unwrap().read_to_string(&mut text);
        (encoding, read.ok().map(|_| text))
    }

    #[test]
    fn each_encoding_gives_the_same_text() {
        let text = "naïve – café €";
        let with_mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        assert_eq!(read(text.as_bytes()), (Encoding::Utf8 { mark: 0 }, Some(text.into())));
        assert_eq!(read(&with_mark), (Encoding::Utf8 { mark: 3 }, Some(text.into())));
        let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
        };
        assert_eq!(read(&utf16(u16::to_le_bytes)), (Encoding::Utf16Le, Some(text.into())));
        assert_eq!(read(&utf16(u16::to_be_bytes)), (Encoding::Utf16Be, Some(text.into())));
        assert_eq!(read(b"na\xefve \x96 caf\xe9 \x80"), (Encoding::Windows1252, Some(text.into())));
    }

    #[test]
    fn a_character_that_the_look_cuts_is_still_utf8() {
        assert_eq!(Encoding::of("caf\u{e9}".as_bytes().split_last().unwrap().1), Encoding::Utf8 { mark: 0 });
    }

    #[test]
    fn half_a_character_at_the_end_is_an_error() {
        assert_eq!(read(b"\xff\xfea\0b"), (Encoding::Utf16Le, None));
    }
}
