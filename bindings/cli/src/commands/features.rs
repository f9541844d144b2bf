//! `octostore features`

use super::documents::{cell, show, table};
use super::{Outcome, Run, paths};
use crate::args::Features;
use octostore::FeaturesOptions;
use serde_json::Value;

pub(crate) fn run(run: &Run, args: Features) -> Outcome {
    let repo = run.repo()?;
    let options = FeaturesOptions {
        label: args.label,
        save: args.save,
        rev: args.rev,
        max_missing: args.max_missing,
        max_correlation: args.max_correlation,
    };
    let document = repo.features(&paths(&repo, &args.paths)?, &options, &run.job())?;
    show(run, &document, lines)
}

fn lines(report: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for of in report["tables"].as_array().into_iter().flatten() {
        lines.push(format!("{} ({} rows)", cell(&of["path"]), cell(&of["rows"])));
        let rows: Vec<Vec<String>> = of["columns"].as_array().into_iter().flatten().map(column).collect();
        lines.extend(table(&["column", "type", "", "score", "why"], &rows));
        lines.push(String::new());
    }
    match report["selection"].as_str() {
        Some(file) => lines.push(format!("The choice is in {file}.")),
        None => lines.push("Give --save NAME to record the choice.".to_owned()),
    }
    lines
}

fn column(column: &Value) -> Vec<String> {
    let state = match (column["label"] == true, column["kept"] == true) {
        (true, _) => "label",
        (_, true) => "kept",
        _ => "left out",
    };
    let reasons = column["reasons"].as_array().into_iter().flatten().map(|r| cell(&r["text"]));
    let why = reasons.collect::<Vec<_>>().join("; ");
    vec![cell(&column["name"]), cell(&column["type"]), state.to_owned(), cell(&column["score"]), why]
}
