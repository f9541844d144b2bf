//! How a long call tells how far it is, and how it is stopped.
//!
//! Every heavy job is plan, tasks, commit: the plan knows the totals, each task checks the cancel token and reports
//! what it did, and the commit is one atomic step. A [`Job`] is what the caller hands in for that.

use crate::error::{Error, Result};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// One report of how far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// What is being done: `add`, `upload`, `download`, `write files`, `verify`.
    pub phase: &'a str,
    /// Bytes done in this phase.
    pub done_bytes: u64,
    /// Bytes in all, or 0 when that is not known yet.
    pub total_bytes: u64,
    /// Files (or packs) done in this phase.
    pub done_items: u64,
    /// Files (or packs) in all, or 0 when that is not known yet.
    pub total_items: u64,
}

struct Listener {
    report: Box<dyn Fn(&Progress<'_>) + Send + Sync>,
    /// Held during a report: a listener is never called by two threads at once.
    busy: Mutex<()>,
}

/// Stops a job from any thread. Clones are the same token.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A token that nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }
    /// Asks every job that holds this token to stop soon.
    pub fn cancel(&self) {
        #[cfg(feature = "trace")]
        crate::trace::record("call", "cancel.cancel");
        self.0.store(true, Ordering::Relaxed);
    }
    /// Whether somebody has asked.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the caller of a long call hands in: where progress goes, and the token that stops it.
///
/// ```
/// use octostore::{Cancel, Job};
/// let cancel = Cancel::new();
/// let job = Job::new()
///     .on_progress(|p| eprintln!("{} {}/{}", p.phase, p.done_bytes, p.total_bytes))
///     .cancel_with(&cancel);
/// cancel.cancel();
/// assert!(job.check().is_err());
/// ```
#[derive(Clone, Default)]
pub struct Job {
    progress: Option<Arc<Listener>>,
    cancel: Cancel,
}

impl Job {
    /// A silent job that nobody stops.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same job, reporting to `f`. It is called often and from worker threads, though never by two at once; it must
    /// be quick. A report may be left out while another one is being made.
    #[must_use]
    pub fn on_progress(mut self, f: impl Fn(&Progress<'_>) + Send + Sync + 'static) -> Self {
        #[cfg(feature = "trace")]
        crate::trace::record("option", "job.progress");
        self.progress = Some(Arc::new(Listener { report: Box::new(f), busy: Mutex::new(()) }));
        self
    }

    /// The same job, stopped by `cancel`.
    #[must_use]
    pub fn cancel_with(mut self, cancel: &Cancel) -> Self {
        #[cfg(feature = "trace")]
        crate::trace::record("option", "job.cancel");
        self.cancel = cancel.clone();
        self
    }

    /// An error if the job was cancelled. Tasks call this before each piece of work.
    pub fn check(&self) -> Result<()> {
        if self.cancel.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }

    /// The same job without its listener, for a step whose caller reports it.
    #[cfg(feature = "tabular")]
    pub(crate) fn without_progress(&self) -> Job {
        Job { progress: None, cancel: self.cancel.clone() }
    }

    /// Begins a phase with known or unknown (0) totals.
    pub(crate) fn phase(&self, name: &'static str, total_bytes: u64, total_items: u64) -> Phase {
        let phase = Phase {
            job: self.clone(),
            name,
            total_bytes: total_bytes.into(),
            total_items: total_items.into(),
            done_bytes: 0.into(),
            done_items: 0.into(),
        };
        phase.report();
        phase
    }
}

/// The sum of what files claim to have, which may be more than there is.
pub(crate) fn total(sizes: impl Iterator<Item = u64>) -> u64 {
    sizes.fold(0, u64::saturating_add)
}

/// A phase of a job under way: counts, and reports each time something is done.
pub(crate) struct Phase {
    job: Job,
    name: &'static str,
    total_bytes: AtomicU64,
    total_items: AtomicU64,
    done_bytes: AtomicU64,
    done_items: AtomicU64,
}

impl Phase {
    /// Counts what was done, reports it, and fails if the job was cancelled.
    pub(crate) fn advance(&self, bytes: u64, items: u64) -> Result<()> {
        self.done_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.done_items.fetch_add(items, Ordering::Relaxed);
        self.report();
        self.job.check()
    }

    fn report(&self) {
        let Some(listener) = &self.job.progress else { return };
        // Whoever finds it busy goes on working: the next report says more.
        let Ok(_busy) = listener.busy.try_lock() else { return };
        (listener.report)(&Progress {
            phase: self.name,
            done_bytes: self.done_bytes.load(Ordering::Relaxed),
            total_bytes: self.total_bytes.load(Ordering::Relaxed),
            done_items: self.done_items.load(Ordering::Relaxed),
            total_items: self.total_items.load(Ordering::Relaxed),
        });
    }
}
