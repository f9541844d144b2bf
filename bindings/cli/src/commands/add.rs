//! `octostore add`

use super::{Outcome, Run, paths};
use crate::args::Paths;
use crate::output::{bytes, count, file_fields};
use serde_json::{Value, json};

pub(crate) fn run(run: &Run, args: Paths) -> Outcome {
    let repo = run.repo()?;
    let report = repo.add(&paths(&repo, &args.paths)?, &run.job())?;
    run.report(
        || {
            let files: Vec<Value> = report.files.iter().map(|f| file_fields(&f.path, Some(&f.pointer))).collect();
            json!({"files": files, "unchanged": report.unchanged, "read_bytes": report.read_bytes,
                   "new_bytes": report.new_bytes, "stored_bytes": report.stored_bytes})
        },
        || {
            let added = count(report.files.len() as u64, "file");
            let sizes = format!(
                "{} read, {} new, {} stored",
                bytes(report.read_bytes),
                bytes(report.new_bytes),
                bytes(report.stored_bytes)
            );
            vec![format!("Added {added} ({sizes}); {} unchanged.", report.unchanged)]
        },
    )
}
