#![allow(clippy::unwrap_used)]
use super::*;
use crate::data::tfrecord::{Records, Values, decode, encode};
use arrow::array::*;
use arrow::datatypes::*;
use std::io::Read;
use std::sync::Arc;

fn batch() -> RecordBatch {
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>([Some(vec![Some(1), Some(300)]), None, Some(vec![])]);
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        ("text", Arc::new(StringArray::from(vec![Some("a"), None, Some("")])), true),
        ("n", Arc::new(Int32Array::from(vec![Some(-1), Some(7), None])), true),
        ("x", Arc::new(Float64Array::from(vec![Some(0.1), None, Some(2.0)])), true),
        ("yes", Arc::new(BooleanArray::from(vec![true, false, true])), true),
        ("day", Arc::new(Date32Array::from(vec![20_787, 0, 1])), true),
        ("list", Arc::new(lists), true),
        ("code", Arc::new(DictionaryArray::<Int8Type>::from_iter([Some("p"), None, Some("q")])), true),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

#[test]
fn a_row_is_the_example_that_other_programs_read() {
    let encoder = Encoder::new(&batch()).unwrap();
    let bytes = encoder.example(0);
    let expected: Vec<(&str, Values<'_>)> = vec![
        ("code", Values::Bytes(vec![b"p"])),
        ("day", Values::Bytes(vec![b"2026-11-30"])),
        ("list", Values::Int64(vec![1, 300])),
        ("n", Values::Int64(vec![-1])),
        ("text", Values::Bytes(vec![b"a"])),
        ("x", Values::Float(vec![0.1])),
        ("yes", Values::Int64(vec![1])),
    ];
    assert_eq!(decode(&bytes).unwrap().features, expected);
    let bytes = encoder.example(1);
    let missing: Vec<_> =
        decode(&bytes).unwrap().features.into_iter().filter(|f| f.1 == Values::None).map(|f| f.0.to_owned()).collect();
    assert_eq!(missing, ["code", "list", "text", "x"]);
    let bytes = encoder.example(2);
    let features = decode(&bytes).unwrap().features;
    assert_eq!((&features[2].1, &features[4].1), (&Values::Int64(vec![]), &Values::Bytes(vec![b""])));
}

#[test]
fn a_partition_column_must_have_a_value_that_can_be_hashed() {
    let encoder = Encoder::new(&batch()).unwrap();
    assert_eq!(encoder.partition("yes", 1).unwrap(), [0x1a, 3, 0x0a, 1, 0]);
    for (column, row) in [("x", 0), ("n", 2), ("none", 0)] {
        assert_eq!(encoder.partition(column, row).unwrap_err().code(), crate::Code::InvalidArgument);
    }
}

fn records(path: &std::path::Path) -> Vec<Vec<u8>> {
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    let mut records = Records::new("x", bytes.as_slice());
    let (mut all, mut one) = (Vec::new(), Vec::new());
    while records.read(&mut one).unwrap() {
        all.push(one.clone());
    }
    all
}

#[test]
fn shards_take_turns_and_replace_those_of_an_earlier_run() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["train".to_owned(), "eval".to_owned()];
    let write = |shards: u64| {
        let batch = batch();
        let mut open = Shards::create(folder.path(), &names, shards, ExampleFormat::TfRecord, &batch.schema()).unwrap();
        open.write(&batch, &[0, 1, 0]).unwrap();
        open.write(&batch, &[0, u16::MAX, 1]).unwrap();
        open.finish().unwrap()
    };
    let (written, removed) = write(2);
    assert_eq!(written.iter().map(|w| (w.part, w.rows)).collect::<Vec<_>>(), [(0, 2), (0, 1), (1, 1), (1, 1)]);
    assert!(removed.is_empty());
    let first = folder.path().join("Split-train/data_tfrecord-00000-of-00002.gz");
    let before = std::fs::read(&first).unwrap();
    write(2);
    assert_eq!(std::fs::read(&first).unwrap(), before, "the same rows give the same bytes");
    let examples = Encoder::new(&batch()).unwrap();
    assert_eq!(records(&first), [examples.example(0), examples.example(0)]);
    let (written, removed) = write(1);
    assert_eq!((written.len(), removed.len()), (2, 4));
    let left: Vec<_> =
        std::fs::read_dir(folder.path().join("Split-train")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["data_tfrecord-00000-of-00001.gz"]);
    let e = Shards::create(folder.path(), &names, 501, ExampleFormat::Parquet, &batch().schema()).err().unwrap();
    assert_eq!(e.code(), crate::Code::InvalidArgument);
}

#[test]
fn the_deterministic_bytes_are_those_of_another_program() {
    // A shard that TFX's CsvExampleGen wrote: its records are not sorted, but have the bytes of the sorted form once they are.
    let path = crate::data::testing::data("tfdv/inputs/taxi_eval/data_tfrecord-00000-of-00012.gz");
    for record in records(&path) {
        let example = decode(&record).unwrap();
        assert_eq!(encode(&example.features).len(), record.len());
    }
}
