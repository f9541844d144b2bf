//! A program as a run: a script, a notebook or any command, with its output, its exit code and what it changed.

use super::{ExecuteOptions, Run, RunMetric, RunOptions, RunStatus, Runs, outputs};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::runs::launch::{Ended, Launch, Sample, launch, python};
use crate::runs::notebook::{Notebook, RUNNER, is_notebook};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Where a child finds its run.
pub(super) const RUN_ID: &str = "OCTOSTORE_RUN_ID";
const RUNS: &str = "OCTOSTORE_RUNS";
/// Where a notebook's script writes down which cell failed.
const FAILED_CELL: &str = "OCTOSTORE_FAILED_CELL";

/// How often what is measured becomes values of metrics: as often as MLflow does it.
const RECORD: Duration = Duration::from_secs(10);
/// How often the run says that it still lives.
const BEAT: Duration = Duration::from_secs(60);

pub(super) fn execute(runs: &Runs, command: &[String], options: &ExecuteOptions, job: &Job) -> Result<i32> {
    let Some(first) = command.first() else {
        return Err(Error::new(Code::InvalidArgument, "there is no program to run")
            .remedy("Name a script, a notebook or a command: octostore run train.py"));
    };
    job.check()?;
    // A file that is not there, or no notebook, makes no run.
    let notebook = if is_notebook(Path::new(first)) { Some(read_notebook(first, options)?) } else { None };
    if is_script(first) && !Path::new(first).exists() {
        let gone = std::io::ErrorKind::NotFound.into();
        return Err(Error::io(Path::new(first), "looking for a script", gone));
    }
    let before = outputs::look(runs);
    let python = python(runs.project().dir(), &options.python);
    let begin = RunOptions {
        experiment: options.experiment.clone(),
        name: options.name.clone(),
        parent: outer_run(runs),
        source: first.clone(),
        python: options.python.clone(),
        ..Default::default()
    };
    let run = runs.begin(&begin, Some(command))?;
    let done = go(&run, command, options, &python, notebook.as_deref(), job);
    let changes = match &before {
        Ok(before) => outputs::record_changes(&run, before, &Job::new()),
        // What git does not tell does not keep a program from running.
        Err(e) => run.set_tags(&[("octostore.outputs".into(), one_line(&format!("unknown: {}", e.message())))]),
    };
    let ended = match done {
        Ok(ended) => ended,
        Err(e) => {
            // Why it could not be started matters more than what cannot be recorded any more.
            let _ = run.set_tags(&[("octostore.error".into(), one_line(e.message()))]);
            let _ = run.end(RunStatus::Failed);
            return Err(e);
        }
    };
    // It ends even if not all of it can be recorded.
    let recorded = record_end(&run, &ended);
    run.end(status(&ended, job))?;
    recorded.and(changes)?;
    Ok(ended.code)
}

/// Starts the program and waits for it.
fn go(
    run: &Run,
    command: &[String],
    options: &ExecuteOptions,
    python: &Path,
    script: Option<&str>,
    job: &Job,
) -> Result<Ended> {
    run.log_params(&options.params)?;
    let (program, args, dir) = match (script, command) {
        (Some(script), [file, args @ ..]) => notebook_command(run, script, file, args, python)?,
        (None, [file, args @ ..]) if is_script(file) => {
            let params = options.params.iter().map(|(name, value)| format!("--{name}={value}"));
            let args = std::iter::once(file.clone()).chain(params).chain(args.iter().cloned());
            (python.to_owned(), args.map(OsString::from).collect(), None)
        }
        (None, [program, args @ ..]) => (PathBuf::from(program), args.iter().map(OsString::from).collect(), None),
        (_, []) => return Err(Error::internal("a command without a program")),
    };
    let what = Launch {
        program,
        args,
        environment: environment(run, options)?,
        dir,
        log: run.dir.own_dir().join("output.log"),
    };
    let (mut recorded, mut beaten) = (Instant::now(), Instant::now());
    let mut last: Option<Sample> = None;
    let ended = launch(&what, &|| job.check().is_err(), &mut |sample| {
        if recorded.elapsed() >= RECORD {
            recorded = Instant::now();
            record_sample(run, sample);
            last = None;
        } else {
            last = Some(sample.clone());
        }
        if beaten.elapsed() >= BEAT {
            beaten = Instant::now();
            // The next one may succeed.
            let _ = run.dir.beat(jiff::Timestamp::now().as_millisecond());
        }
    })?;
    if let Some(sample) = &last {
        record_sample(run, sample);
    }
    Ok(ended)
}

fn is_script(file: &str) -> bool {
    file.ends_with(".py")
}

/// The script of a notebook.
fn read_notebook(file: &str, options: &ExecuteOptions) -> Result<String> {
    let bytes = std::fs::read(file).map_err(|e| Error::io(Path::new(file), "reading a notebook", e))?;
    let name = Path::new(file).file_name().map_or_else(|| file.into(), |n| n.to_string_lossy().into_owned());
    Notebook::parse(&name, &bytes)?.script(&options.params)
}

/// Keeps the notebook and its script among the artifacts, and runs the script in the notebook's folder, as Jupyter does.
fn notebook_command(
    run: &Run,
    script: &str,
    file: &str,
    args: &[String],
    python: &Path,
) -> Result<(PathBuf, Vec<OsString>, Option<PathBuf>)> {
    let path = std::path::absolute(file).map_err(|e| Error::io(Path::new(file), "finding a notebook", e))?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = name.trim_end_matches(".ipynb");
    run.dir.put_artifact(&path, &format!("notebook/{name}"))?;
    let converted = format!("notebook/{stem}.py");
    run.dir.put_text(&converted, script)?;
    let converted = run.dir.artifacts().join(converted);
    let mut all: Vec<OsString> = vec!["-c".into(), RUNNER.into(), converted.into_os_string()];
    all.extend(args.iter().map(OsString::from));
    Ok((python.to_owned(), all, path.parent().map(Path::to_owned)))
}

/// What the child is told: octostore's run, and where MLflow shall write so that its runs become a part of that one.
fn environment(run: &Run, options: &ExecuteOptions) -> Result<Vec<(String, OsString)>> {
    let root = run.runs.dir();
    let url = url::Url::from_directory_path(root).map_err(|()| Error::internal("a folder without a URL"))?;
    let url = url.as_str().trim_end_matches('/').to_owned();
    let mut told: Vec<(String, OsString)> = vec![
        (RUN_ID.into(), run.id().into()),
        (RUNS.into(), root.into()),
        ("MLFLOW_ALLOW_FILE_STORE".into(), "true".into()),
        // Output shall be seen when it is written, and not when the program ends.
        ("PYTHONUNBUFFERED".into(), "1".into()),
        (FAILED_CELL.into(), run.dir.own_dir().join("failed-cell.json").into_os_string()),
    ];
    if !options.params.is_empty() {
        let params: serde_json::Map<String, Value> =
            options.params.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        told.push(("OCTOSTORE_PARAMS".into(), Value::Object(params).to_string().into()));
    }
    // Who has a tracking server of their own goes on writing to it.
    let own_server = std::env::var("MLFLOW_TRACKING_URI").is_ok_and(|uri| !uri.is_empty() && !same_place(&uri, &url));
    if !own_server {
        told.push(("MLFLOW_TRACKING_URI".into(), url.into()));
        told.push(("MLFLOW_EXPERIMENT_NAME".into(), run.experiment().into()));
        told.push(("MLFLOW_RUN_CONTEXT".into(), json!({ "mlflow.parentRunId": run.id() }).to_string().into()));
    }
    Ok(told)
}

/// Whether a tracking URI is that of an outer run of this folder.
fn same_place(uri: &str, url: &str) -> bool {
    uri.trim_end_matches('/') == url || uri == "octo:" || uri.starts_with("octo:")
}

/// The run of this folder that this process is a part of.
fn outer_run(runs: &Runs) -> String {
    let here = std::env::var_os(RUNS).is_some_and(|folder| Path::new(&folder) == runs.dir());
    let id = std::env::var(RUN_ID).ok().filter(|id| here && runs.folder().find(id).is_ok());
    id.unwrap_or_default()
}

fn record_sample(run: &Run, sample: &Sample) {
    let metric = |(key, value): &(&str, f64)| RunMetric { key: (*key).into(), value: *value, ..Default::default() };
    // The program is what matters; a disk that is full will say so at the end.
    let _ = run.log_metrics(&sample.values.iter().map(metric).collect::<Vec<_>>());
}

fn record_end(run: &Run, ended: &Ended) -> Result<()> {
    let mut tags = vec![("octostore.exit_code".to_owned(), ended.code.to_string())];
    tags.extend(ended.signal.map(|signal| ("octostore.signal".to_owned(), signal.to_string())));
    let cell = std::fs::read(run.dir.own_dir().join("failed-cell.json")).ok();
    let cell: Option<Value> = cell.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(cell) = &cell {
        tags.push(("octostore.failed_cell".into(), cell["cell"].to_string()));
        tags.push(("octostore.failed_line".into(), cell["line"].to_string()));
    }
    if ended.code != 0 {
        let said = cell.as_ref().and_then(|c| c["error"].as_str()).or_else(|| last_line(&ended.last_words));
        tags.extend(said.map(|said| ("octostore.error".to_owned(), one_line(said))));
    }
    run.set_tags(&tags)?;
    let mut metrics =
        vec![RunMetric { key: "system/duration_seconds".into(), value: ended.seconds, ..Default::default() }];
    metrics.extend(ended.peak_memory.map(|bytes| RunMetric {
        key: "system/peak_memory_megabytes".into(),
        value: bytes as f64 / 1e6,
        ..Default::default()
    }));
    run.log_metrics(&metrics)
}

fn last_line(text: &str) -> Option<&str> {
    text.lines().rev().map(str::trim).find(|line| !line.is_empty())
}

/// A message as a tag.
fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(500).collect()
}

/// What a run that was interrupted, or whose program was, is: not a failure of the program.
fn status(ended: &Ended, job: &Job) -> RunStatus {
    let interrupted = job.check().is_err() || matches!(ended.signal, Some(2 | 15)) || ended.code == 130;
    match ended.code {
        _ if interrupted => RunStatus::Killed,
        0 => RunStatus::Finished,
        _ => RunStatus::Failed,
    }
}
