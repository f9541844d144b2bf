//! What a run begins with: the command and who runs it at once; code, environment and machine when they have been gathered.
//!
//! Everything goes to `<run>/octostore/`: `session.json`, `diff.patch`, `untracked.txt`. What could not be found out is named
//! in the session, so that a run never looks more complete than it is.

use super::files::put;
use crate::error::Result;
use serde_json::{Value, json};
use std::path::Path;

/// A larger diff is not kept: a run's record is not a second repository.
const LARGEST_DIFF: usize = 16 << 20;

/// Names of files that no commit has; a folder of images that somebody forgot to ignore is not listed whole.
const MOST_UNTRACKED: usize = 10_000;

/// What is known as soon as a run begins.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub time_ms: i64,
    pub user: String,
    /// The script, notebook or command.
    pub source: String,
    command: Vec<String>,
    folder: Option<String>,
    host: Option<String>,
}

/// What a run's code, environment and machine are, found out beside the program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gathered {
    pub commit: Option<String>,
    pub branch: Option<String>,
    pub remote: Option<String>,
    /// `None` where it is not known.
    pub diff: Option<Vec<u8>>,
    /// Data files that are not as the commit has them.
    pub data: Vec<String>,
    pub untracked: Vec<String>,
    pub environment: Value,
    pub machine: Value,
    /// What could not be found out, and why.
    pub missing: Vec<String>,
}

impl Begun {
    /// What this process is, or the command that it starts.
    pub(crate) fn now(source: &str, command: Option<&[String]>) -> Begun {
        let command: Vec<String> = match command {
            Some(command) => command.to_vec(),
            None => std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect(),
        };
        let variable = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        Begun {
            time_ms: jiff::Timestamp::now().as_millisecond(),
            user: ["LOGNAME", "USER", "USERNAME"]
                .into_iter()
                .find_map(variable)
                .or_else(account)
                .unwrap_or_else(|| "unknown".into()),
            source: if source.is_empty() { source_of(&command) } else { source.to_owned() },
            command: without_secrets(&command),
            folder: std::env::current_dir().ok().map(|d| d.display().to_string()),
            host: host_name(),
        }
    }

    /// The tags that MLflow shows of it.
    pub(crate) fn tags(&self) -> Vec<(String, String)> {
        let kind = if self.source.ends_with(".ipynb") { "NOTEBOOK" } else { "LOCAL" };
        [("mlflow.source.name", self.source.as_str()), ("mlflow.source.type", kind)]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .to_vec()
    }

    /// Writes the session as far as it is known.
    pub(crate) fn write(&self, own: &Path) -> Result<()> {
        self.write_with(
            own,
            &Gathered { missing: vec!["everything else: it was still being gathered".into()], ..Default::default() },
        )
    }

    /// Writes the session with all that was gathered.
    pub(crate) fn write_with(&self, own: &Path, gathered: &Gathered) -> Result<()> {
        let mut missing = gathered.missing.clone();
        let diff = gathered.diff.as_deref();
        if let Some(diff) = diff.filter(|d| !d.is_empty()) {
            if diff.len() > LARGEST_DIFF {
                missing.push(format!("the diff: it has {} bytes, and {LARGEST_DIFF} are kept", diff.len()));
            } else {
                put(own, &own.join("diff.patch"), diff)?;
            }
        }
        if gathered.untracked.len() > MOST_UNTRACKED {
            missing.push(format!("of {} untracked files, those after {MOST_UNTRACKED}", gathered.untracked.len()));
        }
        let untracked: String =
            gathered.untracked.iter().take(MOST_UNTRACKED).map(|name| format!("{name}\n")).collect();
        if !untracked.is_empty() {
            put(own, &own.join("untracked.txt"), untracked.as_bytes())?;
        }
        let session = json!({
            "time_ms": self.time_ms,
            "user": self.user,
            "host": self.host,
            "source": self.source,
            "command": self.command,
            "folder": self.folder,
            "code": {
                "commit": gathered.commit,
                "branch": gathered.branch,
                "remote": gathered.remote,
                "dirty": diff.map(|d| !d.is_empty() || !gathered.data.is_empty()),
                "diff_bytes": diff.map(<[u8]>::len),
                "changed_data": gathered.data,
                "untracked": diff.map(|_| gathered.untracked.len()),
            },
            "environment": gathered.environment,
            "machine": gathered.machine,
            "missing": missing,
        });
        let mut text = serde_json::to_vec_pretty(&session).map_err(crate::error::Error::internal)?;
        text.push(b'\n');
        put(own, &own.join("session.json"), &text)
    }
}

/// The script that an interpreter was given, or else the program.
fn source_of(command: &[String]) -> String {
    let Some(program) = command.first() else { return "unknown".into() };
    let name = Path::new(program).file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let interpreter = ["python", "pypy", "ipython", "bash", "sh", "Rscript", "julia", "node"];
    let script = command.get(1).filter(|a| !a.starts_with('-') && interpreter.iter().any(|i| name.starts_with(i)));
    script.unwrap_or(program).clone()
}

/// The command, with what looks like a secret left out: a run's record is shown to others.
fn without_secrets(command: &[String]) -> Vec<String> {
    let secret = |name: &str| {
        let name = name.to_lowercase().replace('_', "-");
        ["password", "passwd", "secret", "token", "api-key", "apikey", "credential"].iter().any(|s| name.contains(s))
    };
    let mut next_is_secret = false;
    let hide = |argument: &String| {
        if std::mem::take(&mut next_is_secret) && !argument.starts_with('-') {
            return "***".to_owned();
        }
        match argument.split_once('=') {
            Some((name, _)) if secret(name) => format!("{name}=***"),
            None if argument.starts_with('-') && secret(argument) => {
                next_is_secret = true;
                argument.clone()
            }
            _ => argument.clone(),
        }
    };
    command.iter().map(hide).collect()
}

/// The account's name, where no variable says it, as in a container.
#[cfg(unix)]
fn account() -> Option<String> {
    // SAFETY: it takes nothing and gives a number.
    let id = unsafe { libc::geteuid() }.to_string();
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    let line = accounts.lines().find(|l| l.split(':').nth(2) == Some(&id))?;
    line.split(':').next().map(str::to_owned)
}

#[cfg(not(unix))]
fn account() -> Option<String> {
    None
}

#[cfg(unix)]
fn host_name() -> Option<String> {
    let mut name = [0_u8; 256];
    // SAFETY: the call writes at most the buffer's length.
    let said = unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len()) };
    let end = name.iter().position(|b| *b == 0)?;
    (said == 0).then(|| String::from_utf8_lossy(&name[..end]).into_owned())
}

#[cfg(not(unix))]
fn host_name() -> Option<String> {
    std::env::var("COMPUTERNAME").ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn command(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_script_is_the_source_and_not_its_interpreter() {
        assert_eq!(source_of(&command("/usr/bin/python3.11 train.py --lr 1")), "train.py");
        assert_eq!(source_of(&command("python3 -m train")), "python3");
        assert_eq!(source_of(&command("./train --lr 1")), "./train");
        assert_eq!(source_of(&[]), "unknown");
    }

    #[test]
    fn secrets_on_the_command_line_are_not_recorded() {
        let shown = without_secrets(&command("train --api-key abc --db_password=x --tokens 5 --lr 1 HF_TOKEN=y"));
        assert_eq!(shown.join(" "), "train --api-key *** --db_password=*** --tokens *** --lr 1 HF_TOKEN=***");
    }

    #[test]
    fn a_session_says_what_it_lacks() {
        let dir = tempfile::tempdir().unwrap();
        let begun = Begun::now("", Some(&command("python train.py")));
        let session =
            || -> Value { serde_json::from_slice(&std::fs::read(dir.path().join("session.json")).unwrap()).unwrap() };
        begun.write(dir.path()).unwrap();
        assert!(session()["missing"][0].as_str().unwrap().contains("still being gathered"));
        assert_eq!(session()["code"]["dirty"], Value::Null);

        let gathered = Gathered { diff: Some(b"diff".to_vec()), untracked: vec!["a".into()], ..Default::default() };
        begun.write_with(dir.path(), &gathered).unwrap();
        assert_eq!(session()["missing"], json!([]));
        assert_eq!((&session()["code"]["dirty"], &session()["source"]), (&json!(true), &json!("train.py")));
        assert_eq!(std::fs::read(dir.path().join("diff.patch")).unwrap(), b"diff");
    }
}
