//! Environments: what a project needs to run, what is installed, and whether this machine will do.
//!
//! The room reads and writes files of one folder; it knows nothing of git, stores or runs, and never runs Python to find
//! something out. Start with [`detect::detect`], which every other step builds on.

mod capture;
mod check;
mod collab;
mod detect;
mod devcontainer;
mod host;
mod imports;
mod installed;
mod kind;
mod python;
mod read;
mod scaffold;
mod texts;
mod up;

pub(crate) use capture::{Format, capture};
pub(crate) use check::{Verdict, check};
pub(crate) use collab::{Card, collab_files};
pub(crate) use detect::detect;
pub(crate) use devcontainer::devcontainer_files;
#[cfg(feature = "runs")]
pub(crate) use host::Host;
#[cfg(feature = "runs")]
pub(crate) use installed::installed;
#[cfg(feature = "runs")]
pub(crate) use python::find as find_python;
pub(crate) use scaffold::{Plan, Scaffold, plan};
pub(crate) use texts::Changes;
pub(crate) use up::{UpChoice, up};
