//! Errors
//!
//! A call gives an octo_status. Whoever wants to know more passes the address of an octo_error pointer that is NULL; a failing
//! call puts an error there, which says what is wrong, what to do about it, and with which path, store or commit.
//!
//! ```c
//! octo_repo *none = NULL;
//! if (octo_repo_open(context, octo_text("/nowhere"), &none, &err) != OCTO_OK) {
//!     octo_bytes what = octo_error_message(err), hint = octo_error_hint(err), key, value;
//!     fprintf(stderr, "%s: %.*s\n%.*s\n", octo_status_name(octo_error_code(err)), (int)what.len, (const char *)what.data,
//!             (int)hint.len, (const char *)hint.data);
//!     for (size_t i = 0; octo_error_context_get(err, i, &key, &value); i++)
//!         fprintf(stderr, "  %.*s = %.*s\n", (int)key.len, (const char *)key.data, (int)value.len, (const char *)value.data);
//!     octo_error_free(err);
//!     err = NULL;
//! }
//! ```

use crate::bytes::octo_bytes;
use crate::handle::{create, destroy, get};
use octostore::{Code, Error, Result};
use std::any::Any;
use std::ffi::{CStr, CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

/// 0, or what kind of thing went wrong. Numbers are stable; new ones may be added.
pub type octo_status = i32;

/// All went well.
pub const OCTO_OK: octo_status = 0;
/// An argument is not one that the call takes.
pub const OCTO_INVALID_ARGUMENT: octo_status = 1;
/// The folder is not inside a git repository.
pub const OCTO_NOT_A_REPOSITORY: octo_status = 2;
/// There is no such path, revision or object.
pub const OCTO_NOT_FOUND: octo_status = 3;
/// The thing to be made is there already.
pub const OCTO_ALREADY_EXISTS: octo_status = 4;
/// The caller cancelled the job.
pub const OCTO_CANCELLED: octo_status = 5;
/// Reading or writing a local file failed.
pub const OCTO_IO: octo_status = 6;
/// The disk is full, or a quota is used up.
pub const OCTO_DISK_FULL: octo_status = 7;
/// The operating system refuses access to a local file.
pub const OCTO_PERMISSION_DENIED: octo_status = 8;
/// Another process holds a lock that the call needs.
pub const OCTO_LOCKED: octo_status = 9;
/// A pointer's text does not follow the grammar.
pub const OCTO_POINTER_INVALID: octo_status = 10;
/// A pointer, pack or table is of a newer version than this library reads.
pub const OCTO_VERSION_TOO_NEW: octo_status = 11;
/// Stored bytes are not what their id says.
pub const OCTO_CORRUPT: octo_status = 12;
/// The data is neither here nor in the store.
pub const OCTO_MISSING_DATA: octo_status = 13;
/// The repository names no store.
pub const OCTO_STORE_NOT_CONFIGURED: octo_status = 14;
/// The store's URL cannot be understood.
pub const OCTO_STORE_URL_INVALID: octo_status = 15;
/// The store does not answer.
pub const OCTO_STORE_UNREACHABLE: octo_status = 16;
/// The store refuses access.
pub const OCTO_STORE_PERMISSION: octo_status = 17;
/// The place holds data, but not an octostore store.
pub const OCTO_STORE_FOREIGN: octo_status = 18;
/// A store URL came with a commit and nobody has accepted it in this clone.
pub const OCTO_STORE_NOT_ACCEPTED: octo_status = 19;
/// The store uses a feature that this library does not know.
pub const OCTO_STORE_FEATURE: octo_status = 20;
/// The store changed under the call in a way that a retry can solve.
pub const OCTO_STORE_CONFLICT: octo_status = 21;
/// git itself failed.
pub const OCTO_GIT: octo_status = 22;
/// The path is of a kind that cannot be versioned: a folder, a symlink, a device, another repository.
pub const OCTO_UNSUPPORTED_PATH: octo_status = 23;
/// A file changed while it was read.
pub const OCTO_FILE_CHANGED: octo_status = 24;
/// A configuration file cannot be understood.
pub const OCTO_CONFIG: octo_status = 25;
/// The path is not tracked by octostore.
pub const OCTO_NOT_TRACKED: octo_status = 26;
/// The only copy of the data is here, so it is not dropped.
pub const OCTO_NOT_PUSHED: octo_status = 27;
/// The call needs a work tree and the repository is bare.
pub const OCTO_BARE_REPOSITORY: octo_status = 28;
/// The call is not built into this library, or not available on this system.
pub const OCTO_UNSUPPORTED: octo_status = 29;
/// There is not enough memory for what the call needs.
pub const OCTO_OUT_OF_MEMORY: octo_status = 30;
/// A data file is not in the format that its name says.
pub const OCTO_INVALID_DATA: octo_status = 31;
/// A defect of octostore itself.
pub const OCTO_INTERNAL: octo_status = 255;

/// What went wrong, where, and what to do about it. It belongs to the caller, who frees it with octo_error_free; all that is
/// read from it lives until then. Immutable: any thread may read it.
pub struct octo_error {
    error: Arc<Error>,
    context: Vec<(String, String)>,
}

/// What a panic becomes.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::internal(text.unwrap_or("a panic"))
}

/// Runs a call: an error or a panic becomes a status and, if the caller wants one, an octo_error.
pub(crate) fn guard(err: *mut *mut octo_error, call: impl FnOnce() -> Result<()>) -> octo_status {
    let result = catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| Err(panicked(&*panic)));
    let Err(error) = result else { return OCTO_OK };
    // SAFETY: NULL or a place for a pointer, as the header says.
    unsafe { tell(err, Arc::new(error)) }
}

/// Gives an error to the caller, if it is wanted, and its status.
pub(crate) unsafe fn tell(err: *mut *mut octo_error, error: Arc<Error>) -> octo_status {
    let status = error.code() as octo_status;
    if !err.is_null() {
        let context = error.context().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        // SAFETY: not NULL, and a place for a pointer, as the header says.
        unsafe { err.write(create(octo_error { error, context })) };
    }
    status
}

/// Runs a call that cannot fail: what it gives for no answer, or if it panics, is `otherwise`.
#[inline]
pub(crate) fn quiet<T>(otherwise: T, call: impl FnOnce() -> Option<T>) -> T {
    catch_unwind(AssertUnwindSafe(call)).ok().flatten().unwrap_or(otherwise)
}

/// The code, one of OCTO_...; OCTO_OK for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_error_code(error: *const octo_error) -> octo_status {
    // SAFETY: NULL or a handle, as the header says.
    quiet(OCTO_OK, || unsafe { get(error) }.map(|e| e.error.code() as octo_status))
}

/// One sentence: what is wrong with what. Empty for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_error_message(error: *const octo_error) -> octo_bytes {
    // SAFETY: NULL or a handle, as the header says.
    quiet(octo_bytes::empty(), || unsafe { get(error) }.map(|e| octo_bytes::of(e.error.message().as_bytes())))
}

/// One sentence: what to do. May be empty. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_error_hint(error: *const octo_error) -> octo_bytes {
    // SAFETY: NULL or a handle, as the header says.
    quiet(octo_bytes::empty(), || unsafe { get(error) }.map(|e| octo_bytes::of(e.error.hint().as_bytes())))
}

/// Whether the same call may work when it is tried again with nothing changed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_error_retryable(error: *const octo_error) -> bool {
    // SAFETY: NULL or a handle, as the header says.
    quiet(false, || unsafe { get(error) }.map(|e| e.error.retryable()))
}

/// How many named facts the error has: "path", "store", "pack", ... Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_error_context_count(error: *const octo_error) -> usize {
    // SAFETY: NULL or a handle, as the header says.
    quiet(0, || unsafe { get(error) }.map(|e| e.context.len()))
}

/// One of the facts; false if there are not so many. `key` and `value` may be NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_error_context_get(
    error: *const octo_error,
    index: usize,
    key: *mut octo_bytes,
    value: *mut octo_bytes,
) -> bool {
    quiet(false, || {
        // SAFETY: NULL or a handle, as the header says.
        let (k, v) = unsafe { get(error) }?.context.get(index)?;
        // SAFETY: NULL or places for an octo_bytes, as the header says.
        unsafe {
            if !key.is_null() {
                key.write(octo_bytes::of(k.as_bytes()));
            }
            if !value.is_null() {
                value.write(octo_bytes::of(v.as_bytes()));
            }
        }
        Some(true)
    })
}

/// Frees an error; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_error_free(error: *mut octo_error) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(error) }.map(drop));
}

type Names = OnceLock<Vec<(octo_status, CString)>>;

/// The text of a status, kept for good.
fn static_text(
    names: &'static Names,
    status: octo_status,
    ok: &CStr,
    text: impl Fn(Code) -> &'static str,
) -> *const c_char {
    let names = names.get_or_init(|| {
        let all = Code::ALL.iter().map(|c| (*c as octo_status, CString::new(text(*c)).unwrap_or_default()));
        std::iter::once((OCTO_OK, ok.to_owned())).chain(all).collect()
    });
    names.iter().find(|n| n.0 == status).map_or(c"unknown".as_ptr(), |n| n.1.as_ptr())
}

/// The stable name of a status, such as "store_unreachable"; "unknown" for a number that this library does not have.
/// Static, never to be freed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn octo_status_name(status: octo_status) -> *const c_char {
    static NAMES: Names = OnceLock::new();
    quiet(c"unknown".as_ptr(), || Some(static_text(&NAMES, status, c"ok", Code::name)))
}

/// One line about a status. Static, never to be freed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn octo_status_summary(status: octo_status) -> *const c_char {
    static NAMES: Names = OnceLock::new();
    quiet(c"unknown".as_ptr(), || Some(static_text(&NAMES, status, c"All went well.", |c| c.summary().trim())))
}

/// How many error codes there are. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn octo_status_count() -> usize {
    Code::ALL.len()
}

/// Every error code there is, in the order of their numbers: the one at `index`, or OCTO_OK if there are not so many.
/// Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn octo_status_at(index: usize) -> octo_status {
    Code::ALL.get(index).map_or(OCTO_OK, |c| *c as octo_status)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;

    #[test]
    fn every_code_has_its_constant() {
        let ours = [
            (OCTO_INVALID_ARGUMENT, "invalid_argument"),
            (OCTO_NOT_A_REPOSITORY, "not_a_repository"),
            (OCTO_NOT_FOUND, "not_found"),
            (OCTO_ALREADY_EXISTS, "already_exists"),
            (OCTO_CANCELLED, "cancelled"),
            (OCTO_IO, "io"),
            (OCTO_DISK_FULL, "disk_full"),
            (OCTO_PERMISSION_DENIED, "permission_denied"),
            (OCTO_LOCKED, "locked"),
            (OCTO_POINTER_INVALID, "pointer_invalid"),
            (OCTO_VERSION_TOO_NEW, "version_too_new"),
            (OCTO_CORRUPT, "corrupt"),
            (OCTO_MISSING_DATA, "missing_data"),
            (OCTO_STORE_NOT_CONFIGURED, "store_not_configured"),
            (OCTO_STORE_URL_INVALID, "store_url_invalid"),
            (OCTO_STORE_UNREACHABLE, "store_unreachable"),
            (OCTO_STORE_PERMISSION, "store_permission"),
            (OCTO_STORE_FOREIGN, "store_foreign"),
            (OCTO_STORE_NOT_ACCEPTED, "store_not_accepted"),
            (OCTO_STORE_FEATURE, "store_feature"),
            (OCTO_STORE_CONFLICT, "store_conflict"),
            (OCTO_GIT, "git"),
            (OCTO_UNSUPPORTED_PATH, "unsupported_path"),
            (OCTO_FILE_CHANGED, "file_changed"),
            (OCTO_CONFIG, "config"),
            (OCTO_NOT_TRACKED, "not_tracked"),
            (OCTO_NOT_PUSHED, "not_pushed"),
            (OCTO_BARE_REPOSITORY, "bare_repository"),
            (OCTO_UNSUPPORTED, "unsupported"),
            (OCTO_OUT_OF_MEMORY, "out_of_memory"),
            (OCTO_INVALID_DATA, "invalid_data"),
            (OCTO_INTERNAL, "internal"),
        ];
        let theirs: Vec<_> = Code::ALL.iter().map(|c| (*c as octo_status, c.name())).collect();
        assert_eq!(ours.to_vec(), theirs);
    }

    #[test]
    fn a_panic_becomes_a_status() {
        let mut err = std::ptr::null_mut();
        let status = guard(&mut err, || panic!("oh no"));
        assert_eq!(status, OCTO_INTERNAL);
        // SAFETY: guard has just made it.
        unsafe {
            let message = octo_error_message(err);
            let message = std::slice::from_raw_parts(message.data, message.len);
            assert!(String::from_utf8_lossy(message).contains("oh no"));
            octo_error_free(err);
        }
    }
}
