//! Tasks: long calls that do not block
//!
//! Every long call octo_repo_X has an octo_repo_X_start: it copies what it is given, begins the call on a thread of the library
//! and returns at once. Learn of the end by octo_task_poll, octo_task_wait, the descriptor of octo_task_fd, or on_done of the job;
//! look at the way there by octo_task_progress; then take what the call gave, once, by the octo_task_take_... function of its
//! kind, which returns the status and error that the call itself would have returned. Freeing a task that is not done
//! cancels it and does not wait.
//!
//! ```c
//! octo_task *task = NULL;
//! octo_status_list *files = NULL;
//! if (octo_repo_status_start(repo, NULL, &task, &err) == OCTO_OK) {
//!     bool done = false;
//!     while (octo_task_wait(task, 100, &done) == OCTO_OK && !done) {
//!         octo_progress progress = OCTO_PROGRESS_INIT;
//!         if (octo_task_progress(task, &progress) == OCTO_OK)
//!             printf("%llu of %llu files\n", (unsigned long long)progress.done_items, (unsigned long long)progress.total_items);
//!     }
//!     if (octo_task_take_status_list(task, &files, &err) == OCTO_OK)
//!         printf("%zu files\n", octo_status_list_count(files));
//! }
//! octo_status_list_free(files);
//! octo_task_free(task);
//! ```

use crate::args::{fill, give, options, put, wanted};
use crate::bytes::octo_bytes;
use crate::error::{guard, octo_status, panicked, quiet};
use crate::event::Event;
use crate::gate::Gate;
use crate::handle::{destroy, get, handle};
use crate::job::{Callbacks, octo_job, octo_progress};
use octostore::{Cancel, Code, Error, Job, Progress, Result};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A long call under way. Internally locked: any thread may use it. Freed with octo_task_free. A child process made by fork does
/// not have the call: there the task can be freed, and nothing else.
pub struct octo_task(Arc<Task>);

/// What a call gives, and the function that takes it.
pub(crate) trait Outcome: Send + 'static {
    const TAKER: &'static str;
}

enum State {
    Running,
    Done(Result<Box<dyn Any + Send>>),
    Taken,
}

/// What a task's handle and its thread share.
pub(crate) struct Task {
    /// The function that takes the outcome.
    taker: &'static str,
    state: Mutex<State>,
    done: Condvar,
    event: Mutex<Option<Event>>,
    seen: Mutex<Seen>,
    cancel: Cancel,
    callbacks: Callbacks,
    gate: Gate,
    /// The process that has the thread.
    process: u32,
}

/// The latest report. Phases stay where they are as long as the task lives: callers have views of them.
#[derive(Default)]
struct Seen {
    phases: Vec<Box<str>>,
    phase: usize,
    done: (u64, u64),
    total: (u64, u64),
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Task {
    pub(crate) fn cancel(&self) {
        self.cancel.cancel();
    }

    fn report(&self, p: &Progress<'_>) {
        let mut seen = lock(&self.seen);
        let known = seen.phases.iter().position(|phase| **phase == *p.phase);
        seen.phase = known.unwrap_or_else(|| {
            seen.phases.push(p.phase.into());
            seen.phases.len() - 1
        });
        seen.done = (p.done_bytes, p.done_items);
        seen.total = (p.total_bytes, p.total_items);
        drop(seen);
        self.callbacks.progress(&self.gate, p);
    }

    fn finish(&self, outcome: Result<Box<dyn Any + Send>>) {
        *lock(&self.state) = State::Done(outcome);
        self.done.notify_all();
        if let Some(event) = &*lock(&self.event) {
            event.set();
        }
        self.callbacks.done(&self.gate);
    }

    fn is_done(&self) -> bool {
        !matches!(*lock(&self.state), State::Running)
    }

    fn wait(&self, timeout: Option<Duration>) -> bool {
        let until = timeout.and_then(|t| Instant::now().checked_add(t));
        let mut state = lock(&self.state);
        while matches!(*state, State::Running) {
            let left = until.map(|t| t.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => return false,
                Some(left) => self.done.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.done.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
        true
    }

    pub(crate) fn take<T: Outcome>(&self) -> Result<T> {
        let wrong = |what: &str, hint: String| Err(Error::new(Code::InvalidArgument, what).remedy(hint));
        if self.taker != T::TAKER {
            return wrong("the task's call gives something else", format!("Take it by {}.", self.taker));
        }
        let mut state = lock(&self.state);
        if matches!(*state, State::Running) {
            return wrong("the task is not done", "Wait for it by octo_task_wait.".to_owned());
        }
        let State::Done(outcome) = std::mem::replace(&mut *state, State::Taken) else {
            return wrong("what the task gave was taken before", "Keep what the first call gave.".to_owned());
        };
        drop(state);
        outcome?
            .downcast::<T>()
            .map(|given| *given)
            .map_err(|_| Error::internal("a task gave another kind than it said"))
    }

    fn descriptor(&self) -> Option<i32> {
        let mut event = lock(&self.event);
        if event.is_none() {
            *event = Event::new().ok();
        }
        // The state is looked at while the event is locked: who finishes either finds it or is seen here.
        if self.is_done() {
            event.as_ref()?.set();
        }
        Some(event.as_ref()?.descriptor())
    }
}

impl octo_task {
    /// The task, if this process has its thread.
    pub(crate) fn here(&self) -> Result<&Task> {
        if self.0.process == std::process::id() {
            return Ok(&self.0);
        }
        Err(Error::new(Code::InvalidArgument, "the task is of the parent process")
            .remedy("Make the call anew in this process."))
    }
}

impl Drop for octo_task {
    fn drop(&mut self) {
        let Ok(task) = self.here() else {
            // Threads of the parent may have been anywhere: nothing of it is touched.
            std::mem::forget(self.0.clone());
            return;
        };
        if !task.is_done() {
            task.cancel();
        }
        task.gate.close();
        lock(&task.event).take();
    }
}

/// Begins a call on a thread of its own.
pub(crate) unsafe fn start<T: Outcome>(
    with: *const octo_job,
    out: *mut *mut octo_task,
    call: impl FnOnce(&Job) -> Result<T> + Send + 'static,
) -> Result<()> {
    wanted(out, "out")?;
    // SAFETY: NULL or an octo_job, as the header says.
    let given = unsafe { options(with, "job") }?;
    let task = Arc::new(Task {
        taker: T::TAKER,
        state: Mutex::new(State::Running),
        done: Condvar::new(),
        event: Mutex::new(None),
        seen: Mutex::default(),
        cancel: Cancel::new(),
        callbacks: Callbacks::of(&given),
        gate: Gate::default(),
        process: std::process::id(),
    });
    if !given.cancel.is_null() {
        // SAFETY: a handle, as the header says.
        unsafe { handle(given.cancel, "job.cancel") }?.also_stops(&task);
    }
    // No callback before the caller has the task.
    let held = task.gate.hold();
    // Not an owner: a stream of rows that nobody takes has the job, and the task has the stream.
    let (there, listening) = (task.clone(), Arc::downgrade(&task));
    let job = Job::new().cancel_with(&task.cancel).on_progress(move |p| {
        if let Some(task) = listening.upgrade() {
            task.report(p);
        }
    });
    let work = move || {
        let outcome = catch_unwind(AssertUnwindSafe(|| call(&job)));
        let outcome = outcome.unwrap_or_else(|panic| Err(panicked(&*panic)));
        there.finish(outcome.map(|given| Box::new(given) as Box<dyn Any + Send>));
    };
    std::thread::Builder::new().name("octostore-task".into()).spawn(work).map_err(|e| {
        Error::new(Code::OutOfMemory, format!("no thread could be started: {e}"))
            .remedy("Wait for other tasks to end, or raise the limit of threads.")
    })?;
    // SAFETY: not NULL, and a place for a pointer, as the header says.
    unsafe { give(out, octo_task(task.clone()), "out") }?;
    drop(held);
    Ok(())
}

/// Whether the task is done. False for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_poll(task: *const octo_task) -> bool {
    // SAFETY: NULL or a handle, as the header says.
    quiet(false, || unsafe { get(task) }.map(|t| t.0.is_done()))
}

/// Waits until the task is done, at most `timeout_ms` milliseconds, or for ever if that is negative, and writes whether it is to
/// `*done`, which may be NULL. Any thread. Errors: OCTO_INVALID_ARGUMENT, also in a child process. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_wait(task: *const octo_task, timeout_ms: i64, done: *mut bool) -> octo_status {
    guard(std::ptr::null_mut(), || {
        // SAFETY: NULL or a handle, as the header says.
        let task = unsafe { handle(task, "task") }?.here()?;
        let timeout = u64::try_from(timeout_ms).ok().map(Duration::from_millis);
        let is_done = task.wait(timeout);
        // SAFETY: NULL or a place for a bool, as the header says.
        if done.is_null() { Ok(()) } else { unsafe { put(done, is_done, "done") } }
    })
}

/// Asks the task to stop soon: its call gives OCTO_CANCELLED, unless it is done before. Other calls with the same octo_cancel go
/// on. NULL is fine. Any thread, also from callbacks. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_cancel(task: *const octo_task) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { get(task) }.map(|t| t.0.cancel()));
}

/// A file descriptor that is readable once the task is done: for poll, select, epoll or an event loop. It belongs to the task and
/// is closed with it; do not read from it. -1 for NULL, where there are no descriptors to poll, or if the process may have no more.
/// Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_fd(task: *const octo_task) -> i32 {
    // SAFETY: NULL or a handle, as the header says.
    quiet(-1, || unsafe { get(task) }?.here().ok()?.descriptor())
}

/// Fills `out`, whose struct_size is set, with the latest report; before the first, all is 0 and the phase is empty. The phase
/// lives as long as the task. Any thread. Errors: OCTO_INVALID_ARGUMENT. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_progress(task: *const octo_task, out: *mut octo_progress) -> octo_status {
    guard(std::ptr::null_mut(), || {
        wanted(out, "out")?;
        // SAFETY: NULL or a handle, as the header says.
        let seen = lock(&unsafe { handle(task, "task") }?.here()?.seen);
        let report = octo_progress {
            struct_size: 0,
            phase: seen.phases.get(seen.phase).map_or(octo_bytes::empty(), |p| octo_bytes::of(p.as_bytes())),
            done_bytes: seen.done.0,
            total_bytes: seen.total.0,
            done_items: seen.done.1,
            total_items: seen.total.1,
        };
        drop(seen);
        // SAFETY: not NULL, and begins with its size, as the header says.
        unsafe { fill(out, report, "out") }
    })
}

/// Frees a task; NULL is fine. If it is not done, it is cancelled, and ends by itself: nothing waits for it, and what it needs
/// stays alive. No callback comes once this has returned; one that is running is waited for, unless it is who frees. Not while
/// another call uses the task. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_free(task: *mut octo_task) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(task) }.map(drop));
}
