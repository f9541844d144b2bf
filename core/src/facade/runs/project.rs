//! The project that runs belong to: the git work tree around a folder, or the folder.

use crate::error::{Code, Error, Result};
use crate::repo::{Git, RepoPath};
use crate::store::files::read_if_there;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where runs are, below the project.
const RUNS: &str = "runs";

pub(super) struct Project {
    dir: PathBuf,
    /// The repository, or why there is none.
    git: Result<Git>,
}

impl Project {
    pub(super) fn find(folder: &Path) -> Result<Project> {
        if !folder.is_dir() {
            let what = if folder.exists() { "is not a folder" } else { "is not there" };
            return Err(Error::new(Code::NotFound, format!("{} {what}", folder.display()))
                .remedy("Name the project's folder.")
                .with("path", folder.display().to_string()));
        }
        let git = Git::open(folder);
        let top = git.as_ref().ok().and_then(|git| git.work_dir().ok()).map(Path::to_owned);
        let dir = match top {
            Some(top) => top,
            None => folder.canonicalize().map_err(|e| Error::io(folder, "finding a folder", e))?,
        };
        Ok(Project { dir, git })
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn runs_dir(&self) -> PathBuf {
        self.dir.join(RUNS)
    }

    /// The repository, if there is one with a work tree.
    pub(super) fn git(&self) -> Option<&Git> {
        self.git.as_ref().ok().filter(|git| git.work_dir().is_ok())
    }

    /// Why there is no repository.
    pub(super) fn without_git(&self) -> Option<String> {
        match &self.git {
            Ok(git) => git.work_dir().err().map(|e| e.message().to_owned()),
            Err(e) => Some(e.message().to_owned()),
        }
    }

    /// What the experiment is called when nobody says.
    pub(super) fn name(&self) -> String {
        self.dir.file_name().map_or_else(|| "runs".into(), |n| n.to_string_lossy().into_owned())
    }

    /// The path in the project that a path of the file system means, if it is inside.
    pub(super) fn path_of(&self, path: &Path) -> Option<RepoPath> {
        let here = std::env::current_dir().ok()?;
        RepoPath::from_work_tree(&self.dir, &here, path.as_os_str()).ok()
    }

    /// The path in the project that a user's text means.
    pub(super) fn path_of_text(&self, text: &str) -> Option<RepoPath> {
        self.path_of(Path::new(OsStr::new(text)))
    }

    /// Puts the folder of runs into `.gitignore`, once: before the first run.
    pub(super) fn keep_from_git(&self) -> Result<()> {
        if self.git().is_none() || self.runs_dir().exists() {
            return Ok(());
        }
        let file = self.dir.join(".gitignore");
        let before = read_if_there(&file)?.unwrap_or_default();
        let known = [&b"/runs/"[..], b"runs/", b"/runs", b"runs", b"/runs/*", b"/runs/**"];
        if before.split(|b| *b == b'\n').any(|line| known.contains(&line.trim_ascii())) {
            return Ok(());
        }
        let line: &[u8] = if before.is_empty() || before.ends_with(b"\n") { b"/runs/\n" } else { b"\n/runs/\n" };
        let opened = std::fs::OpenOptions::new().append(true).create(true).open(&file);
        opened.and_then(|mut f| f.write_all(line)).map_err(|e| Error::io(&file, "adding a line", e))
    }
}
