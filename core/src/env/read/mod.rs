//! What each kind of file says: the Python that it wants, and the packages.

mod conda;
mod locks;
mod pipfile;
mod pyproject;
mod requirements;
mod setup;

use super::kind::Kind;
use crate::error::{Code, Error, Result};
use crate::store::files::read_if_there;
use pep440_rs::VersionSpecifiers;
use serde::Serialize;
use std::path::Path;
use std::str::FromStr;

pub(super) use requirements::lines_of;

/// Files larger than this are not environment descriptions.
const MOST_BYTES: usize = 64 << 20;

/// A package as a file names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Package {
    /// In the normal form of PEP 503.
    pub name: String,
    /// The versions that will do, as the file says it: `>=1.2,<2`, `==1.4.0`; empty for any.
    pub versions: String,
    /// Where a package comes from that is not from an index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The conditions under which it is wanted (PEP 508).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marker: Option<String>,
    /// The file, relative to the project, and the line if it is known.
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

impl Package {
    pub(super) fn new(name: &str, versions: &str, file: &str) -> Package {
        let (name, versions) = (normal(name), versions.trim().to_owned());
        Package { name, versions, url: None, marker: None, file: file.to_owned(), line: None }
    }

    pub(super) fn specifiers(&self) -> Option<VersionSpecifiers> {
        VersionSpecifiers::from_str(&self.versions).ok()
    }
}

/// What one file says.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Described {
    /// The versions of Python that will do: `>=3.10`, `3.11`, `==3.12.*`.
    pub python: Option<String>,
    pub packages: Vec<Package>,
    /// Conda packages that are not Python ones, or channels: told, not understood.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The options of a requirements file that say where packages come from, each a word. They may hold secrets: used, never
    /// shown.
    #[serde(skip)]
    pub index: Vec<String>,
    /// Which tool the file itself names (`[tool.poetry]`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
}

/// Reads a file of a kind. What cannot be understood is an error that names the file and the line.
pub(super) fn read(root: &Path, path: &str, kind: Kind) -> Result<Described> {
    let text = || text_of(root, path);
    match kind {
        Kind::Requirements => requirements::read(root, path),
        Kind::Pyproject => pyproject::read(path, &text()?),
        Kind::Pipfile => pipfile::read(path, &text()?),
        Kind::PipfileLock => pipfile::read_lock(path, &text()?),
        Kind::UvLock | Kind::PoetryLock | Kind::Pylock => locks::read(path, &text()?, kind),
        Kind::Pixi => conda::read_pixi(path, &text()?),
        Kind::CondaEnvironment | Kind::CondaYaml => conda::read(path, &text()?),
        Kind::PythonEnv => conda::read_python_env(root, path, &text()?),
        Kind::MlModel => conda::read_model(path, &text()?),
        Kind::CondaLock | Kind::PixiLock | Kind::MlProject => conda::read_yaml_only(path, &text()?),
        Kind::SetupPy => Ok(setup::read_py(path, &text()?)),
        Kind::SetupCfg => setup::read_cfg(path, &text()?),
        Kind::PythonVersion => Ok(Described { python: python_version(&text()?), ..Described::default() }),
        _ => Ok(Described::default()),
    }
}

/// `3.11`, `python-3.11.4`: the first line that is not a comment.
fn python_version(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with('#'))?;
    let version = line.trim_start_matches("python-").trim_start_matches("cpython-");
    version.starts_with(|c: char| c.is_ascii_digit()).then(|| version.to_owned())
}

/// A file's text; one that is not UTF-8 is an error.
pub(super) fn text_of(root: &Path, path: &str) -> Result<String> {
    let file = root.join(path);
    let bytes = read_if_there(&file)?.ok_or_else(|| {
        Error::new(Code::NotFound, format!("{path}: there is no such file"))
            .remedy("Name a file that is there.")
            .with("path", path)
    })?;
    if bytes.len() > MOST_BYTES {
        return Err(broken(path, None, "it is too large to be what its name says"));
    }
    let text = String::from_utf8(bytes).map_err(|e| {
        let line = 1 + e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count();
        broken(path, Some(line), "it is not UTF-8 text")
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// A file that cannot be understood.
pub(super) fn broken(path: &str, line: Option<usize>, why: impl std::fmt::Display) -> Error {
    let place = line.map_or_else(String::new, |l| format!(":{l}"));
    Error::new(Code::Config, format!("{path}{place}: {why}"))
        .remedy("Correct the file, or take it away if nothing uses it.")
        .with("path", path)
}

/// A TOML file; the error names the line.
fn toml_of(path: &str, text: &str) -> Result<toml::Table> {
    text.parse::<toml::Table>().map_err(|e| {
        let line = e.span().map(|s| 1 + text[..s.start.min(text.len())].matches('\n').count());
        broken(path, line, e.message())
    })
}

/// The line of a TOML or YAML text that a word stands on, to point at.
fn line_of(text: &str, word: &str) -> Option<usize> {
    text.lines().position(|l| l.contains(word)).map(|n| n + 1)
}

/// A package's name in the normal form of PEP 503.
pub(crate) fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.trim().chars() {
        if matches!(c, '-' | '_' | '.') {
            if !normal.ends_with('-') {
                normal.push('-');
            }
        } else {
            normal.extend(c.to_lowercase());
        }
    }
    normal
}
