//! Reading a file of any revision, by ranges.

use crate::args::{free, null};
use crate::error::{guard, octo_error, octo_status};
use octostore::{Code, Error, FileReader};
use std::io::{Seek, SeekFrom};

/// A version of a file, open for reading. One thread at a time. Freed with octo_file_free.
pub struct octo_file(pub(crate) FileReader);

/// For octo_file_seek: from the start, from the current position, from the end.
pub const OCTO_SEEK_SET: u32 = 0;
pub const OCTO_SEEK_CUR: u32 = 1;
pub const OCTO_SEEK_END: u32 = 2;

/// Bytes of the file; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_file_len(file: *const octo_file) -> u64 {
    // SAFETY: NULL or a live handle, as the header says.
    unsafe { file.as_ref() }.map_or(0, |f| f.0.len())
}

/// The caller's buffer.
unsafe fn buffer<'a>(data: *mut u8, len: usize) -> octostore::Result<&'a mut [u8]> {
    match (data.is_null(), len) {
        (_, 0) => Ok(&mut []),
        (true, _) => Err(null("buffer")),
        // SAFETY: the caller gives `len` writable bytes at `data` that live until the call returns.
        (false, len) => Ok(unsafe { std::slice::from_raw_parts_mut(data, len) }),
    }
}

/// Reads at `offset` until the buffer is full or the file ends, and writes the bytes read to `*done`: fewer than `len` only
/// at the file's end. Only the chunks that are touched are fetched. The position of octo_file_read does not move.
/// Errors: OCTO_INVALID_ARGUMENT, OCTO_CORRUPT, OCTO_MISSING_DATA, OCTO_STORE_..., OCTO_IO. Since 0.1.
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
        // SAFETY: the pointers are NULL or as the header says.
        let (file, buffer) = unsafe { (file.as_mut().ok_or_else(|| null("file"))?, buffer(data, len)?) };
        let n = file.0.read_at(offset, buffer)?;
        // SAFETY: as above.
        unsafe { put(done, n) }
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
        // SAFETY: the pointers are NULL or as the header says.
        let (file, buffer) = unsafe { (file.as_mut().ok_or_else(|| null("file"))?, buffer(data, len)?) };
        let at = file.0.stream_position().map_err(|e| Error::new(Code::Internal, e.to_string()))?;
        let n = file.0.read_at(at, buffer)?;
        file.0.seek(SeekFrom::Start(at + n as u64)).map_err(|e| Error::new(Code::Internal, e.to_string()))?;
        // SAFETY: as above.
        unsafe { put(done, n) }
    })
}

unsafe fn put(done: *mut usize, n: usize) -> octostore::Result<()> {
    if done.is_null() {
        return Err(null("done"));
    }
    // SAFETY: not NULL, and a place for a size_t, as the header says.
    unsafe { done.write(n) };
    Ok(())
}

/// Moves the position and writes it to `*position`, which may be NULL. `whence` is one of OCTO_SEEK_...
/// Errors: OCTO_INVALID_ARGUMENT. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_file_seek(
    file: *mut octo_file,
    offset: i64,
    whence: u32,
    position: *mut u64,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: NULL or a live handle, as the header says.
        let file = unsafe { file.as_mut() }.ok_or_else(|| null("file"))?;
        let wrong = |what: &str| Error::new(Code::InvalidArgument, format!("octo_file_seek: {what}"));
        let to = match whence {
            OCTO_SEEK_SET => SeekFrom::Start(u64::try_from(offset).map_err(|_| wrong("the offset is negative"))?),
            OCTO_SEEK_CUR => SeekFrom::Current(offset),
            OCTO_SEEK_END => SeekFrom::End(offset),
            _ => return Err(wrong("whence is none of OCTO_SEEK_...")),
        };
        let at = file.0.seek(to).map_err(|_| wrong("the position would be before the file's start"))?;
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
    // SAFETY: NULL or a handle that is freed once, as the header says.
    unsafe { free(file) }
}
