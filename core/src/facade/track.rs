//! `track` and `untrack`: which paths are data.

use super::Repo;
use super::call::call;
use crate::error::Result;
use crate::repo::attributes;

impl Repo {
    /// Tracks the files that these patterns (as in `.gitignore`) match; gives those that were not tracked before. Files
    /// that git holds already stay as they are until they are added again.
    pub fn track(&self, patterns: &[String]) -> Result<Vec<String>> {
        call(self.context(), "repo.track", &[], || attributes::track(self.git().work_dir()?, patterns))
    }

    /// No longer tracks these patterns; gives those that were tracked.
    pub fn untrack(&self, patterns: &[String]) -> Result<Vec<String>> {
        call(self.context(), "repo.untrack", &[], || attributes::untrack(self.git().work_dir()?, patterns))
    }
}
