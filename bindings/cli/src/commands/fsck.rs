//! `octostore fsck`

use super::{Outcome, Run, accepting};
use crate::args::Fsck;
use crate::exit::NO;
use crate::output::{bytes, count};
use octostore::FsckOptions;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn run(run: &Run, args: Fsck) -> Outcome {
    let repo = run.repo()?;
    let options = FsckOptions { store: args.store };
    let report = accepting(&repo, || repo.fsck(&options, &run.job()))?;
    run.report(
        || {
            let problem = |p: &octostore::Problem| json!({"code": p.code as i32, "name": p.code.name(), "message": p.message, "hint": p.hint});
            let problems: Vec<Value> = report.problems.iter().map(problem).collect();
            json!({"packs": report.packs, "bytes": report.bytes, "files": report.files, "problems": problems})
        },
        || {
            let mut lines: Vec<String> = Vec::new();
            for p in &report.problems {
                lines.push(format!("problem: {}", p.message));
                lines.push(format!("   help: {}", p.hint));
            }
            let checked = format!("{} ({}), {}", count(report.packs, "pack"), bytes(report.bytes), count(report.files, "file version"));
            lines.push(match report.problems.len() as u64 {
                0 => format!("All is well: {checked}."),
                n => format!("{} in {checked}.", count(n, "problem")),
            });
            lines
        },
    )?;
    Ok(if report.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(NO) })
}
