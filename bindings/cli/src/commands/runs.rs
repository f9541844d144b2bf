//! The verbs on runs: `run`, `runs list|show|compare|rm|export|ui` and `why`.

use super::documents::{cell, show, table, write};
use super::{Outcome, Run};
use crate::args::{Chosen, RunProgram, RunsCommand, RunsVerb, Why};
use crate::exit::{Failure, for_runner};
use crate::output::bytes;
use crate::progress::patient_job;
use octostore::{ExecuteOptions, Runs, SearchOptions};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

/// Digits of a run's id that a list shows: no two runs of a project share them in practice.
const SHOWN: usize = 16;
/// Metrics that a list has a column for.
const METRICS: usize = 5;

fn runs(run: &Run) -> Result<Runs, Failure> {
    Ok(Runs::open(".", &run.context)?)
}

/// Runs a program; its exit code is the command's.
pub(crate) fn execute(run: &Run, args: RunProgram) -> Outcome {
    for_runner();
    let options =
        ExecuteOptions { experiment: args.experiment, name: args.name, params: args.params, python: args.python };
    let code = runs(run)?.execute(&args.command, &options, &patient_job())?;
    // Systems other than Unix have codes that do not fit.
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

pub(crate) fn verb(run: &Run, args: RunsCommand) -> Outcome {
    let runs = runs(run)?;
    match args.verb {
        RunsVerb::List(chosen) => {
            let chosen = options(chosen);
            let document = runs.search(&chosen, &run.job())?;
            let none = match chosen.filter.is_empty() && chosen.experiment.is_empty() {
                true => "No runs. Begin one with: octostore run train.py",
                false => "No run is like that. All of them: octostore runs list",
            };
            show(run, &document, |report| list(&report["runs"], none))
        }
        RunsVerb::Show(one) => show(run, &runs.show(&one.run)?, whole),
        RunsVerb::Compare { runs: ids, html } => {
            let document = runs.compare(&ids, &run.job())?;
            if let Some(file) = &html {
                write(file, document.part("compare.html").unwrap_or_default())?;
            }
            show(run, &document, |report| compared(report, html.as_deref()))
        }
        RunsVerb::Rm(one) => {
            runs.remove(&one.run)?;
            run.report(|| serde_json::json!({ "removed": one.run }), || vec![format!("Removed {}.", one.run)])
        }
        RunsVerb::Export { file, chosen } => {
            let document = runs.export(&file, &options(chosen), &run.job())?;
            show(run, &document, |report| {
                let size = bytes(report["bytes"].as_u64().unwrap_or(0));
                vec![format!("Wrote {} runs to {} ({size}).", report["runs"], file.display())]
            })
        }
        RunsVerb::Ui { port, python } => ui(&runs, port, &python),
    }
}

pub(crate) fn why(run: &Run, args: Why) -> Outcome {
    let document = runs(run)?.why(&args.what)?;
    show(run, &document, |report| if report["run"].is_string() { of_run(report) } else { of_file(report) })
}

fn options(chosen: Chosen) -> SearchOptions {
    SearchOptions {
        experiment: chosen.experiment,
        filter: chosen.filter,
        order_by: chosen.order_by,
        limit: chosen.limit,
    }
}

/// MLflow's pages, until they are closed.
fn ui(runs: &Runs, port: u16, python: &str) -> Outcome {
    let mut command = runs.ui(port, python)?;
    let mut said = std::io::stderr();
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(said, "MLflow shows {} at http://127.0.0.1:{port}", runs.dir().display());
    let status = command.status()?;
    Ok(ExitCode::from(status.code().and_then(|c| u8::try_from(c).ok()).unwrap_or(1)))
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn short(id: &Value) -> String {
    id.as_str().unwrap_or_default().chars().take(SHOWN).collect()
}

/// The runs as a table; without any, what is said then.
fn list(found: &Value, none: &str) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, _) in items(found).flat_map(|run| entries(&run["metrics"])) {
        if !key.starts_with("system/") {
            *counts.entry(key).or_default() += 1;
        }
    }
    let mut metrics: Vec<(&str, usize)> = counts.into_iter().collect();
    metrics.sort_by_key(|(key, count)| (std::cmp::Reverse(*count), *key));
    metrics.truncate(METRICS);
    let rows: Vec<Vec<String>> = items(found)
        .map(|run| {
            let mut row = vec![
                short(&run["id"]),
                cell(&run["name"]),
                cell(&run["experiment"]),
                state(run),
                ago(&run["start_ms"]),
                duration(run),
            ];
            row.extend(metrics.iter().map(|(key, _)| cell(&run["metrics"][*key]["value"])));
            row
        })
        .collect();
    if rows.is_empty() {
        return vec![none.into()];
    }
    let mut head = vec!["run", "name", "experiment", "status", "started", "took"];
    head.extend(metrics.iter().map(|(key, _)| *key));
    table(&head, &rows)
}

/// The status; of a run that does not say how it ended, what is known of its writer.
fn state(run: &Value) -> String {
    match run["state"].as_str() {
        Some(state @ ("dead" | "unknown")) => format!("{} ({state})", cell(&run["status"])),
        _ => cell(&run["status"]),
    }
}

fn ago(ms: &Value) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
    let past = (now - ms.as_i64().unwrap_or(now)).max(0);
    format!("{} ago", span(past))
}

fn duration(run: &Value) -> String {
    let (start, end) = (run["start_ms"].as_i64(), run["end_ms"].as_i64());
    start.zip(end).map_or_else(String::new, |(start, end)| span((end - start).max(0)))
}

/// Milliseconds for people.
fn span(ms: i64) -> String {
    match ms / 1000 {
        0 => format!("{ms} ms"),
        s @ 1..=119 => format!("{s} s"),
        s @ 120..=7199 => format!("{} min", s / 60),
        s @ 7200..=172_799 => format!("{} h", s / 3600),
        s => format!("{} days", s / 86_400),
    }
}

fn whole(run: &Value) -> Vec<String> {
    let mut lines = vec![
        format!("run         {}", cell(&run["id"])),
        format!("name        {}", cell(&run["name"])),
        format!("experiment  {}", cell(&run["experiment"])),
        format!("status      {}", state(run)),
        format!("started     {}", ago(&run["start_ms"])),
        format!("took        {}", duration(run)),
        format!("user        {}", cell(&run["user"])),
    ];
    lines.extend(code(&run["session"]["code"]));
    lines.push(format!("files       {}", cell(&run["dir"])));
    let section = |title: &str, rows: Vec<Vec<String>>, head: &[&str]| {
        if rows.is_empty() { Vec::new() } else { [vec![String::new(), title.to_owned()], table(head, &rows)].concat() }
    };
    let pairs = |of: &Value| entries(of).map(|(key, value)| vec![key.clone(), cell(value)]).collect();
    lines.extend(section("parameters", pairs(&run["params"]), &["name", "value"]));
    let metrics = entries(&run["metrics"]).map(|(key, point)| {
        let count = run["histories"][key]["value"].as_array().map_or(0, Vec::len);
        vec![key.clone(), cell(&point["value"]), cell(&point["step"]), count.to_string()]
    });
    lines.extend(section("metrics", metrics.collect(), &["name", "value", "step", "values"]));
    let inputs = items(&run["inputs"]).map(|i| vec![cell(&i["name"]), cell(&i["digest"]), cell(&i["context"])]);
    lines.extend(section("data", inputs.collect(), &["name", "digest", "for"]));
    lines.extend(section("tags", pairs(&run["tags"]), &["name", "value"]));
    lines.extend(section("artifacts", items(&run["artifacts"]).map(|a| vec![cell(a)]).collect(), &["file"]));
    let missing = items(&run["session"]["missing"]).map(|m| format!("not known: {}", cell(m)));
    lines.extend(missing);
    lines
}

fn code(code: &Value) -> Vec<String> {
    let Some(commit) = code["commit"].as_str() else { return Vec::new() };
    let state = match code["dirty"].as_bool() {
        Some(true) => ", with changes that are not committed",
        Some(false) => "",
        None => ", whether changed is not known",
    };
    let branch = code["branch"].as_str().map_or_else(String::new, |b| format!(" ({b})"));
    vec![format!("commit      {commit}{branch}{state}")]
}

/// The table of a comparison; the names of its columns are the runs'.
fn compared(report: &Value, page: Option<&Path>) -> Vec<String> {
    let runs: Vec<&Value> = items(&report["runs"]).collect();
    let names: Vec<String> = runs.iter().map(|run| cell(&run["name"])).collect();
    let mut head = vec![""];
    head.extend(names.iter().map(String::as_str));
    let mut rows = Vec::new();
    for part in ["params", "metrics", "code", "data"] {
        // What all have in common says nothing of them; their metrics are what one looks for.
        for row in items(&report[part]).filter(|row| part == "metrics" || row["differs"] != false) {
            let mut cells = vec![format!("{part}.{}", cell(&row["name"]))];
            cells.extend(items(&row["values"]).map(cell));
            rows.push(cells);
        }
    }
    let mut lines = table(&head, &rows);
    lines.extend(page.map(|page| format!("Wrote {}.", page.display())));
    lines
}

fn of_file(report: &Value) -> Vec<String> {
    let what = if report["path"].is_null() { cell(&report["version"]) } else { cell(&report["path"]) };
    let mut lines = Vec::new();
    for (list, did) in [("written_by", "written by"), ("read_by", "read by")] {
        for line in items(&report[list]) {
            let other = if line["same_version"] == true { "" } else { ", in another version" };
            let commit: String = line["commit"].as_str().unwrap_or("unknown").chars().take(10).collect();
            let dirty = if line["dirty"] == true { " and changes" } else { "" };
            lines.push(format!(
                "{what}: {did} {} ({}, {}) from {} at commit {commit}{dirty}, {}{other}",
                cell(&line["name"]),
                short(&line["run"]),
                cell(&line["status"]),
                cell(&line["source"]),
                ago(&line["time_ms"]),
            ));
        }
    }
    if lines.is_empty() {
        lines.push(format!("{what}: no run is known to have read or written it."));
    }
    lines
}

fn of_run(report: &Value) -> Vec<String> {
    let mut lines = vec![format!(
        "{} ({}) of {}: {}, {}",
        cell(&report["name"]),
        short(&report["run"]),
        cell(&report["experiment"]),
        cell(&report["status"]),
        ago(&report["start_ms"]),
    )];
    let words: Vec<&str> = items(&report["command"]).filter_map(Value::as_str).collect();
    if !words.is_empty() {
        lines.push(format!("command     {}", words.join(" ")));
    }
    lines.extend(code(&report["code"]));
    let python = &report["environment"]["python"];
    if python.is_object() {
        let packages = items(&report["environment"]["packages"]).count();
        lines.push(format!("Python      {} with {packages} packages", cell(&python["version"])));
    }
    for (list, did) in [("read", "read"), ("wrote", "wrote")] {
        for line in items(&report[list]) {
            let version = line["digest"].as_str().or(line["oid"].as_str()).unwrap_or_default();
            let version: String = version.chars().take(10).collect();
            let context = line["context"].as_str().filter(|c| !c.is_empty());
            let context = context.map_or_else(String::new, |c| format!(" for {c}"));
            lines.push(format!("{did:<11} {} ({version}){context}", cell(&line["path"])));
        }
    }
    lines.extend(items(&report["missing"]).map(|m| format!("not known: {}", cell(m))));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn spans_are_told_in_one_unit() {
        let told = [5, 59_000, 600_000, 10_800_000, 864_000_000].map(span);
        assert_eq!(told, ["5 ms", "59 s", "10 min", "3 h", "10 days"]);
    }

    #[test]
    fn a_list_has_the_metrics_that_most_runs_have() {
        let run = |name: &str, metrics: Value| {
            json!({ "id": "0123456789abcdef0123", "name": name, "experiment": "e", "status": "RUNNING",
                    "state": "dead", "start_ms": 0, "end_ms": 1500, "metrics": metrics })
        };
        let point = json!({ "value": 0.25 });
        let runs = json!([
            run("a", json!({ "loss": point, "system/cpu": point, "rare": point })),
            run("b", json!({ "loss": point })),
        ]);
        let lines = list(&runs, "none");
        assert!(lines[0].ends_with("loss  rare") && !lines[0].contains("system"), "{lines:?}");
        assert!(lines[1].contains("0123456789abcdef  a") && lines[1].contains("RUNNING (dead)"), "{lines:?}");
    }
}
