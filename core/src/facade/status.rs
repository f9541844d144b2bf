//! `status`: where the data of each tracked file stands. No file is read whose stat data git's index holds.

use super::call::call;
use super::{FileState, FileStatus, Repo};
use crate::content::frame::Frame;
use crate::content::ids::{FileId, ObjectId};
use crate::content::ingest::{ChunkSink, SMALL, Stored, encode_small, ingest};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::job::Job;
use crate::repo::{Pointer, RepoPath, attributes, index, revs};
use crate::store::known::Known;
use crate::store::supply::{Supply, Want};
use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};

impl Repo {
    /// The state of every tracked file, in path order.
    pub fn status(&self, job: &Job) -> Result<Vec<FileStatus>> {
        call(self.context(), "repo.status", &[], || {
            self.cache().refresh()?;
            let root = self.git().work_dir()?.to_owned();
            let head: HashMap<RepoPath, Pointer> =
                revs::head_pointers(self.git())?.into_iter().map(|e| (e.path, e.pointer)).collect();
            let known = match self.store_url()? {
                Some((url, _)) => Known::open_offline(self.root(), &url)?,
                None => None,
            };
            let mut statuses = Vec::new();
            for entry in index::tracked_entries(self.git())? {
                job.check()?;
                let Some(pointer) = entry.pointer else {
                    continue;
                };
                let state = self.state_of(&root, &entry, &pointer, job)?;
                statuses.push(FileStatus {
                    state,
                    staged: head.get(&entry.path) != Some(&pointer),
                    cached: self.is_cached(&pointer),
                    pushed: pointer.size == 0
                        || known.as_ref().is_some_and(|k| k.get(&ObjectId::from(pointer.oid)).is_some()),
                    pointer: Some(pointer),
                    path: entry.path,
                });
            }
            for path in self.untracked()? {
                statuses.push(FileStatus {
                    path,
                    state: FileState::Untracked,
                    pointer: None,
                    staged: false,
                    cached: false,
                    pushed: false,
                });
            }
            statuses.sort_by(|a, b| a.path.cmp(&b.path));
            Ok(statuses)
        })
    }

    fn untracked(&self) -> Result<Vec<RepoPath>> {
        let root = self.git().work_dir()?;
        let mut listed = self.git().list_files(&[], "--others")?;
        // Links and the like are never added.
        listed.retain(|p| std::fs::symlink_metadata(p.to_path(root)).is_ok_and(|m| m.is_file()));
        let tracked = attributes::are_tracked(self.git(), &listed)?;
        Ok(listed.into_iter().zip(tracked).filter(|(_, t)| *t).map(|(p, _)| p).collect())
    }

    /// The state of one file of the index.
    pub(super) fn state_of(
        &self,
        root: &Path,
        entry: &index::IndexEntry,
        pointer: &Pointer,
        job: &Job,
    ) -> Result<FileState> {
        let file = entry.path.to_path(root);
        let metadata = match std::fs::symlink_metadata(&file) {
            Ok(metadata) => metadata,
            Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                return Ok(FileState::Deleted);
            }
            Err(e) => return Err(Error::io(&file, "looking at a file", e)),
        };
        if !metadata.is_file() {
            return Ok(FileState::Modified);
        }
        if pointer.size > 0 && is_pointer_file(&file, &metadata, pointer)? {
            return Ok(FileState::Pointer);
        }
        let same = entry.is_unchanged(&metadata) || self.holds(&file, &metadata, pointer, job)?;
        Ok(if same { FileState::Present } else { FileState::Modified })
    }

    /// Whether the file's bytes are the pointer's, by reading them.
    pub(super) fn holds(&self, file: &Path, metadata: &Metadata, pointer: &Pointer, job: &Job) -> Result<bool> {
        Ok(metadata.len() == pointer.size && id_of(file, pointer.size, self.context(), job)? == pointer.oid)
    }

    /// The work-tree file of a path, if it holds exactly the pointer's bytes.
    pub(super) fn clean_file(&self, path: &RepoPath, pointer: &Pointer) -> Result<Option<PathBuf>> {
        let Ok(root) = self.git().work_dir() else {
            return Ok(None);
        };
        let entries = index::tracked_entries(self.git())?;
        let Some(entry) = entries.iter().find(|e| e.path == *path && e.pointer.as_ref() == Some(pointer)) else {
            return Ok(None);
        };
        let state = self.state_of(root, entry, pointer, &Job::new())?;
        Ok((state == FileState::Present).then(|| path.to_path(root)))
    }

    /// Whether the cache holds all of a file version.
    pub(super) fn is_cached(&self, pointer: &Pointer) -> bool {
        if pointer.size == 0 {
            return true;
        }
        let cache = self.cache();
        let mut whole = true;
        let walked = Supply::new(cache, None).leaves(&[pointer.oid], Want::Nodes, &mut |_, _, leaf| {
            whole &= leaf.children.iter().all(|c| cache.locate(&c.id).is_some());
            Ok(())
        });
        whole && walked.is_ok()
    }
}

/// Whether the file is the pointer's text: data that was not pulled.
pub(super) fn is_pointer_file(file: &Path, metadata: &Metadata, pointer: &Pointer) -> Result<bool> {
    let text = pointer.to_bytes();
    if metadata.len() != text.len() as u64 {
        return Ok(false);
    }
    let found = std::fs::read(file).map_err(|e| Error::io(file, "reading", e))?;
    Ok(found == text)
}

/// The id that a file of this size has as data, by reading it.
pub(super) fn id_of(file: &Path, size: u64, context: &Context, job: &Job) -> Result<FileId> {
    let phase = job.phase("compare", size, 1);
    let mut open = File::open(file).map_err(|e| Error::io(file, "reading", e))?;
    if size <= SMALL as u64 {
        // Not worth the windows and threads that a large file is read with; one byte more shows that it has grown.
        let mut bytes = Vec::new();
        (&mut open).take(size + 1).read_to_end(&mut bytes).map_err(|e| Error::io(file, "reading", e))?;
        phase.advance(bytes.len() as u64, 1)?;
        return Ok(encode_small(&bytes.into(), &HashOnly)?.1);
    }
    let mut read = |buffer: &mut [u8]| open.read(buffer).map_err(|e| Error::io(file, "reading", e));
    Ok(ingest(&mut read, &HashOnly, &*context.pool()?, &|n| phase.advance(n, 0))?.id)
}

/// A sink for finding a file's id without keeping anything: says of each chunk that it is there, so that none is
/// compressed.
struct HashOnly;

impl ChunkSink for HashOnly {
    fn has(&self, _: &ObjectId) -> bool {
        true
    }
    fn put(&self, _: Vec<Frame>) -> Result<Stored> {
        Ok(Stored::default())
    }
}
