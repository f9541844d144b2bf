//! Folders, globs and partitions as one table, at any revision; what is no table says so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "tabular")]

mod common;

use common::{World, git, path};
use octostore::arrow::record_batch::RecordBatchReader;
use octostore::{Code, Error, Job, ReadOptions, Repo};
use std::path::Path;

fn write(work: &Path, name: &str, text: &str) {
    let file = work.join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

/// The names of the columns and the number of rows.
fn shape(repo: &Repo, rev: &str, name: &str) -> Result<(String, usize), Error> {
    let mut rows = repo.read_rows(rev, &path(name), &ReadOptions::default(), &Job::new())?;
    let names: Vec<_> = rows.schema().fields().iter().map(|f| f.name().clone()).collect();
    let mut count = 0;
    while let Some(batch) = rows.next_batch()? {
        count += batch.num_rows();
    }
    Ok((names.join(","), count))
}

#[test]
fn a_folder_or_a_glob_is_a_table_at_each_revision() {
    let world = World::new();
    let (work, repo) = world.repo();
    write(&work, "data/t/year=2023/a.csv", "n,t\n1,x\n");
    write(&work, "data/t/year=2024/b.jsonl", "{\"n\": 2.5, \"more\": true}\n");
    write(&work, "data/t/notes.md", "no table");
    write(&work, "data/t/_tmp.csv", "broken\n\"");
    repo.add(&[], &Job::new()).unwrap();
    git(&work, &["commit", "-qm", "first"]);
    write(&work, "data/t/year=2025/c.csv", "n\n3\n4\n");
    write(&work, "data/t/year=2023/a.csv.octo/data/sample.csv", "n,t\n9,z\n");
    repo.add(&[], &Job::new()).unwrap();
    let wanted = |names: &str, rows| Ok::<_, Code>((names.to_owned(), rows));
    let of = |rev: &str, name: &str| shape(&repo, rev, name).map_err(|e| e.code());
    assert_eq!(of("HEAD", "data/t"), wanted("n,t,more,year", 2));
    assert_eq!(of("", "data/t"), wanted("n,t,more,year", 4));
    assert_eq!(of("", "data/t/**/*.csv"), wanted("n,t,year", 3), "side files are no part of it");
    assert_eq!(of("", "data/t/*/*.jsonl"), wanted("n,more,year", 1));
    assert_eq!(of("", "data/t/year=2025"), wanted("n", 2), "only folders below the named one give columns");
    assert_eq!(of("", "data/t/*.csv"), Err(Code::NotFound), "a star stays within its folder");
    assert_eq!(of("", "data/none"), Err(Code::NotFound));
    let e = shape(&repo, "", "data/t/notes.md").unwrap_err();
    assert_eq!(e.code(), Code::Unsupported);
    write(&work, "readme.csv", "a\n1\n");
    git(&work, &["add", "readme.csv"]);
    let e = shape(&repo, "", "readme.csv").unwrap_err();
    assert!(matches!(e.code(), Code::NotTracked), "git has it: {e}");
}

#[test]
fn what_the_index_says_is_read_whatever_the_work_tree_has() {
    let world = World::new();
    let (work, repo) = world.repo();
    write(&work, "data/a.csv", "n\n1\n");
    repo.add(&[], &Job::new()).unwrap();
    write(&work, "data/a.csv", "n,m\n1,2\n3,4\n");
    assert_eq!(shape(&repo, "", "data/a.csv").unwrap(), ("n".to_owned(), 1));
}

#[test]
fn rows_that_cannot_be_read_are_left_out_and_counted() {
    let world = World::new();
    let (work, repo) = world.repo();
    write(&work, "data/a.csv", "n,t\n1,x\n2\n3,y,z\n4,w\n");
    repo.add(&[], &Job::new()).unwrap();
    let e = shape(&repo, "", "data/a.csv").unwrap_err();
    assert!(e.code() == Code::InvalidData && e.message().starts_with("data/a.csv: row 2: "), "{e}");
    let options = ReadOptions { on_error: "skip".into(), ..Default::default() };
    let mut rows = repo.read_rows("", &path("data/a.csv"), &options, &Job::new()).unwrap();
    let mut count = 0;
    while let Some(batch) = rows.next_batch().unwrap() {
        count += batch.num_rows();
    }
    assert_eq!((count, rows.skipped()), (2, 2));
}
