//! `octostore ls`

use super::{Outcome, Run};
use crate::args::Ls;
use crate::output::{bytes, file_fields, short};

pub(crate) fn run(run: &Run, args: Ls) -> Outcome {
    let repo = run.repo()?;
    let path = args.path.as_deref().map(|p| repo.path_from(p)).transpose()?;
    let entries = repo.ls(args.rev.as_deref().unwrap_or_default(), path.as_ref())?;
    run.report(
        || entries.iter().map(|e| file_fields(&e.path, Some(&e.pointer))).collect(),
        || {
            entries
                .iter()
                .map(|e| format!("{}  {:>10}  {}", short(&e.pointer), bytes(e.pointer.size), e.path))
                .collect()
        },
    )
}
