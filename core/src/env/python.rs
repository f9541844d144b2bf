//! Which Python a folder uses, and where its packages are: told by files alone.

use super::host::on_path;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// A Python and its packages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Python {
    pub program: PathBuf,
    /// `3.11.4`, or `3.11` where no file says more.
    pub version: Option<String>,
    /// Why this one: `active`, `project`, `conda`, `path`, `named`.
    pub why: &'static str,
    /// The folders that hold `*.dist-info`.
    pub site_packages: Vec<PathBuf>,
}

/// The Python of a project: the one named, else the active environment, else the one in the folder, else the first on the
/// `PATH`.
pub(crate) fn find(root: &Path, named: Option<&Path>) -> Option<Python> {
    if let Some(named) = named {
        let prefix = if named.is_dir() { Some(named) } else { named.parent().and_then(Path::parent) };
        return prefix.and_then(|p| of_prefix(p, "named"));
    }
    let active = |key: &str| std::env::var_os(key).map(PathBuf::from);
    active("VIRTUAL_ENV")
        .and_then(|p| of_prefix(&p, "active"))
        .or_else(|| {
            [".venv", "venv", "env", ".pixi/envs/default"].iter().find_map(|d| of_prefix(&root.join(d), "project"))
        })
        .or_else(|| active("CONDA_PREFIX").and_then(|p| of_prefix(&p, "conda")))
        .or_else(on_the_path)
}

/// The Python below a prefix: a virtual environment, a conda environment or an installation.
fn of_prefix(prefix: &Path, why: &'static str) -> Option<Python> {
    let program = ["bin/python", "bin/python3", "Scripts/python.exe", "python.exe"]
        .iter()
        .map(|p| prefix.join(p))
        // Of a virtual environment whose Python is gone only a link is left.
        .find(|p| p.is_file())?;
    let configuration = std::fs::read_to_string(prefix.join("pyvenv.cfg")).unwrap_or_default();
    let mut site_packages: Vec<PathBuf> = Vec::new();
    let mut by_folder = None;
    for lib in ["lib", "lib64"] {
        for entry in std::fs::read_dir(prefix.join(lib)).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let Some(version) = name.to_str().and_then(|n| n.strip_prefix("python3")) else { continue };
            let site = entry.path().join("site-packages");
            let known = || site_packages.iter().any(|s| s.canonicalize().ok() == site.canonicalize().ok());
            if site.is_dir() && !known() {
                by_folder = by_folder.or(Some(format!("3{version}")));
                site_packages.push(site);
            }
        }
    }
    let windows = prefix.join("Lib/site-packages");
    if windows.is_dir() {
        site_packages.push(windows);
    }
    let setting = |key: &str| {
        configuration
            .lines()
            .find_map(|l| l.split_once('=').filter(|(k, _)| k.trim() == key).map(|(_, v)| v.trim().to_owned()))
    };
    let version = setting("version")
        .or_else(|| setting("version_info"))
        .map(|v| v.split('.').take(3).collect::<Vec<_>>().join("."));
    Some(Python { program, version: version.or(by_folder), why, site_packages })
}

fn on_the_path() -> Option<Python> {
    let program = on_path("python3").or_else(|| on_path("python"))?;
    // A link leads to the installation; its folder says the version.
    let real = program.canonicalize().ok()?;
    let found = of_prefix(real.parent()?.parent()?, "path")?;
    Some(Python { program, ..found })
}
