//! What the calls on runs take. Text that is empty and numbers that are 0 mean the default.

use std::path::PathBuf;

/// How [`Runs::start`](crate::Runs::start) begins a run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The experiment, which is made if it is not there; the project folder's name when empty.
    pub experiment: String,
    /// The run's name; one is made when empty.
    pub name: String,
    /// The id of the run that this one is a part of.
    pub parent: String,
    /// Tags to begin with.
    pub tags: Vec<(String, String)>,
    /// The file or command that is run, as it shall be shown; the program's own name when empty.
    pub source: String,
    /// The Python whose packages are recorded: a program or an environment; the active one, else the project's, when empty.
    pub python: String,
    /// Record code, data, environment and machine (the default). Without it, only what is logged is kept.
    pub capture: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        let text = String::new;
        RunOptions {
            experiment: text(),
            name: text(),
            parent: text(),
            tags: Vec::new(),
            source: text(),
            python: text(),
            capture: true,
        }
    }
}

/// One value of a metric.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunMetric {
    /// The metric's name. `/` makes groups: `system/cpu`.
    pub key: String,
    /// The value; NaN and infinities are values too.
    pub value: f64,
    /// The step that it belongs to.
    pub step: i64,
    /// Milliseconds since 1970 (UTC); now when 0.
    pub time_ms: i64,
}

/// The data that [`Run::log_input`](crate::Run::log_input) records.
#[derive(Clone, Debug, Default)]
pub struct InputOptions {
    /// A file or folder: absolute, or relative to the current folder.
    pub path: PathBuf,
    /// The revision that it was read at; what is in the work tree when empty.
    pub rev: String,
    /// What it is used for: `training`, `validation`, `test`.
    pub context: String,
    /// The data set's name; the path in the repository when empty.
    pub name: String,
    /// The split or sample that was read of it, as a reader of rows takes it: `by-user/train`, `0.01`.
    pub recipe: String,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RunStatus {
    /// It did what it should.
    Finished,
    /// It failed.
    Failed,
    /// It was stopped.
    Killed,
}

impl RunStatus {
    /// The name that is recorded: `FINISHED`, `FAILED`, `KILLED`.
    pub const fn name(self) -> &'static str {
        match self {
            RunStatus::Finished => "FINISHED",
            RunStatus::Failed => "FAILED",
            RunStatus::Killed => "KILLED",
        }
    }

    /// The status of this name, if there is one.
    pub fn from_name(name: &str) -> Option<RunStatus> {
        [RunStatus::Finished, RunStatus::Failed, RunStatus::Killed].into_iter().find(|s| s.name() == name)
    }
}

/// Which runs [`Runs::search`](crate::Runs::search) and [`Runs::export`](crate::Runs::export) give.
#[derive(Clone, Debug, Default)]
pub struct SearchOptions {
    /// Only this experiment's; all when empty.
    pub experiment: String,
    /// MLflow's filter language: `metrics.loss < 0.1 and params.model = 'tree'`.
    pub filter: String,
    /// MLflow's order: `metrics.loss ASC`; the newest first when empty.
    pub order_by: Vec<String>,
    /// At most so many; all when 0.
    pub limit: u64,
}

/// How [`Runs::execute`](crate::Runs::execute) runs a program.
#[derive(Clone, Debug, Default)]
pub struct ExecuteOptions {
    /// The experiment; the project folder's name when empty.
    pub experiment: String,
    /// The run's name; one is made when empty.
    pub name: String,
    /// Parameters. They are recorded, take the place of a notebook's own, and are given to a script as `--name=value`.
    pub params: Vec<(String, String)>,
    /// The Python of scripts and notebooks: a program or a virtual environment; the active one, else the project's, when
    /// empty.
    pub python: String,
}
