//! What git's hooks call.

use super::Repo;
use super::call::call;
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::hooks;
use std::ffi::OsString;
use std::io::Read;

/// Runs a hook by its name, with the arguments and standard input that git gave it. For programs that git
/// calls.
pub fn run_hook(name: &str, args: &[OsString], input: &mut dyn Read, context: &Context, job: &Job) -> Result<()> {
    call(context, "git.run_hook", &[], || {
        let repo = Repo::open_for_git(context)?;
        match name {
            "pre-push" => {
                let remote = args.first().map(|a| a.to_string_lossy().into_owned()).unwrap_or_default();
                let updates = hooks::parse_pre_push(input)?;
                repo.push_updates(&updates, &remote, job).map(|_| ())
            }
            "reference-transaction" => repo.cache().sync_staging(),
            other => Err(Error::new(Code::InvalidArgument, format!("there is no hook \"{other}\""))
                .remedy("git calls \"pre-push\" and \"reference-transaction\".")),
        }
    })
}
