//! `octostore import`

use super::documents::{fields, show};
use super::{Outcome, Run, accepting};
use crate::args::{Import, OnError};
use octostore::ImportOptions;

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
    show(run, &document, fields)
}
