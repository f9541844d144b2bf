//! `octostore log`

use super::{Outcome, Run};
use crate::args::Log;
use crate::output::{bytes, short};
use serde_json::json;

pub(crate) fn run(run: &Run, args: Log) -> Outcome {
    let repo = run.repo()?;
    let changes = repo.log(&repo.path_from(&args.path)?, args.limit)?;
    run.report(
        || {
            let document = |c: &octostore::LogEntry| {
                json!({"commit": c.commit, "author": c.author, "time": c.time, "subject": c.subject,
                       "oid": c.pointer.map(|p| format!("blake3:{}", p.oid)), "size": c.pointer.map(|p| p.size)})
            };
            changes.iter().map(document).collect()
        },
        || {
            let line = |c: &octostore::LogEntry| {
                let data =
                    c.pointer.map_or("(no data)".to_owned(), |p| format!("{}  {:>10}", short(&p), bytes(p.size)));
                format!("{}  {data}  {}  {}", c.commit.chars().take(10).collect::<String>(), c.author, c.subject)
            };
            changes.iter().map(line).collect()
        },
    )
}
