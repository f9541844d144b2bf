//! `import`: files, folders, prefixes and archives from where they are into the repository, staged, with a record of where
//! every byte came from.
//!
//! `plan` finds the objects and what is known of them, `take` brings their bytes into the cache, `place` puts the files
//! into the work tree and the index in one step, `tables` samples and profiles them.

mod archive;
mod options;
mod place;
mod plan;
mod report;
mod tables;
mod take;

use super::call::call;
use super::{Document, ImportOptions, Repo};
use crate::content::ids::ObjectId;
use crate::error::{Code, Error, Result};
use crate::import::{Journal, ObjectRecord, Record, Skipped};
use crate::job::Job;
use crate::repo::{Pointer, RepoPath, commit};
use crate::store::lock::ProcessLock;
use options::Choices;
use plan::Plan;
use report::Counts;
use std::collections::BTreeMap;

/// Where the side files of an import lie.
struct Target {
    to: RepoPath,
    /// `<to>.octo`.
    side: RepoPath,
    /// `to` is the imported file itself.
    single: bool,
}

impl Target {
    fn of(to: &RepoPath) -> Result<Target> {
        if to.is_root() {
            return Err(Error::new(Code::InvalidArgument, "an import needs a folder of its own in the repository")
                .remedy("Name one with --to, such as data/raw."));
        }
        let side = RepoPath::from_bytes(&[to.as_bytes(), b".octo"].concat())?;
        Ok(Target { to: to.clone(), side, single: false })
    }

    fn record(&self) -> Result<RepoPath> {
        RepoPath::from_bytes(&[self.side.as_bytes(), b"/import.json"].concat())
    }

    /// The path of a file of the record.
    fn path(&self, name: &[u8]) -> Result<RepoPath> {
        if self.single { Ok(self.to.clone()) } else { RepoPath::from_bytes(&[self.to.as_bytes(), b"/", name].concat()) }
    }

    fn quarantine(&self, name: &[u8]) -> Result<RepoPath> {
        RepoPath::from_bytes(&[self.side.as_bytes(), b"/data/quarantine/", name].concat())
    }

    /// Every file of a record, with those in quarantine, by path.
    fn files(&self, record: &Record) -> Result<BTreeMap<RepoPath, Pointer>> {
        let mut files = BTreeMap::new();
        for object in &record.objects {
            for file in &object.files {
                files.insert(self.path(&file.path.0)?, Pointer { oid: file.id, size: file.size });
            }
            for kept in object.skipped.iter().filter_map(|s| s.kept.as_ref()) {
                files.insert(self.quarantine(&kept.path.0)?, Pointer { oid: kept.id, size: kept.size });
            }
        }
        Ok(files)
    }
}

/// What the objects of an import gave.
#[derive(Default)]
struct Taken {
    objects: Vec<ObjectRecord>,
    /// Objects that could not be imported at all.
    failed: Vec<Skipped>,
    read_bytes: u64,
    new_bytes: u64,
}

impl Repo {
    /// Copies files, folders, prefixes and archives from where they are (local, http(s), s3, gs, az) into the repository
    /// under `to`, and stages them. Archives are unpacked on the way. Nothing is staged unless all of it came in, or
    /// `on_error` says what may be left out; an import that was stopped goes on where it was when it is run again.
    pub fn import(&self, sources: &[String], to: &RepoPath, options: &ImportOptions, job: &Job) -> Result<Document> {
        let used = [
            ("update", options.update),
            ("in_place", options.in_place),
            ("sample", !options.sample.is_empty()),
            ("profile", options.profile),
            ("commit", options.commit),
            ("on_error", !options.on_error.is_empty()),
            ("license", !options.license.is_empty()),
            ("only", !options.only.is_empty()),
        ];
        call(self.context(), "repo.import", &used, || {
            let choices = Choices::of(options)?;
            let (target, record, counts) = self.import_files(sources, to, &choices, job)?;
            self.sample_and_profile(&target, &record, &choices, job)?;
            let commit = match options.commit {
                true => self.commit_import(&target, &record, &counts, options.update)?,
                false => None,
            };
            Ok(Document::new(&counts.to_json(&target.record()?, commit.as_deref())))
        })
    }

    /// The import itself, under the clone's lock.
    fn import_files(
        &self,
        sources: &[String],
        to: &RepoPath,
        choices: &Choices,
        job: &Job,
    ) -> Result<(Target, Record, Counts)> {
        let _lock = ProcessLock::take(self.root(), job)?;
        self.cache().refresh()?;
        let mut target = Target::of(to)?;
        let old = self.old_record(&target, choices)?;
        let plan = Plan::make(self, sources, &mut target, old.as_ref(), choices, job)?;
        let mut journal = Journal::open(&self.root().join("import"), &key(to))?;
        let taken = self.take_objects(&plan, &target, old.as_ref(), &mut journal, choices, job)?;
        job.check()?;
        let mut record = Record::new(plan.sources.clone(), &plan.only_text, plan.license.clone());
        record.objects = taken.objects;
        plan.keep_failed(old.as_ref(), &taken.failed, &mut record);
        let mut counts = self.place(&target, old.as_ref(), &record, job)?;
        counts.read_bytes = taken.read_bytes;
        counts.new_bytes = taken.new_bytes;
        counts.skipped.extend(taken.failed);
        journal.remove();
        Ok((target, record, counts))
    }

    fn commit_import(&self, target: &Target, record: &Record, counts: &Counts, update: bool) -> Result<Option<String>> {
        let attributes = RepoPath::from_bytes(b".gitattributes")?;
        let ours = |path: &RepoPath| path.is_in(&target.to) || path.is_in(&target.side) || *path == attributes;
        commit::commit_staged(self.git(), &ours, &counts.message(&target.to, record, update))
    }
}

/// The journal's name: a path may have any bytes.
fn key(to: &RepoPath) -> String {
    let id: ObjectId = crate::content::ids::object_id(crate::content::ids::Kind::Chunk, to.as_bytes());
    id.to_string()[..32].to_owned()
}
