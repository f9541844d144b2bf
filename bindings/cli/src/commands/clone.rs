//! `octostore clone`

use super::{Outcome, Run, answer, this_program};
use crate::args::Clone;
use crate::exit::Failure;
use crate::output::count;
use octostore::{CloneOptions, DataChoice, FileState, Repo};
use serde_json::json;
use std::path::PathBuf;

pub(crate) fn run(run: &Run, args: Clone) -> Outcome {
    let dir = match args.dir {
        Some(dir) => dir,
        None => folder_of(&args.url)?,
    };
    let copy_to = match args.copy_to {
        Some(url) => Some(url),
        None => ask_where()?,
    };
    let data = match args.data.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["all"] => DataChoice::All,
        ["none"] => DataChoice::None,
        _ => DataChoice::Matching(args.data),
    };
    let options = CloneOptions { data, copy_to, branch: args.branch, program: args.program.or_else(this_program) };
    let repo = Repo::clone_from(&args.url, &dir, &options, &run.context, &run.job())?;
    let files = repo.status(&run.job())?;
    let present = files.iter().filter(|f| f.state == FileState::Present).count() as u64;
    let store = repo.store()?;
    run.report(
        || json!({"dir": dir.to_string_lossy(), "files": files.len(), "present": present, "store": super::store::document(store.as_ref())}),
        || {
            let mut lines = vec![format!("Cloned into {}: {} with data, {} as pointers.", dir.display(), count(present, "file"), files.len() as u64 - present)];
            lines.extend(store.iter().flat_map(super::store::lines));
            lines
        },
    )
}

/// The folder that git would choose.
fn folder_of(url: &str) -> Result<PathBuf, Failure> {
    let trimmed = url.trim_end_matches('/');
    let trimmed = trimmed.strip_suffix("/.git").unwrap_or(trimmed);
    let name = trimmed.rsplit(['/', ':']).next().unwrap_or_default();
    let name = name.strip_suffix(".git").unwrap_or(name);
    match name {
        "" | "." | ".." => Err(Failure::usage(format!("{url}: name the folder to clone into"))),
        name => Ok(name.into()),
    }
}

/// On a terminal, asks where the data shall go; elsewhere it stays in its own store.
fn ask_where() -> Result<Option<String>, Failure> {
    let question = "\
Where should the data of this clone live?
  1  in the repository's own store (nothing is copied)
  2  in a local folder        3  in S3 (s3://bucket/prefix)
  4  in Azure (az://)         5  in Google Cloud (gs://)
Choose 1 to 5, or give a store URL [1]: ";
    let Some(choice) = answer(question)? else { return Ok(None) };
    let example = match choice.as_str() {
        "" | "1" => return Ok(None),
        "2" => "folder: ",
        "3" => "s3://bucket/prefix: ",
        "4" => "az://container/prefix: ",
        "5" => "gs://bucket/prefix: ",
        url => return Ok(Some(url.to_owned())),
    };
    Ok(answer(example)?.filter(|url| !url.is_empty()))
}
