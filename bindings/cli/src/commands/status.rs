//! `octostore status`

use super::{Outcome, Run};
use crate::args::Status;
use crate::exit::NO;
use crate::output::{bytes, file_fields};
use octostore::{FileState, FileStatus};
use serde_json::Value;
use std::process::ExitCode;

pub(crate) fn run(run: &Run, args: Status) -> Outcome {
    let files = run.repo()?.status(&run.job())?;
    run.report(|| files.iter().map(document).collect(), || lines(&files))?;
    let settled = files.iter().all(|f| f.state == FileState::Present && f.pushed && !f.staged);
    Ok(if args.exit_code && !settled { ExitCode::from(NO) } else { ExitCode::SUCCESS })
}

fn document(f: &FileStatus) -> Value {
    let mut fields = file_fields(&f.path, f.pointer.as_ref());
    fields["state"] = f.state.name().into();
    fields["staged"] = f.staged.into();
    fields["cached"] = f.cached.into();
    fields["pushed"] = f.pushed.into();
    fields
}

fn lines(files: &[FileStatus]) -> Vec<String> {
    if files.is_empty() {
        return vec!["No tracked files. octostore track 'data/**' makes files data.".into()];
    }
    let line = |f: &FileStatus| {
        let size = f.pointer.map(|p| bytes(p.size)).unwrap_or_default();
        let mut notes = Vec::new();
        if f.staged {
            notes.push("staged");
        }
        if f.pointer.is_some() && !f.pushed {
            notes.push("not pushed");
        }
        format!("{:<9}  {size:>10}  {}  {}", f.state.name(), f.path, notes.join(", ")).trim_end().to_owned()
    };
    files.iter().map(line).collect()
}
