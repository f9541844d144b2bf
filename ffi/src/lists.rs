//! Getting one item of a list out: what the lists of every group share.

use crate::args::{Versioned, fill, null};
use crate::error::{guard, octo_status};
use crate::handle::{Handle, handle};
use crate::octo_pointer;

/// Fills `out` with one item of a list.
pub(crate) unsafe fn item<L: Handle, I, O: Versioned>(
    list: *const L,
    index: usize,
    out: *mut O,
    items: impl FnOnce(&L) -> &[I],
    convert: impl FnOnce(&I) -> O,
) -> octo_status {
    guard(std::ptr::null_mut(), || {
        // SAFETY: NULL or a handle, as the header says.
        let list = unsafe { handle(list, "list") }?;
        let item = items(list).get(index).ok_or_else(|| null("item (the index is too large)"))?;
        if out.is_null() {
            return Err(null("out"));
        }
        // SAFETY: not NULL, and begins with its size, as the header says.
        unsafe { fill(out, convert(item), "out") }
    })
}

pub(crate) fn no_pointer() -> octo_pointer {
    octo_pointer { oid: [0; 32], size: 0 }
}
