//! `octostore split`

use super::documents::{fields, listing, place, show, target};
use super::{Outcome, Run, accepting};
use crate::args::Split;
use octostore::SplitOptions;

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
    show(run, &document, |report| {
        let mut lines = fields(report);
        lines.extend(listing(report.get("parts"), &["name", "rows", "share", "path"]));
        lines
    })
}
