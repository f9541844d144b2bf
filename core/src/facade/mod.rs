//! What a user calls, one file a verb: the only place that joins the rooms.
//!
//! It knows `repo` (git), `store` (packs) and nothing of any binding or terminal. Start with [`Repo`]; each verb's file
//! reads from the call down to the rooms it uses.

mod add;
#[cfg(feature = "tabular")]
mod beside;
pub(crate) mod call;
mod clone;
mod config;
#[cfg(feature = "tabular")]
mod diff_stats;
mod document;
mod drop;
#[cfg(feature = "env")]
mod env;
#[cfg(feature = "tabular")]
mod examples;
#[cfg(feature = "tabular")]
mod features;
mod filter;
mod fsck;
mod hook;
#[cfg(feature = "tabular")]
mod import;
mod init;
#[cfg(feature = "tabular")]
mod known;
mod options;
#[cfg(feature = "tabular")]
mod profile;
mod pull;
mod push;
mod read;
#[cfg(feature = "tabular")]
mod recipes;
#[cfg(feature = "tabular")]
mod rows;
#[cfg(feature = "runs")]
mod runs;
#[cfg(feature = "tabular")]
mod sample;
#[cfg(feature = "tabular")]
mod schema;
#[cfg(feature = "tabular")]
mod split;
#[cfg(feature = "tabular")]
mod states;
mod status;
mod store;
#[cfg(feature = "tabular")]
mod tables;
mod track;
mod types;
#[cfg(feature = "tabular")]
mod validate;
#[cfg(feature = "tabular")]
mod view;

pub use document::Document;
#[cfg(feature = "env")]
pub use env::*;
pub use filter::filter_process;
pub use hook::run_hook;
pub use options::*;
#[cfg(feature = "tabular")]
pub use profile::profile_files;
#[cfg(feature = "runs")]
pub use runs::*;
pub use types::*;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::log::Level;
use crate::per_process::PerProcess;
use crate::repo::{Git, RepoPath};
use crate::store::cache::Cache;
use crate::store::session::Store;
use call::call;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A git repository with data. Clones are the same repository; any thread may call it.
///
/// ```no_run
/// use octostore::{Context, Job, Repo};
/// let repo = Repo::open(".", &Context::default())?;
/// for file in repo.status(&Job::new())? {
///     println!("{} {}", file.state.name(), file.path);
/// }
/// # Ok::<(), octostore::Error>(())
/// ```
#[derive(Clone)]
pub struct Repo(Arc<Inner>);

struct Inner {
    opened: State,
    /// The process that opened it. A forked child opens it for itself: locks of the parent's may be held for ever there.
    process: u32,
    children: PerProcess<State>,
    context: Context,
}

struct State {
    git: Git,
    cache: Arc<Cache>,
    /// The connected store, once a call needed it.
    store: Mutex<Option<(String, Arc<Mutex<Store>>)>>,
}

impl State {
    fn of(git: Git) -> Result<State> {
        let cache = Arc::new(Cache::open(&git.common_dir().join("octostore"))?);
        Ok(State { git, cache, store: Mutex::default() })
    }
}

impl Repo {
    /// Opens the repository that `path` is in. It need not be set up for octostore: such a repository has no tracked
    /// files.
    pub fn open(path: impl AsRef<Path>, context: &Context) -> Result<Repo> {
        call(context, "repo.open", &[], || Self::with_git(Git::open(path.as_ref())?, context))
    }

    /// Opens the repository that git means which calls us.
    fn open_for_git(context: &Context) -> Result<Repo> {
        Self::with_git(Git::open_for_git()?, context)
    }

    fn with_git(git: Git, context: &Context) -> Result<Repo> {
        let (opened, process, children) = (State::of(git)?, std::process::id(), PerProcess::default());
        Ok(Repo(Arc::new(Inner { opened, process, children, context: context.clone() })))
    }

    /// What this process opened.
    fn state(&self) -> &State {
        let opened = &self.0.opened;
        if std::process::id() == self.0.process {
            return opened;
        }
        let again = self.0.children.borrow_or_try(|| State::of(opened.git.reopen()?));
        // Where it cannot be opened any more, what it was is the best that there is.
        again.map_or(opened, |state| state)
    }

    /// The top folder of the work tree.
    pub fn work_dir(&self) -> Result<PathBuf> {
        call(self.context(), "repo.work_dir", &[], || Ok(self.git().work_dir()?.to_owned()))
    }

    /// The path in the repository that a user's argument means, which is relative to the current folder.
    pub fn path_from(&self, argument: &OsStr) -> Result<RepoPath> {
        call(self.context(), "repo.path_from", &[], || {
            let current =
                std::env::current_dir().map_err(|e| Error::io(Path::new("."), "finding the current folder", e))?;
            RepoPath::from_work_tree(self.git().work_dir()?, &current, argument)
        })
    }

    fn git(&self) -> &Git {
        &self.state().git
    }
    fn cache(&self) -> &Cache {
        &self.state().cache
    }
    fn context(&self) -> &Context {
        &self.0.context
    }
    /// Tells the log.
    fn tell(&self, level: Level, target: &str, message: impl FnOnce() -> String) {
        self.context().log(level, target, message);
    }
    /// The folder of octostore's local state.
    fn root(&self) -> &Path {
        self.state().cache.root()
    }
}

/// Locks what a panic elsewhere cannot have left half-changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
