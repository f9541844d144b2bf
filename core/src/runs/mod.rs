//! Runs: what happened when a program was run, in files that MLflow reads.
//!
//! The room reads and writes one folder, `runs/<experiment>/<run id>/`, in the layout of MLflow's file store; what is ours
//! alone lies in each run's `octostore/`. It knows nothing of git, stores or environments: what they know is handed in.
//! Start with [`RunsFolder`], which finds and makes runs; [`RunDir`] writes one, [`RunRecord`] is one that was read.

mod alive;
mod append;
pub(crate) mod capture;
mod compare;
mod curve;
mod files;
mod folder;
pub(crate) mod launch;
mod layout;
mod md5;
mod meta;
pub(crate) mod notebook;
mod page;
mod read;
mod record;
mod search;
#[cfg(test)]
mod tests;
mod yaml;

pub(crate) use compare::compare;
pub(crate) use folder::{New, RunsFolder};
pub(crate) use meta::Status;
pub(crate) use read::RunRecord;
pub(crate) use record::{DatasetInput, Metric, RunDir};
pub(crate) use search::search;
