//! What git calls: for packages that ship no command of their own.

use crate::context::{Context, job};
use crate::error::Result;
use std::sync::Arc;

/// Serves git's filter process on this process' standard input and output.
#[uniffi::export]
pub fn filter_process(context: Arc<Context>) -> Result<()> {
    Ok(octostore::filter_process(std::io::stdin(), std::io::stdout(), &context.0, &job(None, None))?)
}

/// Runs a hook by its name, with the arguments that git gave it.
#[uniffi::export]
pub fn run_hook(context: Arc<Context>, name: String, args: Vec<String>) -> Result<()> {
    let args: Vec<std::ffi::OsString> = args.into_iter().map(Into::into).collect();
    Ok(octostore::run_hook(&name, &args, &mut std::io::stdin(), &context.0, &job(None, None))?)
}
