//! The command line as a contract: help, documentation, exit codes, JSON.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output};

fn octostore(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_octostore")).args(args).current_dir(dir).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn git(dir: &Path, args: &[&str]) {
    let output = Command::new("git").args(args).current_dir(dir).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// A repository with one tracked file, added and committed.
fn repo() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &["init", "-q", "-b", "main", "work"]);
    let work = dir.path().join("work");
    git(&work, &["config", "user.name", "A"]);
    git(&work, &["config", "user.email", "a@example.org"]);
    std::fs::create_dir(work.join("data")).unwrap();
    std::fs::write(work.join("data/x.csv"), "a,b\n1,2\n".repeat(500)).unwrap();
    let store = format!("file://{}/store", dir.path().display());
    for args in [&["init", "--store", &store][..], &["track", "data/"], &["add"]] {
        let output = octostore(&work, args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    }
    git(&work, &["add", "."]);
    git(&work, &["commit", "-qm", "x"]);
    dir
}

fn verbs() -> Vec<String> {
    let help = text(&octostore(Path::new("."), &["--help"]).stdout);
    let lines = help.lines().skip_while(|l| *l != "Commands:").skip(1).take_while(|l| l.starts_with("  "));
    lines
        .filter(|l| !l.starts_with("   "))
        .filter_map(|l| l.split_whitespace().next())
        .filter(|v| *v != "help")
        .map(String::from)
        .collect()
}

#[test]
fn every_verb_explains_itself_with_an_example() {
    let verbs = verbs();
    assert!(verbs.len() >= 17, "{verbs:?}");
    for verb in verbs {
        let output = octostore(Path::new("."), &[&verb, "--help"]);
        assert!(text(&output.stdout).contains("Examples:\n  octostore"), "{verb}");
    }
}

#[test]
fn the_documentation_is_fresh() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    let fresh = text(&octostore(Path::new("."), &["docs"]).stdout);
    assert!(std::fs::read_to_string(page).unwrap() == fresh, "run: octostore docs > docs/cli.md");
}

#[test]
fn exit_codes_are_those_of_the_documentation() {
    let dir = repo();
    let work = dir.path().join("work");
    let code = |args: &[&str]| octostore(&work, args).status.code();
    assert_eq!(code(&["status"]), Some(0));
    assert_eq!(code(&["status", "--exit-code"]), Some(1), "not pushed");
    assert_eq!(code(&["push"]), Some(0));
    assert_eq!(code(&["status", "--exit-code"]), Some(0));
    assert_eq!(code(&["nonsense"]), Some(2));
    assert_eq!(code(&["cat", "no-colon"]), Some(2));
    assert_eq!(code(&["cat", "HEAD:data/x.csv", "--range", "9-3"]), Some(2));
    assert_eq!(code(&["add", "../outside"]), Some(2));
    assert_eq!(code(&["drop", "data/x.csv"]), Some(2), "nobody confirms");
    assert_eq!(code(&["add", "data/none.csv"]), Some(3));
    assert_eq!(code(&["cat", "HEAD~9:data/x.csv"]), Some(3));
    assert_eq!(octostore(dir.path(), &["status"]).status.code(), Some(3), "no repository");
    let pack = std::fs::read_dir(work.join(".git/octostore/packs")).unwrap().next().unwrap().unwrap().path();
    let pack = std::fs::read_dir(pack).unwrap().next().unwrap().unwrap().path();
    let len = std::fs::metadata(&pack).unwrap().len();
    std::fs::File::options().write(true).open(&pack).unwrap().set_len(len - 1).unwrap();
    assert_eq!(code(&["fsck"]), Some(1));
}

#[test]
fn errors_say_what_and_what_to_do() {
    let dir = repo();
    let output = octostore(&dir.path().join("work"), &["add", "data/none.csv"]);
    let said = text(&output.stderr);
    assert!(said.lines().next().unwrap().starts_with("error: ") && said.contains("data/none.csv"), "{said}");
    let output = octostore(dir.path(), &["--json", "status"]);
    let error: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["name"], "not_a_repository");
    assert_eq!(error["error"]["code"], 2);
    assert!(!error["error"]["hint"].as_str().unwrap().is_empty());
}

#[test]
fn listings_are_json_with_stable_names() {
    let dir = repo();
    let work = dir.path().join("work");
    let json = |args: &[&str]| -> serde_json::Value {
        let output = octostore(&work, &[args, &["--json"]].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let status = json(&["status"]);
    assert_eq!(status[0]["path"], "data/x.csv");
    assert_eq!(status[0]["state"], "present");
    assert_eq!(status[0]["pushed"], false);
    assert_eq!(json(&["push"])["files"], 1);
    assert_eq!(json(&["ls", "HEAD"])[0]["size"], 4000);
    assert_eq!(json(&["log", "data/x.csv"])[0]["subject"], "x");
    assert_eq!(json(&["resolve", "HEAD:data/x.csv"])["ranges"][0]["length"], 4000);
    assert_eq!(json(&["fsck", "--store"])["problems"], serde_json::json!([]));
    assert_eq!(json(&["drop", "data/x.csv", "--yes"])["files"], 1);
    assert_eq!(json(&["status"])[0]["state"], "pointer");
    assert_eq!(json(&["pull"])["files"], 1);
    assert_eq!(json(&["store", "show"])["accepted"], true);
}

#[test]
fn cat_prints_ranges_of_any_revision() {
    let dir = repo();
    let work = dir.path().join("work");
    let cat = |args: &[&str]| text(&octostore(&work, &[&["cat"], args].concat()).stdout);
    assert_eq!(cat(&["HEAD:data/x.csv"]).len(), 4000);
    assert_eq!(cat(&["HEAD:data/x.csv", "--range", "4-7"]), "1,2\n");
    assert_eq!(cat(&[":data/x.csv", "--range", "3996-"]), "1,2\n");
    assert_eq!(cat(&["HEAD:data/x.csv", "--range", "0-0"]), "a");
}

#[test]
fn it_is_a_git_command_too() {
    let dir = repo();
    let folder = Path::new(env!("CARGO_BIN_EXE_git-octostore")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let output = Command::new("git")
        .args(["octostore", "status"])
        .current_dir(dir.path().join("work"))
        .env("PATH", path)
        .output()
        .unwrap();
    assert!(text(&output.stdout).contains("data/x.csv"), "{}", text(&output.stderr));
}

#[test]
fn shells_complete_it() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = text(&octostore(Path::new("."), &["completions", shell]).stdout);
        assert!(script.contains("untrack"), "{shell}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let dir = repo();
    let script = format!("{} cat HEAD:data/x.csv | head -c 10", env!("CARGO_BIN_EXE_octostore"));
    let output = Command::new("bash")
        .args(["-o", "pipefail", "-c", &script])
        .current_dir(dir.path().join("work"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "a,b\n1,2\na,");
}
