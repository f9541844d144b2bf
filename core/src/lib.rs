//! octostore: the git experience for data, as an embeddable library.
//!
//! Start at [`Repo`]. Long calls take a [`Job`], errors are [`Error`].

mod content;
mod error;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod internals;
mod job;
mod repo;

pub use content::ids::{FileId, ObjectId, PackId};
pub use error::{Code, Error, Result};
pub use job::{Cancel, Job, Progress};
