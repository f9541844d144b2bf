//! `octostore profile`

use super::documents::{place, show, write_parts};
use super::{Outcome, Run, accepting};
use crate::args::{OnError, Profile};
use octostore::ProfileOptions;
use serde_json::Value;

pub(crate) fn run(run: &Run, args: Profile) -> Outcome {
    let repo = run.repo()?;
    let (rev, path) = place(&repo, &args.place)?;
    let options = ProfileOptions {
        tfdv: args.tfdv,
        columns: args.columns,
        weight: args.weight,
        slices: args.slices,
        write: args.write,
        on_error: OnError::word(args.on_error),
    };
    let job = run.job();
    let document = accepting(&repo, || repo.profile(&rev, &path, &options, &job))?;
    if let Some(folder) = &args.output {
        write_parts(&document, folder)?;
    }
    show(run, &document, lines)
}

fn lines(report: &Value) -> Vec<String> {
    super::documents::fields(report)
}
