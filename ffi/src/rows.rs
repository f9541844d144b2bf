//! Arrow streams across the border, and what stands in for them in a library without tables.

use crate::table::ArrowArrayStream;
use octostore::{Error, Job, Repo, RepoPath, Result};
use std::sync::Arc;

#[cfg(feature = "tabular")]
pub(crate) use with_tables::*;
#[cfg(not(feature = "tabular"))]
pub(crate) use without_tables::*;

#[cfg(feature = "tabular")]
mod with_tables {
    use super::*;
    use crate::args::null;
    use crate::error::panicked;
    use crate::job::Begun;
    use octostore::Code;
    use octostore::arrow::array::{Array, RecordBatch, StructArray};
    use octostore::arrow::datatypes::SchemaRef;
    use octostore::arrow::error::ArrowError;
    use octostore::arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
    use octostore::arrow::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
    use octostore::arrow::record_batch::RecordBatchReader;
    pub(crate) use octostore::{ReadOptions, Table, WriteReport as Written};
    use std::ffi::{CString, c_char, c_int, c_void};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    pub(crate) type Stream = Box<dyn RecordBatchReader + Send>;

    /// Takes a caller's stream over.
    pub(crate) unsafe fn import(stream: *mut ArrowArrayStream, name: &str) -> Result<Stream> {
        // SAFETY: NULL or a stream, as the header says.
        let released = unsafe { stream.as_ref() }.ok_or_else(|| null(name))?.is_released();
        let wrong = |why: String| {
            Error::new(Code::InvalidArgument, format!("argument {name} is not a stream of rows: {why}"))
                .remedy("Pass an ArrowArrayStream that nobody has released or taken over.")
        };
        if released {
            return Err(wrong("it was released".to_owned()));
        }
        // SAFETY: the struct is the Arrow C stream interface's, and it is not released.
        let reader = unsafe { RecordBatchStreamReader::from_raw(stream.cast::<FFI_ArrowArrayStream>()) };
        Ok(Box::new(reader.map_err(|e| wrong(e.to_string()))?))
    }

    /// Hands a stream out.
    pub(crate) unsafe fn export(rows: Stream, out: *mut ArrowArrayStream) {
        let given = Box::into_raw(Box::new(Given { rows, failed: None })).cast();
        // SAFETY: not NULL, and a place for such a struct, as the header says.
        unsafe { out.write(ArrowArrayStream::new(get_schema, get_next, get_last_error, release, given)) };
    }

    /// What a stream of ours has behind it.
    struct Given {
        rows: Stream,
        /// What the last call failed with, and the same as text.
        failed: Option<(Arc<Error>, CString)>,
    }

    impl Given {
        fn answer(&mut self, result: Result<()>) -> c_int {
            let Err(e) = result else { return 0 };
            let number = match e.code() {
                Code::Cancelled => libc::ECANCELED,
                Code::OutOfMemory => libc::ENOMEM,
                Code::InvalidData | Code::InvalidArgument => libc::EINVAL,
                _ => libc::EIO,
            };
            let text = CString::new(e.to_string().replace('\0', " ")).unwrap_or_default();
            self.failed = Some((Arc::new(e), text));
            number
        }

        /// Runs a call of the stream; a panic is an error, for it must not cross the border.
        fn run(&mut self, call: impl FnOnce(&mut Stream) -> Result<()>) -> c_int {
            self.failed = None;
            let result = catch_unwind(AssertUnwindSafe(|| call(&mut self.rows)));
            self.answer(result.unwrap_or_else(|panic| Err(panicked(&*panic))))
        }
    }

    /// Our error, where it was one before Arrow carried it.
    fn ours(e: ArrowError) -> Error {
        match e {
            ArrowError::ExternalError(inner) => match inner.downcast::<Error>() {
                Ok(ours) => *ours,
                Err(other) => Error::new(Code::InvalidData, other.to_string()),
            },
            other => Error::new(Code::InvalidData, other.to_string()),
        }
    }

    unsafe fn given<'a>(stream: *mut ArrowArrayStream) -> Option<&'a mut Given> {
        // SAFETY: only streams that `export` made call this; one thread at a time, as the header says.
        unsafe { stream.as_ref()?.private_data().cast::<Given>().as_mut() }
    }

    unsafe extern "C" fn get_schema(stream: *mut ArrowArrayStream, out: *mut c_void) -> c_int {
        // SAFETY: as for `given`.
        let Some(given) = (unsafe { given(stream) }) else { return libc::EINVAL };
        given.run(|rows| {
            let schema = FFI_ArrowSchema::try_from(rows.schema().as_ref()).map_err(ours)?;
            // SAFETY: a place for an ArrowSchema, as the interface says.
            unsafe { out.cast::<FFI_ArrowSchema>().write(schema) };
            Ok(())
        })
    }

    unsafe extern "C" fn get_next(stream: *mut ArrowArrayStream, out: *mut c_void) -> c_int {
        // SAFETY: as for `given`.
        let Some(given) = (unsafe { given(stream) }) else { return libc::EINVAL };
        given.run(|rows| {
            let batch = rows.next().transpose().map_err(ours)?;
            let array =
                batch.map_or_else(FFI_ArrowArray::empty, |b| FFI_ArrowArray::new(&StructArray::from(b).to_data()));
            // SAFETY: a place for an ArrowArray, as the interface says.
            unsafe { out.cast::<FFI_ArrowArray>().write(array) };
            Ok(())
        })
    }

    unsafe extern "C" fn get_last_error(stream: *mut ArrowArrayStream) -> *const c_char {
        // SAFETY: as for `given`.
        let failed = unsafe { given(stream) }.and_then(|g| g.failed.as_ref());
        failed.map_or(std::ptr::null(), |(_, text)| text.as_ptr())
    }

    unsafe extern "C" fn release(stream: *mut ArrowArrayStream) {
        // SAFETY: a stream that `export` made, not released before, as the interface says.
        unsafe {
            let rows = stream.as_ref().map(|s| s.private_data().cast::<Given>()).filter(|g| !g.is_null());
            if let Some(stream) = stream.as_mut() {
                stream.clear();
            }
            if let Some(rows) = rows {
                crate::error::quiet((), || {
                    drop(Box::from_raw(rows));
                    Some(())
                });
            }
        }
    }

    /// What a stream of ours failed with last.
    pub(crate) unsafe fn failure(stream: *mut ArrowArrayStream) -> Result<Option<Arc<Error>>> {
        // SAFETY: NULL or a stream, as the header says.
        let is_ours = unsafe { stream.as_ref() }.ok_or_else(|| null("stream"))?.is_released_by(release);
        if !is_ours {
            return Err(Error::new(Code::InvalidArgument, "argument stream is not a stream that octostore gave")
                .remedy("Ask its own get_last_error."));
        }
        // SAFETY: it is ours.
        Ok(unsafe { given(stream) }.and_then(|g| g.failed.as_ref()).map(|(e, _)| e.clone()))
    }

    /// A stream that reports to a caller's job until it is released.
    struct WithJob {
        rows: Stream,
        _job: Begun,
    }

    impl Iterator for WithJob {
        type Item = std::result::Result<RecordBatch, ArrowError>;

        fn next(&mut self) -> Option<Self::Item> {
            self.rows.next()
        }
    }

    impl RecordBatchReader for WithJob {
        fn schema(&self) -> SchemaRef {
            self.rows.schema()
        }
    }

    pub(crate) fn with_job(rows: Stream, job: Begun) -> Stream {
        Box::new(WithJob { rows, _job: job })
    }

    pub(crate) fn table(rows: Stream) -> Result<Table> {
        Table::new(rows)
    }

    pub(crate) fn reader(table: &Table) -> Stream {
        Box::new(table.reader())
    }

    pub(crate) fn read(repo: &Repo, rev: &str, path: &RepoPath, options: &ReadOptions, job: &Job) -> Result<Stream> {
        Ok(Box::new(repo.read_rows(rev, path, options, job)?))
    }

    pub(crate) fn write(repo: &Repo, path: &RepoPath, rows: Stream, job: &Job) -> Result<Written> {
        repo.write_rows(path, rows, job)
    }
}

#[cfg(not(feature = "tabular"))]
mod without_tables {
    use super::*;
    use crate::job::Begun;
    use crate::no_tables::unsupported;

    /// There is none.
    pub(crate) enum Stream {}
    /// There is none.
    pub(crate) enum Table {}

    #[allow(dead_code)]
    pub(crate) struct ReadOptions {
        pub(crate) columns: Vec<String>,
        pub(crate) limit: u64,
        pub(crate) batch_rows: usize,
        pub(crate) split: String,
        pub(crate) sample: String,
        pub(crate) selection: String,
        pub(crate) on_error: String,
    }

    pub(crate) struct Written {
        pub(crate) rows: u64,
        pub(crate) bytes: u64,
    }

    impl Table {
        pub(crate) fn rows(&self) -> u64 {
            match *self {}
        }
        pub(crate) fn columns(&self) -> usize {
            match *self {}
        }
    }

    pub(crate) unsafe fn import(_: *mut ArrowArrayStream, _: &str) -> Result<Stream> {
        Err(unsupported())
    }
    pub(crate) unsafe fn export(stream: Stream, _: *mut ArrowArrayStream) {
        match stream {}
    }
    pub(crate) fn with_job(rows: Stream, _: Begun) -> Stream {
        rows
    }
    pub(crate) unsafe fn failure(_: *mut ArrowArrayStream) -> Result<Option<Arc<Error>>> {
        Err(unsupported())
    }
    pub(crate) fn table(rows: Stream) -> Result<Table> {
        match rows {}
    }
    pub(crate) fn reader(table: &Table) -> Stream {
        match *table {}
    }
    pub(crate) fn read(_: &Repo, _: &str, _: &RepoPath, _: &ReadOptions, _: &Job) -> Result<Stream> {
        Err(unsupported())
    }
    pub(crate) fn write(_: &Repo, _: &RepoPath, rows: Stream, _: &Job) -> Result<Written> {
        match rows {}
    }
}
