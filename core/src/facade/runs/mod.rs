//! Runs: what happened, and with which code and data. A run is a folder below `runs/` of the project, which need not be a git
//! repository.

mod code;
mod execute;
mod export;
mod inputs;
mod lines;
mod options;
mod outputs;
mod project;
mod run;
mod why;

pub use options::{ExecuteOptions, InputOptions, RunMetric, RunOptions, RunStatus, SearchOptions};
pub use run::Run;

use super::call::call;
use super::{Document, Repo};
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::runs::{self, New, RunDir, RunRecord, RunsFolder};
use project::Project;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The runs of a project. Clones are the same folder; any thread may call it.
///
/// ```no_run
/// use octostore::{Context, Job, RunMetric, RunOptions, RunStatus, Runs};
/// let runs = Runs::open(".", &Context::default())?;
/// let run = runs.start(&RunOptions { name: "first".into(), ..Default::default() }, &Job::new())?;
/// run.log_params(&[("depth".into(), "3".into())])?;
/// run.log_metrics(&[RunMetric { key: "loss".into(), value: 0.25, step: 1, ..Default::default() }])?;
/// run.end(RunStatus::Finished)?;
/// # Ok::<(), octostore::Error>(())
/// ```
#[derive(Clone)]
pub struct Runs(Arc<Inner>);

struct Inner {
    project: Project,
    folder: RunsFolder,
    context: Context,
    /// The project's repository, once a call needed more of it than git's own facts.
    repo: OnceLock<Repo>,
}

impl Runs {
    /// The runs of the project that a folder is in: of the git work tree around it, or of the folder itself. Nothing is
    /// written before a run is started.
    pub fn open(project: impl AsRef<Path>, context: &Context) -> Result<Runs> {
        call(context, "runs.open", &[], || {
            let project = Project::find(project.as_ref())?;
            let folder = RunsFolder::open(project.runs_dir())?;
            Ok(Runs(Arc::new(Inner { project, folder, context: context.clone(), repo: OnceLock::new() })))
        })
    }

    /// The folder that holds the experiments.
    pub fn dir(&self) -> &Path {
        self.folder().root()
    }

    /// Begins a run. What it begins with (code, environment, machine) is gathered while the caller goes on.
    pub fn start(&self, options: &RunOptions, job: &Job) -> Result<Run> {
        let used = [
            ("experiment", !options.experiment.is_empty()),
            ("name", !options.name.is_empty()),
            ("parent", !options.parent.is_empty()),
            ("tags", !options.tags.is_empty()),
            ("source", !options.source.is_empty()),
            ("python", !options.python.is_empty()),
            ("capture", !options.capture),
        ];
        call(self.context(), "runs.start", &used, || {
            job.check()?;
            self.begin(options, None)
        })
    }

    /// The id of the experiment of this name in a folder of runs, wherever that is. It is made if it is not there.
    #[doc(hidden)]
    pub fn experiment_in(folder: &Path, name: &str) -> Result<String> {
        Ok(RunsFolder::open(folder)?.ensure_experiment(name)?.id)
    }

    /// The program that shows the runs in MLflow's own pages, on this machine only: the MLflow of a project's Python.
    #[doc(hidden)]
    pub fn ui(&self, port: u16, python: &str) -> Result<std::process::Command> {
        let python = runs::launch::python(self.project().dir(), python);
        let there = std::process::Command::new(&python)
            .args(["-c", "import importlib.util as u, sys; sys.exit(u.find_spec('mlflow') is None)"])
            .status()
            .map_err(|e| Error::io(&python, "starting Python", e))?;
        if !there.success() {
            return Err(Error::new(
                Code::NotFound,
                format!("{} has no MLflow, whose pages show runs", python.display()),
            )
            .remedy("Install it there (pip install mlflow), or name another environment with --python."));
        }
        // MLflow refuses what git does not keep and what a killed run left half-written.
        self.folder().mend()?;
        let url = url::Url::from_directory_path(self.dir()).map_err(|()| Error::internal("a folder without a URL"))?;
        let mut command = std::process::Command::new(python);
        command.args(["-m", "mlflow", "ui", "--host", "127.0.0.1", "--port", &port.to_string()]);
        command.args(["--backend-store-uri", url.as_str().trim_end_matches('/')]);
        // The artifacts' places are told as seen from the project's folder.
        command.env("MLFLOW_ALLOW_FILE_STORE", "true").current_dir(self.project().dir());
        Ok(command)
    }

    /// Goes on with a run that was begun here, whatever its state.
    ///
    /// A program that the run started (its `OCTOSTORE_RUN_ID` says so) writes to it as well; whoever began it stays its owner.
    pub fn resume(&self, id: &str) -> Result<Run> {
        call(self.context(), "runs.resume", &[], || {
            let dir = self.folder().find(id)?;
            if std::env::var_os("OCTOSTORE_RUN_ID").is_none_or(|of| of != dir.id()) {
                dir.take_over(jiff::Timestamp::now().as_millisecond())?;
            }
            Run::of(self, dir, None)
        })
    }

    /// The runs that a filter chooses, with their parameters, tags and the last values of their metrics.
    pub fn search(&self, options: &SearchOptions, job: &Job) -> Result<Document> {
        call(self.context(), "runs.search", &used(options), || {
            let found = self.chosen(options, job)?;
            let rows: Vec<Value> = found.iter().map(RunRecord::json).collect();
            Ok(Document::new(&json!({ "dir": self.dir().display().to_string(), "runs": rows })))
        })
    }

    /// All that is recorded of a run: parameters, tags, every value of every metric, inputs, and what it began with.
    pub fn show(&self, id: &str) -> Result<Document> {
        call(self.context(), "runs.show", &[], || {
            let run = self.folder().find(id)?;
            // Where it cannot be written, it is shown as it is.
            let _ = run.bury();
            Ok(Document::new(&run.whole()?))
        })
    }

    /// Several runs side by side: parameters, code and data that differ, and metrics; also as a page.
    pub fn compare(&self, ids: &[String], job: &Job) -> Result<Document> {
        call(self.context(), "runs.compare", &[], || {
            if ids.len() < 2 {
                return Err(Error::new(Code::InvalidArgument, "there are not two runs to compare")
                    .remedy("Name two runs or more; \"octostore runs list\" shows them."));
            }
            let mut found = Vec::new();
            for id in ids {
                job.check()?;
                found.push(self.folder().find(id)?);
            }
            let (table, page) = self.context().pool()?.install(|| runs::compare(&found))?;
            Ok(Document::new(&table).with("compare.html", page))
        })
    }

    /// Marks a run as deleted, as MLflow does: its files stay, but it is listed no more.
    pub fn remove(&self, id: &str) -> Result<()> {
        call(self.context(), "runs.remove", &[], || self.folder().trash(id))
    }

    /// Writes the runs that a filter chooses to a table file: `.csv`, `.jsonl` or `.parquet`.
    pub fn export(&self, to: &Path, options: &SearchOptions, job: &Job) -> Result<Document> {
        call(self.context(), "runs.export", &used(options), || export::export(self, to, options, job))
    }

    /// Runs a Python script, a notebook or any command as a run, with the output shown and kept; gives its exit code. A
    /// cancelled job stops it as Ctrl-C does.
    pub fn execute(&self, command: &[String], options: &ExecuteOptions, job: &Job) -> Result<i32> {
        let used = [
            ("experiment", !options.experiment.is_empty()),
            ("name", !options.name.is_empty()),
            ("params", !options.params.is_empty()),
            ("python", !options.python.is_empty()),
        ];
        call(self.context(), "runs.execute", &used, || execute::execute(self, command, options, job))
    }

    /// Of a file: which runs wrote it and which read it, in this version or another. Of a run: code, data and environment.
    pub fn why(&self, file_or_run: &str) -> Result<Document> {
        call(self.context(), "runs.why", &[], || why::why(self, file_or_run))
    }

    /// The runs of a search, which ends those whose writers died here.
    fn chosen(&self, options: &SearchOptions, job: &Job) -> Result<Vec<RunRecord>> {
        job.check()?;
        let experiment = Some(options.experiment.as_str()).filter(|e| !e.is_empty());
        let limit = if options.limit == 0 { usize::MAX } else { usize::try_from(options.limit).unwrap_or(usize::MAX) };
        let pool = self.context().pool()?;
        pool.install(|| runs::search(self.folder(), experiment, &options.filter, &options.order_by, limit))
    }

    /// Makes the run's folder; `command` is what it executes, if not this program.
    fn begin(&self, options: &RunOptions, command: Option<&[String]>) -> Result<Run> {
        self.project().keep_from_git()?;
        let experiment = match options.experiment.as_str() {
            "" => self.project().name(),
            name => name.to_owned(),
        };
        let begun = runs::capture::Begun::now(&options.source, command);
        let mut tags = begun.tags();
        tags.extend(options.tags.iter().cloned());
        let parent = match options.parent.as_str() {
            "" => None,
            parent => Some(self.folder().find(parent)?.id().to_owned()),
        };
        let dir = self.folder().create(New {
            experiment: &experiment,
            name: &options.name,
            user: &begun.user,
            parent: parent.as_deref(),
            tags: &tags,
            start_ms: begun.time_ms,
        })?;
        Run::of(self, dir, options.capture.then(|| (begun, options.python.clone())))
    }

    fn folder(&self) -> &RunsFolder {
        &self.0.folder
    }
    fn project(&self) -> &Project {
        &self.0.project
    }
    fn context(&self) -> &Context {
        &self.0.context
    }

    /// The project's repository, if it is one.
    fn repo(&self) -> Result<Option<&Repo>> {
        if self.project().git().is_none() {
            return Ok(None);
        }
        if self.0.repo.get().is_none() {
            let repo = Repo::open(self.project().dir(), self.context())?;
            return Ok(Some(self.0.repo.get_or_init(|| repo)));
        }
        Ok(self.0.repo.get())
    }

    /// The runs of all experiments.
    fn every_run(&self) -> Result<Vec<RunDir>> {
        self.folder().runs(None)
    }
}

fn used(options: &SearchOptions) -> [(&'static str, bool); 4] {
    [
        ("experiment", !options.experiment.is_empty()),
        ("filter", !options.filter.is_empty()),
        ("order_by", !options.order_by.is_empty()),
        ("limit", options.limit != 0),
    ]
}
