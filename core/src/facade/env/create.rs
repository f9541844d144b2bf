//! `create`: a loose folder becomes a project that others can rebuild.

use super::super::call::call;
use super::super::{Document, InitOptions, Repo};
use super::{CreateOptions, existing};
use crate::context::Context;
use crate::env::{self, Format, Plan, Scaffold};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::repo::{Git, RepoPath};
use crate::store::files::{create_dir, open_up, write_atomically};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// Makes a project of a folder: says where each file would go and what would be written; with `write`, does it in two commits
/// (the folder as it was, then the project), so that one git command undoes it.
pub fn create(dir: &Path, options: &CreateOptions, context: &Context, job: &Job) -> Result<Document> {
    let used = [
        ("name", !options.name.is_empty()),
        ("module", !options.module.is_empty()),
        ("author", !options.author.is_empty()),
        ("description", !options.description.is_empty()),
        ("license", !options.license.is_empty()),
        ("store", !options.store.is_empty()),
        ("rewrite", options.rewrite),
        ("push", !options.push.is_empty()),
        ("write", options.write),
    ];
    call(context, "env.create", &used, || {
        let dir = existing(dir)?;
        let chosen = Scaffold {
            name: options.name.clone(),
            module: options.module.clone(),
            author: options.author.clone(),
            description: options.description.clone(),
            license: options.license.clone(),
            rewrite: options.rewrite,
        };
        let plan = env::plan(&dir, &chosen)?;
        let mut report = serde_json::to_value(&plan).map_err(Error::internal)?;
        if options.write {
            report["done"] = carry_out(&dir, &plan, options, context, job)?;
        }
        Ok(Document::new(&report))
    })
}

fn carry_out(dir: &Path, plan: &Plan, options: &CreateOptions, context: &Context, job: &Job) -> Result<Value> {
    let new = Git::open(dir).is_err();
    if new {
        Git::init(dir)?;
    }
    let git = Git::open(dir)?;
    if git.work_dir()?.canonicalize().ok() != dir.canonicalize().ok() {
        return Err(Error::new(Code::InvalidArgument, format!("{} is inside another repository", dir.display()))
            .remedy("Name the top folder of the repository, or move the folder out of it."));
    }
    identity(&git)?;
    let unborn = git.run(&["rev-parse", "--verify", "-q", "HEAD"], None).is_err();
    if !unborn && !git.run(&["status", "--porcelain"], None)?.is_empty() {
        return Err(Error::new(Code::AlreadyExists, "the repository has changes that are not committed")
            .remedy("Commit or stash them first, so that what is made can be undone."));
    }
    let store = Some(options.store.clone()).filter(|s| !s.is_empty());
    let repo = Repo::init(dir, &InitOptions { store, program: None }, context, job)?;
    // Data never becomes git's own: it is tracked before the first commit, where it is and where it goes.
    let data: Vec<_> = plan.moves.iter().filter(|m| matches!(m.why, "data" | "large" | "a model")).collect();
    let mut patterns = vec!["data/**".to_owned(), "models/**".to_owned()];
    patterns.extend(data.iter().map(|m| format!("/{}", m.from)));
    repo.track(&patterns)?;
    write(dir, ".gitignore", plan)?;
    repo.add(&[], job)?;
    git.run(&["add", "-A"], None)?;
    commit(&git, "The folder as it was")?;
    let before = head(&git)?;

    for m in &plan.moves {
        job.check()?;
        if let Some(parent) = dir.join(&m.to).parent() {
            create_dir(parent)?;
        }
        git.run(&["mv", "--", &m.from, &m.to], None)?;
    }
    for (file, text) in &plan.rewritten {
        replace(dir, file, text)?;
    }
    plan.files.write(dir)?;
    let sources: Vec<_> = data.iter().map(|m| format!("/{}", m.from)).collect();
    if !sources.is_empty() {
        repo.untrack(&sources)?;
    }
    let detected = env::detect(dir, job)?;
    let captured = match env::capture(dir, None, Format::Requirements, &detected, job) {
        // Without an environment of the project's own there is nothing to write down.
        Ok(captured) if captured.python.as_ref().is_some_and(|p| p.why != "path") => {
            captured.files.write(dir)?;
            captured.files.0.iter().map(|c| c.file.clone()).collect()
        }
        _ => Vec::new(),
    };
    repo.add(&[], job)?;
    git.run(&["add", "-A"], None)?;
    commit(&git, &format!("A project of its own: {}", plan.name))?;
    if !options.push.is_empty() {
        push(&git, &options.push)?;
    }
    Ok(json!({
        "repository_made": new,
        "commit": head(&git)?,
        "undo": format!("git reset --hard {before}"),
        "captured": captured,
        "pushed": if options.push.is_empty() { Value::Null } else { json!(options.push) },
    }))
}

/// git must know who commits, before anything is done.
fn identity(git: &Git) -> Result<()> {
    git.run(&["var", "GIT_COMMITTER_IDENT"], None).map(drop).map_err(|e| {
        Error::new(Code::Git, format!("git does not know who you are: {}", e.message()))
            .remedy("Run: git config --global user.name NAME; git config --global user.email ADDRESS")
    })
}

fn commit(git: &Git, message: &str) -> Result<()> {
    git.run(&["commit", "--quiet", "--allow-empty", "-m", message], None).map(drop)
}

fn head(git: &Git) -> Result<String> {
    let said = git.run(&["rev-parse", "HEAD"], None)?;
    Ok(String::from_utf8_lossy(&said).trim().to_owned())
}

fn push(git: &Git, url: &str) -> Result<()> {
    match git.config_get("remote.origin.url")? {
        Some(there) if there != url => {
            return Err(Error::new(Code::AlreadyExists, format!("the remote \"origin\" is {there} already"))
                .remedy("Push there, or rename that remote."));
        }
        Some(_) => {}
        None => drop(git.run(&["remote", "add", "origin", url], None)?),
    }
    git.run(&["push", "--quiet", "-u", "origin", "HEAD"], None).map(drop)
}

/// Writes one of the plan's new files before the others.
fn write(dir: &Path, name: &str, plan: &Plan) -> Result<()> {
    match plan.files.0.iter().find(|c| c.file == name) {
        Some(change) => replace(dir, name, &change.text),
        None => Ok(()),
    }
}

fn replace(dir: &Path, name: &str, text: &str) -> Result<()> {
    // A name that leads out of the folder was refused by the plan; this holds it to that.
    RepoPath::from_bytes(name.as_bytes())?;
    write_atomically(&dir.join(name), |f| {
        open_up(f)?;
        f.write_all(text.as_bytes())
    })
}
