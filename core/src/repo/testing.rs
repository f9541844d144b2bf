//! A git repository made for one test, by git itself.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::Git;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) struct Fixture(tempfile::TempDir);

impl Fixture {
    pub(crate) fn new() -> Self {
        let f = Fixture(tempfile::tempdir().unwrap());
        f.run(&["init", "-q", "-b", "main"]);
        for (key, value) in [("user.name", "A"), ("user.email", "a@example.org"), ("commit.gpgsign", "false")] {
            f.run(&["config", key, value]);
        }
        f
    }
    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }
    pub(crate) fn git(&self) -> Git {
        Git::open(self.root()).unwrap()
    }
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }
    /// Runs git, which must succeed, and gives what it prints.
    pub(crate) fn run(&self, args: &[&str]) -> String {
        let output = Command::new("git").args(args).current_dir(self.root()).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
