//! `clone`: a repository with its data, copied to another store on the way if asked.

use super::call::call;
use super::{CloneOptions, DataChoice, PullOptions, Repo};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::clone as git_clone;
use crate::store::Address;
use std::path::Path;

impl Repo {
    /// Clones a git repository, accepts its store, and writes the chosen data. On failure nothing is left behind.
    pub fn clone_from(url: &str, dir: &Path, options: &CloneOptions, context: &Context, job: &Job) -> Result<Repo> {
        call(
            context,
            "repo.clone",
            &[
                ("data", options.data != DataChoice::All),
                ("copy_to", options.copy_to.is_some()),
                ("branch", options.branch.is_some()),
                ("program", options.program.is_some()),
            ],
            || {
                let copy_to = options.copy_to.as_deref().map(Address::parse).transpose()?;
                if let Err(e) = git_clone::clone(url, dir, options.branch.as_deref(), job) {
                    if e.code() == Code::Cancelled {
                        let _ = std::fs::remove_dir_all(dir);
                    }
                    return Err(e);
                }
                let repo = Self::set_up_clone(dir, copy_to, options, context, job);
                if repo.is_err() {
                    // The folder is ours: git made it a moment ago.
                    let _ = std::fs::remove_dir_all(dir).map_err(|e| Error::io(dir, "removing an unfinished clone", e));
                }
                repo
            },
        )
    }

    fn set_up_clone(
        dir: &Path,
        copy_to: Option<Address>,
        options: &CloneOptions,
        context: &Context,
        job: &Job,
    ) -> Result<Repo> {
        let repo = Repo::open(dir, context)?;
        repo.set_up(options.program.as_deref())?;
        if options.data == DataChoice::None {
            repo.set_wants_data("none")?;
        }
        // Cloning it is accepting what it names.
        if let Some((address, _)) = repo.store_url()? {
            repo.accept(&address)?;
        }
        if let Some(address) = copy_to {
            repo.copy_store(&address.to_string(), job)?;
            repo.accept(&address)?;
            repo.override_store(&address)?;
        }
        let paths = match &options.data {
            DataChoice::None => return Ok(repo),
            DataChoice::All => Vec::new(),
            DataChoice::Matching(patterns) => patterns.clone(),
        };
        if !repo.ls("", None)?.is_empty() {
            repo.pull(&PullOptions { paths, ..Default::default() }, job)?;
        }
        Ok(repo)
    }
}
