//! A pack: frames one after the other, an index of them, a fixed footer. Immutable once its footer is written.
//!
//! A reader who knows a pack's length asks for its last bytes, finds the footer and, almost always, the whole index.
//! `docs/format.md`, "Pack".

use super::frame::{Frame, HEADER_LEN, MAX_STORED, Word, check};
use super::ids::{ObjectId, PackId};
use crate::error::{Code, Error, Result};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// A pack is ended when it is this long...
pub(crate) const TARGET_LEN: u64 = 64 << 20;
/// ...or has this many entries.
pub(crate) const MAX_ENTRIES: usize = 16_384;
/// How much of a pack's end a reader asks for first: the index of an average pack of chunks is 40 KiB.
pub(crate) const TAIL_LEN: u64 = 128 << 10;

pub(crate) const HEADER: [u8; 16] = *b"OCTOPACK\x01\0\0\0\0\0\0\0";
/// A reader refuses an index with more entries, or more base references, than this: what it costs is then bounded.
const MOST: u32 = 1 << 20;
const END: [u8; 8] = *b"OCTOPEND";
const ENTRY_LEN: usize = 40;
const BASE_LEN: usize = 36;
pub(crate) const FOOTER_LEN: usize = 96;
/// The part of the footer that the pack's hash covers.
const HASHED_LEN: usize = 56;

/// One frame in a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PackEntry {
    pub id: ObjectId,
    pub offset: u64,
    pub stored_len: u32,
    pub word: Word,
}

/// A finished pack.
#[derive(Clone, Debug)]
pub(crate) struct Pack {
    pub id: PackId,
    pub len: u64,
    pub hash: [u8; 32],
    pub entries: Vec<PackEntry>,
}

/// What the end of a pack says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Footer {
    pub index_offset: u64,
    pub index_len: u64,
    entries: u32,
    bases: u32,
    index_hash: [u8; 32],
    pub hash: [u8; 32],
}

impl Footer {
    fn hashed_part(&self) -> [u8; HASHED_LEN] {
        let mut part = [0; HASHED_LEN];
        part[..8].copy_from_slice(&self.index_offset.to_le_bytes());
        part[8..16].copy_from_slice(&self.index_len.to_le_bytes());
        part[16..20].copy_from_slice(&self.entries.to_le_bytes());
        part[20..24].copy_from_slice(&self.bases.to_le_bytes());
        part[24..].copy_from_slice(&self.index_hash);
        part
    }

    fn pack_hash(&self, pack: PackId) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("octostore 1 pack");
        hasher.update(&pack.0);
        hasher.update(&self.hashed_part());
        *hasher.finalize().as_bytes()
    }

    /// Bytes of an index with this many entries and base references.
    fn index_len_by_counts(&self) -> u64 {
        u64::from(self.entries) * ENTRY_LEN as u64 + u64::from(self.bases) * BASE_LEN as u64
    }

    /// Reads the footer of the pack from its last bytes.
    pub(crate) fn parse(pack: PackId, pack_len: u64, tail: &[u8]) -> Result<Footer> {
        let damaged = |how: &str| damaged(pack, how);
        let start = tail.len().checked_sub(FOOTER_LEN).ok_or_else(|| damaged("it is cut off"))?;
        let f = &tail[start..];
        if f[88..96] != END {
            return Err(damaged("its end is missing (a cut-off pack?)"));
        }
        let footer = Footer {
            index_offset: u64_at(f, 0),
            index_len: u64_at(f, 8),
            entries: u32_at(f, 16),
            bases: u32_at(f, 20),
            index_hash: hash_at(f, 24),
            hash: hash_at(f, 56),
        };
        if footer.pack_hash(pack) != footer.hash {
            return Err(damaged("its footer does not fit its hash"));
        }
        if footer.entries.max(footer.bases) > MOST || footer.index_len != footer.index_len_by_counts() {
            return Err(damaged("its index has an impossible length"));
        }
        let index_end = footer.index_offset.checked_add(footer.index_len);
        if index_end.and_then(|end| end.checked_add(FOOTER_LEN as u64)) != Some(pack_len) {
            return Err(damaged("its length is not what its footer says"));
        }
        Ok(footer)
    }

    /// Reads the index, whose bytes lie at `index_offset`.
    pub(crate) fn parse_index(&self, pack: PackId, index: &[u8]) -> Result<Vec<PackEntry>> {
        if index.len() as u64 != self.index_len_by_counts()
            || blake3::derive_key("octostore 1 pack index", index) != self.index_hash
        {
            return Err(damaged(pack, "its index does not fit its hash"));
        }
        let mut offset = HEADER.len() as u64;
        let entries = index[..self.entries as usize * ENTRY_LEN].chunks_exact(ENTRY_LEN).map(|e| {
            let stored_len = u32_at(e, 32);
            let entry = PackEntry { id: ObjectId(hash_at(e, 0)), offset, stored_len, word: Word(u32_at(e, 36)) };
            offset += u64::from(stored_len);
            entry
        });
        let entries: Vec<_> = entries.collect();
        let possible = |e: &PackEntry| (HEADER_LEN as u32..=MAX_STORED).contains(&e.stored_len);
        if offset != self.index_offset || !entries.iter().all(possible) {
            return Err(damaged(pack, "its index does not cover its frames"));
        }
        Ok(entries)
    }
}

/// The error for a pack that is not what it should be.
pub(crate) fn damaged(pack: PackId, how: &str) -> Error {
    Error::new(Code::Corrupt, format!("pack {pack} is damaged: {how}"))
        .remedy(
            "Run \"octostore fsck\" to see what it held; chunks that another pack or the store has are fetched again.",
        )
        .with("pack", pack.to_string())
}

fn u32_at(b: &[u8], at: usize) -> u32 {
    let mut n = [0; 4];
    n.copy_from_slice(&b[at..at + 4]);
    u32::from_le_bytes(n)
}
fn u64_at(b: &[u8], at: usize) -> u64 {
    let mut n = [0; 8];
    n.copy_from_slice(&b[at..at + 8]);
    u64::from_le_bytes(n)
}
fn hash_at(b: &[u8], at: usize) -> [u8; 32] {
    let mut n = [0; 32];
    n.copy_from_slice(&b[at..at + 32]);
    n
}

/// Writes a pack into a file, frame by frame. The file is readable up to its last whole frame at any time.
pub(crate) struct PackWriter {
    id: PackId,
    path: PathBuf,
    out: BufWriter<File>,
    len: u64,
    entries: Vec<PackEntry>,
}

impl PackWriter {
    /// Begins a pack in `file`, which is empty and open for writing at `path`.
    pub(crate) fn begin(id: PackId, path: &Path, file: File) -> Result<Self> {
        let mut writer = PackWriter {
            id,
            path: path.to_owned(),
            out: BufWriter::with_capacity(1 << 20, file),
            len: 0,
            entries: Vec::new(),
        };
        writer.write(&HEADER)?;
        Ok(writer)
    }

    /// Goes on with a pack whose frames were read from `file`, which now ends behind the last of them.
    pub(crate) fn resume(id: PackId, path: &Path, file: File, entries: Vec<PackEntry>) -> Self {
        let len = entries.last().map_or(HEADER.len() as u64, |e| e.offset + u64::from(e.stored_len));
        PackWriter { id, path: path.to_owned(), out: BufWriter::with_capacity(1 << 20, file), len, entries }
    }

    pub(crate) fn id(&self) -> PackId {
        self.id
    }
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
    pub(crate) fn is_full(&self) -> bool {
        self.len >= TARGET_LEN || self.entries.len() >= MAX_ENTRIES
    }

    /// Appends a new frame.
    pub(crate) fn append(&mut self, frame: &Frame) -> Result<PackEntry> {
        let entry = self.entry(frame.id, frame.stored_len() as u32, frame.word);
        self.write(&frame.header)?;
        self.write(&frame.body)?;
        self.entries.push(entry);
        Ok(entry)
    }

    /// Appends a frame as it was stored elsewhere.
    pub(crate) fn append_stored(&mut self, id: ObjectId, stored: &[u8]) -> Result<PackEntry> {
        let Some(header) = check(stored) else {
            return Err(Error::new(Code::Corrupt, format!("the stored bytes of {id} are damaged"))
                .remedy("Run \"octostore fsck\", which takes the damage out of the cache; nothing was written.")
                .with("id", id.to_string()));
        };
        let entry = self.entry(id, stored.len() as u32, header.word);
        self.write(stored)?;
        self.entries.push(entry);
        Ok(entry)
    }

    fn entry(&self, id: ObjectId, stored_len: u32, word: Word) -> PackEntry {
        PackEntry { id, offset: self.len, stored_len, word }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(|e| Error::io(&self.path, "writing a pack", e))?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Hands all frames so far to the operating system: they survive the death of this process.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.out.flush().map_err(|e| Error::io(&self.path, "writing a pack", e))
    }

    /// Writes index and footer and makes the file durable.
    pub(crate) fn finish(mut self) -> Result<Pack> {
        let mut index = Vec::with_capacity(self.entries.len() * ENTRY_LEN);
        for e in &self.entries {
            index.extend_from_slice(&e.id.0);
            index.extend_from_slice(&e.stored_len.to_le_bytes());
            index.extend_from_slice(&e.word.0.to_le_bytes());
        }
        let mut footer = Footer {
            index_offset: self.len,
            index_len: index.len() as u64,
            entries: self.entries.len() as u32,
            bases: 0,
            index_hash: blake3::derive_key("octostore 1 pack index", &index),
            hash: [0; 32],
        };
        footer.hash = footer.pack_hash(self.id);
        self.write(&index)?;
        self.write(&footer.hashed_part())?;
        self.write(&footer.hash)?;
        self.write(&END)?;
        self.flush()?;
        self.out.get_ref().sync_data().map_err(|e| Error::io(&self.path, "writing a pack", e))?;
        Ok(Pack { id: self.id, len: self.len, hash: footer.hash, entries: self.entries })
    }
}
