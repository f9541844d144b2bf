//! The log
//!
//! The library prints nothing. Who wants to hear of its work gives octo_context_new a level and
//! a callback, here one that begins `static void write_log(const octo_log_record *record, void *user_data)`.
//!
//! ```c
//! octo_context_options options = OCTO_CONTEXT_OPTIONS_INIT;
//! octo_context *logged = NULL;
//! options.log_level = OCTO_LOG_DEBUG;
//! options.on_log = write_log;
//! options.log_user_data = stderr;
//! if (octo_context_new(&options, &logged, &err) == OCTO_OK) octo_context_free(logged);
//! ```

use crate::bytes::octo_bytes;
use crate::gate::Gate;
use octostore::{Code, Error, Level, LogRecord, Result};
use std::ffi::c_void;
use std::sync::Arc;

/// A call failed.
pub const OCTO_LOG_ERROR: u32 = 1;
/// Something that its user should know although the call went well.
pub const OCTO_LOG_WARN: u32 = 2;
/// What was done to a store or a repository.
pub const OCTO_LOG_INFO: u32 = 3;
/// Each call, and how long it took.
pub const OCTO_LOG_DEBUG: u32 = 4;

/// One record of the log. What it points to is gone when the callback returns.
#[repr(C)]
pub struct octo_log_record {
    /// The size of this struct; newer libraries have more fields at the end.
    pub struct_size: usize,
    /// One of OCTO_LOG_...
    pub level: u32,
    /// What it is about: "call", "repo" or "store".
    pub target: octo_bytes,
    /// One line.
    pub message: octo_bytes,
}

/// Called with what a context logs: from any thread, never by two at once, and not after octo_context_free has returned. It
/// must be quick, must not throw or longjmp, and must not call octostore.
pub type octo_log_fn = Option<unsafe extern "C" fn(record: *const octo_log_record, user_data: *mut c_void)>;

struct UserData(*mut c_void);
// SAFETY: the header says that on_log is called from any thread with this pointer.
unsafe impl Send for UserData {}

/// What a context's options ask for: a level, and a listener whose gate the context closes.
pub(crate) fn listener(
    level: u32,
    on_log: octo_log_fn,
    user_data: *mut c_void,
    gate: Arc<Gate>,
) -> Result<Option<(Level, impl Fn(&LogRecord<'_>) + Send + 'static)>> {
    let Some(callback) = on_log else {
        return if level == 0 { Ok(None) } else { Err(crate::args::null("options.on_log")) };
    };
    let level = Level::from_number(level).ok_or_else(|| {
        Error::new(Code::InvalidArgument, format!("options.log_level is {level}, which is none of OCTO_LOG_..."))
    })?;
    let user_data = UserData(user_data);
    let listen = move |r: &LogRecord<'_>| {
        // The whole of it, so that the closure may cross threads.
        let user_data = &user_data;
        let record = octo_log_record {
            struct_size: size_of::<octo_log_record>(),
            level: r.level as u32,
            target: octo_bytes::of(r.target.as_bytes()),
            message: octo_bytes::of(r.message.as_bytes()),
        };
        // SAFETY: the caller gave this function and this pointer for as long as the gate is open.
        gate.enter(|| unsafe { callback(&record, user_data.0) });
    };
    Ok(Some((level, listen)))
}
