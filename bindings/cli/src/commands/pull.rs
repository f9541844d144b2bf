//! `octostore fetch` and `octostore pull`

use super::{Outcome, Run, accepting};
use crate::args::PullPaths;
use crate::exit::Failure;
use crate::output::{bytes, count, path_fields};
use octostore::{PullOptions, PullReport, Repo};
use serde_json::{Value, json};

pub(crate) fn run(run: &Run, args: PullPaths) -> Outcome {
    let repo = run.repo()?;
    let options = PullOptions { paths: patterns(&repo, args.paths)?, only: args.only };
    let report = accepting(&repo, || repo.pull(&options, &run.job()))?;
    show(run, &report, "Wrote")
}

pub(crate) fn fetch(run: &Run, args: PullPaths) -> Outcome {
    let repo = run.repo()?;
    let options = PullOptions { paths: patterns(&repo, args.paths)?, only: args.only };
    let report = accepting(&repo, || repo.fetch(&options, &run.job()))?;
    show(run, &report, "Fetched")
}

/// Paths are relative to the current folder; what has a wildcard is a pattern for the whole repository. The top of the
/// work tree means everything.
fn patterns(repo: &Repo, arguments: Vec<String>) -> Result<Vec<String>, Failure> {
    let mut patterns = Vec::new();
    for argument in arguments {
        if argument.contains(['*', '?', '[']) {
            patterns.push(argument);
            continue;
        }
        let path = repo.path_from(argument.as_ref())?;
        if path.as_bytes().is_empty() {
            return Ok(Vec::new());
        }
        // Anchored: just this file or folder, not others of its name.
        patterns.push(format!("/{}", String::from_utf8_lossy(path.as_bytes())));
    }
    Ok(patterns)
}

fn show(run: &Run, report: &PullReport, did: &str) -> Outcome {
    run.report(
        || {
            let kept: Vec<Value> = report.kept.iter().map(path_fields).collect();
            json!({"files": report.files, "bytes": report.bytes, "downloaded_bytes": report.downloaded_bytes, "kept": kept})
        },
        || {
            let what = format!("{} ({})", count(report.files, "file"), bytes(report.bytes));
            let kept = report.kept.iter().map(|p| format!("{p} has changes of yours and was left alone."));
            [format!("{did} {what}; {} came from the store.", bytes(report.downloaded_bytes))].into_iter().chain(kept).collect()
        },
    )
}
