//! `octostore completions`

use super::Outcome;
use crate::args::{Cli, Completions};
use clap::CommandFactory;
use std::io::Write;
use std::process::ExitCode;

pub(crate) fn run(args: Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "octostore", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}
