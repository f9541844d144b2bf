//! The calls on rows, statistics and schemas whose answer is a document.

use crate::context::{Cancel, Listener, job};
use crate::error::Result;
use crate::repo::Repo;
use crate::repo::repo_paths;
use octostore::{
    ExamplesOptions, FeaturesOptions, ImportOptions, ProfileOptions, RepoPath, SampleOptions, SchemaOptions,
    SplitOptions, ValidateOptions, ViewOptions,
};
use std::collections::HashMap;
use std::sync::Arc;

type OptListener = Option<Box<dyn Listener>>;
type OptCancel = Option<Arc<Cancel>>;

/// What a call found out.
#[derive(uniffi::Record)]
pub struct Document {
    /// Whether the answer is yes.
    pub answer: bool,
    /// The report.
    pub json: String,
    /// The documents that other programs read, by name.
    pub parts: HashMap<String, Vec<u8>>,
}

impl From<octostore::Document> for Document {
    fn from(d: octostore::Document) -> Self {
        let part = |name: &str| (name.to_owned(), d.part(name).unwrap_or_default().to_vec());
        Document { answer: d.answer(), json: d.json().to_owned(), parts: d.names().map(part).collect() }
    }
}

/// `import`'s options.
#[uniffi::remote(Record)]
pub struct ImportOptions {
    pub update: bool,
    pub in_place: bool,
    pub sample: String,
    pub profile: bool,
    pub commit: bool,
    pub on_error: String,
    pub license: String,
    pub only: Vec<String>,
}

/// `profile`'s options.
#[uniffi::remote(Record)]
pub struct ProfileOptions {
    pub tfdv: bool,
    pub columns: Vec<String>,
    pub weight: String,
    pub slices: Vec<String>,
    pub write: bool,
    pub on_error: String,
}

/// `schema`'s options.
#[uniffi::remote(Record)]
pub struct SchemaOptions {
    pub infer: bool,
    pub against: String,
    pub accept: Vec<String>,
    pub write: bool,
}

/// `validate`'s options.
#[uniffi::remote(Record)]
pub struct ValidateOptions {
    pub schema: String,
    pub against: String,
    pub serving: String,
    pub environment: String,
    pub rows: u64,
}

/// `sample`'s options.
#[uniffi::remote(Record)]
pub struct SampleOptions {
    pub fraction: f64,
    pub rows: u64,
    pub method: String,
    pub key: Vec<String>,
    pub stratify: String,
    pub time: String,
    pub seed: u64,
    pub to: String,
}

/// `split`'s options.
#[uniffi::remote(Record)]
pub struct SplitOptions {
    pub parts: Vec<String>,
    pub by: Vec<String>,
    pub stratify: Vec<String>,
    pub time: String,
    pub gap: String,
    pub folds: u64,
    pub buckets: bool,
    pub seed: u64,
    pub name: String,
    pub check: bool,
    pub to: String,
}

/// `examples`' options.
#[uniffi::remote(Record)]
pub struct ExamplesOptions {
    pub to: String,
    pub format: String,
    pub split: String,
    pub shards: u64,
    pub partition: String,
}

/// `features`' options.
#[uniffi::remote(Record)]
pub struct FeaturesOptions {
    pub label: String,
    pub save: String,
    pub rev: String,
    pub max_missing: f64,
    pub max_correlation: f64,
}

/// `view`'s options.
#[uniffi::remote(Record)]
pub struct ViewOptions {
    pub against: String,
}

fn path_of(path: &[u8]) -> Result<RepoPath> {
    Ok(RepoPath::from_bytes(path)?)
}

#[uniffi::export]
impl Repo {
    /// Named so because `import` is a keyword in some languages.
    pub fn import_data(
        &self,
        sources: Vec<String>,
        to: Vec<u8>,
        options: ImportOptions,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<Document> {
        Ok(self.0.import(&sources, &path_of(&to)?, &options, &job(listener, cancel))?.into())
    }

    pub fn profile(
        &self,
        rev: String,
        path: Vec<u8>,
        options: ProfileOptions,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<Document> {
        Ok(self.0.profile(&rev, &path_of(&path)?, &options, &job(listener, cancel))?.into())
    }

    pub fn schema(
        &self,
        rev: String,
        path: Vec<u8>,
        options: SchemaOptions,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<Document> {
        Ok(self.0.schema(&rev, &path_of(&path)?, &options, &job(listener, cancel))?.into())
    }

    pub fn validate(
        &self,
        rev: String,
        path: Vec<u8>,
        options: ValidateOptions,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<Document> {
        Ok(self.0.validate(&rev, &path_of(&path)?, &options, &job(listener, cancel))?.into())
    }

    pub fn sample(
        &self,
        rev: String,
        path: Vec<u8>,
        options: SampleOptions,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<Document> {
        Ok(self.0.sample(&rev, &path_of(&path)?, &options, &job(listener, cancel))?.into())
    }

    pub fn split(
        &self,
        rev: String,
        path: Vec<u8>,
        options: SplitOptions,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<Document> {
        Ok(self.0.split(&rev, &path_of(&path)?, &options, &job(listener, cancel))?.into())
    }

    pub fn examples(
        &self,
        rev: String,
        path: Vec<u8>,
        options: ExamplesOptions,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<Document> {
        Ok(self.0.examples(&rev, &path_of(&path)?, &options, &job(listener, cancel))?.into())
    }

    pub fn features(
        &self,
        paths: Vec<Vec<u8>>,
        options: FeaturesOptions,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<Document> {
        Ok(self.0.features(&repo_paths(paths)?, &options, &job(listener, cancel))?.into())
    }

    pub fn view(
        &self,
        rev: String,
        path: Vec<u8>,
        options: ViewOptions,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<Document> {
        Ok(self.0.view(&rev, &path_of(&path)?, &options, &job(listener, cancel))?.into())
    }

    pub fn diff_stats(
        &self,
        from: String,
        to: String,
        paths: Vec<Vec<u8>>,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<Document> {
        Ok(self.0.diff_stats(&from, &to, &repo_paths(paths)?, &job(listener, cancel))?.into())
    }
}
