//! Arrow streams across the border, and what stands in for them in a library without tables.

use crate::table::ArrowArrayStream;
use octostore::{Error, Job, Repo, RepoPath, Result};

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
    use octostore::arrow::array::RecordBatch;
    use octostore::arrow::datatypes::SchemaRef;
    use octostore::arrow::error::ArrowError;
    use octostore::arrow::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
    use octostore::arrow::record_batch::RecordBatchReader;
    pub(crate) use octostore::{ReadOptions, Table, WriteReport as Written};
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
    pub(crate) unsafe fn export(stream: Stream, out: *mut ArrowArrayStream) {
        let stream = FFI_ArrowArrayStream::new(Box::new(Whole(stream)));
        // SAFETY: not NULL, and a place for such a struct, as the header says.
        unsafe { out.cast::<FFI_ArrowArrayStream>().write(stream) };
    }

    /// A stream whose panics are errors: they must not cross the border.
    struct Whole(Stream);

    impl Iterator for Whole {
        type Item = std::result::Result<RecordBatch, ArrowError>;

        fn next(&mut self) -> Option<Self::Item> {
            catch_unwind(AssertUnwindSafe(|| self.0.next()))
                .unwrap_or_else(|panic| Some(Err(ArrowError::ExternalError(Box::new(panicked(&*panic))))))
        }
    }

    impl RecordBatchReader for Whole {
        fn schema(&self) -> SchemaRef {
            self.0.schema()
        }
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
    use octostore::Code;

    /// There is none.
    pub(crate) enum Stream {}
    /// There is none.
    pub(crate) enum Table {}

    #[allow(dead_code)]
    pub(crate) struct ReadOptions {
        pub(crate) columns: Vec<String>,
        pub(crate) limit: u64,
        pub(crate) batch_rows: usize,
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

    fn unsupported() -> Error {
        Error::new(Code::Unsupported, "this library was built without tables")
            .remedy("Use one that was built with the feature \"tabular\".")
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
