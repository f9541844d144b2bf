//! A remote, a store, a work tree with tracked data: what every story begins with. git is the judge.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod child;
pub mod evil;
pub mod state;
pub mod web;

use octostore::{CloneOptions, Context, InitOptions, Job, Repo, RepoPath};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub struct World {
    pub dir: tempfile::TempDir,
    pub context: Context,
}

/// Runs git, which must succeed, and gives what it prints.
pub fn git(dir: &Path, args: &[&str]) -> String {
    let output = try_git(dir, args);
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub fn try_git(dir: &Path, args: &[&str]) -> Output {
    Command::new("git").args(args).current_dir(dir).output().unwrap()
}

pub fn path(name: &str) -> RepoPath {
    RepoPath::from_bytes(name.as_bytes()).unwrap()
}

/// Bytes that no two seeds share and no compressor shrinks.
pub fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut out = vec![0; len];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut out);
    out
}

/// The example that serves git's filter and hooks; cargo builds it for the tests.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let program = profile.join("examples").join("git_program");
    assert!(program.exists(), "{} is missing: run cargo test without --test, or build the examples", program.display());
    program
}

impl World {
    pub fn new() -> Self {
        World { dir: tempfile::tempdir().unwrap(), context: Context::default() }
    }
    pub fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
    /// The URL of a store of this world. `OCTOSTORE_TEST_STORE` puts it below another store, such as a bucket of a real
    /// server; the stories are the same.
    pub fn store(&self, name: &str) -> String {
        match std::env::var("OCTOSTORE_TEST_STORE") {
            Ok(base) => {
                let unique = self.dir.path().file_name().unwrap().to_string_lossy().replace('.', "");
                format!("{base}/{unique}/{name}")
            }
            Err(_) => format!("file://{}", self.at(name).display()),
        }
    }
    /// A repository with a remote and a store, and `data/` tracked.
    pub fn repo(&self) -> (PathBuf, Repo) {
        let work = self.at("work");
        std::fs::create_dir_all(work.join("data")).unwrap();
        git(self.dir.path(), &["init", "-q", "--bare", "-b", "main", "remote.git"]);
        git(&work, &["init", "-q", "-b", "main"]);
        sign(&work);
        git(&work, &["remote", "add", "origin", "../remote.git"]);
        let options = InitOptions { store: Some(self.store("store")), program: Some(program()) };
        let repo = Repo::init(&work, &options, &self.context, &Job::new()).unwrap();
        repo.track(&["data/".into()]).unwrap();
        git(&work, &["add", "."]);
        git(&work, &["commit", "-qm", "set up"]);
        (work, repo)
    }
    pub fn clone(&self, name: &str, options: CloneOptions) -> (PathBuf, Repo) {
        let dir = self.at(name);
        let repo = self.try_clone(name, options).unwrap();
        sign(&dir);
        (dir, repo)
    }
    pub fn try_clone(&self, name: &str, options: CloneOptions) -> octostore::Result<Repo> {
        let options = CloneOptions { program: Some(program()), ..options };
        let remote = self.at("remote.git");
        Repo::clone_from(remote.to_str().unwrap(), &self.at(name), &options, &self.context, &Job::new())
    }
    /// The packs of a store, the largest first.
    pub fn packs(&self, store: &str) -> Vec<PathBuf> {
        let shelves = std::fs::read_dir(self.at(store).join("v1/packs")).unwrap();
        let mut packs: Vec<_> =
            shelves.flat_map(|s| std::fs::read_dir(s.unwrap().path()).unwrap()).map(|e| e.unwrap().path()).collect();
        packs.sort_by_key(|p| std::cmp::Reverse(std::fs::metadata(p).unwrap().len()));
        packs
    }
}

pub fn sign(work: &Path) {
    for (key, value) in [("user.name", "A"), ("user.email", "a@example.org")] {
        git(work, &["config", key, value]);
    }
}

pub fn commit(work: &Path, repo: &Repo, message: &str) {
    repo.add(&[path("data")], &Job::new()).unwrap();
    git(work, &["commit", "-qm", message]);
}
