//! Programs that git calls
//!
//! git runs a program for its filter and its hooks: the octostore command, or one of your own that octo_init_options.program
//! names. Such a program calls these: with "filter-process" as its argument the first, with "hook NAME ARGUMENTS" the second.

use crate::args::{array, os_text, text};
use crate::bytes::octo_bytes;
use crate::context::octo_context;
use crate::error::{guard, octo_error, octo_status};
use crate::handle::handle;
use crate::job::{octo_job, run};
use octostore::{Job, filter_process, run_hook};

/// Serves git's long-running filter process on standard input and output until git ends it. Nothing else may use them
/// meanwhile. `job` may be NULL. One thread. Errors: OCTO_NOT_A_REPOSITORY, OCTO_GIT, OCTO_IO, OCTO_STORE_..., OCTO_MISSING_DATA.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_filter_process(
    context: *const octo_context,
    job: *const octo_job,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let context = &handle(context, "context")?.context;
            run(job, |job: &Job| filter_process(std::io::stdin(), std::io::stdout().lock(), context, job))
        }
    })
}

/// Runs a hook by its name, with the arguments and standard input that git gave it. `job` may be NULL. One thread. Errors:
/// OCTO_INVALID_ARGUMENT, OCTO_NOT_A_REPOSITORY, OCTO_GIT, OCTO_IO, OCTO_STORE_..., OCTO_MISSING_DATA. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_run_hook(
    context: *const octo_context,
    name: octo_bytes,
    arguments: *const octo_bytes,
    count: usize,
    job: *const octo_job,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let name = text(&name, "name")?;
            let given = array(arguments, count, "arguments")?.iter();
            let arguments = given.map(|a| os_text(a, "arguments")).collect::<octostore::Result<Vec<_>>>()?;
            let context = &handle(context, "context")?.context;
            run(job, |job: &Job| run_hook(name, &arguments, &mut std::io::stdin().lock(), context, job))
        }
    })
}
