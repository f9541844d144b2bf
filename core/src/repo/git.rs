//! The handle on one git repository: where its parts lie, its configuration, and the `git` program run inside it.
//!
//! gix reads; the git program writes whatever gix cannot, and it is the judge when the two disagree.

use super::path::RepoPath;
use crate::error::{Code, Error, Result};
use bstr::ByteSlice;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What git sets in the environment to point a child at one repository (`git rev-parse --local-env-vars`).
const LOCAL_ENVIRONMENT: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// Path specifications on one command line: 4 KiB each, the longest path, stay within 2 MiB.
const SPECS_AT_ONCE: usize = 400;

/// One repository, as seen from one of its work trees. All paths are absolute. Any thread may use it.
pub(crate) struct Git {
    repo: gix::ThreadSafeRepository,
    work_dir: Option<PathBuf>,
    git_dir: PathBuf,
    common_dir: PathBuf,
    /// Whether this process was called by git for this repository, and says so to its children.
    called_by_git: bool,
}

impl Git {
    /// Opens the repository around `folder`, whatever the environment says.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        if !folder.exists() {
            return Err(Error::new(Code::NotFound, format!("{}: no such folder", folder.display()))
                .remedy("Check the path.")
                .with("path", folder.display().to_string()));
        }
        Self::from_gix(discover(folder).map_err(|e| not_a_repository(folder, &e))?, false)
    }

    /// Opens the repository that git's environment variables name, or else the one around the current folder: for
    /// filters and hooks.
    pub(crate) fn open_for_git() -> Result<Self> {
        let here = Path::new(".");
        Self::from_gix(gix::discover_with_environment_overrides(here).map_err(|e| not_a_repository(here, &e))?, true)
    }

    /// The same repository, opened once more.
    pub(crate) fn reopen(&self) -> Result<Self> {
        if self.called_by_git {
            Self::open_for_git()
        } else {
            Self::open(self.work_dir.as_deref().unwrap_or(&self.git_dir))
        }
    }

    fn from_gix(repo: gix::Repository, called_by_git: bool) -> Result<Self> {
        let absolute = |p: &Path| p.canonicalize().map_err(|e| Error::io(p, "finding a folder", e));
        Ok(Git {
            work_dir: repo.workdir().map(absolute).transpose()?,
            git_dir: absolute(repo.git_dir())?,
            common_dir: absolute(repo.common_dir())?,
            repo: repo.into_sync(),
            called_by_git,
        })
    }

    /// gix's view, for this thread.
    pub(super) fn gix(&self) -> gix::Repository {
        self.repo.to_thread_local()
    }

    /// The top folder of the work tree.
    pub(crate) fn work_dir(&self) -> Result<&Path> {
        self.work_dir.as_deref().ok_or_else(|| {
            Error::new(
                Code::BareRepository,
                format!("{} is a bare repository: it has no work tree", self.git_dir.display()),
            )
            .remedy("Run this in a clone of it, or add a work tree with \"git worktree add\".")
            .with("path", self.git_dir.display().to_string())
        })
    }

    /// Makes a folder a repository.
    #[cfg(feature = "env")]
    pub(crate) fn init(folder: &Path) -> Result<()> {
        let mut command = program();
        forget_repository(&mut command);
        let args = ["init", "--quiet"];
        let output = command.args(args).current_dir(folder).stdin(Stdio::null()).output().map_err(not_started)?;
        if output.status.success() { Ok(()) } else { Err(failed(&args, &output)) }
    }

    /// git's folder of this work tree: `.git`, or `.git/worktrees/NAME` of the main one.
    pub(crate) fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// git's folder that all work trees share.
    pub(crate) fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    fn command(&self) -> Command {
        let mut command = program();
        command.current_dir(self.work_dir.as_deref().unwrap_or(&self.git_dir));
        if self.called_by_git {
            // The child runs in another folder than this process: what the environment says relatively, it gets absolutely.
            if std::env::var_os("GIT_DIR").is_some() {
                command.env("GIT_DIR", &self.git_dir);
                command.envs(self.work_dir.as_ref().map(|dir| ("GIT_WORK_TREE", dir)));
            }
        } else {
            forget_repository(&mut command);
        }
        command
    }

    /// Runs git and gives what it prints; a failure carries git's own words.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S], input: Option<&[u8]>) -> Result<Vec<u8>> {
        let output = self.output(args, input)?;
        if output.status.success() { Ok(output.stdout) } else { Err(failed(args, &output)) }
    }

    /// Runs git on another index than the repository's own.
    #[cfg_attr(not(feature = "tabular"), allow(dead_code))]
    pub(super) fn run_on_index<S: AsRef<OsStr>>(
        &self,
        index: &Path,
        args: &[S],
        input: Option<&[u8]>,
    ) -> Result<Vec<u8>> {
        let mut command = self.command();
        command.env("GIT_INDEX_FILE", index);
        let output = Self::talk(command, args, input)?;
        if output.status.success() { Ok(output.stdout) } else { Err(failed(args, &output)) }
    }

    fn output<S: AsRef<OsStr>>(&self, args: &[S], input: Option<&[u8]>) -> Result<Output> {
        Self::talk(self.command(), args, input)
    }

    fn talk<S: AsRef<OsStr>>(mut command: Command, args: &[S], input: Option<&[u8]>) -> Result<Output> {
        let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
        command.args(args).stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(not_started)?;
        let pipe = child.stdin.take();
        // A second thread writes, so that git can answer before it has read everything.
        std::thread::scope(|scope| {
            if let (Some(mut pipe), Some(bytes)) = (pipe, input) {
                scope.spawn(move || pipe.write_all(bytes));
            }
            child.wait_with_output().map_err(not_started)
        })
    }

    /// The bytes of a file at `HEAD`; none if it is not there.
    pub(crate) fn file_at_head(&self, path: &str) -> Result<Vec<u8>> {
        let repo = self.gix();
        let failed = |e: &dyn std::fmt::Display| {
            Error::new(Code::Git, format!("{path} at HEAD cannot be read: {e}"))
                .remedy("See whether \"git fsck\" finds the repository whole.")
        };
        let Ok(tree) = repo.head_tree() else { return Ok(Vec::new()) };
        let entry = tree.lookup_entry_by_path(path).map_err(|e| failed(&e))?;
        let data = entry.map(|e| e.object().map(|o| o.data.clone())).transpose();
        Ok(data.map_err(|e| failed(&e))?.unwrap_or_default())
    }

    /// Pushes the current branch, or all branches and tags, to a remote.
    pub(crate) fn push(&self, remote: &str, everything: bool) -> Result<()> {
        if !everything {
            return self.run(&["push", "--", remote, "HEAD"], None).map(drop);
        }
        self.run(&["push", "--all", "--", remote], None)?;
        self.run(&["push", "--tags", "--", remote], None).map(drop)
    }

    /// The value of a key of git's configuration as it is now; the last one wins.
    pub(crate) fn config_get(&self, key: &str) -> Result<Option<String>> {
        Ok(self.config_get_all(key)?.pop())
    }

    /// All values of a key, in git's order.
    pub(crate) fn config_get_all(&self, key: &str) -> Result<Vec<String>> {
        let args = ["config", "--null", "--get-all", key];
        let output = self.output(&args, None)?;
        match output.status.code() {
            Some(0) => {
                let values = output.stdout.split(|b| *b == 0).filter(|v| !v.is_empty());
                Ok(values.map(|v| String::from_utf8_lossy(v).into_owned()).collect())
            }
            Some(1) => Ok(Vec::new()),
            _ => Err(failed(&args, &output)),
        }
    }

    /// Sets a key in this repository's own configuration.
    pub(crate) fn config_set(&self, key: &str, value: &str) -> Result<()> {
        self.run(&["config", "--local", "--replace-all", key, value], None).map(drop)
    }

    /// Adds a value to a key in this repository's own configuration.
    pub(crate) fn config_add(&self, key: &str, value: &str) -> Result<()> {
        self.run(&["config", "--local", "--add", key, value], None).map(drop)
    }

    /// The files that git lists with these options (`--cached`, `--others`) below the paths, or everywhere; ignored
    /// files are left out.
    pub(crate) fn list_files(&self, paths: &[RepoPath], options: &str) -> Result<Vec<RepoPath>> {
        let specs: Vec<_> = paths
            .iter()
            .map(|p| if p.is_root() { b":(top)".to_vec() } else { [b":(top,literal)", p.as_bytes()].concat() })
            .collect();
        self.list(options, &specs)
    }

    /// The files of the index that match patterns as in `.gitignore`; a folder means all that is in it.
    pub(crate) fn match_files(&self, patterns: &[String]) -> Result<Vec<RepoPath>> {
        let specs: Vec<_> = patterns.iter().flat_map(|p| pathspecs(p)).collect();
        self.list("--cached", &specs)
    }

    fn list(&self, options: &str, specs: &[Vec<u8>]) -> Result<Vec<RepoPath>> {
        if specs.is_empty() {
            return self.list_some(options, specs);
        }
        let mut found = Vec::new();
        // A command line has a limit; ls-files reads no paths from a file.
        for some in specs.chunks(SPECS_AT_ONCE) {
            found.extend(self.list_some(options, some)?);
        }
        Ok(found)
    }

    fn list_some(&self, options: &str, specs: &[Vec<u8>]) -> Result<Vec<RepoPath>> {
        let mut args: Vec<OsString> = vec!["ls-files".into(), "-z".into(), "--exclude-standard".into()];
        args.extend(options.split(' ').map(OsString::from));
        args.push("--".into());
        args.extend(specs.iter().map(|s| s.to_path_lossy().into_owned().into_os_string()));
        let listed = self.run(&args, None)?;
        // A nested repository is listed as a folder.
        let names = listed.split(|b| *b == 0).filter(|n| !n.is_empty() && !n.ends_with(b"/"));
        names.map(RepoPath::from_bytes).collect()
    }
}

/// gix lets some of git's variables decide even when another folder is asked about; a caller who names a folder means
/// that one.
fn discover(folder: &Path) -> gix::Result<gix::Repository> {
    let redirected = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    if !redirected {
        return gix::discover(folder);
    }
    use gix::sec::trust::DefaultForLevel as _;
    let options = |trust| {
        let mut permissions = gix::open::Permissions::default_for_level(trust);
        permissions.env.git_prefix = gix::sec::Permission::Deny;
        gix::open::Options::default_for_level(trust).permissions(permissions)
    };
    let trust =
        gix::sec::trust::Mapping { full: options(gix::sec::Trust::Full), reduced: options(gix::sec::Trust::Reduced) };
    gix::ThreadSafeRepository::discover_opts(folder, Default::default(), trust).map(Into::into)
}

/// A pattern as in `.gitignore`: without a slash inside, it means files and folders at any depth; a folder that it
/// matches means all that is in it, for which git wants a pattern of its own.
fn pathspecs(pattern: &str) -> [Vec<u8>; 2] {
    let name = pattern.trim_end_matches('/');
    let anywhere = if name.contains('/') { "" } else { "**/" };
    let spec = format!(":(top,glob){anywhere}{}", name.trim_start_matches('/'));
    [format!("{spec}/**").into_bytes(), spec.into_bytes()]
}

fn not_a_repository(folder: &Path, e: &gix::Error) -> Error {
    let words: Vec<String> = e.iter_errors().map(|e| e.to_string()).collect();
    let words = words.join(": ");
    let shown = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let lower = words.to_lowercase();
    if lower.contains("sha256") || lower.contains("objectformat") {
        return Error::new(
            Code::Unsupported,
            format!("{}: git repositories with SHA-256 ids are not supported yet", shown.display()),
        )
        .remedy("Use a repository with SHA-1 ids, git's default.")
        .with("path", shown.display().to_string());
    }
    Error::new(Code::NotARepository, format!("{} is not in a git repository", shown.display()))
        .remedy("Go to your project's folder, or make it a repository with \"git init\".")
        .with("path", shown.display().to_string())
        .with("git", words)
}

/// The git program, in no particular repository, with words that we can compare.
pub(super) fn program() -> Command {
    let mut command = Command::new("git");
    command.env("LC_ALL", "C");
    command
}

/// Keeps what points at one repository in this process' environment from a child.
pub(super) fn forget_repository(command: &mut Command) {
    LOCAL_ENVIRONMENT.iter().for_each(|name| {
        command.env_remove(name);
    });
}

pub(super) fn not_started(e: std::io::Error) -> Error {
    Error::new(Code::Git, format!("the program \"git\" cannot be run: {e}"))
        .remedy("Install git 2.25 or newer and put it on the PATH.")
}

/// git's own words: what it calls fatal, or else its last lines.
pub(super) fn failed<S: AsRef<OsStr>>(args: &[S], output: &Output) -> Error {
    let said = output.stderr.to_str_lossy();
    let lines: Vec<_> = said.lines().filter(|l| !l.trim().is_empty()).collect();
    let verb = args.first().map(|a| a.as_ref().to_string_lossy()).unwrap_or_default();
    if let Some(line) = lines.iter().find(|l| l.contains(".lock': File exists")) {
        return Error::new(Code::Locked, format!("git {verb}: {line}"))
            .remedy("Wait until the other git command has ended; if none runs, delete the lock file.");
    }
    let fatal = lines.iter().position(|l| l.starts_with("fatal: ") || l.starts_with("error: "));
    let from = fatal.unwrap_or(lines.len().saturating_sub(4));
    let words = lines[from..lines.len().min(from + 4)].join("; ");
    Error::new(Code::Git, format!("git {verb}: {words}"))
        .remedy("Put right what git says, then run the same command again.")
}
