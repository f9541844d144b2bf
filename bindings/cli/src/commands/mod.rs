//! A file for each verb: arguments to a call of the façade, its report to text or JSON.

pub(crate) mod add;
pub(crate) mod cat;
pub(crate) mod clone;
pub(crate) mod completions;
pub(crate) mod diff;
pub(crate) mod docs;
pub(crate) mod documents;
pub(crate) mod drop;
pub(crate) mod env;
pub(crate) mod examples;
pub(crate) mod features;
pub(crate) mod fsck;
pub(crate) mod git;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod log;
pub(crate) mod ls;
pub(crate) mod profile;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod resolve;
pub(crate) mod rows;
pub(crate) mod runs;
pub(crate) mod sample;
pub(crate) mod schema;
pub(crate) mod split;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod track;
pub(crate) mod validate;
pub(crate) mod view;

use crate::args::{Global, LogLevel, ProgressForm};
use crate::exit::Failure;
use crate::output::{print_json, print_lines};
use crate::progress;
use octostore::{Code, Context, ContextOptions, Error, Job, Level, Repo, RepoPath};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::OnceLock;

/// What a verb gives back.
pub(crate) type Outcome = Result<ExitCode, Failure>;

/// What every verb works with.
pub(crate) struct Run {
    pub context: Context,
    pub json: bool,
    quiet: bool,
    progress: ProgressForm,
}

impl Run {
    pub(crate) fn new(global: &Global) -> Self {
        let options = ContextOptions {
            threads: global.threads as usize,
            memory: global.memory << 20,
            connections: global.connections as usize,
        };
        let context = match global.log {
            Some(level) => Context::with_log(options, log_level(level), |r| {
                // Where standard error is closed there is nobody to tell.
                let _ = writeln!(std::io::stderr(), "{}: {}: {}", r.level.name(), r.target, r.message);
            }),
            None => Context::new(options),
        };
        let quiet = (global.quiet || global.json) && global.progress != ProgressForm::Json;
        Run { context, json: global.json, quiet, progress: global.progress }
    }

    /// A job that shows progress and that Ctrl-C stops tidily. Made when it is needed: until then Ctrl-C just ends the
    /// program, also at a question.
    pub(crate) fn job(&self) -> Job {
        progress::job(self.quiet, self.progress)
    }

    /// The repository around the current folder.
    pub(crate) fn repo(&self) -> Result<Repo, Failure> {
        Ok(Repo::open(".", &self.context)?)
    }

    /// Prints a report: the document, or the lines.
    pub(crate) fn report(&self, document: impl FnOnce() -> Value, lines: impl FnOnce() -> Vec<String>) -> Outcome {
        if self.json {
            print_json(&document())?
        } else {
            print_lines(lines())?
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn log_level(level: LogLevel) -> Level {
    match level {
        LogLevel::Error => Level::Error,
        LogLevel::Warn => Level::Warn,
        LogLevel::Info => Level::Info,
        LogLevel::Debug => Level::Debug,
    }
}

/// The program that git shall call where the running one is not it.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Says once which program git shall call, if not the running one.
pub(crate) fn set_program(program: Option<PathBuf>) {
    if let Some(program) = program {
        PROGRAM.get_or_init(|| program);
    }
}

/// The program that git shall call: this one.
pub(crate) fn this_program() -> Option<PathBuf> {
    if let Some(program) = PROGRAM.get() {
        return Some(program.clone());
    }
    let program = std::env::current_exe().ok()?;
    // Both names are the same program.
    let sibling = program.with_file_name(format!("octostore{}", std::env::consts::EXE_SUFFIX));
    Some(if sibling.exists() { sibling } else { program })
}

/// The paths that arguments mean.
pub(crate) fn paths(repo: &Repo, arguments: &[OsString]) -> Result<Vec<RepoPath>, Failure> {
    Ok(arguments.iter().map(|a| repo.path_from(a)).collect::<Result<_, _>>()?)
}

/// Revision and path of `REV:PATH`. The path is relative to the top of the work tree, as in `git show`.
pub(crate) fn rev_and_path(repo: &Repo, spec: &OsStr) -> Result<(String, RepoPath), Failure> {
    let bytes = spec.as_encoded_bytes();
    let usage =
        || Failure::usage(format!("{}: expected REV:PATH, such as HEAD:data/train.csv", spec.to_string_lossy()));
    let colon = bytes.iter().position(|b| *b == b':').ok_or_else(usage)?;
    let rev = std::str::from_utf8(&bytes[..colon]).map_err(|_| usage())?.to_owned();
    let path = &bytes[colon + 1..];
    let path = match path.strip_prefix(b"./") {
        // As for git, a path that begins with ./ is relative to the current folder.
        Some(relative) => repo.path_from(OsStr::new(std::str::from_utf8(relative).map_err(|_| usage())?))?,
        None => RepoPath::from_bytes(path)?,
    };
    Ok((rev, path))
}

/// Asks on a terminal; elsewhere the answer is no.
pub(crate) fn ask(question: &str) -> Result<bool, Failure> {
    Ok(matches!(answer(&format!("{question} [y/N] "))?.as_deref(), Some("y" | "Y" | "yes")))
}

/// Asks for a line on a terminal; `None` elsewhere.
pub(crate) fn answer(question: &str) -> Result<Option<String>, Failure> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(None);
    }
    let mut terminal = std::io::stderr();
    write!(terminal, "{question}")?;
    terminal.flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(Some(line.trim().to_owned()))
}

/// Runs a call that needs the store; on a terminal the user may accept a URL that came with a commit.
pub(crate) fn accepting<T>(repo: &Repo, call: impl Fn() -> octostore::Result<T>) -> Result<T, Failure> {
    let refused = match call() {
        Err(e) if e.code() == Code::StoreNotAccepted => e,
        other => return Ok(other?),
    };
    let url = refused.context().find(|(key, _)| *key == "store").map(|(_, url)| url.to_owned());
    match url {
        Some(url) if ask(&format!("This repository keeps its data in {url}. Read from it and push to it?"))? => {
            repo.accept_store(&url)?;
            Ok(call()?)
        }
        _ => Err(refused.into()),
    }
}

/// The error for a destructive verb that nobody confirmed.
pub(crate) fn not_confirmed(what: &str) -> Failure {
    Error::new(Code::InvalidArgument, format!("{what} was not confirmed"))
        .remedy("Give --yes to do it without a question.")
        .into()
}
