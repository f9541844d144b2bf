//! `view`: A self-contained page that shows the statistics of a file or folder of a revision (empty: the index).

use super::ViewOptions;
use super::call::call;
use super::{Document, Repo};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::RepoPath;

impl Repo {
    /// A self-contained page that shows the statistics of a file or folder of a revision (empty: the index).
    pub fn view(&self, _rev: &str, _path: &RepoPath, _options: &ViewOptions, _job: &Job) -> Result<Document> {
        call(self.context(), "repo.view", &[], || Err(Error::new(Code::Unsupported, "view is not built yet")))
    }
}
