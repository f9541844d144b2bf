//! Which files of a folder describe an environment, which of them wins and why, and where they contradict each other.

use super::kind::{Kind, Manager};
use super::read::{Described, Package, read};
use crate::error::{Error, Result};
use crate::job::Job;
use pep440_rs::{Version, VersionSpecifiers};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

/// Folders below the project that may hold descriptions.
const FOLDERS: [&str; 5] = ["", ".devcontainer", "binder", ".binder", "requirements"];
/// Models are looked for this deep.
const MODEL_FOLDERS: [&str; 3] = ["model", "models", "artifacts/model"];

/// A file that describes an environment.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Found {
    pub file: String,
    pub kind: Kind,
    pub manager: Manager,
    pub what: &'static str,
    #[serde(flatten)]
    pub says: Described,
}

/// Two files that cannot both be met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Contradiction {
    /// `python` or a package's name.
    pub about: String,
    pub message: String,
}

/// What a folder says about its environment.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Detected {
    /// All that is there, the strongest first.
    pub files: Vec<Found>,
    /// The file that rules.
    pub winner: Option<String>,
    pub manager: Manager,
    /// Why that one.
    pub reason: String,
    /// The versions of Python that will do, and who says so.
    pub python: Option<String>,
    pub python_from: Option<String>,
    pub contradictions: Vec<Contradiction>,
    /// Files that cannot be understood, with what is wrong.
    pub problems: Vec<String>,
}

/// Looks at a folder. A file that cannot be understood is among the problems; only an unreadable folder is an error.
pub(crate) fn detect(root: &Path, job: &Job) -> Result<Detected> {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for (file, kind) in candidates(root)? {
        job.check()?;
        match read(root, &file, kind) {
            Ok(says) => files.push(Found { file, kind, manager: kind.manager(), what: kind.words(), says }),
            Err(e) => problems.push(e.message().to_owned()),
        }
    }
    files.sort_by(|a, b| (a.kind, rank(&a.file), &a.file).cmp(&(b.kind, rank(&b.file), &b.file)));
    for found in &mut files {
        if let (Kind::Pyproject, Some(tool)) = (found.kind, found.says.tool.as_deref()) {
            found.manager = match tool {
                "poetry" => Manager::Poetry,
                "pixi" => Manager::Pixi,
                _ => Manager::Uv,
            };
        }
    }
    let winner = files.iter().find(|f| f.kind.makes() && describes(f));
    let reason = winner.map_or_else(|| "no file describes an environment".to_owned(), |w| why(w, &files));
    let python = files
        .iter()
        .filter(|f| winner.is_some_and(|w| w.file == f.file))
        .chain(files.iter().filter(|f| f.kind == Kind::PythonVersion))
        .chain(files.iter())
        .find_map(|f| Some((f.says.python.clone()?, f.file.clone())));
    let (python, python_from) = python.unzip();
    Ok(Detected {
        winner: winner.map(|w| w.file.clone()),
        manager: winner.map_or(Manager::None, |w| w.manager),
        reason,
        python,
        python_from,
        contradictions: contradictions(&files),
        files,
        problems,
    })
}

impl Detected {
    /// The file that rules.
    pub(crate) fn winner(&self) -> Option<&Found> {
        self.files.iter().find(|f| Some(&f.file) == self.winner.as_ref())
    }
}

/// A configuration of tools (`pyproject.toml` for a linter) makes no environment.
fn describes(found: &Found) -> bool {
    found.kind != Kind::Pyproject || found.says.python.is_some() || !found.says.packages.is_empty()
}

/// `requirements.txt` before `requirements-dev.txt`.
fn rank(file: &str) -> usize {
    usize::from(file != "requirements.txt") + usize::from(file.contains("dev") || file.contains("test"))
}

fn why(winner: &Found, files: &[Found]) -> String {
    let others: Vec<_> =
        files.iter().filter(|f| f.kind.makes() && f.file != winner.file).map(|f| f.file.as_str()).collect();
    let because = if winner.kind.is_lock() {
        "it says exactly which versions there were"
    } else if others.is_empty() {
        "it is the only one"
    } else {
        "no lock file is there, and it comes first of what is"
    };
    let over = if others.is_empty() { String::new() } else { format!("; it wins over {}", others.join(", ")) };
    format!("{} is {}: {because}{over}", winner.file, winner.what)
}

fn candidates(root: &Path) -> Result<Vec<(String, Kind)>> {
    let mut found = Vec::new();
    for folder in FOLDERS.iter().chain(&MODEL_FOLDERS) {
        for name in names(root, folder, folder.is_empty())? {
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            if root.join(&path).is_file() {
                found.extend(Kind::of(&path).map(|kind| (path, kind)));
            } else if *folder == ".devcontainer" && root.join(&path).join("devcontainer.json").is_file() {
                found.push((format!("{path}/devcontainer.json"), Kind::Devcontainer));
            }
        }
    }
    for name in names(root, "", true)?.into_iter().filter(|n| n.ends_with(".txt")) {
        let begin = std::fs::read(root.join(&name)).unwrap_or_default();
        if begin.windows(9).take(4096).any(|w| w == b"@EXPLICIT") {
            found.retain(|(file, _)| *file != name);
            found.push((name, Kind::CondaExplicit));
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn names(root: &Path, folder: &str, must: bool) -> Result<Vec<String>> {
    let dir = root.join(folder);
    match std::fs::read_dir(&dir) {
        Ok(entries) => Ok(entries.flatten().filter_map(|e| e.file_name().into_string().ok()).collect()),
        Err(e) if must => Err(Error::io(&dir, "listing", e)),
        Err(_) => Ok(Vec::new()),
    }
}

/// Packages and Pythons that two files want in versions which exclude each other: a pin of one against the range of another.
fn contradictions(files: &[Found]) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let pythons: Vec<_> = files.iter().filter_map(|f| Some((f.file.as_str(), f.says.python.as_deref()?))).collect();
    for (n, (file, wanted)) in pythons.iter().enumerate() {
        for (other, also) in &pythons[n + 1..] {
            if excludes(&python_specifier(wanted), &python_specifier(also)) {
                found.push(Contradiction {
                    about: "python".into(),
                    message: format!("{file} wants Python {wanted}, {other} wants {also}"),
                });
            }
        }
    }
    let mut by_name: BTreeMap<&str, Vec<&Package>> = BTreeMap::new();
    for package in files.iter().flat_map(|f| &f.says.packages).filter(|p| p.marker.is_none() && !p.versions.is_empty())
    {
        by_name.entry(&package.name).or_default().push(package);
    }
    for (name, packages) in by_name {
        for (n, one) in packages.iter().enumerate() {
            if let Some(other) =
                packages[n + 1..].iter().find(|o| o.file != one.file && excludes(&one.versions, &o.versions))
            {
                found.push(Contradiction {
                    about: name.into(),
                    message: format!(
                        "{} wants {name}{}, {} wants {name}{}",
                        place(one),
                        one.versions,
                        place(other),
                        other.versions
                    ),
                });
                break;
            }
        }
    }
    found
}

fn place(package: &Package) -> String {
    package.line.map_or_else(|| package.file.clone(), |line| format!("{}:{line}", package.file))
}

/// Whether no version that one pins (or begins its range with) is in the other, either way round.
fn excludes(one: &str, other: &str) -> bool {
    let misses = |pin: &str, range: &str| {
        let (Some(version), Ok(range)) = (pinned(pin), VersionSpecifiers::from_str(range)) else { return false };
        !range.contains(&version)
    };
    misses(one, other) || misses(other, one)
}

fn pinned(versions: &str) -> Option<Version> {
    let version = versions.strip_prefix("==")?;
    if version.contains(',') {
        return None;
    }
    Version::from_str(version.trim_end_matches(".*")).ok()
}

/// `3.11` in the words of PEP 440: any 3.11.
pub(super) fn python_specifier(wanted: &str) -> String {
    let wanted = wanted.trim();
    if !wanted.starts_with(|c: char| c.is_ascii_digit()) {
        return wanted.to_owned();
    }
    match wanted.matches('.').count() {
        0 | 1 => format!("=={wanted}.*"),
        _ => format!("=={wanted}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        dir
    }

    fn look(files: &[(&str, &str)]) -> Detected {
        detect(folder(files).path(), &Job::new()).unwrap()
    }

    #[test]
    fn every_kind_is_found_by_its_file_and_names_its_manager() {
        let cases: &[(&str, &str, Manager)] = &[
            ("pixi.lock", "version: 6\n", Manager::Pixi),
            ("uv.lock", "version = 1\nrequires-python = '>=3.10'\n", Manager::Uv),
            (
                "poetry.lock",
                "[[package]]\nname='a'\nversion='1'\n[metadata]\npython-versions='>=3.9'\n",
                Manager::Poetry,
            ),
            ("Pipfile.lock", "{\"_meta\": {}, \"default\": {\"a\": {\"version\": \"==1\"}}}", Manager::Pipenv),
            ("pylock.toml", "lock-version='1.0'\n[[packages]]\nname='a'\nversion='1'\n", Manager::Pip),
            ("conda-lock.yml", "package:\n- name: python\n  version: 3.11.4\n", Manager::Conda),
            ("pixi.toml", "[dependencies]\npython='3.11.*'\n", Manager::Pixi),
            ("environment.yml", "dependencies: [python=3.11]\n", Manager::Conda),
            ("packages.txt", "# x\n@EXPLICIT\nhttps://example.org/a.conda\n", Manager::Conda),
            ("Pipfile", "[packages]\na='*'\n", Manager::Pipenv),
            ("pyproject.toml", "[project]\nname='x'\ndependencies=['a']\n", Manager::Pip),
            ("requirements.txt", "a\n", Manager::Pip),
            ("requirements/base.txt", "a\n", Manager::Pip),
            ("setup.py", "setup(install_requires=['a>=1'])\n", Manager::Pip),
            ("setup.cfg", "[options]\ninstall_requires =\n    a>=1\n", Manager::Pip),
            ("MLproject", "name: x\n", Manager::Pip),
            ("python_env.yaml", "python: 3.11.4\ndependencies: [a]\n", Manager::Pip),
            ("conda.yaml", "dependencies: [a]\n", Manager::Conda),
            ("Project.toml", "name='X'\n", Manager::Julia),
            ("renv.lock", "{}", Manager::R),
            ("DESCRIPTION", "Package: x\n", Manager::R),
        ];
        for (name, text, manager) in cases {
            let detected = look(&[(name, text)]);
            assert_eq!(detected.problems, Vec::<String>::new(), "{name}");
            assert_eq!((detected.winner.as_deref(), detected.manager), (Some(*name), *manager), "{name}");
        }
        for name in [
            "Dockerfile",
            ".devcontainer/devcontainer.json",
            ".devcontainer/gpu/devcontainer.json",
            "binder/postBuild",
            "model/MLmodel",
        ] {
            let detected = look(&[(name, "{}")]);
            assert_eq!((detected.files.len(), detected.winner), (1, None), "{name}");
        }
    }

    #[test]
    fn a_lock_file_wins_and_the_reason_says_over_what() {
        let detected = look(&[
            ("requirements.txt", "a\n"),
            ("uv.lock", "requires-python='>=3.12'\n"),
            ("pyproject.toml", "[project]\nname='x'\ndependencies=['a']\n"),
        ]);
        assert_eq!(detected.winner.as_deref(), Some("uv.lock"));
        assert!(detected.reason.contains("it wins over pyproject.toml, requirements.txt"), "{}", detected.reason);
        assert_eq!((detected.python.as_deref(), detected.python_from.as_deref()), (Some(">=3.12"), Some("uv.lock")));
    }

    #[test]
    fn files_that_contradict_each_other_are_told_with_their_lines() {
        let detected = look(&[
            ("requirements.txt", "numpy==1.26.0\npandas>=2\n"),
            ("environment.yml", "dependencies:\n- python=3.11\n- numpy>=2\n- pandas\n"),
            (".python-version", "3.12\n"),
        ]);
        let told: Vec<_> = detected.contradictions.iter().map(|c| c.message.as_str()).collect();
        assert!(told.contains(&"environment.yml wants Python ==3.11.*, .python-version wants 3.12"), "{told:?}");
        assert!(told.contains(&"environment.yml:3 wants numpy>=2, requirements.txt:1 wants numpy==1.26.0"), "{told:?}");
        assert_eq!(told.len(), 2);
    }

    #[test]
    fn a_broken_file_is_a_problem_and_the_next_one_rules() {
        let detected = look(&[("Pipfile", "[packages\n"), ("requirements.txt", "a\n")]);
        assert!(detected.problems[0].starts_with("Pipfile:1:"), "{:?}", detected.problems);
        assert_eq!(detected.winner.as_deref(), Some("requirements.txt"));
    }

    #[test]
    fn a_pyproject_of_a_linter_describes_no_environment() {
        let detected = look(&[("pyproject.toml", "[tool.ruff]\nline-length=100\n")]);
        assert_eq!(detected.winner, None);
    }
}
