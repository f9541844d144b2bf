//! What the library tells about its work, to whoever asked for it. It never prints.

use std::sync::{Mutex, PoisonError, TryLockError};

/// How much a record matters; a listener hears its level and those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum Level {
    /// A call failed.
    Error = 1,
    /// Something that its user should know although the call went well.
    Warn = 2,
    /// What was done to a store or a repository.
    Info = 3,
    /// Each call, and how long it took.
    Debug = 4,
}

impl Level {
    /// The name that bindings show: `error`, `warn`, `info` or `debug`.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warn => "warn",
            Level::Info => "info",
            Level::Debug => "debug",
        }
    }

    /// The level with this number, if there is one.
    pub const fn from_number(number: u32) -> Option<Level> {
        match number {
            1 => Some(Level::Error),
            2 => Some(Level::Warn),
            3 => Some(Level::Info),
            4 => Some(Level::Debug),
            _ => None,
        }
    }
}

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogRecord<'a> {
    /// How much it matters.
    pub level: Level,
    /// What it is about: `call`, `repo`, `cache` or `store`.
    pub target: &'a str,
    /// One line.
    pub message: &'a str,
}

type Listener = Box<dyn Fn(&LogRecord<'_>) + Send>;

/// A listener and what it wants to hear.
pub(crate) struct Log {
    pub level: Level,
    /// Called under its lock: never by two threads at once.
    listener: Mutex<Listener>,
    process: u32,
}

impl Log {
    pub(crate) fn new(level: Level, listener: impl Fn(&LogRecord<'_>) + Send + 'static) -> Self {
        Log { level, listener: Mutex::new(Box::new(listener)), process: std::process::id() }
    }

    pub(crate) fn write(&self, level: Level, target: &str, message: &str) {
        if level <= self.level {
            // In a forked child nobody may be left to release a lock that was held when it was made.
            let listener = match self.listener.try_lock() {
                Ok(listener) => listener,
                Err(TryLockError::WouldBlock) if std::process::id() != self.process => return,
                Err(_) => self.listener.lock().unwrap_or_else(PoisonError::into_inner),
            };
            listener(&LogRecord { level, target, message });
        }
    }
}
