//! Beginning calls that give documents
//!
//! As in the group before: what octo_repo_X takes, but for the place of what it gives.
//!
//! ```c
//! octo_task *task = NULL;
//! octo_document *found = NULL;
//! if (octo_repo_profile_start(repo, octo_text(""), octo_text("data/t.csv"), NULL, NULL, &task, &err) == OCTO_OK &&
//!     octo_task_wait(task, -1, NULL) == OCTO_OK && octo_task_take_document(task, &found, &err) == OCTO_OK)
//!     printf("%zu parts\n", octo_document_part_count(found));
//! octo_document_free(found);
//! octo_task_free(task);
//! ```

use crate::bytes::octo_bytes;
use crate::data::{octo_examples_options, octo_import_options, octo_sample_options, octo_split_options};
use crate::error::{guard, octo_error, octo_status};
use crate::job::octo_job;
use crate::profile::{
    octo_features_options, octo_profile_options, octo_schema_options, octo_validate_options, octo_view_options,
};
use crate::repo::octo_repo;
use crate::task::{octo_task, start};

/// Begins octo_repo_import and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_import_start(
    repo: *const octo_repo,
    sources: *const octo_bytes,
    count: usize,
    to: octo_bytes,
    options: *const octo_import_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::data::import(repo, sources, count, &to, options)?) })
}

/// Begins octo_repo_sample and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_sample_start(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_sample_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::data::sample(repo, &rev, &path, options)?) })
}

/// Begins octo_repo_split and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_split_start(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_split_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::data::split(repo, &rev, &path, options)?) })
}

/// Begins octo_repo_examples and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_examples_start(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_examples_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::data::examples(repo, &rev, &path, options)?) })
}

/// Begins octo_repo_profile and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_profile_start(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_profile_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::profile::profile(repo, &rev, &path, options)?) })
}

/// Begins octo_repo_schema and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_schema_start(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_schema_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::profile::schema(repo, &rev, &path, options)?) })
}

/// Begins octo_repo_validate and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_validate_start(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_validate_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::profile::validate(repo, &rev, &path, options)?) })
}

/// Begins octo_repo_features and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_features_start(
    repo: *const octo_repo,
    paths: *const octo_bytes,
    count: usize,
    options: *const octo_features_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::profile::features(repo, paths, count, options)?) })
}

/// Begins octo_repo_view and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_view_start(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    options: *const octo_view_options,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::profile::view(repo, &rev, &path, options)?) })
}

/// Begins octo_repo_diff_stats and returns at once. Writes `*out`, which the caller frees with octo_task_free. `job` may be NULL.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_OUT_OF_MEMORY; the call's own come with its outcome. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_diff_stats_start(
    repo: *const octo_repo,
    from: octo_bytes,
    to: octo_bytes,
    paths: *const octo_bytes,
    count: usize,
    job: *const octo_job,
    out: *mut *mut octo_task,
    err: *mut *mut octo_error,
) -> octo_status {
    // SAFETY: the pointers are NULL or as the header says.
    guard(err, || unsafe { start(job, out, crate::profile::diff_stats(repo, &from, &to, paths, count)?) })
}
