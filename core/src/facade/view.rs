//! `view`: A self-contained page that shows the statistics of a file or folder of a revision (empty: the index).

use super::ViewOptions;
use super::call::call;
use super::{Document, Repo};
use crate::error::Result;
use crate::job::Job;
use crate::repo::RepoPath;
use crate::view::{self, Subject, View};

impl Repo {
    /// A self-contained page that shows the statistics of a file or folder of a revision (empty: the index).
    ///
    /// The parts are `page.html`, which needs nothing else, and `fragment.html`, to stand in another page such as a
    /// notebook. The statistics beside the data are shown; where there are none, they are computed now.
    pub fn view(&self, rev: &str, path: &RepoPath, options: &ViewOptions, job: &Job) -> Result<Document> {
        let used = [("rev", !rev.is_empty()), ("against", !options.against.is_empty())];
        call(self.context(), "repo.view", &used, || {
            let subject = self.subject(rev, path, job)?;
            let against = match options.against.as_str() {
                "" => None,
                against => {
                    let (rev, path) = self.against(rev, path, against)?;
                    Some(self.subject(&rev, &path, job)?)
                }
            };
            let view = View::new(subject, against);
            job.check()?;
            let document = Document::new(&view::summary(&view));
            Ok(document.with("page.html", view::page(&view)).with("fragment.html", view::fragment(&view)))
        })
    }

    fn subject(&self, rev: &str, path: &RepoPath, job: &Job) -> Result<Subject> {
        let table = self.statistics(rev, path, job)?;
        let name = if rev.is_empty() { path.to_string() } else { format!("{path} at {rev}") };
        Ok(Subject { name, table })
    }
}
