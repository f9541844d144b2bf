//! Several runs side by side: what was asked for, what came out, with which code and data.

use super::curve::Curve;
use super::page::page;
use super::read::{Point, RunRecord, number};
use super::record::RunDir;
use crate::error::Result;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Changes that were not committed, as the run began with them.
const DIFF: &str = "diff.patch";
/// What tags say of a run's code, and what people call it.
const CODE: [(&str, &str); 4] = [
    ("program", "mlflow.source.name"),
    ("commit", "mlflow.source.git.commit"),
    ("branch", "mlflow.source.git.branch"),
    ("repository", "mlflow.source.git.repoURL"),
];

/// Runs that are compared, in the order in which they were named.
pub(super) struct Comparison {
    pub runs: Vec<RunRecord>,
    pub params: Vec<Line<String>>,
    pub metrics: Vec<Line<Point>>,
    pub code: Vec<Line<String>>,
    pub data: Vec<Line<String>>,
    pub tags: Vec<Line<String>>,
}

/// One thing in all runs; `None` in a run that has it not.
pub(super) struct Line<T> {
    pub name: String,
    pub values: Vec<Option<T>>,
}

impl<T: PartialEq> Line<T> {
    pub(super) fn differs(&self) -> bool {
        self.values.windows(2).any(|w| w[0] != w[1])
    }
}

/// What differs between runs, as JSON and as a page that needs nothing else.
pub(crate) fn compare(runs: &[RunDir]) -> Result<(Value, String)> {
    let comparison = Comparison::of(runs)?;
    let names: Vec<&str> = comparison.metrics.iter().map(|line| line.name.as_str()).collect();
    let curves = names.par_iter().map(|key| {
        let of_run = |run: &RunDir| run.curve(key);
        Ok((*key, runs.iter().map(of_run).collect::<Result<Vec<Curve>>>()?))
    });
    let curves = curves.collect::<Result<Vec<_>>>()?;
    Ok((comparison.json(), page(&comparison, &curves)))
}

impl Comparison {
    fn of(runs: &[RunDir]) -> Result<Comparison> {
        let records = runs.par_iter().map(RunDir::read).collect::<Result<Vec<_>>>()?;
        let mut code: Vec<Line<String>> = Vec::new();
        for (name, tag) in CODE {
            code.push(Line { name: name.into(), values: records.iter().map(|r| r.tags.get(tag).cloned()).collect() });
        }
        let changes = |run: &RunDir| Ok(run.own_text(DIFF)?.filter(|d| !d.is_empty()).map(|d| fingerprint(&d)));
        let changes = runs.iter().map(changes).collect::<Result<Vec<_>>>()?;
        code.push(Line { name: "uncommitted changes".into(), values: changes });
        code.retain(|line| line.values.iter().any(Option::is_some));
        Ok(Comparison {
            params: lines(&records, |r| r.params.iter().map(|(k, v)| (k.clone(), v.clone())).collect()),
            metrics: lines(&records, |r| r.metrics.iter().map(|(k, v)| (k.clone(), *v)).collect()),
            tags: lines(&records, |r| {
                r.tags.iter().filter(|(k, _)| !k.starts_with("mlflow.")).map(|(k, v)| (k.clone(), v.clone())).collect()
            }),
            data: lines(&records, |r| {
                let name = |name: &str, context: &str| {
                    if context.is_empty() { name.into() } else { format!("{name} ({context})") }
                };
                r.inputs.iter().map(|i| (name(&i.name, &i.context), i.digest.clone())).collect()
            }),
            code,
            runs: records,
        })
    }

    fn json(&self) -> Value {
        let texts = |lines: &[Line<String>]| -> Value {
            let line = |l: &Line<String>| json!({ "name": l.name, "values": l.values, "differs": l.differs() });
            lines.iter().map(line).collect()
        };
        let metrics: Value = self
            .metrics
            .iter()
            .map(|l| {
                let values: Value = l.values.iter().map(|p| p.map_or(Value::Null, |p| number(p.value))).collect();
                let steps: Value = l.values.iter().map(|p| p.map(|p| p.step)).collect();
                json!({ "name": l.name, "values": values, "steps": steps, "differs": l.differs() })
            })
            .collect();
        let run = |r: &RunRecord| {
            json!({
                "id": r.meta.id,
                "name": r.meta.name,
                "experiment": r.experiment,
                "user": r.meta.user,
                "status": r.meta.status.name(),
                "state": r.state.name(),
                "start_ms": r.meta.start_ms,
                "end_ms": r.meta.end_ms,
            })
        };
        json!({
            "runs": self.runs.iter().map(run).collect::<Value>(),
            "params": texts(&self.params),
            "metrics": metrics,
            "code": texts(&self.code),
            "data": texts(&self.data),
            "tags": texts(&self.tags),
        })
    }
}

/// A line for each name that any run has.
fn lines<T: Clone>(runs: &[RunRecord], pairs: impl Fn(&RunRecord) -> Vec<(String, T)>) -> Vec<Line<T>> {
    let of_runs: Vec<Vec<(String, T)>> = runs.iter().map(pairs).collect();
    let names: BTreeSet<&String> = of_runs.iter().flatten().map(|(name, _)| name).collect();
    let value = |pairs: &Vec<(String, T)>, name: &String| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    names
        .iter()
        .map(|name| Line { name: (*name).clone(), values: of_runs.iter().map(|p| value(p, name)).collect() })
        .collect()
}

/// Enough of a text's hash to tell whether two are the same.
fn fingerprint(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..12].to_owned()
}
