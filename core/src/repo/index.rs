//! git's index: reading the pointers in it, adding more, and writing stat data so that git runs no filter to see that a
//! file is unchanged.
//!
//! New entries go in by `git update-index`; then the 40 bytes of stat data of each are patched in place, under git's
//! own lock, and every other byte stays (gix would write a new index and drop git's caches from it).

use super::attributes;
use super::git::Git;
use super::path::RepoPath;
use super::pointer::{MAX_POINTER_LEN, Pointer};
use crate::error::{Code, Error, Result};
use bstr::ByteSlice;
use gix::index::entry::{Mode, Stage, Stat};
use sha1::{Digest, Sha1};
use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A file of the index that octostore tracks.
#[derive(Clone, Debug)]
pub(crate) struct IndexEntry {
    pub path: RepoPath,
    /// `None`: the file was added before it was tracked, and git holds its bytes.
    pub pointer: Option<Pointer>,
    stat: Stat,
    /// Seconds at which the index was written: a file changed in that second or later may have changed since.
    written: i64,
}

impl IndexEntry {
    /// Whether the file is, by its stat data, the one that the index describes.
    pub(crate) fn is_unchanged(&self, metadata: &Metadata) -> bool {
        let now = StatData::of(metadata);
        let s = &self.stat;
        let same = (now.mtime, now.size, now.ino) == ((s.mtime.secs, s.mtime.nsecs), s.size, s.ino)
            && now.ctime.0 == s.ctime.secs;
        same && i64::from(now.mtime.0) < self.written
    }
}

/// The tracked files of the index, in its order; files in conflict are left out.
pub(crate) fn tracked_entries(git: &Git) -> Result<Vec<IndexEntry>> {
    let repo = git.gix();
    let index = repo.index_or_empty().map_err(|e| unreadable(git, &e))?;
    let written = index.timestamp().unix_seconds();
    let mut paths = Vec::new();
    let mut entries = Vec::new();
    for entry in index.entries() {
        let is_file = entry.mode == Mode::FILE || entry.mode == Mode::FILE_EXECUTABLE;
        if is_file && entry.stage() == Stage::Unconflicted {
            paths.push(RepoPath::from_bytes(entry.path(&index))?);
            entries.push((entry.id, entry.stat));
        }
    }
    let tracked = attributes::are_tracked(git, &paths)?;
    let mut blobs = Blobs::new(&repo);
    let mut found = Vec::new();
    for ((path, (id, stat)), _) in paths.into_iter().zip(entries).zip(tracked).filter(|(_, tracked)| *tracked) {
        let pointer = blobs.data(id).map_err(|e| at_path(&path, "the index", &e))?;
        found.push(IndexEntry { path, pointer, stat, written });
    }
    Ok(found)
}

fn unreadable(git: &Git, e: &dyn std::fmt::Display) -> Error {
    Error::new(Code::Git, format!("{}: git's index cannot be read: {e}", git.git_dir().display()))
        .remedy("See whether \"git status\" can; \"git reset\" makes a new index.")
}

/// The same error, saying in which file and revision the pointer is.
pub(super) fn at_path(path: &RepoPath, place: &str, e: &Error) -> Error {
    Error::new(e.code(), format!("{path} in {place}: {}", e.message())).remedy(e.hint()).with("path", path.to_string())
}

/// Reads pointers from git's object database, each blob once.
pub(super) struct Blobs<'a> {
    repo: &'a gix::Repository,
    known: HashMap<gix::ObjectId, Option<Pointer>>,
}

impl<'a> Blobs<'a> {
    pub(super) fn new(repo: &'a gix::Repository) -> Self {
        Blobs { repo, known: HashMap::new() }
    }

    /// As [`Blobs::pointer`], for a blob of a path that is tracked: an empty one is the pointer of an empty file.
    pub(super) fn data(&mut self, id: gix::ObjectId) -> Result<Option<Pointer>> {
        if id.is_empty_blob() { Ok(Some(Pointer::empty_file())) } else { self.pointer(id) }
    }

    /// The pointer that the blob is, if it is one.
    pub(super) fn pointer(&mut self, id: gix::ObjectId) -> Result<Option<Pointer>> {
        if let Some(known) = self.known.get(&id) {
            return Ok(*known);
        }
        let failed =
            |e: &dyn std::fmt::Display| Error::new(Code::Git, format!("git's object {id} cannot be read: {e}"));
        let header = self.repo.find_header(id).map_err(|e| failed(&e))?;
        let pointer = if header.size() > MAX_POINTER_LEN as u64 {
            None
        } else {
            Pointer::parse(&self.repo.find_object(id).map_err(|e| failed(&e))?.data)?
        };
        self.known.insert(id, pointer);
        Ok(pointer)
    }
}

/// Stages pointers for files whose metadata was read before their bytes were.
pub(crate) fn stage(git: &Git, files: &[(&RepoPath, &Pointer, &Metadata)]) -> Result<()> {
    change(git, &Change { pointers: files, ..Change::default() })
}

/// What changes in the index in one step.
#[derive(Clone, Copy, Default)]
pub(crate) struct Change<'a> {
    /// Data, with the metadata that its files had before they were read.
    pub pointers: &'a [(&'a RepoPath, &'a Pointer, &'a Metadata)],
    /// Files that git itself keeps.
    pub texts: &'a [(&'a RepoPath, &'a [u8])],
    pub removed: &'a [&'a RepoPath],
}

/// Makes the change whole or not at all.
pub(crate) fn change(git: &Git, change: &Change<'_>) -> Result<()> {
    let Change { pointers, texts, removed } = *change;
    if pointers.is_empty() && texts.is_empty() && removed.is_empty() {
        return Ok(());
    }
    let repo = git.gix();
    let trust_mode = repo.filesystem_options().map_or(true, |o| o.executable_bit);
    let mut lines = Vec::new();
    for path in removed {
        let nothing = gix::ObjectId::null(repo.object_hash());
        index_line(&mut lines, "0", nothing, path);
    }
    for (path, pointer, metadata) in pointers {
        let mode = if trust_mode && is_executable(metadata) { "100755" } else { "100644" };
        index_line(&mut lines, mode, write_blob(&repo, &pointer.to_bytes())?, path);
    }
    for (path, text) in texts {
        index_line(&mut lines, "100644", write_blob(&repo, text)?, path);
    }
    remove_stale_lock(&git.git_dir().join("index"));
    update_index(git, &lines)?;
    patch_stats(git, pointers)
}

fn write_blob(repo: &gix::Repository, bytes: &[u8]) -> Result<gix::ObjectId> {
    let written = repo.write_blob(bytes).map_err(|e| {
        Error::new(Code::Git, format!("git's object database cannot be written: {e}"))
            .remedy("Check the disk and the owner of .git/objects.")
    })?;
    Ok(written.detach())
}

fn index_line(lines: &mut Vec<u8>, mode: &str, id: gix::ObjectId, path: &RepoPath) {
    lines.extend_from_slice(format!("{mode} {id}\t").as_bytes());
    lines.extend_from_slice(path.as_bytes());
    lines.push(0);
}

/// Waits for other git commands for as long as people do who type two at once.
fn update_index(git: &Git, lines: &[u8]) -> Result<()> {
    for _ in 0..LOCK_TRIES {
        match git.run(&["update-index", "-z", "--index-info"], Some(lines)) {
            Err(e) if e.code() == Code::Locked => std::thread::sleep(LOCK_WAIT),
            done => return done.map(drop),
        }
    }
    git.run(&["update-index", "-z", "--index-info"], Some(lines)).map(drop)
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o100 != 0
}
#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> bool {
    false
}

/// Writes stat data into the entries that hold these pointers; others are left alone.
pub(crate) fn patch_stats(git: &Git, files: &[(&RepoPath, &Pointer, &Metadata)]) -> Result<()> {
    let path = git.git_dir().join("index");
    // A temporary index of git's is gone before anybody could profit.
    let other = std::env::var_os("GIT_INDEX_FILE")
        .is_some_and(|named| std::path::absolute(named).ok().as_deref() != Some(&path));
    if files.is_empty() || other || !path.exists() {
        return Ok(());
    }
    wait_for_next_second(files.iter().map(|f| f.2));
    let lock = IndexLock::take(&path)?;
    let mut bytes = fs::read(&path).map_err(|e| Error::io(&path, "reading git's index", e))?;
    let wanted: HashMap<&[u8], _> =
        files.iter().map(|(p, q, m)| (p.as_bytes(), (blob_id(q), StatData::of(m)))).collect();
    match patch(&mut bytes, &wanted) {
        Some(0) => Ok(()),
        Some(_) => lock.commit(&bytes),
        // An index of a kind that we do not know is left to git, which runs the filter once for each file.
        None => Ok(()),
    }
}

/// git takes a file for possibly changed whose time is not before the index's, in whole seconds.
fn wait_for_next_second<'a>(mut files: impl Iterator<Item = &'a Metadata>) {
    let Ok(now) = SystemTime::now().duration_since(UNIX_EPOCH) else { return };
    let this_second = |m: &Metadata| {
        let modified = m.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        modified.is_some_and(|t| t.as_secs() == now.as_secs())
    };
    if files.any(this_second) {
        let rest = Duration::from_secs(1) - Duration::from_nanos(now.subsec_nanos().into());
        std::thread::sleep(rest + Duration::from_millis(2));
    }
}

fn blob_id(pointer: &Pointer) -> [u8; 20] {
    let text = pointer.to_bytes();
    let mut hasher = Sha1::new();
    hasher.update(format!("blob {}\0", text.len()));
    hasher.update(&text);
    hasher.finalize().into()
}

/// How often, and after which time each, a lock of git's is looked at again.
const LOCK_TRIES: usize = 30;
const LOCK_WAIT: Duration = Duration::from_millis(100);

/// git's lock of the index; removed when dropped. It has a second name of ours, so that the next of us knows it when we
/// are killed: only one octostore at a time works on a clone.
struct IndexLock {
    index: PathBuf,
    path: PathBuf,
    ours: PathBuf,
    file: File,
    committed: bool,
}

impl IndexLock {
    fn take(index: &Path) -> Result<Self> {
        let path = index.with_extension("lock");
        let ours = our_name(index);
        remove_stale_lock(index);
        for _ in 0..LOCK_TRIES {
            match create_lock(&path, &ours) {
                Ok(file) => {
                    let index = index.to_owned();
                    return Ok(IndexLock { index, path, ours, file, committed: false });
                }
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => std::thread::sleep(LOCK_WAIT),
                Err(e) => return Err(Error::io(&path, "locking git's index", e)),
            }
        }
        let message = format!("{} exists: another git process is at work", path.display());
        Err(Error::new(Code::Locked, message)
            .remedy("Wait for it to end and run the same command again; if none runs, remove the file.")
            .with("path", path.display().to_string()))
    }

    fn commit(mut self, bytes: &[u8]) -> Result<()> {
        self.write(bytes).map_err(|e| Error::io(&self.path, "writing git's index", e))?;
        self.committed = true;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        if let Ok(old) = fs::metadata(&self.index) {
            self.file.set_permissions(old.permissions())?;
        }
        self.file.write_all(bytes)?;
        // The kernel stamps files with a clock that lags some milliseconds, so it may still say the second before.
        self.file.set_modified(SystemTime::now())?;
        self.file.sync_data()?;
        fs::rename(&self.path, &self.index)
    }
}

impl Drop for IndexLock {
    fn drop(&mut self) {
        // After a commit the lock has become the index.
        if !self.committed {
            let _ = fs::remove_file(&self.path);
        }
        let _ = fs::remove_file(&self.ours);
    }
}

fn our_name(index: &Path) -> PathBuf {
    index.with_extension("octostore")
}

fn create_lock(path: &Path, ours: &Path) -> std::io::Result<File> {
    // Never opened when it is there: it may be the index itself by its second name.
    let _ = fs::remove_file(ours);
    let file = File::options().create_new(true).write(true).open(ours)?;
    match fs::hard_link(ours, path) {
        Ok(()) => Ok(file),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Err(e),
        // A file system without second names.
        Err(_) => File::options().create_new(true).write(true).open(path),
    }
}

/// Removes the lock that a killed octostore left. The caller holds the clone's lock, so it is nobody's now.
fn remove_stale_lock(index: &Path) {
    let (ours, path) = (our_name(index), index.with_extension("lock"));
    if is_one_file(&ours, &path) {
        let _ = fs::remove_file(&path);
    }
    let _ = fs::remove_file(&ours);
}

#[cfg(unix)]
fn is_one_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |p: &Path| fs::symlink_metadata(p).map(|m| (m.dev(), m.ino())).ok();
    id(a).is_some_and(|a| Some(a) == id(b))
}

#[cfg(not(unix))]
fn is_one_file(_: &Path, _: &Path) -> bool {
    false
}

/// What git keeps of `lstat`, each as 32 bits: gitformat-index(5).
#[derive(Clone, Copy, Default)]
struct StatData {
    ctime: (u32, u32),
    mtime: (u32, u32),
    dev: u32,
    ino: u32,
    uid: u32,
    gid: u32,
    size: u32,
}

impl StatData {
    #[cfg(unix)]
    fn of(m: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        StatData {
            ctime: (m.ctime() as u32, m.ctime_nsec() as u32),
            mtime: (m.mtime() as u32, m.mtime_nsec() as u32),
            dev: m.dev() as u32,
            ino: m.ino() as u32,
            uid: m.uid(),
            gid: m.gid(),
            size: size(m.len()),
        }
    }

    #[cfg(not(unix))]
    fn of(m: &Metadata) -> Self {
        let time = |t: std::io::Result<SystemTime>| {
            let since = t.ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
            (since.as_secs() as u32, since.subsec_nanos())
        };
        StatData { ctime: time(m.created()), mtime: time(m.modified()), size: size(m.len()), ..StatData::default() }
    }

    fn write(&self, entry: &mut [u8]) {
        let fields = [
            (0, self.ctime.0),
            (4, self.ctime.1),
            (8, self.mtime.0),
            (12, self.mtime.1),
            (16, self.dev),
            (20, self.ino),
            (28, self.uid),
            (32, self.gid),
            (36, self.size),
        ];
        for (at, value) in fields {
            entry[at..at + 4].copy_from_slice(&value.to_be_bytes());
        }
    }
}

/// The low 32 bits; a multiple of 4 GiB, whose low bits look like an unknown size, is written as 0x80000000 (git 2.43).
fn size(len: u64) -> u32 {
    if len != 0 && len as u32 == 0 { 0x8000_0000 } else { len as u32 }
}

/// Patches the stat data of stage-0 entries that hold the given blobs; gives how many, `None` if the bytes are no index
/// of version 2 to 4. The trailing hash is made anew, unless it is switched off (all zeros).
fn patch(index: &mut [u8], wanted: &HashMap<&[u8], ([u8; 20], StatData)>) -> Option<usize> {
    const FIXED: usize = 62;
    let u32_at = |b: &[u8], at: usize| Some(u32::from_be_bytes(b.get(at..at + 4)?.try_into().ok()?));
    let version = u32_at(index, 4)?;
    if index.get(..4)? != b"DIRC" || !(2..=4).contains(&version) {
        return None;
    }
    let count = u32_at(index, 8)?;
    let mut at = 12;
    let mut path: Vec<u8> = Vec::new();
    let mut patched = 0;
    for _ in 0..count {
        let flags = u16::from_be_bytes(index.get(at + 60..at + FIXED)?.try_into().ok()?);
        let name_at = at + FIXED + if version >= 3 && flags & 0x4000 != 0 { 2 } else { 0 };
        let mut rest = index.get(name_at..)?;
        if version == 4 {
            let strip = take_offset(&mut rest)?;
            path.truncate(path.len().checked_sub(strip)?);
        } else {
            path.clear();
        }
        let name_len = rest.find_byte(0)?;
        path.extend_from_slice(&rest[..name_len]);
        let name_end = index.len() - rest.len() + name_len;
        if let Some((blob, stat)) = wanted.get(&path[..]).filter(|_| flags & 0x3000 == 0)
            && index[at + 40..at + 60] == *blob
        {
            stat.write(&mut index[at..at + FIXED]);
            patched += 1;
        }
        // Up to version 3 an entry is padded with 1 to 8 zeros to a multiple of 8.
        at = if version == 4 { name_end + 1 } else { at + (name_end - at + 8) / 8 * 8 };
    }
    let body = index.len().checked_sub(20)?;
    if index[body..].iter().any(|b| *b != 0) {
        let hash: [u8; 20] = Sha1::digest(&index[..body]).into();
        index[body..].copy_from_slice(&hash);
    }
    Some(patched)
}

/// The variable-width number of git's pack and index formats ("offset encoding").
fn take_offset(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0usize;
    loop {
        let byte = *rest.first()?;
        *rest = &rest[1..];
        value = value.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        value = value.checked_add(1)?;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::content::ids::FileId;
    use crate::repo::testing::Fixture;

    fn fixture() -> Fixture {
        let f = Fixture::new();
        f.write(".gitattributes", "*.dat filter=octostore -text\n");
        // A filter that is called leaves a trace.
        f.run(&["config", "filter.octostore.clean", "echo called >> calls; cat"]);
        f.run(&["config", "filter.octostore.required", "true"]);
        f
    }

    fn stage_file(f: &Fixture, name: &str, n: u8) -> (RepoPath, Pointer, Metadata) {
        f.write(name, "data");
        let back = SystemTime::now() - Duration::from_secs(5);
        File::options().write(true).open(f.path(name)).unwrap().set_modified(back).unwrap();
        let metadata = fs::symlink_metadata(f.path(name)).unwrap();
        (RepoPath::from_bytes(name.as_bytes()).unwrap(), Pointer { oid: FileId([n; 32]), size: 4 }, metadata)
    }

    #[test]
    fn git_sees_staged_files_as_clean_and_runs_no_filter() {
        for version in ["2", "3", "4"] {
            let f = fixture();
            f.run(&["config", "index.version", version]);
            f.run(&["config", "core.untrackedCache", "true"]);
            f.run(&["add", ".gitattributes"]);
            f.run(&["update-index", "--index-version", version]);
            let names = ["a.dat", "dir/b.dat", "dir/deeper/b c.dat", "dir/deeper/new\nline.dat"];
            let files: Vec<_> = names.iter().enumerate().map(|(n, name)| stage_file(&f, name, n as u8)).collect();
            stage(&f.git(), &files.iter().map(|(p, q, m)| (p, q, m)).collect::<Vec<_>>()).unwrap();
            assert!(!f.run(&["diff-files", "--name-only"]).contains("dat"), "version {version}");
            assert!(!f.path("calls").exists(), "version {version}: the filter was called");
            f.run(&["fsck", "--strict"]);
            let entries = tracked_entries(&f.git()).unwrap();
            assert_eq!(entries.len(), 4);
            for (entry, (path, pointer, metadata)) in entries.iter().zip(&files) {
                assert_eq!((&entry.path, entry.pointer), (path, Some(*pointer)));
                assert!(entry.is_unchanged(metadata));
            }
            // The stat data is what git itself would have written.
            let ours = f.run(&["ls-files", "--debug", "a.dat"]);
            f.run(&["config", "filter.octostore.clean", "git show :%f"]);
            f.run(&["update-index", "--really-refresh"]);
            assert_eq!(ours, f.run(&["ls-files", "--debug", "a.dat"]));
        }
    }

    #[test]
    fn an_entry_that_holds_something_else_is_left_alone() {
        let f = fixture();
        let (path, pointer, metadata) = stage_file(&f, "a.dat", 1);
        stage(&f.git(), &[(&path, &pointer, &metadata)]).unwrap();
        let before = fs::read(f.path(".git/index")).unwrap();
        patch_stats(&f.git(), &[(&path, &Pointer { size: 5, ..pointer }, &metadata)]).unwrap();
        assert_eq!(before, fs::read(f.path(".git/index")).unwrap());
    }

    #[test]
    fn a_locked_index_is_named() {
        let f = fixture();
        let (path, pointer, metadata) = stage_file(&f, "a.dat", 1);
        f.write(".git/index.lock", "");
        let e = stage(&f.git(), &[(&path, &pointer, &metadata)]).unwrap_err();
        assert_eq!(e.code(), Code::Locked, "{e:?}");
        assert!(e.to_string().contains("index.lock"));
    }

    #[test]
    fn multiples_of_four_gibibytes_are_not_taken_for_unknown() {
        assert_eq!((size(0), size(5), size(1 << 32), size((1 << 32) + 7)), (0, 5, 0x8000_0000, 7));
    }
}
