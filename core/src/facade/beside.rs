//! Side files: what is known about a data file or folder, in `<path>.octo/` beside it.
//!
//! Small ones are text or messages that git itself keeps and people review; those below `data/` are data like any other.

use super::Repo;
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::{Pointer, RepoPath, attributes, revs};
use crate::store::files::{open_up, read_if_there, write_atomically};
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::Path;

/// Side files below this folder are kept as data.
const LARGE: &str = "data/";
/// What makes large side files data in a repository that tracks nothing else.
const LARGE_PATTERN: &str = "**/*.octo/data/**/*";

/// Where the side file `name` of `path` is. The top folder's lie in `.octo/`.
pub(crate) fn beside(path: &RepoPath, name: &str) -> Result<RepoPath> {
    RepoPath::from_bytes(&[path.as_bytes(), b".octo/", name.as_bytes()].concat())
}

impl Repo {
    /// A side file at a revision; for the index (`""`) also one that is only in the work tree. None if there is none.
    pub(crate) fn read_beside(&self, rev: &str, path: &RepoPath, name: &str) -> Result<Option<Vec<u8>>> {
        let side = beside(path, name)?;
        let Some(blob) = revs::blob_at(self.git(), rev, &side)? else {
            let in_work_tree = || read_if_there(&side.to_path(self.git().work_dir()?));
            return if rev.is_empty() { in_work_tree() } else { Ok(None) };
        };
        if !name.starts_with(LARGE) || Pointer::parse(&blob)?.is_none() {
            return Ok(Some(blob));
        }
        let mut bytes = Vec::new();
        let read = self.open_file(rev, &side)?.read_to_end(&mut bytes);
        read.map_err(|e| match e.downcast::<Error>() {
            Ok(ours) => ours,
            Err(e) => Error::io(Path::new(&side.to_string()), "reading", e),
        })?;
        Ok(Some(bytes))
    }

    /// Writes side files of `path`, each whole or not at all, and stages them: small ones with git, large ones as data.
    pub(crate) fn write_beside(&self, path: &RepoPath, files: &[(&str, &[u8])], job: &Job) -> Result<()> {
        let root = self.git().work_dir()?.to_owned();
        let (mut small, mut large) = (Vec::new(), Vec::new());
        for (name, bytes) in files {
            job.check()?;
            let side = beside(path, name)?;
            write_atomically(&side.to_path(&root), |f| {
                open_up(f)?;
                f.write_all(bytes)
            })?;
            if name.starts_with(LARGE) { large.push(side) } else { small.push(side) }
        }
        self.stage_beside(small, large, job)
    }

    /// Stages side files that are in the work tree already.
    pub(crate) fn stage_beside(&self, small: Vec<RepoPath>, large: Vec<RepoPath>, job: &Job) -> Result<()> {
        if let Some(stray) = filtered(&small, &attributes::are_tracked(self.git(), &small)?) {
            return Err(Error::new(Code::Config, format!("{stray}: a side file is tracked as data"))
                .remedy("Remove the line of .gitattributes behind octostore's block that gives it filter=octostore.")
                .with("path", stray.to_string()));
        }
        if !small.is_empty() {
            let begin = ["--literal-pathspecs", "add", "--force", "--"].map(OsString::from);
            let paths = small.iter().map(|p| p.to_path(Path::new("")).into_os_string());
            self.git().run(&begin.into_iter().chain(paths).collect::<Vec<_>>(), None)?;
        }
        if large.is_empty() {
            return Ok(());
        }
        if attributes::are_tracked(self.git(), &large)?.contains(&false) {
            self.track(&[LARGE_PATTERN.to_owned()])?;
        }
        self.add(&large, job).map(drop)
    }
}

/// The first path that git would run the filter for.
fn filtered<'a>(paths: &'a [RepoPath], tracked: &[bool]) -> Option<&'a RepoPath> {
    paths.iter().zip(tracked).find(|(_, tracked)| **tracked).map(|(path, _)| path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Context;
    use crate::repo::testing::Fixture;

    fn path(text: &str) -> RepoPath {
        RepoPath::from_bytes(text.as_bytes()).unwrap()
    }

    #[test]
    fn side_files_are_staged_small_ones_as_text_and_large_ones_as_pointers() {
        let f = Fixture::new();
        let repo = Repo::open(f.root(), &Context::default()).unwrap();
        repo.track(&["data/".into()]).unwrap();
        let (data, job) = (path("data/a.csv"), Job::new());
        assert_eq!(repo.read_beside("", &data, "schema.pbtxt").unwrap(), None);
        repo.write_beside(&data, &[("schema.pbtxt", b"x {}\n"), ("data/parts.bin", b"\0\x01\x02")], &job).unwrap();
        let staged = f.run(&["ls-files", "--cached"]);
        assert_eq!(staged, "data/a.csv.octo/data/parts.bin\ndata/a.csv.octo/schema.pbtxt\n");
        assert_eq!(f.run(&["show", ":data/a.csv.octo/schema.pbtxt"]), "x {}\n");
        assert!(f.run(&["show", ":data/a.csv.octo/data/parts.bin"]).contains("size 3"));
        f.run(&["add", ".gitattributes"]);
        f.run(&["-c", "filter.octostore.clean=cat", "commit", "-qm", "Statistics"]);
        repo.write_beside(&data, &[("schema.pbtxt", b"y {}\n")], &job).unwrap();
        let read = |rev: &str, name: &str| repo.read_beside(rev, &data, name).unwrap();
        assert_eq!(read("HEAD", "schema.pbtxt").as_deref(), Some(&b"x {}\n"[..]));
        assert_eq!(read("", "schema.pbtxt").as_deref(), Some(&b"y {}\n"[..]));
        assert_eq!(read("HEAD", "data/parts.bin").as_deref(), Some(&b"\0\x01\x02"[..]));
        assert_eq!(read("HEAD", "examples.jsonl"), None);
        f.write("data/a.csv.octo/examples.jsonl", "{}\n");
        assert_eq!(read("", "examples.jsonl").as_deref(), Some(&b"{}\n"[..]));
        assert!(repo.read_beside("nothing", &data, "schema.pbtxt").is_err());
    }

    #[test]
    fn large_side_files_are_data_where_nothing_else_is_tracked() {
        let f = Fixture::new();
        let repo = Repo::open(f.root(), &Context::default()).unwrap();
        repo.write_beside(&path("a b/[x].csv"), &[("data/parts.bin", b"123"), ("schema.pbtxt", b"")], &Job::new())
            .unwrap();
        assert!(f.run(&["show", ":a b/[x].csv.octo/data/parts.bin"]).contains("size 3"));
        assert!(f.run(&["ls-files"]).contains("schema.pbtxt"));
    }
}
