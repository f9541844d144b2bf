//! `octostore store`

use super::{Outcome, Run, accepting};
use crate::args::{Store, StoreVerb};
use crate::exit::Failure;
use crate::output::{bytes, count};
use octostore::{Code, Error, StoreInfo};
use serde_json::{Value, json};

pub(crate) fn run(run: &Run, args: Store) -> Outcome {
    let repo = run.repo()?;
    match args.verb {
        StoreVerb::Show => show(run, &repo.store()?.ok_or_else(none)?),
        StoreVerb::Set { url } => show(run, &repo.set_store(&url, &run.job())?),
        StoreVerb::Accept { url } => {
            repo.accept_store(&url)?;
            run.report(|| json!({"accepted": url}), || vec![format!("{url} is accepted in this clone.")])
        }
        StoreVerb::Copy { url } => {
            let report = accepting(&repo, || repo.copy_store(&url, &run.job()))?;
            run.report(
                || json!({"packs": report.packs, "bytes": report.bytes}),
                || vec![format!("Copied {} ({}) to {url}.", count(report.packs, "pack"), bytes(report.bytes))],
            )
        }
    }
}

fn none() -> Failure {
    Error::new(Code::StoreNotConfigured, "this repository names no store")
        .remedy("Name one with \"octostore store set URL\".")
        .into()
}

fn show(run: &Run, store: &StoreInfo) -> Outcome {
    run.report(|| document(Some(store)), || lines(store))
}

pub(crate) fn document(store: Option<&StoreInfo>) -> Value {
    let Some(s) = store else { return Value::Null };
    json!({"url": s.url, "local_only": s.local_only, "accepted": s.accepted, "conditional_writes": s.conditional_writes})
}

pub(crate) fn lines(store: &StoreInfo) -> Vec<String> {
    let place = if store.local_only { " (in this clone only)" } else { "" };
    let mut lines = vec![format!("Store: {}{place}", store.url)];
    if !store.accepted {
        lines.push(format!("It is not accepted in this clone yet: octostore store accept {}", store.url));
    }
    if store.conditional_writes == Some(false) {
        lines.push(
            "It does not honour conditional writes: data is safe, but garbage must be collected from one host only."
                .into(),
        );
    }
    lines
}
