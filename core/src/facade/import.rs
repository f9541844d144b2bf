//! `import`: Copies files, folders, prefixes and archives from where they are (local, http(s), s3, gs, az) into the repository under `to`, and stages them.

use super::ImportOptions;
use super::call::call;
use super::{Document, Repo};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::RepoPath;

impl Repo {
    /// Copies files, folders, prefixes and archives from where they are (local, http(s), s3, gs, az) into the repository under `to`, and stages them.
    pub fn import(
        &self,
        _sources: &[String],
        _to: &RepoPath,
        _options: &ImportOptions,
        _job: &Job,
    ) -> Result<Document> {
        call(self.context(), "repo.import", &[], || Err(Error::new(Code::Unsupported, "import is not built yet")))
    }
}
