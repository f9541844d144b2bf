//! Where a frame lies: in which pack, at which offset. Never part of an id; may differ by store and change by repack.

use super::frame::{HEADER_LEN, MAX_STORED, Word};
use super::ids::{ObjectId, PackId};
use super::manifest::Node;
use super::pack::{self, Pack, PackEntry};
use bytes::Bytes;

/// Where one frame lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    pub pack: PackId,
    pub pack_len: u64,
    pub offset: u64,
    pub stored_len: u32,
    pub word: Word,
}

impl Location {
    /// Where `entry` lies, which is in `pack`.
    pub(crate) fn of(pack: &Pack, entry: &PackEntry) -> Self {
        Location {
            pack: pack.id,
            pack_len: pack.len,
            offset: entry.offset,
            stored_len: entry.stored_len,
            word: entry.word,
        }
    }

    /// The first byte after the frame.
    pub(crate) fn end(&self) -> u64 {
        self.offset + u64::from(self.stored_len)
    }

    /// Whether a frame, or a leaf with its locations behind it, can lie there. Nothing else is ever asked for: a store
    /// that lies about a length must not make its reader allocate it.
    pub(crate) fn is_possible(&self) -> bool {
        let end = self.offset.checked_add(u64::from(self.stored_len));
        self.offset >= pack::HEADER.len() as u64
            && (HEADER_LEN as u32..=2 * MAX_STORED).contains(&self.stored_len)
            && end.is_some_and(|end| end <= self.pack_len)
    }
}

const PACK_LEN: usize = 24;
const ENTRY_LEN: usize = 18;

/// The locations of a leaf's chunks, as they lie behind the leaf in its pack: the packs, then one entry a chunk.
/// `docs/format.md`, "Locations".
pub(crate) fn encode_locations(locations: &[Location]) -> Bytes {
    let mut packs: Vec<(PackId, u64)> = Vec::new();
    let mut entries = Vec::with_capacity(locations.len() * ENTRY_LEN);
    for l in locations {
        let known = packs.iter().rposition(|p| p.0 == l.pack);
        let ordinal = known.unwrap_or_else(|| {
            packs.push((l.pack, l.pack_len));
            packs.len() - 1
        });
        entries.extend_from_slice(&(ordinal as u16).to_le_bytes());
        entries.extend_from_slice(&l.offset.to_le_bytes());
        entries.extend_from_slice(&l.stored_len.to_le_bytes());
        entries.extend_from_slice(&l.word.0.to_le_bytes());
    }
    let mut out = Vec::with_capacity(2 + packs.len() * PACK_LEN + entries.len());
    out.extend_from_slice(&(packs.len() as u16).to_le_bytes());
    for (pack, len) in packs {
        out.extend_from_slice(&pack.0);
        out.extend_from_slice(&len.to_le_bytes());
    }
    out.extend_from_slice(&entries);
    out.into()
}

/// Reads the locations of `leaf`'s chunks; `None` if they are not of the format or not this leaf's.
pub(crate) fn decode_locations(leaf: &Node, bytes: &[u8]) -> Option<Vec<(ObjectId, Location)>> {
    let count = usize::from(u16::from_le_bytes(bytes.get(..2)?.try_into().ok()?));
    let (packs, entries) = bytes[2..].split_at_checked(count * PACK_LEN)?;
    if entries.len() != leaf.children.len() * ENTRY_LEN {
        return None;
    }
    leaf.children
        .iter()
        .zip(entries.chunks_exact(ENTRY_LEN))
        .map(|(child, e)| {
            let ordinal = usize::from(u16::from_le_bytes(e[..2].try_into().ok()?));
            let pack = packs.get(ordinal * PACK_LEN..(ordinal + 1) * PACK_LEN)?;
            let location = Location {
                pack: PackId(pack[..16].try_into().ok()?),
                pack_len: u64::from_le_bytes(pack[16..].try_into().ok()?),
                offset: u64::from_le_bytes(e[2..10].try_into().ok()?),
                stored_len: u32::from_le_bytes(e[10..14].try_into().ok()?),
                word: Word(u32::from_le_bytes(e[14..18].try_into().ok()?)),
            };
            location.is_possible().then_some((child.id, location))
        })
        .collect()
}
