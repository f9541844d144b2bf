//! The store of a repository.

use crate::args::{fill, free, give, handle, job, null, octo_bytes, octo_job, reportable, text};
use crate::error::{guard, octo_error, octo_status};
use crate::repo::octo_repo;
use crate::reports::octo_copy_report;
use octostore::StoreInfo;

/// The store of a repository. Immutable, any thread. Freed with octo_store_info_free.
pub struct octo_store_info(StoreInfo);

/// For octo_store_info_conditional_writes.
pub const OCTO_NO: u32 = 0;
pub const OCTO_YES: u32 = 1;
pub const OCTO_UNKNOWN: u32 = 2;

/// The store that this clone uses; nothing is sent. Writes `*out`, which the caller frees with octo_store_info_free; NULL if no
/// store is set. Any thread. Errors: OCTO_CONFIG, OCTO_STORE_URL_INVALID. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_store(
    repo: *const octo_repo,
    out: *mut *mut octo_store_info,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        if out.is_null() {
            return Err(null("out"));
        }
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            out.write(std::ptr::null_mut());
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
    // SAFETY: NULL or a live handle, as the header says.
    unsafe { info.as_ref() }.map_or(octo_bytes::empty(), |i| octo_bytes::of(i.0.url.as_bytes()))
}

/// Whether the URL is set for this clone only. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_store_info_local_only(info: *const octo_store_info) -> bool {
    // SAFETY: NULL or a live handle, as the header says.
    unsafe { info.as_ref() }.is_some_and(|i| i.0.local_only)
}

/// Whether this clone's owner has accepted the URL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_store_info_accepted(info: *const octo_store_info) -> bool {
    // SAFETY: NULL or a live handle, as the header says.
    unsafe { info.as_ref() }.is_some_and(|i| i.0.accepted)
}

/// Whether the store honours conditional writes: OCTO_YES, OCTO_NO (then garbage must be collected from one host only), or
/// OCTO_UNKNOWN before this clone first connected to it. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_store_info_conditional_writes(info: *const octo_store_info) -> u32 {
    // SAFETY: NULL or a live handle, as the header says.
    match unsafe { info.as_ref() }.and_then(|i| i.0.conditional_writes) {
        Some(true) => OCTO_YES,
        Some(false) => OCTO_NO,
        None => OCTO_UNKNOWN,
    }
}

/// Frees it; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_store_info_free(info: *mut octo_store_info) {
    // SAFETY: NULL or a handle that is freed once, as the header says.
    unsafe { free(info) }
}

/// Points the repository at a store, which is made if the place is empty, and accepts it; the committed configuration changes.
/// `with` may be NULL. Any thread. Errors: OCTO_STORE_.... Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_set_store(
    repo: *const octo_repo,
    url: octo_bytes,
    with: *const octo_job,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe { handle(repo, "repo")?.0.set_store(text(&url, "url")?, &job(with)?).map(|_| ()) }
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

/// Copies everything that this repository published to another store; it goes on using its own. `with` and `out` may be NULL.
/// Any thread. Errors: OCTO_STORE_..., OCTO_MISSING_DATA, OCTO_CORRUPT, OCTO_CANCELLED. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_repo_copy_store(
    repo: *const octo_repo,
    url: octo_bytes,
    with: *const octo_job,
    out: *mut octo_copy_report,
    err: *mut *mut octo_error,
) -> octo_status {
    guard(err, || {
        // SAFETY: the pointers are NULL or as the header says.
        unsafe {
            reportable(out, "out")?;
            let r = handle(repo, "repo")?.0.copy_store(text(&url, "url")?, &job(with)?)?;
            fill(out, octo_copy_report { struct_size: 0, packs: r.packs, bytes: r.bytes }, "out")
        }
    })
}
