//! octostore: the git experience for data, as an embeddable library.
//!
//! Start at [`Repo`]. Long calls take a [`Job`], errors are [`Error`].

mod content;
mod context;
#[cfg(feature = "tabular")]
mod data;
mod error;
mod facade;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod internals;
mod job;
mod log;
mod per_process;
mod repo;
mod store;
#[cfg(feature = "trace")]
mod trace;

#[cfg(feature = "tabular")]
pub use arrow;
pub use content::ids::{FileId, ObjectId, PackId};
pub use context::{Context, ContextOptions};
#[cfg(feature = "tabular")]
pub use data::{ReadOptions, Rows, Table, WriteReport};
pub use error::{Code, Error, Result};
pub use facade::*;
pub use job::{Cancel, Job, Progress};
pub use log::{Level, LogRecord};
pub use repo::{Pointer, RepoPath};
pub use store::FileReader;

/// The version of the library.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Whether the library was built with a feature: `s3`, `azure`, `gcs` or `tabular`.
pub fn has_feature(name: &str) -> bool {
    let built = [
        ("s3", cfg!(feature = "s3")),
        ("azure", cfg!(feature = "azure")),
        ("gcs", cfg!(feature = "gcs")),
        ("tabular", cfg!(feature = "tabular")),
    ];
    built.contains(&(name, true))
}
