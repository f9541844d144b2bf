//! `octostore view`

use super::documents::{place, reference, show, write};
use super::{Outcome, Run};
use crate::args::View;
use crate::output::bytes;
use octostore::ViewOptions;
use std::path::PathBuf;

pub(crate) fn run(run: &Run, args: View) -> Outcome {
    let repo = run.repo()?;
    let (rev, path) = place(&repo, &args.place)?;
    let options = ViewOptions { against: reference(&repo, args.against) };
    let document = repo.view(&rev, &path, &options, &run.job())?;
    let page = document.part("page.html").unwrap_or_default();
    let name = path.as_bytes().rsplit(|b| *b == b'/').next().unwrap_or_default();
    let file = args.output.unwrap_or_else(|| PathBuf::from(format!("{}.html", String::from_utf8_lossy(name))));
    write(&file, page)?;
    show(run, &document, |_| vec![format!("Wrote {} ({}).", file.display(), bytes(page.len() as u64))])
}
