//! Tables out of any revision and into the work tree, in each format; wrong files and wrong wishes; a store that is far away.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "tabular")]

mod common;

use common::{World, git, path};
use octostore::arrow::array::{
    Array, ArrayRef, Float64Array, Int64Array, RecordBatch, RecordBatchIterator, StringArray,
};
use octostore::arrow::datatypes::{DataType, Field, Schema};
use octostore::arrow::record_batch::RecordBatchReader;
use octostore::{Cancel, CloneOptions, Code, DataChoice, Job, PushOptions, ReadOptions, Table};
use std::sync::Arc;

/// 100,000 rows in ten batches: a number, a text that is sometimes missing, a fraction.
fn table() -> Table {
    let schema = Arc::new(Schema::new(vec![
        Field::new("n", DataType::Int64, true),
        Field::new("name", DataType::Utf8, true),
        Field::new("x", DataType::Float64, true),
    ]));
    let batches = (0..10_i64).map(|b| {
        let n: Vec<i64> = (b * 10_000..(b + 1) * 10_000).collect();
        let names = n.iter().map(|n| (n % 7 != 0).then(|| format!("row, \"{n}\"")));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(n.clone())),
            Arc::new(names.collect::<StringArray>()),
            Arc::new(n.iter().map(|n| Some(*n as f64 + 0.5)).collect::<Float64Array>()),
        ];
        RecordBatch::try_new(schema.clone(), columns)
    });
    Table::new(RecordBatchIterator::new(batches, schema.clone())).unwrap()
}

fn column<T: Array + Clone + 'static>(batch: &RecordBatch, name: &str) -> T {
    batch.column_by_name(name).unwrap().as_any().downcast_ref::<T>().unwrap().clone()
}

#[test]
fn what_is_written_in_each_format_is_read_again() {
    let world = World::new();
    let (work, repo) = world.repo();
    let table = table();
    for ending in ["csv", "tsv", "jsonl", "ndjson", "parquet", "arrow", "feather", "ipc"] {
        let file = path(&format!("data/rows.{ending}"));
        let report = repo.write_rows(&file, table.reader(), &Job::new()).unwrap();
        assert_eq!(report.rows, 100_000, "{ending}");
        assert_eq!(report.bytes, file.to_path(&work).metadata().unwrap().len(), "{ending}");
        repo.add(std::slice::from_ref(&file), &Job::new()).unwrap();
        let options = ReadOptions { batch_rows: 30_000, ..Default::default() };
        let mut rows = repo.read_rows("", &file, &options, &Job::new()).unwrap();
        let (mut next, mut missing) = (0, 0);
        while let Some(batch) = rows.next_batch().unwrap() {
            assert!(batch.num_rows() <= 30_000, "{ending}");
            let (n, x): (Int64Array, Float64Array) = (column(&batch, "n"), column(&batch, "x"));
            let names: StringArray = column(&batch, "name");
            for row in 0..batch.num_rows() {
                assert_eq!(n.value(row), next, "{ending}");
                assert_eq!(x.value(row), next as f64 + 0.5, "{ending}");
                let empty = names.is_null(row) || names.value(row).is_empty();
                missing += i64::from(empty);
                assert!(empty || names.value(row) == format!("row, \"{next}\""), "{ending}");
                next += 1;
            }
        }
        assert_eq!((next, missing), (100_000, 14_286), "{ending}");
    }
}

#[test]
fn only_the_wanted_columns_of_a_far_parquet_file_are_fetched() {
    let world = World::new();
    let (work, origin) = world.repo();
    let file = path("data/rows.parquet");
    origin.write_rows(&file, table().reader(), &Job::new()).unwrap();
    origin.add(&[], &Job::new()).unwrap();
    git(&work, &["commit", "-qm", "rows"]);
    origin.push(&PushOptions { remote: Some("origin".into()), ..Default::default() }, &Job::new()).unwrap();
    let (_, clone) = world.clone("b", CloneOptions { data: DataChoice::None, ..Default::default() });
    let options =
        ReadOptions { columns: vec!["x".into(), "n".into()], limit: 25, batch_rows: 10, ..Default::default() };
    let mut rows = clone.read_rows("HEAD", &file, &options, &Job::new()).unwrap();
    let names: Vec<_> = rows.schema().fields().iter().map(|f| f.name().clone()).collect();
    assert_eq!(names, ["n", "x"], "the file's order");
    let mut seen = Vec::new();
    while let Some(batch) = rows.next_batch().unwrap() {
        seen.push(batch.num_rows());
    }
    assert_eq!(seen, [10, 10, 5]);
    let pulled = clone.status(&Job::new()).unwrap();
    assert!(pulled.iter().all(|f| !f.cached), "reading is not pulling");
}

#[test]
fn a_wrong_file_or_wish_is_named() {
    let world = World::new();
    let (work, repo) = world.repo();
    let data = work.join("data");
    std::fs::write(data.join("ragged.csv"), "a,b\n1,2\n3\n").unwrap();
    // Behind what is looked at for types, and between the places that are spread over the rest.
    let late = |row| if row == 628_842 { "x\n" } else { "1234567\n" };
    std::fs::write(data.join("late.csv"), format!("n\n{}", (1..=1_000_000).map(late).collect::<String>())).unwrap();
    std::fs::write(data.join("empty.csv"), "").unwrap();
    std::fs::write(data.join("no.parquet"), "not parquet at all").unwrap();
    std::fs::write(data.join("no.arrow"), "ARROW1 but nothing behind it").unwrap();
    std::fs::write(data.join("no.jsonl"), "{\"a\": 1}\n{\"a\": \n").unwrap();
    std::fs::write(data.join("rows.doc"), "a,b\n").unwrap();
    repo.add(&[], &Job::new()).unwrap();
    let read = |name: &str, columns: &[&str]| -> Result<u64, octostore::Error> {
        let columns = columns.iter().map(|c| (*c).to_owned()).collect();
        let options = ReadOptions { columns, ..Default::default() };
        let mut rows = repo.read_rows("", &path(&format!("data/{name}")), &options, &Job::new())?;
        let mut count = 0;
        while let Some(batch) = rows.next_batch()? {
            count += batch.num_rows() as u64;
        }
        Ok(count)
    };
    for name in ["ragged.csv", "late.csv", "no.parquet", "no.arrow", "no.jsonl"] {
        let e = read(name, &[]).unwrap_err();
        assert_eq!(e.code(), Code::InvalidData, "{name}: {e}");
        assert!(e.message().starts_with(&format!("data/{name}: ")) && !e.hint().is_empty(), "{e}");
    }
    assert!(read("late.csv", &[]).unwrap_err().message().contains("row 628842, column \"n\""));
    assert_eq!(read("empty.csv", &[]).unwrap(), 0);
    let e = read("late.csv", &["c"]).unwrap_err();
    assert_eq!((e.code(), e.hint()), (Code::NotFound, "Its columns are: n."));
    assert_eq!(read("rows.doc", &[]).unwrap_err().code(), Code::Unsupported);
    assert_eq!(read("none.csv", &[]).unwrap_err().code(), Code::NotFound);
}

#[test]
fn writing_that_fails_leaves_the_old_file() {
    let world = World::new();
    let (work, repo) = world.repo();
    let file = path("data/deep/er/rows.csv");
    repo.write_rows(&file, table().reader(), &Job::new()).unwrap();
    let here = file.to_path(&work);
    let before = std::fs::read(&here).unwrap();
    let cancel = Cancel::new();
    let token = cancel.clone();
    let job = Job::new().cancel_with(&cancel).on_progress(move |p| {
        if p.done_items > 30_000 {
            token.cancel();
        }
    });
    let e = repo.write_rows(&file, table().reader(), &job).unwrap_err();
    assert_eq!(e.code(), Code::Cancelled);
    let broken = table();
    let failing =
        broken.reader().take(3).chain([Err(octostore::arrow::error::ArrowError::ComputeError("no more".into()))]);
    let failing = RecordBatchIterator::new(failing, broken.schema());
    let e = repo.write_rows(&file, failing, &Job::new()).unwrap_err();
    assert_eq!(e.code(), Code::InvalidData);
    assert!(e.message().contains("no more"));
    assert_eq!(std::fs::read(&here).unwrap(), before, "the old file is whole");
    assert_eq!(std::fs::read_dir(here.parent().unwrap()).unwrap().count(), 1, "and alone");
    assert_eq!(
        repo.write_rows(&path("data/deep"), table().reader(), &Job::new()).unwrap_err().code(),
        Code::Unsupported
    );
    std::fs::create_dir(work.join("data/d.csv")).unwrap();
    let e = repo.write_rows(&path("data/d.csv"), table().reader(), &Job::new()).unwrap_err();
    assert_eq!(e.code(), Code::UnsupportedPath);
}

#[test]
fn a_table_and_its_streams_share_their_buffers() {
    let table = table();
    let copy = table.clone();
    let streamed: Vec<_> = copy.reader().map(|b| b.unwrap()).collect();
    for (a, b) in table.batches().iter().zip(&streamed) {
        for (a, b) in a.columns().iter().zip(b.columns()) {
            let (a, b) = (a.to_data(), b.to_data());
            let same = a.buffers().iter().zip(b.buffers()).all(|(a, b)| std::ptr::eq(a.as_ptr(), b.as_ptr()));
            assert!(same && !a.buffers().is_empty());
        }
    }
}
