//! How states are written as bytes: numbers in groups of seven bits, doubles as their bits, bytes with their length.

use crate::error::{Code, Error, Result};

#[derive(Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn u64(&mut self, mut x: u64) {
        while x >= 0x80 {
            self.0.push(x as u8 | 0x80);
            x >>= 7;
        }
        self.0.push(x as u8);
    }
    pub(crate) fn fixed(&mut self, x: u64) {
        self.0.extend_from_slice(&x.to_le_bytes());
    }
    pub(crate) fn f64(&mut self, x: f64) {
        self.fixed(x.to_bits());
    }
    pub(crate) fn bytes(&mut self, b: &[u8]) {
        self.u64(b.len() as u64);
        self.0.extend_from_slice(b);
    }
    pub(crate) fn text(&mut self, s: &str) {
        self.bytes(s.as_bytes());
    }
    pub(crate) fn flag(&mut self, x: bool) {
        self.0.push(u8::from(x));
    }
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Reads what a [`Writer`] wrote. Whatever the bytes are, it neither panics nor takes much memory.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Reader(bytes)
    }
    pub(crate) fn broken(&self) -> Error {
        Error::new(Code::Corrupt, "the state of a profile does not hold together")
            .remedy("Profile the data again; a damaged state in the local cache is made anew.")
    }
    fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(n).ok_or_else(|| self.broken())?;
        self.0 = tail;
        Ok(head)
    }
    pub(crate) fn u64(&mut self) -> Result<u64> {
        let mut x = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            x |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(x);
            }
        }
        Err(self.broken())
    }
    /// How many things follow, each of one byte at least.
    pub(crate) fn count(&mut self) -> Result<usize> {
        let n = self.u64()?;
        usize::try_from(n).ok().filter(|n| *n <= self.0.len()).ok_or_else(|| self.broken())
    }
    pub(crate) fn fixed(&mut self) -> Result<u64> {
        let bytes = self.take(8)?;
        Ok(bytes.try_into().map_or(0, u64::from_le_bytes))
    }
    pub(crate) fn f64(&mut self) -> Result<f64> {
        Ok(f64::from_bits(self.fixed()?))
    }
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8]> {
        let n = self.count()?;
        self.take(n)
    }
    pub(crate) fn text(&mut self) -> Result<String> {
        String::from_utf8(self.bytes()?.to_vec()).map_err(|_| self.broken())
    }
    pub(crate) fn flag(&mut self) -> Result<bool> {
        Ok(self.take(1)?[0] != 0)
    }
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
