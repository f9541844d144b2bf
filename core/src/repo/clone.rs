//! `git clone`, by git: pointers stay pointers, whatever filter the user has configured for all repositories.

use super::git::{not_started, program};
use crate::error::{Code, Error, Result};
use std::path::Path;
use std::process::Stdio;

/// Clones a repository into a folder that does not exist or is empty. git removes what it made when it fails.
pub(crate) fn clone(url: &str, dir: &Path, branch: Option<&str>) -> Result<()> {
    let taken = dir.exists() && std::fs::read_dir(dir).map_or(true, |mut d| d.next().is_some());
    if taken {
        return Err(Error::new(
            Code::AlreadyExists,
            format!("{} exists and is not an empty folder", dir.display()),
        )
        .remedy("Name another folder to clone into.")
        .with("path", dir.display().to_string()));
    }
    let mut command = program();
    command.args([
        "-c",
        "filter.octostore.process=",
        "-c",
        "filter.octostore.required=false",
        "clone",
        "--quiet",
    ]);
    if let Some(branch) = branch {
        command.args(["--branch", branch]);
    }
    let output = command
        .arg("--")
        .arg(url)
        .arg(dir)
        .stdin(Stdio::null())
        .output()
        .map_err(not_started)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr)
        .trim()
        .lines()
        .collect::<Vec<_>>()
        .join("; ");
    Err(
        Error::new(Code::Git, format!("git could not clone {url}: {said}"))
            .remedy("Check the URL and your access to it; nothing was left behind."),
    )
}
