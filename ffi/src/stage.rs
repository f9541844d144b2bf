//! Tracking, adding, status
//!
//! Patterns say which files are data. octo_repo_add reads their bytes into the local cache and stages their pointers; git commits
//! the pointers. octo_repo_status tells how every tracked file stands.
//!
//! ```c
//! octo_status_list *files = NULL;
//! octo_file_status file = OCTO_FILE_STATUS_INIT;
//! if (octo_repo_status(repo, NULL, &files, &err) == OCTO_OK)
//!     for (size_t i = 0; octo_status_list_get(files, i, &file) == OCTO_OK; i++)
//!         printf("%.*s %s\n", (int)file.path.len, (const char *)file.path.data,
//!                file.state == OCTO_STATE_MODIFIED ? "differs from the index" : "is as it was added, or not here");
//! octo_status_list_free(files);
//! ```

use crate::args::{fill, give, repo_paths, texts, wanted};
use crate::bytes::{octo_bytes, octo_strings};
use crate::error::{guard, octo_error, octo_status, quiet};
use crate::handle::{destroy, get, handle};
use crate::job::{octo_job, run};
use crate::lists::{item, no_pointer};
use crate::repo::{octo_repo, repo_of};
use octostore::{AddReport, FileState, FileStatus, Job, Pointer, RepoPath, Result};

/// A version of a file's content.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_pointer {
    /// The id: BLAKE3, 32 bytes.
    pub oid: [u8; 32],
    /// Bytes of the file.
    pub size: u64,
}

impl From<&Pointer> for octo_pointer {
    fn from(p: &Pointer) -> Self {
        octo_pointer { oid: p.oid.0, size: p.size }
    }
}

/// Tracks the files that these patterns (as in .gitignore) match; gives those that were not tracked before. Writes them to
/// `*out`, which the caller frees with octo_strings_free. Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_CONFIG, OCTO_IO.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_track(
    repo: *const octo_repo,
    patterns: *const octo_bytes,
    count: usize,
    out: *mut *mut octo_strings,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let new = handle(repo, "repo")?.0.track(&texts(patterns, count, "patterns")?)?;
            give(out, octo_strings::of(new), "out")
        }
    })
}

/// No longer tracks these patterns; gives those that were tracked. Writes them to `*out`, which the caller frees with
/// octo_strings_free. Any thread. Errors: as octo_repo_track. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_untrack(
    repo: *const octo_repo,
    patterns: *const octo_bytes,
    count: usize,
    out: *mut *mut octo_strings,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let gone = handle(repo, "repo")?.0.untrack(&texts(patterns, count, "patterns")?)?;
            give(out, octo_strings::of(gone), "out")
        }
    })
}

/// The files that octo_repo_add staged. Immutable, any thread. Freed with octo_add_report_free.
pub struct octo_add_report(pub(crate) AddReport);

/// What octo_repo_add takes.
pub(crate) unsafe fn add(
    repo: *const octo_repo,
    paths: *const octo_bytes,
    count: usize,
) -> Result<impl FnOnce(&Job) -> Result<AddReport> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, paths) = unsafe { (repo_of(repo)?, repo_paths(paths, count, "paths")?) };
    Ok(move |job: &Job| repo.add(&paths, job))
}

/// Reads files (or the tracked files of folders, or with no paths all tracked files that changed), stores their bytes in the
/// cache and stages their pointers. Paths are relative to the top of the work tree. Nothing is staged unless all could be
/// read. Writes `*out`, which the caller frees with octo_add_report_free. `job` may be NULL.
/// Any thread; waits while another process changes the clone. Errors: OCTO_NOT_TRACKED, OCTO_NOT_FOUND, OCTO_UNSUPPORTED_PATH,
/// OCTO_FILE_CHANGED, OCTO_DISK_FULL, OCTO_LOCKED, OCTO_CANCELLED, OCTO_IO. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_add(
    repo: *const octo_repo,
    paths: *const octo_bytes,
    count: usize,
    job: *const octo_job,
    out: *mut *mut octo_add_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_add_report(run(job, add(repo, paths, count)?)?), "out") }
    })
}

/// What octo_repo_add did. Begin with OCTO_ADD_TOTALS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_add_totals {
    pub struct_size: usize,
    /// Files read and staged.
    pub files: u64,
    /// Files staged already, and not read.
    pub unchanged: u64,
    /// Bytes read from files.
    pub read_bytes: u64,
    /// Bytes of chunks that were not in the local cache before.
    pub new_bytes: u64,
    /// What these take up, compressed.
    pub stored_bytes: u64,
}

/// The numbers of the report. Any thread. Errors: OCTO_INVALID_ARGUMENT. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_add_report_totals(
    report: *const octo_add_report,
    out: *mut octo_add_totals,
) -> octo_status {
    guard(std::ptr::null_mut(), || {
        // SAFETY: NULL or a handle, as the header says.
        let r = &unsafe { handle(report, "report") }?.0;
        let totals = octo_add_totals {
            struct_size: 0,
            files: r.files.len() as u64,
            unchanged: r.unchanged,
            read_bytes: r.read_bytes,
            new_bytes: r.new_bytes,
            stored_bytes: r.stored_bytes,
        };
        // SAFETY: NULL or begins with its size, as the header says.
        unsafe { fill(out, totals, "out") }
    })
}

/// A file of a revision, or one that was added. Begin with OCTO_ENTRY_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_entry {
    pub struct_size: usize,
    /// Relative to the top of the work tree.
    pub path: octo_bytes,
    pub pointer: octo_pointer,
}

pub(crate) fn entry(path: &RepoPath, pointer: &Pointer) -> octo_entry {
    octo_entry { struct_size: 0, path: octo_bytes::of(path.as_bytes()), pointer: pointer.into() }
}

/// How many there are; 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_add_report_count(list: *const octo_add_report) -> usize {
    // SAFETY: NULL or a handle, as the header says.
    quiet(0, || unsafe { get(list) }.map(|l| l.0.files.len()))
}

/// Fills `out`, whose struct_size is set, with one of them; what it points to lives as long as the list.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, also for an index that is too large. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_add_report_get(
    list: *const octo_add_report,
    index: usize,
    out: *mut octo_entry,
) -> octo_status {
    // SAFETY: as `item` asks.
    unsafe { item(list, index, out, |l| &l.0.files, |f: &octostore::AddedFile| entry(&f.path, &f.pointer)) }
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_add_report_free(list: *mut octo_add_report) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(list) }.map(drop));
}

/// The state of tracked files. Immutable, any thread. Freed with octo_status_list_free.
pub struct octo_status_list(pub(crate) Vec<FileStatus>);

/// The data is in the work tree and is what the index says.
pub const OCTO_STATE_PRESENT: u32 = 0;
/// Only the pointer is in the work tree; octo_repo_pull brings the data.
pub const OCTO_STATE_POINTER: u32 = 1;
/// The file differs from what the index says.
pub const OCTO_STATE_MODIFIED: u32 = 2;
/// The file is gone from the work tree.
pub const OCTO_STATE_DELETED: u32 = 3;
/// The path is tracked by a pattern but was never added.
pub const OCTO_STATE_UNTRACKED: u32 = 4;

/// A tracked file. Begin with OCTO_FILE_STATUS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_file_status {
    pub struct_size: usize,
    /// Relative to the top of the work tree.
    pub path: octo_bytes,
    /// One of OCTO_STATE_...
    pub state: u32,
    /// Whether `pointer` means something: not for an untracked file.
    pub has_pointer: bool,
    /// The index differs from HEAD.
    pub staged: bool,
    /// The local cache holds all of the data.
    pub cached: bool,
    /// This clone knows that the store holds all of the data.
    pub pushed: bool,
    /// What the index holds.
    pub pointer: octo_pointer,
}

fn status(f: &FileStatus) -> octo_file_status {
    octo_file_status {
        struct_size: 0,
        path: octo_bytes::of(f.path.as_bytes()),
        state: match f.state {
            FileState::Present => OCTO_STATE_PRESENT,
            FileState::Pointer => OCTO_STATE_POINTER,
            FileState::Deleted => OCTO_STATE_DELETED,
            FileState::Untracked => OCTO_STATE_UNTRACKED,
            // Whatever a newer core may tell apart is not what the index says.
            _ => OCTO_STATE_MODIFIED,
        },
        has_pointer: f.pointer.is_some(),
        staged: f.staged,
        cached: f.cached,
        pushed: f.pushed,
        pointer: f.pointer.as_ref().map_or_else(no_pointer, Into::into),
    }
}

/// What octo_repo_status takes.
pub(crate) unsafe fn states(
    repo: *const octo_repo,
) -> Result<impl FnOnce(&Job) -> Result<Vec<FileStatus>> + Send + 'static + use<>> {
    // SAFETY: NULL or a handle, as the header says.
    let repo = unsafe { repo_of(repo) }?;
    Ok(move |job: &Job| repo.status(job))
}

/// The state of every tracked file, in path order. Writes `*out`, which the caller frees with octo_status_list_free. `job`
/// may be NULL.
/// Any thread. Errors: OCTO_BARE_REPOSITORY, OCTO_POINTER_INVALID, OCTO_CANCELLED, OCTO_IO. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_status(
    repo: *const octo_repo,
    job: *const octo_job,
    out: *mut *mut octo_status_list,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_status_list(run(job, states(repo)?)?), "out") }
    })
}

/// How many there are; 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_status_list_count(list: *const octo_status_list) -> usize {
    // SAFETY: NULL or a handle, as the header says.
    quiet(0, || unsafe { get(list) }.map(|l| l.0.len()))
}

/// Fills `out`, whose struct_size is set, with one of them; what it points to lives as long as the list.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, also for an index that is too large. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_status_list_get(
    list: *const octo_status_list,
    index: usize,
    out: *mut octo_file_status,
) -> octo_status {
    // SAFETY: as `item` asks.
    unsafe { item(list, index, out, |l| &l.0, status) }
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_status_list_free(list: *mut octo_status_list) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(list) }.map(drop));
}
