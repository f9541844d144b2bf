//! What stands in for the calls on rows in a library without tables.

use octostore::{
    Code, Document, Error, ExamplesOptions, FeaturesOptions, ImportOptions, Job, ProfileOptions, Repo, RepoPath,
    Result, SampleOptions, SchemaOptions, SplitOptions, ValidateOptions, ViewOptions,
};

pub(crate) fn unsupported() -> Error {
    Error::new(Code::Unsupported, "this library was built without tables")
        .remedy("Use one that was built with the feature \"tabular\".")
}

/// The calls that [`Repo`] has only with tables.
pub(crate) trait NoTables {
    fn import(&self, _: &[String], _: &RepoPath, _: &ImportOptions, _: &Job) -> Result<Document> {
        Err(unsupported())
    }
    fn sample(&self, _: &str, _: &RepoPath, _: &SampleOptions, _: &Job) -> Result<Document> {
        Err(unsupported())
    }
    fn split(&self, _: &str, _: &RepoPath, _: &SplitOptions, _: &Job) -> Result<Document> {
        Err(unsupported())
    }
    fn examples(&self, _: &str, _: &RepoPath, _: &ExamplesOptions, _: &Job) -> Result<Document> {
        Err(unsupported())
    }
    fn profile(&self, _: &str, _: &RepoPath, _: &ProfileOptions, _: &Job) -> Result<Document> {
        Err(unsupported())
    }
    fn schema(&self, _: &str, _: &RepoPath, _: &SchemaOptions, _: &Job) -> Result<Document> {
        Err(unsupported())
    }
    fn validate(&self, _: &str, _: &RepoPath, _: &ValidateOptions, _: &Job) -> Result<Document> {
        Err(unsupported())
    }
    fn features(&self, _: &[RepoPath], _: &FeaturesOptions, _: &Job) -> Result<Document> {
        Err(unsupported())
    }
    fn view(&self, _: &str, _: &RepoPath, _: &ViewOptions, _: &Job) -> Result<Document> {
        Err(unsupported())
    }
    fn diff_stats(&self, _: &str, _: &str, _: &[RepoPath], _: &Job) -> Result<Document> {
        Err(unsupported())
    }
}

impl NoTables for Repo {}
