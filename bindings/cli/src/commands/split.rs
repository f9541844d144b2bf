//! `octostore split`

use super::documents::{cell, place, show, table, target};
use super::{Outcome, Run, accepting};
use crate::args::Split;
use octostore::SplitOptions;
use serde_json::Value;

pub(crate) fn run(run: &Run, args: Split) -> Outcome {
    let repo = run.repo()?;
    let (rev, path) = place(&repo, &args.place)?;
    let named = [("train", args.train), ("test", args.test), ("validation", args.validation)];
    let mut parts: Vec<String> = named.into_iter().filter_map(|(n, share)| Some(format!("{n}={}", share?))).collect();
    parts.extend(args.part);
    let options = SplitOptions {
        parts,
        by: args.by,
        stratify: args.stratify,
        time: args.time,
        gap: args.gap,
        folds: args.folds,
        buckets: args.buckets,
        seed: args.seed,
        name: args.name,
        check: args.check,
        to: target(&repo, args.to.as_ref())?,
    };
    let job = run.job();
    let document = accepting(&repo, || repo.split(&rev, &path, &options, &job))?;
    show(run, &document, lines)
}

fn lines(report: &Value) -> Vec<String> {
    let all = report["of_rows"].as_f64().unwrap_or(0.0);
    let row = |name: &Value| {
        let rows = &report["rows"][name.as_str().unwrap_or_default()];
        let share = rows.as_f64().filter(|_| all > 0.0).map_or(String::new(), |n| format!("{:.1}%", n / all * 100.0));
        vec![cell(name), cell(rows), share]
    };
    let rows: Vec<Vec<String>> = report["parts"].as_array().into_iter().flatten().map(row).collect();
    let mut lines = table(&["part", "rows", "share"], &rows);
    if let Some(left) = report["left_out"].as_u64().filter(|n| *n > 0) {
        lines.push(format!("{left} rows are in no part."));
    }
    lines.extend(leaks(&report["duplicates"], "same row"));
    lines.extend(leaks(&report["groups"], "same group"));
    lines.extend(report["files"].as_array().into_iter().flatten().map(|f| format!("Wrote {}.", cell(&f["path"]))));
    lines.extend(report["recipe_file"].as_str().map(|file| format!("The recipe is {file}.")));
    lines
}

fn leaks(found: &Value, what: &str) -> Vec<String> {
    let Some(count) = found["leaks"].as_u64() else { return Vec::new() };
    if count == 0 {
        return vec![format!("The {what} is never in two parts.")];
    }
    let place = |p: &Value| format!("{} row {} in {}", cell(&p["file"]), cell(&p["row"]), cell(&p["part"]));
    let examples = found["examples"].as_array().into_iter().flatten();
    let examples = examples.map(|e| format!("  {}; {}", place(&e["first"]), place(&e["second"])));
    [format!("The {what} is in two parts: {count} rows.")].into_iter().chain(examples).collect()
}
