//! `init`: a git repository learns what to do with data.

use super::call::call;
use super::{InitOptions, Repo};
use crate::context::Context;
use crate::error::Result;
use crate::job::Job;
use crate::repo::hooks;
use crate::store::Address;
use std::path::Path;

impl Repo {
    /// Makes the git repository at `path` data-aware: filter, hooks, configuration and, if named, the store. Doing it
    /// again changes nothing.
    pub fn init(path: impl AsRef<Path>, options: &InitOptions, context: &Context, job: &Job) -> Result<Repo> {
        call(
            context,
            "repo.init",
            &[("store", options.store.is_some()), ("program", options.program.is_some())],
            || {
                // A URL that cannot be is refused before anything is touched.
                options.store.as_deref().map(Address::parse).transpose()?;
                let repo = Repo::open(path, context)?;
                let mut config = repo.config()?;
                if let Some(url) = &options.store {
                    repo.set_store(url, job)?;
                } else {
                    config.draw_repository()?;
                    config.write()?;
                }
                repo.set_up(options.program.as_deref())?;
                Ok(repo)
            },
        )
    }

    /// Filter and hooks of this clone.
    pub(super) fn set_up(&self, program: Option<&Path>) -> Result<()> {
        hooks::configure_filter(self.git(), program)?;
        hooks::install(self.git())
    }
}
