//! `octostore features`

use super::documents::{listing, show};
use super::{Outcome, Run, paths};
use crate::args::Features;
use octostore::FeaturesOptions;

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
    show(run, &document, |report| listing(report.get("features"), &["rank", "name", "keep", "score", "reasons"]))
}
