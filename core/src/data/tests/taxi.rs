//! The same rows of Chicago's taxis in four formats, as TFX tests itself with.

use super::{all, by_parts, file, open};
use crate::data::{Dataset, ReadOptions};
use crate::job::Job;
use arrow::array::RecordBatch;
use arrow::array::cast::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type};
use std::collections::BTreeMap;
use std::sync::Arc;

fn table(names: &[&str]) -> RecordBatch {
    let dataset = open(names.iter().map(|n| file(n)).collect(), &ReadOptions::default()).unwrap();
    let whole = all(&dataset).unwrap();
    assert_eq!(whole, by_parts(&dataset).unwrap());
    whole
}

/// Text for text, and numbers as 32-bit floats, which is all that `tf.Example` keeps of them. No text is what pandas wrote for
/// a missing one.
fn columns(batch: &RecordBatch) -> BTreeMap<String, Vec<String>> {
    let named =
        batch.schema().fields().iter().map(|f| f.name().clone()).zip(batch.columns().to_vec()).collect::<Vec<_>>();
    let texts = |(name, array): (String, arrow::array::ArrayRef)| {
        let values = match array.data_type() {
            DataType::Utf8 | DataType::Binary => {
                let array = cast(&array, &DataType::Utf8).unwrap();
                let texts = array.as_string::<i32>().iter();
                texts.map(|t| t.filter(|t| *t != "nan" && !t.is_empty()).unwrap_or("∅").to_owned()).collect()
            }
            _ => {
                let array = cast(&array, &DataType::Float64).unwrap();
                let numbers = array.as_primitive::<Float64Type>().iter();
                numbers
                    .map(|n| n.filter(|n| !n.is_nan()).map_or("∅".into(), |n| (n as f32).to_string()))
                    .collect::<Vec<_>>()
            }
        };
        (name, values)
    };
    named.into_iter().map(texts).collect()
}

/// The order of the rows in the shards is not that of the file.
fn sorted(columns: &BTreeMap<String, Vec<String>>) -> Vec<Vec<String>> {
    let rows = columns.values().next().unwrap().len();
    let mut rows: Vec<Vec<String>> = (0..rows).map(|row| columns.values().map(|c| c[row].clone()).collect()).collect();
    rows.sort();
    rows
}

#[test]
fn the_same_rows_are_the_same_in_each_format() {
    let csv = columns(&table(&["tfdv/inputs/taxi_external.csv"]));
    assert_eq!((csv.len(), csv["fare"].len()), (18, 10_000));
    let parquet = columns(&table(&["tfx/external/parquet/data.parquet"]));
    let avro = columns(&table(&["tfx/external/avro/data.avro"]));
    for (name, wanted) in &csv {
        assert!(wanted == &parquet[name], "{name} in Parquet");
        assert!(wanted == &avro[name], "{name} in Avro");
    }
    let shards = [
        "tfx/external/tfrecord/data_tfrecord-00000-of-00002.gz",
        "tfx/external/tfrecord/data_tfrecord-00001-of-00002.gz",
    ];
    let records = columns(&table(&shards));
    assert_eq!(records.keys().collect::<Vec<_>>(), csv.keys().collect::<Vec<_>>());
    let (records, csv) = (sorted(&records), sorted(&csv));
    let missing = csv.iter().filter(|row| records.binary_search(row).is_err()).count();
    assert_eq!(missing, 0, "of {} rows are not among the {} records", csv.len(), records.len());
}

#[test]
fn a_sequence_is_a_column_of_lists_of_lists() {
    let batch = table(&["tfx/external/tfrecord_sequence/data_tfrecord-00000-of-00001.gz"]);
    let list = |of| DataType::List(Arc::new(Field::new("item", of, true)));
    let found: Vec<_> = batch.schema().fields().iter().map(|f| (f.name().clone(), f.data_type().clone())).collect();
    let wanted = [("f", DataType::Float32), ("i", DataType::Int64), ("s", list(list(DataType::Utf8)))];
    assert_eq!(found, wanted.map(|(name, kind)| (name.to_owned(), kind)));
    assert_eq!(batch.num_rows(), 15_000);
    let rows = super::texts(&batch.slice(0, 3));
    assert_eq!(rows, [["∅", "∅", "[[0], [1]]"], ["1.0", "1", "[[1], [2]]"], ["2.0", "2", "[[2], [3]]"]]);
}

#[test]
fn shards_of_other_records_do_not_come_together() {
    let names = ["tfx/external/tfrecord/data_tfrecord-00000-of-00002.gz", "vega/penguins.json"];
    let files = names.map(file).to_vec();
    let dataset = Dataset::open("", files, &ReadOptions::default(), &Job::new()).unwrap();
    assert_eq!(dataset.schema().fields().len(), 18 + 7, "columns of the one are null in the other");
}
