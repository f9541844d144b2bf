//! `diff_stats`: Compares the statistics of two revisions (empty: the index), without the data; the answer is no if they differ.

use super::call::call;
use super::{Document, Repo};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::RepoPath;

impl Repo {
    /// Compares the statistics of two revisions (empty: the index), without the data; the answer is no if they differ.
    pub fn diff_stats(&self, _from: &str, _to: &str, _paths: &[RepoPath], _job: &Job) -> Result<Document> {
        call(self.context(), "repo.diff_stats", &[], || {
            Err(Error::new(Code::Unsupported, "diff_stats is not built yet"))
        })
    }
}
