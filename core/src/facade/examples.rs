//! `examples`: Writes the rows of a file or folder of a revision (empty: the index) as examples for training: TFRecord shards with ExampleGen's names and splits, or Parquet.

use super::ExamplesOptions;
use super::call::call;
use super::{Document, Repo};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::RepoPath;

impl Repo {
    /// Writes the rows of a file or folder of a revision (empty: the index) as examples for training: TFRecord shards with ExampleGen's names and splits, or Parquet.
    pub fn examples(&self, _rev: &str, _path: &RepoPath, _options: &ExamplesOptions, _job: &Job) -> Result<Document> {
        call(self.context(), "repo.examples", &[], || Err(Error::new(Code::Unsupported, "examples is not built yet")))
    }
}
