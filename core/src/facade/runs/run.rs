//! One run that is being written.

use super::super::call::{call, count};
use super::code::Gathering;
use super::{InputOptions, RunMetric, RunStatus, Runs, inputs, outputs};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::runs::capture::Begun;
use crate::runs::{Metric, RunDir, Status};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A run that is being written. Any thread may write it. A run that is dropped before its end was recorded stays open: once
/// its process is gone, whoever lists it on the same machine marks it as killed.
pub struct Run {
    pub(super) runs: Runs,
    pub(super) dir: Arc<RunDir>,
    pub(super) gathering: Option<Gathering>,
    ended: AtomicBool,
}

impl Run {
    /// `begun` is what it begins with and the Python that was named, if that shall be recorded.
    pub(super) fn of(runs: &Runs, dir: RunDir, begun: Option<(Begun, String)>) -> Result<Run> {
        let dir = Arc::new(dir);
        let gathering = begun.and_then(|(begun, python)| Gathering::begin(runs, &dir, begun, python));
        Ok(Run { runs: runs.clone(), dir, gathering, ended: AtomicBool::new(false) })
    }

    /// The id: 32 hexadecimal digits, in the order of time.
    pub fn id(&self) -> &str {
        self.dir.id()
    }

    /// The experiment's name.
    pub fn experiment(&self) -> &str {
        &self.dir.experiment().name
    }

    /// The folder of the run.
    pub fn dir(&self) -> &Path {
        self.dir.dir()
    }

    /// The folder of its artifacts, in which a program may write as it likes.
    pub fn artifacts(&self) -> PathBuf {
        self.dir.artifacts()
    }

    /// Adds values of metrics: each is in its file when the call returns. If a name cannot be one, nothing is written.
    pub fn log_metrics(&self, metrics: &[RunMetric]) -> Result<()> {
        count("run.log_metrics", &[], || {
            self.open()?;
            let now = || jiff::Timestamp::now().as_millisecond();
            let mut time = 0;
            let metrics: Vec<Metric<'_>> = metrics
                .iter()
                .map(|m| {
                    if m.time_ms == 0 && time == 0 {
                        time = now();
                    }
                    let time_ms = if m.time_ms == 0 { time } else { m.time_ms };
                    Metric { key: &m.key, value: m.value, step: m.step, time_ms }
                })
                .collect();
            self.dir.log_metrics(&metrics)
        })
    }

    /// Records parameters, each once: another value for the same name is an error.
    pub fn log_params(&self, params: &[(String, String)]) -> Result<()> {
        count("run.log_params", &[], || {
            self.open()?;
            params.iter().try_for_each(|(key, value)| self.dir.log_param(key, value))
        })
    }

    /// Sets tags; the last value of a name counts.
    pub fn set_tags(&self, tags: &[(String, String)]) -> Result<()> {
        count("run.set_tags", &[], || {
            self.open()?;
            tags.iter().try_for_each(|(key, value)| self.dir.set_tag(key, value))
        })
    }

    /// Records that the run reads data: of tracked data the version and the path, of other files their content's id, for which
    /// they are read.
    pub fn log_input(&self, options: &InputOptions) -> Result<()> {
        let used = [
            ("rev", !options.rev.is_empty()),
            ("context", !options.context.is_empty()),
            ("name", !options.name.is_empty()),
            ("recipe", !options.recipe.is_empty()),
        ];
        call(self.runs.context(), "run.log_input", &used, || {
            self.open()?;
            inputs::record(self, options)
        })
    }

    /// Copies a file or folder to the run's artifacts, to `to`, or to its own name when that is empty.
    pub fn log_artifact(&self, from: &Path, to: &str) -> Result<()> {
        call(self.runs.context(), "run.log_artifact", &[], || {
            self.open()?;
            self.dir.put_artifact(from, to)?;
            outputs::record_source(self, from)
        })
    }

    /// Writes text to a file of the run's artifacts.
    pub fn log_text(&self, to: &str, text: &str) -> Result<()> {
        call(self.runs.context(), "run.log_text", &[], || {
            self.open()?;
            self.dir.put_text(to, text)
        })
    }

    /// Records how the run ended, once what it began with is complete. Nothing can be logged after it but by
    /// [`Runs::resume`].
    pub fn end(&self, status: RunStatus) -> Result<()> {
        call(self.runs.context(), "run.end", &[], || {
            if self.ended.swap(true, Ordering::SeqCst) {
                return Err(ended(self.id()));
            }
            self.gathered();
            let status = match status {
                RunStatus::Finished => Status::Finished,
                RunStatus::Failed => Status::Failed,
                RunStatus::Killed => Status::Killed,
            };
            let finished = self.dir.finish(status, jiff::Timestamp::now().as_millisecond());
            if finished.is_err() {
                // It can be tried again.
                self.ended.store(false, Ordering::SeqCst);
            }
            finished
        })
    }

    fn open(&self) -> Result<()> {
        if self.ended.load(Ordering::Relaxed) { Err(ended(self.id())) } else { Ok(()) }
    }

    /// A job that nobody watches.
    pub(super) fn job(&self) -> Job {
        Job::new()
    }
}

fn ended(id: &str) -> Error {
    Error::new(Code::InvalidArgument, format!("the run {id} has ended"))
        .remedy("Start another run, or go on with this one by Runs::resume.")
        .with("run", id)
}
