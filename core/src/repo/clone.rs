//! `git clone`, by git: pointers stay pointers, whatever filter the user has configured for all repositories.

use super::git::{forget_repository, not_started, program};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use std::io::Read;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;

/// Clones a repository into a folder that does not exist or is empty. git removes what it made when it fails or is
/// cancelled.
pub(crate) fn clone(url: &str, dir: &Path, branch: Option<&str>, job: &Job) -> Result<()> {
    let taken = dir.exists() && std::fs::read_dir(dir).map_or(true, |mut d| d.next().is_some());
    if taken {
        let message = format!("{} exists and is not an empty folder", dir.display());
        return Err(Error::new(Code::AlreadyExists, message)
            .remedy("Name another folder to clone into.")
            .with("path", dir.display().to_string()));
    }
    let mut command = program();
    forget_repository(&mut command);
    command.args(["-c", "filter.octostore.process=", "-c", "filter.octostore.required=false"]);
    command.args(["clone", "--quiet"]);
    if let Some(branch) = branch {
        command.args(["--branch", branch]);
    }
    command.arg("--").arg(url).arg(dir).stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(not_started)?;
    let mut said = child.stderr.take();
    let (status, said) = std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut text = Vec::new();
            said.as_mut().map(|pipe| pipe.read_to_end(&mut text));
            text
        });
        let status = wait(&mut child, job);
        (status, reader.join().unwrap_or_default())
    });
    if status?.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&said);
    let said = said.trim().lines().collect::<Vec<_>>().join("; ");
    Err(Error::new(Code::Git, format!("git could not clone {url}: {said}"))
        .remedy("Check the URL and your access to it; nothing was left behind."))
}

/// Waits for git; ends it when the job is cancelled.
fn wait(child: &mut Child, job: &Job) -> Result<ExitStatus> {
    let phase = job.phase("clone", 0, 0);
    loop {
        if let Some(status) = child.try_wait().map_err(not_started)? {
            return Ok(status);
        }
        if let Err(cancelled) = phase.advance(0, 0) {
            let _ = child.kill();
            let _ = child.wait();
            return Err(cancelled);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
