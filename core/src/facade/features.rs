//! `features`: Ranks the columns of one or several data sets by what their statistics say, without the data; the choice can be recorded as a selection that reading obeys.

use super::FeaturesOptions;
use super::call::call;
use super::{Document, Repo};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::RepoPath;

impl Repo {
    /// Ranks the columns of one or several data sets by what their statistics say, without the data; the choice can be recorded as a selection that reading obeys.
    pub fn features(&self, _paths: &[RepoPath], _options: &FeaturesOptions, _job: &Job) -> Result<Document> {
        call(self.context(), "repo.features", &[], || Err(Error::new(Code::Unsupported, "features is not built yet")))
    }
}
