//! Bytes of each format, made by hand where the library would not make them so.

use super::super::chunker::tests::data::random;
use super::super::frame::{FrameKind, HEADER_LEN, Word};
use super::super::ids::{Kind, ObjectId, PackId, object_id};
use super::super::location::{Location, encode_locations};
use super::super::manifest::{Child, Node};
use super::super::pack::{Pack, PackWriter};
use super::super::table::write_table;
use bytes::Bytes;

/// A stored frame with any header, under a right checksum.
pub(super) fn frame(kind: u8, encoding: u8, raw_len: u32, body: &[u8]) -> Vec<u8> {
    let mut stored = vec![encoding, kind, 0, 0];
    stored.extend((body.len() as u32).to_le_bytes());
    stored.extend(raw_len.to_le_bytes());
    stored.extend([0; 4]);
    stored.extend(body);
    sealed_frame(stored)
}

/// The frame with a checksum that fits.
pub(super) fn sealed_frame(mut stored: Vec<u8>) -> Vec<u8> {
    if stored.len() >= HEADER_LEN {
        let mut sum = crc32fast::Hasher::new();
        sum.update(&stored[..12]);
        sum.update(&stored[HEADER_LEN..]);
        let sum = sum.finalize().to_le_bytes();
        stored[12..HEADER_LEN].copy_from_slice(&sum);
    }
    stored
}

pub(super) fn zstd(raw: &[u8], level: i32) -> Vec<u8> {
    zstd::bulk::compress(raw, level).unwrap()
}

pub(super) const PACK: PackId = PackId(*b"0123456789abcdef");

/// Three chunks of incompressible bytes, the leaf of the file that they are, and where they lie.
pub(super) fn chunks() -> Vec<(ObjectId, Bytes)> {
    let chunk = |seed: u64| Bytes::from(random(seed, 20 + seed as usize));
    (1..4).map(chunk).map(|raw| (object_id(Kind::Chunk, &raw), raw)).collect()
}

pub(super) fn leaf() -> Node {
    Node { level: 0, children: chunks().iter().map(|(id, raw)| Child { id: *id, len: raw.len() as u64 }).collect() }
}

pub(super) fn leaf_id() -> ObjectId {
    object_id(Kind::Node, &leaf().to_bytes())
}

/// The chunks' places in a pack that holds nothing else.
pub(super) fn places() -> Vec<Location> {
    let mut offset = 16;
    let place = |(_, raw): &(ObjectId, Bytes)| {
        let stored_len = (HEADER_LEN + raw.len()) as u32;
        let word = Word(raw.len() as u32);
        let at = Location { pack: PACK, pack_len: 5000, offset, stored_len, word };
        offset += u64::from(stored_len);
        at
    };
    chunks().iter().map(place).collect()
}

pub(super) fn locations() -> Bytes {
    encode_locations(&places())
}

/// A pack of the chunks, the leaf and its locations; its bytes.
pub(super) fn pack() -> (Pack, Vec<u8>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pack");
    let mut writer = PackWriter::begin(PACK, &path, std::fs::File::create(&path).unwrap()).unwrap();
    for (id, raw) in chunks() {
        writer.append_stored(id, &frame(FrameKind::Chunk as u8, 0, raw.len() as u32, &raw)).unwrap();
    }
    for (kind, raw) in [(FrameKind::Node, leaf().to_bytes()), (FrameKind::Locations, locations())] {
        writer.append_stored(leaf_id(), &frame(kind as u8, 0, raw.len() as u32, &raw)).unwrap();
    }
    let pack = writer.finish().unwrap();
    (pack, std::fs::read(path).unwrap())
}

/// The pack with index and footer hashes that fit; `index_at` is where the index begins.
pub(super) fn sealed_pack(mut bytes: Vec<u8>, index_at: usize) -> Vec<u8> {
    let Some(footer) = bytes.len().checked_sub(96).filter(|f| *f >= index_at) else { return bytes };
    let index = blake3::derive_key("octostore 1 pack index", &bytes[index_at..footer]);
    bytes[footer + 24..footer + 56].copy_from_slice(&index);
    let hashed = [&PACK.0[..], &bytes[footer..footer + 56]].concat();
    let hash = blake3::derive_key("octostore 1 pack", &hashed);
    bytes[footer + 56..footer + 88].copy_from_slice(&hash);
    bytes
}

pub(super) fn table() -> Vec<u8> {
    let mut rows: Vec<_> = chunks().iter().map(|c| c.0).zip(places()).collect();
    let mut out = Vec::new();
    write_table(&mut rows, &mut out).unwrap();
    out
}

/// The table with a hash that fits.
pub(super) fn sealed_table(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(at) = bytes.len().checked_sub(40) {
        let hash = blake3::derive_key("octostore 1 table", &bytes[..at]);
        bytes[at..at + 32].copy_from_slice(&hash);
    }
    bytes
}
