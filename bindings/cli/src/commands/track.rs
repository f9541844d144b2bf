//! `octostore track` and `octostore untrack`

use super::{Outcome, Run};
use crate::args::Patterns;
use serde_json::json;

pub(crate) fn run(run: &Run, args: Patterns) -> Outcome {
    let new = run.repo()?.track(&args.patterns)?;
    run.report(
        || json!({"tracked": new}),
        || match new.len() {
            0 => vec!["Tracked already.".into()],
            _ => new
                .iter()
                .map(|p| format!("Tracking {p}"))
                .chain(["Commit .gitattributes to tell others.".into()])
                .collect(),
        },
    )
}

pub(crate) fn undo(run: &Run, args: Patterns) -> Outcome {
    let gone = run.repo()?.untrack(&args.patterns)?;
    run.report(
        || json!({"untracked": gone}),
        || match gone.len() {
            0 => vec!["None of these patterns was tracked.".into()],
            _ => gone.iter().map(|p| format!("No longer tracking {p}")).collect(),
        },
    )
}
