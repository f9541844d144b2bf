//! A data set profiled: its parts on all cores, merged in their order, so that the result does not depend on the threads.

use super::{Profiler, ProfilerOptions};
use crate::data::{Dataset, Part};
use crate::error::{Error, Result};
use crate::job::Job;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Raised with whatever changes in what a state says of the same rows: older states are not taken then.
const VERSION: u32 = 1;

/// Where states of parts are kept from one profile to the next. What is lost is only made anew.
pub(crate) trait States: Sync {
    /// A name for what a part's rows are made of: parts of the same name have the same rows. None if there is no such.
    fn name(&self, part: &Part) -> Option<String>;
    /// The state that was kept under a key.
    fn get(&self, key: &str) -> Option<Vec<u8>>;
    /// Keeps a state.
    fn put(&self, key: &str, state: &[u8]) -> Result<()>;
}

/// What profiling a data set gave.
pub(crate) struct Profiled {
    pub(crate) profiler: Profiler,
    pub(crate) parts: usize,
    /// Parts whose states were there already.
    pub(crate) reused: usize,
}

/// Profiles all rows. Without `states`, or where a part's content has no name, every part is read.
pub(crate) fn profile(
    dataset: &Dataset,
    options: &ProfilerOptions,
    states: Option<&dyn States>,
    pool: &rayon::ThreadPool,
    job: &Job,
) -> Result<Profiled> {
    let parts = dataset.parts(job)?;
    let run = Run {
        dataset,
        options,
        states,
        phase: job.phase("profile", parts.iter().map(|p| p.bytes).sum(), parts.len() as u64),
        job: job.without_progress(),
        next: AtomicUsize::new(0),
        reused: AtomicUsize::new(0),
        failed: AtomicBool::new(false),
        merged: Mutex::new(Merged {
            whole: Profiler::new(dataset.schema(), options)?,
            next: 0,
            waiting: BTreeMap::new(),
            error: None,
        }),
    };
    pool.scope(|scope| (0..pool.current_num_threads().min(parts.len())).for_each(|_| scope.spawn(|_| run.work(parts))));
    let merged = run.merged.into_inner().unwrap_or_else(PoisonError::into_inner);
    match merged.error {
        Some((_, e)) => Err(e),
        None => Ok(Profiled { profiler: merged.whole, parts: parts.len(), reused: run.reused.into_inner() }),
    }
}

struct Run<'a> {
    dataset: &'a Dataset,
    options: &'a ProfilerOptions,
    states: Option<&'a dyn States>,
    phase: crate::job::Phase,
    job: Job,
    /// The next part that nobody reads yet.
    next: AtomicUsize,
    reused: AtomicUsize,
    failed: AtomicBool,
    merged: Mutex<Merged>,
}

/// The parts so far, in order, and those that wait for an earlier one.
struct Merged {
    whole: Profiler,
    next: usize,
    waiting: BTreeMap<usize, Profiler>,
    /// The first part that failed: the same one whatever the threads, as parts are begun in order.
    error: Option<(usize, Error)>,
}

impl Run<'_> {
    fn work(&self, parts: &[Part]) {
        loop {
            let n = self.next.fetch_add(1, Ordering::Relaxed);
            if self.failed.load(Ordering::Relaxed) {
                return;
            }
            let Some(part) = parts.get(n) else { return };
            let done = self.of_part(part).and_then(|p| self.phase.advance(part.bytes, 1).map(|()| p));
            let merged = done.and_then(|p| self.merge(n, p));
            if let Err(e) = merged {
                self.failed.store(true, Ordering::Relaxed);
                let mut merged = self.merged.lock().unwrap_or_else(PoisonError::into_inner);
                if merged.error.as_ref().is_none_or(|(first, _)| n < *first) {
                    merged.error = Some((n, e));
                }
                return;
            }
        }
    }

    fn of_part(&self, part: &Part) -> Result<Profiler> {
        let key = self.states.and_then(|states| states.name(part)).map(|name| self.key(&name));
        if let (Some(states), Some(key)) = (self.states, &key)
            && let Some(Ok(known)) = states.get(key).map(|state| Profiler::from_bytes(&state))
            && known.is_of(self.dataset.schema(), self.options)
        {
            self.reused.fetch_add(1, Ordering::Relaxed);
            return Ok(known);
        }
        let mut profiler = Profiler::new(self.dataset.schema(), self.options)?;
        let mut rows = self.dataset.read(part, &self.job)?;
        while let Some(batch) = rows.next_batch()? {
            profiler.update(&batch)?;
        }
        if let (Some(states), Some(key)) = (self.states, &key) {
            states.put(key, &profiler.to_bytes()?)?;
        }
        Ok(profiler)
    }

    /// A name for the state of a part: of its rows, and of all that the state depends on besides.
    fn key(&self, name: &str) -> String {
        let ProfilerOptions { tfdv, weight, slices } = self.options;
        let columns = self.dataset.schema().fields();
        let all = format!("{VERSION} {name} {tfdv} {weight:?} {slices:?} {columns:?}");
        blake3::hash(all.as_bytes()).to_hex().to_string()
    }

    fn merge(&self, n: usize, profiler: Profiler) -> Result<()> {
        let mut merged = self.merged.lock().unwrap_or_else(PoisonError::into_inner);
        merged.waiting.insert(n, profiler);
        loop {
            let next = merged.next;
            let Some(profiler) = merged.waiting.remove(&next) else { return Ok(()) };
            merged.whole.merge(profiler)?;
            merged.next += 1;
        }
    }
}
