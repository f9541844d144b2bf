//! The least program that git needs to keep data with octostore: its filter and its hooks. An embedder who ships its own
//! program instead of the `octostore` command names it in `InitOptions::program`.

#![allow(clippy::print_stderr)]

use octostore::{Context, Job};
use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let verb = args.next().unwrap_or_default();
    let (context, job) = (Context::default(), Job::new());
    let result = if verb == "filter-process" {
        octostore::filter_process(std::io::stdin(), std::io::stdout(), &context, &job)
    } else {
        let name = args.next().unwrap_or_default();
        let args: Vec<OsString> = args.collect();
        octostore::run_hook(&name.to_string_lossy(), &args, &mut std::io::stdin(), &context, &job)
    };
    if let Err(e) = result {
        eprintln!("{e}");
        return ExitCode::from(3);
    }
    ExitCode::SUCCESS
}
