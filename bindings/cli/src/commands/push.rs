//! `octostore push`

use super::{Outcome, Run, accepting};
use crate::args::Push;
use crate::output::{bytes, count};
use octostore::PushOptions;
use serde_json::json;

pub(crate) fn run(run: &Run, args: Push) -> Outcome {
    let repo = run.repo()?;
    let options = PushOptions { remote: args.remote, all: args.all };
    let report = accepting(&repo, || repo.push(&options, &run.job()))?;
    run.report(
        || json!({"files": report.files, "packs": report.packs, "uploaded_bytes": report.uploaded_bytes, "reused_bytes": report.reused_bytes}),
        || {
            let mut lines = vec![match report.files {
                0 => "The store has all the data.".to_owned(),
                n => format!(
                    "Pushed {}: {} in {}; {} were there already.",
                    count(n, "file version"), bytes(report.uploaded_bytes), count(report.packs, "pack"), bytes(report.reused_bytes)
                ),
            }];
            lines.extend(options.remote.iter().map(|remote| format!("Pushed the branch to {remote}.")));
            lines
        },
    )
}
