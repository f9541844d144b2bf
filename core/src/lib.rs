//! octostore: the git experience for data, as an embeddable library.
//!
//! A [`Repo`] is a git repository whose large files live in a store (a folder or a bucket): git holds a small pointer for
//! each, and any commit names its data exactly. Each verb of the command line is a method of it. A [`Context`] owns threads
//! and limits, a [`Job`] carries progress and cancelling into long calls, and what fails says so with an [`Error`], whose
//! [`Code`] is the same in every language. `facade.toml` beside this crate's manifest lists every call once.
//!
//! ```
//! use octostore::{Context, InitOptions, Job, PushOptions, Repo, RepoPath};
//! use std::io::Read;
//! # use std::process::Command;
//! # let home = tempfile::tempdir()?;
//! # let (work, store) = (home.path().join("work"), home.path().join("store"));
//! # std::fs::create_dir_all(work.join("data"))?;
//! # let git = |args: &[&str]| {
//! #     let signed = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
//! #     assert!(Command::new("git").current_dir(&work).args(signed).args(args).status().is_ok_and(|s| s.success()));
//! # };
//! # git(&["init", "-q"]);
//! let (context, job) = (Context::default(), Job::new());
//! let options = InitOptions { store: Some(store.to_string_lossy().into()), ..Default::default() };
//! let repo = Repo::init(&work, &options, &context, &job)?;
//! repo.track(&["data/".into()])?;
//!
//! std::fs::write(work.join("data/ages.csv"), "name,age\nAda,36\n")?;
//! let added = repo.add(&[], &job)?;
//! assert_eq!((added.files.len(), added.read_bytes), (1, 16));
//! git(&["commit", "-qm", "Ages"]);
//! repo.push(&PushOptions::default(), &job)?;
//!
//! let mut text = String::new();
//! repo.open_file("HEAD", &RepoPath::from_bytes(b"data/ages.csv")?)?.read_to_string(&mut text)?;
//! assert!(text.ends_with("Ada,36\n"));
//! assert!(repo.status(&job)?.iter().all(|f| f.pushed));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Options and reports
//! Options are plain structs: name what differs from the default and end with `..Default::default()`, and a release that
//! adds an option does not break you. Reports and enums may grow: they are `#[non_exhaustive]`.
//!
//! # Threads and processes
//! Everything is `Send`, and all but [`FileReader`] and [`Rows`] is `Sync`. Nothing is started before a call needs it. After
//! a fork, parent and child may both go on: the child gets threads and connections of its own, and opens its own files.
//!
//! # Features
//! `s3`, `azure`, `gcs`: stores in buckets. `tabular`: rows and tables. `env`: environments. `runs`: runs. All are on by default; local folders always work.

mod content;
mod context;
#[cfg(feature = "tabular")]
mod data;
#[cfg(feature = "env")]
mod env;
mod error;
mod facade;
#[cfg(feature = "tabular")]
mod import;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod internals;
mod job;
mod log;
mod per_process;
#[cfg(feature = "tabular")]
mod profile;
mod repo;
#[cfg(feature = "runs")]
mod runs;
mod store;
#[cfg(feature = "trace")]
mod trace;
#[cfg(feature = "tabular")]
mod view;

#[cfg(feature = "tabular")]
pub use arrow;
pub use content::ids::FileId;
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

/// Whether the library was built with a feature: `s3`, `azure`, `gcs`, `tabular`, `env` or `runs`.
pub fn has_feature(name: &str) -> bool {
    let built = [
        ("s3", cfg!(feature = "s3")),
        ("azure", cfg!(feature = "azure")),
        ("gcs", cfg!(feature = "gcs")),
        ("tabular", cfg!(feature = "tabular")),
        ("env", cfg!(feature = "env")),
        ("runs", cfg!(feature = "runs")),
    ];
    built.contains(&(name, true))
}
