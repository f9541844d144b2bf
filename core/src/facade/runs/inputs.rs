//! What data a run reads: the version of all of it, and not of its first rows.

use super::super::Repo;
use super::super::status::{id_of, is_pointer_file};
use super::{InputOptions, Run, Runs, lines};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::{Pointer, RepoPath, facts, index, revs};
use crate::runs::DatasetInput;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What MLflow takes as a digest.
const DIGEST: usize = 36;

/// A file that was read.
struct File {
    path: String,
    oid: String,
    size: u64,
    tracked: bool,
}

/// Data as it was found.
struct Found {
    /// Its name if nobody gives one: the path in the project, or else the whole path.
    name: String,
    commit: Option<String>,
    files: Vec<File>,
    /// Where the bytes are: the store, the path in the repository, or the file.
    source: String,
    source_type: &'static str,
}

/// Records an input in the run's list, and as a data set that MLflow shows.
pub(super) fn record(run: &Run, options: &InputOptions) -> Result<()> {
    let found = find(&run.runs, &options.path, &options.rev, &run.job())?;
    let name = if options.name.is_empty() { found.name.clone() } else { options.name.clone() };
    let digest = digest(&found.files);
    let bytes: u64 = found.files.iter().map(|f| f.size).sum();
    let file = |f: &File| json!({ "path": f.path, "oid": f.oid, "size": f.size, "tracked": f.tracked });
    let line = json!({
        "time_ms": jiff::Timestamp::now().as_millisecond(),
        "name": name,
        "path": found.name,
        "context": options.context,
        "rev": options.rev,
        "commit": found.commit,
        "recipe": options.recipe,
        "digest": digest,
        "source": found.source,
        "files": found.files.iter().map(file).collect::<Vec<_>>(),
    });
    lines::add(&run.dir, lines::INPUTS, &line)?;
    run.dir.log_input(&DatasetInput {
        name,
        digest,
        source: found.source,
        source_type: found.source_type.into(),
        schema: None,
        profile: Some(json!({ "files": found.files.len(), "bytes": bytes }).to_string()),
        context: options.context.clone(),
    })
}

/// The id of all files: a single file's own, as far as there is room for it.
fn digest(files: &[File]) -> String {
    let all = match files {
        [only] => only.oid.clone(),
        many => {
            let mut hasher = blake3::Hasher::new();
            for part in many.iter().flat_map(|f| [&f.path, &f.oid]) {
                hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
            }
            hasher.finalize().to_hex().to_string()
        }
    };
    all.chars().take(DIGEST).collect()
}

fn find(runs: &Runs, path: &Path, rev: &str, job: &Job) -> Result<Found> {
    let inside = runs.project().path_of(path);
    if let (Some(repo), Some(inside)) = (runs.repo()?, &inside)
        && let Some(found) = tracked(repo, inside, rev, job)?
    {
        return Ok(found);
    }
    if !rev.is_empty() {
        return Err(Error::new(
            Code::NotTracked,
            format!("{}: octostore tracks no such data at \"{rev}\"", path.display()),
        )
        .remedy("\"octostore ls REV\" lists the tracked files of a revision.")
        .with("path", path.display().to_string()));
    }
    let absolute = path.canonicalize().map_err(|e| Error::io(path, "looking for data", e))?;
    let name = inside.map_or_else(|| absolute.display().to_string(), |p| p.to_string());
    let mut files = Vec::new();
    for file in below(&absolute)? {
        let size = std::fs::metadata(&file).map_err(|e| Error::io(&file, "looking at a file", e))?.len();
        let oid = id_of(&file, size, runs.context(), job)?.to_string();
        let rest = file.strip_prefix(&absolute).ok().filter(|r| !r.as_os_str().is_empty());
        let path = rest.map_or_else(|| name.clone(), |rest| format!("{name}/{}", rest.display()));
        files.push(File { path, oid, size, tracked: false });
    }
    let url = url::Url::from_file_path(&absolute).map_or_else(|()| absolute.display().to_string(), |u| u.to_string());
    let source = json!({ "uri": url }).to_string();
    Ok(Found { name, commit: None, files, source, source_type: "local" })
}

/// The tracked files at or below a path; none if there are none.
fn tracked(repo: &Repo, path: &RepoPath, rev: &str, job: &Job) -> Result<Option<Found>> {
    let entries = match revs::tree_pointers(repo.git(), rev, Some(path).filter(|p| !p.is_root())) {
        Ok(entries) if !entries.is_empty() => entries,
        Ok(_) => return Ok(None),
        Err(e) if e.code() == Code::NotFound && rev.is_empty() => return Ok(None),
        Err(e) => return Err(e),
    };
    let staged: HashMap<RepoPath, index::IndexEntry> = match rev.is_empty() {
        true => index::tracked_entries(repo.git())?.into_iter().map(|e| (e.path.clone(), e)).collect(),
        false => HashMap::new(),
    };
    let mut files = Vec::new();
    for entry in entries {
        job.check()?;
        let pointer = entry.pointer;
        let changed = staged.get(&entry.path).map(|e| changed(repo, e, &pointer, job)).transpose()?.flatten();
        let (oid, size, tracked) = match changed {
            Some((oid, size)) => (oid, size, false),
            None => (pointer.oid.to_string(), pointer.size, true),
        };
        files.push(File { path: entry.path.to_string(), oid, size, tracked });
    }
    let head = facts::head(repo.git())?;
    let source = repo.store_url()?.map_or_else(|| path.to_string(), |(url, _)| url.to_string());
    // What the index says may not be committed yet: then the files' ids say more than the commit.
    Ok(Some(Found { name: path.to_string(), commit: head.commit, files, source, source_type: "octostore" }))
}

/// Content and size of a work-tree file that is not what the index says; none if it is, or is not there.
fn changed(repo: &Repo, entry: &index::IndexEntry, pointer: &Pointer, job: &Job) -> Result<Option<(String, u64)>> {
    let file = entry.path.to_path(repo.git().work_dir()?);
    let Ok(metadata) = std::fs::metadata(&file) else { return Ok(None) };
    if !metadata.is_file() || entry.is_unchanged(&metadata) || is_pointer_file(&file, &metadata, pointer)? {
        return Ok(None);
    }
    let oid = id_of(&file, metadata.len(), repo.context(), job)?;
    Ok((oid != pointer.oid).then(|| (oid.to_string(), metadata.len())))
}

/// The files at or below a path, sorted.
fn below(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let listed = std::fs::read_dir(path).map_err(|e| Error::io(path, "listing a folder", e))?;
    let mut names = Vec::new();
    for entry in listed {
        names.push(entry.map_err(|e| Error::io(path, "listing a folder", e))?);
    }
    names.sort_by_key(std::fs::DirEntry::file_name);
    let mut files = Vec::new();
    for entry in names {
        let kind = entry.file_type().map_err(|e| Error::io(&entry.path(), "looking at a file", e))?;
        if kind.is_dir() {
            files.extend(below(&entry.path())?);
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(files)
}

/// The ids of the files that a line of the list names.
pub(super) fn files(line: &Value) -> impl Iterator<Item = (&str, &str)> {
    let files = line["files"].as_array().into_iter().flatten();
    files.filter_map(|f| Some((f["path"].as_str()?, f["oid"].as_str()?)))
}
