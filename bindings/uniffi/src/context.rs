//! Contexts, cancel tokens, progress.

use std::sync::Arc;

/// Owns thread pools and limits.
#[derive(uniffi::Object)]
pub struct Context(pub(crate) octostore::Context);

#[uniffi::export]
impl Context {
    /// A context with these limits; 0 means the default.
    #[uniffi::constructor]
    pub fn new(threads: u32, memory: u64, connections: u32) -> Arc<Self> {
        let options =
            octostore::ContextOptions { threads: threads as usize, memory, connections: connections as usize };
        Arc::new(Context(octostore::Context::new(options)))
    }
}

/// Stops calls, from any thread.
#[derive(uniffi::Object)]
pub struct Cancel(pub(crate) octostore::Cancel);

#[uniffi::export]
impl Cancel {
    #[uniffi::constructor]
    pub fn new() -> Arc<Self> {
        Arc::new(Cancel(octostore::Cancel::new()))
    }
    pub fn cancel(&self) {
        self.0.cancel();
    }
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// How far a job is.
#[derive(uniffi::Record)]
pub struct Progress {
    pub phase: String,
    pub done_bytes: u64,
    pub total_bytes: u64,
    pub done_items: u64,
    pub total_items: u64,
}

/// Hears of progress: often, from any thread, never from two at once.
#[uniffi::export(callback_interface)]
pub trait Listener: Send + Sync {
    fn on_progress(&self, progress: Progress);
}

/// The job of a call.
pub(crate) fn job(listener: Option<Box<dyn Listener>>, cancel: Option<Arc<Cancel>>) -> octostore::Job {
    let mut job = octostore::Job::new();
    if let Some(cancel) = cancel {
        job = job.cancel_with(&cancel.0);
    }
    let Some(listener) = listener else { return job };
    job.on_progress(move |p| {
        listener.on_progress(Progress {
            phase: p.phase.to_owned(),
            done_bytes: p.done_bytes,
            total_bytes: p.total_bytes,
            done_items: p.done_items,
            total_items: p.total_items,
        });
    })
}
