//! git's packet lines: four hexadecimal digits of length, then the bytes; `0000` ends a list.

use std::io::{self, Read, Write};

/// The most bytes that one packet carries.
pub(super) const MAX: usize = 65_516;

/// Reads packets.
pub(super) struct Reader<R> {
    input: R,
    /// What is left of the packet under way.
    left: usize,
    /// The list ended with a flush packet.
    ended: bool,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(input: R) -> Self {
        Reader { input, left: 0, ended: true }
    }

    /// The next packet's length; `None` at a flush packet.
    fn next_len(&mut self) -> io::Result<Option<usize>> {
        let mut digits = [0; 4];
        self.input.read_exact(&mut digits)?;
        let text = std::str::from_utf8(&digits).ok().filter(|t| t.bytes().all(|b| b.is_ascii_hexdigit()));
        let len = text.and_then(|t| usize::from_str_radix(t, 16).ok());
        match len {
            Some(0) => Ok(None),
            Some(n) if (4..=MAX + 4).contains(&n) => Ok(Some(n - 4)),
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, "not a packet of git's protocol")),
        }
    }

    /// Reads packets up to a flush packet, each without its final line break; `None` if the input ends before the first.
    pub(super) fn lines(&mut self) -> io::Result<Option<Vec<Vec<u8>>>> {
        let mut lines = Vec::new();
        loop {
            let len = match self.next_len() {
                Ok(Some(len)) => len,
                Ok(None) => return Ok(Some(lines)),
                Err(e) if e.kind() == io::ErrorKind::UnexpectedEof && lines.is_empty() => {
                    return Ok(None);
                }
                Err(e) => return Err(e),
            };
            let mut line = vec![0; len];
            self.input.read_exact(&mut line)?;
            if line.last() == Some(&b'\n') {
                line.pop();
            }
            lines.push(line);
        }
    }

    /// Begins to read content, which goes up to a flush packet.
    pub(super) fn begin_content(&mut self) {
        (self.left, self.ended) = (0, false);
    }

    /// Reads what is left of the content.
    pub(super) fn drain(&mut self) -> io::Result<()> {
        io::copy(self, &mut io::sink()).map(|_| ())
    }
}

impl<R: Read> Read for Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.left == 0 && !self.ended {
            match self.next_len()? {
                Some(len) => self.left = len,
                None => self.ended = true,
            }
        }
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let most = self.left.min(buffer.len());
        let n = self.input.read(&mut buffer[..most])?;
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= n;
        Ok(n)
    }
}

/// Writes one packet.
pub(super) fn write(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    write!(output, "{:04x}", bytes.len() + 4)?;
    output.write_all(bytes)
}

/// Writes a flush packet and hands all to the reader.
pub(super) fn flush(output: &mut impl Write) -> io::Result<()> {
    output.write_all(b"0000")?;
    output.flush()
}
