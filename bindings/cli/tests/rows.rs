//! The verbs on rows, statistics and schemas: what they print, write and answer.
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn octostore(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_octostore")).args(args).current_dir(dir).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a verb prints that ends with this code.
fn said(dir: &Path, args: &[&str], code: i32) -> String {
    let output = octostore(dir, args);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn document(dir: &Path, args: &[&str], code: i32) -> Value {
    let args: Vec<&str> = ["--json"].into_iter().chain(args.iter().copied()).collect();
    serde_json::from_str(&said(dir, &args, code)).unwrap()
}

fn git(dir: &Path, args: &[&str]) {
    let output = Command::new("git").args(args).current_dir(dir).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
}

/// 400 people: numbers, words, dates, and a column that says what the age is.
fn people() -> String {
    let row = |n: usize| {
        let (age, city) = (18 + n * 37 % 60, ["Oslo", "Lima", "Rome", "Pune"][n % 4]);
        let bought = if age > 40 { "yes" } else { "no" };
        let age = if n.is_multiple_of(50) { String::new() } else { age.to_string() };
        format!("{n},{age},{city},2024-{:02}-{:02},{bought}\n", 1 + n / 34, 1 + n % 28)
    };
    format!("id,age,city,day,bought\n{}", (1..=400).map(row).collect::<String>())
}

struct Project {
    dir: tempfile::TempDir,
}

impl Project {
    fn work(&self) -> PathBuf {
        self.dir.path().join("work")
    }

    /// A repository with a table that was added and committed.
    fn new() -> Project {
        let dir = tempfile::tempdir().unwrap();
        git(dir.path(), &["init", "-q", "-b", "main", "work"]);
        let project = Project { dir };
        let work = project.work();
        git(&work, &["config", "user.name", "A"]);
        git(&work, &["config", "user.email", "a@example.org"]);
        fs::create_dir(work.join("data")).unwrap();
        fs::write(work.join("data/people.csv"), people()).unwrap();
        let store = format!("file://{}/store", project.dir.path().display());
        for args in [&["init", "--store", &store][..], &["track", "data/"], &["add"]] {
            said(&work, args, 0);
        }
        git(&work, &["add", "."]);
        git(&work, &["commit", "-qm", "people"]);
        project
    }

    /// Its statistics and schema are beside the data, and committed under a tag.
    fn profiled() -> Project {
        let project = Project::new();
        let work = project.work();
        assert!(said(&work, &["profile", "data/people.csv"], 0).ends_with("It is kept in data/people.csv.octo/.\n"));
        said(&work, &["schema", "infer", "data/people.csv", "--write"], 0);
        git(&work, &["commit", "-qm", "profiled"]);
        git(&work, &["tag", "one"]);
        project
    }
}

#[test]
fn a_profile_is_a_table_of_features_and_a_folder_of_files() {
    let project = Project::new();
    let work = project.work();
    let table = said(&work, &["profile", "data/people.csv", "-o", "stats"], 0);
    assert!(table.starts_with("400 rows, 5 columns\n"), "{table}");
    let age = table.lines().find(|l| l.starts_with("age ")).unwrap();
    assert!(age.contains("INT") && age.contains("2%"), "{table}");
    assert!(table.lines().find(|l| l.starts_with("city ")).unwrap().contains("(100)"), "{table}");
    assert!(fs::read(work.join("stats/statistics.pb")).unwrap().len() > 100);
    assert!(!work.join("data/people.csv.octo").exists());
    said(&work, &["profile", "data/people.csv", "--dry-run"], 0);
    assert!(!work.join("data/people.csv.octo").exists());
    let report = document(&work, &["profile", "HEAD:data/people.csv", "--columns", "age"], 0);
    assert_eq!((&report["rows"], report["features"].as_array().unwrap().len()), (&Value::from(400), 1));
}

#[test]
fn a_profile_works_where_there_is_no_repository() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("people.csv"), people()).unwrap();
    let table = said(dir.path(), &["profile", "people.csv"], 0);
    assert!(table.starts_with("400 rows, 5 columns\n"), "{table}");
    assert!(!dir.path().join("people.csv.octo").exists());
    said(dir.path(), &["profile", "HEAD:people.csv"], 3);
    said(dir.path(), &["profile", "nobody.csv"], 3);
}

#[test]
fn anomalies_are_told_in_four_forms_and_end_with_one() {
    let project = Project::profiled();
    let work = project.work();
    said(&work, &["validate", "data/people.csv"], 0);
    fs::write(work.join("data/people.csv"), people().replace(",Rome,", ",7,").replace("\n7,", "\nseven,")).unwrap();
    said(&work, &["add"], 0);
    let words = said(&work, &["validate", "data/people.csv"], 1);
    assert!(words.contains("city") || words.contains("id"), "{words}");
    let markdown = said(&work, &["validate", "data/people.csv", "--format", "markdown"], 1);
    assert!(markdown.contains('|'), "{markdown}");
    let junit = said(&work, &["validate", "data/people.csv", "--format", "junit"], 1);
    assert!(junit.contains("<testsuite") && junit.contains("<failure"), "{junit}");
    let json = said(&work, &["validate", "data/people.csv", "--format", "json", "-o", "anomalies.pbtxt"], 1);
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), document(&work, &["validate", "data/people.csv"], 1));
    assert!(fs::read_to_string(work.join("anomalies.pbtxt")).unwrap().contains("anomaly_info"));
    said(&work, &["validate", "one:data/people.csv"], 0);
}

#[test]
fn a_schema_is_inferred_shown_and_compared() {
    let project = Project::profiled();
    let work = project.work();
    let shown = said(&work, &["schema", "show", "data/people.csv"], 0);
    assert!(shown.contains("name: \"age\""), "{shown}");
    assert!(said(&work, &["schema", "diff", "data/people.csv", "--against", "one"], 0).contains("the same"));
    let file = work.join("data/people.csv.octo/schema.pbtxt");
    let changed = fs::read_to_string(&file).unwrap().replace("type: INT", "type: FLOAT");
    fs::write(work.join("other.pbtxt"), changed).unwrap();
    let differences = said(&work, &["schema", "diff", "data/people.csv", "--against", "other.pbtxt"], 1);
    assert!(differences.contains("FLOAT") && differences.contains("INT"), "{differences}");
}

#[test]
fn rows_are_sampled_split_and_written_as_examples() {
    let project = Project::new();
    let work = project.work();
    let sampled = said(&work, &["sample", "data/people.csv", "--rows", "40", "-o", "data/few.csv"], 0);
    assert!(sampled.starts_with("Wrote 40 of 400 rows to data/few.csv"), "{sampled}");
    assert_eq!(fs::read_to_string(work.join("data/few.csv")).unwrap().lines().count(), 41);
    let parts = said(&work, &["split", "data/people.csv", "--train", "0.7", "--test", "0.3", "--by", "city"], 0);
    assert!(parts.starts_with("part") && parts.contains("train") && parts.contains("test"), "{parts}");
    let count = |part: &str| said(&work, &["rows", ":data/people.csv", "--split", part], 0).lines().count() - 1;
    assert_eq!(count("train") + count("test"), 400);
    let checked = said(&work, &["split", "data/people.csv", "--check"], 0);
    assert!(checked.contains("never in two parts"), "{checked}");
    let examples = said(&work, &["examples", "data/people.csv", "--split", "default", "-o", "data/examples"], 0);
    assert!(examples.contains("train") && work.join("data/examples/Split-train").is_dir(), "{examples}");
    said(&work, &["split", "data/people.csv", "--train", "-1"], 2);
}

#[test]
fn features_are_ranked_and_the_choice_is_what_rows_reads() {
    let project = Project::profiled();
    let work = project.work();
    let ranked = said(&work, &["features", "data/people.csv", "--label", "bought", "--save", "few"], 0);
    assert!(ranked.contains("label") && ranked.contains(".octostore/selections/few.toml"), "{ranked}");
    let rows = said(&work, &["rows", ":data/people.csv", "--selection", "few", "--limit", "1"], 0);
    let header = rows.lines().next().unwrap();
    assert!(header.contains("bought") && header.split(',').count() < 5, "{header}");
}

#[test]
fn statistics_are_compared_without_the_data_and_shown_on_a_page() {
    let project = Project::profiled();
    let work = project.work();
    assert!(said(&work, &["diff", "--stats"], 0).contains("do not differ"));
    fs::write(work.join("data/people.csv"), people().replace(",Rome,", ",Bonn,")).unwrap();
    said(&work, &["add"], 0);
    said(&work, &["profile", "data/people.csv"], 0);
    let told = said(&work, &["diff", "--stats", "data/people.csv"], 1);
    assert!(told.contains("city"), "{told}");
    git(&work, &["commit", "-qm", "moved"]);
    said(&work, &["diff", "--stats"], 0);
    assert_eq!(document(&work, &["diff", "one", "HEAD", "--stats"], 1)["from"], "one");
    said(&work, &["diff", "one"], 2);
    let wrote = said(&work, &["view", "data/people.csv", "--against", "one", "-o", "people.html"], 0);
    assert!(wrote.starts_with("Wrote people.html"), "{wrote}");
    let page = fs::read_to_string(work.join("people.html")).unwrap();
    assert!(page.contains("<html") && page.contains("city"), "a page");
    said(&work, &["view", "data/people.csv", "-o", "no/such/folder.html"], 3);
}

#[test]
fn data_is_imported_from_elsewhere_and_statistics_are_pulled_alone() {
    let project = Project::new();
    let (work, outside) = (project.work(), project.dir.path().join("outside"));
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("a.csv"), people()).unwrap();
    fs::write(outside.join("notes.txt"), "read me").unwrap();
    let from = outside.display().to_string();
    let told = said(&work, &["import", &from, "--to", "data/in", "--only", "*.csv", "--profile", "--commit"], 0);
    assert!(told.starts_with("1 file (") && told.contains("Committed as "), "{told}");
    let again = document(&work, &["import", &from, "--to", "data/in", "--only", "*.csv", "--update"], 0);
    assert_eq!((&again["unchanged"], &again["changed"]), (&Value::from(1), &Value::from(0)));
    said(&work, &["import", "/no/such/file.csv", "--to", "data/none"], 3);
    git(&work, &["init", "-q", "--bare", "-b", "main", "../hub.git"]);
    git(&work, &["remote", "add", "origin", "../hub.git"]);
    said(&work, &["push", "origin"], 0);
    said(project.dir.path(), &["clone", "hub.git", "clone", "--data", "none"], 0);
    let clone = project.dir.path().join("clone");
    said(&clone, &["pull", "--only", "statistics,schema"], 0);
    let files = document(&clone, &["status"], 0);
    let present = |f: &&Value| f["state"] == "present" && f["path"].as_str().unwrap().ends_with(".csv");
    assert_eq!(files.as_array().unwrap().iter().filter(present).count(), 0, "{files}");
    assert!(said(&clone, &["view", "data/in/a.csv", "-o", "a.html"], 0).starts_with("Wrote"));
    said(&clone, &["pull", "--only", "everything"], 2);
}
