//! Packs in an object store, and the cache of them beside the repository.
//!
//! This room moves frames between the local cache and a store, and keeps the store's layout and protocol. It knows
//! nothing of git: it is handed file ids, never paths or commits. Start with `push` and `fetch`; `remote` is the only
//! file that talks to a store, `cache` the only one that owns local packs.

mod address;
#[cfg(feature = "s3")]
mod aws_profile;
pub(crate) mod cache;
mod catalog;
pub(crate) mod check;
#[cfg(feature = "_cloud")]
mod cloud;
pub(crate) mod copy;
pub(crate) mod fetch;
pub(crate) mod files;
pub(crate) mod known;
pub(crate) mod layout;
mod lease;
mod local;
pub(crate) mod lock;
pub(crate) mod materialise;
mod merge;
mod probe;
pub(crate) mod push;
pub(crate) mod reader;
mod remote;
pub(crate) mod session;
mod spool;
pub(crate) mod supply;
mod tables;
mod upload;

pub(crate) use address::Address;
pub use reader::FileReader;
#[cfg(feature = "tabular")]
pub(crate) use remote::without_credentials;
