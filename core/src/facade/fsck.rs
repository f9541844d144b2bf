//! `fsck`: is every byte what its id says, and is everything there that the commits name?

use super::call::call;
use super::{FsckOptions, FsckReport, Problem, Repo, lock};
use crate::content::ids::ObjectId;
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::log::Level;
use crate::repo::revs;
use crate::store::cache::verify_pack;
use crate::store::check::check;
use crate::store::known::Known;
use crate::store::layout::Access;
use crate::store::lock::ProcessLock;

impl Repo {
    /// Checks every byte against its hash: the cache and, if asked, the store. The data of the index and of every ref must
    /// be somewhere too. What is wrong is reported; damaged chunks are taken out of the cache, so that they can be brought
    /// anew, and nothing else is repaired. An error means that the check itself could not be done.
    pub fn fsck(&self, options: &FsckOptions, job: &Job) -> Result<FsckReport> {
        call(self.context(), "repo.fsck", &[("store", options.store)], || {
            let mut report = FsckReport::default();
            let lock_held = ProcessLock::take(self.root(), job)?;
            self.cache().refresh()?;
            self.check_cache(job, &mut report)?;
            drop(lock_held);
            if options.store {
                let store = self.connect(Access::Read)?;
                let mut store = lock(&store);
                let found = check(&mut store, self.config()?.repository()?, job)?;
                report.packs += found.packs;
                report.bytes += found.bytes;
                report.files += found.files;
                found.problems.iter().for_each(|e| report.problems.push(problem(e)));
            }
            self.check_versions(&mut report)?;
            Ok(report)
        })
    }

    fn check_cache(&self, job: &Job, report: &mut FsckReport) -> Result<()> {
        let packs = self.cache().packs()?;
        let phase = job.phase("verify", 0, packs.len() as u64);
        for id in packs {
            match verify_pack(id, &self.cache().pack_path(id), &|n| phase.advance(n, 0)) {
                Ok(pack) => {
                    report.packs += 1;
                    report.bytes += pack.len;
                }
                Err(e) if e.code() == Code::Cancelled => return Err(e),
                Err(e) => {
                    self.cache().take_damage_out(id)?;
                    self.tell(Level::Warn, "cache", || format!("damage taken out of the cache: {}", e.message()));
                    let hint = "The damaged part was taken out of the cache. Bring it back with \"octostore pull\", or with \"octostore add\" where the file still is.";
                    report.problems.push(problem(&Error::new(e.code(), e.message()).remedy(hint)));
                }
            }
            phase.advance(0, 1)?;
        }
        Ok(())
    }

    /// Each version that the index or a ref names must be in the cache, or known to be in the store.
    fn check_versions(&self, report: &mut FsckReport) -> Result<()> {
        let known = match self.store_url()? {
            Some((url, _)) => Known::open_offline(self.root(), &url)?,
            None => None,
        };
        let mut store = self.connect_if_set().ok().flatten();
        for entry in revs::current_pointers(self.git())? {
            report.files += 1;
            let root = ObjectId::from(entry.pointer.oid);
            if self.is_cached(&entry.pointer) || known.as_ref().is_some_and(|k| k.get(&root).is_some()) {
                continue;
            }
            let in_store = match &mut store {
                Some(store) => !lock(store).find_nodes(&[root])?.is_empty(),
                None => false,
            };
            if !in_store {
                let message = format!(
                    "{}: the data of version {} is neither here nor known to be in a store",
                    entry.path,
                    super::types::short(entry.pointer.oid)
                );
                report.problems.push(problem(&Error::new(Code::MissingData, message).remedy(
                    "Add the file again where it still is, or ask whoever committed it to run \"octostore push\".",
                )));
            }
        }
        Ok(())
    }
}

fn problem(e: &Error) -> Problem {
    Problem { code: e.code(), message: e.message().into(), hint: e.hint().into() }
}
