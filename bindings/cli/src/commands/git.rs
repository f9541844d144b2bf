//! What git calls: the filter process and the hooks. Their standard output belongs to git.

use super::{Outcome, Run};
use crate::args::Hook;
use std::process::ExitCode;

pub(crate) fn filter_process(run: &Run) -> Outcome {
    octostore::filter_process(std::io::stdin(), std::io::stdout(), &run.context, &run.job())?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn hook(run: &Run, args: Hook) -> Outcome {
    octostore::run_hook(&args.name, &args.args, &mut std::io::stdin(), &run.context, &run.job())?;
    Ok(ExitCode::SUCCESS)
}
