//! `drop`: frees local space; the store keeps the data.

use super::call::call;
use super::{DropReport, FileState, Repo, lock};
use crate::content::frame::FrameKind;
use crate::content::ids::{FileId, ObjectId, PackId};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::{Pointer, RepoPath, index};
use crate::store::files::write_atomically;
use crate::store::layout::Access;
use crate::store::lock::ProcessLock;
use crate::store::session::Store;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::Write;
use std::path::Path;

impl Repo {
    /// Turns files back into pointers and frees their space; the store, asked now, must hold their data. If it does not hold
    /// that of one of them, or one has changes, nothing is dropped.
    pub fn drop_data(&self, paths: &[RepoPath], job: &Job) -> Result<DropReport> {
        call(self.context(), "repo.drop", &[], || {
            let root = self.git().work_dir()?.to_owned();
            let _lock = ProcessLock::take(self.root(), job)?;
            self.cache().refresh()?;
            let chosen = self.to_drop(&root, paths, job)?;
            if chosen.is_empty() {
                return Ok(DropReport::default());
            }
            let store = self.connect(Access::Read)?;
            let mut store = lock(&store);
            self.must_be_stored(&mut store, &chosen)?;
            let phase = job.phase("drop", 0, chosen.len() as u64);
            let mut report = DropReport::default();
            let mut replaced = Vec::new();
            for (path, pointer) in &chosen {
                let file = path.to_path(&root);
                let permissions = std::fs::symlink_metadata(&file)
                    .map_err(|e| Error::io(&file, "looking at a file", e))?
                    .permissions();
                write_atomically(&file, |f| {
                    f.write_all(&pointer.to_bytes())?;
                    f.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(2))?;
                    f.set_permissions(permissions)
                })?;
                let metadata =
                    std::fs::symlink_metadata(&file).map_err(|e| Error::io(&file, "looking at a file", e))?;
                replaced.push((path, pointer, metadata));
                report.files += 1;
                report.freed_bytes += pointer.size;
                phase.advance(0, 1)?;
            }
            index::patch_stats(self.git(), &replaced.iter().map(|(p, q, m)| (*p, *q, m)).collect::<Vec<_>>())?;
            report.freed_bytes += self.evict(&store, &chosen)?;
            Ok(report)
        })
    }

    fn to_drop(&self, root: &Path, paths: &[RepoPath], job: &Job) -> Result<Vec<(RepoPath, Pointer)>> {
        let mut chosen = Vec::new();
        let mut met = BTreeSet::new();
        for entry in index::tracked_entries(self.git())? {
            let Some(named) = paths.iter().find(|p| entry.path.is_in(p)) else {
                continue;
            };
            met.insert(named);
            let Some(pointer) = entry.pointer.filter(|p| p.size > 0) else {
                continue;
            };
            match self.state_of(root, &entry, &pointer, job)? {
                FileState::Present => chosen.push((entry.path, pointer)),
                FileState::Modified => {
                    return Err(Error::new(Code::NotPushed, format!("{} has changes that are not added", entry.path))
                        .remedy("Add, commit and push it first; nothing was dropped.")
                        .with("path", entry.path.to_string()));
                }
                _ => {}
            }
        }
        match paths.iter().find(|p| !met.contains(p)) {
            Some(path) => Err(Error::new(Code::NotTracked, format!("{path} is no tracked file and no folder of such"))
                .remedy("\"octostore ls\" lists the tracked files.")
                .with("path", path.to_string())),
            None => Ok(chosen),
        }
    }

    /// Asks the store itself, not what this clone remembers.
    fn must_be_stored(&self, store: &mut Store, chosen: &[(RepoPath, Pointer)]) -> Result<()> {
        for (path, pointer) in chosen {
            if !store.holds(self.cache(), pointer.oid)? {
                return Err(Error::new(
                    Code::NotPushed,
                    format!("{path}: store {} does not hold its data", store.remote.address()),
                )
                .remedy("Run \"octostore push\" first; nothing was dropped.")
                .with("path", path.to_string()));
            }
        }
        Ok(())
    }

    /// Removes packs of the dropped files whose every chunk the store has too: they can be fetched again.
    fn evict(&self, store: &Store, dropped: &[(RepoPath, Pointer)]) -> Result<u64> {
        let dropped: HashSet<FileId> = dropped.iter().map(|d| d.1.oid).collect();
        let mut packs: HashMap<PackId, bool> = HashMap::new();
        let ids = self.chunks_of(&dropped)?;
        for id in &ids {
            if let Some(at) = self.cache().locate(id) {
                packs.insert(at.pack, true);
            }
        }
        for (id, at) in self.cache().rows() {
            if let Some(evictable) = packs.get_mut(&at.pack) {
                let stored = store.known.get(&id).is_some() || at.word.kind()? != FrameKind::Chunk;
                *evictable &= stored;
            }
        }
        let packs: HashSet<PackId> = packs.into_iter().filter(|(_, evictable)| *evictable).map(|(id, _)| id).collect();
        self.cache().evict(&packs)
    }

    fn chunks_of(&self, files: &HashSet<FileId>) -> Result<HashSet<ObjectId>> {
        let files: Vec<_> = files.iter().copied().collect();
        let mut ids = HashSet::new();
        let mut supply = crate::store::supply::Supply::new(self.cache(), None);
        supply.leaves(&files, crate::store::supply::Want::Nodes, &mut |_, _, leaf| {
            ids.extend(leaf.children.iter().map(|c| c.id));
            Ok(())
        })?;
        Ok(ids)
    }
}
