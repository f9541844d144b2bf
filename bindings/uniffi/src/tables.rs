//! Tables in and out by Arrow's C interfaces: the other side allocates the C structs and gives their addresses, so that no
//! row is copied.

use crate::context::{Cancel, Listener, job};
use crate::error::Result;
use crate::repo::Repo;
use octostore::arrow::array::{Array, StructArray};
use octostore::arrow::error::ArrowError;
use octostore::arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use octostore::arrow::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use octostore::arrow::record_batch::RecordBatchReader;
use octostore::{Code, Error, RepoPath};
use std::sync::{Arc, Mutex, PoisonError};

fn arrow_failed(e: ArrowError) -> Error {
    Error::new(Code::InvalidData, format!("the Arrow stream cannot be taken: {e}"))
        .remedy("Hand in a stream of record batches that nobody has read or released.")
}

/// Room for a C struct of the caller, given by its address.
fn place<T>(address: u64) -> Result<*mut T> {
    let place = address as usize as *mut T;
    if place.is_null() || !place.is_aligned() {
        Err(Error::new(Code::InvalidArgument, "the address of an Arrow struct is null or not aligned")
            .remedy("Give the address of a struct of Arrow's C interface."))?;
    }
    Ok(place)
}

/// Moves a C struct to the caller's place.
fn put<T>(address: u64, value: T) -> Result<()> {
    let place = place::<T>(address)?;
    // SAFETY: the package of the same build gives the address of room for this struct, which holds nothing to release.
    unsafe { place.write(value) };
    Ok(())
}

/// Takes the stream at this address, which is left released.
fn take(address: u64) -> Result<RecordBatchStreamReader> {
    let stream = place::<FFI_ArrowArrayStream>(address)?;
    // SAFETY: the package of the same build gives the address of a stream, which may be a released one.
    let reader = unsafe { RecordBatchStreamReader::from_raw(stream) };
    Ok(reader.map_err(arrow_failed)?)
}

fn consumed() -> Error {
    Error::new(Code::InvalidArgument, "the stream of rows was given away or closed")
        .remedy("Call read_rows again: a stream gives its rows once.")
}

/// The rows of a file, read as they are asked for.
#[derive(uniffi::Object)]
pub struct Rows(Mutex<Option<octostore::Rows>>);

#[uniffi::export]
impl Rows {
    /// Puts the `ArrowSchema` of the rows at an address.
    pub fn schema(&self, address: u64) -> Result<()> {
        let rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let schema = rows.as_ref().ok_or_else(consumed)?.schema();
        put(address, FFI_ArrowSchema::try_from(schema.as_ref()).map_err(arrow_failed)?)
    }

    /// Puts the next batch, an `ArrowArray` of a struct, at an address; false at the end.
    pub fn next(&self, address: u64) -> Result<bool> {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(batch) = rows.as_mut().ok_or_else(consumed)?.next_batch()? else { return Ok(false) };
        put(address, FFI_ArrowArray::new(&StructArray::from(batch).into_data()))?;
        Ok(true)
    }

    /// The names of the columns, in order.
    pub fn columns(&self) -> Result<Vec<String>> {
        let rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let schema = rows.as_ref().ok_or_else(consumed)?.schema();
        Ok(schema.fields().iter().map(|f| f.name().clone()).collect())
    }

    /// Reads the rest of the rows to count them.
    pub fn count(&self) -> Result<u64> {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = rows.as_mut().ok_or_else(consumed)?;
        let mut count = 0;
        while let Some(batch) = rows.next_batch()? {
            count += batch.num_rows() as u64;
        }
        Ok(count)
    }

    /// Moves the rest of the rows to an `ArrowArrayStream` at an address.
    pub fn export_to(&self, address: u64) -> Result<()> {
        place::<FFI_ArrowArrayStream>(address)?;
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = rows.take().ok_or_else(consumed)?;
        put(address, FFI_ArrowArrayStream::new(Box::new(rows)))
    }

    /// Ends the stream and what it holds open.
    pub fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Rows in memory.
#[derive(uniffi::Object)]
pub struct Table(octostore::Table);

#[uniffi::export]
impl Table {
    /// Takes the rows of the `ArrowArrayStream` at an address, which is left released.
    #[uniffi::constructor]
    pub fn import_from(address: u64) -> Result<Arc<Self>> {
        Ok(Arc::new(Table(octostore::Table::new(take(address)?)?)))
    }

    /// How many rows the table has.
    pub fn rows(&self) -> u64 {
        self.0.rows()
    }

    /// How many columns the table has.
    pub fn columns(&self) -> u64 {
        self.0.columns() as u64
    }

    /// Puts the `ArrowSchema` of the rows at an address.
    pub fn schema(&self, address: u64) -> Result<()> {
        put(address, FFI_ArrowSchema::try_from(self.0.schema().as_ref()).map_err(arrow_failed)?)
    }

    /// Puts an `ArrowArrayStream` that shares the table's buffers at an address.
    pub fn export_to(&self, address: u64) -> Result<()> {
        put(address, FFI_ArrowArrayStream::new(Box::new(self.0.reader())))
    }
}

/// What `write_rows` did.
#[derive(uniffi::Record)]
pub struct WriteReport {
    pub rows: u64,
    pub bytes: u64,
}

/// Which rows and columns to read.
#[derive(uniffi::Record)]
pub struct ReadOptions {
    pub columns: Vec<String>,
    pub limit: u64,
    pub batch_rows: u64,
    pub split: String,
    pub sample: String,
    pub selection: String,
    pub on_error: String,
}

impl From<ReadOptions> for octostore::ReadOptions {
    fn from(o: ReadOptions) -> Self {
        octostore::ReadOptions {
            columns: o.columns,
            limit: o.limit,
            batch_rows: usize::try_from(o.batch_rows).unwrap_or(usize::MAX),
            split: o.split,
            sample: o.sample,
            selection: o.selection,
            on_error: o.on_error,
        }
    }
}

#[uniffi::export]
impl Repo {
    pub fn read_rows(
        &self,
        rev: String,
        path: Vec<u8>,
        options: ReadOptions,
        listener: Option<Box<dyn Listener>>,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Arc<Rows>> {
        let rows = self.0.read_rows(&rev, &RepoPath::from_bytes(&path)?, &options.into(), &job(listener, cancel))?;
        Ok(Arc::new(Rows(Mutex::new(Some(rows)))))
    }

    /// Writes the rows of the `ArrowArrayStream` at an address, which is left released.
    pub fn write_rows(
        &self,
        path: Vec<u8>,
        address: u64,
        listener: Option<Box<dyn Listener>>,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<WriteReport> {
        let report = self.0.write_rows(&RepoPath::from_bytes(&path)?, take(address)?, &job(listener, cancel))?;
        Ok(WriteReport { rows: report.rows, bytes: report.bytes })
    }
}
