//! The C ABI of octostore: every call of the façade, and nothing else.
//!
//! Each function checks its pointers, catches panics, and translates; no logic lives here. Types are named as C writes them,
//! and comments are for C readers: `cargo xtask header` makes `include/octostore.h` of the modules whose items are public here, each a
//! group of the header with its title, text and example. What a long call takes is read once, by a function that gives a
//! closure: the blocking call runs it at once, the `_start` call on a thread of its own.
#![allow(non_camel_case_types, clippy::missing_safety_doc)]
// Fields whose names say all, and constants that share a comment.
#![allow(missing_docs)]

mod args;
mod event;
mod gate;
mod handle;
mod lists;
#[cfg(not(feature = "tabular"))]
mod no_tables;
mod rows;

mod begin;
mod begin_documents;
mod bytes;
mod context;
mod data;
mod document;
mod error;
mod git;
mod job;
mod log;
mod profile;
mod read;
mod repo;
mod stage;
mod store;
mod table;
mod take;
mod task;
mod transfer;
mod version;

pub use begin::*;
pub use begin_documents::*;
pub use bytes::*;
pub use context::*;
pub use data::*;
pub use document::*;
pub use error::*;
pub use git::*;
pub use job::*;
pub use log::*;
pub use profile::*;
pub use read::*;
pub use repo::*;
pub use stage::*;
pub use store::*;
pub use table::*;
pub use take::*;
pub use task::*;
pub use transfer::*;
pub use version::*;
