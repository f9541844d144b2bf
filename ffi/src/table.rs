//! Tables
//!
//! Rows come and go as an ArrowArrayStream, the Arrow C stream interface (its structs are below, with the guards that it asks
//! for). Nothing is copied on the way: buffers keep their addresses. Who gets a stream calls its `release`; a call that is given
//! one takes it over and leaves `release` NULL, unless an argument was refused. One thread at a time may use a stream.
//!
//! ```c
//! struct ArrowArrayStream rows, again;
//! octo_table *table = NULL;
//! octo_read_options options = OCTO_READ_OPTIONS_INIT;
//! options.limit = 1000;
//! if (octo_repo_read_rows(repo, octo_text("HEAD"), octo_text("data/t.csv"), &options, NULL, &rows, &err) == OCTO_OK &&
//!     octo_table_import(&rows, &table, &err) == OCTO_OK)
//!     printf("%llu rows\n", (unsigned long long)octo_table_rows(table));
//! if (table != NULL && octo_table_export(table, &again, &err) == OCTO_OK) {
//!     octo_repo_write_rows(repo, octo_text("data/t.parquet"), &again, NULL, NULL, &err);
//! }
//! octo_table_free(table);
//! ```

use crate::args::{fill, give, options, owned_text, repo_path, reportable, text, texts, wanted};
use crate::bytes::octo_bytes;
use crate::error::{guard, octo_error, octo_status, quiet, tell};
use crate::handle::{destroy, get, handle};
use crate::job::{begin, octo_job, run};
use crate::repo::{octo_repo, repo_of};
use crate::rows::{self, ReadOptions, Stream, Written};
use octostore::{Job, Result};
use std::ffi::{c_char, c_int, c_void};

type Get = unsafe extern "C" fn(*mut ArrowArrayStream, *mut c_void) -> c_int;
type Release = unsafe extern "C" fn(*mut ArrowArrayStream);

/// The Arrow C stream interface.
#[repr(C)]
pub struct ArrowArrayStream {
    get_schema: Option<Get>,
    get_next: Option<Get>,
    get_last_error: Option<unsafe extern "C" fn(*mut ArrowArrayStream) -> *const c_char>,
    release: Option<Release>,
    private_data: *mut c_void,
}

#[allow(dead_code)] // a library without tables has no streams
impl ArrowArrayStream {
    pub(crate) fn new(
        get_schema: Get,
        get_next: Get,
        get_last_error: unsafe extern "C" fn(*mut ArrowArrayStream) -> *const c_char,
        release: Release,
        private_data: *mut c_void,
    ) -> Self {
        ArrowArrayStream {
            get_schema: Some(get_schema),
            get_next: Some(get_next),
            get_last_error: Some(get_last_error),
            release: Some(release),
            private_data,
        }
    }

    pub(crate) fn private_data(&self) -> *mut c_void {
        self.private_data
    }

    /// Whether nothing is in it.
    pub(crate) fn is_released(&self) -> bool {
        self.release.is_none()
    }

    pub(crate) fn is_released_by(&self, release: Release) -> bool {
        self.release.is_some_and(|mine| std::ptr::fn_addr_eq(mine, release))
    }

    /// Marks it as released.
    pub(crate) fn clear(&mut self) {
        self.release = None;
        self.private_data = std::ptr::null_mut();
    }
}

/// Rows in memory. Immutable, any thread. Freed with octo_table_free.
pub struct octo_table(pub(crate) rows::Table);

/// Takes the rows of a stream into memory. The stream is taken over. Writes `*out`, which the caller frees with
/// octo_table_free. Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_INVALID_DATA, OCTO_OUT_OF_MEMORY, OCTO_UNSUPPORTED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_table_import(
    stream: *mut ArrowArrayStream,
    out: *mut *mut octo_table,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_table(rows::table(rows::import(stream, "stream")?)?), "out") }
    })
}

/// Gives the rows of the table as a stream that shares its buffers. Writes `*out`, whose `release` the caller calls; it may
/// outlive the table. Any thread. Errors: OCTO_INVALID_ARGUMENT. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_table_export(
    table: *const octo_table,
    out: *mut ArrowArrayStream,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { rows::export(rows::reader(&handle(table, "table")?.0), out) };
        Ok(())
    })
}

/// How many rows the table has. 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_table_rows(table: *const octo_table) -> u64 {
    // SAFETY: NULL or a handle, as the header says.
    quiet(0, || unsafe { get(table) }.map(|t| t.0.rows()))
}

/// How many columns the table has. 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_table_columns(table: *const octo_table) -> usize {
    // SAFETY: NULL or a handle, as the header says.
    quiet(0, || unsafe { get(table) }.map(|t| t.0.columns()))
}

/// Frees a table; NULL is fine. Streams that came from it stay usable. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_table_free(table: *mut octo_table) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(table) }.map(drop));
}

/// Which rows octo_repo_read_rows reads. Begin with OCTO_READ_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_read_options {
    pub struct_size: usize,
    /// Only these columns, in the file's order; all if column_count is 0.
    pub columns: *const octo_bytes,
    pub column_count: usize,
    /// At most so many rows; 0: all.
    pub limit: u64,
    /// Rows in a batch; 0: 65,536.
    pub batch_rows: usize,
    /// Only the rows of this part of a stored split: `train`, or `recipe/train`.
    pub split: octo_bytes,
    /// Only a sample of the rows, by the hash of all columns: a fraction (`0.01`).
    pub sample: octo_bytes,
    /// Only the columns of this recorded selection.
    pub selection: octo_bytes,
    /// What a row that cannot be read does: `stop` (the default), or `skip`.
    pub on_error: octo_bytes,
}

impl Default for octo_read_options {
    fn default() -> Self {
        let none = octo_bytes::empty();
        octo_read_options {
            struct_size: size_of::<Self>(),
            columns: std::ptr::null(),
            column_count: 0,
            limit: 0,
            batch_rows: 0,
            split: none,
            sample: none,
            selection: none,
            on_error: none,
        }
    }
}

/// What octo_repo_read_rows takes.
pub(crate) unsafe fn read(
    repo: *const octo_repo,
    rev: &octo_bytes,
    path: &octo_bytes,
    given: *const octo_read_options,
) -> Result<impl FnOnce(&Job) -> Result<Stream> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, rev, path, options) = unsafe {
        let o = options(given, "options")?;
        let columns = texts(o.columns, o.column_count, "options.columns")?;
        let options = ReadOptions {
            columns,
            limit: o.limit,
            batch_rows: o.batch_rows,
            split: owned_text(&o.split, "options.split")?,
            sample: owned_text(&o.sample, "options.sample")?,
            selection: owned_text(&o.selection, "options.selection")?,
            on_error: owned_text(&o.on_error, "options.on_error")?,
        };
        (repo_of(repo)?, text(rev, "rev")?.to_owned(), repo_path(path, "path")?, options)
    };
    Ok(move |job: &Job| rows::read(&repo, &rev, &path, &options, job))
}

/// Reads the rows of a table file of a revision (empty: the index) as a stream, without a pull: only what the wanted columns and
/// rows need is fetched. The name says the format: .csv, .tsv, .jsonl, .ndjson, .parquet, .arrow, .feather, .ipc. Writes `*out`,
/// whose `release` the caller calls; batches are read when they are asked for, and until the release `job` reports and
/// cancels. `options` and `job` may be NULL. Any thread. Errors: OCTO_NOT_FOUND, OCTO_NOT_TRACKED, OCTO_INVALID_DATA,
/// OCTO_INVALID_ARGUMENT, OCTO_STORE_..., OCTO_UNSUPPORTED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_read_rows(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_read_options,
    job: *const octo_job,
    out: *mut ArrowArrayStream,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let read = read(repo, &rev, &path, options)?;
            let begun = begin(job)?;
            let stream = read(&begun.job)?;
            rows::export(rows::with_job(stream, begun), out);
        }
        Ok(())
    })
}

/// Why the last get_schema or get_next of a stream of the library failed: the status and error that a call would have given, of
/// which get_last_error has the text alone. OCTO_OK if it did not fail. Errors: that, and OCTO_INVALID_ARGUMENT for a stream that
/// is another's or was released. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_rows_error(stream: *mut ArrowArrayStream, err: *mut *mut octo_error) -> octo_status {
    let mut failed = None;
    let status = guard(err, || {
        // SAFETY: NULL or a stream, as the header says.
        failed = unsafe { rows::failure(stream) }?;
        Ok(())
    });
    // SAFETY: NULL or a place for a pointer, as the header says.
    failed.map_or(status, |error| unsafe { tell(err, error) })
}

/// What octo_repo_write_rows did. Begin with OCTO_WRITE_REPORT_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_write_report {
    pub struct_size: usize,
    /// Rows written.
    pub rows: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

impl From<Written> for octo_write_report {
    fn from(w: Written) -> Self {
        octo_write_report { struct_size: 0, rows: w.rows, bytes: w.bytes }
    }
}

/// What octo_repo_write_rows takes. The stream comes last: an argument that is refused leaves it alone.
pub(crate) unsafe fn write(
    repo: *const octo_repo,
    path: &octo_bytes,
    stream: *mut ArrowArrayStream,
) -> Result<impl FnOnce(&Job) -> Result<Written> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, path, stream) = unsafe { (repo_of(repo)?, repo_path(path, "path")?, rows::import(stream, "stream")?) };
    Ok(move |job: &Job| rows::write(&repo, &path, stream, job))
}

/// Writes a stream of rows to a file in the work tree, in the format that its name says. The file is there whole or not at all;
/// octo_repo_add then versions it. The stream is taken over. `job` and `out` may be NULL. Any thread. Errors:
/// OCTO_INVALID_ARGUMENT, OCTO_INVALID_DATA, OCTO_UNSUPPORTED_PATH, OCTO_DISK_FULL, OCTO_CANCELLED, OCTO_IO, OCTO_UNSUPPORTED.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_write_rows(
    repo: *const octo_repo,
    path: octo_bytes,
    stream: *mut ArrowArrayStream,
    job: *const octo_job,
    out: *mut octo_write_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            reportable(out, "out")?;
            fill(out, run(job, write(repo, &path, stream)?)?.into(), "out")
        }
    })
}
