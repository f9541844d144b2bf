//! The C ABI of octostore: every call of the façade, and nothing else.
//!
//! Each function checks its pointers, catches panics, and translates; no logic lives here. Types are named as C writes them,
//! and comments are for C readers: cbindgen copies them into `include/octostore.h` (`cargo xtask header`).
#![allow(non_camel_case_types, clippy::missing_safety_doc)]
// Fields whose names say all, and constants that share a comment.
#![allow(missing_docs)]

mod args;
mod context;
mod error;
mod file;
mod lists;
mod repo;
mod reports;
mod store;
mod version;

pub use args::*;
pub use context::*;
pub use error::*;
pub use file::*;
pub use lists::*;
pub use repo::*;
pub use reports::*;
pub use store::*;
pub use version::*;
