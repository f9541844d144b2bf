//! `octostore examples`

use super::documents::{fields, listing, place, show, target};
use super::{Outcome, Run, accepting};
use crate::args::Examples;
use octostore::ExamplesOptions;

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
    show(run, &document, |report| {
        let mut lines = fields(report);
        lines.extend(listing(report.get("parts"), &["name", "rows", "files"]));
        lines
    })
}
