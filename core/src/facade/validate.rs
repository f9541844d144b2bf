//! `validate`: Holds the data of a revision (empty: the index) to its schema, and to the drift and skew that this allows; the answer is no if there are anomalies.

use super::ValidateOptions;
use super::call::call;
use super::{Document, Repo};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::RepoPath;

impl Repo {
    /// Holds the data of a revision (empty: the index) to its schema, and to the drift and skew that this allows; the answer is no if there are anomalies.
    pub fn validate(&self, _rev: &str, _path: &RepoPath, _options: &ValidateOptions, _job: &Job) -> Result<Document> {
        call(self.context(), "repo.validate", &[], || Err(Error::new(Code::Unsupported, "validate is not built yet")))
    }
}
