//! How the program ends: exit codes, and errors on standard error.

use octostore::{Code, Error};
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// The answer is no: differences, problems.
pub(crate) const NO: u8 = 1;
const USAGE: u8 = 2;
const FAILED: u8 = 3;
/// What `run` gives when octostore itself failed, so that it is not taken for the program's own code.
const RUNNER: u8 = 125;
/// What a shell gives for a program that Ctrl-C ended.
const STOPPED: u8 = 130;

/// Why a verb did not do what it was asked.
pub(crate) enum Failure {
    /// The library says why.
    Library(Error),
    /// What the user typed makes no sense.
    Usage(String),
    /// Whoever read our output is gone, as in `octostore ls | head`.
    NobodyReads,
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Failure::Usage(message.into())
    }
}

impl From<Error> for Failure {
    fn from(e: Error) -> Self {
        Failure::Library(e)
    }
}

impl From<std::io::Error> for Failure {
    fn from(e: std::io::Error) -> Self {
        match e.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::NobodyReads,
            _ => Failure::Library(
                Error::new(Code::Io, format!("writing the output: {e}"))
                    .remedy("See where the output goes and whether there is room; then run the same command again."),
            ),
        }
    }
}

/// Tells of a failure: one line of what, one of remedy.
pub(crate) fn fail(failure: &Failure, json: bool) -> ExitCode {
    let e = match failure {
        Failure::NobodyReads => return ExitCode::SUCCESS,
        Failure::Usage(message) => {
            &Error::new(Code::InvalidArgument, message).remedy("See \"octostore help\" and \"octostore help VERB\".")
        }
        Failure::Library(e) => e,
    };
    tell(e, json);
    if EVERY.load(Ordering::Relaxed) != 0 {
        return ExitCode::from(EVERY.load(Ordering::Relaxed));
    }
    ExitCode::from(match e.code() {
        Code::InvalidArgument => USAGE,
        Code::Cancelled => STOPPED,
        _ => FAILED,
    })
}

fn tell(e: &Error, json: bool) {
    if json {
        let context: serde_json::Map<_, _> = e.context().map(|(k, v)| (k.to_owned(), v.into())).collect();
        let error = serde_json::json!({"error": {
            "code": e.code() as i32, "name": e.code().name(), "message": e.message(), "hint": e.hint(),
            "retryable": e.retryable(), "context": context,
        }});
        return say(&error.to_string());
    }
    say(&format!("error: {}", e.message()));
    if !e.hint().is_empty() {
        say(&format!("help: {}", e.hint()));
    }
}

/// What clap says of arguments that are none: help and version as they are, the rest in our form.
pub(crate) fn not_understood(e: &clap::Error, args: &[OsString]) -> ExitCode {
    if !e.use_stderr() {
        // Whoever closed the output wants no more of it.
        let _ = e.print();
        return ExitCode::SUCCESS;
    }
    if args.len() < 2 || !args.iter().any(|a| a == "--json") {
        let _ = e.print();
        return ExitCode::from(USAGE);
    }
    let text = e.render().to_string();
    let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    fail(&Failure::Usage(first), true)
}

/// The code of every failure, if not 0.
static EVERY: AtomicU8 = AtomicU8::new(0);

/// From now on every failure of octostore has the code that tells it from the program that it runs.
pub(crate) fn for_runner() {
    EVERY.store(RUNNER, Ordering::Relaxed);
}

static JSON: AtomicBool = AtomicBool::new(false);

/// Says in which form a defect is told.
pub(crate) fn in_json(json: bool) {
    JSON.store(json, Ordering::Relaxed);
}

/// A line on standard error. Where that is closed or full there is nobody to tell, and the exit code says it all.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A defect ends the program like any failure, without a backtrace that helps nobody.
pub(crate) fn on_panic() {
    std::panic::set_hook(Box::new(|info| {
        // Rust's own print macros panic when nobody reads the output any more.
        let text = info.to_string();
        if text.contains("Broken pipe") {
            std::process::exit(0);
        }
        let payload = info.payload();
        let what =
            payload.downcast_ref::<&str>().map(|s| (*s).to_owned()).or(payload.downcast_ref::<String>().cloned());
        let place = info.location().map(|l| format!(" (at {}:{})", l.file(), l.line())).unwrap_or_default();
        let error = Error::internal(what.unwrap_or_default());
        let error = Error::new(error.code(), error.message()).remedy(format!("{}{place}", error.hint()));
        tell(&error, JSON.load(Ordering::Relaxed));
        std::process::exit(i32::from(EVERY.load(Ordering::Relaxed).max(FAILED)));
    }));
}
