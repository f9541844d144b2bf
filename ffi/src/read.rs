//! Reading revisions
//!
//! Every version of every file can be listed, looked up and read by ranges, without a pull: what the local cache lacks is read from
//! the store, and only what is touched.
//!
//! ```c
//! octo_file *file = NULL;
//! uint8_t first[16];
//! size_t done = 0;
//! octo_status status = octo_repo_open_file(repo, octo_text("HEAD"), octo_text("data/x.bin"), &file, &err);
//! if (status == OCTO_OK) status = octo_file_read_at(file, 0, first, sizeof first, &done, &err);
//! if (status == OCTO_OK) printf("%zu of %llu bytes\n", done, (unsigned long long)octo_file_len(file));
//! octo_file_free(file);
//! ```

use crate::args::{give, null, put, repo_path, text, wanted};
use crate::bytes::octo_bytes;
use crate::error::{guard, octo_error, octo_status, quiet};
use crate::handle::{destroy, get, handle};
use crate::lists::{item, no_pointer};
use crate::repo::octo_repo;
use crate::stage::{entry, octo_entry, octo_pointer};
use octostore::{Code, Entry, Error, FileReader, LogEntry, Resolved, Result, StoredRange};
use std::io::{Seek, SeekFrom};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The tracked files of a revision. Immutable, any thread. Freed with octo_entry_list_free.
pub struct octo_entry_list(pub(crate) Vec<Entry>);

/// The tracked files of a revision (empty: the index), those at or below a path if one is given: `prefix` may be empty. Writes
/// `*out`, which the caller frees with octo_entry_list_free. Any thread. Errors: OCTO_NOT_FOUND, OCTO_POINTER_INVALID. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_ls(
    repo: *const octo_repo,
    rev: octo_bytes,
    prefix: octo_bytes,
    out: *mut *mut octo_entry_list,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let prefix = if prefix.len == 0 { None } else { Some(repo_path(&prefix, "prefix")?) };
            let entries = handle(repo, "repo")?.0.ls(text(&rev, "rev")?, prefix.as_ref())?;
            give(out, octo_entry_list(entries), "out")
        }
    })
}

/// How many there are; 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_entry_list_count(list: *const octo_entry_list) -> usize {
    // SAFETY: NULL or a handle, as the header says.
    quiet(0, || unsafe { get(list) }.map(|l| l.0.len()))
}

/// Fills `out`, whose struct_size is set, with one of them; what it points to lives as long as the list.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, also for an index that is too large. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_entry_list_get(
    list: *const octo_entry_list,
    index: usize,
    out: *mut octo_entry,
) -> octo_status {
    // SAFETY: as `item` asks.
    unsafe { item(list, index, out, |l| &l.0, |e: &Entry| entry(&e.path, &e.pointer)) }
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_entry_list_free(list: *mut octo_entry_list) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(list) }.map(drop));
}

/// The changes of a file. Immutable, any thread. Freed with octo_log_list_free.
pub struct octo_log_list(pub(crate) Vec<LogEntry>);

/// Every change of a path, the newest first; at most `limit` of them, or all if that is 0. Writes `*out`, which the caller frees
/// with octo_log_list_free. Any thread. Errors: OCTO_NOT_FOUND, OCTO_POINTER_INVALID. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_log(
    repo: *const octo_repo,
    path: octo_bytes,
    limit: usize,
    out: *mut *mut octo_log_list,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_log_list(handle(repo, "repo")?.0.log(&repo_path(&path, "path")?, limit)?), "out") }
    })
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

/// How many there are; 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_log_list_count(list: *const octo_log_list) -> usize {
    // SAFETY: NULL or a handle, as the header says.
    quiet(0, || unsafe { get(list) }.map(|l| l.0.len()))
}

/// Fills `out`, whose struct_size is set, with one of them; what it points to lives as long as the list.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, also for an index that is too large. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_log_list_get(
    list: *const octo_log_list,
    index: usize,
    out: *mut octo_log_entry,
) -> octo_status {
    // SAFETY: as `item` asks.
    unsafe { item(list, index, out, |l| &l.0, change) }
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_log_list_free(list: *mut octo_log_list) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(list) }.map(drop));
}

/// Where the bytes of a file are. Immutable, any thread. Freed with octo_resolved_free.
pub struct octo_resolved(pub(crate) Resolved);

/// Where the bytes of a file of a revision are: a local file, or ranges in the store. Writes `*out`, which the caller frees
/// with octo_resolved_free. Any thread. Errors: as octo_repo_open_file. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_resolve(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    out: *mut *mut octo_resolved,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let found = handle(repo, "repo")?.0.resolve(text(&rev, "rev")?, &repo_path(&path, "path")?)?;
            give(out, octo_resolved(found), "out")
        }
    })
}

/// What git stores for the file. False, and nothing written, if an argument is NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_resolved_pointer(resolved: *const octo_resolved, out: *mut octo_pointer) -> bool {
    quiet(false, || {
        // SAFETY: NULL or a handle, and NULL or a place for the struct, as the header says.
        let (resolved, out) = unsafe { (get(resolved)?, out.as_mut()?) };
        *out = (&resolved.0.pointer).into();
        Some(true)
    })
}

/// The file in the work tree, if it holds exactly these bytes; else empty. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_resolved_local(resolved: *const octo_resolved) -> octo_bytes {
    quiet(octo_bytes::empty(), || {
        // SAFETY: NULL or a handle, as the header says.
        let local = unsafe { get(resolved) }?.0.local.as_ref()?;
        Some(octo_bytes::of(local.as_os_str().as_encoded_bytes()))
    })
}

/// The URL of the store that was asked; empty if none is set. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_resolved_store(resolved: *const octo_resolved) -> octo_bytes {
    // SAFETY: NULL or a handle, as the header says.
    quiet(octo_bytes::empty(), || unsafe { get(resolved) }?.0.store.as_ref().map(|s| octo_bytes::of(s.as_bytes())))
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

/// How many there are; 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_resolved_range_count(list: *const octo_resolved) -> usize {
    // SAFETY: NULL or a handle, as the header says.
    quiet(0, || unsafe { get(list) }.map(|l| l.0.ranges.len()))
}

/// Fills `out`, whose struct_size is set, with one of them; what it points to lives as long as the list.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, also for an index that is too large. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_resolved_range_get(
    list: *const octo_resolved,
    index: usize,
    out: *mut octo_range,
) -> octo_status {
    // SAFETY: as `item` asks.
    unsafe { item(list, index, out, |l| &l.0.ranges, range) }
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_resolved_free(list: *mut octo_resolved) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(list) }.map(drop));
}

/// A version of a file, open for reading. Internally locked: any thread may use it, and calls wait for each other. Freed with
/// octo_file_free.
pub struct octo_file {
    reader: Mutex<FileReader>,
    len: u64,
}

impl octo_file {
    fn reader(&self) -> MutexGuard<'_, FileReader> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a file of a revision (empty: the index) for reading, without a pull: only the ranges that are read are fetched.
/// Writes `*out`, which the caller frees
/// with octo_file_free. Any thread. Errors: OCTO_NOT_FOUND, OCTO_NOT_TRACKED, OCTO_STORE_.... Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_open_file(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    out: *mut *mut octo_file,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let file = handle(repo, "repo")?.0.open_file(text(&rev, "rev")?, &repo_path(&path, "path")?)?;
            give(out, octo_file { len: file.len(), reader: Mutex::new(file) }, "out")
        }
    })
}

/// Bytes of the file. 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_file_len(file: *const octo_file) -> u64 {
    // SAFETY: NULL or a handle, as the header says.
    quiet(0, || unsafe { get(file) }.map(|f| f.len))
}

/// The caller's buffer.
unsafe fn buffer<'a>(data: *mut u8, len: usize) -> Result<&'a mut [u8]> {
    match (data.is_null(), len) {
        (_, 0) => Ok(&mut []),
        (true, _) => Err(null("data")),
        // SAFETY: the caller gives `len` writable bytes at `data` that live until the call returns.
        (false, len) => Ok(unsafe { std::slice::from_raw_parts_mut(data, len) }),
    }
}

/// Reads at `offset` until the buffer is full or the file ends; gives the bytes read. They are written to `*done`: fewer than
/// `len` only at the file's end. Only the chunks that are touched are fetched. The position of octo_file_read does not move.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_CORRUPT, OCTO_MISSING_DATA, OCTO_STORE_..., OCTO_IO. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_file_read_at(
    file: *mut octo_file,
    offset: u64,
    data: *mut u8,
    len: usize,
    done: *mut usize,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(done, "done")?;
        // SAFETY: the pointers are NULL or as the header says.
        let (file, buffer) = unsafe { (handle(file, "file")?, buffer(data, len)?) };
        let n = file.reader().read_at(offset, buffer)?;
        // SAFETY: as above.
        unsafe { put(done, n, "done") }
    })
}

/// Reads on from the position, which moves. As octo_file_read_at else. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_file_read(
    file: *mut octo_file,
    data: *mut u8,
    len: usize,
    done: *mut usize,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(done, "done")?;
        // SAFETY: the pointers are NULL or as the header says.
        let (file, buffer) = unsafe { (handle(file, "file")?, buffer(data, len)?) };
        let mut reader = file.reader();
        let at = reader.stream_position().map_err(Error::internal)?;
        let n = reader.read_at(at, buffer)?;
        reader.seek(SeekFrom::Start(at + n as u64)).map_err(Error::internal)?;
        // SAFETY: as above.
        unsafe { put(done, n, "done") }
    })
}

/// For octo_file_seek: from the start.
pub const OCTO_SEEK_SET: u32 = 0;
/// From the current position.
pub const OCTO_SEEK_CUR: u32 = 1;
/// From the end.
pub const OCTO_SEEK_END: u32 = 2;

/// Moves the position and writes it to `*position`, which may be NULL. `whence` is one of OCTO_SEEK_...
/// Any thread. Errors: OCTO_INVALID_ARGUMENT. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_file_seek(
    file: *mut octo_file,
    offset: i64,
    whence: u32,
    position: *mut u64,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: NULL or a handle, as the header says.
        let file = unsafe { handle(file, "file") }?;
        let wrong = |what: &str| Error::new(Code::InvalidArgument, format!("octo_file_seek: {what}"));
        let to = match whence {
            OCTO_SEEK_SET => SeekFrom::Start(u64::try_from(offset).map_err(|_| wrong("the offset is negative"))?),
            OCTO_SEEK_CUR => SeekFrom::Current(offset),
            OCTO_SEEK_END => SeekFrom::End(offset),
            _ => return Err(wrong("whence is none of OCTO_SEEK_...")),
        };
        let at = file.reader().seek(to).map_err(|_| wrong("the position would be before the file's start"))?;
        if !position.is_null() {
            // SAFETY: not NULL, and a place for a uint64_t, as the header says.
            unsafe { position.write(at) };
        }
        Ok(())
    })
}

/// Closes a file; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_file_free(file: *mut octo_file) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(file) }.map(drop));
}
