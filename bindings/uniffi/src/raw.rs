//! The leaner road for Python's hot calls: plain C functions in the same library, called by `ctypes`.
//!
//! A method of uniffi costs Python some 3 us, and bytes that it gives are copied twice more. These functions cost a tenth
//! and write where the caller says. They are private to the package of the same build: no header names them.

use crate::error::{Failure, Result};
use crate::file::FileReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};

/// Done; `out` holds what was done.
const DONE: i32 = 0;
/// Failed; `out` holds a ticket for [`throw_raw`].
const FAILED: i32 = 1;

#[uniffi::export]
impl FileReader {
    /// Where this file is, for the plain functions: good as long as this object is.
    pub fn address(self: Arc<Self>) -> u64 {
        Arc::as_ptr(&self) as usize as u64
    }
}

/// Gives the failure of a plain function; its ticket is used up.
#[uniffi::export]
pub fn throw_raw(ticket: u64) -> Result<()> {
    // SAFETY: tickets come from `fail` only, and the package hands in each of them once.
    Err(*unsafe { Box::from_raw(ticket as usize as *mut Failure) })
}

fn fail(failure: Failure) -> u64 {
    Box::into_raw(Box::new(failure)) as usize as u64
}

/// Runs the body of a plain function: no panic leaves it.
pub(crate) fn guarded(out: &mut u64, body: impl FnOnce() -> octostore::Result<u64>) -> i32 {
    let failure = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(done)) => {
            *out = done;
            return DONE;
        }
        Ok(Err(e)) => e.into(),
        Err(panic) => octostore::Error::internal(text_of(panic.as_ref())).into(),
    };
    *out = fail(failure);
    FAILED
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or(panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic without words")
}

/// Reads at `offset` until `len` bytes are at `buffer` or the file ends; `out` gets the number of bytes.
///
/// # Safety
/// `file` is the address of a `FileReader` that lives during the call, `buffer` has room for `len` bytes that nobody else
/// reads or writes meanwhile, and `out` can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octostore_raw_read_at(
    file: *const FileReader,
    offset: u64,
    buffer: *mut u8,
    len: usize,
    out: *mut u64,
) -> i32 {
    // SAFETY: the caller's promise.
    let (file, out) = unsafe { (&*file, &mut *out) };
    guarded(out, || {
        if len == 0 {
            return Ok(0);
        }
        // SAFETY: the caller's promise. The bytes may be uninitialised; they are only written.
        let buffer = unsafe { std::slice::from_raw_parts_mut(buffer, len) };
        let done = file.file.lock().unwrap_or_else(PoisonError::into_inner).read_at(offset, buffer)?;
        Ok(done as u64)
    })
}
