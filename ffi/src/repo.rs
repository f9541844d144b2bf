//! Repositories
//!
//! A repository is a git repository with data. octo_repo_open takes one as it is, octo_repo_init makes one data-aware,
//! octo_repo_clone brings one here.
//!
//! ```c
//! octo_repo *again = NULL;
//! octo_path *top = NULL;
//! if (octo_repo_work_dir(repo, &top, &err) == OCTO_OK && octo_repo_open(context, octo_path_bytes(top), &again, &err) == OCTO_OK)
//!     printf("%.*s\n", (int)octo_path_bytes(top).len, (const char *)octo_path_bytes(top).data);
//! octo_path_free(top);
//! octo_repo_free(again);
//! ```

use crate::args::{give, optional_os_path, optional_text, options, os_path, text, texts, wanted};
use crate::bytes::{octo_bytes, octo_path};
use crate::context::octo_context;
use crate::error::{guard, octo_error, octo_status, quiet};
use crate::handle::{destroy, handle};
use crate::job::{octo_job, run};
use octostore::{CloneOptions, Code, DataChoice, Error, InitOptions, Job, Repo, Result};
use std::path::Path;

/// A git repository with data. Internally locked: any thread may use it, several at once. Freed with octo_repo_free.
pub struct octo_repo(pub(crate) Repo);

/// The repository that an argument must be; calls that go on alone keep it alive.
pub(crate) unsafe fn repo_of(repo: *const octo_repo) -> Result<Repo> {
    // SAFETY: NULL or a handle, as the header says.
    Ok(unsafe { handle(repo, "repo") }?.0.clone())
}

/// What opening takes.
pub(crate) unsafe fn open(
    context: *const octo_context,
    path: &octo_bytes,
) -> Result<impl FnOnce(&Job) -> Result<Repo> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (context, path) = unsafe { (handle(context, "context")?.context.clone(), os_path(path, "path")?) };
    Ok(move |_: &Job| Repo::open(path, &context))
}

/// Opens the repository that `path` is in. Writes `*out`, which the caller frees with octo_repo_free.
/// Any thread. Errors: OCTO_NOT_A_REPOSITORY, OCTO_NOT_FOUND, OCTO_UNSUPPORTED, OCTO_IO. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_open(
    context: *const octo_context,
    path: octo_bytes,
    out: *mut *mut octo_repo,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_repo(open(context, &path)?(&Job::new())?), "out") }
    })
}

/// How octo_repo_init sets a repository up. Begin with OCTO_INIT_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_init_options {
    pub struct_size: usize,
    /// Where the data goes: a folder's path, file:///folder, s3://, gs:// or az://. NULL data: none yet.
    pub store: octo_bytes,
    /// The octostore program that git's filter and hooks shall call. NULL data: "octostore" on the PATH.
    pub program: octo_bytes,
}

impl Default for octo_init_options {
    fn default() -> Self {
        octo_init_options { struct_size: size_of::<Self>(), store: octo_bytes::empty(), program: octo_bytes::empty() }
    }
}

/// What octo_repo_init takes.
pub(crate) unsafe fn init(
    context: *const octo_context,
    path: &octo_bytes,
    given: *const octo_init_options,
) -> Result<impl FnOnce(&Job) -> Result<Repo> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (path, options, context) = unsafe {
        let o = options(given, "options")?;
        let options = InitOptions {
            store: optional_text(&o.store, "options.store")?.map(String::from),
            program: optional_os_path(&o.program, "options.program")?,
        };
        (os_path(path, "path")?, options, handle(context, "context")?.context.clone())
    };
    Ok(move |job: &Job| Repo::init(path, &options, &context, job))
}

/// Makes the git repository at `path` data-aware: filter, hooks, configuration and, if named, the store. Opens it. Doing it
/// again changes nothing. Writes `*out`, which the caller frees with octo_repo_free. `options` and `job` may be NULL.
/// Any thread. Errors: as octo_repo_open, OCTO_STORE_..., OCTO_BARE_REPOSITORY, OCTO_CONFIG. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_init(
    context: *const octo_context,
    path: octo_bytes,
    options: *const octo_init_options,
    job: *const octo_job,
    out: *mut *mut octo_repo,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_repo(run(job, init(context, &path, options)?)?), "out") }
    })
}

/// For octo_clone_options.data: all of the branch, none, or what the patterns match.
pub const OCTO_DATA_ALL: u32 = 0;
/// None: the files stay pointers until they are pulled.
pub const OCTO_DATA_NONE: u32 = 1;
/// The files that match one of the patterns.
pub const OCTO_DATA_MATCHING: u32 = 2;

/// How octo_repo_clone works. Begin with OCTO_CLONE_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_clone_options {
    pub struct_size: usize,
    /// One of OCTO_DATA_...
    pub data: u32,
    /// For OCTO_DATA_MATCHING: patterns as in .gitignore.
    pub patterns: *const octo_bytes,
    pub pattern_count: usize,
    /// Copy the data to this store and use it from now on in this clone. NULL data: no.
    pub copy_to: octo_bytes,
    /// The branch to check out. NULL data: the remote's own choice.
    pub branch: octo_bytes,
    /// As in octo_init_options.
    pub program: octo_bytes,
}

impl Default for octo_clone_options {
    fn default() -> Self {
        octo_clone_options {
            struct_size: size_of::<Self>(),
            data: OCTO_DATA_ALL,
            patterns: std::ptr::null(),
            pattern_count: 0,
            copy_to: octo_bytes::empty(),
            branch: octo_bytes::empty(),
            program: octo_bytes::empty(),
        }
    }
}

/// The data that a clone shall have.
unsafe fn choice(o: &octo_clone_options) -> Result<DataChoice> {
    match o.data {
        OCTO_DATA_ALL => Ok(DataChoice::All),
        OCTO_DATA_NONE => Ok(DataChoice::None),
        // SAFETY: the array is as the header says.
        OCTO_DATA_MATCHING => {
            unsafe { texts(o.patterns, o.pattern_count, "options.patterns") }.map(DataChoice::Matching)
        }
        other => {
            Err(Error::new(Code::InvalidArgument, format!("options.data is {other}, which is none of OCTO_DATA_...")))
        }
    }
}

/// What octo_repo_clone takes.
pub(crate) unsafe fn clone(
    context: *const octo_context,
    url: &octo_bytes,
    dir: &octo_bytes,
    given: *const octo_clone_options,
) -> Result<impl FnOnce(&Job) -> Result<Repo> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (url, dir, options, context) = unsafe {
        let o = options(given, "options")?;
        let options = CloneOptions {
            data: choice(&o)?,
            copy_to: optional_text(&o.copy_to, "options.copy_to")?.map(String::from),
            branch: optional_text(&o.branch, "options.branch")?.map(String::from),
            program: optional_os_path(&o.program, "options.program")?,
        };
        let context = handle(context, "context")?.context.clone();
        (text(url, "url")?.to_owned(), os_path(dir, "dir")?, options, context)
    };
    Ok(move |job: &Job| Repo::clone_from(&url, &dir, &options, &context, job))
}

/// Clones a git repository, accepts its store, and writes the chosen data. On failure nothing is left behind. Writes `*out`,
/// which the caller frees with octo_repo_free. `options` and `job` may be NULL. Any thread. Errors: OCTO_GIT,
/// OCTO_ALREADY_EXISTS, OCTO_STORE_..., OCTO_MISSING_DATA, OCTO_CANCELLED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_clone(
    context: *const octo_context,
    url: octo_bytes,
    dir: octo_bytes,
    options: *const octo_clone_options,
    job: *const octo_job,
    out: *mut *mut octo_repo,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_repo(run(job, clone(context, &url, &dir, options)?)?), "out") }
    })
}

/// Closes a repository; NULL is fine. Files, lists, streams and tasks that came from it stay usable. Not while a call uses it.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_free(repo: *mut octo_repo) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(repo) }.map(drop));
}

/// The top folder of the work tree. Writes `*out`, which the caller frees with octo_path_free.
/// Any thread. Errors: OCTO_BARE_REPOSITORY. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_work_dir(
    repo: *const octo_repo,
    out: *mut *mut octo_path,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_path(handle(repo, "repo")?.0.work_dir()?.into_os_string()), "out") }
    })
}

/// The path in the repository that a user's argument means, which is relative to the current folder. Writes `*out`, which the
/// caller frees with octo_path_free. Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_BARE_REPOSITORY. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_path_from(
    repo: *const octo_repo,
    argument: octo_bytes,
    out: *mut *mut octo_path,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let argument = os_path(&argument, "argument")?;
            let path = handle(repo, "repo")?.0.path_from(argument.as_os_str())?;
            give(out, octo_path(path.to_path(Path::new("")).into_os_string()), "out")
        }
    })
}
