//! `octostore diff`

use super::documents::{show, text};
use super::{Outcome, Run, paths};
use crate::args::Diff;
use octostore::Repo;
use std::ffi::{OsStr, OsString};
use std::path::Path;

pub(crate) fn run(run: &Run, args: Diff) -> Outcome {
    let repo = run.repo()?;
    let (revs, mut files) = parted(&repo, args.words);
    files.extend(args.paths);
    let mut revs = revs.into_iter();
    let (from, to) = (revs.next().unwrap_or_else(|| "HEAD".to_owned()), revs.next().unwrap_or_default());
    let document = repo.diff_stats(&from, &to, &paths(&repo, &files)?, &run.job())?;
    show(run, &document, |_| match text(&document, "text") {
        Some(text) if !document.answer() => text.lines().map(str::to_owned).collect(),
        _ => vec!["The statistics do not differ.".to_owned()],
    })
}

/// The first one or two words that are no files here are revisions, as for git; the rest are files.
fn parted(repo: &Repo, words: Vec<OsString>) -> (Vec<String>, Vec<OsString>) {
    let is_file = |word: &OsStr| Path::new(word).exists() && repo.path_from(word).is_ok();
    let count = words.iter().take(2).take_while(|w| !is_file(w) && w.to_str().is_some()).count();
    let mut words = words.into_iter();
    let revs = words.by_ref().take(count).filter_map(|w| w.into_string().ok()).collect();
    (revs, words.collect())
}
