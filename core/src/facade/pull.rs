//! `fetch` and `pull`: data from the store into the cache, and from the cache into the work tree.

use super::call::call;
use super::status::is_pointer_file;
use super::{FileState, PullOptions, PullReport, Repo, lock};
use crate::content::ids::FileId;
use crate::error::{Code, Error, Result};
use crate::job::{Job, total};
use crate::log::Level;
use crate::repo::{Pointer, RepoPath, index};
use crate::store::fetch::fetch;
use crate::store::layout::Access;
use crate::store::lock::ProcessLock;
use crate::store::materialise::{materialise, sync_dirs};
use crate::store::supply::{Supply, Want};
use bstr::ByteSlice;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashSet};
use std::fs::Metadata;

impl Repo {
    /// Brings the data of the index into the cache: everything, or what patterns choose. A later `pull` or `git switch`
    /// then needs no store.
    pub fn fetch(&self, options: &PullOptions, job: &Job) -> Result<PullReport> {
        call(self.context(), "repo.fetch", &used(options), || {
            let _lock = ProcessLock::take(self.root(), job)?;
            let entries = self.chosen(options)?;
            let pointers: Vec<_> = entries.iter().filter_map(|e| e.pointer).collect();
            let mut report = PullReport::default();
            self.fetch_pointers(&pointers, job, &mut report)?;
            Ok(report)
        })
    }

    /// Writes the data of files that are still pointers into the work tree, fetching what the cache lacks. Files that
    /// the user changed are left alone.
    pub fn pull(&self, options: &PullOptions, job: &Job) -> Result<PullReport> {
        call(self.context(), "repo.pull", &used(options), || {
            let root = self.git().work_dir()?.to_owned();
            let _lock = ProcessLock::take(self.root(), job)?;
            let mut report = PullReport::default();
            let mut todo = Vec::new();
            let mut settled = Vec::new();
            for entry in self.chosen(options)? {
                let Some(pointer) = entry.pointer else {
                    continue;
                };
                let looked_at = std::fs::symlink_metadata(entry.path.to_path(&root)).ok();
                match self.state_of(&root, &entry, &pointer, job)? {
                    FileState::Pointer => todo.push((entry.path, pointer)),
                    FileState::Modified => report.kept.push(entry.path),
                    // Written by a pull that was killed before it could tell git's index.
                    FileState::Present => settled
                        .extend(looked_at.filter(|m| !entry.is_unchanged(m)).map(|m| (entry.path.clone(), pointer, m))),
                    _ => {}
                }
            }
            index::patch_stats(self.git(), &settled.iter().map(|(p, q, m)| (p, q, m)).collect::<Vec<_>>())?;
            self.write_files(todo, job, &mut report)?;
            Ok(report)
        })
    }

    /// The index entries that the patterns choose: a path, a folder, or a pattern as in `.gitignore`; with `only`, their large
    /// side files of these kinds. The small ones came with git.
    fn chosen(&self, options: &PullOptions) -> Result<Vec<index::IndexEntry>> {
        let kinds = options.only.iter().map(|k| SideKind::parse(k)).collect::<Result<Vec<_>>>()?;
        let entries = index::tracked_entries(self.git())?;
        let patterns = &options.paths;
        if patterns.is_empty() && kinds.is_empty() {
            return Ok(entries);
        }
        let matching: BTreeSet<RepoPath> = match patterns.is_empty() {
            true => BTreeSet::new(),
            false => self.git().match_files(patterns)?.into_iter().collect(),
        };
        if !patterns.is_empty() && !entries.iter().any(|e| matching.contains(&e.path)) {
            return Err(Error::new(Code::NotFound, format!("no tracked file matches {}", patterns.join(", ")))
                .remedy("\"octostore ls\" lists the tracked files."));
        }
        let is_wanted = |entry: &index::IndexEntry| match kinds.is_empty() {
            true => matching.contains(&entry.path),
            false => side_file(&entry.path).is_some_and(|(of, kind)| {
                kinds.contains(&kind) && (patterns.is_empty() || matching.iter().any(|m| m.is_in(&of)))
            }),
        };
        Ok(entries.into_iter().filter(is_wanted).collect())
    }

    /// Brings everything that these versions need into the cache.
    pub(super) fn fetch_pointers(&self, pointers: &[Pointer], job: &Job, report: &mut PullReport) -> Result<()> {
        self.cache().refresh()?;
        let away: BTreeSet<FileId> = pointers.iter().filter(|p| !self.is_cached(p)).map(|p| p.oid).collect();
        if away.is_empty() {
            return Ok(());
        }
        let files: Vec<_> = away.iter().copied().collect();
        let total = total(pointers.iter().filter(|p| away.contains(&p.oid)).map(|p| p.size));
        let store = self.connect(Access::Read)?;
        let mut store = lock(&store);
        let writer = self.cache().writer();
        let mut wanted = Vec::new();
        // Repeats in a file, such as zeros, are many places of one chunk.
        let mut seen = HashSet::new();
        let mut supply = Supply::new(self.cache(), Some(&mut store)).keeping(&writer);
        supply.leaves(&files, Want::Locations, &mut |_, _, leaf| {
            wanted.extend(
                leaf.children.iter().map(|c| c.id).filter(|id| self.cache().locate(id).is_none() && seen.insert(*id)),
            );
            job.check()
        })?;
        report.downloaded_bytes += supply.downloaded;
        let lost = || {
            Error::new(Code::MissingData, "the store lists a file whose chunks it cannot place")
                .remedy("Run \"octostore fsck --store\".")
        };
        let wanted =
            wanted.into_iter().map(|id| Ok((id, store.known.get(&id).ok_or_else(lost)?))).collect::<Result<_>>()?;
        let phase = job.phase("download", total, 0);
        report.downloaded_bytes += fetch(&store.remote, wanted, &writer, &phase)?;
        report.files = files.len() as u64;
        report.bytes = total;
        writer.finish()?;
        store.known.save()
    }

    /// Replaces pointers in the work tree by their data.
    pub(super) fn write_files(&self, todo: Vec<(RepoPath, Pointer)>, job: &Job, report: &mut PullReport) -> Result<()> {
        let root = self.git().work_dir()?.to_owned();
        let pointers: Vec<_> = todo.iter().map(|t| t.1).collect();
        self.cache().clear_temp()?;
        self.fetch_pointers(&pointers, job, report)?;
        let total = total(pointers.iter().map(|p| p.size));
        let phase = job.phase("write files", total, todo.len() as u64);
        let write = |(path, pointer): &(RepoPath, Pointer)| -> Result<Option<Metadata>> {
            let file = path.to_path(&root);
            let Ok(metadata) = std::fs::symlink_metadata(&file) else {
                return Ok(None);
            };
            // Somebody may have written to it since it was looked at.
            if !metadata.is_file() || !is_pointer_file(&file, &metadata, pointer)? {
                return Ok(None);
            }
            let written =
                materialise(self.cache(), pointer.oid, pointer.size, &file, Some(metadata.permissions()), &phase);
            written.map(Some).map_err(|e| named(path, e))
        };
        let results: Vec<Result<Option<Metadata>>> =
            self.context().pool()?.install(|| todo.par_iter().map(write).collect());
        // Files that were written count, also when another one failed: their index entries must say so.
        let mut written = Vec::new();
        let mut failure = None;
        for ((path, pointer), result) in todo.iter().zip(results) {
            match result {
                Ok(Some(metadata)) => written.push((path, pointer, metadata)),
                Ok(None) => report.kept.push(path.clone()),
                Err(e) => failure = failure.or(Some(e)),
            }
        }
        let dirs: BTreeSet<_> =
            written.iter().filter_map(|w| w.0.to_path(&root).parent().map(|p| p.to_owned())).collect();
        sync_dirs(dirs.iter().map(|d| d.as_path()))?;
        index::patch_stats(self.git(), &written.iter().map(|(p, q, m)| (*p, *q, m)).collect::<Vec<_>>())?;
        if !report.kept.is_empty() {
            self.tell(Level::Warn, "repo", || format!("{} changed files were left alone", report.kept.len()));
        }
        report.files = written.len() as u64;
        report.bytes = crate::job::total(written.iter().map(|w| w.1.size));
        failure.map_or(Ok(()), Err)
    }
}

fn used(options: &PullOptions) -> [(&'static str, bool); 2] {
    [("paths", !options.paths.is_empty()), ("only", !options.only.is_empty())]
}

/// What a side file is, as `only` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SideKind {
    Statistics,
    Schema,
    Examples,
    Sample,
}

impl SideKind {
    fn parse(name: &str) -> Result<SideKind> {
        match name {
            "statistics" => Ok(SideKind::Statistics),
            "schema" => Ok(SideKind::Schema),
            "examples" => Ok(SideKind::Examples),
            "sample" => Ok(SideKind::Sample),
            _ => {
                Err(Error::new(Code::InvalidArgument, format!("\"{}\" is no kind of side file", name.escape_default()))
                    .remedy("The kinds are statistics, schema, examples and sample.")
                    .with("only", name))
            }
        }
    }
}

/// The data that a large side file is about, and what it is. Those of no kind (rows that could not be read) only come with
/// everything.
fn side_file(path: &RepoPath) -> Option<(RepoPath, SideKind)> {
    const LARGE: &str = ".octo/data/";
    let bytes = path.as_bytes();
    let at = bytes.rfind(LARGE)?;
    let kind = match bytes.get(at + LARGE.len()..)? {
        b"parts.bin" => SideKind::Statistics,
        name if name.starts_with(b"sample.") => SideKind::Sample,
        name if name.starts_with(b"examples/") => SideKind::Examples,
        _ => return None,
    };
    Some((RepoPath::from_bytes(&bytes[..at]).ok()?, kind))
}

/// The same error, naming the file.
fn named(path: &RepoPath, e: Error) -> Error {
    if e.message().contains(&path.to_string()) {
        return e;
    }
    let hint = match e.code() {
        Code::Corrupt => {
            "Nothing was written. \"octostore fsck\" takes the damage out of the cache; then run the same command again.".into()
        }
        _ => e.hint().to_owned(),
    };
    Error::new(e.code(), format!("{path}: {}", e.message())).remedy(hint).with("path", path.to_string()).caused_by(e)
}
