//! The threads and the memory that the library may use. Nothing of it exists before the first call that needs it.

use crate::error::{Error, Result};
use crate::log::{Level, Log, LogRecord};
use crate::per_process::PerProcess;
use std::future::Future;
use std::sync::Arc;

/// More threads or requests at once than this help nobody, and a machine may not survive them.
const MOST: usize = 1024;

/// Limits of a [`Context`]; zero means the default, and no more than 1,024 threads or requests are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContextOptions {
    /// Threads for cutting, hashing and compressing; by default one for each core.
    pub threads: usize,
    /// Bytes that data on its way to or from a store may take up; by default 128 MiB.
    pub memory: u64,
    /// Requests under way at once; by default 8.
    pub connections: usize,
}

/// Owns thread pools and limits. Clones are the same context; several repositories may share one. A child process made by
/// fork may go on using it: it gets threads of its own.
///
/// ```
/// use octostore::{Context, ContextOptions};
/// let context = Context::new(ContextOptions { threads: 1, ..Default::default() });
/// assert_eq!(context.options().threads, 1);
/// ```
#[derive(Clone, Default)]
pub struct Context(Arc<Inner>);

#[derive(Default)]
struct Inner {
    options: ContextOptions,
    log: Option<Log>,
    pool: PerProcess<rayon::ThreadPool>,
    runtime: PerProcess<Runtime>,
}

/// A runtime that may be dropped anywhere: tokio's own panics when that happens inside an async context.
struct Runtime(Option<tokio::runtime::Runtime>);

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Context {
    /// Makes a context with these limits.
    pub fn new(options: ContextOptions) -> Self {
        Self::make(options, None)
    }

    /// Makes a context that tells `listener` about its work, up to `level`. The listener is called from any thread, never
    /// by two at once; it must not call octostore.
    pub fn with_log(options: ContextOptions, level: Level, listener: impl Fn(&LogRecord<'_>) + Send + 'static) -> Self {
        Self::make(options, Some(Log::new(level, listener)))
    }

    fn make(options: ContextOptions, log: Option<Log>) -> Self {
        #[cfg(feature = "trace")]
        {
            crate::trace::record("call", "context.new");
            let o = options;
            let used = [("threads", o.threads > 0), ("memory", o.memory > 0), ("connections", o.connections > 0)];
            for (name, _) in used.into_iter().chain([("log", log.is_some())]).filter(|(_, used)| *used) {
                crate::trace::record("option", &format!("context.new.{name}"));
            }
        }
        Context(Arc::new(Inner { options, log, ..Inner::default() }))
    }

    pub(crate) fn log(&self, level: Level, target: &str, message: impl FnOnce() -> String) {
        if let Some(log) = self.0.log.as_ref().filter(|log| level <= log.level) {
            log.write(level, target, &message());
        }
    }

    /// The limits as they were given.
    pub fn options(&self) -> ContextOptions {
        self.0.options
    }

    pub(crate) fn memory(&self) -> u64 {
        match self.0.options.memory {
            0 => 128 << 20,
            n => n.max(16 << 20),
        }
    }

    pub(crate) fn connections(&self) -> usize {
        match self.0.options.connections {
            0 => 8,
            n => n.min(MOST),
        }
    }

    /// The pool for work that keeps a core busy.
    pub(crate) fn pool(&self) -> Result<Arc<rayon::ThreadPool>> {
        self.0.pool.get_or_try(|| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(self.0.options.threads.min(MOST))
                .thread_name(|n| format!("octostore-{n}"))
                .build()
                .map_err(|e| Error::internal(format!("no threads could be started: {e}")))
        })
    }

    fn handle(&self) -> Result<tokio::runtime::Handle> {
        let runtime = self.0.runtime.get_or_try(|| {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .thread_name("octostore-net")
                .enable_all()
                .build()
                .map(|runtime| Runtime(Some(runtime)))
                .map_err(|e| Error::internal(format!("no network threads could be started: {e}")))
        })?;
        runtime.0.as_ref().map(|r| r.handle().clone()).ok_or_else(|| Error::internal("no runtime"))
    }

    /// Runs `work` on the network threads and waits for it. May be called from anywhere, also from a caller's own
    /// async runtime, which `block_on` may not.
    pub(crate) fn wait<T: Send + 'static>(&self, work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
        let (done, result) = std::sync::mpsc::sync_channel(1);
        self.handle()?.spawn(async move {
            // Nobody waits any more only if the caller's thread is gone.
            let _ = done.send(work.await);
        });
        result.recv().map_err(|_| Error::internal("a network task panicked"))?
    }

    /// Begins `work` on the network threads.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<tokio::task::JoinHandle<T>> {
        Ok(self.handle()?.spawn(work))
    }
}
