//! The files of an import into the work tree and the index: everything is made ready beside, then renamed, then staged in
//! one step of git's. What was there and is not from an earlier import is never touched.

use super::Target;
use super::report::Counts;
use crate::error::{Code, Error, Result};
use crate::facade::{FileState, Repo};
use crate::import::Record;
use crate::job::{Job, total};
use crate::repo::{Pointer, RepoPath, attributes, index};
use crate::store::files::{open_up, read_if_there};
use crate::store::materialise::{materialise, sync_dirs};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, Metadata};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// More than this is not written out a second time: the work tree gets pointers, and `pull` brings what is needed.
const WRITTEN_OUT: u64 = 8 << 30;

/// What is to be done with the paths of an import.
#[derive(Default)]
struct Work {
    write: Vec<(RepoPath, Pointer)>,
    /// The work tree has the right bytes already.
    settled: Vec<(RepoPath, Pointer, Metadata)>,
    remove: Vec<RepoPath>,
}

impl Repo {
    pub(super) fn place(&self, target: &Target, old: Option<&Record>, record: &Record, job: &Job) -> Result<Counts> {
        let root = self.git().work_dir()?.to_owned();
        let wanted = target.files(record)?;
        let before = old.map(|o| target.files(o)).transpose()?.unwrap_or_default();
        let mut counts = count(&wanted, &before, record);
        let work = self.compare(&root, &wanted, &before, job)?;
        let bytes = total(work.write.iter().map(|w| w.1.size));
        counts.pointers = bytes > WRITTEN_OUT || !self.wants_data()?;
        let mut undo = Undo::default();
        let made = self.make_ready(&root, &work.write, counts.pointers, job)?;
        let attributes = self.track_target(&root, target, &wanted, &mut undo)?;
        let placed = put(&root, &work.write, made, &mut undo)?;
        let text = record.to_bytes()?;
        let record_path = target.record()?;
        let record_file = ready_record(&record_path.to_path(&root), &text, &mut undo)?;
        job.check()?;
        let staged = placed.iter().map(|(p, q, m)| (*p, *q, m)).chain(work.settled.iter().map(|(p, q, m)| (p, q, m)));
        let mut texts: Vec<(&RepoPath, &[u8])> = vec![(&record_path, &text)];
        texts.extend(attributes.as_ref().map(|(path, bytes)| (path, bytes.as_slice())));
        let change = index::Change {
            pointers: &staged.collect::<Vec<_>>(),
            texts: &texts,
            removed: &work.remove.iter().collect::<Vec<_>>(),
        };
        index::change(self.git(), &change)?;
        undo.done();
        // Last: who is killed before can simply run the import again.
        record_file.map_or(Ok(()), |(temp, file)| publish(temp, &file))?;
        remove_files(&root, target, &work.remove)?;
        Ok(counts)
    }

    fn compare(
        &self,
        root: &Path,
        wanted: &BTreeMap<RepoPath, Pointer>,
        before: &BTreeMap<RepoPath, Pointer>,
        job: &Job,
    ) -> Result<Work> {
        let entries: HashMap<RepoPath, index::IndexEntry> =
            index::tracked_entries(self.git())?.into_iter().map(|e| (e.path.clone(), e)).collect();
        let mut work = Work::default();
        refuse_bent_folders(root, wanted.keys())?;
        for (path, pointer) in wanted {
            let file = path.to_path(root);
            let entry = entries.get(path);
            let staged = entry.and_then(|e| e.pointer);
            let metadata = match fs::symlink_metadata(&file) {
                Ok(metadata) => metadata,
                Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                    // A file that its user removed from an import that is still the same stays away.
                    if staged != Some(*pointer) || before.get(path) != Some(pointer) {
                        work.write.push((path.clone(), *pointer));
                    }
                    continue;
                }
                Err(e) => return Err(Error::io(&file, "looking at a file", e)),
            };
            if !metadata.is_file() {
                return Err(in_the_way(path));
            }
            if let (Some(entry), Some(staged)) = (entry, staged) {
                let clean =
                    matches!(self.state_of(root, entry, &staged, job)?, FileState::Present | FileState::Pointer);
                if clean && staged == *pointer {
                    continue;
                }
                if clean && before.get(path) == Some(&staged) {
                    work.write.push((path.clone(), *pointer));
                    continue;
                }
            }
            // Put there by an import that was killed before it could stage it.
            if !self.holds(&file, &metadata, pointer, job)? {
                return Err(in_the_way(path));
            }
            work.settled.push((path.clone(), *pointer, metadata));
        }
        for path in before.keys().filter(|p| !wanted.contains_key(p)) {
            let Some(entry) = entries.get(path) else { continue };
            if let Some(pointer) = entry.pointer
                && self.state_of(root, entry, &pointer, job)? == FileState::Modified
            {
                return Err(in_the_way(path));
            }
            work.remove.push(path.clone());
        }
        Ok(work)
    }

    /// The files under passing names: after this the disk has room for all of them.
    fn make_ready(&self, root: &Path, write: &[(RepoPath, Pointer)], pointers: bool, job: &Job) -> Result<Passing> {
        self.cache().clear_temp()?;
        let dir = self.cache().temp_dir(root)?;
        let phase = job.phase("write files", total(write.iter().map(|w| w.1.size)), write.len() as u64);
        let passing = Passing((0..write.len()).map(|n| dir.join(format!(".octostore-import-{n}"))).collect());
        let make = |(n, (path, pointer)): (usize, &(RepoPath, Pointer))| {
            let (passing, file) = (&passing.0[n], path.to_path(root));
            let permissions = fs::metadata(&file).ok().map(|m| m.permissions());
            if !pointers && pointer.size > 0 && self.is_cached(pointer) {
                return materialise(self.cache(), pointer.oid, pointer.size, passing, permissions, &phase).map(drop);
            }
            write_pointer(passing, pointer, permissions).map_err(|e| Error::io(&file, "writing a pointer", e))?;
            phase.advance(pointer.size, 1)
        };
        self.context().pool()?.install(|| write.par_iter().enumerate().try_for_each(make))?;
        Ok(passing)
    }

    /// Tracks what is not tracked yet; gives `.gitattributes`, which is staged with the data.
    fn track_target(
        &self,
        root: &Path,
        target: &Target,
        wanted: &BTreeMap<RepoPath, Pointer>,
        undo: &mut Undo,
    ) -> Result<Option<(RepoPath, Vec<u8>)>> {
        let paths: Vec<RepoPath> = wanted.keys().cloned().collect();
        let file = root.join(".gitattributes");
        if !attributes::are_tracked(self.git(), &paths)?.into_iter().all(|t| t) {
            undo.restore(&file)?;
            attributes::track(root, &[pattern(target)?])?;
            let tracked = attributes::are_tracked(self.git(), &paths)?;
            if let Some((path, _)) = paths.iter().zip(tracked).find(|(_, tracked)| !tracked) {
                return Err(Error::new(
                    Code::NotTracked,
                    format!("{path} cannot be tracked: a rule in a .gitattributes file says otherwise"),
                )
                .remedy("Change that rule, or import to another place.")
                .with("path", path.to_string()));
            }
        }
        let path = RepoPath::from_bytes(b".gitattributes")?;
        Ok(read_if_there(&file)?.map(|bytes| (path, bytes)))
    }
}

fn count(wanted: &BTreeMap<RepoPath, Pointer>, before: &BTreeMap<RepoPath, Pointer>, record: &Record) -> Counts {
    let mut counts = Counts { files: record.files().count() as u64, ..Counts::default() };
    counts.bytes = total(record.files().map(|f| f.size));
    for (path, pointer) in wanted {
        match before.get(path) {
            None => counts.added += 1,
            Some(old) if old == pointer => counts.unchanged += 1,
            Some(_) => counts.changed += 1,
        }
    }
    counts.removed = before.keys().filter(|p| !wanted.contains_key(p)).count() as u64;
    counts.skipped = record.objects.iter().flat_map(|o| o.skipped.iter().cloned()).collect();
    counts
}

/// Whether `to` is the path of the file itself: it has the file's name or its ending, or the file has no ending.
pub(super) fn names_a_file(to: &RepoPath, name: &[u8]) -> bool {
    let last = |path: &[u8]| path.rsplit(|b| *b == b'/').next().unwrap_or_default().to_ascii_lowercase();
    let ending = |name: &[u8]| name.iter().rposition(|b| *b == b'.').filter(|at| *at > 0).map(|at| name[at..].to_vec());
    let (to, name) = (last(to.as_bytes()), last(name));
    let endings = (ending(&to), ending(&name));
    to == name || (endings.0.is_some() && (endings.0 == endings.1 || endings.1.is_none()))
}

/// The pattern that tracks the target and nothing else.
fn pattern(target: &Target) -> Result<String> {
    let text = std::str::from_utf8(target.to.as_bytes()).map_err(|_| {
        Error::new(Code::UnsupportedPath, format!("{} is not UTF-8, so no pattern can track it", target.to))
            .remedy("Track it by a pattern that matches it, or import to another place.")
    })?;
    let mut pattern = String::from("/");
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    if !target.single {
        pattern.push('/');
    }
    Ok(pattern)
}

fn in_the_way(path: &RepoPath) -> Error {
    Error::new(Code::AlreadyExists, format!("{path} is there, and is not as an earlier import brought it"))
        .remedy(
            "Nothing was staged. Move it away or restore it with \"git checkout\", then run the same command again.",
        )
        .with("path", path.to_string())
}

/// Folders on the way must be folders: a link would lead out of the work tree.
fn refuse_bent_folders<'a>(root: &Path, paths: impl Iterator<Item = &'a RepoPath>) -> Result<()> {
    let mut folders = BTreeSet::new();
    for path in paths {
        let bytes = path.as_bytes();
        folders.extend(bytes.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| &bytes[..at]));
    }
    for folder in folders {
        let folder = RepoPath::from_bytes(folder)?;
        if fs::symlink_metadata(folder.to_path(root)).is_ok_and(|m| !m.is_dir()) {
            return Err(Error::new(Code::AlreadyExists, format!("{folder} is there, and is not a folder"))
                .remedy("Move it away, or import to another place.")
                .with("path", folder.to_string()));
        }
    }
    Ok(())
}

/// Files under passing names; those that were not renamed are removed.
struct Passing(Vec<PathBuf>);

impl Drop for Passing {
    fn drop(&mut self) {
        self.0.iter().for_each(|p| {
            let _ = fs::remove_file(p);
        });
    }
}

fn write_pointer(path: &Path, pointer: &Pointer, permissions: Option<fs::Permissions>) -> std::io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(&pointer.to_bytes())?;
    // As `materialise` does it, so that git never takes it for changed in the second of its index.
    file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(2))?;
    permissions.map_or_else(|| open_up(&file), |p| file.set_permissions(p))
}

/// Renames the files to their names. The folders are made first, so that little is left to fail.
fn put<'a>(
    root: &Path,
    write: &'a [(RepoPath, Pointer)],
    passing: Passing,
    undo: &mut Undo,
) -> Result<Vec<(&'a RepoPath, &'a Pointer, Metadata)>> {
    let files: Vec<PathBuf> = write.iter().map(|w| w.0.to_path(root)).collect();
    let dirs: BTreeSet<&Path> = files.iter().filter_map(|f| f.parent()).collect();
    dirs.iter().try_for_each(|dir| undo.create_dir(dir))?;
    let mut placed = Vec::with_capacity(write.len());
    for ((path, pointer), (file, from)) in write.iter().zip(files.iter().zip(&passing.0)) {
        let failed = |e| Error::io(file, "renaming a file", e);
        let new = fs::symlink_metadata(file).is_err();
        fs::rename(from, file).map_err(failed)?;
        if new {
            undo.created(file);
        }
        placed.push((path, pointer, fs::symlink_metadata(file).map_err(failed)?));
    }
    sync_dirs(dirs)?;
    Ok(placed)
}

/// The record under a passing name beside its own; none if it is there already.
fn ready_record(file: &Path, text: &[u8], undo: &mut Undo) -> Result<Option<(tempfile::NamedTempFile, PathBuf)>> {
    if read_if_there(file)?.as_deref() == Some(text) {
        return Ok(None);
    }
    let failed = |e| Error::io(file, "writing the record", e);
    let dir = file.parent().unwrap_or(Path::new("."));
    undo.create_dir(dir)?;
    let mut temp = tempfile::Builder::new().prefix(".tmp-").tempfile_in(dir).map_err(failed)?;
    temp.write_all(text).map_err(failed)?;
    open_up(temp.as_file()).map_err(failed)?;
    temp.as_file().sync_data().map_err(failed)?;
    Ok(Some((temp, file.to_owned())))
}

fn publish(temp: tempfile::NamedTempFile, file: &Path) -> Result<()> {
    temp.persist(file).map_err(|e| Error::io(file, "writing the record", e.error))?;
    sync_dirs(file.parent())
}

/// Files that are gone from the source, and the folders that are empty then.
fn remove_files(root: &Path, target: &Target, removed: &[RepoPath]) -> Result<()> {
    let top = target.to.to_path(root);
    for path in removed {
        let file = path.to_path(root);
        match fs::remove_file(&file) {
            Ok(()) => {}
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(e) => return Err(Error::io(&file, "removing a file", e)),
        }
        let folders = file.ancestors().skip(1).take_while(|dir| dir.starts_with(&top));
        // One that is not empty ends it.
        let _ = folders.map(fs::remove_dir).take_while(std::result::Result::is_ok).count();
    }
    Ok(())
}

/// Takes back what was done in the work tree unless it is told that all went well.
#[derive(Default)]
struct Undo(Vec<Step>);

enum Step {
    Remove(PathBuf),
    RemoveDir(PathBuf),
    Restore(PathBuf, Vec<u8>),
}

impl Undo {
    fn created(&mut self, file: &Path) {
        self.0.push(Step::Remove(file.to_owned()));
    }

    /// Remembers a small file as it is now.
    fn restore(&mut self, file: &Path) -> Result<()> {
        self.0.push(match read_if_there(file)? {
            Some(bytes) => Step::Restore(file.to_owned(), bytes),
            None => Step::Remove(file.to_owned()),
        });
        Ok(())
    }

    fn create_dir(&mut self, dir: &Path) -> Result<()> {
        let missing: Vec<_> = dir.ancestors().take_while(|d| !d.exists()).map(Path::to_owned).collect();
        crate::store::files::create_dir(dir)?;
        self.0.extend(missing.into_iter().rev().map(Step::RemoveDir));
        Ok(())
    }

    fn done(mut self) {
        self.0.clear();
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        for step in self.0.drain(..).rev() {
            // The call fails already; whatever cannot be taken back either is seen by git.
            let _ = match step {
                Step::Remove(file) => fs::remove_file(file),
                Step::RemoveDir(dir) => fs::remove_dir(dir),
                Step::Restore(file, bytes) => fs::write(file, bytes),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_target_is_a_file_when_it_is_named_like_one() {
        let is = |to: &str, name: &str| names_a_file(&RepoPath::from_bytes(to.as_bytes()).unwrap(), name.as_bytes());
        assert!(is("data/x.csv", "y.CSV"));
        assert!(is("data/x.csv", "download"));
        assert!(is("data/LICENSE", "LICENSE"));
        assert!(!is("data", "y.csv"));
        assert!(!is("data/v1.2", "y.csv"));
        assert!(!is("data/.hidden", "y"));
    }
}
