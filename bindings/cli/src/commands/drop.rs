//! `octostore drop`

use super::{Outcome, Run, accepting, ask, not_confirmed, paths};
use crate::args::Drop;
use crate::output::{bytes, count};
use serde_json::json;

pub(crate) fn run(run: &Run, args: Drop) -> Outcome {
    let repo = run.repo()?;
    let paths = paths(&repo, &args.paths)?;
    let named = args.paths.iter().map(|p| p.to_string_lossy()).collect::<Vec<_>>().join(" ");
    if !args.yes && !ask(&format!("Turn {named} into pointers and free the space?"))? {
        return Err(not_confirmed("drop"));
    }
    let report = accepting(&repo, || repo.drop_data(&paths, &run.job()))?;
    run.report(
        || json!({"files": report.files, "freed_bytes": report.freed_bytes}),
        || {
            vec![format!(
                "Dropped {}; {} freed. octostore pull brings them back.",
                count(report.files, "file"),
                bytes(report.freed_bytes)
            )]
        },
    )
}
