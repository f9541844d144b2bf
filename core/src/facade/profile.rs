//! `profile`: Computes statistics and schema of a table file or folder of a revision (empty: the index), and its example rows.

use super::ProfileOptions;
use super::call::call;
use super::{Document, Repo};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::RepoPath;

impl Repo {
    /// Computes statistics and schema of a table file or folder of a revision (empty: the index), and its example rows.
    pub fn profile(&self, _rev: &str, _path: &RepoPath, _options: &ProfileOptions, _job: &Job) -> Result<Document> {
        call(self.context(), "repo.profile", &[], || Err(Error::new(Code::Unsupported, "profile is not built yet")))
    }
}
