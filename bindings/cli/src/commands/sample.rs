//! `octostore sample`

use super::documents::{cell, place, show, target};
use super::{Outcome, Run, accepting};
use crate::args::Sample;
use octostore::SampleOptions;
use serde_json::Value;

pub(crate) fn run(run: &Run, args: Sample) -> Outcome {
    let repo = run.repo()?;
    let (rev, path) = place(&repo, &args.place)?;
    let options = SampleOptions {
        fraction: args.fraction,
        rows: args.rows,
        method: args.method,
        key: args.key,
        stratify: args.stratify,
        time: args.time,
        seed: args.seed,
        to: target(&repo, args.to.as_ref())?,
    };
    let job = run.job();
    let document = accepting(&repo, || repo.sample(&rev, &path, &options, &job))?;
    show(run, &document, lines)
}

fn lines(report: &Value) -> Vec<String> {
    let about = if report["of_rows_estimated"] == true { "about " } else { "" };
    let of = format!("{} of {about}{} rows", cell(&report["rows"]), cell(&report["of_rows"]));
    let how =
        format!("{}, fraction {}, seed {}", cell(&report["method"]), cell(&report["fraction"]), cell(&report["seed"]));
    let mut lines = vec![format!("Wrote {of} to {} ({how}).", cell(&report["to"]))];
    if let Some(effect) = report["design_effect"].as_f64() {
        let effect = super::documents::number(effect);
        lines.push(format!(
            "Design effect {effect}: variances are so many times those of as many rows drawn one by one."
        ));
    }
    lines
}
