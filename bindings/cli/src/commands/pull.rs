//! `octostore fetch` and `octostore pull`

use super::{Outcome, Run, accepting};
use crate::args::PullPaths;
use crate::output::{bytes, count, path_fields};
use octostore::{PullOptions, PullReport};
use serde_json::{Value, json};

pub(crate) fn run(run: &Run, args: PullPaths) -> Outcome {
    let repo = run.repo()?;
    let options = PullOptions { paths: args.paths };
    let report = accepting(&repo, || repo.pull(&options, &run.job))?;
    show(run, &report, "Wrote")
}

pub(crate) fn fetch(run: &Run, args: PullPaths) -> Outcome {
    let repo = run.repo()?;
    let options = PullOptions { paths: args.paths };
    let report = accepting(&repo, || repo.fetch(&options, &run.job))?;
    show(run, &report, "Fetched")
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
