//! Log records for whoever asks for them.

use crate::context::Context;
use crate::error::Result;
use std::sync::Arc;

/// What the library tells about its work. `level` is 1 for errors, 2 for warnings, 3 for what was done, 4 for every call.
#[derive(uniffi::Record)]
pub struct LogRecord {
    pub level: u32,
    pub target: String,
    pub message: String,
}

/// Hears log records: from any thread, never from two at once. It must not call octostore.
#[uniffi::export(callback_interface)]
pub trait LogListener: Send + Sync {
    fn on_record(&self, record: LogRecord);
}

#[uniffi::export]
impl Context {
    /// A context that tells `listener` about its work, up to `level`.
    #[uniffi::constructor]
    pub fn with_log(
        threads: u32,
        memory: u64,
        connections: u32,
        level: u32,
        listener: Box<dyn LogListener>,
    ) -> Result<Arc<Self>> {
        let level = octostore::Level::from_number(level).ok_or_else(|| {
            octostore::Error::new(octostore::Code::InvalidArgument, format!("{level} is not a log level"))
                .remedy("Levels are 1 (error) to 4 (debug).")
        })?;
        let options =
            octostore::ContextOptions { threads: threads as usize, memory, connections: connections as usize };
        Ok(Arc::new(Context(octostore::Context::with_log(options, level, move |r| {
            let (target, message) = (r.target.to_owned(), r.message.to_owned());
            listener.on_record(LogRecord { level: r.level as u32, target, message });
        }))))
    }
}
