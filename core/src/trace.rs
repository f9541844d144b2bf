//! What test builds (feature `trace`) write down and let fail: which calls, options and error codes of the façade were
//! executed, whatever language called. Without the feature nothing of this is in the library.
//!
//! `OCTOSTORE_TRACE=FILE`: the first time that something is executed in this process, a line is appended to FILE: `call
//! repo.push`, `option repo.push.remote`, `code not_tracked`. Calls of the façade made by the façade are not counted.
//! `OCTOSTORE_FAULT=FILE`: if FILE is there when a call begins and says `CALL CODE` or `CALL panic`, it is removed and
//! that call fails with that code, or panics.

use crate::error::{Code, Error, Result};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write;
use std::sync::{LazyLock, Mutex, PoisonError};

static SEEN: LazyLock<Mutex<BTreeSet<String>>> = LazyLock::new(Mutex::default);

thread_local!(static INSIDE: Cell<bool> = const { Cell::new(false) });

/// Writes down that something was executed.
pub(crate) fn record(kind: &str, name: &str) {
    let Some(file) = std::env::var_os("OCTOSTORE_TRACE") else { return };
    let line = format!("{kind} {name}\n");
    if SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(line.clone()) {
        append(&file, &line);
    }
}

/// One write, so that lines of several processes do not mix.
fn append(file: &OsStr, line: &str) {
    let written =
        std::fs::OpenOptions::new().create(true).append(true).open(file).and_then(|mut f| f.write_all(line.as_bytes()));
    // A test that reads the file finds the line missing.
    drop(written);
}

/// Runs a call of the façade, written down unless another one made it.
pub(crate) fn call<T>(name: &str, options: &[(&str, bool)], run: impl FnOnce() -> Result<T>) -> Result<T> {
    if INSIDE.replace(true) {
        return run();
    }
    let _outside = Outside;
    record("call", name);
    for (option, _) in options.iter().filter(|(_, used)| *used) {
        record("option", &format!("{name}.{option}"));
    }
    let result = fault(name).map_or_else(run, Err);
    if let Err(e) = &result {
        record("code", e.code().name());
    }
    result
}

struct Outside;

impl Drop for Outside {
    fn drop(&mut self) {
        INSIDE.set(false);
    }
}

/// The error that this call shall end with.
fn fault(name: &str) -> Option<Error> {
    let file = std::env::var_os("OCTOSTORE_FAULT")?;
    let text = std::fs::read_to_string(&file).ok()?;
    let what = text.trim().strip_prefix(name)?.strip_prefix(' ')?.to_owned();
    std::fs::remove_file(&file).ok()?;
    #[allow(clippy::panic)]
    if what == "panic" {
        record("code", Code::Internal.name());
        panic!("a panic forced by the test");
    }
    let code = Code::ALL.iter().find(|c| c.name() == what)?;
    Some(Error::new(*code, format!("{name}: {} forced by the test", code.name())).remedy("Look at the test."))
}
