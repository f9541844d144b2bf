//! Where a file comes from, and what it was used for.

use super::super::Document;
use super::super::status::id_of;
use super::{Runs, inputs, lines};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::{RepoPath, revs};
use crate::runs::RunDir;
use serde_json::{Value, json};
use std::path::Path;

/// Digits of an id that are enough to mean it.
const SHORTEST_ID: usize = 10;

/// What is asked about.
struct File {
    path: Option<String>,
    /// The version of its data, if it has one.
    oid: Option<String>,
}

pub(super) fn why(runs: &Runs, asked: &str) -> Result<Document> {
    let is_there = Path::new(asked).exists();
    if !is_there && let Ok(run) = runs.folder().find(asked) {
        return of_run(runs, &run);
    }
    let file = match find(runs, asked, is_there)? {
        Found::File(file) => file,
        Found::Run(run) => return of_run(runs, &run),
    };
    let (mut wrote, mut read) = (Vec::new(), Vec::new());
    for run in runs.every_run()? {
        for line in lines::read(&run, lines::OUTPUTS)? {
            let (path, oid) = (line["path"].as_str(), line["oid"].as_str());
            if file.is(path, oid) {
                wrote.push(entry(&run, &line, file.same(oid), line["path"].clone())?);
            }
        }
        for line in lines::read(&run, lines::INPUTS)? {
            for (path, oid) in inputs::files(&line).filter(|(path, oid)| file.is(Some(path), Some(oid))) {
                read.push(entry(&run, &line, file.same(Some(oid)), path.into())?);
            }
        }
    }
    for list in [&mut wrote, &mut read] {
        // The version that is asked about first, and of each the newest.
        list.sort_by_key(|e| (!e["same_version"].as_bool().unwrap_or(false), -e["time_ms"].as_i64().unwrap_or(0)));
    }
    let answer = !(wrote.is_empty() && read.is_empty());
    let report = json!({ "path": file.path, "version": file.oid, "written_by": wrote, "read_by": read });
    Ok(Document::new(&report).answering(answer))
}

enum Found {
    File(File),
    Run(RunDir),
}

/// What a text means: a path, `REV:PATH`, or the version of data by its id.
fn find(runs: &Runs, asked: &str, is_there: bool) -> Result<Found> {
    let path = runs.project().path_of_text(asked);
    if is_there {
        let absolute =
            Path::new(asked).canonicalize().map_err(|e| Error::io(Path::new(asked), "looking for a file", e))?;
        if let Some(run) = run_of(runs, &absolute)? {
            return Ok(Found::Run(run));
        }
        let oid = version(runs, path.as_ref(), &absolute)?;
        let path = path.map_or_else(|| absolute.display().to_string(), |p| p.to_string());
        return Ok(Found::File(File { path: Some(path), oid }));
    }
    if let Some((rev, path)) = asked.split_once(':')
        && let (Some(git), Ok(path)) = (runs.project().git(), RepoPath::from_bytes(path.as_bytes()))
    {
        let oid = revs::pointer_at(git, rev, &path)?.oid.to_string();
        return Ok(Found::File(File { path: Some(path.to_string()), oid: Some(oid) }));
    }
    if asked.len() >= SHORTEST_ID && asked.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(Found::File(File { path: None, oid: Some(asked.to_lowercase()) }));
    }
    match path {
        // It may have been deleted since a run read or wrote it.
        Some(path) => {
            Ok(Found::File(File { oid: version(runs, Some(&path), Path::new(asked))?, path: Some(path.to_string()) }))
        }
        None => Err(Error::new(Code::NotFound, format!("{asked}: there is no such file or run"))
            .remedy("Name a file, REV:PATH, a run's id, or the id of data.")),
    }
}

/// The run whose artifact a file is.
fn run_of(runs: &Runs, file: &Path) -> Result<Option<RunDir>> {
    let root = runs.dir().canonicalize().unwrap_or_else(|_| runs.dir().to_owned());
    let Ok(inside) = file.strip_prefix(root) else { return Ok(None) };
    let id = inside.iter().nth(1).and_then(|id| id.to_str());
    id.map(|id| runs.folder().find(id)).transpose()
}

/// The version of a file's data: what the index says of it, or else what is in it.
fn version(runs: &Runs, path: Option<&RepoPath>, file: &Path) -> Result<Option<String>> {
    let staged = runs.project().git().zip(path).and_then(|(git, path)| revs::pointer_at(git, "", path).ok());
    let Ok(metadata) = std::fs::metadata(file) else { return Ok(staged.map(|p| p.oid.to_string())) };
    if !metadata.is_file() {
        return Ok(None);
    }
    match staged {
        Some(pointer) if metadata.len() != pointer.size && metadata.len() == pointer.to_bytes().len() as u64 => {
            Ok(Some(pointer.oid.to_string()))
        }
        _ => Ok(Some(id_of(file, metadata.len(), runs.context(), &Job::new())?.to_string())),
    }
}

impl File {
    /// Whether a file of a run is this one: the same content wherever it was, or the same place (a folder's files too).
    fn is(&self, path: Option<&str>, oid: Option<&str>) -> bool {
        let below = |path: &str, folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let same_place = match (&self.path, path) {
            (Some(asked), Some(path)) => asked == path || below(path, asked),
            _ => false,
        };
        same_place || self.same(oid)
    }

    fn same(&self, oid: Option<&str>) -> bool {
        self.oid.as_deref().zip(oid).is_some_and(|(asked, oid)| oid.starts_with(asked))
    }
}

fn entry(run: &RunDir, line: &Value, same: bool, path: Value) -> Result<Value> {
    let meta = run.meta()?;
    let session = session(run)?;
    Ok(json!({
        "run": run.id(),
        "name": meta.name,
        "experiment": run.experiment().name,
        "status": meta.status.name(),
        "time_ms": line["time_ms"],
        "path": path,
        "same_version": same,
        "context": line["context"],
        "recipe": line["recipe"],
        "commit": session["code"]["commit"],
        "dirty": session["code"]["dirty"],
        "source": session["source"],
    }))
}

fn session(run: &RunDir) -> Result<Value> {
    let text = run.own_text("session.json")?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null))
}

/// Code, data and environment of a run.
fn of_run(_: &Runs, run: &RunDir) -> Result<Document> {
    let meta = run.meta()?;
    let session = session(run)?;
    Ok(Document::new(&json!({
        "run": run.id(),
        "name": meta.name,
        "experiment": run.experiment().name,
        "status": meta.status.name(),
        "start_ms": meta.start_ms,
        "user": meta.user,
        "command": session["command"],
        "source": session["source"],
        "host": session["host"],
        "code": session["code"],
        "environment": session["environment"],
        "machine": session["machine"],
        "missing": session["missing"],
        "read": lines::read(run, lines::INPUTS)?,
        "wrote": lines::read(run, lines::OUTPUTS)?,
    })))
}
