//! Rows that could not be read: the first of them stops the reading, or all are left out and counted, as the caller says.

use super::ReadOptions;
use crate::error::{Code, Error, Result};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Rejected rows that are kept with what was wrong; all are counted.
const KEPT: usize = 10_000;
/// Characters of a value or row that a message shows.
const SHOWN: usize = 80;

/// What a row that cannot be read does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnError {
    Stop,
    /// It is left out and counted; the first ones are kept for a quarantine.
    Skip,
}

impl OnError {
    pub(crate) fn of(options: &ReadOptions) -> Result<OnError> {
        match options.on_error.as_str() {
            "" | "stop" => Ok(OnError::Stop),
            "skip" | "quarantine" => Ok(OnError::Skip),
            other => {
                Err(Error::new(Code::InvalidArgument, format!("on_error: \"{other}\" is nothing that a row can do"))
                    .remedy("Say \"stop\", \"skip\" or \"quarantine\".")
                    .with("option", "on_error"))
            }
        }
    }
}

/// A row that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rejected {
    pub file: String,
    /// From 1, the header not counted.
    pub row: u64,
    pub column: Option<String>,
    /// What was wrong.
    pub why: String,
    /// The row as it is in the file, as far as it is text.
    pub text: String,
}

impl Rejected {
    pub(crate) fn error(&self) -> Error {
        let place = match &self.column {
            Some(column) => format!("row {}, column \"{column}\"", self.row),
            None => format!("row {}", self.row),
        };
        let error = Error::new(Code::InvalidData, format!("{}: {place}: {}", self.file, self.why))
            .remedy("Correct that row, or leave out rows that cannot be read with on_error=skip.")
            .with("path", self.file.as_str())
            .with("row", self.row.to_string());
        match &self.column {
            Some(column) => error.with("column", column.as_str()),
            None => error,
        }
    }
}

/// The rejected rows of a data set, from all threads that read it.
#[derive(Debug, Default)]
pub(crate) struct Rejects {
    count: AtomicU64,
    kept: Mutex<Vec<Rejected>>,
}

impl Rejects {
    /// Stops with the row's error, or notes it.
    pub(super) fn take(&self, on_error: OnError, rejected: Rejected) -> Result<()> {
        if on_error == OnError::Stop {
            return Err(rejected.error());
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(rejected);
        }
        Ok(())
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// The kept ones in the order of files and rows, whichever thread met them first.
    pub(crate) fn kept(&self) -> Vec<Rejected> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        kept.sort_by(|a, b| (&a.file, a.row).cmp(&(&b.file, b.row)));
        kept
    }
}

/// As much of a value as a message can show.
pub(super) fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN * 4)]);
    let short: String = text.chars().take(SHOWN).collect();
    let more = if short.len() < bytes.len() && text.chars().count() >= SHOWN { "..." } else { "" };
    format!("\"{}\"{more}", short.escape_debug())
}
