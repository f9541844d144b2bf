//! Which library this is.

use crate::args::{octo_bytes, text};
use std::ffi::c_char;

/// The version of the ABI that this header describes.
pub const OCTO_ABI_VERSION: u32 = 0;

/// The ABI version of the library that is linked. A program built for another one must not go on.
/// Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn octo_abi_version() -> u32 {
    OCTO_ABI_VERSION
}

/// The version of the library, such as "0.1.0": static, never to be freed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn octo_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Whether the library was built with a feature: "s3", "azure" or "gcs". False for a name that it does not know.
/// Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_has_feature(name: octo_bytes) -> bool {
    // SAFETY: the caller gives `len` readable bytes at `data`, as the header says.
    unsafe { text(&name, "name") }.is_ok_and(octostore::has_feature)
}
