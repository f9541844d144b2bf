//! Which library this is
//!
//! A program may be linked with one version and run with another. OCTO_ABI_VERSION is what it was compiled with; a library of
//! another ABI version has another file name, so the check below is for those who load it themselves.
//!
//! ```c
//! if (octo_abi_version() != OCTO_ABI_VERSION) exit(1);
//! printf("octostore %s%s\n", octo_version(), octo_has_feature(octo_text("s3")) ? " with s3" : "");
//! ```

use crate::args::text;
use crate::bytes::octo_bytes;
use crate::error::quiet;
use std::ffi::c_char;

/// The version of the ABI that this header describes.
pub const OCTO_ABI_VERSION: u32 = 0;

/// The ABI version of the library that is linked. A program built for another one must not go on.
/// Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn octo_abi_version() -> u32 {
    OCTO_ABI_VERSION
}

/// The version of the library. Such as "0.1.0": static, never to be freed. Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn octo_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Whether the library was built with a feature: `s3`, `azure`, `gcs`, `tabular`, `env` or `runs`. False for a name that it does not know.
/// Any thread. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octo_has_feature(name: octo_bytes) -> bool {
    // SAFETY: the caller gives `len` readable bytes at `data`, as the header says.
    quiet(false, || unsafe { text(&name, "name") }.ok().map(octostore::has_feature))
}
