//! `octostore examples`

use super::documents::{cell, place, show, table, target};
use super::{Outcome, Run, accepting};
use crate::args::Examples;
use octostore::ExamplesOptions;
use serde_json::Value;

pub(crate) fn run(run: &Run, args: Examples) -> Outcome {
    let repo = run.repo()?;
    let (rev, path) = place(&repo, &args.place)?;
    let options = ExamplesOptions {
        to: target(&repo, args.to.as_ref())?,
        format: args.format,
        split: args.split,
        shards: args.shards,
        partition: args.partition,
    };
    let job = run.job();
    let document = accepting(&repo, || repo.examples(&rev, &path, &options, &job))?;
    show(run, &document, lines)
}

fn lines(report: &Value) -> Vec<String> {
    let row = |part: &Value| {
        let files = part["files"].as_array().map_or(0, Vec::len).to_string();
        vec![cell(&part["name"]), cell(&part["rows"]), files]
    };
    let rows: Vec<Vec<String>> = report["parts"].as_array().into_iter().flatten().map(row).collect();
    let mut lines = table(&["part", "rows", "files"], &rows);
    lines.push(format!("Wrote them to {} as {}.", cell(&report["to"]), cell(&report["format"])));
    lines
}
