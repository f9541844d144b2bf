//! The calls on environments.

use super::{Said, Step};
use octostore::{
    CaptureOptions, CollabOptions, Context, CreateOptions, DevcontainerOptions, Document, Job, Result, UpOptions,
};
use std::path::Path;

pub(super) fn play(context: &Context, step: &Step, job: &Job, said: &mut Said) -> Result<()> {
    let dir = step.need("dir");
    let dir = Path::new(&dir);
    let flag = |key: &str| step.number(key) == 1;
    let document: Document = match step.verb.as_str() {
        "env.detect" => octostore::env_detect(dir, context, job)?,
        "env.check" => octostore::env_check(dir, context, job)?,
        "env.capture" => {
            let options =
                CaptureOptions { python: step.path("python"), format: step.need("format"), write: flag("write") };
            octostore::env_capture(dir, &options, context, job)?
        }
        "env.up" => {
            let options = UpOptions {
                frozen: flag("frozen"),
                python: step.need("python"),
                data: step.need("data"),
                force: flag("force"),
            };
            octostore::env_up(dir, &options, context, job)?
        }
        "env.devcontainer" => {
            let options =
                DevcontainerOptions { dockerfile: flag("dockerfile"), binder: flag("binder"), write: flag("write") };
            octostore::devcontainer(dir, &options, context, job)?
        }
        "env.collab" => {
            let options = CollabOptions { hosts: step.texts("host"), owner: step.need("owner"), write: flag("write") };
            octostore::collab(dir, &options, context, job)?
        }
        _ => {
            let options = CreateOptions {
                name: step.need("name"),
                module: step.need("module"),
                author: step.need("author"),
                description: step.need("description"),
                license: step.need("license"),
                store: step.need("store"),
                rewrite: flag("rewrite"),
                push: step.need("push"),
                write: flag("write"),
            };
            octostore::create(dir, &options, context, job)?
        }
    };
    said.flag("answer", document.answer()).word("json", document.json());
    Ok(())
}
