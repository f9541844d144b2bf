//! Reading at a revision: `ls`, `log`, `open_file`, `resolve`.

use super::call::call;
use super::{Entry, LogEntry, Repo, Resolved, StoredRange, lock};
use crate::content::ids::ObjectId;
use crate::error::Result;
use crate::repo::{Pointer, RepoPath, revs};
use crate::store::FileReader;
use crate::store::layout::{self, Access};
use crate::store::supply::{Supply, Want};

impl Repo {
    /// The tracked files of a revision (empty: the index), those at or below a path if one is given.
    pub fn ls(&self, rev: &str, prefix: Option<&RepoPath>) -> Result<Vec<Entry>> {
        call(self.context(), "repo.ls", &[("rev", !rev.is_empty()), ("prefix", prefix.is_some())], || {
            let found = revs::tree_pointers(self.git(), rev, prefix)?;
            Ok(found.into_iter().map(|e| Entry { path: e.path, pointer: e.pointer }).collect())
        })
    }

    /// Every change of a path, the newest first; at most `limit` of them, or all if that is 0.
    pub fn log(&self, path: &RepoPath, limit: usize) -> Result<Vec<LogEntry>> {
        call(self.context(), "repo.log", &[("limit", limit > 0)], || {
            let changes = revs::history(self.git(), "HEAD", path, limit)?;
            Ok(changes
                .into_iter()
                .map(|c| LogEntry {
                    commit: c.commit,
                    author: c.author,
                    time: c.time,
                    subject: c.subject,
                    pointer: c.pointer,
                })
                .collect())
        })
    }

    /// Opens a file of a revision (empty: the index) for reading, without a pull: only the ranges that are read are fetched.
    pub fn open_file(&self, rev: &str, path: &RepoPath) -> Result<FileReader> {
        call(self.context(), "repo.open_file", &[("rev", !rev.is_empty())], || {
            let pointer = revs::pointer_at(self.git(), rev, path)?;
            self.cache().refresh()?;
            self.reader_of(&pointer)
        })
    }

    /// Reads what a pointer means.
    pub(super) fn reader_of(&self, pointer: &Pointer) -> Result<FileReader> {
        // All in the cache: then no store is asked, which may be out of reach.
        let store = match self.is_cached(pointer) || self.store_url()?.is_none() {
            true => None,
            false => Some(self.connect(Access::Read)?),
        };
        Ok(FileReader::new(self.state().cache.clone(), store, pointer.oid, pointer.size))
    }

    /// Where the bytes of a file of a revision are: a local file, or ranges in the store.
    pub fn resolve(&self, rev: &str, path: &RepoPath) -> Result<Resolved> {
        call(self.context(), "repo.resolve", &[("rev", !rev.is_empty())], || {
            let pointer = revs::pointer_at(self.git(), rev, path)?;
            let local = self.clean_file(path, &pointer)?;
            let mut resolved = Resolved { path: path.clone(), pointer, local, store: None, ranges: Vec::new() };
            let Some(store) = self.connect_if_set()? else {
                return Ok(resolved);
            };
            let mut store = lock(&store);
            resolved.store = Some(store.remote.address().to_string());
            if store.find_nodes(&[ObjectId::from(pointer.oid)])?.is_empty() {
                return Ok(resolved);
            }
            let mut chunks = Vec::new();
            Supply::new(self.cache(), Some(&mut store)).leaves(
                &[pointer.oid],
                Want::Locations,
                &mut |_, offset, leaf| {
                    let mut at = offset;
                    for child in &leaf.children {
                        chunks.push((at, *child));
                        at += child.len;
                    }
                    Ok(())
                },
            )?;
            for (file_offset, child) in chunks {
                if let Some(l) = store.known.get(&child.id) {
                    let object = layout::pack(l.pack);
                    let stored_length = u64::from(l.stored_len);
                    resolved.ranges.push(StoredRange {
                        file_offset,
                        length: child.len,
                        object,
                        offset: l.offset,
                        stored_length,
                    });
                }
            }
            Ok(resolved)
        })
    }
}
