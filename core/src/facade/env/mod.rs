//! Environments: what a folder needs, whether this machine has it, and how to get it.  Any folder will do: it need not be a git
//! repository.

mod create;
mod options;
mod up;

pub use create::create;
pub use options::{CaptureOptions, CollabOptions, CreateOptions, DevcontainerOptions, UpOptions};
pub use up::env_up;

use super::Document;
use super::call::call;
use crate::context::Context;
use crate::env::{self, Card, Changes, Format};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use serde_json::{Value, json};
use std::path::Path;

/// Says which files of a folder describe an environment, which of them wins and why, and where they contradict each other.
/// The answer is no if none does, or one cannot be understood.
pub fn env_detect(dir: &Path, context: &Context, job: &Job) -> Result<Document> {
    call(context, "env.detect", &[], || {
        let detected = env::detect(&existing(dir)?, job)?;
        let answer = detected.winner.is_some() && detected.problems.is_empty();
        Ok(document(&detected)?.answering(answer))
    })
}

/// Looks at what is installed and imported, and says which files would write it down; with `write`, writes them.
pub fn env_capture(dir: &Path, options: &CaptureOptions, context: &Context, job: &Job) -> Result<Document> {
    let used = [("python", options.python.is_some()), ("format", !options.format.is_empty()), ("write", options.write)];
    call(context, "env.capture", &used, || {
        let dir = existing(dir)?;
        let format = Format::of(&options.format)?;
        let detected = env::detect(&dir, job)?;
        let captured = env::capture(&dir, options.python.as_deref(), format, &detected, job)?;
        if options.write {
            captured.files.write(&dir)?;
        }
        with_files(document(&captured)?, &captured.files)
    })
}

/// Holds this machine and the folder's environment to what the project demands; the answer is no if something is not met.
pub fn env_check(dir: &Path, context: &Context, job: &Job) -> Result<Document> {
    call(context, "env.check", &[], || {
        let dir = existing(dir)?;
        let checked = env::check(&dir, &env::detect(&dir, job)?)?;
        Ok(document(&checked)?.answering(checked.met()))
    })
}

/// Says which files would describe a dev container for the folder (and a Dockerfile, and Binder's); with `write`, writes
/// them.
pub fn devcontainer(dir: &Path, options: &DevcontainerOptions, context: &Context, job: &Job) -> Result<Document> {
    let used = [("dockerfile", options.dockerfile), ("binder", options.binder), ("write", options.write)];
    call(context, "env.devcontainer", &used, || {
        let dir = existing(dir)?;
        let detected = env::detect(&dir, job)?;
        let checked = env::check(&dir, &detected)?;
        let files = env::devcontainer_files(&dir, &detected, &checked, options.dockerfile, options.binder)?;
        if options.write {
            files.write(&dir)?;
        }
        let document = document(&json!({ "files": files, "links": links(&dir) }))?;
        with_files(document, &files)
    })
}

/// Says which files would let a team change data together: templates, checks, owners, a guide, a card for each data set; with
/// `write`, writes those that are not there.
pub fn collab(dir: &Path, options: &CollabOptions, context: &Context, _job: &Job) -> Result<Document> {
    let used = [("hosts", !options.hosts.is_empty()), ("owner", !options.owner.is_empty()), ("write", options.write)];
    call(context, "env.collab", &used, || {
        let dir = existing(dir)?;
        let files = env::collab_files(&dir, &options.hosts, &options.owner, &cards(&dir, context))?;
        if options.write {
            files.write(&dir)?;
        }
        let document = document(&json!({ "files": files }))?;
        with_files(document, &files)
    })
}

/// The folder, which must be one.
fn existing(dir: &Path) -> Result<std::path::PathBuf> {
    if dir.is_dir() {
        return Ok(dir.to_owned());
    }
    let what = if dir.exists() { "is not a folder" } else { "is not there" };
    Err(Error::new(Code::NotFound, format!("{} {what}", dir.display()))
        .remedy("Name a folder.")
        .with("path", dir.display().to_string()))
}

fn document(report: &impl serde::Serialize) -> Result<Document> {
    Ok(Document::new(&serde_json::to_value(report).map_err(Error::internal)?))
}

/// Adds the differences as text, to be shown before anything is written.
fn with_files(document: Document, files: &Changes) -> Result<Document> {
    let diff: String = files.0.iter().map(|c| c.diff.as_str()).collect();
    Ok(document.with("diff", diff))
}

/// Where hosts make a container of a repository, if the remote's own is known.
fn links(dir: &Path) -> Vec<String> {
    let Ok(git) = crate::repo::Git::open(dir) else { return Vec::new() };
    let Ok(Some(url)) = git.config_get("remote.origin.url") else { return Vec::new() };
    let path = url.trim_end_matches(".git").replacen("git@github.com:", "https://github.com/", 1);
    let Some(path) = path.strip_prefix("https://github.com/") else { return Vec::new() };
    vec![format!("https://codespaces.new/{path}"), format!("https://mybinder.org/v2/gh/{path}/HEAD")]
}

/// The data sets that have statistics beside them, as their cards show them.
fn cards(dir: &Path, context: &Context) -> Vec<Card> {
    let Ok(repo) = super::Repo::open(dir, context) else { return Vec::new() };
    let Ok(files) = repo.git().list_files(&[], "--cached --others") else { return Vec::new() };
    let paths = files.iter().map(ToString::to_string);
    let sets = paths.filter_map(|p| p.strip_suffix(".octo/statistics.json").map(str::to_owned));
    sets.filter_map(|path| card(dir, path)).collect()
}

fn card(dir: &Path, path: String) -> Option<Card> {
    let read = |at: &str, name: &str| -> Option<Value> {
        let bytes = std::fs::read(dir.join(format!("{at}.octo/{name}"))).ok()?;
        serde_json::from_slice(&bytes).ok()
    };
    let statistics = read(&path, "statistics.json")?;
    // The record of an import lies beside what was imported, of which this may be a part.
    let above = Path::new(&path).ancestors().filter_map(Path::to_str).filter(|p| !p.is_empty());
    let import = above.map(|p| read(p, "import.json")).find_map(|i| i).unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let rows = statistics["rows"].as_u64();
    let columns = statistics["features"].as_array().into_iter().flatten().map(|f| {
        let missing = f["missing"].as_f64().zip(rows).map(|(m, r)| format!("{:.1} %", 100.0 * m / (r.max(1)) as f64));
        [
            text(&f["name"]).unwrap_or_default(),
            text(&f["type"]).unwrap_or_default(),
            missing.unwrap_or_default(),
            String::new(),
        ]
    });
    let columns = columns.collect();
    let source = text(&import["sources"][0]);
    Some(Card { source, license: text(&import["license"]), rows, columns, path })
}
