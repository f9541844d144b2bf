//! How the program ends: exit codes, and errors on standard error.

use octostore::{Code, Error};
use std::io::Write;
use std::process::ExitCode;

/// The answer is no: differences, problems.
pub(crate) const NO: u8 = 1;
const USAGE: u8 = 2;
const FAILED: u8 = 3;
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
            _ => Failure::Library(Error::new(Code::Io, format!("writing the output: {e}"))),
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
    if json {
        let context: serde_json::Map<_, _> = e.context().map(|(k, v)| (k.to_owned(), v.into())).collect();
        let error = serde_json::json!({"error": {
            "code": e.code() as i32, "name": e.code().name(), "message": e.message(), "hint": e.hint(),
            "retryable": e.retryable(), "context": context,
        }});
        say(&error.to_string());
    } else {
        say(&format!("error: {}", e.message()));
        if !e.hint().is_empty() {
            say(&format!("help: {}", e.hint()));
        }
    }
    ExitCode::from(match e.code() {
        Code::InvalidArgument => USAGE,
        Code::Cancelled => STOPPED,
        _ => FAILED,
    })
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
        say(&format!("error: internal error: {text}"));
        say("help: This is a defect of octostore; please report it with the line above.");
        std::process::exit(i32::from(FAILED));
    }));
}
