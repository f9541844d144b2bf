//! Contexts
//!
//! A context owns thread pools and limits, and the log. One is enough for a program; several are independent. After a fork, the
//! child may go on using the parent's contexts and repositories; calls and tasks that were under way are the parent's.
//!
//! ```c
//! octo_context_options options = OCTO_CONTEXT_OPTIONS_INIT;
//! octo_context *small = NULL;
//! options.threads = 2;
//! options.memory = 64u << 20;
//! if (octo_context_new(&options, &small, &err) == OCTO_OK) octo_context_free(small);
//! ```

use crate::args::{self, give, wanted};
use crate::error::{guard, octo_error, octo_status, quiet};
use crate::gate::Gate;
use crate::handle::destroy;
use crate::log::{listener, octo_log_fn};
use octostore::{Context, ContextOptions};
use std::ffi::c_void;
use std::sync::Arc;

/// Owns thread pools and memory limits; several repositories may share one. Internally locked: any thread may use it. No
/// thread exists before a call needs it. Freed with octo_context_free; repositories opened with it stay usable. A child process
/// made by fork may use it: it gets threads of its own.
pub struct octo_context {
    pub(crate) context: Context,
    log: Arc<Gate>,
}

impl Drop for octo_context {
    fn drop(&mut self) {
        self.log.close();
    }
}

/// Limits of a context, and its log. Begin with OCTO_CONTEXT_OPTIONS_INIT; 0 means the default.
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
    /// One of OCTO_LOG_...: on_log hears of this level and of those before it. 0: no log.
    pub log_level: u32,
    /// May be NULL: no log.
    pub on_log: octo_log_fn,
    /// Given to on_log. May be NULL.
    pub log_user_data: *mut c_void,
}

impl Default for octo_context_options {
    fn default() -> Self {
        octo_context_options {
            struct_size: size_of::<Self>(),
            threads: 0,
            memory: 0,
            connections: 0,
            log_level: 0,
            on_log: None,
            log_user_data: std::ptr::null_mut(),
        }
    }
}

/// Makes a context with these limits. `options` may be NULL. Writes `*out`, which the caller frees with octo_context_free.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_context_new(
    options: *const octo_context_options,
    out: *mut *mut octo_context,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        let o = unsafe { args::options(options, "options") }?;
        let options = ContextOptions { threads: o.threads, memory: o.memory, connections: o.connections };
        let log = Arc::new(Gate::default());
        let context = match listener(o.log_level, o.on_log, o.log_user_data, log.clone())? {
            Some((level, listen)) => Context::with_log(options, level, listen),
            None => Context::new(options),
        };
        // SAFETY: as above.
        unsafe { give(out, octo_context { context, log }, "out") }
    })
}

/// Frees a context; NULL is fine. Its log is silent from then on. Not while a call uses it. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_context_free(context: *mut octo_context) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(context) }.map(drop));
}
