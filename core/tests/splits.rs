//! Samples, splits and examples through a repository: what is written, staged, refused, and read again at any revision.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "tabular")]

mod common;

use common::{World, git, path};
use octostore::arrow::array::{Array, AsArray};
use octostore::arrow::datatypes::Int64Type;
use octostore::{Code, ExamplesOptions, Job, ReadOptions, Repo, SampleOptions, SplitOptions};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A thousand rows: a number, a customer, a day, a text that is sometimes missing.
fn rows(from: u32, to: u32) -> String {
    let row = |n: u32| {
        format!(
            "{n},c{},2026-{:02}-{:02},{}\n",
            n % 37,
            n / 200 + 1,
            n % 28 + 1,
            if n.is_multiple_of(5) { "" } else { "x" }
        )
    };
    format!("n,customer,day,text\n{}", (from..to).map(row).collect::<String>())
}

/// A repository with `data/rows.csv` in a commit.
fn repository(world: &World) -> (PathBuf, Repo) {
    let (work, repo) = world.repo();
    std::fs::write(work.join("data/rows.csv"), rows(0, 1000)).unwrap();
    repo.add(&[], &Job::new()).unwrap();
    git(&work, &["commit", "-qm", "rows"]);
    (work, repo)
}

fn split(repo: &Repo, rev: &str, options: &SplitOptions) -> octostore::Result<(bool, serde_json::Value)> {
    let document = repo.split(rev, &path("data/rows.csv"), options, &Job::new())?;
    Ok((document.answer(), serde_json::from_str(document.json()).unwrap()))
}

fn numbers(repo: &Repo, rev: &str, options: &ReadOptions) -> BTreeSet<i64> {
    numbers_of(repo, rev, "data/rows.csv", options)
}

fn numbers_of(repo: &Repo, rev: &str, file: &str, options: &ReadOptions) -> BTreeSet<i64> {
    let mut rows = repo.read_rows(rev, &path(file), options, &Job::new()).unwrap();
    let mut found = BTreeSet::new();
    while let Some(batch) = rows.next_batch().unwrap() {
        let column = batch.column_by_name("n").unwrap().as_primitive::<Int64Type>();
        assert_eq!(column.null_count(), 0);
        found.extend(column.values());
        assert!(options.columns.is_empty() || batch.num_columns() == options.columns.len());
    }
    found
}

fn part(name: &str) -> ReadOptions {
    ReadOptions { split: name.into(), ..Default::default() }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|t| (*t).to_owned()).collect()
}

#[test]
fn a_split_is_a_recipe_in_the_commit_that_reading_obeys_at_any_revision() {
    let world = World::new();
    let (work, repo) = repository(&world);
    let options = SplitOptions { parts: texts(&["train=0.7", "test=0.3"]), seed: 3, ..Default::default() };
    let (answer, json) = split(&repo, "", &options).unwrap();
    assert!(answer && json["of_rows"] == 1000 && json["left_out"] == 0, "{json}");
    assert_eq!(git(&work, &["diff", "--cached", "--name-only"]), ".octostore/splits/default.toml");
    assert!(std::fs::metadata(work.join(".octostore/splits/default.toml")).unwrap().len() < 200);

    let (train, test) = (numbers(&repo, "", &part("train")), numbers(&repo, "", &part("default/test")));
    assert_eq!(json["rows"]["train"], train.len());
    assert!(train.is_disjoint(&test) && train.len() + test.len() == 1000);
    let one = ReadOptions { columns: texts(&["n"]), ..part("train") };
    assert_eq!(numbers(&repo, "", &one), train, "which columns are read decides nothing");
    let few = ReadOptions { limit: 17, ..part("train") };
    assert_eq!(numbers(&repo, "", &few), train.iter().copied().take(17).collect());

    // The same again is welcome, another recipe under the same name is not.
    split(&repo, "", &options).unwrap();
    let e = split(&repo, "", &SplitOptions { seed: 4, ..options.clone() }).unwrap_err();
    assert_eq!(e.code(), Code::AlreadyExists);
    git(&work, &["commit", "-qm", "split"]);

    std::fs::write(work.join("data/rows.csv"), rows(0, 1500)).unwrap();
    repo.add(&[], &Job::new()).unwrap();
    let later = numbers(&repo, "", &part("train"));
    assert!(later.len() > train.len() && later.range(..1000).copied().collect::<BTreeSet<_>>() == train);
    assert_eq!(numbers(&repo, "HEAD", &part("train")), train);
    assert_eq!(numbers(&repo, "HEAD~1", &part("train")), train, "also of a commit that is older than the recipe");
    let e = repo.read_rows("", &path("data/rows.csv"), &part("eval"), &Job::new()).err().unwrap();
    assert_eq!((e.code(), e.hint()), (Code::NotFound, "Its parts are: train, test."));
    let e = repo.read_rows("", &path("data/rows.csv"), &part("no/train"), &Job::new()).err().unwrap();
    assert_eq!(e.code(), Code::NotFound);
}

#[test]
fn a_check_finds_groups_on_both_sides_and_says_where() {
    let world = World::new();
    let (_, repo) = repository(&world);
    split(&repo, "", &SplitOptions { name: "plain".into(), ..Default::default() }).unwrap();
    let check =
        |name: &str, by: &[&str]| SplitOptions { name: name.into(), check: true, by: texts(by), ..Default::default() };
    let (answer, json) = split(&repo, "", &check("plain", &[])).unwrap();
    assert!(answer && json["duplicates"]["leaks"] == 0 && json.get("groups").is_none(), "{json}");
    let (answer, json) = split(&repo, "", &check("plain", &["customer"])).unwrap();
    let example = &json["groups"]["examples"][0];
    assert!(!answer && json["groups"]["leaks"].as_u64().unwrap() > 50, "{json}");
    assert_eq!(example["first"]["file"], "data/rows.csv");
    assert_ne!(example["first"]["part"], example["second"]["part"]);
    let rows = |side: &str| example[side]["row"].as_u64().unwrap() - 1;
    assert_eq!(rows("first") % 37, rows("second") % 37, "the row is that of the customer");

    let grouped = SplitOptions { name: "grouped".into(), by: texts(&["customer"]), ..Default::default() };
    split(&repo, "", &grouped).unwrap();
    assert!(split(&repo, "", &check("grouped", &[])).unwrap().0);
    assert_eq!(split(&repo, "", &check("none", &[])).unwrap_err().code(), Code::NotFound);
}

#[test]
fn parts_are_written_as_files_of_the_same_kind() {
    let world = World::new();
    let (work, repo) = repository(&world);
    let options = SplitOptions { time: "day".into(), gap: "1d".into(), to: "data/parts".into(), ..Default::default() };
    let (_, json) = split(&repo, "", &options).unwrap();
    let read = |name: &str| numbers_of(&repo, "", &format!("data/parts/{name}.csv"), &ReadOptions::default());
    let (train, test) = (read("train"), read("test"));
    assert_eq!(
        (json["rows"]["train"].as_u64(), json["rows"]["test"].as_u64()),
        (Some(train.len() as u64), Some(test.len() as u64))
    );
    assert_eq!(train.len() as u64 + test.len() as u64 + json["left_out"].as_u64().unwrap(), 1000);
    assert!(git(&work, &["diff", "--cached", "--name-only"]).contains("data/parts/train.csv"));

    let buckets = SplitOptions { name: "gen".into(), buckets: true, to: "data/gen".into(), ..Default::default() };
    let (_, json) = split(&repo, "", &buckets).unwrap();
    let files = |name: &str| numbers_of(&repo, "", &format!("data/gen/{name}.csv"), &ReadOptions::default());
    assert_eq!(files("train").len() as u64, json["rows"]["train"].as_u64().unwrap());
    assert_eq!(files("train"), numbers(&repo, "", &part("gen/train")));
    assert_eq!(files("eval"), numbers(&repo, "", &part("gen/eval")));
}

#[test]
fn a_sample_lies_beside_its_data_and_says_what_it_is_of() {
    let world = World::new();
    let (work, repo) = repository(&world);
    let data = path("data/rows.csv");
    let document = repo.sample("", &data, &SampleOptions { rows: 100, ..Default::default() }, &Job::new()).unwrap();
    let json: serde_json::Value = serde_json::from_slice(document.part("sample.json").unwrap()).unwrap();
    assert_eq!((json["rows"].as_u64(), json["of_rows"].as_u64()), (Some(100), Some(1000)));
    assert_eq!((json["method"].as_str(), json["design_effect"].as_f64()), (Some("bottom-k"), Some(1.0)));
    let staged = git(&work, &["diff", "--cached", "--name-only"]);
    assert_eq!(staged, "data/rows.csv.octo/data/sample.parquet\ndata/rows.csv.octo/sample.json");
    let here = work.join("data/rows.csv.octo/data/sample.parquet");
    let before = std::fs::read(&here).unwrap();
    assert_eq!(numbers_of(&repo, "", "data/rows.csv.octo/data/sample.parquet", &ReadOptions::default()).len(), 100);
    repo.sample("HEAD", &data, &SampleOptions { rows: 100, ..Default::default() }, &Job::new()).unwrap();
    assert_eq!(std::fs::read(&here).unwrap(), before, "the same rows, the same bytes");

    let tenth = ReadOptions { sample: "0.1".into(), ..Default::default() };
    let to = SampleOptions { fraction: 0.1, to: "data/tenth.csv".into(), ..Default::default() };
    repo.sample("", &data, &to, &Job::new()).unwrap();
    let sampled = numbers_of(&repo, "", "data/tenth.csv", &ReadOptions::default());
    assert_eq!(numbers(&repo, "", &tenth), sampled);
    let one = ReadOptions { columns: texts(&["n"]), ..tenth };
    assert_eq!(numbers(&repo, "", &one), sampled, "the sample is by all columns, whichever are read");
    split(&repo, "", &SplitOptions::default()).unwrap();
    let both = numbers(&repo, "", &ReadOptions { split: "train".into(), ..one });
    assert!(both.is_subset(&sampled) && both.len() < sampled.len() && both.len() > sampled.len() / 2);
    let pattern = repo.sample("", &path("data/*.csv"), &SampleOptions::default(), &Job::new()).unwrap_err();
    assert_eq!(pattern.code(), Code::InvalidArgument);
}

#[test]
fn a_selection_is_the_columns_that_are_read() {
    let world = World::new();
    let (work, repo) = repository(&world);
    std::fs::create_dir_all(work.join(".octostore/selections")).unwrap();
    std::fs::write(work.join(".octostore/selections/few.toml"), "columns = [\"n\", \"day\"]\n").unwrap();
    let read = |columns: &[&str]| {
        let options = ReadOptions { selection: "few".into(), columns: texts(columns), ..Default::default() };
        let rows = repo.read_rows("", &path("data/rows.csv"), &options, &Job::new())?;
        let schema = octostore::arrow::record_batch::RecordBatchReader::schema(&rows);
        Ok::<_, octostore::Error>(schema.fields().iter().map(|f| f.name().clone()).collect::<Vec<_>>())
    };
    assert_eq!(read(&[]).unwrap(), ["n", "day"]);
    assert_eq!(read(&["day"]).unwrap(), ["day"]);
    assert_eq!(read(&["text"]).unwrap_err().code(), Code::NotFound);
}

#[test]
fn examples_have_example_gens_names_and_are_read_again() {
    let world = World::new();
    let (work, repo) = repository(&world);
    let data = path("data/rows.csv");
    let write = |options: &ExamplesOptions| -> serde_json::Value {
        serde_json::from_str(repo.examples("", &data, options, &Job::new()).unwrap().json()).unwrap()
    };
    let json = write(&ExamplesOptions { shards: 2, ..Default::default() });
    let folder = "data/rows.csv.octo/data/examples";
    assert_eq!(json["parts"][0]["files"][1]["path"], format!("{folder}/Split-train/data_tfrecord-00001-of-00002.gz"));
    let rows: u64 = [0, 1].map(|n| json["parts"][n]["rows"].as_u64().unwrap()).iter().sum();
    assert_eq!(rows, 1000);
    let train = numbers_of(&repo, "", &format!("{folder}/Split-train"), &ReadOptions::default());
    let eval = numbers_of(&repo, "", &format!("{folder}/Split-eval"), &ReadOptions::default());
    assert_eq!(train.len() as u64, json["parts"][0]["rows"].as_u64().unwrap());
    assert!(train.is_disjoint(&eval) && train.len() + eval.len() == 1000);

    // Fewer shards leave none of the earlier ones, neither in the folder nor in the index.
    write(&ExamplesOptions::default());
    let staged = git(&work, &["ls-files", "--", folder]);
    assert_eq!(staged.lines().count(), 2, "{staged}");
    assert!(staged.contains("Split-eval/data_tfrecord-00000-of-00001.gz"));

    split(&repo, "", &SplitOptions { by: texts(&["customer"]), ..Default::default() }).unwrap();
    let options = ExamplesOptions {
        split: "default".into(),
        format: "parquet".into(),
        to: "data/p".into(),
        ..Default::default()
    };
    write(&options);
    let train = numbers_of(&repo, "", "data/p/Split-train", &ReadOptions::default());
    assert_eq!(train, numbers(&repo, "", &part("train")));
    let e = repo.examples("", &data, &ExamplesOptions { format: "xml".into(), ..Default::default() }, &Job::new());
    assert_eq!(e.unwrap_err().code(), Code::InvalidArgument);
}

#[test]
fn records_are_written_and_read_again() {
    let world = World::new();
    let (_, repo) = repository(&world);
    for name in ["data/rows.tfrecord", "data/rows.tfrecord.gz"] {
        let rows = repo.read_rows("", &path("data/rows.csv"), &ReadOptions::default(), &Job::new()).unwrap();
        let report = repo.write_rows(&path(name), rows, &Job::new()).unwrap();
        assert_eq!(report.rows, 1000);
        repo.add(&[path(name)], &Job::new()).unwrap();
        assert_eq!(numbers_of(&repo, "", name, &ReadOptions::default()).len(), 1000, "{name}");
    }
    let rows = repo.read_rows("", &path("data/rows.csv"), &ReadOptions::default(), &Job::new()).unwrap();
    assert_eq!(repo.write_rows(&path("data/rows.csv.gz"), rows, &Job::new()).unwrap_err().code(), Code::Unsupported);
}
