//! Taking what a task gave
//!
//! Once, when the task is done, by the function of its call's kind. It returns the status and error that the call would have.
//!
//! ```c
//! octo_task *task = NULL;
//! octo_push_report sent = OCTO_PUSH_REPORT_INIT;
//! if (octo_repo_push_start(repo, NULL, NULL, &task, &err) == OCTO_OK && octo_task_wait(task, -1, NULL) == OCTO_OK &&
//!     octo_task_take_push_report(task, &sent, &err) == OCTO_OK)
//!     printf("%llu bytes sent\n", (unsigned long long)sent.uploaded_bytes);
//! octo_task_free(task);
//! ```

use crate::args::{fill, give, reportable, wanted};
use crate::bytes::octo_strings;
use crate::document::octo_document;
use crate::error::{guard, octo_error, octo_status};
use crate::handle::handle;
use crate::repo::octo_repo;
use crate::rows::{Stream, Written, export};
use crate::stage::{octo_add_report, octo_status_list};
use crate::store::{octo_copy_report, octo_store_info};
use crate::table::{ArrowArrayStream, octo_write_report};
use crate::task::{Outcome, octo_task};
use crate::transfer::{octo_drop_report, octo_fsck_report, octo_pull_report, octo_push_report, pulled};
use octostore::{
    AddReport, CopyReport, Document, DropReport, FileStatus, FsckReport, PullReport, PushReport, Repo, Result,
    StoreInfo,
};

macro_rules! outcomes {
    ($($kind:ty, $taker:literal;)+) => { $(impl Outcome for $kind { const TAKER: &'static str = $taker; })+ };
}

outcomes! {
    Repo, "octo_task_take_repo";
    AddReport, "octo_task_take_add_report";
    Vec<FileStatus>, "octo_task_take_status_list";
    PushReport, "octo_task_take_push_report";
    PullReport, "octo_task_take_pull_report";
    DropReport, "octo_task_take_drop_report";
    FsckReport, "octo_task_take_fsck_report";
    StoreInfo, "octo_task_take_store_info";
    CopyReport, "octo_task_take_copy_report";
    Stream, "octo_task_take_rows";
    Written, "octo_task_take_write_report";
    Document, "octo_task_take_document";
}

/// Takes the outcome of a task.
unsafe fn take<T: Outcome>(task: *const octo_task) -> Result<T> {
    // SAFETY: NULL or a handle, as the header says.
    unsafe { handle(task, "task") }?.here()?.take()
}

/// Takes what octo_repo_open_start, octo_repo_init_start or octo_repo_clone_start gave. Writes `*out`, which the caller
/// frees with octo_repo_free.
/// Any thread. Errors: those of the call; OCTO_INVALID_ARGUMENT if the task is not done, is of another call, or was taken from
/// before. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_take_repo(
    task: *const octo_task,
    out: *mut *mut octo_repo,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_repo(take(task)?), "out") }
    })
}

/// Takes what octo_repo_add_start gave. Writes `*out`, which the caller frees with octo_add_report_free.
/// Any thread. Errors: those of the call; OCTO_INVALID_ARGUMENT if the task is not done, is of another call, or was taken from
/// before. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_take_add_report(
    task: *const octo_task,
    out: *mut *mut octo_add_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_add_report(take(task)?), "out") }
    })
}

/// Takes what octo_repo_status_start gave. Writes `*out`, which the caller frees with octo_status_list_free.
/// Any thread. Errors: those of the call; OCTO_INVALID_ARGUMENT if the task is not done, is of another call, or was taken from
/// before. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_take_status_list(
    task: *const octo_task,
    out: *mut *mut octo_status_list,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_status_list(take(task)?), "out") }
    })
}

/// Takes what octo_repo_push_start gave. `out` may be NULL.
/// Any thread. Errors: those of the call; OCTO_INVALID_ARGUMENT if the task is not done, is of another call, or was taken from
/// before. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_take_push_report(
    task: *const octo_task,
    out: *mut octo_push_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: NULL or begins with its size, as the header says.
        unsafe { reportable(out, "out") }?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { fill(out, take::<PushReport>(task)?.into(), "out") }
    })
}

/// Takes what octo_repo_fetch_start, octo_repo_pull_start or their _with forms gave. `out` and `kept` may be NULL; the caller frees `*kept` with
/// octo_strings_free.
/// Any thread. Errors: those of the call; OCTO_INVALID_ARGUMENT if the task is not done, is of another call, or was taken from
/// before. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_take_pull_report(
    task: *const octo_task,
    out: *mut octo_pull_report,
    kept: *mut *mut octo_strings,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: NULL or begins with its size, as the header says.
        unsafe { reportable(out, "out") }?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { pulled(&take(task)?, out, kept) }
    })
}

/// Takes what octo_repo_drop_start gave. `out` may be NULL.
/// Any thread. Errors: those of the call; OCTO_INVALID_ARGUMENT if the task is not done, is of another call, or was taken from
/// before. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_take_drop_report(
    task: *const octo_task,
    out: *mut octo_drop_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: NULL or begins with its size, as the header says.
        unsafe { reportable(out, "out") }?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { fill(out, take::<DropReport>(task)?.into(), "out") }
    })
}

/// Takes what octo_repo_fsck_start gave. Writes `*out`, which the caller frees with octo_fsck_report_free.
/// Any thread. Errors: those of the call; OCTO_INVALID_ARGUMENT if the task is not done, is of another call, or was taken from
/// before. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_take_fsck_report(
    task: *const octo_task,
    out: *mut *mut octo_fsck_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_fsck_report(take(task)?), "out") }
    })
}

/// Takes what octo_repo_set_store_start gave. Writes `*out`, which the caller frees with octo_store_info_free.
/// Any thread. Errors: those of the call; OCTO_INVALID_ARGUMENT if the task is not done, is of another call, or was taken from
/// before. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_take_store_info(
    task: *const octo_task,
    out: *mut *mut octo_store_info,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_store_info(take(task)?), "out") }
    })
}

/// Takes what octo_repo_copy_store_start gave. `out` may be NULL.
/// Any thread. Errors: those of the call; OCTO_INVALID_ARGUMENT if the task is not done, is of another call, or was taken from
/// before. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_take_copy_report(
    task: *const octo_task,
    out: *mut octo_copy_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: NULL or begins with its size, as the header says.
        unsafe { reportable(out, "out") }?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { fill(out, take::<CopyReport>(task)?.into(), "out") }
    })
}

/// Takes what octo_repo_read_rows_start gave. Writes `*out`, whose `release` the caller calls. The job reports and
/// cancels until the task is freed; the stream goes on after that.
/// Any thread. Errors: those of the call; OCTO_INVALID_ARGUMENT if the task is not done, is of another call, or was taken from
/// before. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_take_rows(
    task: *const octo_task,
    out: *mut ArrowArrayStream,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            export(take(task)?, out);
            Ok(())
        }
    })
}

/// Takes what octo_repo_write_rows_start gave. `out` may be NULL.
/// Any thread. Errors: those of the call; OCTO_INVALID_ARGUMENT if the task is not done, is of another call, or was taken from
/// before. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_take_write_report(
    task: *const octo_task,
    out: *mut octo_write_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: NULL or begins with its size, as the header says.
        unsafe { reportable(out, "out") }?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { fill(out, take::<Written>(task)?.into(), "out") }
    })
}

/// Takes what the _start call of one that gives an octo_document gave. Writes `*out`, which the caller frees with
/// octo_document_free.
/// Any thread. Errors: those of the call; OCTO_INVALID_ARGUMENT if the task is not done, is of another call, or was taken from
/// before. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_task_take_document(
    task: *const octo_task,
    out: *mut *mut octo_document,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_document(take(task)?), "out") }
    })
}
