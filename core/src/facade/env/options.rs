//! What the calls on environments take. Text that is empty means the default.

use std::path::PathBuf;

/// How [`env_capture`](crate::env_capture) writes an environment down.
#[derive(Clone, Debug, Default)]
pub struct CaptureOptions {
    /// The virtual environment or Python to look at; the active or the project's own without one.
    pub python: Option<PathBuf>,
    /// `requirements` (the default, with `pylock.toml`), `conda`, `pipfile` or `pyproject`.
    pub format: String,
    /// Write the files; without it they are only shown.
    pub write: bool,
}

/// How [`env_up`](crate::env_up) makes an environment.
#[derive(Clone, Debug, Default)]
pub struct UpOptions {
    /// Install exactly what a lock file says, or fail.
    pub frozen: bool,
    /// The Python to use: a version or a program.
    pub python: String,
    /// Which data to bring: `all` (the default), `none`, or a pattern.
    pub data: String,
    /// Go on where the machine does not meet the demands.
    pub force: bool,
}

/// What [`devcontainer`](crate::devcontainer) writes.
#[derive(Clone, Debug, Default)]
pub struct DevcontainerOptions {
    /// Also a `Dockerfile`.
    pub dockerfile: bool,
    /// Also the files of a Binder.
    pub binder: bool,
    /// Write the files; without it they are only shown.
    pub write: bool,
}

/// What [`collab`](crate::collab) writes.
#[derive(Clone, Debug, Default)]
pub struct CollabOptions {
    /// `github`, `gitlab`, `plain`; all of them when empty.
    pub hosts: Vec<String>,
    /// Who reviews changes of data, as code owners are written: `@team`.
    pub owner: String,
    /// Write the files that are not there; without it they are only shown.
    pub write: bool,
}

/// How [`create`](crate::create) makes a project of a folder.
#[derive(Clone, Debug, Default)]
pub struct CreateOptions {
    /// The project's name; the folder's when empty.
    pub name: String,
    /// The Python package's name; made from the project's when empty.
    pub module: String,
    /// Who wrote it, for the licence.
    pub author: String,
    /// One sentence for the README.
    pub description: String,
    /// `MIT`, `BSD-3-Clause` or `none` (the default).
    pub license: String,
    /// Where the data goes, as in [`InitOptions::store`](crate::InitOptions).
    pub store: String,
    /// Change the paths that the code names where files move.
    pub rewrite: bool,
    /// The URL of a git remote to push to.
    pub push: String,
    /// Do it; without it the plan is only shown.
    pub write: bool,
}
