//! Every call survives NULL: it gives a status or does nothing.
#![allow(clippy::unwrap_used)]

use octostore_c::*;
use std::ptr::{null, null_mut};

const NONE: octo_bytes = octo_bytes { data: null(), len: 0 };
/// A length without bytes: as wrong as it gets.
const BAD: octo_bytes = octo_bytes { data: null(), len: 5 };

#[test]
fn calls_refuse_null_by_a_status() {
    let e = null_mut();
    // SAFETY: NULL everywhere, which every call must check.
    let statuses = unsafe {
        [
            octo_context_new(null(), null_mut(), e),
            octo_repo_open(null(), NONE, null_mut(), e),
            octo_repo_init(null(), NONE, null(), null(), null_mut(), e),
            octo_repo_clone(null(), NONE, NONE, null(), null(), null_mut(), e),
            octo_repo_work_dir(null(), null_mut(), e),
            octo_repo_track(null(), null(), 0, null_mut(), e),
            octo_repo_untrack(null(), null(), 3, null_mut(), e),
            octo_repo_add(null(), null(), 0, null(), null_mut(), e),
            octo_repo_status(null(), null(), null_mut(), e),
            octo_repo_ls(null(), NONE, NONE, null_mut(), e),
            octo_repo_open_file(null(), BAD, BAD, null_mut(), e),
            octo_repo_resolve(null(), NONE, NONE, null_mut(), e),
            octo_repo_push(null(), null(), null(), null_mut(), e),
            octo_repo_fetch(null(), null(), 0, null(), null_mut(), null_mut(), e),
            octo_repo_pull(null(), null(), 0, null(), null_mut(), null_mut(), e),
            octo_repo_drop(null(), null(), 0, null(), null_mut(), e),
            octo_repo_log(null(), NONE, 0, null_mut(), e),
            octo_repo_fsck(null(), null(), null(), null_mut(), e),
            octo_repo_store(null(), null_mut(), e),
            octo_repo_set_store(null(), NONE, null(), e),
            octo_repo_accept_store(null(), NONE, e),
            octo_repo_copy_store(null(), NONE, null(), null_mut(), e),
            octo_file_read_at(null_mut(), 0, null_mut(), 9, null_mut(), e),
            octo_file_read(null_mut(), null_mut(), 9, null_mut(), e),
            octo_file_seek(null_mut(), 0, 0, null_mut(), e),
            octo_add_report_get(null(), 0, null_mut()),
            octo_add_report_totals(null(), null_mut()),
            octo_status_list_get(null(), 0, null_mut()),
            octo_entry_list_get(null(), 0, null_mut()),
            octo_log_list_get(null(), 0, null_mut()),
            octo_resolved_range_get(null(), 0, null_mut()),
            octo_fsck_report_problem_get(null(), 0, null_mut()),
            octo_fsck_report_totals(null(), null_mut()),
        ]
    };
    assert!(statuses.iter().all(|s| *s == OCTO_INVALID_ARGUMENT), "{statuses:?}");
}

#[test]
fn getters_and_frees_do_nothing_with_null() {
    // SAFETY: NULL everywhere, which every call must check.
    unsafe {
        assert_eq!(octo_error_code(null()), OCTO_OK);
        assert_eq!(octo_error_message(null()).len + octo_error_hint(null()).len, 0);
        assert!(!octo_error_retryable(null()) && !octo_error_context_get(null(), 0, null_mut(), null_mut()));
        assert_eq!(octo_error_context_count(null()) + octo_strings_count(null()) + octo_status_list_count(null()), 0);
        assert_eq!(octo_entry_list_count(null()) + octo_log_list_count(null()) + octo_add_report_count(null()), 0);
        assert_eq!(octo_resolved_range_count(null()) + octo_fsck_report_problem_count(null()), 0);
        assert_eq!(octo_strings_get(null(), 0).len + octo_path_bytes(null()).len + octo_store_info_url(null()).len, 0);
        assert_eq!(octo_resolved_local(null()).len + octo_resolved_store(null()).len, 0);
        assert!(!octo_resolved_pointer(null(), null_mut()) && !octo_cancel_is_cancelled(null()));
        assert!(!octo_store_info_accepted(null()) && !octo_store_info_local_only(null()));
        assert_eq!(octo_store_info_conditional_writes(null()), OCTO_UNKNOWN);
        assert_eq!(octo_file_len(null()), 0);
        assert!(!octo_has_feature(BAD));
        octo_cancel_cancel(null());
        octo_cancel_free(null_mut());
        octo_context_free(null_mut());
        octo_repo_free(null_mut());
        octo_file_free(null_mut());
        octo_error_free(null_mut());
        octo_strings_free(null_mut());
        octo_path_free(null_mut());
        octo_add_report_free(null_mut());
        octo_status_list_free(null_mut());
        octo_entry_list_free(null_mut());
        octo_log_list_free(null_mut());
        octo_resolved_free(null_mut());
        octo_fsck_report_free(null_mut());
        octo_store_info_free(null_mut());
    }
}
