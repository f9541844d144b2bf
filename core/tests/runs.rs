//! Runs: begun, written, ended, found, compared; programs run as runs; and what may go wrong with all of that.
#![cfg(all(feature = "runs", feature = "tabular", feature = "env", unix))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{World, child, commit, git, sign};
use octostore::{
    Cancel, Code, Context, Document, Error, ExecuteOptions, InputOptions, Job, RunMetric, RunOptions, RunStatus, Runs,
    SearchOptions,
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

fn runs(dir: &Path) -> Runs {
    Runs::open(dir, &Context::default()).unwrap()
}

fn value(document: &Document) -> Value {
    serde_json::from_str(document.json()).unwrap()
}

fn metric(key: &str, value: f64, step: i64) -> RunMetric {
    RunMetric { key: key.into(), value, step, ..Default::default() }
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn options(experiment: &str) -> RunOptions {
    RunOptions { experiment: experiment.into(), ..Default::default() }
}

fn named(name: &str) -> ExecuteOptions {
    ExecuteOptions { experiment: "e".into(), name: name.into(), python: "python3".into(), ..Default::default() }
}

fn execute(runs: &Runs, command: &[&str], options: &ExecuteOptions) -> Result<i32, Error> {
    let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
    runs.execute(&command, options, &Job::new())
}

/// A file of the project, whose whole path a command can be given.
fn file(dir: &Path, name: &str, text: &str) -> String {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn notebook(cells: &[&str]) -> String {
    let cell = |source: &&str| json!({ "cell_type": "code", "metadata": {}, "outputs": [], "source": source });
    let cells: Vec<Value> = cells.iter().map(cell).collect();
    json!({ "cells": cells, "metadata": { "kernelspec": { "language": "python" } }, "nbformat": 4 }).to_string()
}

fn log(shown: &Value) -> String {
    std::fs::read_to_string(PathBuf::from(shown["dir"].as_str().unwrap()).join("octostore/output.log")).unwrap()
}

#[test]
fn a_run_is_begun_written_ended_and_found() {
    let dir = tempfile::tempdir().unwrap();
    let runs = runs(dir.path());
    let run = runs.start(&RunOptions { name: "first".into(), ..options("rain") }, &Job::new()).unwrap();
    run.log_params(&pairs(&[("depth", "3")])).unwrap();
    run.log_metrics(&[metric("loss", 0.5, 1), metric("loss", 0.25, 2), metric("odd", f64::NAN, 0)]).unwrap();
    run.set_tags(&pairs(&[("team", "a")])).unwrap();
    run.log_text("notes/a.txt", "text").unwrap();
    run.end(RunStatus::Finished).unwrap();

    let shown = value(&runs.show(&run.id()[..20]).unwrap());
    assert_eq!(
        (&shown["name"], &shown["status"], &shown["experiment"]),
        (&json!("first"), &json!("FINISHED"), &json!("rain"))
    );
    assert_eq!(shown["params"], json!({ "depth": "3" }));
    assert_eq!(shown["histories"]["loss"]["value"], json!([0.5, 0.25]));
    assert_eq!(shown["metrics"]["odd"]["value"], "NaN");
    assert_eq!((&shown["tags"]["team"], &shown["artifacts"]), (&json!("a"), &json!(["notes/a.txt"])));
    // What is not known is said.
    assert_eq!(shown["session"]["code"]["commit"], Value::Null);
    assert!(shown["session"]["missing"][0].as_str().unwrap().starts_with("the code's version"), "{shown}");

    let ended = run.log_metrics(&[metric("loss", 1.0, 3)]).unwrap_err();
    assert!(ended.code() == Code::InvalidArgument && ended.message().contains("has ended"), "{ended}");
    let again = runs.resume(run.id()).unwrap();
    again.log_metrics(&[metric("loss", 0.125, 3)]).unwrap();
    again.end(RunStatus::Failed).unwrap();
    let shown = value(&runs.show("first").unwrap());
    assert_eq!((&shown["status"], &shown["metrics"]["loss"]["value"]), (&json!("FAILED"), &json!(0.125)));
}

#[test]
fn runs_are_searched_compared_exported_and_removed() {
    let dir = tempfile::tempdir().unwrap();
    let runs = runs(dir.path());
    let ids: Vec<String> = [("a", 0.5), ("b", 0.25), ("c", 0.75)]
        .iter()
        .map(|(name, loss)| {
            let begin = RunOptions { name: (*name).into(), capture: false, ..options("e") };
            let run = runs.start(&begin, &Job::new()).unwrap();
            run.log_params(&pairs(&[("name", name), ("same", "1")])).unwrap();
            run.log_metrics(&[metric("loss", *loss, 0)]).unwrap();
            run.end(RunStatus::Finished).unwrap();
            run.id().to_owned()
        })
        .collect();
    let names = |options: &SearchOptions| -> Vec<String> {
        let found = value(&runs.search(options, &Job::new()).unwrap());
        found["runs"].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap().to_owned()).collect()
    };
    let by_loss = SearchOptions {
        filter: "metrics.loss < 0.6 and params.same = '1'".into(),
        order_by: vec!["metrics.loss ASC".into()],
        ..Default::default()
    };
    assert_eq!(names(&by_loss), ["b", "a"]);
    assert_eq!(names(&SearchOptions { limit: 1, ..by_loss.clone() }), ["b"]);
    assert_eq!(names(&SearchOptions { experiment: "e".into(), ..Default::default() }), ["c", "b", "a"]);
    let wrong = SearchOptions { filter: "metrics.loss <".into(), ..Default::default() };
    assert_eq!(runs.search(&wrong, &Job::new()).unwrap_err().code(), Code::InvalidArgument);

    let compared = runs.compare(&ids[..2], &Job::new()).unwrap();
    let differs = |name: &str| {
        let report = value(&compared);
        report["params"].as_array().unwrap().iter().find(|l| l["name"] == name).map(|l| l["differs"].clone())
    };
    assert_eq!((differs("name"), differs("same")), (Some(json!(true)), Some(json!(false))));
    assert!(String::from_utf8_lossy(compared.part("compare.html").unwrap()).contains("<html"));
    assert_eq!(runs.compare(&ids[..1], &Job::new()).unwrap_err().code(), Code::InvalidArgument);

    for name in ["runs.csv", "runs.jsonl", "runs.parquet"] {
        let to = dir.path().join(name);
        let report = value(&runs.export(&to, &by_loss, &Job::new()).unwrap());
        assert_eq!(report["runs"], 2, "{name}");
        let bytes = std::fs::read(&to).unwrap();
        match name {
            "runs.parquet" => assert!(bytes.starts_with(b"PAR1")),
            _ => assert!(String::from_utf8_lossy(&bytes).contains("metrics.loss")),
        }
    }
    let other = runs.export(&dir.path().join("runs.xlsx"), &by_loss, &Job::new()).unwrap_err();
    assert!(other.message().ends_with("does not end in .csv, .jsonl or .parquet"), "{other}");

    runs.remove(&ids[1]).unwrap();
    assert_eq!(names(&by_loss), ["a"]);
    assert!(runs.dir().join("e").join(&ids[1]).is_dir(), "its files stay");
}

#[test]
fn bad_names_and_changed_params_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let runs = runs(dir.path());
    let run = runs.start(&RunOptions { capture: false, ..options("e") }, &Job::new()).unwrap();
    for key in ["../x", "a/../b", "", &"k".repeat(251)] {
        let e = run.log_metrics(&[metric("good", 1.0, 0), metric(key, 1.0, 0)]).unwrap_err();
        assert_eq!(e.code(), Code::InvalidArgument, "{key}");
    }
    assert!(value(&runs.show(run.id()).unwrap())["metrics"]["good"].is_null(), "nothing of a refused call is written");
    run.log_params(&pairs(&[("lr", "1")])).unwrap();
    run.log_params(&pairs(&[("lr", "1")])).unwrap();
    assert_eq!(run.log_params(&pairs(&[("lr", "2")])).unwrap_err().code(), Code::AlreadyExists);
    assert!(run.log_text("../x", "text").is_err());
    std::fs::remove_dir_all(run.dir()).unwrap();
    assert_eq!(run.log_metrics(&[metric("loss", 1.0, 0)]).unwrap_err().code(), Code::NotFound);
}

#[test]
fn a_run_says_which_code_it_ran() {
    let world = World::new();
    let (work, _) = world.repo();
    let code = file(&work, "train.py", "print(1)\n");
    git(&work, &["add", "train.py"]);
    git(&work, &["commit", "-qm", "code"]);
    let session = |runs: &Runs| {
        let run = runs.start(&options("e"), &Job::new()).unwrap();
        run.end(RunStatus::Finished).unwrap();
        value(&runs.show(run.id()).unwrap())
    };
    let runs = runs(&work.join("data"));
    let clean = session(&runs);
    assert!(std::fs::read_to_string(work.join(".gitignore")).unwrap().lines().any(|l| l == "/runs/"));
    assert_eq!(clean["session"]["code"]["commit"], git(&work, &["rev-parse", "HEAD"]));
    assert_eq!(clean["session"]["code"]["branch"], "main");
    assert_eq!(clean["tags"]["mlflow.source.git.commit"], git(&work, &["rev-parse", "HEAD"]));
    assert_eq!(clean["session"]["code"]["dirty"], false);
    let missing = clean["session"]["missing"].as_array().unwrap();
    // Not every machine that tests has a Python whose packages can be found.
    assert!(missing.iter().all(|m| m.as_str().unwrap().starts_with("the environment")), "{missing:?}");

    std::fs::write(&code, "print(2)\n").unwrap();
    std::fs::write(work.join("new.py"), "").unwrap();
    let dirty = session(&runs);
    assert_eq!(dirty["session"]["code"]["dirty"], true);
    let own = PathBuf::from(dirty["dir"].as_str().unwrap()).join("octostore");
    assert!(std::fs::read_to_string(own.join("diff.patch")).unwrap().contains("+print(2)"));
    assert!(std::fs::read_to_string(own.join("untracked.txt")).unwrap().lines().any(|l| l == "new.py"));
    assert_eq!(git(&work, &["status", "--porcelain", "--", "runs"]), "", "git does not see runs");
}

#[test]
fn a_repository_without_a_commit_is_no_obstacle() {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &["init", "-q", "-b", "main"]);
    sign(dir.path());
    let runs = runs(dir.path());
    let run = runs.start(&options("e"), &Job::new()).unwrap();
    run.end(RunStatus::Finished).unwrap();
    let shown = value(&runs.show(run.id()).unwrap());
    assert_eq!(
        (&shown["session"]["code"]["commit"], &shown["session"]["code"]["branch"]),
        (&Value::Null, &json!("main"))
    );
    assert!(shown["session"]["missing"][0].as_str().unwrap().contains("no commit yet"), "{shown}");
}

#[test]
fn data_is_recorded_by_its_version_and_leads_back_to_its_runs() {
    let world = World::new();
    let (work, repo) = world.repo();
    let data = work.join("data/train.csv");
    std::fs::write(&data, "a\n1\n").unwrap();
    commit(&work, &repo, "data");
    let oid = repo.ls("", None).unwrap()[0].pointer.oid.to_string();
    let runs = runs(&work);
    let start = || runs.start(&options("e"), &Job::new()).unwrap();
    let input = |rev: &str| InputOptions {
        path: data.clone(),
        rev: rev.into(),
        context: "training".into(),
        ..Default::default()
    };

    let first = start();
    first.log_input(&input("")).unwrap();
    first.end(RunStatus::Finished).unwrap();
    let shown = value(&runs.show(first.id()).unwrap());
    let dataset = &shown["inputs"][0];
    assert_eq!((&dataset["name"], &dataset["source_type"]), (&json!("data/train.csv"), &json!("octostore")));
    assert_eq!((&dataset["digest"], &dataset["context"]), (&json!(oid[..36]), &json!("training")));

    // What is in the work tree is what is read, whatever the index says.
    std::fs::write(&data, "a\n1\n2\n").unwrap();
    let second = start();
    second.log_input(&input("")).unwrap();
    second.log_input(&InputOptions { name: "before".into(), ..input("HEAD") }).unwrap();
    second.end(RunStatus::Finished).unwrap();
    let shown = value(&runs.show(second.id()).unwrap());
    let digests: Vec<&str> =
        shown["inputs"].as_array().unwrap().iter().map(|i| i["digest"].as_str().unwrap()).collect();
    assert_eq!(digests.iter().filter(|d| **d == &oid[..36]).count(), 1, "{digests:?}");

    let why = value(&runs.why(data.to_str().unwrap()).unwrap());
    let read: Vec<(bool, &str)> = why["read_by"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["same_version"].as_bool().unwrap(), r["run"].as_str().unwrap()))
        .collect();
    assert_eq!((read[0], read.len()), ((true, second.id()), 3), "{why}");
    let why = value(&runs.why(&oid).unwrap());
    assert_eq!(why["read_by"].as_array().unwrap().len(), 2, "{why}");
    let of_run = value(&runs.why(first.id()).unwrap());
    assert_eq!(
        of_run["read"][0]["files"][0],
        json!({ "path": "data/train.csv", "oid": oid, "size": 4, "tracked": true })
    );
    assert_eq!(of_run["code"]["commit"], git(&work, &["rev-parse", "HEAD"]));
    assert!(!runs.why(work.join("data/nobody.csv").to_str().unwrap()).unwrap().answer());
}

#[test]
fn a_script_is_a_run_with_its_output_and_its_exit_code() {
    let dir = tempfile::tempdir().unwrap();
    let runs = runs(dir.path());
    let script = file(
        dir.path(),
        "train.py",
        "import os, sys\nprint('args', sys.argv[1:])\nassert os.environ['OCTOSTORE_RUN_ID']\n",
    );
    let params = ExecuteOptions { params: pairs(&[("lr", "0.5")]), ..named("good") };
    assert_eq!(execute(&runs, &[&script, "--more"], &params).unwrap(), 0);
    let shown = value(&runs.show("good").unwrap());
    assert_eq!((&shown["status"], &shown["params"]["lr"]), (&json!("FINISHED"), &json!("0.5")));
    assert_eq!(log(&shown), "args ['--lr=0.5', '--more']\n");
    assert!(shown["metrics"]["system/duration_seconds"]["value"].as_f64().unwrap() > 0.0);

    let script = file(dir.path(), "bad.py", "x = 1\ny = 0\nprint(x / y)\n");
    assert_eq!(execute(&runs, &[&script], &named("bad")).unwrap(), 1);
    let shown = value(&runs.show("bad").unwrap());
    assert_eq!((&shown["status"], &shown["tags"]["octostore.exit_code"]), (&json!("FAILED"), &json!("1")));
    assert_eq!(shown["tags"]["octostore.error"], "ZeroDivisionError: division by zero");
    assert!(log(&shown).contains("line 3"));

    assert_eq!(execute(&runs, &["sh", "-c", "exit 42"], &named("command")).unwrap(), 42);
    let missing = execute(&runs, &["no-such-program"], &named("missing")).unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
    assert_eq!(value(&runs.show("missing").unwrap())["status"], "FAILED");
    assert_eq!(execute(&runs, &[], &named("nothing")).unwrap_err().code(), Code::InvalidArgument);
}

#[test]
fn a_notebook_runs_as_a_script_and_a_failing_cell_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let runs = runs(dir.path());
    let cells = [
        "%matplotlib inline\n%load_ext autoreload\nimport asyncio, os",
        "async def one():\n    return 41\nvalue = await one() + 1\nvalue",
        "names = !echo a; echo b\nprint(names)\n!echo shell {value}",
        "%%bash\nprintf 'bash %s\\n' \"$((1 + 1))\"",
        "%%time\nasync def two():\n    await asyncio.sleep(0)\nawait two()",
        "print(os.path.basename(os.getcwd()), __name__)",
        "a = 1\nb = 0\na / b",
        "print('never')",
    ];
    let work = dir.path().join("notebooks");
    std::fs::create_dir(&work).unwrap();
    let path = file(&work, "a.ipynb", &notebook(&cells));
    assert_eq!(execute(&runs, &[&path], &named("seven")).unwrap(), 1);
    let shown = value(&runs.show("seven").unwrap());
    let said = log(&shown);
    for expected in ["42\n", "['a', 'b']\n", "shell 42\n", "bash 2\n", "Wall time: ", "notebooks __main__\n"] {
        assert!(said.contains(expected), "{expected} is not in {said}");
    }
    assert!(said.contains("in cell 7 of a.ipynb, line 3 of the cell") && !said.contains("never"), "{said}");
    assert!(said.contains("    a / b"), "the traceback shows the line: {said}");
    let tags = &shown["tags"];
    assert_eq!(
        (&shown["status"], &tags["octostore.failed_cell"], &tags["octostore.failed_line"]),
        (&json!("FAILED"), &json!("7"), &json!("3"))
    );
    assert_eq!(
        (&tags["octostore.error"], &tags["mlflow.source.type"]),
        (&json!("ZeroDivisionError: division by zero"), &json!("NOTEBOOK"))
    );
    assert_eq!(shown["artifacts"], json!(["notebook/a.ipynb", "notebook/a.py"]));

    let broken = file(dir.path(), "broken.ipynb", "{ not json");
    let e = execute(&runs, &[&broken], &named("broken")).unwrap_err();
    assert!(e.code() == Code::InvalidData && e.message().starts_with("broken.ipynb is no notebook"), "{e}");
    assert_eq!(runs.show("broken").unwrap_err().code(), Code::NotFound, "what is no notebook is no run");
}

#[test]
fn parameters_take_the_place_of_a_notebooks_own() {
    let dir = tempfile::tempdir().unwrap();
    let runs = runs(dir.path());
    let mut text: Value = serde_json::from_str(&notebook(&["lr = 1\nname = 'x'", "print(lr * 2, name)"])).unwrap();
    text["cells"][0]["metadata"]["tags"] = json!(["parameters"]);
    let path = file(dir.path(), "p.ipynb", &text.to_string());
    let options = ExecuteOptions { params: pairs(&[("lr", "0.5"), ("name", "it's")]), ..named("p") };
    assert_eq!(execute(&runs, &[&path], &options).unwrap(), 0);
    assert_eq!(log(&value(&runs.show("p").unwrap())), "1.0 it's\n");
}

#[test]
fn what_a_program_changes_of_the_data_is_recorded() {
    let world = World::new();
    let (work, repo) = world.repo();
    std::fs::write(work.join("data/in.csv"), "a\n1\n").unwrap();
    commit(&work, &repo, "data");
    let runs = runs(&work);
    let out = work.join("data/out.csv");
    let command = format!("echo b > {}", out.display());
    assert_eq!(execute(&runs, &["sh", "-c", &command], &named("made")).unwrap(), 0);
    let why = value(&runs.why(out.to_str().unwrap()).unwrap());
    assert_eq!(
        (&why["written_by"][0]["name"], &why["written_by"][0]["same_version"]),
        (&json!("made"), &json!(true)),
        "{why}"
    );
    // Its version is the one that it has once it is added.
    repo.add(&[], &Job::new()).unwrap();
    let oid = repo.ls("", None).unwrap().iter().find(|e| e.path.to_string() == "data/out.csv").unwrap().pointer.oid;
    assert_eq!(value(&runs.why("made").unwrap())["wrote"][0]["oid"], oid.to_string());
}

#[test]
fn a_program_runs_where_git_does_not_say_which_data_there_is() {
    let world = World::new();
    let (work, _) = world.repo();
    std::fs::write(work.join(".git/index"), "no index").unwrap();
    let runs = runs(&work);
    assert_eq!(execute(&runs, &["true"], &named("all the same")).unwrap(), 0);
    let shown = value(&runs.show("all the same").unwrap());
    let unknown = shown["tags"]["octostore.outputs"].as_str().unwrap();
    assert!(shown["status"] == "FINISHED" && unknown.starts_with("unknown: "), "{shown}");
}

#[test]
fn a_stopped_program_ends_and_its_run_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let runs = runs(dir.path());
    let cancel = Cancel::new();
    let job = Job::new().cancel_with(&cancel);
    let ready = dir.path().join("ready");
    let script = file(dir.path(), "slow.py", &format!("import time\nopen({:?}, 'w').close()\ntime.sleep(60)\n", ready));
    let code = std::thread::scope(|scope| {
        let running = scope.spawn(|| runs.execute(&[script], &named("slow"), &job));
        while !ready.exists() {
            std::thread::sleep(Duration::from_millis(10));
        }
        cancel.cancel();
        running.join().unwrap()
    });
    assert_eq!(code.unwrap(), 130);
    let shown = value(&runs.show("slow").unwrap());
    assert_eq!(shown["status"], "KILLED");
    assert!(log(&shown).contains("KeyboardInterrupt"), "it was told as Ctrl-C tells it");
}

#[test]
fn a_killed_writer_is_found_dead_and_what_it_wrote_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let at_work = child::kill_after(
        std::process::Command::new(common::program().with_file_name("run_writer")).arg(dir.path()),
        Duration::from_millis(1500),
    );
    assert!(at_work);
    let runs = runs(dir.path());
    let found = value(&runs.search(&SearchOptions::default(), &Job::new()).unwrap());
    let run = &found["runs"][0];
    assert_eq!((&run["status"], &run["state"]), (&json!("KILLED"), &json!("ended")), "{run}");
    assert!(run["metrics"]["loss"]["step"].as_i64().unwrap() > 0, "{run}");
    assert!(run["end_ms"].is_i64());
}

#[test]
fn a_folder_that_cannot_be_written_says_so() {
    let Some(disk) =
        child::SmallDisk::mount("a_folder_that_cannot_be_written_says_so", tempfile::tempdir().unwrap().keep(), 8)
    else {
        return;
    };
    let runs = runs(&disk.0);
    let run = runs.start(&options("e"), &Job::new()).unwrap();
    run.log_metrics(&[metric("loss", 1.0, 0)]).unwrap();
    run.end(RunStatus::Finished).unwrap();
    disk.remount("ro");
    let e = runs.start(&options("e"), &Job::new()).err().unwrap();
    assert_eq!(e.code(), Code::PermissionDenied, "{e}");
    assert_eq!(value(&runs.show(run.id()).unwrap())["metrics"]["loss"]["value"], 1.0, "what is there is shown");
    disk.remount("rw");
    let filler = disk.fill(8 - 1);
    let big = "x".repeat(2 << 20);
    let run = runs.start(&options("e"), &Job::new());
    let full = run.and_then(|run| run.log_text("big.txt", &big)).unwrap_err();
    assert_eq!(full.code(), Code::DiskFull, "{full}");
    std::fs::remove_file(filler).unwrap();
}
