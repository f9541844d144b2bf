//! `push`: data into the store, then, if a remote is named, the branch to git.

use super::call::call;
use super::{PushOptions, PushReport, Repo, lock};
use crate::content::ids::{FileId, ObjectId};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::log::Level;
use crate::repo::revs::{self, Published, RefUpdate};
use crate::store::layout::Access;
use crate::store::push::{Version, push};
use std::collections::HashSet;

impl Repo {
    /// Uploads the data that the current branch needs and the store lacks; then, if a remote is named, pushes the branch
    /// to it. With `all`: of every branch and tag.
    pub fn push(&self, options: &PushOptions, job: &Job) -> Result<PushReport> {
        call(self.context(), "repo.push", &[("remote", options.remote.is_some()), ("all", options.all)], || {
            let updates = if options.all { revs::all_refs(self.git())? } else { revs::head_ref(self.git())? };
            let published = revs::published(self.git(), &updates, None)?;
            let report = self.push_published(published, job)?;
            if let Some(remote) = &options.remote {
                // Its pre-push hook finds the data in the store already.
                self.git().push(remote, options.all)?;
            }
            Ok(report)
        })
    }

    /// Uploads what commits need that are about to be pushed to a git remote.
    pub(super) fn push_updates(&self, updates: &[RefUpdate], remote: &str, job: &Job) -> Result<PushReport> {
        let published = revs::published(self.git(), updates, Some(remote))?;
        self.push_published(published, job)
    }

    fn push_published(&self, published: Vec<Published>, job: &Job) -> Result<PushReport> {
        if published.is_empty() {
            return Ok(PushReport::default());
        }
        let store = self.connect(Access::Write)?;
        let mut store = lock(&store);
        let repository = self.config()?.repository()?.to_owned();
        self.cache().refresh()?;
        let new: Vec<_> = published.into_iter().filter(|p| !store.known.is_published(p.pointer.oid)).collect();
        let ids: Vec<_> = new.iter().map(|p| ObjectId::from(p.pointer.oid)).collect();
        let there: HashSet<FileId> = store.find_nodes(&ids)?.into_keys().map(FileId::from).collect();
        let (here, lost): (Vec<_>, Vec<_>) =
            new.into_iter().partition(|p| there.contains(&p.pointer.oid) || self.is_cached(&p.pointer));
        if let Some(file) = lost.iter().find(|p| p.current) {
            let message =
                format!("{}: its data is neither in this clone nor in store {}", file.path, store.remote.address());
            return Err(Error::new(Code::MissingData, message)
                .remedy("Pull it from the store that has it first, or ask whoever committed it to push it; nothing was pushed.")
                .with("path", file.path.to_string()));
        }
        if here.is_empty() {
            return Ok(PushReport::default());
        }
        let versions: Vec<_> = here
            .iter()
            .map(|p| Version { id: p.pointer.oid, size: p.pointer.size, previous: p.previous.map(|q| q.oid) })
            .collect();
        let done = push(&mut store, self.cache(), &repository, &versions, job)?;
        store.known.publish(versions.iter().map(|v| v.id))?;
        self.tell(Level::Info, "store", || {
            format!("{} versions in {} packs sent, {} bytes", done.files, done.packs, done.uploaded_bytes)
        });
        Ok(PushReport {
            files: done.files,
            packs: done.packs,
            uploaded_bytes: done.uploaded_bytes,
            reused_bytes: done.reused_bytes,
        })
    }
}
