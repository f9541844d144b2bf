//! Beginning tasks
//!
//! Each octo_repo_X_start takes what octo_repo_X takes, but for the place of what it gives. What it is given is copied, but for an
//! ArrowArrayStream, which is taken over.
//!
//! ```c
//! octo_task *task = NULL;
//! octo_bytes path = octo_text("data/x.bin");
//! if (octo_repo_add_start(repo, &path, 1, NULL, &task, &err) == OCTO_OK) octo_task_wait(task, -1, NULL);
//! octo_task_free(task);
//! ```

use crate::bytes::octo_bytes;
use crate::context::octo_context;
use crate::error::{guard, octo_error, octo_status};
use crate::job::octo_job;
use crate::repo::{octo_clone_options, octo_init_options, octo_repo};
use crate::table::{ArrowArrayStream, octo_read_options};
use crate::task::{octo_task, start};
use crate::transfer::{octo_fsck_options, octo_pull_options, octo_push_options};
use octostore::Repo;

/// Begins octo_repo_open and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_open_start(
    context: *const octo_context,
    path: octo_bytes,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::repo::open(context, &path)?) })
}

/// Begins octo_repo_init and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_init_start(
    context: *const octo_context,
    path: octo_bytes,
    options: *const octo_init_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::repo::init(context, &path, options)?) })
}

/// Begins octo_repo_clone and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_clone_start(
    context: *const octo_context,
    url: octo_bytes,
    dir: octo_bytes,
    options: *const octo_clone_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::repo::clone(context, &url, &dir, options)?) })
}

/// Begins octo_repo_add and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_add_start(
    repo: *const octo_repo,
    paths: *const octo_bytes,
    count: usize,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::stage::add(repo, paths, count)?) })
}

/// Begins octo_repo_status and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_status_start(
    repo: *const octo_repo,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::stage::states(repo)?) })
}

/// Begins octo_repo_push and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_push_start(
    repo: *const octo_repo,
    options: *const octo_push_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::transfer::push(repo, options)?) })
}

/// Begins octo_repo_fetch and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_fetch_start(
    repo: *const octo_repo,
    patterns: *const octo_bytes,
    count: usize,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::transfer::bring(repo, patterns, count, Repo::fetch)?) })
}

/// Begins octo_repo_pull and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_pull_start(
    repo: *const octo_repo,
    patterns: *const octo_bytes,
    count: usize,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::transfer::bring(repo, patterns, count, Repo::pull)?) })
}

/// Begins octo_repo_fetch_with and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_fetch_with_start(
    repo: *const octo_repo,
    options: *const octo_pull_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::transfer::bring_with(repo, options, Repo::fetch)?) })
}

/// Begins octo_repo_pull_with and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_pull_with_start(
    repo: *const octo_repo,
    options: *const octo_pull_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::transfer::bring_with(repo, options, Repo::pull)?) })
}

/// Begins octo_repo_drop and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_drop_start(
    repo: *const octo_repo,
    paths: *const octo_bytes,
    count: usize,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::transfer::drop_data(repo, paths, count)?) })
}

/// Begins octo_repo_fsck and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_fsck_start(
    repo: *const octo_repo,
    options: *const octo_fsck_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::transfer::fsck(repo, options)?) })
}

/// Begins octo_repo_set_store and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_set_store_start(
    repo: *const octo_repo,
    url: octo_bytes,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::store::set_store(repo, &url)?) })
}

/// Begins octo_repo_copy_store and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_copy_store_start(
    repo: *const octo_repo,
    url: octo_bytes,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::store::copy_store(repo, &url)?) })
}

/// Begins octo_repo_read_rows and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_read_rows_start(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_read_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::table::read(repo, &rev, &path, options)?) })
}

/// Begins octo_repo_write_rows and returns at once. The stream is taken over. Writes `*out`, which the caller frees with
/// octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_write_rows_start(
    repo: *const octo_repo,
    path: octo_bytes,
    stream: *mut ArrowArrayStream,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::table::write(repo, &path, stream)?) })
}
