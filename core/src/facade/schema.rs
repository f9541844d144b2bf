//! `schema`: The schema of a table file or folder of a revision (empty: the index): the stored one, or what is inferred, with suggestions.

use super::SchemaOptions;
use super::call::call;
use super::{Document, Repo};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::RepoPath;

impl Repo {
    /// The schema of a table file or folder of a revision (empty: the index): the stored one, or what is inferred, with suggestions.
    pub fn schema(&self, _rev: &str, _path: &RepoPath, _options: &SchemaOptions, _job: &Job) -> Result<Document> {
        call(self.context(), "repo.schema", &[], || Err(Error::new(Code::Unsupported, "schema is not built yet")))
    }
}
