//! Runs: a folder of them, and one that is being written.

use crate::context::{Cancel, Context, Listener, job};
use crate::documents::Document;
use crate::error::Result;
use crate::repo::os_path;
use octostore::{Code, Error, RunMetric, RunStatus};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

type OptListener = Option<Box<dyn Listener>>;
type OptCancel = Option<Arc<Cancel>>;

/// A folder of runs.
#[derive(uniffi::Object)]
pub struct Runs(octostore::Runs);

/// A run that is being written.
#[derive(uniffi::Object)]
pub struct Run(pub(crate) octostore::Run);

/// `start`'s options.
#[derive(uniffi::Record)]
pub struct RunOptions {
    pub experiment: String,
    pub name: String,
    pub parent: String,
    pub tags: HashMap<String, String>,
    pub source: String,
    pub python: String,
    pub capture: bool,
}

/// One value of a metric; `time_ms` is now when 0.
#[uniffi::remote(Record)]
pub struct RunMetric {
    pub key: String,
    pub value: f64,
    pub step: i64,
    pub time_ms: i64,
}

/// `log_input`'s options.
#[derive(uniffi::Record)]
pub struct InputOptions {
    pub path: Vec<u8>,
    pub rev: String,
    pub context: String,
    pub name: String,
    pub recipe: String,
}

/// Which runs `search` and `export` give.
#[derive(uniffi::Record)]
pub struct SearchOptions {
    pub experiment: String,
    pub filter: String,
    pub order_by: Vec<String>,
    pub limit: u64,
}

/// `execute`'s options.
#[derive(uniffi::Record)]
pub struct ExecuteOptions {
    pub experiment: String,
    pub name: String,
    pub params: HashMap<String, String>,
    pub python: String,
}

/// In the order of their names, whatever order the language keeps.
fn pairs(map: HashMap<String, String>) -> Vec<(String, String)> {
    map.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect()
}

impl From<SearchOptions> for octostore::SearchOptions {
    fn from(o: SearchOptions) -> Self {
        octostore::SearchOptions { experiment: o.experiment, filter: o.filter, order_by: o.order_by, limit: o.limit }
    }
}

#[uniffi::export]
impl Runs {
    #[uniffi::constructor]
    pub fn open(context: Arc<Context>, project: Vec<u8>) -> Result<Arc<Self>> {
        Ok(Arc::new(Runs(octostore::Runs::open(os_path(project)?, &context.0)?)))
    }

    /// The folder that holds the experiments.
    pub fn dir(&self) -> Vec<u8> {
        self.0.dir().as_os_str().as_encoded_bytes().to_vec()
    }

    pub fn start(&self, options: RunOptions, listener: OptListener, cancel: OptCancel) -> Result<Arc<Run>> {
        let options = octostore::RunOptions {
            experiment: options.experiment,
            name: options.name,
            parent: options.parent,
            tags: pairs(options.tags),
            source: options.source,
            python: options.python,
            capture: options.capture,
        };
        Ok(Arc::new(Run(self.0.start(&options, &job(listener, cancel))?)))
    }

    pub fn resume(&self, id: &str) -> Result<Arc<Run>> {
        Ok(Arc::new(Run(self.0.resume(id)?)))
    }

    pub fn search(&self, options: SearchOptions, listener: OptListener, cancel: OptCancel) -> Result<Document> {
        Ok(self.0.search(&options.into(), &job(listener, cancel))?.into())
    }

    pub fn show(&self, id: &str) -> Result<Document> {
        Ok(self.0.show(id)?.into())
    }

    pub fn compare(&self, ids: Vec<String>, listener: OptListener, cancel: OptCancel) -> Result<Document> {
        Ok(self.0.compare(&ids, &job(listener, cancel))?.into())
    }

    pub fn remove(&self, id: &str) -> Result<()> {
        Ok(self.0.remove(id)?)
    }

    pub fn export(
        &self,
        to: Vec<u8>,
        options: SearchOptions,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<Document> {
        Ok(self.0.export(&os_path(to)?, &options.into(), &job(listener, cancel))?.into())
    }

    /// The program's own exit code.
    pub fn execute(
        &self,
        command: Vec<String>,
        options: ExecuteOptions,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<i32> {
        let options = octostore::ExecuteOptions {
            experiment: options.experiment,
            name: options.name,
            params: pairs(options.params),
            python: options.python,
        };
        Ok(self.0.execute(&command, &options, &job(listener, cancel))?)
    }

    pub fn why(&self, file_or_run: &str) -> Result<Document> {
        Ok(self.0.why(file_or_run)?.into())
    }
}

#[uniffi::export]
impl Run {
    pub fn id(&self) -> String {
        self.0.id().to_owned()
    }

    /// The experiment's name.
    pub fn experiment(&self) -> String {
        self.0.experiment().to_owned()
    }

    pub fn dir(&self) -> Vec<u8> {
        self.0.dir().as_os_str().as_encoded_bytes().to_vec()
    }

    pub fn artifacts(&self) -> Vec<u8> {
        self.0.artifacts().into_os_string().into_encoded_bytes()
    }

    /// One value, without a list around it.
    pub fn log_metric(&self, key: String, value: f64, step: i64, time_ms: i64) -> Result<()> {
        Ok(self.0.log_metrics(&[RunMetric { key, value, step, time_ms }])?)
    }

    pub fn log_metrics(&self, metrics: Vec<RunMetric>) -> Result<()> {
        Ok(self.0.log_metrics(&metrics)?)
    }

    pub fn log_params(&self, params: HashMap<String, String>) -> Result<()> {
        Ok(self.0.log_params(&pairs(params))?)
    }

    pub fn set_tags(&self, tags: HashMap<String, String>) -> Result<()> {
        Ok(self.0.set_tags(&pairs(tags))?)
    }

    pub fn log_input(&self, options: InputOptions) -> Result<()> {
        let options = octostore::InputOptions {
            path: os_path(options.path)?,
            rev: options.rev,
            context: options.context,
            name: options.name,
            recipe: options.recipe,
        };
        Ok(self.0.log_input(&options)?)
    }

    /// Copies a file or folder; `to` is a path among the artifacts, empty for the file's own name.
    pub fn log_artifact(&self, from: Vec<u8>, to: &str) -> Result<()> {
        Ok(self.0.log_artifact(&os_path(from)?, to)?)
    }

    pub fn log_text(&self, to: &str, text: &str) -> Result<()> {
        Ok(self.0.log_text(to, text)?)
    }

    /// `FINISHED`, `FAILED` or `KILLED`.
    pub fn end(&self, status: &str) -> Result<()> {
        let known = RunStatus::from_name(status).ok_or_else(|| {
            Error::new(Code::InvalidArgument, format!("\"{status}\" is no status that a run ends with"))
                .remedy("End it with FINISHED, FAILED or KILLED.")
        })?;
        Ok(self.0.end(known)?)
    }
}
