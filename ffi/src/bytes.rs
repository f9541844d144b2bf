//! Text, paths, bytes
//!
//! Text is UTF-8 with a length, a path is bytes with a length; neither needs a final NUL. octo_text makes one of a C string.
//! Lists of them come as octo_strings, whose items live as long as the list.
//!
//! ```c
//! octo_bytes pattern = octo_text("data/");
//! octo_strings *fresh = NULL;
//! if (octo_repo_track(repo, &pattern, 1, &fresh, &err) == OCTO_OK)
//!     for (size_t i = 0; i < octo_strings_count(fresh); i++) {
//!         octo_bytes text = octo_strings_get(fresh, i);
//!         printf("%.*s is tracked now\n", (int)text.len, (const char *)text.data);
//!     }
//! octo_strings_free(fresh);
//! ```

use crate::error::quiet;
use crate::handle::{destroy, get};
use std::ffi::OsString;

/// Bytes that belong to somebody else: text in UTF-8, or a path. Given to a function, they need to live until it returns;
/// given by a function, they live as long as the handle that they came from. `data` may be NULL if `len` is 0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_bytes {
    pub data: *const u8,
    pub len: usize,
}

impl octo_bytes {
    /// A view of bytes whose owner outlives it.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        octo_bytes { data: bytes.as_ptr(), len: bytes.len() }
    }
    pub(crate) fn empty() -> Self {
        octo_bytes { data: std::ptr::null(), len: 0 }
    }
}

/// Texts or paths. Immutable, any thread. Freed with octo_strings_free.
pub struct octo_strings(pub(crate) Vec<Vec<u8>>);

impl octo_strings {
    pub(crate) fn of(texts: Vec<String>) -> Self {
        octo_strings(texts.into_iter().map(String::into_bytes).collect())
    }
}

/// A path of the file system, or of a repository. Immutable, any thread. Freed with octo_path_free.
pub struct octo_path(pub(crate) OsString);

/// How many there are; 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_strings_count(strings: *const octo_strings) -> usize {
    // SAFETY: NULL or a handle, as the header says.
    quiet(0, || unsafe { get(strings) }.map(|s| s.0.len()))
}

/// One of them; empty if there are not so many. It lives as long as the list. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_strings_get(strings: *const octo_strings, index: usize) -> octo_bytes {
    // SAFETY: NULL or a handle, as the header says.
    quiet(octo_bytes::empty(), || unsafe { get(strings) }?.0.get(index).map(|s| octo_bytes::of(s)))
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_strings_free(strings: *mut octo_strings) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(strings) }.map(drop));
}

/// The path's bytes; empty for NULL. They live as long as the path. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_path_bytes(path: *const octo_path) -> octo_bytes {
    // SAFETY: NULL or a handle, as the header says.
    quiet(octo_bytes::empty(), || unsafe { get(path) }.map(|p| octo_bytes::of(p.0.as_encoded_bytes())))
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_path_free(path: *mut octo_path) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(path) }.map(drop));
}
