//! The verbs on environments: `env show`, `capture`, `up`, `check`, `devcontainer`, `collab` and `create`.

use super::documents::{answer, cell, report, show, table, text};
use super::{Outcome, Run, ask, not_confirmed};
use crate::args::{Capture, Collab, Create, Devcontainer, Env, EnvVerb, Folder, Up};
use crate::output::{print_json, print_lines};
use octostore::{CaptureOptions, CollabOptions, CreateOptions, DevcontainerOptions, Document, UpOptions};
use serde_json::Value;

pub(crate) fn env(run: &Run, args: Env) -> Outcome {
    let EnvVerb::Show(folder) = args.verb;
    let document = octostore::env_detect(&folder.dir, &run.context, &run.job())?;
    show(run, &document, |report| {
        let files: Vec<Vec<String>> = list(report, "files")
            .map(|f| vec![cell(&f["file"]), cell(&f["what"]), cell(&f["manager"]), cell(&f["python"])])
            .collect();
        let mut lines = if files.is_empty() { Vec::new() } else { table(&["file", "is", "for", "Python"], &files) };
        lines.push(cell(&report["reason"]));
        lines.extend(list(report, "contradictions").map(|c| format!("contradiction: {}", cell(&c["message"]))));
        lines.extend(list(report, "problems").map(|p| format!("problem: {}", cell(p))));
        lines
    })
}

pub(crate) fn capture(run: &Run, args: Capture) -> Outcome {
    let options = CaptureOptions { python: args.python, format: args.format.word().into(), write: !args.dry_run };
    let document = octostore::env_capture(&args.folder.dir, &options, &run.context, &run.job())?;
    show(run, &document, |report| {
        let mut lines = Vec::new();
        match &report["python"] {
            Value::Null => lines.push("No Python environment was found: only imports were looked at.".into()),
            python => lines.push(format!("Python {} ({})", cell(&python["version"]), cell(&python["program"]))),
        }
        lines.push(format!(
            "{} packages asked for, {} that came along",
            list(report, "asked").count(),
            list(report, "along").count()
        ));
        for (package, places) in report["missing"].as_object().into_iter().flatten() {
            lines.push(format!("not installed: {package}, imported at {}", cell(&places[0])));
        }
        lines.extend(list(report, "not_reproducible").map(|p| format!("not reproducible: {}", cell(p))));
        lines.extend(list(report, "problems").map(|p| format!("problem: {}", cell(p))));
        lines.extend(changes(&document, report, args.dry_run));
        lines
    })
}

pub(crate) fn check(run: &Run, args: Folder) -> Outcome {
    let document = octostore::env_check(&args.dir, &run.context, &run.job())?;
    show(run, &document, |report| {
        let rows: Vec<Vec<String>> = list(report, "requirements")
            .map(|r| {
                vec![cell(&r["verdict"]), cell(&r["about"]), cell(&r["wanted"]), cell(&r["here"]), cell(&r["from"])]
            })
            .collect();
        if rows.is_empty() {
            return vec!["Nothing is demanded of this machine.".into()];
        }
        let mut lines = table(&["", "what", "wanted", "here", "says"], &rows);
        let mut remedies: Vec<_> =
            list(report, "requirements").map(|r| cell(&r["remedy"])).filter(|r| !r.is_empty()).collect();
        remedies.dedup();
        lines.extend(remedies);
        lines
    })
}

pub(crate) fn up(run: &Run, args: Up) -> Outcome {
    let options = UpOptions { frozen: args.frozen, python: args.python, data: args.data, force: args.force };
    let document = octostore::env_up(&args.folder.dir, &options, &run.context, &run.job())?;
    show(run, &document, |report| {
        let mut lines = Vec::new();
        if let Some(files) = report["data"]["files"].as_u64() {
            lines.push(format!("Data: {files} files written."));
        }
        let made = &report["environment"];
        match made {
            Value::Null => lines.push("No file describes an environment, so none was made.".into()),
            made => {
                lines.push(format!(
                    "Environment: {} by {} from {}.",
                    cell(&made["folder"]),
                    cell(&made["tool"]),
                    cell(&made["file"])
                ));
                if !made["activate"].is_null() {
                    lines.push(format!("Use it with: {}", cell(&made["activate"])));
                }
            }
        }
        lines.extend(list(report, "contradictions").map(|c| format!("contradiction: {}", cell(&c["message"]))));
        lines.extend(list(report, "problems").map(|p| format!("problem: {}", cell(p))));
        lines
    })
}

pub(crate) fn devcontainer(run: &Run, args: Devcontainer) -> Outcome {
    let options = DevcontainerOptions { dockerfile: args.dockerfile, binder: args.binder, write: !args.dry_run };
    let document = octostore::devcontainer(&args.folder.dir, &options, &run.context, &run.job())?;
    show(run, &document, |report| {
        let mut lines = changes(&document, report, args.dry_run);
        lines.extend(list(report, "links").map(|l| format!("Once pushed: {}", cell(l))));
        lines
    })
}

pub(crate) fn collab(run: &Run, args: Collab) -> Outcome {
    let options = CollabOptions { hosts: args.hosts, owner: args.owner, write: !args.dry_run };
    let document = octostore::collab(&args.folder.dir, &options, &run.context, &run.job())?;
    show(run, &document, |report| changes(&document, report, args.dry_run))
}

/// Shows the plan, asks, and does it.
pub(crate) fn create(run: &Run, args: Create) -> Outcome {
    let mut options = CreateOptions {
        name: args.name,
        module: args.module,
        author: args.author,
        description: args.description,
        license: args.license,
        store: args.store,
        rewrite: args.rewrite,
        push: args.push,
        write: false,
    };
    let dir = &args.folder.dir;
    let plan = octostore::create(dir, &options, &run.context, &run.job())?;
    if args.dry_run {
        return show(run, &plan, planned);
    }
    if !args.yes {
        print_lines(planned(&report(&plan)?))?;
        if !ask("Do it?")? {
            return Err(not_confirmed("making the project"));
        }
    }
    options.write = true;
    let made = octostore::create(dir, &options, &run.context, &run.job())?;
    let done = report(&made)?;
    if run.json {
        print_json(&done)?;
    } else {
        print_lines(finished(&done))?;
    }
    Ok(answer(&made))
}

fn planned(report: &Value) -> Vec<String> {
    let mut lines: Vec<_> = list(report, "moves")
        .map(|m| format!("{} -> {} ({})", cell(&m["from"]), cell(&m["to"]), cell(&m["why"])))
        .collect();
    for r in list(report, "references") {
        lines.push(format!(
            "{}:{} names {}, which will be {}",
            cell(&r["file"]),
            cell(&r["line"]),
            cell(&r["names"]),
            cell(&r["now"])
        ));
    }
    lines.push(String::new());
    lines.extend(list(report, "tree").map(cell));
    lines
}

fn finished(report: &Value) -> Vec<String> {
    let done = &report["done"];
    let mut lines = vec![format!("Made the project {}, package {}.", cell(&report["name"]), cell(&report["module"]))];
    lines.push(format!("{} files moved, {} written.", list(report, "moves").count(), list(report, "files").count()));
    if !done["pushed"].is_null() {
        lines.push(format!("Pushed to {}.", cell(&done["pushed"])));
    }
    lines.push(format!("Undo with: {}", cell(&done["undo"])));
    lines
}

fn list<'a>(report: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    report[key].as_array().into_iter().flatten()
}

/// The files that were or would be written, with what differs if they only would be.
fn changes(document: &Document, report: &Value, dry_run: bool) -> Vec<String> {
    let mut lines: Vec<_> =
        list(report, "files").map(|f| format!("{}: {}", cell(&f["file"]), cell(&f["state"]))).collect();
    if lines.is_empty() {
        lines.push("Nothing to write: all files are there.".into());
    }
    if dry_run {
        lines.extend(text(document, "diff").iter().flat_map(|d| d.lines()).map(str::to_owned));
    }
    lines
}
