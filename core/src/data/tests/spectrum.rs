//! csv-spectrum: files of CSV and what they mean, as JSON.

use super::{all, data, in_memory, open, texts};
use crate::data::ReadOptions;
use serde_json::{Map, Value};

fn rows(csv: &[u8]) -> Vec<Value> {
    let dataset = open(vec![in_memory("x.csv", csv)], &ReadOptions::default()).unwrap();
    let batch = all(&dataset).unwrap();
    let names: Vec<_> = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
    let rows = texts(&batch).into_iter();
    rows.map(|row| {
        // The JSON has only texts: there, null and numbers are what is written.
        let texts = row.into_iter().map(|t| Value::String(if t == "∅" { String::new() } else { t }));
        Value::Object(names.iter().cloned().zip(texts).collect::<Map<_, _>>())
    })
    .collect()
}

#[test]
fn every_file_means_what_its_json_says() {
    let mut count = 0;
    for found in std::fs::read_dir(data("csv-spectrum/csvs")).unwrap() {
        let path = found.unwrap().path();
        let json = data("csv-spectrum/json").join(path.file_stem().unwrap()).with_extension("json");
        let wanted: Vec<Value> = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
        // The line ends of the text itself may have been changed on the way; they are compared as one.
        let wanted: Vec<Value> =
            serde_json::from_str(&serde_json::to_string(&wanted).unwrap().replace("\\r\\n", "\\n")).unwrap();
        let csv = std::fs::read(&path).unwrap();
        assert_eq!(rows(&csv), wanted, "{}", path.display());
        let text = String::from_utf8(csv).unwrap();
        if !text.contains('\r') && !path.to_string_lossy().contains("newlines") {
            assert_eq!(rows(text.replace('\n', "\r\n").as_bytes()), wanted, "{} with CRLF", path.display());
        }
        count += 1;
    }
    assert_eq!(count, 11);
}

#[test]
fn a_value_of_several_lines_is_one_value() {
    let found = rows(&std::fs::read(data("tfx/external/csv_multi_line_string/data.csv")).unwrap());
    assert_eq!(found.len(), 3);
    assert_eq!(found[1]["B"], "\"2,\n\"3\",\n4\n5\"");
}
