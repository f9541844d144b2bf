//! `split`: Parts the rows of a file or folder of a revision (empty: the index) by a recipe that is stored in the repository, or checks that recipe.

use super::SplitOptions;
use super::call::call;
use super::{Document, Repo};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::RepoPath;

impl Repo {
    /// Parts the rows of a file or folder of a revision (empty: the index) by a recipe that is stored in the repository, or checks that recipe.
    pub fn split(&self, _rev: &str, _path: &RepoPath, _options: &SplitOptions, _job: &Job) -> Result<Document> {
        call(self.context(), "repo.split", &[], || Err(Error::new(Code::Unsupported, "split is not built yet")))
    }
}
