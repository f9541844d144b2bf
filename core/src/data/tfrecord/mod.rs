//! TFRecord files and the `tf.Example` messages in them: `{length, crc of length, bytes, crc of bytes}`, again and again.
//!
//! Both ways, and nothing of Arrow: who reads rows or writes them translates. The framing is that of TensorFlow's
//! `record_writer.cc`, the messages those of its `example.proto` and `feature.proto`.

mod example;
mod wire;

pub(crate) use example::{Example, Values, decode, encode, put_feature};

use crate::error::{Code, Error, Result};
use std::io::{ErrorKind, Read, Write};

/// No record is larger: a damaged length must not ask for all memory.
const MOST: u64 = 1 << 31;

/// The checksum of records: CRC-32C, turned so that a record of records keeps its own.
fn masked_crc(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// Writes one record.
pub(crate) fn write_record(to: &mut (impl Write + ?Sized), record: &[u8]) -> std::io::Result<()> {
    let length = (record.len() as u64).to_le_bytes();
    to.write_all(&length)?;
    to.write_all(&masked_crc(&length).to_le_bytes())?;
    to.write_all(record)?;
    to.write_all(&masked_crc(record).to_le_bytes())
}

/// Reads records one after another.
pub(crate) struct Records<R> {
    name: String,
    from: R,
    count: u64,
    at: u64,
}

impl<R: Read> Records<R> {
    pub(crate) fn new(name: &str, from: R) -> Self {
        Records { name: name.to_owned(), from, count: 0, at: 0 }
    }

    /// Records read so far.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The next record into `record`, or false at the end.
    pub(crate) fn read(&mut self, record: &mut Vec<u8>) -> Result<bool> {
        let mut head = [0; 12];
        if !self.fill(&mut head, true)? {
            return Ok(false);
        }
        let [length, crc] = [&head[..8], &head[8..]];
        if masked_crc(length).to_le_bytes() != *crc {
            return Err(self.damaged("the length of a record does not agree with its checksum"));
        }
        let length = u64::from_le_bytes(head[..8].try_into().unwrap_or_default());
        if length > MOST {
            return Err(self.damaged("a record is longer than 2 GiB"));
        }
        record.clear();
        let read = (&mut self.from).take(length).read_to_end(record).map_err(|e| self.io(e))?;
        let mut crc = [0; 4];
        if read as u64 != length || !self.fill(&mut crc, true)? {
            return Err(self.damaged("the file ends within a record"));
        }
        if masked_crc(record).to_le_bytes() != crc {
            return Err(self.damaged("a record does not agree with its checksum"));
        }
        self.count += 1;
        self.at += 16 + length;
        Ok(true)
    }

    /// Whether there was anything at all; less than all is damage.
    fn fill(&mut self, buffer: &mut [u8], may_end: bool) -> Result<bool> {
        let mut done = 0;
        while done < buffer.len() {
            match self.from.read(&mut buffer[done..]) {
                Ok(0) if done == 0 && may_end => return Ok(false),
                Ok(0) => return Err(self.damaged("the file ends within a record")),
                Ok(n) => done += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(self.io(e)),
            }
        }
        Ok(true)
    }

    fn io(&self, e: std::io::Error) -> Error {
        super::from_arrow(&self.name, e.into())
    }

    fn damaged(&self, why: &str) -> Error {
        let (row, at) = (self.count + 1, self.at);
        Error::new(Code::InvalidData, format!("{}: record {row} (at byte {at} of the unpacked file): {why}", self.name))
            .remedy("Restore the file, or write it again.")
            .with("path", self.name.as_str())
            .with("row", row.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_tensorflows() {
        // Of RFC 3720, B.4: 32 bytes of zero have 0x8a9136aa.
        assert_eq!(crc32c::crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(masked_crc(&[0; 32]), 0x8a91_36aa_u32.rotate_right(15).wrapping_add(0xa282_ead8));
    }

    #[test]
    fn what_is_written_is_read_and_what_is_cut_or_changed_is_not() {
        let mut file = Vec::new();
        for record in [&b"one"[..], b"", &[7; 1000]] {
            write_record(&mut file, record).unwrap();
        }
        let read = |bytes: &[u8]| -> Result<Vec<Vec<u8>>> {
            let mut records = Records::new("x", bytes);
            let (mut all, mut one) = (Vec::new(), Vec::new());
            while records.read(&mut one)? {
                all.push(one.clone());
            }
            Ok(all)
        };
        assert_eq!(read(&file).unwrap(), [b"one".to_vec(), vec![], vec![7; 1000]]);
        let whole = [19, 35, file.len()];
        for cut in (1..file.len()).filter(|c| !whole.contains(c)) {
            assert_eq!(read(&file[..cut]).unwrap_err().code(), Code::InvalidData, "cut at {cut}");
        }
        for place in 0..file.len() {
            let mut changed = file.clone();
            changed[place] ^= 0x10;
            assert_eq!(read(&changed).unwrap_err().code(), Code::InvalidData, "changed at {place}");
        }
    }
}
