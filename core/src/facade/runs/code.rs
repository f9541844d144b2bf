//! What a run's code, environment and machine are: gathered on a thread of its own, while the program goes on.

use super::{Run, Runs};
use crate::error::Result;
use crate::log::Level;
use crate::repo::facts;
use crate::runs::RunDir;
use crate::runs::capture::{Begun, Gathered};
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A run that ends does not wait longer for what it began with.
const PATIENCE: Duration = Duration::from_secs(10);

/// A thread that gathers.
pub(super) struct Gathering {
    done: Mutex<Receiver<()>>,
    /// Set when nobody waits any more: then the session stays as it is.
    given_up: Arc<AtomicBool>,
    process: u32,
}

impl Gathering {
    /// Begins. Where no thread can be had, the session says that everything is missing.
    pub(super) fn begin(runs: &Runs, run: &Arc<RunDir>, begun: Begun, python: String) -> Option<Gathering> {
        let (finished, done) = sync_channel(1);
        let given_up = Arc::new(AtomicBool::new(false));
        let (runs, run, stop) = (runs.clone(), run.clone(), given_up.clone());
        let work = move || {
            if let Err(e) = gather(&runs, &run, &begun, &python, &stop) {
                runs.context().log(Level::Warn, "runs", || format!("{}: {}", run.id(), e.message()));
            }
            // Nobody waits if the run was left open.
            let _ = finished.send(());
        };
        std::thread::Builder::new().name("octostore-run".into()).spawn(work).ok()?;
        Some(Gathering { done: Mutex::new(done), given_up, process: std::process::id() })
    }

    /// Waits until all is gathered, though not for ever.
    pub(super) fn wait(&self) {
        // A forked child has none of its parent's threads.
        if self.process != std::process::id() {
            return;
        }
        if self.done.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(PATIENCE).is_err() {
            self.given_up.store(true, Ordering::Relaxed);
        }
    }
}

fn gather(runs: &Runs, run: &RunDir, begun: &Begun, python: &str, stop: &AtomicBool) -> Result<()> {
    begun.write(&run.own_dir())?;
    let mut gathered = Gathered::default();
    code(runs, &mut gathered);
    let facts = [
        ("mlflow.source.git.commit", &gathered.commit),
        ("mlflow.source.git.branch", &gathered.branch),
        ("mlflow.source.git.repoURL", &gathered.remote),
    ];
    for (key, value) in facts {
        if let Some(value) = value {
            run.set_tag(key, value)?;
        }
    }
    if let Some(diff) = &gathered.diff {
        let dirty = !diff.is_empty() || !gathered.data.is_empty();
        run.set_tag("mlflow.source.git.dirty", if dirty { "true" } else { "false" })?;
    }
    surroundings(runs.project().dir(), python, &mut gathered);
    if stop.load(Ordering::Relaxed) {
        return Ok(());
    }
    begun.write_with(&run.own_dir(), &gathered)
}

/// Commit, branch and what no commit has.
fn code(runs: &Runs, gathered: &mut Gathered) {
    let Some(git) = runs.project().git() else {
        let why = runs.project().without_git().unwrap_or_default();
        gathered.missing.push(format!("the code's version: {why}"));
        return;
    };
    let head = match facts::head(git) {
        Ok(head) => head,
        Err(e) => return gathered.missing.push(format!("the code's version: {}", e.message())),
    };
    if head.commit.is_none() {
        gathered.missing.push("the code's version: the repository has no commit yet".into());
    }
    match facts::uncommitted(git, &head) {
        Ok(found) => {
            gathered.diff = Some(found.diff);
            gathered.data = found.data.iter().map(ToString::to_string).collect();
            gathered.untracked = found.untracked.iter().map(ToString::to_string).collect();
        }
        Err(e) => gathered.missing.push(format!("what is not committed: {}", e.message())),
    }
    (gathered.commit, gathered.branch, gathered.remote) = (head.commit, head.branch, head.remote);
}

/// The packages of Python, and the machine.
#[cfg(feature = "env")]
fn surroundings(project: &Path, python: &str, gathered: &mut Gathered) {
    use crate::env;
    use serde_json::json;
    let named = Some(Path::new(python)).filter(|_| !python.is_empty());
    // A name alone, or what only starts a Python that is elsewhere, tells nothing by its place: then it is asked.
    let found =
        env::find_python(project, named).or_else(|| env::find_python(project, Some(&prefix_of(project, python)?)));
    gathered.environment = match found {
        Some(found) => {
            let packages: Vec<_> = env::installed(&found.site_packages).into_values().collect();
            json!({ "python": found, "packages": packages })
        }
        None => {
            gathered.missing.push("the environment: no Python was found".into());
            Value::Null
        }
    };
    gathered.machine = json!(env::Host::look(project));
}

/// The folder of a Python's environment, as it says itself.
#[cfg(feature = "env")]
fn prefix_of(project: &Path, python: &str) -> Option<std::path::PathBuf> {
    let program = crate::runs::launch::python(project, python);
    let mut command = std::process::Command::new(program);
    let said = command
        .args(["-I", "-S", "-c", "import sys; print(sys.prefix)"])
        .stdin(std::process::Stdio::null())
        .output()
        .ok()?;
    let prefix = String::from_utf8(said.stdout).ok()?;
    Some(prefix.trim_end().into()).filter(|_| said.status.success())
}

#[cfg(not(feature = "env"))]
fn surroundings(_: &Path, _: &str, gathered: &mut Gathered) {
    gathered.environment = Value::Null;
    gathered.missing.push("environment and machine: this octostore was built without the feature env".into());
}

impl Run {
    /// Where the caller must not wait for what is being gathered any longer.
    pub(super) fn gathered(&self) {
        if let Some(gathering) = &self.gathering {
            gathering.wait();
        }
    }
}
