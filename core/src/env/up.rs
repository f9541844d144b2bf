//! Makes the environment that a folder describes, by the best tool that is there.

use super::detect::{Detected, python_specifier};
use super::host::on_path;
use super::kind::{Kind, Manager};
use super::read::Package;
use crate::error::{Code, Error, Result};
use crate::job::Job;
use pep440_rs::{Version, VersionSpecifiers};
use serde::Serialize;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::time::Duration;

/// What a person chose.
#[derive(Clone, Debug, Default)]
pub(crate) struct UpChoice {
    /// Fail where a lock file does not fit the rest.
    pub frozen: bool,
    /// The Python to use: a version or a program.
    pub python: Option<String>,
}

/// What was made.
#[derive(Debug, Serialize)]
pub(crate) struct Made {
    pub manager: Manager,
    /// The tool that did it: `uv`, `pip`, `poetry`.
    pub tool: String,
    /// The file that it was made from.
    pub file: Option<String>,
    /// The environment's folder, if it is in the project.
    pub folder: Option<PathBuf>,
    /// The command that makes it the shell's own.
    pub activate: Option<String>,
    /// The commands that were run.
    pub commands: Vec<String>,
    /// Whether it was there already and only brought up to date.
    pub was_there: bool,
}

/// One command, with what is said when it fails.
struct Step {
    program: PathBuf,
    args: Vec<OsString>,
}

impl Step {
    fn new(program: impl Into<PathBuf>, args: &[&str]) -> Step {
        Step { program: program.into(), args: args.iter().map(OsString::from).collect() }
    }
    fn shown(&self) -> String {
        let name = self.program.file_name().unwrap_or(self.program.as_os_str()).to_string_lossy().into_owned();
        let words = self.args.iter().map(|a| {
            let word = a.to_string_lossy();
            if word.contains(' ') { format!("'{word}'") } else { word.into_owned() }
        });
        std::iter::once(name).chain(words).collect::<Vec<_>>().join(" ")
    }
}

/// Makes the environment. `tell` hears each line that a tool prints.
pub(crate) fn up(root: &Path, detected: &Detected, choice: &UpChoice, job: &Job) -> Result<Made> {
    let Some(winner) = detected.winner() else {
        return Err(Error::new(Code::NotFound, "no file here describes an environment")
            .remedy("Run \"octostore capture\" where the project works, and commit what it writes."));
    };
    let file = winner.file.as_str();
    let was_there = root.join(".venv/pyvenv.cfg").exists();
    let (tool, steps) = match winner.manager {
        Manager::Uv if on_path("uv").is_some() => ("uv", uv_project(winner.kind, choice)),
        Manager::Poetry if on_path("poetry").is_some() => {
            ("poetry", vec![Step::new("poetry", &["install", "--no-interaction"])])
        }
        Manager::Pipenv if on_path("pipenv").is_some() => {
            let verb = if choice.frozen || winner.kind == Kind::PipfileLock { "sync" } else { "install" };
            ("pipenv", vec![Step::new("pipenv", &[verb])])
        }
        Manager::Pixi if on_path("pixi").is_some() => {
            ("pixi", vec![Step::new("pixi", if choice.frozen { &["install", "--frozen"] } else { &["install"] })])
        }
        Manager::Conda => conda(file, winner.kind)?,
        Manager::Pip | Manager::Uv | Manager::Poetry | Manager::Pipenv => virtualenv(root, detected, choice)?,
        other => {
            let name = serde_json::to_value(other).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
            return Err(Error::new(Code::Unsupported, format!("{file} wants {name}, which is not installed here"))
                .remedy(format!("Install {name}, or use a dev container (\"octostore devcontainer\").")));
        }
    };
    let phase = job.phase("up", 0, steps.len() as u64);
    let mut commands = Vec::new();
    for step in &steps {
        run(root, step, job)?;
        commands.push(step.shown());
        phase.advance(0, 1)?;
    }
    let folder = [".venv", ".pixi/envs/default", ".conda"].iter().map(|d| root.join(d)).find(|d| d.exists());
    let activate = folder.as_ref().map(|f| {
        if f.join("conda-meta").exists() {
            format!("conda activate {}", f.display())
        } else {
            format!("source {}/bin/activate", f.strip_prefix(root).unwrap_or(f).display())
        }
    });
    Ok(Made {
        manager: winner.manager,
        tool: tool.into(),
        file: Some(file.into()),
        folder,
        activate,
        commands,
        was_there,
    })
}

fn uv_project(kind: Kind, choice: &UpChoice) -> Vec<Step> {
    let mut args = vec!["sync"];
    if choice.frozen || kind == Kind::UvLock {
        args.push(if choice.frozen { "--locked" } else { "--frozen" });
    }
    if let Some(python) = &choice.python {
        args.extend(["--python", python]);
    }
    vec![Step::new("uv", &args)]
}

fn conda(file: &str, kind: Kind) -> Result<(&'static str, Vec<Step>)> {
    let tools = ["micromamba", "mamba", "conda"];
    let Some(tool) = tools.into_iter().find(|t| on_path(t).is_some()) else {
        return Err(Error::new(
            Code::Unsupported,
            format!("{file} describes a conda environment, and none of {} is installed", tools.join(", ")),
        )
        .remedy("Install micromamba, or use a dev container (\"octostore devcontainer\").")
        .with("path", file));
    };
    let args: &[&str] = match kind {
        Kind::CondaExplicit => &["create", "--yes", "--prefix", ".conda", "--file", file],
        _ if tool == "micromamba" => &["create", "--yes", "--prefix", ".conda", "--file", file],
        _ => &["env", "update", "--prefix", ".conda", "--file", file],
    };
    Ok((tool, vec![Step::new(tool, args)]))
}

/// A virtual environment in `.venv`: by uv where it is, else by Python's own venv and pip.
fn virtualenv(root: &Path, detected: &Detected, choice: &UpChoice) -> Result<(&'static str, Vec<Step>)> {
    let there = root.join(".venv/pyvenv.cfg").exists() && root.join(".venv/bin/python").exists();
    let wanted = choice.python.clone().or_else(|| detected.python.clone());
    let mut steps = Vec::new();
    let uv = on_path("uv");
    let python = ".venv/bin/python";
    if let Some(uv) = &uv {
        if !there {
            let mut args = vec!["venv", "--quiet", ".venv"];
            let specifier = wanted.as_deref().map(|w| if w.contains('/') { w.to_owned() } else { python_specifier(w) });
            if let Some(specifier) = &specifier {
                args.extend(["--python", specifier]);
            }
            steps.push(Step::new(uv, &args));
        }
    } else if !there {
        let program = fitting(wanted.as_deref())?;
        steps.push(Step::new(program, &["-m", "venv", ".venv"]));
    }
    for args in installs(detected, uv.is_some(), choice)? {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        steps.push(match &uv {
            Some(uv) => Step::new(uv, &[&["pip", "install", "--quiet", "--python", python], args.as_slice()].concat()),
            None => Step::new(
                root.join(python),
                &[&["-m", "pip", "install", "--quiet", "--disable-pip-version-check"], args.as_slice()].concat(),
            ),
        });
    }
    Ok((if uv.is_some() { "uv" } else { "pip" }, steps))
}

/// What to install, from the strongest file on: the arguments of each `pip install`.
fn installs(detected: &Detected, uv: bool, choice: &UpChoice) -> Result<Vec<Vec<String>>> {
    let Some(winner) = detected.winner() else { return Ok(Vec::new()) };
    let packages: Vec<String> = winner.says.packages.iter().map(wanted).collect();
    let file = winner.file.clone();
    let mut all = Vec::new();
    match winner.kind {
        Kind::Requirements => all.push(vec!["-r".to_owned(), file]),
        // uv reads the standard's lock files, with their hashes; pip is given the list, without its own resolving.
        Kind::Pylock if uv => all.push(vec!["-r".to_owned(), file]),
        Kind::Pylock | Kind::UvLock | Kind::PoetryLock | Kind::PipfileLock if !packages.is_empty() => {
            all.push([vec!["--no-deps".to_owned()], packages].concat());
        }
        // A project that lists nothing is one to be built, if it says how.
        Kind::SetupPy | Kind::SetupCfg if packages.is_empty() => all.push(vec!["-e".to_owned(), ".".to_owned()]),
        _ if !packages.is_empty() => all.push(packages),
        _ => {}
    }
    // Where packages come from, a requirements file says for whatever file rules.
    if winner.kind != Kind::Requirements {
        let index = detected.files.iter().filter(|f| f.kind == Kind::Requirements).flat_map(|f| &f.says.index);
        let index: Vec<String> = index.cloned().collect();
        all.iter_mut().for_each(|args| args.splice(0..0, index.iter().cloned()).for_each(drop));
    }
    if choice.frozen && !winner.kind.is_lock() {
        return Err(Error::new(
            Code::InvalidArgument,
            format!("{} locks nothing, so --frozen has nothing to hold to", winner.file),
        )
        .remedy("Run \"octostore capture\", which writes pylock.toml, or leave --frozen out."));
    }
    Ok(all)
}

/// A package as pip and uv take it.
fn wanted(package: &Package) -> String {
    let marker = package.marker.as_ref().map_or_else(String::new, |m| format!(" ; {m}"));
    match &package.url {
        // A folder has its name inside.
        Some(place) if place.starts_with(['.', '/']) => place.clone(),
        Some(url) => format!("{} @ {url}{marker}", package.name),
        None => format!("{}{}{marker}", package.name, package.versions),
    }
}

/// A Python whose version will do.
fn fitting(wanted: Option<&str>) -> Result<PathBuf> {
    if let Some(program) = wanted.filter(|w| w.contains('/')) {
        return Ok(program.into());
    }
    let specifier = wanted.and_then(|w| VersionSpecifiers::from_str(&python_specifier(w)).ok());
    // The one that a person calls Python first.
    let named = (9..=20).rev().map(|minor| format!("python3.{minor}"));
    let mut seen = Vec::new();
    for name in ["python3".to_owned(), "python".to_owned()].into_iter().chain(named) {
        // A version manager's stand-in may be there for a Python that is not: only what answers is one.
        let Some((program, version)) = on_path(&name).and_then(|p| version_of(&p).map(|v| (p, v))) else { continue };
        let fits = match (&specifier, Version::from_str(&version)) {
            (Some(specifier), Ok(version)) => specifier.contains(&version),
            (Some(_), Err(_)) => false,
            (None, _) => true,
        };
        if fits {
            return Ok(program);
        }
        seen.push(version);
    }
    seen.dedup();
    let here = if seen.is_empty() { "none is here".to_owned() } else { format!("here are {}", seen.join(", ")) };
    Err(Error::new(Code::NotFound, format!("no Python {} was found; {here}", wanted.unwrap_or("3")))
        .remedy("Install one, or install uv, which brings its own."))
}

/// What a Python says that it is.
fn version_of(program: &Path) -> Option<String> {
    let ask = "import sys; print('%d.%d.%d' % sys.version_info[:3])";
    let mut command = Command::new(program);
    let output = command.args(["-I", "-c", ask]).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    Some(said.trim().to_owned()).filter(|v| output.status.success() && !v.is_empty())
}

/// Runs a command to its end; when the job is cancelled it is stopped.
fn run(root: &Path, step: &Step, job: &Job) -> Result<()> {
    let failed = |why: String| {
        Error::new(Code::Unsupported, format!("\"{}\" failed: {why}", step.shown()))
            .remedy("Look at what it says; once that is mended, run \"octostore up\" again: it goes on where it was.")
    };
    let mut log = tempfile::tempfile().map_err(|e| Error::io(root, "making a temporary file for", e))?;
    let (out, err) = (log.try_clone(), log.try_clone());
    let (Ok(out), Ok(err)) = (out, err) else { return Err(failed("its output could not be kept".into())) };
    let mut command = Command::new(&step.program);
    command.args(&step.args).current_dir(root).stdin(Stdio::null()).stdout(out).stderr(err).env_remove("VIRTUAL_ENV");
    let mut child = command.spawn().map_err(|e| failed(e.to_string()))?;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) => {}
            Err(e) => return Err(failed(e.to_string())),
        }
        if let Err(stop) = job.check() {
            let _ = child.kill();
            let _ = child.wait();
            return Err(stop);
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    if status.success() {
        return Ok(());
    }
    use std::io::{Read, Seek};
    let mut said = Vec::new();
    let read = log.rewind().and_then(|()| log.read_to_end(&mut said));
    let said = if read.is_ok() { String::from_utf8_lossy(&said).into_owned() } else { String::new() };
    let last: Vec<_> = said.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    Err(failed(last[last.len().saturating_sub(6)..].join(" / ")))
}
