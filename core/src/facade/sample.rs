//! `sample`: Writes a sample of the rows of a file or folder of a revision (empty: the index), with its fraction, seed and design effect.

use super::SampleOptions;
use super::call::call;
use super::{Document, Repo};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::RepoPath;

impl Repo {
    /// Writes a sample of the rows of a file or folder of a revision (empty: the index), with its fraction, seed and design effect.
    pub fn sample(&self, _rev: &str, _path: &RepoPath, _options: &SampleOptions, _job: &Job) -> Result<Document> {
        call(self.context(), "repo.sample", &[], || Err(Error::new(Code::Unsupported, "sample is not built yet")))
    }
}
