#![allow(clippy::unwrap_used)]
use super::*;
use crate::data::testing::{all, data, integers, opener, texts};
use crate::data::tfrecord::{Records, decode, encode};
use crate::data::{Dataset, ReadOptions, SourceFile};
use crate::job::Job;
use std::collections::{BTreeMap, HashMap, HashSet};

fn csv(from: u64, to: u64) -> String {
    let row = |n: u64| format!("{n},{},{},2026-01-{:02}\n", n % 10 / 7, n * 7919 % 97, n / 40 + 1);
    format!("n,label,customer,day\n{}", (from..to).map(row).collect::<String>())
}

fn one(text: String) -> Vec<SourceFile> {
    texts(&[("a.csv", text)])
}

fn recipe(parts: &[&str]) -> Recipe {
    let parts: Vec<String> = parts.iter().map(|p| (*p).to_owned()).collect();
    Recipe::new(&parts, 0, false).unwrap()
}

/// The part of each row, by its number.
fn split(files: Vec<SourceFile>, recipe: Recipe) -> BTreeMap<i64, u16> {
    let open = opener(files);
    let mut splitter = Splitter::fit(&recipe.settled().unwrap(), &open, &Job::new()).unwrap();
    let mut found = BTreeMap::new();
    let rows = all(open(&[]).unwrap().rows(&Job::new()).unwrap());
    for (n, part) in integers(&rows, "n").into_iter().zip(splitter.parts(&rows).unwrap()) {
        assert!(found.insert(n, part).is_none());
    }
    found
}

fn sizes(split: &BTreeMap<i64, u16>, parts: u16) -> Vec<usize> {
    (0..parts).map(|p| split.values().filter(|part| **part == p).count()).collect()
}

#[test]
fn parts_by_hash_stay_as_they_are_when_rows_are_appended_or_moved() {
    let shares = ["train=0.7", "test=0.2", "validation=0.1"];
    let before = split(one(csv(0, 10_000)), recipe(&shares));
    let found = sizes(&before, 3);
    assert!(found.iter().zip([7000, 2000, 1000]).all(|(n, e)| n.abs_diff(e) < 150), "{found:?}");
    assert_eq!(found.iter().sum::<usize>(), 10_000, "each row is in one part");
    let files = texts(&[("b.csv", csv(6000, 12_000)), ("c.csv", csv(0, 6000))]);
    let after = split(files, recipe(&shares));
    assert!(before.iter().all(|(n, part)| after[n] == *part));
    let other = split(one(csv(0, 10_000)), Recipe { seed: 1, ..recipe(&shares) });
    assert_ne!(before, other);
}

#[test]
fn groups_are_never_cut() {
    let by = |columns: &[&str]| columns.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
    for (columns, stratify) in
        [(by(&["customer"]), vec![]), (by(&["customer", "label"]), vec![]), (by(&["customer"]), by(&["label"]))]
    {
        let recipe = Recipe { by: columns.clone(), stratify, ..recipe(&["train=0.5", "test=0.5"]) };
        let parts = split(one(csv(0, 5000)), recipe);
        let mut of_group = HashMap::new();
        for (n, part) in &parts {
            let label = if columns.len() == 2 { n % 10 / 7 } else { 0 };
            assert_eq!(of_group.entry((n * 7919 % 97, label)).or_insert(*part), part);
        }
        let found = sizes(&parts, 2);
        assert!(found[0].abs_diff(2500) < 800 && found.iter().sum::<usize>() == 5000, "{found:?}");
    }
}

#[test]
fn strata_have_exact_quotas_as_a_stratified_split_of_scikit_learn_has() {
    let stratified = |recipe: Recipe| Recipe { stratify: vec!["label".into()], ..recipe };
    let parts = split(one(csv(0, 1000)), stratified(recipe(&["train=0.75", "test=0.25"])));
    let of = |label: i64, part: u16| parts.iter().filter(|(n, p)| *n % 10 / 7 == label && **p == part).count();
    assert_eq!([of(0, 0), of(0, 1), of(1, 0), of(1, 1)], [525, 175, 225, 75]);
    let folds = split(one(csv(0, 1003)), stratified(Recipe::new(&[], 5, false).unwrap()));
    for label in 0..2 {
        let of = |fold: u16| folds.iter().filter(|(n, p)| *n % 10 / 7 == label && **p == fold).count();
        let (least, most) = (0..5).fold((usize::MAX, 0), |(l, m), fold| (l.min(of(fold)), m.max(of(fold))));
        assert!(most - least <= 1, "folds differ by one row at most");
    }
}

#[test]
fn rows_that_are_equal_are_never_on_both_sides() {
    let text = format!("n,label\n{}", (0..400).map(|n| format!("{},{}\n", n % 50, n % 2)).collect::<String>());
    let open = opener(one(text));
    let stratified = Recipe { stratify: vec!["label".into()], ..recipe(&["a=0.5", "b=0.5"]) }.settled().unwrap();
    let splitter = Splitter::fit(&stratified, &open, &Job::new()).unwrap();
    assert_eq!(leaks(&splitter, &[], &open, &Job::new()).unwrap(), Leaks::default());
}

#[test]
fn parts_follow_each_other_in_time_with_a_gap_between() {
    let timed = |gap: &str| Recipe { time: "day".into(), gap: gap.into(), ..recipe(&["train=0.5", "test=0.5"]) };
    let parts = split(one(csv(0, 800)), timed(""));
    assert!(parts.iter().all(|(n, part)| *part == u16::from(*n >= 400)), "a day has 40 rows and is not cut");
    let parts = split(one(csv(0, 800)), timed("3d"));
    for (n, part) in parts {
        let expected = if n >= 400 {
            1
        } else if n >= 320 {
            NOWHERE
        } else {
            0
        };
        assert_eq!(part, expected, "row {n}: the last two days before day 11 are less than three days away");
    }
    let folds = Recipe { time: "n".into(), ..Recipe::new(&[], 4, false).unwrap() };
    let parts = split(one(csv(0, 800)), folds);
    assert!(parts.iter().all(|(n, part)| i64::from(*part) == n / 200));
}

#[test]
fn a_leak_is_shown_where_it_is() {
    let open = opener(texts(&[("a.csv", csv(0, 300)), ("b.csv", csv(300, 600))]));
    let recipe = recipe(&["train=0.5", "test=0.5"]).settled().unwrap();
    let splitter = Splitter::fit(&recipe, &open, &Job::new()).unwrap();
    assert_eq!(leaks(&splitter, &[], &open, &Job::new()).unwrap().rows, 0);
    let found = leaks(&splitter, &["customer".into()], &open, &Job::new()).unwrap();
    assert!(found.rows > 100 && found.examples.len() == 10);
    let parts = split(texts(&[("a.csv", csv(0, 300)), ("b.csv", csv(300, 600))]), recipe);
    for leak in found.examples {
        let number = |p: &Place| p.row as i64 - 1 + if p.file == "b.csv" { 300 } else { 0 };
        let (first, second) = (number(&leak.first), number(&leak.second));
        assert_eq!(first * 7919 % 97, second * 7919 % 97, "the same customer");
        assert_eq!((parts[&first], parts[&second]), (leak.first.part, leak.second.part));
        assert_ne!(leak.first.part, leak.second.part);
    }
}

/// The golden shards of TFX's CsvExampleGen, which another program split.
fn golden(folder: &str) -> Vec<SourceFile> {
    let names = (0..12).map(|n| format!("data_tfrecord-{n:05}-of-00012.gz"));
    names.map(|name| SourceFile::local(&name, &data(&format!("tfdv/inputs/{folder}/{name}"))).unwrap()).collect()
}

#[test]
fn the_golden_records_of_example_gen_land_on_their_side() {
    let recipe = Recipe::new(&[], 0, true).unwrap().settled().unwrap();
    for (folder, part, count) in [("taxi_train", 0, 9909), ("taxi_eval", 1, 5091)] {
        let open = opener(golden(folder));
        let mut splitter = Splitter::fit(&recipe, &open, &Job::new()).unwrap();
        let mut rows = open(&[]).unwrap().rows(&Job::new()).unwrap();
        let mut seen = 0;
        while let Some(batch) = rows.next_batch().unwrap() {
            let parts = splitter.parts(&batch).unwrap();
            assert!(parts.iter().all(|p| *p == part), "{folder}");
            seen += parts.len();
        }
        assert_eq!(seen, count);
    }
}

/// The records of a golden folder in their deterministic form.
fn records(folder: &str) -> HashSet<Vec<u8>> {
    let mut found = HashSet::new();
    for file in golden(folder) {
        let mut records = Records::new(&file.name, flate2::read::MultiGzDecoder::new(file.open().unwrap()));
        let mut record = Vec::new();
        while records.read(&mut record).unwrap() {
            found.insert(encode(&decode(&record).unwrap().features));
        }
    }
    found
}

#[test]
fn the_rows_of_the_csv_become_the_examples_that_example_gen_made_of_them() {
    let files = vec![SourceFile::local("taxi.csv", &data("tfdv/inputs/chicago_taxi_simple.csv")).unwrap()];
    let open = |columns: &[String]| {
        let options = ReadOptions { columns: columns.to_vec(), ..Default::default() };
        Dataset::open_plain("taxi.csv", files.clone(), &options, &Job::new())
    };
    let recipe = Recipe::new(&[], 0, true).unwrap().settled().unwrap();
    let mut splitter = Splitter::fit(&recipe, &open, &Job::new()).unwrap();
    let golden = [records("taxi_train"), records("taxi_eval")];
    let (mut found, mut sides) = (0, [0, 0]);
    let mut rows = open(&[]).unwrap().rows(&Job::new()).unwrap();
    while let Some(batch) = rows.next_batch().unwrap() {
        let encoder = Encoder::new(&batch).unwrap();
        for (row, part) in splitter.parts(&batch).unwrap().into_iter().enumerate() {
            sides[usize::from(part)] += 1;
            found += usize::from(golden[usize::from(part)].contains(&encoder.example(row)));
        }
    }
    // The file has two rows, the first and another one, that are not among the golden records.
    assert_eq!((sides[0] + sides[1], found), (15_002, 15_000));
}
