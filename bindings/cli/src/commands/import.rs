//! `octostore import`

use super::documents::{cell, show};
use super::{Outcome, Run, accepting};
use crate::args::{Import, OnError};
use crate::output::{bytes, count};
use octostore::ImportOptions;
use serde_json::Value;

pub(crate) fn run(run: &Run, args: Import) -> Outcome {
    let repo = run.repo()?;
    let to = repo.path_from(&args.to)?;
    let options = ImportOptions {
        update: args.update,
        in_place: args.in_place,
        sample: args.sample,
        profile: args.profile,
        commit: args.commit,
        on_error: OnError::word(args.on_error),
        license: args.license,
        only: args.only,
    };
    let job = run.job();
    let document = accepting(&repo, || repo.import(&args.sources, &to, &options, &job))?;
    show(run, &document, lines)
}

fn lines(report: &Value) -> Vec<String> {
    let n = |key: &str| report[key].as_u64().unwrap_or(0);
    let changes = format!("{} added, {} changed, {} removed", n("added"), n("changed"), n("removed"));
    let read = format!("{} were read, {} are new", bytes(n("read_bytes")), bytes(n("new_bytes")));
    let mut lines = vec![format!("{} ({}): {changes}; {read}.", count(n("files"), "file"), bytes(n("bytes")))];
    for skipped in report["skipped"].as_array().into_iter().flatten() {
        lines.push(format!("Left out {}: {}", cell(&skipped["name"]), cell(&skipped["reason"])));
    }
    if report["work_tree"] == "pointers" {
        lines.push("The data is in the cache; octostore pull writes it into the work tree.".to_owned());
    }
    lines.push(format!("Where each byte came from is in {}.", cell(&report["record"])));
    match report["commit"].as_str() {
        Some(commit) => lines.push(format!("Committed as {}.", commit.get(..10).unwrap_or(commit))),
        None => lines.push("It is staged: git commit makes it a version.".to_owned()),
    }
    lines
}
