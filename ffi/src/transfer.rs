//! Moving data
//!
//! octo_repo_push brings data to the store, octo_repo_pull brings it here, octo_repo_drop frees the space of what the store holds,
//! octo_repo_fsck checks every byte. Each takes a job and has a _start form, see Tasks.
//!
//! ```c
//! octo_push_report sent = OCTO_PUSH_REPORT_INIT;
//! octo_pull_report got = OCTO_PULL_REPORT_INIT;
//! octo_bytes wanted = octo_text("data/");
//! if (octo_repo_push(repo, NULL, NULL, &sent, &err) == OCTO_OK && octo_repo_pull(repo, &wanted, 1, NULL, &got, NULL, &err) == OCTO_OK)
//!     printf("%llu bytes sent, %llu files written\n", (unsigned long long)sent.uploaded_bytes, (unsigned long long)got.files);
//! ```

use crate::args::{fill, flag, give, optional_text, options, repo_paths, reportable, texts, wanted};
use crate::bytes::{octo_bytes, octo_strings};
use crate::error::{guard, octo_error, octo_status, quiet};
use crate::handle::{destroy, get, handle};
use crate::job::{octo_job, run};
use crate::lists::item;
use crate::repo::{octo_repo, repo_of};
use octostore::{
    DropReport, FsckOptions, FsckReport, Job, PullOptions, PullReport, PushOptions, PushReport, Repo, Result,
};

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

/// What octo_repo_push did. Begin with OCTO_PUSH_REPORT_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_push_report {
    pub struct_size: usize,
    /// File versions that the store now holds and was told of.
    pub files: u64,
    /// Packs written to the store.
    pub packs: u64,
    /// Bytes sent to the store.
    pub uploaded_bytes: u64,
    /// Bytes of file content that the store held already.
    pub reused_bytes: u64,
}

impl From<PushReport> for octo_push_report {
    fn from(r: PushReport) -> Self {
        octo_push_report {
            struct_size: 0,
            files: r.files,
            packs: r.packs,
            uploaded_bytes: r.uploaded_bytes,
            reused_bytes: r.reused_bytes,
        }
    }
}

/// What octo_repo_push takes.
pub(crate) unsafe fn push(
    repo: *const octo_repo,
    given: *const octo_push_options,
) -> Result<impl FnOnce(&Job) -> Result<PushReport> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, options) = unsafe {
        let o = options(given, "options")?;
        let remote = optional_text(&o.remote, "options.remote")?.map(String::from);
        (repo_of(repo)?, PushOptions { remote, all: flag(o.all, "options.all")? })
    };
    Ok(move |job: &Job| repo.push(&options, job))
}

/// Uploads the data that the current branch needs and the store lacks; then, if a remote is named, pushes the branch to it.
/// `options`, `job` and `out` may be NULL. Any thread. Errors: OCTO_STORE_..., OCTO_MISSING_DATA, OCTO_GIT, OCTO_CANCELLED.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_push(
    repo: *const octo_repo,
    options: *const octo_push_options,
    job: *const octo_job,
    out: *mut octo_push_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            reportable(out, "out")?;
            fill(out, run(job, push(repo, options)?)?.into(), "out")
        }
    })
}

/// What octo_repo_fetch or octo_repo_pull did. Begin with OCTO_PULL_REPORT_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_pull_report {
    pub struct_size: usize,
    /// Files written; by fetch: file versions brought into the cache.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes read from the store.
    pub downloaded_bytes: u64,
    /// Files left alone because they hold changes of the user.
    pub kept: u64,
}

/// Writes what a pull or a fetch did.
pub(crate) unsafe fn pulled(r: &PullReport, out: *mut octo_pull_report, kept: *mut *mut octo_strings) -> Result<()> {
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

/// Repo::fetch or Repo::pull.
pub(crate) type Bring = fn(&Repo, &PullOptions, &Job) -> Result<PullReport>;

/// What octo_repo_fetch_with and octo_repo_pull_with bring. Begin with OCTO_PULL_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_pull_options {
    pub struct_size: usize,
    /// Only files under these paths or matching these patterns, as in .gitignore; all if pattern_count is 0.
    pub patterns: *const octo_bytes,
    pub pattern_count: usize,
    /// Only these kinds of side files (`statistics`, `schema`, `examples`, `sample`), for the data under the paths; the data
    /// itself if only_count is 0.
    pub only: *const octo_bytes,
    pub only_count: usize,
}

impl Default for octo_pull_options {
    fn default() -> Self {
        let none = std::ptr::null();
        octo_pull_options {
            struct_size: size_of::<Self>(),
            patterns: none,
            pattern_count: 0,
            only: none,
            only_count: 0,
        }
    }
}

/// What octo_repo_fetch and octo_repo_pull take.
pub(crate) unsafe fn bring(
    repo: *const octo_repo,
    patterns: *const octo_bytes,
    count: usize,
    how: Bring,
) -> Result<impl FnOnce(&Job) -> Result<PullReport> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, paths) = unsafe { (repo_of(repo)?, texts(patterns, count, "patterns")?) };
    Ok(move |job: &Job| how(&repo, &PullOptions { paths, ..Default::default() }, job))
}

/// What octo_repo_fetch_with and octo_repo_pull_with take.
pub(crate) unsafe fn bring_with(
    repo: *const octo_repo,
    given: *const octo_pull_options,
    how: Bring,
) -> Result<impl FnOnce(&Job) -> Result<PullReport> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, options) = unsafe {
        let o = options(given, "options")?;
        let paths = texts(o.patterns, o.pattern_count, "options.patterns")?;
        (repo_of(repo)?, PullOptions { paths, only: texts(o.only, o.only_count, "options.only")? })
    };
    Ok(move |job: &Job| how(&repo, &options, job))
}

/// Brings the data of the index into the cache: everything, or what patterns choose. Patterns are as in .gitignore. `job`,
/// `out` and `kept` may be NULL; `*kept` gets the paths of files left alone, and the caller frees it with octo_strings_free.
/// Any thread. Errors: OCTO_STORE_..., OCTO_MISSING_DATA, OCTO_CORRUPT, OCTO_NOT_FOUND, OCTO_CANCELLED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_fetch(
    repo: *const octo_repo,
    patterns: *const octo_bytes,
    count: usize,
    job: *const octo_job,
    out: *mut octo_pull_report,
    kept: *mut *mut octo_strings,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            reportable(out, "out")?;
            pulled(&run(job, bring(repo, patterns, count, Repo::fetch)?)?, out, kept)
        }
    })
}

/// Writes the data of files that are still pointers into the work tree, fetching what the cache lacks. As octo_repo_fetch else.
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_pull(
    repo: *const octo_repo,
    patterns: *const octo_bytes,
    count: usize,
    job: *const octo_job,
    out: *mut octo_pull_report,
    kept: *mut *mut octo_strings,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            reportable(out, "out")?;
            pulled(&run(job, bring(repo, patterns, count, Repo::pull)?)?, out, kept)
        }
    })
}

/// octo_repo_fetch with options, which may be NULL: also only the statistics and schemas of data that stays where it is. As
/// octo_repo_fetch else. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_fetch_with(
    repo: *const octo_repo,
    options: *const octo_pull_options,
    job: *const octo_job,
    out: *mut octo_pull_report,
    kept: *mut *mut octo_strings,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            reportable(out, "out")?;
            pulled(&run(job, bring_with(repo, options, Repo::fetch)?)?, out, kept)
        }
    })
}

/// octo_repo_pull with options, which may be NULL: also only the statistics and schemas of data that stays where it is. As
/// octo_repo_fetch else. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_pull_with(
    repo: *const octo_repo,
    options: *const octo_pull_options,
    job: *const octo_job,
    out: *mut octo_pull_report,
    kept: *mut *mut octo_strings,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            reportable(out, "out")?;
            pulled(&run(job, bring_with(repo, options, Repo::pull)?)?, out, kept)
        }
    })
}

/// What octo_repo_drop did. Begin with OCTO_DROP_REPORT_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_drop_report {
    pub struct_size: usize,
    /// Files turned back into pointers.
    pub files: u64,
    /// Bytes freed in the work tree and the cache.
    pub freed_bytes: u64,
}

impl From<DropReport> for octo_drop_report {
    fn from(r: DropReport) -> Self {
        octo_drop_report { struct_size: 0, files: r.files, freed_bytes: r.freed_bytes }
    }
}

/// What octo_repo_drop takes.
pub(crate) unsafe fn drop_data(
    repo: *const octo_repo,
    paths: *const octo_bytes,
    count: usize,
) -> Result<impl FnOnce(&Job) -> Result<DropReport> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, paths) = unsafe { (repo_of(repo)?, repo_paths(paths, count, "paths")?) };
    Ok(move |job: &Job| repo.drop_data(&paths, job))
}

/// Turns files back into pointers and frees their space; the store, asked now, must hold their data. `job` and `out` may be
/// NULL. Any thread. Errors: OCTO_NOT_PUSHED, OCTO_NOT_TRACKED, OCTO_STORE_.... Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_drop(
    repo: *const octo_repo,
    paths: *const octo_bytes,
    count: usize,
    job: *const octo_job,
    out: *mut octo_drop_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            reportable(out, "out")?;
            fill(out, run(job, drop_data(repo, paths, count)?)?.into(), "out")
        }
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

/// What octo_repo_fsck found. Immutable, any thread. Freed with octo_fsck_report_free.
pub struct octo_fsck_report(pub(crate) FsckReport);

/// What octo_repo_fsck takes.
pub(crate) unsafe fn fsck(
    repo: *const octo_repo,
    given: *const octo_fsck_options,
) -> Result<impl FnOnce(&Job) -> Result<FsckReport> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, o) = unsafe { (repo_of(repo)?, options(given, "options")?) };
    let options = FsckOptions { store: flag(o.store, "options.store")? };
    Ok(move |job: &Job| repo.fsck(&options, job))
}

/// Checks every byte against its hash: the cache and, if asked, the store. What is wrong is in the report, and damaged chunks
/// leave the cache, so that they can be pulled again; an error means that the check could not be done. Writes `*out`, which the
/// caller frees with octo_fsck_report_free. `options` and `job` may be NULL.
/// Any thread. Errors: OCTO_STORE_..., OCTO_CANCELLED, OCTO_IO. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_fsck(
    repo: *const octo_repo,
    options: *const octo_fsck_options,
    job: *const octo_job,
    out: *mut *mut octo_fsck_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { give(out, octo_fsck_report(run(job, fsck(repo, options)?)?), "out") }
    })
}

/// What octo_repo_fsck looked at. Begin with OCTO_FSCK_TOTALS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_fsck_totals {
    pub struct_size: usize,
    /// Packs read.
    pub packs: u64,
    /// Bytes compared with their hashes.
    pub bytes: u64,
    /// File versions whose chunks were looked for.
    pub files: u64,
    /// Problems found.
    pub problems: u64,
}

/// The numbers of the report. Any thread. Errors: OCTO_INVALID_ARGUMENT. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_fsck_report_totals(
    report: *const octo_fsck_report,
    out: *mut octo_fsck_totals,
) -> octo_status {
    guard(std::ptr::null_mut(), || {
        // SAFETY: NULL or a handle, as the header says.
        let r = &unsafe { handle(report, "report") }?.0;
        let totals = octo_fsck_totals {
            struct_size: 0,
            packs: r.packs,
            bytes: r.bytes,
            files: r.files,
            problems: r.problems.len() as u64,
        };
        // SAFETY: NULL or begins with its size, as the header says.
        unsafe { fill(out, totals, "out") }
    })
}

/// Something that octo_repo_fsck found wrong. Begin with OCTO_PROBLEM_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_problem {
    pub struct_size: usize,
    /// The status that a call would give when it met the problem.
    pub code: octo_status,
    pub message: octo_bytes,
    pub hint: octo_bytes,
}

fn problem(p: &octostore::Problem) -> octo_problem {
    octo_problem {
        struct_size: 0,
        code: p.code as octo_status,
        message: octo_bytes::of(p.message.as_bytes()),
        hint: octo_bytes::of(p.hint.as_bytes()),
    }
}

/// How many there are; 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_fsck_report_problem_count(list: *const octo_fsck_report) -> usize {
    // SAFETY: NULL or a handle, as the header says.
    quiet(0, || unsafe { get(list) }.map(|l| l.0.problems.len()))
}

/// Fills `out`, whose struct_size is set, with one of them; what it points to lives as long as the list.
/// Any thread. Errors: OCTO_INVALID_ARGUMENT, also for an index that is too large. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_fsck_report_problem_get(
    list: *const octo_fsck_report,
    index: usize,
    out: *mut octo_problem,
) -> octo_status {
    // SAFETY: as `item` asks.
    unsafe { item(list, index, out, |l| &l.0.problems, problem) }
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_fsck_report_free(list: *mut octo_fsck_report) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(list) }.map(drop));
}
