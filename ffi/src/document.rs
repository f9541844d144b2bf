//! Documents
//!
//! What a call found out: an answer, a report as JSON, and by name the documents that other programs read. What a getter gives
//! lives as long as the document.
//!
//! ```c
//! octo_document *profile = NULL;
//! if (octo_repo_profile(repo, octo_text("HEAD"), octo_text("data/t.csv"), NULL, NULL, &profile, &err) == OCTO_OK) {
//!     octo_bytes statistics = octo_document_part(profile, octo_text("statistics.pb"));
//!     printf("%zu bytes of statistics; the parts are", statistics.len);
//!     for (size_t i = 0; i < octo_document_part_count(profile); i++) {
//!         octo_bytes name = octo_document_part_name(profile, i);
//!         printf(" %.*s", (int)name.len, (const char *)name.data);
//!     }
//! }
//! octo_document_free(profile);
//! ```

use crate::args::text;
use crate::bytes::octo_bytes;
use crate::error::quiet;
use crate::handle::{destroy, get};
use octostore::Document;

/// What a call found out. Immutable, any thread. Freed with octo_document_free.
pub struct octo_document(pub(crate) Document);

/// Whether the answer is yes: no anomalies, no leak, no difference. Calls that ask nothing always say yes. False for NULL. Any
/// thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_document_answer(document: *const octo_document) -> bool {
    // SAFETY: NULL or a handle, as the header says.
    quiet(false, || unsafe { get(document) }.map(|d| d.0.answer()))
}

/// The report, as JSON; empty for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_document_json(document: *const octo_document) -> octo_bytes {
    // SAFETY: NULL or a handle, as the header says.
    quiet(octo_bytes::empty(), || unsafe { get(document) }.map(|d| octo_bytes::of(d.0.json().as_bytes())))
}

/// How many parts there are; 0 for NULL. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_document_part_count(document: *const octo_document) -> usize {
    // SAFETY: NULL or a handle, as the header says.
    quiet(0, || unsafe { get(document) }.map(|d| d.0.names().count()))
}

/// The name of a part; they are sorted. Empty if there are not so many. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_document_part_name(document: *const octo_document, index: usize) -> octo_bytes {
    // SAFETY: NULL or a handle, as the header says.
    quiet(octo_bytes::empty(), || unsafe { get(document) }?.0.names().nth(index).map(|n| octo_bytes::of(n.as_bytes())))
}

/// The bytes of the part of this name; `data` is NULL if there is none. Text is UTF-8. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_document_part(document: *const octo_document, name: octo_bytes) -> octo_bytes {
    // SAFETY: NULL or a handle, and text, as the header says.
    quiet(octo_bytes::empty(), || unsafe { get(document)?.0.part(text(&name, "name").ok()?).map(octo_bytes::of) })
}

/// Frees a document; NULL is fine. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_document_free(document: *mut octo_document) {
    // SAFETY: NULL or a handle, as the header says.
    quiet((), || unsafe { destroy(document) }.map(drop));
}
