//! Jobs: progress and cancelling
//!
//! Long calls take an octo_job, which may be NULL. It says who hears of progress, and which octo_cancel stops the call: a
//! cancelled call returns OCTO_CANCELLED, leaves the state as it was, and can be made again. No callback comes after the call
//! has returned.
//!
//! ```c
//! octo_job job = OCTO_JOB_INIT;
//! octo_status_list *files = NULL;
//! job.cancel = octo_cancel_new();
//! octo_cancel_cancel(job.cancel);
//! if (octo_repo_status(repo, &job, &files, NULL) == OCTO_CANCELLED) printf("stopped\n");
//! octo_status_list_free(files);
//! octo_cancel_free(job.cancel);
//! ```

use crate::args::{Versioned, options};
use crate::bytes::octo_bytes;
use crate::error::quiet;
use crate::gate::Gate;
use crate::handle::{create, destroy, get, handle};
use crate::task::Task;
use octostore::{Cancel, Code, Error, Job, Progress, Result};
use std::ffi::c_void;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Stops calls, from any thread. Internally locked. Freed with octo_cancel_free.
pub struct octo_cancel {
    token: Cancel,
    /// A task can be cancelled alone, so each has a token of its own.
    tasks: Mutex<Vec<Weak<Task>>>,
}

impl octo_cancel {
    /// From now on this token stops the task too.
    pub(crate) fn also_stops(&self, task: &Arc<Task>) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|t| t.strong_count() > 0);
        tasks.push(Arc::downgrade(task));
        drop(tasks);
        if self.token.is_cancelled() {
            task.cancel();
        }
    }

    fn cancel(&self) {
        self.token.cancel();
        let tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.iter().filter_map(Weak::upgrade).for_each(|task| task.cancel());
    }
}

/// Makes a token that nobody has cancelled; NULL only if there is no memory. The caller frees it with octo_cancel_free.
/// Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn octo_cancel_new() -> *mut octo_cancel {
    let new = || create(octo_cancel { token: Cancel::new(), tasks: Mutex::default() });
    quiet(std::ptr::null_mut(), || Some(new()))
}

/// Asks every job that holds this token to stop soon. Their calls return OCTO_CANCELLED. NULL is fine. Any thread, also from
/// callbacks. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_cancel_cancel(cancel: *const octo_cancel) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { get(cancel) }.map(octo_cancel::cancel));
}

/// Whether somebody has cancelled it; false for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_cancel_is_cancelled(cancel: *const octo_cancel) -> bool {
    // SAFETY: NULL or a handle, as the header says.
    quiet(false, || unsafe { get(cancel) }.map(|c| c.token.is_cancelled()))
}

/// Frees a token; NULL is fine. Calls that hold it go on, and cannot be stopped by it any more. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_cancel_free(cancel: *mut octo_cancel) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(cancel) }.map(drop));
}

/// How far a job is. Begin with OCTO_PROGRESS_INIT where the struct is yours.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_progress {
    /// The size of this struct; newer libraries have more fields at the end.
    pub struct_size: usize,
    /// What is being done: "add", "upload", "download", "write files", "verify", ...
    pub phase: octo_bytes,
    pub done_bytes: u64,
    /// 0 if not known.
    pub total_bytes: u64,
    /// Files, or packs.
    pub done_items: u64,
    /// 0 if not known.
    pub total_items: u64,
}

/// Called with the progress of a long call: often, from any thread, never by two threads at once, and not after the call has
/// returned or its task was freed. It must be quick, must not throw or longjmp, must not call octostore but for
/// octo_cancel_cancel and octo_task_cancel, and what `progress` points to is gone when it returns.
pub type octo_progress_fn = Option<unsafe extern "C" fn(progress: *const octo_progress, user_data: *mut c_void)>;

/// Called once when a task is done, from a thread of the library, after octo_task_poll says so. It must be quick, must not
/// throw or longjmp, and may call octo_task_... functions but for octo_task_wait.
pub type octo_done_fn = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// How a long call tells how far it is, and how it is stopped. Begin with OCTO_JOB_INIT. Long calls take a pointer to it,
/// which may be NULL. It is copied; what its callbacks use must live until the call returns, or its task is freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_job {
    pub struct_size: usize,
    /// May be NULL.
    pub on_progress: octo_progress_fn,
    /// Stops the call when it is cancelled, from any thread. May be NULL.
    pub cancel: *mut octo_cancel,
    /// Given to the callbacks. May be NULL.
    pub user_data: *mut c_void,
    /// For the _start calls: wakes the caller up when the task is done. NULL for all others, which refuse it.
    pub on_done: octo_done_fn,
}

impl Default for octo_job {
    fn default() -> Self {
        octo_job {
            struct_size: size_of::<Self>(),
            on_progress: None,
            cancel: std::ptr::null_mut(),
            user_data: std::ptr::null_mut(),
            on_done: None,
        }
    }
}

/// The caller's pointer, on its way through threads.
#[derive(Clone, Copy)]
struct UserData(*mut c_void);
// SAFETY: the header says that callbacks are called from any thread with this pointer.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

/// What an octo_job asks for.
pub(crate) struct Callbacks {
    user_data: UserData,
    on_progress: octo_progress_fn,
    on_done: octo_done_fn,
}

impl Callbacks {
    pub(crate) fn of(job: &octo_job) -> Self {
        Callbacks { user_data: UserData(job.user_data), on_progress: job.on_progress, on_done: job.on_done }
    }

    pub(crate) fn progress(&self, gate: &Gate, p: &Progress<'_>) {
        let Some(callback) = self.on_progress else { return };
        let progress = octo_progress {
            struct_size: size_of::<octo_progress>(),
            phase: octo_bytes::of(p.phase.as_bytes()),
            done_bytes: p.done_bytes,
            total_bytes: p.total_bytes,
            done_items: p.done_items,
            total_items: p.total_items,
        };
        // SAFETY: the caller gave this function for just this call, with this pointer.
        gate.enter(|| unsafe { callback(&progress, self.user_data.0) });
    }

    pub(crate) fn done(&self, gate: &Gate) {
        if let Some(callback) = self.on_done {
            // SAFETY: as above.
            gate.enter(|| unsafe { callback(self.user_data.0) });
        }
    }
}

/// A job whose callbacks end when this is dropped.
pub(crate) struct Begun {
    pub(crate) job: Job,
    gate: Arc<Gate>,
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.gate.close();
    }
}

/// What the caller of a blocking call handed in.
pub(crate) unsafe fn begin(given: *const octo_job) -> Result<Begun> {
    // SAFETY: `options` is NULL or an octo_job, as the header says.
    let given = unsafe { options(given, "job") }?;
    if given.on_done.is_some() {
        return Err(Error::new(Code::InvalidArgument, "job.on_done is set for a call that is done when it returns")
            .remedy("Leave it NULL, or begin the call by its _start form."));
    }
    let gate = Arc::new(Gate::default());
    let mut job = Job::new();
    if !given.cancel.is_null() {
        // SAFETY: a handle, as the header says.
        job = job.cancel_with(&unsafe { handle(given.cancel, "job.cancel") }?.token);
    }
    if given.on_progress.is_some() {
        let (callbacks, gate) = (Callbacks::of(&given), gate.clone());
        job = job.on_progress(move |p| callbacks.progress(&gate, p));
    }
    Ok(Begun { job, gate })
}

/// Makes a long call and waits for it.
pub(crate) unsafe fn run<T>(with: *const octo_job, call: impl FnOnce(&Job) -> Result<T>) -> Result<T> {
    // SAFETY: as for `begin`.
    let begun = unsafe { begin(with) }?;
    call(&begun.job)
}

const _: () = assert!(<octo_job as Versioned>::FIRST == 4 * size_of::<usize>());
