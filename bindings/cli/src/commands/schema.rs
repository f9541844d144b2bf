//! `octostore schema`

use super::documents::{listing, place, show, text};
use super::{Outcome, Run, accepting};
use crate::args::{Place, Schema, SchemaVerb};
use octostore::SchemaOptions;

pub(crate) fn run(run: &Run, args: Schema) -> Outcome {
    match args.verb {
        SchemaVerb::Infer { place, accept, write } => {
            give(run, &place, &SchemaOptions { infer: true, accept, write, ..Default::default() })
        }
        SchemaVerb::Show { place } => give(run, &place, &SchemaOptions::default()),
        SchemaVerb::Diff { place, against } => give(run, &place, &SchemaOptions { against, ..Default::default() }),
        SchemaVerb::Accept { place, names } => {
            let accept = if names.is_empty() { vec!["all".to_owned()] } else { names };
            give(run, &place, &SchemaOptions { accept, write: true, ..Default::default() })
        }
    }
}

fn give(run: &Run, at: &Place, options: &SchemaOptions) -> Outcome {
    let repo = run.repo()?;
    let (rev, path) = place(&repo, at)?;
    let job = run.job();
    let document = accepting(&repo, || repo.schema(&rev, &path, options, &job))?;
    show(run, &document, |report| {
        let suggestions = listing(report.get("suggestions"), &["name", "feature", "reason"]);
        if !options.against.is_empty() {
            let lines = listing(report.get("differences"), &["place", "kind", "before", "after"]);
            return if lines.is_empty() { vec!["The schemas are the same.".to_owned()] } else { lines };
        }
        let schema = text(&document, "schema.pbtxt").unwrap_or_default();
        let heading = (!suggestions.is_empty()).then(|| "Suggestions, to be accepted by their names:".to_owned());
        let comments = heading.into_iter().chain(suggestions).map(|line| format!("# {line}").trim_end().to_owned());
        // As comments, so that the output is a schema all the same.
        schema.lines().map(str::to_owned).chain(comments).collect()
    })
}
