//! The files that all programs of Parquet test themselves with.

use super::values::value;
use super::{all, by_parts, data, file, open};
use crate::data::ReadOptions;
use crate::error::Code;
use arrow::array::RecordBatch;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What pyarrow read of each file, and where it refused.
fn golden() -> Vec<Value> {
    let text = std::fs::read_to_string(data("parquet-testing/golden.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).filter(|v: &Value| v["file"].is_string()).collect()
}

fn lines(batch: &RecordBatch) -> Vec<String> {
    let line = |row| batch.columns().iter().map(|c| value(c, row)).collect::<Vec<_>>().join("|");
    (0..batch.num_rows()).map(line).collect()
}

fn digest(lines: &[String]) -> String {
    let mut digest = Sha256::new();
    lines.iter().for_each(|line| digest.update(format!("{line}\n")));
    digest.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// Files that pyarrow reads and we refuse, with a word of why.
const REFUSED: &[(&str, &str)] = &[
    ("data/dict-page-offset-zero.parquet", "Expected list element type"),
    ("data/nation.dict-malformed.parquet", "Invalid page header"),
    // The decoder gives no row of it, which is found out.
    ("data/repeated_no_annotation.parquet", "fewer rows than its metadata says"),
];
/// Files that pyarrow refuses and we read.
const READ: &[&str] = &["data/incorrect_map_schema.parquet"];
/// Moments that 64 bits of nanoseconds do not reach, which each program turns into something of its own: rows before them agree.
const DIFFERENT: (&str, usize) = ("data/int96_from_spark.parquet", 2);

#[test]
fn each_file_is_read_as_pyarrow_reads_it_or_refused_with_a_reason() {
    let mut wrong = Vec::new();
    for known in golden() {
        let name = known["file"].as_str().unwrap();
        // One row of 2 GiB: it is read, but not by a test of every day.
        if name.starts_with("bad_data/") || name.starts_with("data/large_string_map") {
            continue;
        }
        let read = open(vec![file(&format!("parquet-testing/{name}"))], &ReadOptions::default())
            .and_then(|d| Ok((all(&d)?, by_parts(&d)?)));
        let refused = REFUSED.iter().find(|r| r.0 == name);
        match (read, known["error"].as_str()) {
            (Ok((whole, parts)), None) => {
                let lines = lines(&whole);
                if name == DIFFERENT.0 {
                    let first: Vec<_> =
                        known["first"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
                    assert_eq!(lines[..DIFFERENT.1], first[..DIFFERENT.1], "{lines:?}");
                } else if digest(&lines) != known["sha256"].as_str().unwrap() {
                    let shown: Vec<_> = lines.iter().take(2).collect();
                    wrong.push(format!("{name}: {shown:?}\n  pyarrow: {} {}", known["rows"], known["first"]));
                } else if whole != parts && !lines.iter().any(|l| l.contains("nan")) {
                    wrong.push(format!("{name}: its parts are not the whole"));
                }
            }
            (Ok(_), Some(_)) if READ.contains(&name) => {}
            (Ok((whole, _)), Some(e)) => {
                wrong.push(format!("{name}: {} rows, where pyarrow says {e}", whole.num_rows()))
            }
            (Err(e), pyarrow) => {
                assert!(
                    matches!(e.code(), Code::InvalidData | Code::Unsupported) && e.message().contains(name),
                    "{e:?}"
                );
                if refused.is_none_or(|r| !e.message().contains(r.1)) {
                    wrong.push(format!("{name}: {e}\n  pyarrow: {pyarrow:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn damaged_files_are_refused_and_nothing_panics() {
    let mut wrong = Vec::new();
    for known in golden() {
        let name = format!("parquet-testing/{}", known["file"].as_str().unwrap());
        if !name.contains("bad_data") {
            continue;
        }
        match open(vec![file(&name)], &ReadOptions::default()).and_then(|d| all(&d)) {
            // A file that pyarrow crashed on once, and reads today.
            Ok(batch) if known["sha256"].as_str() == Some(&digest(&lines(&batch))) => {}
            Ok(batch) => wrong.push(format!("{name}: {} rows, {:?}", batch.num_rows(), lines(&batch).first())),
            Err(e) => assert!(e.code() == Code::InvalidData && e.message().starts_with(&name), "{name}: {e:?}"),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn codes_of_dictionaries_mean_what_the_plain_values_are() {
    for name in [
        "alltypes_dictionary.parquet",
        "delta_encoding_required_column.parquet",
        "plain-dict-uncompressed-checksum.parquet",
    ] {
        let name = format!("parquet-testing/data/{name}");
        let plain = all(&open(vec![file(&name)], &ReadOptions::default()).unwrap()).unwrap();
        let dataset = open(vec![file(&name)], &ReadOptions::default()).unwrap().with_dictionaries();
        let codes = all(&dataset).unwrap();
        assert_eq!(lines(&plain), lines(&codes), "{name}");
        let is_codes =
            codes.columns().iter().any(|c| matches!(c.data_type(), arrow::datatypes::DataType::Dictionary(..)));
        assert_eq!(is_codes, name.contains("dict"), "{name}");
    }
}
