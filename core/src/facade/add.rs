//! `add`: files into the cache, pointers into git's index. The fast way to what `git add` does through the filter.

use super::call::call;
use super::{AddReport, AddedFile, Repo};
use crate::content::ids::FileId;
use crate::content::ingest::{ChunkSink, SMALL, Stored, encode_small, ingest};
use crate::error::{Code, Error, Result};
use crate::job::{Job, Phase};
use crate::repo::{Pointer, RepoPath, attributes, index};
use crate::store::cache::CacheWriter;
use crate::store::lock::ProcessLock;
use bytes::Bytes;
use rayon::prelude::*;
use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Small files are read and cut this many at a time...
const BATCH_FILES: usize = 512;
/// ...or until they add up to this.
const BATCH_BYTES: u64 = 32 << 20;

/// A file that was read: what git shall store, and the file's state when it was read.
struct Done {
    path: RepoPath,
    pointer: Pointer,
    metadata: Metadata,
    stored: Stored,
}

/// A file to read.
struct Candidate {
    path: RepoPath,
    file: PathBuf,
    metadata: Metadata,
}

impl Repo {
    /// Reads files (or the tracked files of folders, or with no paths all tracked files that changed), stores their
    /// bytes in the cache and stages their pointers. Nothing is staged unless all of them could be read.
    pub fn add(&self, paths: &[RepoPath], job: &Job) -> Result<AddReport> {
        call(self.context(), "repo.add", &[("paths", !paths.is_empty())], || {
            let _lock = ProcessLock::take(self.root(), job)?;
            self.cache().refresh()?;
            let mut report = AddReport::default();
            let candidates = self.changed(self.candidates(paths)?, &mut report)?;
            let total = candidates.iter().map(|c| c.metadata.len()).sum();
            let phase = job.phase("add", total, candidates.len() as u64);
            let writer = self.cache().writer();
            let done = self.take_in(candidates, &writer, &phase)?;
            writer.finish()?;
            job.check()?;
            index::stage(self.git(), &done.iter().map(|d| (&d.path, &d.pointer, &d.metadata)).collect::<Vec<_>>())?;
            for d in done {
                report.read_bytes += d.metadata.len();
                report.new_bytes += d.stored.new_bytes;
                report.stored_bytes += d.stored.stored_bytes;
                report.files.push(AddedFile { path: d.path, pointer: d.pointer });
            }
            Ok(report)
        })
    }

    /// The tracked files that the arguments mean, in path order.
    fn candidates(&self, paths: &[RepoPath]) -> Result<Vec<Candidate>> {
        let root = self.git().work_dir()?;
        for path in paths {
            refuse_unsupported(path, &path.to_path(root))?;
        }
        let mut listed = self.git().list_files(paths, "--cached --others")?;
        listed.sort();
        listed.dedup();
        let tracked = attributes::are_tracked(self.git(), &listed)?;
        for path in paths {
            let at = listed.iter().position(|l| l == path);
            if at.is_some_and(|n| !tracked[n]) {
                return Err(not_tracked(path));
            }
            if at.is_none() && !path.to_path(root).is_dir() {
                return Err(Error::new(Code::NotTracked, format!("{path} is ignored by git"))
                    .remedy("Take it out of .gitignore, or name another file.")
                    .with("path", path.to_string()));
            }
        }
        let mut candidates = Vec::new();
        for (path, _) in listed.into_iter().zip(tracked).filter(|(_, tracked)| *tracked) {
            let file = path.to_path(root);
            match std::fs::symlink_metadata(&file) {
                // git's own filter does not see symlinks either.
                Ok(metadata) if metadata.is_file() => candidates.push(Candidate { path, file, metadata }),
                Ok(_) => {}
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => return Err(Error::io(&file, "looking at a file", e)),
            }
        }
        Ok(candidates)
    }

    /// Leaves out what the index says is unchanged.
    fn changed(&self, candidates: Vec<Candidate>, report: &mut AddReport) -> Result<Vec<Candidate>> {
        let entries = index::tracked_entries(self.git())?;
        let by_path: HashMap<_, _> = entries.iter().map(|e| (&e.path, e)).collect();
        let (same, changed): (Vec<_>, Vec<_>) = candidates
            .into_iter()
            .partition(|c| by_path.get(&c.path).is_some_and(|e| e.is_unchanged(&c.metadata) && self.is_kept(c, e)));
        report.unchanged = same.len() as u64;
        Ok(changed)
    }

    /// Whether the cache has what the file holds; of a file that is still its pointer nothing can be added.
    fn is_kept(&self, candidate: &Candidate, entry: &index::IndexEntry) -> bool {
        entry.pointer.as_ref().is_none_or(|p| candidate.metadata.len() != p.size || self.is_cached(p))
    }

    /// Reads files in path order: large ones on all cores one after the other, small ones many at a time.
    fn take_in(&self, candidates: Vec<Candidate>, writer: &CacheWriter<'_>, phase: &Phase) -> Result<Vec<Done>> {
        let mut done = Vec::with_capacity(candidates.len());
        let mut batch = Vec::new();
        let mut bytes = 0;
        for candidate in candidates {
            let len = candidate.metadata.len();
            if len > SMALL as u64 {
                self.take_in_small(&mut batch, writer, phase, &mut done)?;
                done.push(self.take_in_large(candidate, writer, phase)?);
                continue;
            }
            batch.push(candidate);
            bytes += len;
            if batch.len() >= BATCH_FILES || bytes >= BATCH_BYTES {
                self.take_in_small(&mut batch, writer, phase, &mut done)?;
                bytes = 0;
            }
        }
        self.take_in_small(&mut batch, writer, phase, &mut done)?;
        Ok(done)
    }

    fn take_in_large(&self, candidate: Candidate, writer: &CacheWriter<'_>, phase: &Phase) -> Result<Done> {
        let Candidate { path, file, metadata } = candidate;
        let mut open = File::open(&file).map_err(|e| Error::io(&file, "reading", e))?;
        let mut read = |buffer: &mut [u8]| open.read(buffer).map_err(|e| Error::io(&file, "reading", e));
        let taken = ingest(&mut read, writer, &*self.context().pool()?, &|n| phase.advance(n, 0))?;
        unchanged_since(&file, &metadata, taken.size)?;
        phase.advance(0, 1)?;
        Ok(Done { path, pointer: Pointer { oid: taken.id, size: taken.size }, metadata, stored: taken.stored })
    }

    fn take_in_small(
        &self,
        batch: &mut Vec<Candidate>,
        writer: &CacheWriter<'_>,
        phase: &Phase,
        done: &mut Vec<Done>,
    ) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let candidates = std::mem::take(batch);
        let encoded = self
            .context()
            .pool()?
            .install(|| candidates.into_par_iter().map(|c| encode(c, writer)).collect::<Result<Vec<_>>>())?;
        for (Candidate { path, metadata, .. }, pointer, frames) in encoded {
            let stored = writer.put(frames)?;
            phase.advance(metadata.len(), 1)?;
            done.push(Done { path, pointer, metadata, stored });
        }
        Ok(())
    }
}

type Encoded = (Candidate, Pointer, Vec<crate::content::frame::Frame>);

fn encode(candidate: Candidate, writer: &CacheWriter<'_>) -> Result<Encoded> {
    let raw = Bytes::from(std::fs::read(&candidate.file).map_err(|e| Error::io(&candidate.file, "reading", e))?);
    unchanged_since(&candidate.file, &candidate.metadata, raw.len() as u64)?;
    // A file that was not pulled is its pointer already.
    let named = |e: Error| Error::new(e.code(), format!("{}: {}", candidate.path, e.message())).remedy(e.hint());
    if let Some(pointer) = Pointer::parse(&raw).map_err(named)? {
        return Ok((candidate, pointer, Vec::new()));
    }
    let (frames, oid): (_, FileId) = encode_small(&raw, writer)?;
    Ok((candidate, Pointer { oid, size: raw.len() as u64 }, frames))
}

/// An error if the file is no longer what it was before it was read.
fn unchanged_since(file: &Path, before: &Metadata, read: u64) -> Result<()> {
    let after = std::fs::symlink_metadata(file).map_err(|e| Error::io(file, "looking at a file", e))?;
    let same = after.len() == before.len() && after.modified().ok() == before.modified().ok() && read == before.len();
    if same {
        return Ok(());
    }
    Err(Error::new(Code::FileChanged, format!("{}: the file changed while it was read", file.display()))
        .remedy("Wait until whatever writes it is done, then add it again.")
        .with("path", file.display().to_string())
        .retryable_if(true))
}

fn not_tracked(path: &RepoPath) -> Error {
    Error::new(Code::NotTracked, format!("{path} is not tracked by octostore"))
        .remedy(format!(
            "Run \"octostore track '{path}'\" first, or \"git add\" for a file that git itself shall keep."
        ))
        .with("path", path.to_string())
}

fn refuse_unsupported(path: &RepoPath, file: &Path) -> Result<()> {
    let metadata = std::fs::symlink_metadata(file).map_err(|e| Error::io(file, "looking at a file", e))?;
    let kind = metadata.file_type();
    if kind.is_file() || kind.is_dir() {
        return Ok(());
    }
    let what = if kind.is_symlink() { "a symbolic link" } else { "not an ordinary file" };
    Err(Error::new(Code::UnsupportedPath, format!("{path} is {what}; only files and folders can be added"))
        .remedy("Add the file that it leads to, or let git itself keep the link with \"git add\".")
        .with("path", path.to_string()))
}
