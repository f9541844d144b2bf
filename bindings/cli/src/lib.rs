//! The `octostore` command: a thin way in to the library. Words and files in, calls of the façade, text or JSON out.
//!
//! `args` is what a user may type, `commands` has a file for each verb, `output` and `progress` what is shown; `tour` is
//! the README's first command.

mod args;
mod commands;
mod exit;
mod output;
mod progress;
mod tour;

use args::{Cli, Command};
use clap::Parser;
use commands::Run;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::LazyLock;

/// The whole program: reads the arguments, runs the verb, gives the exit code of `docs/cli.md`.
pub fn main() -> ExitCode {
    start(std::env::args_os())
}

/// The program inside another one, such as Python: `program` is what git shall call instead of that. Gives the exit code.
/// Nothing may come after it but the end of the process, whose signal and panic handlers it takes over.
pub fn run_in(args: impl IntoIterator<Item = OsString>, program: Option<PathBuf>) -> u8 {
    commands::set_program(program);
    let code = start(args);
    // Outside of Rust's own `main` nobody else flushes it; who does not read it any more need not be told.
    let _ = std::io::stdout().flush();
    (0..=u8::MAX).find(|n| ExitCode::from(*n) == code).unwrap_or(u8::MAX)
}

fn start(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    exit::on_panic();
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(e) => return exit::not_understood(&e, &args),
    };
    let json = cli.global.json;
    exit::in_json(json);
    match run(cli) {
        Ok(code) => code,
        Err(failure) => exit::fail(&failure, json),
    }
}

fn run(cli: Cli) -> Result<ExitCode, exit::Failure> {
    if let Some(dir) = &cli.global.chdir {
        std::env::set_current_dir(dir).map_err(|e| exit::Failure::usage(format!("-C {}: {e}", dir.display())))?;
    }
    let run = Run::new(&cli.global);
    match cli.command {
        Command::Tour(c) => tour::run(c),
        Command::Init(c) => commands::init::run(&run, c),
        Command::Clone(c) => commands::clone::run(&run, c),
        Command::Track(c) => commands::track::run(&run, c),
        Command::Untrack(c) => commands::track::undo(&run, c),
        Command::Add(c) => commands::add::run(&run, c),
        Command::Status(c) => commands::status::run(&run, c),
        Command::Ls(c) => commands::ls::run(&run, c),
        Command::Cat(c) => commands::cat::run(&run, c),
        Command::Rows(c) => commands::rows::run(&run, c),
        Command::Push(c) => commands::push::run(&run, c),
        Command::Fetch(c) => commands::pull::fetch(&run, c),
        Command::Pull(c) => commands::pull::run(&run, c),
        Command::Drop(c) => commands::drop::run(&run, c),
        Command::Log(c) => commands::log::run(&run, c),
        Command::Fsck(c) => commands::fsck::run(&run, c),
        Command::Resolve(c) => commands::resolve::run(&run, c),
        Command::Store(c) => commands::store::run(&run, c),
        Command::Import(c) => commands::import::run(&run, c),
        Command::Sample(c) => commands::sample::run(&run, c),
        Command::Split(c) => commands::split::run(&run, c),
        Command::Profile(c) => commands::profile::run(&run, c),
        Command::Schema(c) => commands::schema::run(&run, c),
        Command::Validate(c) => commands::validate::run(&run, c),
        Command::Examples(c) => commands::examples::run(&run, c),
        Command::Features(c) => commands::features::run(&run, c),
        Command::View(c) => commands::view::run(&run, c),
        Command::Diff(c) => commands::diff::run(&run, c),
        Command::Env(c) => commands::env::env(&run, c),
        Command::Capture(c) => commands::env::capture(&run, c),
        Command::Up(c) => commands::env::up(&run, c),
        Command::Check(c) => commands::env::check(&run, c),
        Command::Devcontainer(c) => commands::env::devcontainer(&run, c),
        Command::Collab(c) => commands::env::collab(&run, c),
        Command::Create(c) => commands::env::create(&run, c),
        Command::Run(c) => commands::runs::execute(&run, c),
        Command::Runs(c) => commands::runs::verb(&run, c),
        Command::Why(c) => commands::runs::why(&run, c),
        Command::FilterProcess => commands::git::filter_process(&run),
        Command::Hook(c) => commands::git::hook(&run, c),
        Command::Completions(c) => commands::completions::run(c),
        Command::Docs => commands::docs::run(),
    }
}

/// What `--version` prints.
fn version() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let built =
            ["s3", "azure", "gcs", "tabular", "env", "runs"].into_iter().filter(|name| octostore::has_feature(name));
        format!("{}\nfeatures: {}", octostore::VERSION, built.collect::<Vec<_>>().join(" "))
    });
    &TEXT
}
