//! Contexts and cancel tokens.

use crate::args::{free, give, options};
use crate::error::{guard, octo_error, octo_status};
use octostore::{Cancel, Context, ContextOptions};

/// Owns thread pools and memory limits; several repositories may share one. Internally locked: any thread may use it. No
/// thread exists before a call needs it. Freed with octo_context_free; repositories opened with it stay usable. Do not fork
/// a process while calls run in it; after a fork, the child opens its own context.
pub struct octo_context(pub(crate) Context);

/// Limits of a context. Begin with OCTO_CONTEXT_OPTIONS_INIT; 0 means the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_context_options {
    pub struct_size: usize,
    /// Threads for cutting, hashing and compressing; by default one for each core.
    pub threads: usize,
    /// Bytes that data on its way to or from a store may take up; by default 128 MiB.
    pub memory: u64,
    /// Requests under way at once; by default 8.
    pub connections: usize,
}

impl Default for octo_context_options {
    fn default() -> Self {
        octo_context_options { struct_size: size_of::<Self>(), threads: 0, memory: 0, connections: 0 }
    }
}

/// Makes a context. `given` may be NULL. Writes `*out`, which the caller frees with octo_context_free.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_context_new(
    given: *const octo_context_options,
    out: *mut *mut octo_context,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        let o = unsafe { options(given, "options") }?;
        let options = ContextOptions { threads: o.threads, memory: o.memory, connections: o.connections };
        // SAFETY: as above.
        unsafe { give(out, octo_context(Context::new(options)), "out") }
    })
}

/// Frees a context; NULL is fine. Not while a call uses it. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_context_free(context: *mut octo_context) {
    // SAFETY: NULL or a handle that is freed once, as the header says.
    unsafe { free(context) }
}

/// Stops calls, from any thread. Internally locked. Freed with octo_cancel_free.
pub struct octo_cancel(pub(crate) Cancel);

/// Makes a token that nobody has cancelled; never NULL. The caller frees it with octo_cancel_free. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn octo_cancel_new() -> *mut octo_cancel {
    Box::into_raw(Box::new(octo_cancel(Cancel::new())))
}

/// Asks every call that holds this token to stop soon; they return OCTO_CANCELLED. NULL is fine. Any thread, also from
/// on_progress. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_cancel_cancel(cancel: *const octo_cancel) {
    // SAFETY: NULL or a live handle, as the header says.
    if let Some(cancel) = unsafe { cancel.as_ref() } {
        cancel.0.cancel();
    }
}

/// Whether somebody has cancelled it; false for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_cancel_is_cancelled(cancel: *const octo_cancel) -> bool {
    // SAFETY: NULL or a live handle, as the header says.
    unsafe { cancel.as_ref() }.is_some_and(|c| c.0.is_cancelled())
}

/// Frees a token; NULL is fine. Not while a call holds it. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_cancel_free(cancel: *mut octo_cancel) {
    // SAFETY: NULL or a handle that is freed once, as the header says.
    unsafe { free(cancel) }
}
