//! As much of the protocol buffers' wire format as `tf.Example` takes.

/// A field of a message.
pub(super) enum Field<'a> {
    Varint(u64),
    Fixed32([u8; 4]),
    Bytes(&'a [u8]),
    /// A 64-bit number, which no message here has.
    Other,
}

/// The fields of a message, in order.
pub(super) struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    /// The next field and its number; `Err` where the bytes are no message.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Field<'a>)>, ()> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let tag = varint(&mut self.0).ok_or(())?;
        let field = match tag & 7 {
            0 => Field::Varint(varint(&mut self.0).ok_or(())?),
            1 => self.take(8).map(|_| Field::Other).ok_or(())?,
            2 => {
                let length = varint(&mut self.0).and_then(|n| usize::try_from(n).ok()).ok_or(())?;
                Field::Bytes(self.take(length).ok_or(())?)
            }
            5 => Field::Fixed32(self.take(4).and_then(|b| b.try_into().ok()).ok_or(())?),
            _ => return Err(()),
        };
        Ok(Some((tag >> 3, field)))
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

pub(super) fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

pub(super) fn put_varint(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

/// A field that is bytes or a message.
pub(super) fn put_bytes(to: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    to.push(number << 3 | 2);
    put_varint(to, bytes.len() as u64);
    to.extend_from_slice(bytes);
}
