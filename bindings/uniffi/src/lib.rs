//! The façade for uniffi, from which the Python package (and later Kotlin's and Swift's) is generated.
//!
//! Nothing but translation: paths are bytes, errors carry their fields (uniffi does not hand on a Rust error's text), long
//! calls take a listener and a cancel token.
#![allow(missing_docs)]

mod capsule;
#[cfg(feature = "cli")]
mod cli;
mod context;
mod documents;
mod error;
mod file;
mod git;
mod log;
mod raw;
mod raw_runs;
mod records;
mod repo;
mod runs;
mod tables;

pub use capsule::*;
#[cfg(feature = "cli")]
pub use cli::*;
pub use context::*;
pub use documents::*;
pub use error::*;
pub use file::*;
pub use git::*;
pub use log::*;
pub use raw::*;
pub use raw_runs::*;
pub use records::*;
pub use repo::*;
pub use runs::*;
pub use tables::*;

uniffi::setup_scaffolding!();

/// The version of the library.
#[uniffi::export]
pub fn version() -> String {
    octostore::VERSION.to_owned()
}

/// Whether the library was built with a feature: `s3`, `azure` or `gcs`.
#[uniffi::export]
pub fn has_feature(name: &str) -> bool {
    octostore::has_feature(name)
}
