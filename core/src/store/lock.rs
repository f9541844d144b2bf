//! The lock that one process holds while it changes this clone's data.

use super::files::create_dir;
use crate::error::{Error, Result};
use crate::job::Job;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

/// Held while local state changes. The operating system frees it when its holder dies.
pub(crate) struct ProcessLock(#[allow(dead_code)] File);

impl ProcessLock {
    /// Takes the lock of the clone whose octostore folder this is, waiting for another process to end its work.
    pub(crate) fn take(root: &Path, job: &Job) -> Result<Self> {
        create_dir(root)?;
        let path = root.join("lock");
        let failed = |e| Error::io(&path, "locking", e);
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        let mut waiting = None;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(ProcessLock(file)),
                Err(TryLockError::Error(e)) => return Err(failed(e)),
                Err(TryLockError::WouldBlock) => {
                    waiting.get_or_insert_with(|| job.phase("wait for another octostore", 0, 0)).advance(0, 0)?;
                    std::thread::sleep(Duration::from_millis(30));
                }
            }
        }
    }
}
