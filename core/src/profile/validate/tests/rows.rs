//! Rows that break rules, in real files.

use super::super::{columns, find_rows};
use super::*;
use crate::data::{Dataset, ReadOptions, SourceFile};
use crate::job::Job;
use crate::profile::validate::anomaly::Anomaly;
use std::io::Write;

/// Holds a file with this text to a schema, by statistics that show the anomaly.
fn rows_of(
    name: &str,
    content: &str,
    schema: &str,
    statistics: &str,
    most: usize,
) -> (Vec<(u64, Option<String>)>, u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::File::create(&path).unwrap().write_all(content.as_bytes()).unwrap();
    let files = vec![SourceFile::local(name, &path).unwrap()];
    let (job, options) = (Job::new(), ReadOptions::default());
    let dataset = Dataset::open(name, files, &options, &job).unwrap();
    let mut findings = found(schema, statistics);
    let schema: Schema = text::parse("schema", schema).unwrap();
    assert_eq!(columns(&schema, &findings), ["x"]);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    find_rows(&schema, &mut findings, &dataset, &pool, most, &job).unwrap();
    let anomaly: &Anomaly = findings.features.values().next().unwrap();
    let rows = anomaly.rows.iter().inspect(|r| assert_eq!(r.file, name)).map(|r| (r.row, r.value.clone())).collect();
    (rows, anomaly.broken.values().sum())
}

fn value(row: u64, value: &str) -> (u64, Option<String>) {
    (row, Some(value.to_owned()))
}

#[test]
fn values_that_are_not_listed_are_shown_with_their_rows() {
    let csv = "x,y\na,1\nb,2\na,3\n\"c, d\",4\n";
    let schema = "feature { name: \"x\" type: BYTES string_domain { value: \"a\" } }";
    let (rows, broken) = rows_of("t.csv", csv, schema, &strings(&["a", "b", "c, d"]), 5);
    assert_eq!((rows, broken), (vec![value(2, "b"), value(4, "c, d")], 2));
}

#[test]
fn missing_values_and_numbers_out_of_range_are_found() {
    let schema = "feature { name: \"x\" type: INT presence { min_fraction: 1 } int_domain { min: 0 max: 9 } }";
    let statistics = rows10(
        "type: INT num_stats { common_stats { num_non_missing: 4 num_missing: 1 min_num_values: 1 max_num_values: 1 } \
         min: -1 max: 10 }",
    );
    let (rows, broken) = rows_of("t.csv", "x,y\n5,1\n10,1\n,1\n-1,1\n9,1\n", schema, &statistics, 5);
    assert_eq!((rows, broken), (vec![value(2, "10"), (3, None), value(4, "-1")], 3));
}

#[test]
fn rows_with_too_many_values_are_found_in_lists() {
    let lines = "{\"x\": [1, 2]}\n{\"x\": []}\n{\"x\": [1]}\n{\"x\": [1, 2, 3]}\n";
    let schema = "feature { name: \"x\" type: INT value_count { min: 1 max: 2 } }";
    let statistics =
        rows10("type: INT num_stats { common_stats { num_non_missing: 4 min_num_values: 0 max_num_values: 3 } }");
    let (rows, broken) = rows_of("t.jsonl", lines, schema, &statistics, 5);
    assert_eq!((rows, broken), (vec![value(2, "0 values"), value(4, "3 values")], 2));
}

#[test]
fn text_where_a_number_was_expected_is_found() {
    let schema = "feature { name: \"x\" type: INT }";
    let (rows, broken) = rows_of("t.csv", "x\n1\ntwo\n3\n", schema, &strings(&["1", "two", "3"]), 5);
    assert_eq!((rows, broken), (vec![value(2, "two")], 1));
}

#[test]
fn only_a_few_of_many_rows_are_kept_and_always_the_same() {
    let csv: String = std::iter::once("x\n".to_owned()).chain((0..10_000).map(|n| format!("{n}\n"))).collect();
    let schema = "feature { name: \"x\" type: INT int_domain { max: 99 } }";
    let once = rows_of("t.csv", &csv, schema, &ints(0, 9999), 7);
    assert_eq!((once.0.len(), once.1), (7, 9900));
    assert_eq!(once, rows_of("t.csv", &csv, schema, &ints(0, 9999), 7));
    assert!(once.0.windows(2).all(|w| w[0].0 < w[1].0));
    // They are spread over the file, not its first ones.
    assert!(once.0.last().unwrap().0 > 2000);
}
