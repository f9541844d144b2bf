//! What data a run writes: files that it logs, and tracked data that changed while it ran.

use super::super::status::id_of;
use super::{Run, Runs, lines};
use crate::error::{Error, Result};
use crate::job::Job;
use crate::repo::{RepoPath, attributes, revs};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

/// How large files are and when they were changed.
pub(super) type Stats = BTreeMap<RepoPath, (u64, Option<SystemTime>)>;

/// Records that the run made a file of the project, which it has just logged. Where that came from elsewhere, there is nothing
/// to say but what the artifacts say.
pub(super) fn record_source(run: &Run, from: &Path) -> Result<()> {
    if !from.is_file() {
        return Ok(());
    }
    match run.runs.project().path_of(from) {
        Some(path) => record(run, &path, from, &run.job()),
        None => Ok(()),
    }
}

fn record(run: &Run, path: &RepoPath, file: &Path, job: &Job) -> Result<()> {
    let size = std::fs::metadata(file).map_err(|e| Error::io(file, "looking at a file", e))?.len();
    let oid = id_of(file, size, run.runs.context(), job)?;
    let time_ms = jiff::Timestamp::now().as_millisecond();
    let line = json!({ "time_ms": time_ms, "path": path.to_string(), "oid": oid.to_string(), "size": size });
    lines::add(&run.dir, lines::OUTPUTS, &line)
}

/// The state of all data files, as the file system tells it.
pub(super) fn look(runs: &Runs) -> Result<Stats> {
    let Some(git) = runs.project().git() else { return Ok(Stats::new()) };
    let mut paths: Vec<RepoPath> = revs::tree_pointers(git, "", None)?.into_iter().map(|e| e.path).collect();
    let others = git.list_files(&[], "--others")?;
    let tracked = attributes::are_tracked(git, &others)?;
    paths.extend(others.into_iter().zip(tracked).filter(|(_, tracked)| *tracked).map(|(path, _)| path));
    let stat = |path: RepoPath| {
        let metadata = std::fs::metadata(path.to_path(runs.project().dir())).ok().filter(std::fs::Metadata::is_file)?;
        Some((path, (metadata.len(), metadata.modified().ok())))
    };
    Ok(paths.into_iter().filter_map(stat).collect())
}

/// Records the data files that are not as they were.
pub(super) fn record_changes(run: &Run, before: &Stats, job: &Job) -> Result<()> {
    for (path, now) in look(&run.runs)? {
        if before.get(&path) != Some(&now) {
            record(run, &path, &path.to_path(run.runs.project().dir()), job)?;
        }
    }
    Ok(())
}
