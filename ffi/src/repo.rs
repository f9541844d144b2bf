//! Repositories, and every verb on them.

use crate::args::{
    fill, flag, free, give, handle, job, octo_bytes, octo_job, optional_text, options, os_path, repo_path, repo_paths,
    reportable, text, texts, wanted,
};
use crate::context::octo_context;
use crate::error::{guard, octo_error, octo_status};
use crate::file::octo_file;
use crate::lists::{
    octo_add_report, octo_entry_list, octo_fsck_report, octo_log_list, octo_path, octo_resolved, octo_status_list,
    octo_strings,
};
use crate::reports::{octo_drop_report, octo_pull_report, octo_push_report};
use octostore::{
    CloneOptions, Code, DataChoice, Error, FsckOptions, InitOptions, PullOptions, PullReport, PushOptions, Repo,
};

/// A git repository with data. Internally locked: any thread may use it, several at once. Freed with octo_repo_free.
pub struct octo_repo(pub(crate) Repo);

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
        unsafe {
            let repo = Repo::open(os_path(&path, "path")?, &handle(context, "context")?.0)?;
            give(out, octo_repo(repo), "out")
        }
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

/// Makes the git repository at `path` data-aware and opens it. Doing it again changes nothing. `given` and `with` may be NULL.
/// Any thread. Errors: as octo_repo_open, OCTO_STORE_..., OCTO_BARE_REPOSITORY, OCTO_CONFIG. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_init(
    context: *const octo_context,
    path: octo_bytes,
    given: *const octo_init_options,
    with: *const octo_job,
    out: *mut *mut octo_repo,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let o = options(given, "options")?;
            let options = InitOptions {
                store: optional_text(&o.store, "options.store")?.map(String::from),
                program: if o.program.data.is_null() { None } else { Some(os_path(&o.program, "options.program")?) },
            };
            let repo = Repo::init(os_path(&path, "path")?, &options, &handle(context, "context")?.0, &job(with)?)?;
            give(out, octo_repo(repo), "out")
        }
    })
}

/// For octo_clone_options.data: all of the branch, none, or what the patterns match.
pub const OCTO_DATA_ALL: u32 = 0;
pub const OCTO_DATA_NONE: u32 = 1;
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

/// Clones a git repository, accepts its store, and writes the chosen data. On failure nothing is left behind. `given` and
/// `with` may be NULL. Any thread. Errors: OCTO_GIT, OCTO_ALREADY_EXISTS, OCTO_STORE_..., OCTO_MISSING_DATA, OCTO_CANCELLED.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_clone(
    context: *const octo_context,
    url: octo_bytes,
    dir: octo_bytes,
    given: *const octo_clone_options,
    with: *const octo_job,
    out: *mut *mut octo_repo,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let o = options(given, "options")?;
            let data = match o.data {
                OCTO_DATA_ALL => DataChoice::All,
                OCTO_DATA_NONE => DataChoice::None,
                OCTO_DATA_MATCHING => DataChoice::Matching(texts(o.patterns, o.pattern_count, "options.patterns")?),
                other => {
                    return Err(Error::new(
                        Code::InvalidArgument,
                        format!("options.data is {other}, which is none of OCTO_DATA_..."),
                    ));
                }
            };
            let options = CloneOptions {
                data,
                copy_to: optional_text(&o.copy_to, "options.copy_to")?.map(String::from),
                branch: optional_text(&o.branch, "options.branch")?.map(String::from),
                program: if o.program.data.is_null() { None } else { Some(os_path(&o.program, "options.program")?) },
            };
            let context = &handle(context, "context")?.0;
            let repo = Repo::clone_from(text(&url, "url")?, &os_path(&dir, "dir")?, &options, context, &job(with)?)?;
            give(out, octo_repo(repo), "out")
        }
    })
}

/// Closes a repository; NULL is fine. Files and lists that came from it stay usable. Not while a call uses it. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_free(repo: *mut octo_repo) {
    // SAFETY: NULL or a handle that is freed once, as the header says.
    unsafe { free(repo) }
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

/// Tracks the files that patterns as in .gitignore match. Writes those that are new to `*out`, which the caller frees with
/// octo_strings_free. Any thread. Errors: OCTO_INVALID_ARGUMENT, OCTO_CONFIG, OCTO_IO. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_track(
    repo: *const octo_repo,
    patterns: *const octo_bytes,
    count: usize,
    out: *mut *mut octo_strings,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let new = handle(repo, "repo")?.0.track(&texts(patterns, count, "patterns")?)?;
            give(out, octo_strings::of(new), "out")
        }
    })
}

/// No longer tracks patterns. Writes those that were tracked to `*out`, which the caller frees with octo_strings_free.
/// Any thread. Errors: as octo_repo_track. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_untrack(
    repo: *const octo_repo,
    patterns: *const octo_bytes,
    count: usize,
    out: *mut *mut octo_strings,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let gone = handle(repo, "repo")?.0.untrack(&texts(patterns, count, "patterns")?)?;
            give(out, octo_strings::of(gone), "out")
        }
    })
}

/// Stores the bytes of files in the cache and stages their pointers in git's index. Paths are relative to the top of the work
/// tree; a folder means its tracked files, and no paths (count 0) every tracked file that changed. Nothing is staged unless
/// all could be read. Writes `*out`, which the caller frees with octo_add_report_free. `with` may be NULL.
/// Any thread; waits while another process changes the clone. Errors: OCTO_NOT_TRACKED, OCTO_NOT_FOUND, OCTO_UNSUPPORTED_PATH,
/// OCTO_FILE_CHANGED, OCTO_DISK_FULL, OCTO_LOCKED, OCTO_CANCELLED, OCTO_IO. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_add(
    repo: *const octo_repo,
    paths: *const octo_bytes,
    count: usize,
    with: *const octo_job,
    out: *mut *mut octo_add_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let report = handle(repo, "repo")?.0.add(&repo_paths(paths, count, "paths")?, &job(with)?)?;
            give(out, octo_add_report(report), "out")
        }
    })
}

/// The state of every tracked file. Writes `*out`, which the caller frees with octo_status_list_free. `with` may be NULL.
/// Any thread. Errors: OCTO_BARE_REPOSITORY, OCTO_POINTER_INVALID, OCTO_CANCELLED, OCTO_IO. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_status(
    repo: *const octo_repo,
    with: *const octo_job,
    out: *mut *mut octo_status_list,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_status_list(handle(repo, "repo")?.0.status(&job(with)?)?), "out") }
    })
}

/// The tracked files of a revision (empty: the index), all of them or, if `prefix` is not empty, those at or below it. Writes
/// `*out`, which the caller frees with octo_entry_list_free. Any thread. Errors: OCTO_NOT_FOUND, OCTO_POINTER_INVALID. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_ls(
    repo: *const octo_repo,
    rev: octo_bytes,
    prefix: octo_bytes,
    out: *mut *mut octo_entry_list,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let prefix = if prefix.len == 0 { None } else { Some(repo_path(&prefix, "prefix")?) };
            let entries = handle(repo, "repo")?.0.ls(text(&rev, "rev")?, prefix.as_ref())?;
            give(out, octo_entry_list(entries), "out")
        }
    })
}

/// Opens a file of a revision (empty: the index) for reading by ranges, without a pull. Writes `*out`, which the caller frees
/// with octo_file_free. Any thread. Errors: OCTO_NOT_FOUND, OCTO_NOT_TRACKED, OCTO_STORE_.... Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_open_file(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    out: *mut *mut octo_file,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let file = handle(repo, "repo")?.0.open_file(text(&rev, "rev")?, &repo_path(&path, "path")?)?;
            give(out, octo_file(file), "out")
        }
    })
}

/// Where the bytes of a file of a revision are: a local file, or ranges in the store. Writes `*out`, which the caller frees
/// with octo_resolved_free. Any thread. Errors: as octo_repo_open_file. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_resolve(
    repo: *const octo_repo,
    rev: octo_bytes,
    path: octo_bytes,
    out: *mut *mut octo_resolved,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let found = handle(repo, "repo")?.0.resolve(text(&rev, "rev")?, &repo_path(&path, "path")?)?;
            give(out, octo_resolved(found), "out")
        }
    })
}

/// What octo_repo_push uploads. Begin with OCTO_PUSH_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_push_options {
    pub struct_size: usize,
    /// The git remote to push the branch to once its data is in the store. NULL data: push only data.
    pub remote: octo_bytes,
    /// 1: every branch and tag; 0: the current branch.
    pub all: u32,
}

impl Default for octo_push_options {
    fn default() -> Self {
        octo_push_options { struct_size: size_of::<Self>(), remote: octo_bytes::empty(), all: 0 }
    }
}

/// Uploads the data that the branch needs and the store lacks, then pushes the branch if a remote is named. `given`, `with` and
/// `out` may be NULL. Any thread. Errors: OCTO_STORE_..., OCTO_MISSING_DATA, OCTO_GIT, OCTO_CANCELLED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_push(
    repo: *const octo_repo,
    given: *const octo_push_options,
    with: *const octo_job,
    out: *mut octo_push_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            reportable(out, "out")?;
            let o = options(given, "options")?;
            let options = PushOptions {
                remote: optional_text(&o.remote, "options.remote")?.map(String::from),
                all: flag(o.all, "options.all")?,
            };
            let r = handle(repo, "repo")?.0.push(&options, &job(with)?)?;
            let report = octo_push_report {
                struct_size: 0,
                files: r.files,
                packs: r.packs,
                uploaded_bytes: r.uploaded_bytes,
                reused_bytes: r.reused_bytes,
            };
            fill(out, report, "out")
        }
    })
}

unsafe fn pulled(r: &PullReport, out: *mut octo_pull_report, kept: *mut *mut octo_strings) -> octostore::Result<()> {
    let report = octo_pull_report {
        struct_size: 0,
        files: r.files,
        bytes: r.bytes,
        downloaded_bytes: r.downloaded_bytes,
        kept: r.kept.len() as u64,
    };
    // SAFETY: the pointers are NULL or as the header says.
    unsafe {
        fill(out, report, "out")?;
        if kept.is_null() {
            return Ok(());
        }
        give(kept, octo_strings(r.kept.iter().map(|p| p.as_bytes().to_vec()).collect()), "kept")
    }
}

/// Brings data of the index into the cache: everything, or what patterns as in .gitignore choose. `with`, `out`
/// and `kept` may be NULL; `*kept` gets the paths of files left alone, and the caller frees it with octo_strings_free.
/// Any thread. Errors: OCTO_STORE_..., OCTO_MISSING_DATA, OCTO_CORRUPT, OCTO_NOT_FOUND, OCTO_CANCELLED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_fetch(
    repo: *const octo_repo,
    patterns: *const octo_bytes,
    count: usize,
    with: *const octo_job,
    out: *mut octo_pull_report,
    kept: *mut *mut octo_strings,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            reportable(out, "out")?;
            let options = PullOptions { paths: texts(patterns, count, "patterns")? };
            pulled(&handle(repo, "repo")?.0.fetch(&options, &job(with)?)?, out, kept)
        }
    })
}

/// Writes the data of files that are still pointers into the work tree. As octo_repo_fetch else. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_pull(
    repo: *const octo_repo,
    patterns: *const octo_bytes,
    count: usize,
    with: *const octo_job,
    out: *mut octo_pull_report,
    kept: *mut *mut octo_strings,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            reportable(out, "out")?;
            let options = PullOptions { paths: texts(patterns, count, "patterns")? };
            pulled(&handle(repo, "repo")?.0.pull(&options, &job(with)?)?, out, kept)
        }
    })
}

/// Turns files back into pointers and frees their space; the store, asked now, must hold their data. `with` and `out` may be
/// NULL. Any thread. Errors: OCTO_NOT_PUSHED, OCTO_NOT_TRACKED, OCTO_STORE_.... Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_drop(
    repo: *const octo_repo,
    paths: *const octo_bytes,
    count: usize,
    with: *const octo_job,
    out: *mut octo_drop_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            reportable(out, "out")?;
            let r = handle(repo, "repo")?.0.drop_data(&repo_paths(paths, count, "paths")?, &job(with)?)?;
            fill(out, octo_drop_report { struct_size: 0, files: r.files, freed_bytes: r.freed_bytes }, "out")
        }
    })
}

/// The changes of a file, the newest first; at most `limit` of them, or all if that is 0. Writes `*out`, which the caller frees
/// with octo_log_list_free. Any thread. Errors: OCTO_NOT_FOUND, OCTO_POINTER_INVALID. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_log(
    repo: *const octo_repo,
    path: octo_bytes,
    limit: usize,
    out: *mut *mut octo_log_list,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_log_list(handle(repo, "repo")?.0.log(&repo_path(&path, "path")?, limit)?), "out") }
    })
}

/// What octo_repo_fsck checks. Begin with OCTO_FSCK_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_fsck_options {
    pub struct_size: usize,
    /// 1: check the store too, byte for byte; 0: the cache only.
    pub store: u32,
}

impl Default for octo_fsck_options {
    fn default() -> Self {
        octo_fsck_options { struct_size: size_of::<Self>(), store: 0 }
    }
}

/// Checks every byte against its hash. What is wrong is in the report, and damaged chunks leave the cache, so that they can be
/// pulled again; an error means that the check could not be done. Writes
/// `*out`, which the caller frees with octo_fsck_report_free. `given` and `with` may be NULL.
/// Any thread. Errors: OCTO_STORE_..., OCTO_CANCELLED, OCTO_IO. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_fsck(
    repo: *const octo_repo,
    given: *const octo_fsck_options,
    with: *const octo_job,
    out: *mut *mut octo_fsck_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            let options = FsckOptions { store: flag(options(given, "options")?.store, "options.store")? };
            give(out, octo_fsck_report(handle(repo, "repo")?.0.fsck(&options, &job(with)?)?), "out")
        }
    })
}
