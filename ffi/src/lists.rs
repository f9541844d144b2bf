//! Lists that calls give: a handle with a count, a getter and a free. What a getter gives lives as long as its list.

use crate::args::{fill, free, handle, null, octo_bytes};
use crate::error::{guard, octo_status};
use crate::reports::{octo_add_totals, octo_fsck_totals, octo_pointer};
use octostore::{AddReport, Entry, FileState, FileStatus, FsckReport, LogEntry, Resolved, StoredRange};
use std::ffi::OsString;

/// Texts or paths. Immutable, any thread. Freed with octo_strings_free.
pub struct octo_strings(pub(crate) Vec<Vec<u8>>);

impl octo_strings {
    pub(crate) fn of(texts: Vec<String>) -> Self {
        octo_strings(texts.into_iter().map(String::into_bytes).collect())
    }
}

/// A path of the file system. Immutable, any thread. Freed with octo_path_free.
pub struct octo_path(pub(crate) OsString);
/// The files that octo_repo_add staged. Immutable, any thread. Freed with octo_add_report_free.
pub struct octo_add_report(pub(crate) AddReport);
/// The state of tracked files. Immutable, any thread. Freed with octo_status_list_free.
pub struct octo_status_list(pub(crate) Vec<FileStatus>);
/// The tracked files of a revision. Immutable, any thread. Freed with octo_entry_list_free.
pub struct octo_entry_list(pub(crate) Vec<Entry>);
/// The changes of a file. Immutable, any thread. Freed with octo_log_list_free.
pub struct octo_log_list(pub(crate) Vec<LogEntry>);
/// Where the bytes of a file are. Immutable, any thread. Freed with octo_resolved_free.
pub struct octo_resolved(pub(crate) Resolved);
/// What octo_repo_fsck found. Immutable, any thread. Freed with octo_fsck_report_free.
pub struct octo_fsck_report(pub(crate) FsckReport);

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

/// A file of a revision, or one that was added. Begin with OCTO_ENTRY_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_entry {
    pub struct_size: usize,
    /// Relative to the top of the work tree.
    pub path: octo_bytes,
    pub pointer: octo_pointer,
}

/// A change of a file. Begin with OCTO_LOG_ENTRY_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_log_entry {
    pub struct_size: usize,
    /// 40 hexadecimal digits.
    pub commit: octo_bytes,
    pub author: octo_bytes,
    /// The first line of the message.
    pub subject: octo_bytes,
    /// Seconds since 1970 (UTC).
    pub time: i64,
    /// Whether `pointer` means something: not where the commit deleted the data.
    pub has_pointer: bool,
    pub pointer: octo_pointer,
}

/// A piece of a file as it lies in the store. Begin with OCTO_RANGE_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_range {
    pub struct_size: usize,
    /// Where the piece begins in the file, and its bytes there.
    pub file_offset: u64,
    pub length: u64,
    /// The key of the object that holds it, relative to the store's URL.
    pub object: octo_bytes,
    /// Where its frame begins in the object, and the bytes of the frame.
    pub offset: u64,
    pub stored_length: u64,
}

/// Something that octo_repo_fsck found wrong. Begin with OCTO_PROBLEM_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_problem {
    pub struct_size: usize,
    /// The status that a call would give when it met the problem.
    pub code: octo_status,
    pub message: octo_bytes,
    pub hint: octo_bytes,
}

/// Fills `out` with one item of a list.
unsafe fn get<L, I, O: Copy>(
    list: *const L,
    index: usize,
    out: *mut O,
    items: impl FnOnce(&L) -> &[I],
    convert: impl FnOnce(&I) -> O,
) -> octo_status {
    guard(std::ptr::null_mut(), || {
        // SAFETY: NULL or a live handle, as the header says.
        let list = unsafe { handle(list, "list") }?;
        let item = items(list).get(index).ok_or_else(|| null("item (the index is too large)"))?;
        if out.is_null() {
            return Err(null("out"));
        }
        // SAFETY: not NULL, and begins with its size, as the header says.
        unsafe { fill(out, convert(item), "out") }
    })
}

fn entry(path: &octostore::RepoPath, pointer: &octostore::Pointer) -> octo_entry {
    octo_entry { struct_size: 0, path: octo_bytes::of(path.as_bytes()), pointer: pointer.into() }
}

fn no_pointer() -> octo_pointer {
    octo_pointer { oid: [0; 32], size: 0 }
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

fn change(c: &LogEntry) -> octo_log_entry {
    octo_log_entry {
        struct_size: 0,
        commit: octo_bytes::of(c.commit.as_bytes()),
        author: octo_bytes::of(c.author.as_bytes()),
        subject: octo_bytes::of(c.subject.as_bytes()),
        time: c.time,
        has_pointer: c.pointer.is_some(),
        pointer: c.pointer.as_ref().map_or_else(no_pointer, Into::into),
    }
}

fn range(r: &StoredRange) -> octo_range {
    octo_range {
        struct_size: 0,
        file_offset: r.file_offset,
        length: r.length,
        object: octo_bytes::of(r.object.as_bytes()),
        offset: r.offset,
        stored_length: r.stored_length,
    }
}

fn problem(p: &octostore::Problem) -> octo_problem {
    octo_problem {
        struct_size: 0,
        code: p.code as octo_status,
        message: octo_bytes::of(p.message.as_bytes()),
        hint: octo_bytes::of(p.hint.as_bytes()),
    }
}

/// How many there are; 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_add_report_count(list: *const octo_add_report) -> usize {
    // SAFETY: NULL or a live handle, as the header says.
    unsafe { list.as_ref() }.map_or(0, |l| l.0.files.len())
}

/// Fills `out`, whose struct_size is set, with one of them; what it points to lives as long as the list.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, also for an index that is too large. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_add_report_get(
    list: *const octo_add_report,
    index: usize,
    out: *mut octo_entry,
) -> octo_status {
    // SAFETY: as `get` asks.
    unsafe { get(list, index, out, |l| &l.0.files, |f: &octostore::AddedFile| entry(&f.path, &f.pointer)) }
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_add_report_free(list: *mut octo_add_report) {
    // SAFETY: NULL or a handle that is freed once, as the header says.
    unsafe { free(list) }
}

/// How many there are; 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_status_list_count(list: *const octo_status_list) -> usize {
    // SAFETY: NULL or a live handle, as the header says.
    unsafe { list.as_ref() }.map_or(0, |l| l.0.len())
}

/// Fills `out`, whose struct_size is set, with one of them; what it points to lives as long as the list.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, also for an index that is too large. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_status_list_get(
    list: *const octo_status_list,
    index: usize,
    out: *mut octo_file_status,
) -> octo_status {
    // SAFETY: as `get` asks.
    unsafe { get(list, index, out, |l| &l.0, status) }
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_status_list_free(list: *mut octo_status_list) {
    // SAFETY: NULL or a handle that is freed once, as the header says.
    unsafe { free(list) }
}

/// How many there are; 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_entry_list_count(list: *const octo_entry_list) -> usize {
    // SAFETY: NULL or a live handle, as the header says.
    unsafe { list.as_ref() }.map_or(0, |l| l.0.len())
}

/// Fills `out`, whose struct_size is set, with one of them; what it points to lives as long as the list.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, also for an index that is too large. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_entry_list_get(
    list: *const octo_entry_list,
    index: usize,
    out: *mut octo_entry,
) -> octo_status {
    // SAFETY: as `get` asks.
    unsafe { get(list, index, out, |l| &l.0, |e: &Entry| entry(&e.path, &e.pointer)) }
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_entry_list_free(list: *mut octo_entry_list) {
    // SAFETY: NULL or a handle that is freed once, as the header says.
    unsafe { free(list) }
}

/// How many there are; 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_log_list_count(list: *const octo_log_list) -> usize {
    // SAFETY: NULL or a live handle, as the header says.
    unsafe { list.as_ref() }.map_or(0, |l| l.0.len())
}

/// Fills `out`, whose struct_size is set, with one of them; what it points to lives as long as the list.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, also for an index that is too large. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_log_list_get(
    list: *const octo_log_list,
    index: usize,
    out: *mut octo_log_entry,
) -> octo_status {
    // SAFETY: as `get` asks.
    unsafe { get(list, index, out, |l| &l.0, change) }
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_log_list_free(list: *mut octo_log_list) {
    // SAFETY: NULL or a handle that is freed once, as the header says.
    unsafe { free(list) }
}

/// How many there are; 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_resolved_range_count(list: *const octo_resolved) -> usize {
    // SAFETY: NULL or a live handle, as the header says.
    unsafe { list.as_ref() }.map_or(0, |l| l.0.ranges.len())
}

/// Fills `out`, whose struct_size is set, with one of them; what it points to lives as long as the list.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, also for an index that is too large. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_resolved_range_get(
    list: *const octo_resolved,
    index: usize,
    out: *mut octo_range,
) -> octo_status {
    // SAFETY: as `get` asks.
    unsafe { get(list, index, out, |l| &l.0.ranges, range) }
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_resolved_free(list: *mut octo_resolved) {
    // SAFETY: NULL or a handle that is freed once, as the header says.
    unsafe { free(list) }
}

/// How many there are; 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_fsck_report_problem_count(list: *const octo_fsck_report) -> usize {
    // SAFETY: NULL or a live handle, as the header says.
    unsafe { list.as_ref() }.map_or(0, |l| l.0.problems.len())
}

/// Fills `out`, whose struct_size is set, with one of them; what it points to lives as long as the list.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, also for an index that is too large. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_fsck_report_problem_get(
    list: *const octo_fsck_report,
    index: usize,
    out: *mut octo_problem,
) -> octo_status {
    // SAFETY: as `get` asks.
    unsafe { get(list, index, out, |l| &l.0.problems, problem) }
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_fsck_report_free(list: *mut octo_fsck_report) {
    // SAFETY: NULL or a handle that is freed once, as the header says.
    unsafe { free(list) }
}

/// The numbers of the report. Any thread. Errors: OCTO_INVALID_ARGUMENT. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_add_report_totals(
    report: *const octo_add_report,
    out: *mut octo_add_totals,
) -> octo_status {
    guard(std::ptr::null_mut(), || {
        // SAFETY: NULL or a live handle, as the header says.
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

/// The numbers of the report. Any thread. Errors: OCTO_INVALID_ARGUMENT. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_fsck_report_totals(
    report: *const octo_fsck_report,
    out: *mut octo_fsck_totals,
) -> octo_status {
    guard(std::ptr::null_mut(), || {
        // SAFETY: NULL or a live handle, as the header says.
        let r = &unsafe { handle(report, "report") }?.0;
        let totals = octo_fsck_totals {
            struct_size: 0,
            packs: r.packs,
            bytes: r.bytes,
            files: r.files,
            problems: r.problems.len() as u64,
        };
        // SAFETY: NULL or begins with its size, as the header says.
        unsafe { fill(out, totals, "out") }
    })
}

/// What git stores for the file. False, and nothing written, if an argument is NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_resolved_pointer(resolved: *const octo_resolved, out: *mut octo_pointer) -> bool {
    // SAFETY: NULL or a live handle, and NULL or a place for the struct, as the header says.
    match (unsafe { resolved.as_ref() }, unsafe { out.as_mut() }) {
        (Some(resolved), Some(out)) => {
            *out = (&resolved.0.pointer).into();
            true
        }
        _ => false,
    }
}

/// The file in the work tree, if it holds exactly these bytes; else empty. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_resolved_local(resolved: *const octo_resolved) -> octo_bytes {
    // SAFETY: NULL or a live handle, as the header says.
    let local = unsafe { resolved.as_ref() }.and_then(|r| r.0.local.as_ref());
    local.map_or(octo_bytes::empty(), |p| octo_bytes::of(p.as_os_str().as_encoded_bytes()))
}

/// The URL of the store that was asked; empty if none is set. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_resolved_store(resolved: *const octo_resolved) -> octo_bytes {
    // SAFETY: NULL or a live handle, as the header says.
    let store = unsafe { resolved.as_ref() }.and_then(|r| r.0.store.as_ref());
    store.map_or(octo_bytes::empty(), |s| octo_bytes::of(s.as_bytes()))
}

/// How many there are; 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_strings_count(strings: *const octo_strings) -> usize {
    // SAFETY: NULL or a live handle, as the header says.
    unsafe { strings.as_ref() }.map_or(0, |s| s.0.len())
}

/// One of them; empty if there are not so many. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_strings_get(strings: *const octo_strings, index: usize) -> octo_bytes {
    // SAFETY: NULL or a live handle, as the header says.
    unsafe { strings.as_ref() }.and_then(|s| s.0.get(index)).map_or(octo_bytes::empty(), |s| octo_bytes::of(s))
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_strings_free(strings: *mut octo_strings) {
    // SAFETY: NULL or a handle that is freed once, as the header says.
    unsafe { free(strings) }
}

/// The path's bytes; empty for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_path_bytes(path: *const octo_path) -> octo_bytes {
    // SAFETY: NULL or a live handle, as the header says.
    unsafe { path.as_ref() }.map_or(octo_bytes::empty(), |p| octo_bytes::of(p.0.as_encoded_bytes()))
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_path_free(path: *mut octo_path) {
    // SAFETY: NULL or a handle that is freed once, as the header says.
    unsafe { free(path) }
}
