//! The git side: pointers in commits and in the index, attributes, the filter process, hooks and clones.
//!
//! This room turns what git knows into paths and pointers, and pointers back into what git knows. It must never know
//! packs, stores or the network: whoever brings the data is handed in by a trait or comes with the next call.
//! Start with `pointer` for what a commit holds, then `git` for the handle on a repository that all others take.

pub(crate) mod attributes;
pub(crate) mod clone;
#[cfg(feature = "tabular")]
pub(crate) mod commit;
#[cfg(feature = "runs")]
pub(crate) mod facts;
pub(crate) mod filter;
mod git;
pub(crate) mod hooks;
pub(crate) mod index;
mod path;
mod pkt;
mod pointer;
pub(crate) mod revs;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use git::Git;
pub use path::RepoPath;
pub use pointer::Pointer;
