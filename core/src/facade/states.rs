//! Where the states of profiled parts are kept between profiles, and by what name: that of the bytes of the part.

use super::Repo;
use crate::content::ids::{FileId, ObjectId};
use crate::data::Part;
use crate::error::Result;
use crate::profile::statistics::States;
use crate::store::files::{read_if_there, write_atomically};
use crate::store::supply::{Supply, Want};
use std::collections::HashMap;
use std::io::Write;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// How text is read depends on how its file begins.
const HEAD: Range<u64> = 0..1 << 20;

/// The chunks of a file: where each begins, and its id.
type Chunks = Arc<Vec<(u64, ObjectId)>>;

/// States in the local cache of a clone: files that are there whole or not at all, and checked when read.
pub(super) struct KeptStates<'a> {
    repo: &'a Repo,
    folder: PathBuf,
    /// By file; of one whose manifest is not here, none.
    chunks: Mutex<HashMap<String, Option<Chunks>>>,
}

impl<'a> KeptStates<'a> {
    pub(super) fn of(repo: &'a Repo) -> Self {
        KeptStates { repo, folder: repo.root().join("profile"), chunks: Mutex::default() }
    }

    fn chunks(&self, id: &str) -> Option<Chunks> {
        let mut known = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(id.to_owned()).or_insert_with(|| chunks_of(self.repo, id)).clone()
    }
}

impl States for KeptStates<'_> {
    /// A range of text has the name of its bytes: where rows were added to a file, the ranges before them keep theirs.
    /// Any other part has a name in its file.
    fn name(&self, part: &Part) -> Option<String> {
        let id = part.id.as_deref()?;
        let of_bytes = || {
            let (range, chunks) = (part.byte_range()?, self.chunks(id)?);
            let ending = part.name.rsplit('.').next();
            Some(format!("{ending:?} {} {}", name_of(&chunks, &HEAD), name_of(&chunks, &range)))
        };
        Some(of_bytes().unwrap_or_else(|| format!("{id} {} {}", part.in_file, part.bytes)))
    }

    fn get(&self, key: &str) -> Option<Vec<u8>> {
        read_if_there(&self.folder.join(key)).ok().flatten()
    }

    fn put(&self, key: &str, state: &[u8]) -> Result<()> {
        write_atomically(&self.folder.join(key), |f| f.write_all(state))
    }
}

/// The chunks that a file is made of, if its manifest is in the cache.
fn chunks_of(repo: &Repo, id: &str) -> Option<Chunks> {
    let id = FileId::from_hex(id)?;
    let mut chunks = Vec::new();
    let found = Supply::new(repo.cache(), None).leaves(&[id], Want::Nodes, &mut |_, offset, leaf| {
        let mut at = offset;
        for child in &leaf.children {
            chunks.push((at, child.id));
            at += child.len;
        }
        Ok(())
    });
    found.ok().map(|()| Arc::new(chunks))
}

/// A name for a range of a file: the chunks that it touches, and where in them it begins and ends.
fn name_of(chunks: &[(u64, ObjectId)], range: &Range<u64>) -> String {
    let first = chunks.partition_point(|(at, _)| *at <= range.start).saturating_sub(1);
    let last = chunks.partition_point(|(at, _)| *at < range.end);
    let mut hash = blake3::Hasher::new();
    let begin = chunks.get(first).map_or(0, |(at, _)| range.start.saturating_sub(*at));
    hash.update(&begin.to_le_bytes());
    hash.update(&(range.end - range.start).to_le_bytes());
    for (_, id) in &chunks[first..last] {
        hash.update(id.as_bytes());
    }
    hash.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_keeps_its_name_when_bytes_come_after_it_and_only_then() {
        let id = |n: u8| ObjectId([n; 32]);
        let before = [(0, id(1)), (100, id(2)), (180, id(3))];
        let after = [(0, id(1)), (100, id(2)), (180, id(4)), (500, id(5))];
        let same = |range| name_of(&before, &range) == name_of(&after, &range);
        assert!(same(0..100) && same(0..180) && same(20..150) && same(110..180));
        assert!(!same(0..181) && !same(170..190));
        assert_ne!(name_of(&before, &(0..100)), name_of(&before, &(0..99)));
        assert_ne!(name_of(&before, &(1..100)), name_of(&before, &(0..99)));
    }
}
