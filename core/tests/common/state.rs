//! What must not change when a call fails: all that git and the user see, and the store.

use super::{World, git};
use octostore::{Code, Error, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Every file by name with a hash of its content, octostore's own cache left out; and git's opinion.
#[derive(Debug, PartialEq, Eq)]
pub struct State {
    files: BTreeMap<PathBuf, String>,
    status: String,
}

impl State {
    /// The state of a work tree with its `.git`, and of the folders of stores.
    pub fn of(world: &World, work: &Path) -> Self {
        let mut files = BTreeMap::new();
        collect(work, &mut files);
        for entry in std::fs::read_dir(world.dir.path()).unwrap() {
            let path = entry.unwrap().path();
            if path != work && path.join("v1").exists() {
                collect(&path, &mut files);
            }
        }
        let status = if work.join(".git").exists() {
            git(
                work,
                &[
                    "--no-optional-locks",
                    "-c",
                    "filter.octostore.process=",
                    "-c",
                    "filter.octostore.required=false",
                    "status",
                    "--porcelain",
                    "--ignored",
                ],
            )
        } else {
            String::new()
        };
        State { files, status }
    }
}

fn collect(dir: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let metadata = std::fs::symlink_metadata(&path).unwrap();
        if metadata.is_dir() {
            if !path.ends_with(".git/octostore") && !path.ends_with("remote.git/octostore") {
                files.insert(path.clone(), "folder".into());
                collect(&path, files);
            }
        } else if metadata.is_file() {
            files.insert(path.clone(), blake3::hash(&std::fs::read(&path).unwrap()).to_hex().to_string());
        } else {
            files.insert(path, "special".into());
        }
    }
}

/// The call must fail with this code, name these things, say what to do, and change nothing.
pub fn refused<T>(world: &World, work: &Path, code: Code, names: &[&str], call: impl FnOnce() -> Result<T>) -> Error {
    let before = State::of(world, work);
    let e = call().err().unwrap_or_else(|| panic!("it must fail with {code:?}"));
    well_said(&e, code, names);
    let after = State::of(world, work);
    for (path, hash) in &after.files {
        assert_eq!(before.files.get(path), Some(hash), "{} is new or changed", path.display());
    }
    assert_eq!(before, after);
    e
}

/// An error with this code that names these things and says what to do.
pub fn well_said(e: &Error, code: Code, names: &[&str]) {
    assert_eq!(e.code(), code, "{e:?}");
    for name in names {
        assert!(e.message().contains(name), "\"{name}\" is not named: {e:?}");
    }
    assert!(!e.hint().is_empty(), "no remedy: {e:?}");
}
