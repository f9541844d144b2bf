//! The store of a repository
//!
//! A store is a folder or a bucket where the data of a repository lies. Its URL is committed; a clone uses it once its owner has
//! accepted it.
//!
//! ```c
//! octo_store_info *store = NULL;
//! if (octo_repo_store(repo, &store, &err) == OCTO_OK && store != NULL) {
//!     octo_bytes url = octo_store_info_url(store);
//!     printf("%.*s is %s\n", (int)url.len, (const char *)url.data, octo_store_info_accepted(store) ? "accepted" : "not accepted");
//! }
//! octo_store_info_free(store);
//! ```

use crate::args::{fill, give, put, reportable, text, wanted};
use crate::bytes::octo_bytes;
use crate::error::{guard, octo_error, octo_status, quiet};
use crate::handle::{destroy, get, handle};
use crate::job::{octo_job, run};
use crate::repo::{octo_repo, repo_of};
use octostore::{CopyReport, Job, Result, StoreInfo};

/// The store of a repository. Immutable, any thread. Freed with octo_store_info_free.
pub struct octo_store_info(pub(crate) StoreInfo);

/// For octo_store_info_conditional_writes: it does not.
pub const OCTO_NO: u32 = 0;
/// It does.
pub const OCTO_YES: u32 = 1;
/// Nobody has asked yet.
pub const OCTO_UNKNOWN: u32 = 2;

/// The store that this clone uses, if one is set; nothing is sent. Writes `*out`, which the caller frees with
/// octo_store_info_free; NULL if no store is set. Any thread. Errors: OCTO_CONFIG, OCTO_STORE_URL_INVALID. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_store(
    repo: *const octo_repo,
    out: *mut *mut octo_store_info,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        wanted(out, "out")?;
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            put(out, std::ptr::null_mut(), "out")?;
            match handle(repo, "repo")?.0.store()? {
                Some(info) => give(out, octo_store_info(info), "out"),
                None => Ok(()),
            }
        }
    })
}

/// The URL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_store_info_url(info: *const octo_store_info) -> octo_bytes {
    // SAFETY: NULL or a handle, as the header says.
    quiet(octo_bytes::empty(), || unsafe { get(info) }.map(|i| octo_bytes::of(i.0.url.as_bytes())))
}

/// Whether the URL is set for this clone only. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_store_info_local_only(info: *const octo_store_info) -> bool {
    // SAFETY: NULL or a handle, as the header says.
    quiet(false, || unsafe { get(info) }.map(|i| i.0.local_only))
}

/// Whether this clone's owner has accepted the URL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_store_info_accepted(info: *const octo_store_info) -> bool {
    // SAFETY: NULL or a handle, as the header says.
    quiet(false, || unsafe { get(info) }.map(|i| i.0.accepted))
}

/// Whether the store honours conditional writes: OCTO_YES, OCTO_NO (then garbage must be collected from one host only), or
/// OCTO_UNKNOWN before this clone first connected to it. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_store_info_conditional_writes(info: *const octo_store_info) -> u32 {
    // SAFETY: NULL or a handle, as the header says.
    let honoured = quiet(None, || unsafe { get(info) }.map(|i| i.0.conditional_writes));
    honoured.map_or(OCTO_UNKNOWN, |yes| if yes { OCTO_YES } else { OCTO_NO })
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_store_info_free(info: *mut octo_store_info) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(info) }.map(drop));
}

/// What octo_repo_set_store takes.
pub(crate) unsafe fn set_store(
    repo: *const octo_repo,
    url: &octo_bytes,
) -> Result<impl FnOnce(&Job) -> Result<StoreInfo> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, url) = unsafe { (repo_of(repo)?, text(url, "url")?.to_owned()) };
    Ok(move |job: &Job| repo.set_store(&url, job))
}

/// Points the repository at a store, which is made if the place is empty, and accepts it. The committed configuration changes.
/// `job` may be NULL. Any thread. Errors: OCTO_STORE_.... Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_set_store(
    repo: *const octo_repo,
    url: octo_bytes,
    job: *const octo_job,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { run(job, set_store(repo, &url)?).map(|_| ()) }
    })
}

/// Accepts a store URL that came with a commit: from now on this clone reads from it and pushes to it.
/// Any thread. Errors: OCTO_STORE_URL_INVALID, OCTO_GIT. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_accept_store(
    repo: *const octo_repo,
    url: octo_bytes,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { handle(repo, "repo")?.0.accept_store(text(&url, "url")?) }
    })
}

/// What octo_repo_copy_store did. Begin with OCTO_COPY_REPORT_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_copy_report {
    pub struct_size: usize,
    /// Packs copied.
    pub packs: u64,
    /// Bytes copied.
    pub bytes: u64,
}

impl From<CopyReport> for octo_copy_report {
    fn from(r: CopyReport) -> Self {
        octo_copy_report { struct_size: 0, packs: r.packs, bytes: r.bytes }
    }
}

/// What octo_repo_copy_store takes.
pub(crate) unsafe fn copy_store(
    repo: *const octo_repo,
    url: &octo_bytes,
) -> Result<impl FnOnce(&Job) -> Result<CopyReport> + Send + 'static + use<>> {
    // SAFETY: the pointers are NULL or as the header says.
    let (repo, url) = unsafe { (repo_of(repo)?, text(url, "url")?.to_owned()) };
    Ok(move |job: &Job| repo.copy_store(&url, job))
}

/// Copies everything that this repository published to another store; the repository goes on using its own. `job` and `out`
/// may be NULL.
/// Any thread. Errors: OCTO_STORE_..., OCTO_MISSING_DATA, OCTO_CORRUPT, OCTO_CANCELLED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_copy_store(
    repo: *const octo_repo,
    url: octo_bytes,
    job: *const octo_job,
    out: *mut octo_copy_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            reportable(out, "out")?;
            fill(out, run(job, copy_store(repo, &url)?)?.into(), "out")
        }
    })
}
