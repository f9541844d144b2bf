//! From a clone without data: choose columns, see what changed, look at a page, bring only the samples.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "tabular")]

mod common;

use common::{World, git, path};
use octostore::arrow::record_batch::RecordBatchReader;
use octostore::{
    CloneOptions, Code, DataChoice, Document, FeaturesOptions, Job, ProfileOptions, PullOptions, PushOptions,
    ReadOptions, Repo, ViewOptions,
};
use std::fmt::Write;
use std::path::Path;

/// A table with one column of each fault: an id, a copy, one that follows another, one that is mostly missing, a constant, one
/// that gives the label away; and two good ones.
fn faulty(rows: u64, shift: u64) -> String {
    let mut text = String::from("id,good,copy,near,sparse,constant,leaky,other,label\n");
    let mut state = 1u64;
    for row in 0..rows {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let noise = (state >> 33) % 1000 + shift;
        let near = noise * 3 + (state >> 50) % 20;
        let sparse = if row % 10 == 0 { noise.to_string() } else { String::new() };
        let (leaky, label) = if (state >> 40).is_multiple_of(2) { ("A", "yes") } else { ("B", "no") };
        let other = ["red", "green", "blue"][((state >> 45) % 3) as usize];
        writeln!(text, "{row},{noise}.5,{noise}.5,{near},{sparse},same,{leaky},{other},{label}").unwrap();
    }
    text
}

fn version(work: &Path, repo: &Repo, text: &str, message: &str) {
    std::fs::write(work.join("data/t.csv"), text).unwrap();
    repo.add(&[], &Job::new()).unwrap();
    let options = ProfileOptions { write: true, ..Default::default() };
    repo.profile("", &path("data/t.csv"), &options, &Job::new()).unwrap();
    git(work, &["commit", "-qm", message]);
}

/// A clone that has the statistics of both versions, and no data.
fn far(world: &World) -> (std::path::PathBuf, Repo) {
    let (work, origin) = world.repo();
    version(&work, &origin, &faulty(500, 0), "One");
    version(&work, &origin, &faulty(600, 400), "Two");
    origin.push(&PushOptions { remote: Some("origin".into()), ..Default::default() }, &Job::new()).unwrap();
    world.clone("b", CloneOptions { data: DataChoice::None, ..Default::default() })
}

fn json(document: &Document) -> serde_json::Value {
    serde_json::from_str(document.json()).unwrap()
}

#[test]
fn columns_are_chosen_from_statistics_alone_and_reading_obeys_the_choice() {
    let world = World::new();
    let (_work, clone) = far(&world);
    let options = FeaturesOptions { label: "label".into(), save: "chosen".into(), ..Default::default() };
    let document = clone.features(&[], &options, &Job::new()).unwrap();
    let table = json(&document)["tables"][0].clone();
    let columns = table["columns"].as_array().unwrap();
    let why = |name: &str| {
        let column = columns.iter().find(|c| c["name"] == name).unwrap();
        let reasons = column["reasons"].as_array().unwrap().iter();
        reasons.filter(|r| r["drops"] == true).map(|r| r["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(why("id"), ["id_like"]);
    assert_eq!(why("copy"), ["duplicate"]);
    assert_eq!(why("sparse"), ["missing"]);
    assert_eq!(why("constant"), ["constant"]);
    assert_eq!(why("leaky"), ["leakage"]);
    // Of two that follow each other the one that ranks lower is left out.
    assert_eq!([why("good"), why("near")].concat(), ["correlated"]);
    let kept: Vec<&str> = table["kept"].as_array().unwrap().iter().map(|k| k.as_str().unwrap()).collect();
    assert_eq!(kept.len(), 3, "{kept:?}");
    assert!(kept.contains(&"other") && kept.contains(&"label"));
    let options = ReadOptions { selection: "chosen".into(), ..Default::default() };
    let rows = clone.read_rows("", &path("data/t.csv"), &options, &Job::new()).unwrap();
    assert_eq!(rows.schema().fields().iter().map(|f| f.name().as_str()).collect::<Vec<_>>(), kept);
}

#[test]
fn two_versions_differ_in_their_statistics_without_data() {
    let world = World::new();
    let (work, clone) = far(&world);
    let document = clone.diff_stats("HEAD~1", "HEAD", &[], &Job::new()).unwrap();
    assert!(!document.answer());
    let text = String::from_utf8(document.part("text").unwrap().to_vec()).unwrap();
    assert!(text.starts_with("data/t.csv: 500 → 600 rows"), "{text}");
    assert!(text.contains("~ good:") && text.contains("mean"), "{text}");
    assert!(clone.diff_stats("HEAD", "", &[], &Job::new()).unwrap().answer());
    let options = ViewOptions { against: "HEAD~1".into() };
    let page = clone.view("HEAD", &path("data/t.csv"), &options, &Job::new()).unwrap();
    let html = String::from_utf8(page.part("page.html").unwrap().to_vec()).unwrap();
    assert!(html.contains("<data value=\"600\">600</data>") && html.len() < 200 << 10);
    assert!(std::fs::read_to_string(work.join("data/t.csv")).unwrap().starts_with("octostore"), "the data was fetched");
}

#[test]
fn a_pull_of_samples_leaves_the_data_where_it_is() {
    let world = World::new();
    let (work, origin) = world.repo();
    for (name, text) in
        [("t.csv", "a\n1\n"), ("t.csv.octo/data/sample.csv", "a\n2\n"), ("u.csv.octo/data/sample.csv", "a\n3\n")]
    {
        let file = work.join("data").join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    std::fs::write(work.join("data/u.csv"), "a\n4\n").unwrap();
    origin.add(&[], &Job::new()).unwrap();
    git(&work, &["commit", "-qm", "Samples"]);
    origin.push(&PushOptions { remote: Some("origin".into()), ..Default::default() }, &Job::new()).unwrap();
    let (there, clone) = world.clone("b", CloneOptions { data: DataChoice::None, ..Default::default() });
    let pull = |paths: &[&str], only: &[&str]| {
        let owned = |all: &[&str]| all.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        clone.pull(&PullOptions { paths: owned(paths), only: owned(only) }, &Job::new())
    };
    assert_eq!(pull(&["data/t.csv"], &["sample", "schema"]).unwrap().files, 1);
    assert_eq!(std::fs::read_to_string(there.join("data/t.csv.octo/data/sample.csv")).unwrap(), "a\n2\n");
    assert_eq!(pull(&[], &["statistics"]).unwrap().files, 0);
    assert_eq!(pull(&[], &["sample"]).unwrap().files, 1);
    assert!(std::fs::read_to_string(there.join("data/t.csv")).unwrap().starts_with("octostore"));
    assert_eq!(pull(&[], &["samples"]).unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(pull(&["none/"], &["sample"]).unwrap_err().code(), Code::NotFound);
}
