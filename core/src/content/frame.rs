//! A frame: one chunk or manifest node as it lies in a pack. 16 bytes of header, then the body, raw or compressed.
//!
//! The header says enough to find the next frame, so a staging file that was torn by a crash is readable up to the tear.
//! `docs/format.md`, "Frame".

use super::ids::{Kind, ObjectId, object_id};
use crate::error::{Code, Error, Result};
use bytes::Bytes;
use std::cell::RefCell;

/// Bytes of a frame's header.
pub(crate) const HEADER_LEN: usize = 16;
/// No frame holds more raw bytes than this: the length has 24 bits in an index entry.
pub(crate) const MAX_RAW: usize = (1 << 24) - 1;
/// No frame's body is longer, so that a reader knows what a lie may cost it.
pub(crate) const MAX_BODY: usize = 1 << 25;
/// No frame is longer.
pub(crate) const MAX_STORED: u32 = (HEADER_LEN + MAX_BODY) as u32;

/// Level of the compression of new chunks. Level 3 gains 6 % at 1.7 times the cost; a repack may choose it.
const LEVEL: i32 = 1;
/// Level of the probe that decides whether a chunk is worth compressing.
const PROBE_LEVEL: i32 = -5;
const PROBE_LEN: usize = 4096;

/// What to do about a frame that is not what it should be, wherever it lies.
const REMEDY: &str = "Run \"octostore fsck\", which takes damage out of the cache, then \"octostore pull\"; \"octostore fsck --store\" checks the store.";

/// What a frame holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FrameKind {
    /// A piece of a file; the id is the hash of the raw bytes.
    Chunk = 0,
    /// A manifest node; the id is the hash of the raw bytes.
    Node = 1,
    /// Where the chunks of a leaf node lie; the id is the leaf's. A hint that is checked by use, not by hash.
    Locations = 2,
}

/// How the body is written. 2 (zstd with prefix), 3 (encrypted) and 4 (external object range) are reserved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Encoding {
    /// The raw bytes.
    Raw = 0,
    /// One zstd frame.
    Zstd = 1,
}

/// Length, kind and encoding in one 32-bit word, as pack indexes and tables hold them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Word(pub u32);

impl Word {
    pub(crate) fn new(kind: FrameKind, encoding: Encoding, raw_len: usize) -> Self {
        debug_assert!(raw_len <= MAX_RAW);
        Word(raw_len as u32 | (encoding as u32) << 24 | (kind as u32) << 28)
    }
    pub(crate) fn raw_len(self) -> usize {
        (self.0 & 0x00ff_ffff) as usize
    }
    pub(crate) fn kind(self) -> Result<FrameKind> {
        match self.0 >> 28 {
            0 => Ok(FrameKind::Chunk),
            1 => Ok(FrameKind::Node),
            2 => Ok(FrameKind::Locations),
            k => Err(unknown("kind", k)),
        }
    }
    pub(crate) fn encoding(self) -> Result<Encoding> {
        match (self.0 >> 24) & 15 {
            0 => Ok(Encoding::Raw),
            1 => Ok(Encoding::Zstd),
            e => Err(unknown("encoding", e)),
        }
    }
}

fn unknown(what: &str, number: u32) -> Error {
    Error::new(Code::VersionTooNew, format!("a frame has {what} {number}, which this version does not know"))
        .remedy("Update octostore.")
}

/// A frame ready to be written.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub id: ObjectId,
    pub word: Word,
    pub header: [u8; HEADER_LEN],
    pub body: Bytes,
}

impl Frame {
    /// The frame of a chunk, compressed if that is worth it.
    pub(crate) fn chunk(id: ObjectId, raw: &Bytes) -> Result<Self> {
        Self::encode(id, FrameKind::Chunk, raw)
    }

    /// The frame of a thing that is not a chunk; `id` is its hash, or its leaf's.
    pub(crate) fn encode(id: ObjectId, kind: FrameKind, raw: &Bytes) -> Result<Self> {
        let (encoding, body) = match compress(raw)? {
            Some(packed) => (Encoding::Zstd, packed),
            None => (Encoding::Raw, raw.clone()),
        };
        let word = Word::new(kind, encoding, raw.len());
        Ok(Frame { id, word, header: header(word, &body), body })
    }

    /// Bytes of the frame in a pack.
    pub(crate) fn stored_len(&self) -> u64 {
        (HEADER_LEN + self.body.len()) as u64
    }
}

fn header(word: Word, body: &[u8]) -> [u8; HEADER_LEN] {
    let mut h = [0; HEADER_LEN];
    h[0] = ((word.0 >> 24) & 15) as u8;
    h[1] = (word.0 >> 28) as u8;
    h[4..8].copy_from_slice(&(body.len() as u32).to_le_bytes());
    h[8..12].copy_from_slice(&(word.0 & 0x00ff_ffff).to_le_bytes());
    let sum = checksum(&h, body);
    h[12..16].copy_from_slice(&sum.to_le_bytes());
    h
}

fn checksum(header: &[u8; HEADER_LEN], body: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&header[..12]);
    sum.update(body);
    sum.finalize()
}

/// What a frame's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub word: Word,
    pub body_len: usize,
}

impl Header {
    /// Bytes of the frame in a pack.
    pub(crate) fn stored_len(&self) -> usize {
        HEADER_LEN + self.body_len
    }
}

/// Reads the header at the start of `bytes`; `None` if there are too few bytes or they cannot be a header.
pub(crate) fn read_header(bytes: &[u8]) -> Option<Header> {
    let h = bytes.get(..HEADER_LEN)?;
    let body_len = u32::from_le_bytes(h[4..8].try_into().ok()?) as usize;
    let raw_len = u32::from_le_bytes(h[8..12].try_into().ok()?);
    if h[2] != 0 || h[3] != 0 || h[0] > 15 || h[1] > 15 || raw_len > MAX_RAW as u32 || body_len > MAX_BODY {
        return None;
    }
    Some(Header { word: Word(raw_len | u32::from(h[0]) << 24 | u32::from(h[1]) << 28), body_len })
}

/// Checks that `stored` is exactly one undamaged frame, without decompressing it.
pub(crate) fn check(stored: &[u8]) -> Option<Header> {
    let found = read_header(stored)?;
    let head: &[u8; HEADER_LEN] = stored.get(..HEADER_LEN)?.try_into().ok()?;
    let sum = u32::from_le_bytes(head[12..16].try_into().ok()?);
    let whole = stored.len() == found.stored_len() && checksum(head, &stored[HEADER_LEN..]) == sum;
    whole.then_some(found)
}

/// The raw bytes of a stored frame of any kind, checked against its checksum but not against an id.
pub(crate) fn raw(stored: &Bytes) -> Result<Bytes> {
    let damaged = |how: &str| Error::new(Code::Corrupt, format!("a stored frame is damaged: {how}")).remedy(REMEDY);
    let found = check(stored).ok_or_else(|| damaged("its checksum does not fit"))?;
    let body = stored.slice(HEADER_LEN..);
    let raw = match found.word.encoding()? {
        Encoding::Raw => body,
        Encoding::Zstd => decompress(&body, found.word.raw_len()).ok_or_else(|| damaged("it does not decompress"))?,
    };
    if raw.len() == found.word.raw_len() { Ok(raw) } else { Err(damaged("its length is wrong")) }
}

/// The raw bytes of a stored frame, which must be of this kind and, but for locations, hash to `id`.
pub(crate) fn decode(id: &ObjectId, kind: FrameKind, stored: &Bytes) -> Result<Bytes> {
    let named = |e: Error| Error::new(e.code(), format!("{id}: {}", e.message())).with("id", id.to_string());
    let raw = raw(stored).map_err(named)?;
    let another = |what: &str| {
        Error::new(Code::Corrupt, format!("{id}: the stored frame is of another {what}"))
            .remedy(REMEDY)
            .with("id", id.to_string())
    };
    if read_header(stored).map(|h| h.word.kind()).transpose()? != Some(kind) {
        return Err(another("kind"));
    }
    let hashed = match kind {
        FrameKind::Chunk => object_id(Kind::Chunk, &raw),
        FrameKind::Node => object_id(Kind::Node, &raw),
        FrameKind::Locations => *id,
    };
    if hashed == *id { Ok(raw) } else { Err(another("id")) }
}

struct Codec {
    probe: zstd::bulk::Compressor<'static>,
    compress: zstd::bulk::Compressor<'static>,
    decompress: zstd::bulk::Decompressor<'static>,
}

thread_local! {
    // Contexts are 100s of KiB and slow to set up, so each worker thread keeps its own.
    static CODEC: RefCell<Option<Codec>> = const { RefCell::new(None) };
}

fn with_codec<T>(f: impl FnOnce(&mut Codec) -> std::io::Result<T>) -> std::io::Result<T> {
    CODEC.with(|cell| {
        let mut slot = cell.borrow_mut();
        if slot.is_none() {
            *slot = Some(Codec {
                probe: zstd::bulk::Compressor::new(PROBE_LEVEL)?,
                compress: zstd::bulk::Compressor::new(LEVEL)?,
                decompress: zstd::bulk::Decompressor::new()?,
            });
        }
        match slot.as_mut() {
            Some(codec) => f(codec),
            None => Err(std::io::ErrorKind::OutOfMemory.into()),
        }
    })
}

/// The compressed bytes, or `None` where compressing saves less than a sixteenth: such data is stored as it is. A probe
/// of the middle 4 KiB finds incompressible chunks at a thirtieth of the cost.
fn compress(raw: &Bytes) -> Result<Option<Bytes>> {
    let worth = |packed: usize, of: usize| packed + of / 16 < of;
    let packed = with_codec(|codec| {
        if raw.len() >= 2 * PROBE_LEN {
            let middle = raw.len() / 2 - PROBE_LEN / 2;
            let sample = &raw[middle..middle + PROBE_LEN];
            if !worth(codec.probe.compress(sample)?.len(), PROBE_LEN) {
                return Ok(None);
            }
        }
        codec.compress.compress(raw).map(Some)
    })
    .map_err(|e| Error::internal(format!("zstd: {e}")))?;
    Ok(packed.filter(|p| worth(p.len(), raw.len())).map(Bytes::from))
}

fn decompress(body: &[u8], raw_len: usize) -> Option<Bytes> {
    with_codec(|codec| codec.decompress.decompress(body, raw_len)).ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn stored(frame: &Frame) -> Bytes {
        [&frame.header[..], &frame.body].concat().into()
    }

    fn text() -> Bytes {
        "one,two,three\n".repeat(4000).into()
    }

    #[test]
    fn a_frame_gives_its_bytes_back() {
        for raw in [Bytes::new(), Bytes::from_static(b"x"), text()] {
            let id = object_id(Kind::Chunk, &raw);
            let frame = Frame::chunk(id, &raw).unwrap();
            assert_eq!(decode(&id, FrameKind::Chunk, &stored(&frame)).unwrap(), raw);
        }
        let frame = Frame::chunk(object_id(Kind::Chunk, &text()), &text()).unwrap();
        assert!(frame.body.len() < text().len() / 10);
    }

    #[test]
    fn every_flipped_bit_of_a_frame_is_found() {
        let raw = Bytes::from("a little text, a little text, a little text, a little text");
        let id = object_id(Kind::Chunk, &raw);
        let good = stored(&Frame::chunk(id, &raw).unwrap());
        for bit in 0..good.len() * 8 {
            let mut bad = good.to_vec();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(&id, FrameKind::Chunk, &bad.into()).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_frame_under_another_id_or_kind_is_refused() {
        let raw = Bytes::from_static(b"node or chunk?");
        let id = object_id(Kind::Chunk, &raw);
        let good = stored(&Frame::chunk(id, &raw).unwrap());
        assert!(decode(&object_id(Kind::Node, &raw), FrameKind::Chunk, &good).is_err());
        assert!(decode(&id, FrameKind::Node, &good).is_err());
    }

    #[test]
    fn an_unknown_encoding_is_named() {
        let raw = Bytes::from_static(b"x");
        let mut frame = Frame::chunk(object_id(Kind::Chunk, &raw), &raw).unwrap();
        frame.header[0] = 2;
        let sum = checksum(&frame.header, &frame.body);
        frame.header[12..].copy_from_slice(&sum.to_le_bytes());
        let e = decode(&frame.id, FrameKind::Chunk, &stored(&frame)).unwrap_err();
        assert_eq!(e.code(), Code::VersionTooNew);
    }
}
