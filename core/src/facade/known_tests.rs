//! `view`, `features` and `diff_stats` on what is stored beside data that is not there.

#![allow(clippy::unwrap_used)]

use crate::profile::summary::testing::golden_bytes;
use crate::repo::testing::Fixture;
use crate::{Code, Context, FeaturesOptions, Job, ReadOptions, Repo, RepoPath, ViewOptions};
use arrow::record_batch::RecordBatchReader;
use serde_json::Value;

fn path(text: &str) -> RepoPath {
    RepoPath::from_bytes(text.as_bytes()).unwrap()
}

/// A repository whose first commit has the statistics of the trips to train with, and whose second has those to evaluate with
/// and another table.
fn repository() -> (Fixture, Repo) {
    let f = Fixture::new();
    let repo = Repo::open(f.root(), &Context::default()).unwrap();
    let write = |of: &str, golden: &str| {
        let bytes = golden_bytes(golden);
        repo.write_beside(&path(of), &[("statistics.pb", &bytes)], &Job::new()).unwrap();
    };
    write("taxi.csv", "taxi_examples_train");
    f.run(&["commit", "-qm", "Train"]);
    write("taxi.csv", "taxi_examples_eval");
    write("more/penguins.csv", "penguins_labelled");
    f.run(&["commit", "-qm", "Eval"]);
    (f, repo)
}

fn json(document: &crate::Document) -> Value {
    serde_json::from_str(document.json()).unwrap()
}

#[test]
fn a_diff_of_statistics_reads_no_data_and_says_what_came_and_changed() {
    let (_f, repo) = repository();
    let diff = |from: &str, to: &str, paths: &[&str]| {
        repo.diff_stats(from, to, &paths.iter().map(|p| path(p)).collect::<Vec<_>>(), &Job::new())
    };
    let document = diff("HEAD~1", "HEAD", &[]).unwrap();
    assert!(!document.answer());
    let paths = json(&document)["paths"].clone();
    assert_eq!((&paths[0]["path"], &paths[0]["state"]), (&"more/penguins.csv".into(), &"new".into()));
    assert_eq!((&paths[1]["path"], &paths[1]["state"]), (&"taxi.csv".into(), &"changed".into()));
    let text = String::from_utf8(document.part("text").unwrap().to_vec()).unwrap();
    assert!(text.contains("taxi.csv: ") && text.contains("more/penguins.csv: 0 → 334 rows"), "{text}");
    assert!(document.part("markdown").unwrap().starts_with(b"### `more/penguins.csv`"));
    assert!(diff("HEAD", "", &[]).unwrap().answer());
    assert_eq!(json(&diff("HEAD~1", "", &["more"]).unwrap())["paths"].as_array().unwrap().len(), 1);
    assert_eq!(diff("HEAD~1", "HEAD", &["nothing"]).unwrap_err().code(), Code::NotFound);
}

#[test]
fn a_choice_of_columns_is_recorded_and_staged_under_its_name() {
    let (f, repo) = repository();
    let options =
        FeaturesOptions { label: "tips".into(), save: "taxi".into(), rev: "HEAD~1".into(), ..Default::default() };
    let document = repo.features(&[], &options, &Job::new()).unwrap();
    let table = json(&document)["tables"][0].clone();
    let kept: Vec<&str> = table["kept"].as_array().unwrap().iter().map(|k| k.as_str().unwrap()).collect();
    assert!(kept.contains(&"tips") && kept.contains(&"fare"), "{kept:?}");
    assert_eq!(table["columns"][0]["name"], "tips");
    let staged = f.run(&["show", ":.octostore/selections/taxi.toml"]);
    assert_eq!(staged.as_bytes(), document.part("selection.toml").unwrap());
    let read: toml::Table = staged.parse().unwrap();
    assert_eq!(read["table"][0]["path"].as_str(), Some("taxi.csv"));
    assert_eq!(read["table"][0]["columns"].as_array().unwrap().len(), kept.len());
}

#[test]
fn a_diff_tells_what_changed_in_the_schema() {
    let (f, repo) = repository();
    let schema = |text: &str| {
        repo.write_beside(&path("taxi.csv"), &[("schema.pbtxt", text.as_bytes())], &Job::new()).unwrap();
        f.run(&["commit", "-qm", "Schema"]);
    };
    schema("feature { name: \"fare\" type: INT }");
    schema("feature { name: \"fare\" type: FLOAT }");
    let document = repo.diff_stats("HEAD~1", "HEAD", &[], &Job::new()).unwrap();
    assert!(!document.answer());
    let text = String::from_utf8(document.part("text").unwrap().to_vec()).unwrap();
    assert!(text.contains("schema: feature[fare].type: INT → FLOAT"), "{text}");
    assert_eq!(json(&document)["paths"][1]["schema"][0]["kind"], "changed");
}

#[test]
fn reading_obeys_a_choice_and_takes_the_columns_of_its_own_table() {
    let f = Fixture::new();
    let repo = Repo::open(f.root(), &Context::default()).unwrap();
    repo.track(&["*.csv".into()]).unwrap();
    f.write("a.csv", "x,y,z\n1,2,3\n");
    f.write("b/1.csv", "x,y,z\n1,2,3\n");
    repo.add(&[], &Job::new()).unwrap();
    f.write(
        ".octostore/selections/s.toml",
        "[[table]]\npath = \"a.csv\"\ncolumns = [\"x\"]\n[[table]]\npath = \"b\"\ncolumns = [\"y\", \"z\"]\n",
    );
    let columns = |of: &str, selection: &str| {
        let options = ReadOptions { selection: selection.into(), ..Default::default() };
        let rows = repo.read_rows("", &path(of), &options, &Job::new())?;
        Ok(rows.schema().fields().iter().map(|f| f.name().clone()).collect::<Vec<_>>())
    };
    let (one, two) = (columns("a.csv", "s").unwrap(), columns("b/1.csv", "s").unwrap());
    assert_eq!((one, two), (vec!["x".to_owned()], vec!["y".to_owned(), "z".to_owned()]));
    f.write(".octostore/selections/other.toml", "[[table]]\npath = \"c.csv\"\ncolumns = [\"x\"]\n");
    let error: crate::Error = columns("a.csv", "other").unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
}

#[test]
fn a_folder_without_statistics_of_its_own_means_the_tables_in_it() {
    let (_f, repo) = repository();
    let document = repo.features(&[path("more")], &FeaturesOptions::default(), &Job::new()).unwrap();
    assert_eq!(json(&document)["tables"][0]["path"], "more/penguins.csv");
}

#[test]
fn a_choice_without_statistics_or_with_a_name_that_leads_elsewhere_is_refused() {
    let (f, repo) = repository();
    let save = |name: &str| FeaturesOptions { save: name.into(), ..Default::default() };
    for name in ["../x", "a/b", ".hidden", "a\nb"] {
        let error = repo.features(&[], &save(name), &Job::new()).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument, "{name}");
    }
    let error = repo.features(&[path("none.csv")], &save("x"), &Job::new()).unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    let many = FeaturesOptions { max_missing: 7.0, ..Default::default() };
    assert_eq!(repo.features(&[], &many, &Job::new()).unwrap_err().code(), Code::InvalidArgument);
    assert!(!f.root().join(".octostore").exists());
}

#[test]
fn a_view_shows_a_revision_beside_another_revision_or_path() {
    let (_f, repo) = repository();
    let view = |rev: &str, against: &str| {
        repo.view(rev, &path("taxi.csv"), &ViewOptions { against: against.into() }, &Job::new()).unwrap()
    };
    let alone = view("HEAD", "");
    assert_eq!(json(&alone)["name"], "taxi.csv at HEAD");
    assert!(alone.part("page.html").unwrap().starts_with(b"<!DOCTYPE html>"));
    assert!(alone.part("fragment.html").unwrap().starts_with(b"<div"));
    assert_eq!(json(&view("", "HEAD~1"))["against"]["name"], "taxi.csv at HEAD~1");
    assert_eq!(json(&view("", "more/penguins.csv"))["against"]["rows"], 334);
    assert_eq!(json(&view("", "HEAD:more/penguins.csv"))["against"]["name"], "more/penguins.csv at HEAD");
}
