//! `octostore init`

use super::{Outcome, Run, this_program};
use crate::args::Init;
use octostore::{InitOptions, Repo};
use serde_json::json;

pub(crate) fn run(run: &Run, args: Init) -> Outcome {
    let options = InitOptions { store: args.store, program: args.program.or_else(this_program) };
    let repo = Repo::init(".", &options, &run.context, &run.job())?;
    let store = repo.store()?;
    let dir = repo.work_dir()?;
    run.report(
        || json!({"work_dir": dir.to_string_lossy(), "store": super::store::document(store.as_ref())}),
        || {
            let mut lines = vec![format!("{} is ready for data.", dir.display())];
            match &store {
                Some(store) => lines.extend(super::store::lines(store)),
                None => lines.push("No store is set: octostore store set URL names one before the first push.".into()),
            }
            lines.push("Next: octostore track 'data/**', then git add, commit and push as usual.".into());
            lines
        },
    )
}
