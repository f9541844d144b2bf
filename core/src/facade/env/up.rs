//! `up`: a clone becomes a place to work in.

use super::super::call::call;
use super::super::{Document, PullOptions, Repo};
use super::{UpOptions, existing};
use crate::context::Context;
use crate::env::{self, UpChoice};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use serde_json::json;
use std::path::Path;

/// Makes a clone ready to work in: filter and hooks, data, and the environment that its files describe. Doing it again only
/// brings it up to date.
pub fn env_up(dir: &Path, options: &UpOptions, context: &Context, job: &Job) -> Result<Document> {
    let used = [
        ("frozen", options.frozen),
        ("python", !options.python.is_empty()),
        ("data", !options.data.is_empty()),
        ("force", options.force),
    ];
    call(context, "env.up", &used, || {
        let dir = existing(dir)?;
        let detected = env::detect(&dir, job)?;
        let checked = env::check(&dir, &detected)?;
        let machine = |about: &str| {
            !["python"].contains(&about)
                && !detected.files.iter().any(|f| f.says.packages.iter().any(|p| p.name == about))
        };
        let missing: Vec<_> =
            checked.requirements.iter().filter(|r| r.verdict == env::Verdict::NotMet && machine(&r.about)).collect();
        if let Some(first) = missing.first().filter(|_| !options.force) {
            let all: Vec<_> = missing.iter().map(|r| format!("{} {} (here: {})", r.about, r.wanted, r.here)).collect();
            return Err(Error::new(
                Code::Unsupported,
                format!("this machine does not meet what the project needs: {}", all.join("; ")),
            )
            .remedy(format!("{} Or go on with --force.", first.remedy)));
        }
        let data = bring(&dir, options, context, job)?;
        let choice =
            UpChoice { frozen: options.frozen, python: Some(options.python.clone()).filter(|p| !p.is_empty()) };
        let made = if detected.winner.is_some() { Some(env::up(&dir, &detected, &choice, job)?) } else { None };
        Ok(Document::new(&json!({
            "environment": made,
            "reason": detected.reason,
            "contradictions": detected.contradictions,
            "problems": detected.problems,
            "data": data,
        })))
    })
}

/// Filter, hooks and data of a repository that has any.
fn bring(dir: &Path, options: &UpOptions, context: &Context, job: &Job) -> Result<serde_json::Value> {
    let repo = match Repo::open(dir, context) {
        Ok(repo) => repo,
        Err(e) if matches!(e.code(), Code::NotARepository | Code::BareRepository) => {
            return Ok(serde_json::Value::Null);
        }
        Err(e) => return Err(e),
    };
    if !repo.git().work_dir()?.join(".octostore/config.toml").is_file() {
        return Ok(serde_json::Value::Null);
    }
    repo.set_up(None)?;
    if let Some((address, _)) = repo.store_url()? {
        // To set a clone up is to accept what it names, as cloning it is.
        repo.accept(&address)?;
    }
    let paths = match options.data.as_str() {
        "none" => return Ok(json!({ "files": 0, "downloaded_bytes": 0 })),
        "" | "all" => Vec::new(),
        pattern => vec![pattern.to_owned()],
    };
    if repo.ls("", None)?.is_empty() {
        return Ok(json!({ "files": 0, "downloaded_bytes": 0 }));
    }
    let report = repo.pull(&PullOptions { paths, ..Default::default() }, job)?;
    let kept: Vec<_> = report.kept.iter().map(ToString::to_string).collect();
    Ok(
        json!({ "files": report.files, "bytes": report.bytes, "downloaded_bytes": report.downloaded_bytes, "kept": kept }),
    )
}
