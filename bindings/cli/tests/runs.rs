//! Runs on the command line: exit codes, Ctrl-C, tables, JSON.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn octostore(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_octostore"));
    command.args(args).current_dir(dir).env_remove("MLFLOW_TRACKING_URI").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(dir: &Path, args: &[&str]) -> Value {
    let output = octostore(dir, &[&["--json"], args].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", text(&output.stderr)))
}

#[test]
fn the_exit_code_is_the_programs_own_and_125_is_octostores() {
    let dir = tempfile::tempdir().unwrap();
    let code = |args: &[&str]| octostore(dir.path(), &[&["run"], args].concat()).status.code();
    assert_eq!(code(&["--", "true"]), Some(0));
    assert_eq!(code(&["--", "sh", "-c", "exit 42"]), Some(42));
    assert_eq!(code(&["--", "sh", "-c", "kill -TERM $$"]), Some(128 + 15));
    assert_eq!(code(&["no-such-program"]), Some(125));
    assert_eq!(code(&["no-such-script.py"]), Some(125));
    std::fs::write(dir.path().join("a.ipynb"), "{").unwrap();
    assert_eq!(code(&["a.ipynb"]), Some(125));
    assert_eq!(code(&["--param", "no-value", "true"]), Some(2));
    assert_eq!(code(&["--expriment", "rain", "true"]), Some(2), "a slip is not a program");
    assert_eq!(code(&["sh", "-c", "exit $1", "--name", "7"]), Some(7), "what follows the program is the program's");
    let statuses = json(dir.path(), &["runs", "list", "--order-by", "attributes.start_time ASC"]);
    let statuses: Vec<&str> =
        statuses["runs"].as_array().unwrap().iter().map(|r| r["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["FINISHED", "FAILED", "KILLED", "FAILED", "FAILED"]);
}

#[test]
fn a_program_gets_its_own_options_and_its_output_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let output = octostore(dir.path(), &["run", "--name", "echo", "echo", "--json", "-n", "a b"]);
    assert_eq!(text(&output.stdout), "--json -n a b\n");
    let shown = json(dir.path(), &["runs", "show", "echo"]);
    assert_eq!(shown["session"]["command"], serde_json::json!(["echo", "--json", "-n", "a b"]));
    let told = octostore(dir.path(), &["run", "--", "sh", "-c", "echo $MLFLOW_TRACKING_URI $MLFLOW_ALLOW_FILE_STORE"]);
    let runs = dir.path().canonicalize().unwrap().join("runs");
    assert_eq!(text(&told.stdout), format!("file://{} true\n", runs.display()));
}

#[test]
fn ctrl_c_ends_the_program_and_is_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let script = "trap 'exit 9' INT; : > ready; while :; do sleep 0.05; done";
    let mut child = Command::new(env!("CARGO_BIN_EXE_octostore"))
        .args(["run", "--name", "slow", "--", "sh", "-c", script])
        .current_dir(dir.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while !dir.path().join("ready").exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the program does not start");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(9), "the program's own code");
    assert_eq!(json(dir.path(), &["runs", "show", "slow"])["status"], "KILLED");
}

#[test]
fn runs_are_shown_as_tables() {
    let dir = tempfile::tempdir().unwrap();
    for (name, lr) in [("a", "lr=1"), ("b", "lr=2")] {
        let output = octostore(dir.path(), &["run", "--experiment", "e", "--name", name, "--param", lr, "--", "true"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    let said = |args: &[&str]| {
        let output = octostore(dir.path(), args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    let list = said(&["runs", "list", "--filter", "params.lr = '2'"]);
    assert!(list.lines().count() == 2 && list.contains("  b     e           FINISHED"), "{list}");
    let compared = said(&["runs", "compare", "a", "b", "--html", "compare.html"]);
    assert!(
        compared.lines().any(|l| l.split_whitespace().collect::<Vec<_>>() == ["params.lr", "1", "2"]),
        "{compared}"
    );
    assert!(std::fs::read_to_string(dir.path().join("compare.html")).unwrap().contains("<html"));
    assert!(said(&["runs", "export", "runs.csv"]).starts_with("Wrote 2 runs to runs.csv"));
    assert!(said(&["why", "a"]).contains("command     true"));
    said(&["runs", "rm", "a"]);
    assert!(!said(&["runs", "list"]).contains("  a  "));
    assert_eq!(octostore(dir.path(), &["runs", "show", "nobody"]).status.code(), Some(3));
    assert_eq!(octostore(dir.path(), &["runs", "list", "--filter", "metrics.x <"]).status.code(), Some(2));
    assert_eq!(octostore(dir.path(), &["why", "nobody.csv"]).status.code(), Some(1));
}
