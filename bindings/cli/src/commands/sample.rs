//! `octostore sample`

use super::documents::{fields, place, show, target};
use super::{Outcome, Run, accepting};
use crate::args::Sample;
use octostore::SampleOptions;

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
    show(run, &document, fields)
}
