//! Several files as one table; JSON, Arrow and images; a look at each way that files can disagree.

use super::{all, by_parts, data, file, in_memory, looking_at, open, read, texts, types};
use crate::data::{Dataset, ReadOptions, SourceFile, table_files};
use crate::error::{Code, Result};
use crate::job::Job;
use arrow::array::RecordBatch;

fn together(root: &str, files: &[(&str, &str)]) -> Result<RecordBatch> {
    let files = files.iter().map(|(name, text)| in_memory(name, *text)).collect();
    let dataset = Dataset::open(root, files, &ReadOptions::default(), &Job::new())?;
    let whole = all(&dataset)?;
    assert_eq!(whole, by_parts(&dataset)?);
    Ok(whole)
}

#[test]
fn columns_come_together_by_name_and_widen() {
    let files = [("d/a.csv", "x,y,z\n1,2,\n"), ("d/b.csv", "y,x,w\n0.5,7,true\n"), ("d/c.csv", "x,y\nabc,3\n")];
    let batch = together("d/", &files).unwrap();
    assert_eq!(types(&batch), ["x Utf8", "y Float64", "z Utf8", "w Boolean"]);
    assert_eq!(texts(&batch), [["1", "2.0", "∅", "∅"], ["7", "0.5", "∅", "true"], ["abc", "3.0", "∅", "∅"]]);
}

#[test]
fn a_number_keeps_its_own_text_where_another_file_has_text() {
    let batch = together("d/", &[("d/a.csv", "zip\n00501\n1.50\n"), ("d/b.csv", "zip\nK1A\n")]).unwrap();
    assert_eq!(texts(&batch), [["00501"], ["1.50"], ["K1A"]]);
}

#[test]
fn formats_mix() {
    let files = [
        ("d/a.csv", "n,t\n1,x\n"),
        ("d/b.jsonl", "{\"t\": \"y\", \"n\": 2.5}\n"),
        ("d/c.json", "[{\"n\": 3, \"more\": [1]}]"),
    ];
    let batch = together("d/", &files).unwrap();
    assert_eq!(texts(&batch), [["1.0", "x", "∅"], ["2.5", "y", "∅"], ["3.0", "∅", "[1]"]]);
}

#[test]
fn what_has_no_common_type_is_an_error_that_names_file_and_column() {
    let e = together("d/", &[("d/a.json", "[{\"n\": {\"x\": 1}}]"), ("d/b.csv", "n\n1\n")]).unwrap_err();
    assert_eq!(e.code(), Code::InvalidData);
    assert!(e.message().starts_with("d/b.csv: column \"n\" is Int64 here"), "{e}");
    let wanted: Vec<_> = e.context().collect();
    assert_eq!(wanted, [("path", "d/b.csv"), ("column", "n")]);
}

#[test]
fn folders_give_columns() {
    let files = [("d/year=2024/k=a/1.csv", "v\n1\n"), ("d/year=2025/k=__HIVE_DEFAULT_PARTITION__/1.csv", "v\n2\n")];
    let batch = together("d/", &files).unwrap();
    assert_eq!(types(&batch), ["v Int64", "year Int64", "k Utf8"]);
    assert_eq!(texts(&batch), [["1", "2024", "a"], ["2", "2025", "∅"]]);
    let e = together("d/", &[("d/v=1/a.csv", "v\n1\n")]).unwrap_err();
    assert!(e.message().contains("column \"v\" is in the files, and in the names of their folders"), "{e}");
}

#[test]
fn only_the_wanted_columns_are_given_and_a_missing_one_is_named() {
    let options = |columns: &[&str]| ReadOptions {
        columns: columns.iter().map(|c| (*c).to_owned()).collect(),
        ..Default::default()
    };
    for name in ["x.csv", "x.jsonl"] {
        let text = if name == "x.csv" { "a,b,c\n1,2,3\n" } else { "{\"a\": 1, \"b\": 2, \"c\": 3}\n" };
        let dataset = open(vec![in_memory(name, text)], &options(&["c", "a"])).unwrap();
        assert_eq!(texts(&all(&dataset).unwrap()), [["1", "3"]], "{name}");
        let e = open(vec![in_memory(name, text)], &options(&["d"])).err().unwrap();
        assert_eq!((e.code(), e.hint()), (Code::NotFound, "Its columns are: a, b, c."));
    }
}

#[test]
fn penguins_are_read_from_an_array() {
    let batch = all(&open(vec![file("vega/penguins.json")], &ReadOptions::default()).unwrap()).unwrap();
    let text = std::fs::read_to_string(data("vega/penguins.json")).unwrap();
    let wanted: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&text).unwrap();
    assert_eq!(batch.num_rows(), wanted.len());
    let names: Vec<_> = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
    for (row, wanted) in texts(&batch).into_iter().zip(wanted) {
        for (name, value) in names.iter().zip(row) {
            match &wanted[name] {
                serde_json::Value::Null => assert_eq!(value, "∅"),
                serde_json::Value::String(text) => assert_eq!(&value, text),
                number => assert_eq!(value.parse::<f64>().unwrap(), number.as_f64().unwrap(), "{name}"),
            }
        }
    }
    assert_eq!(names[0], "Species", "the file's order");
}

#[test]
fn json_that_is_wrong_is_named_by_row_or_left_out() {
    let text = "{\"a\": 1}\n{\"a\": \n\n{\"a\": 3}\n[1]\n{\"a\": 4} x\n";
    let e = read("x.jsonl", text).unwrap_err();
    assert!(e.code() == Code::InvalidData && e.message().starts_with("x.jsonl: row 2"), "{e}");
    let skip = ReadOptions { on_error: "skip".into(), ..Default::default() };
    let dataset = open(vec![in_memory("x.jsonl", text)], &skip).unwrap();
    assert_eq!(texts(&all(&dataset).unwrap()), [["1"], ["3"]]);
    assert_eq!(dataset.rejected().iter().map(|r| r.row).collect::<Vec<_>>(), [2, 5, 6]);
    let nested = read("x.jsonl", "{\"l\": [1, null], \"o\": {\"k\": \"v\"}, \"e\": []}\n{\"l\": [7]}\n").unwrap();
    assert_eq!(texts(&nested), [["[1, ∅]", "{k: v}", "[]"], ["[7]", "∅", "∅"]]);
}

#[test]
fn a_number_with_a_fraction_far_down_is_not_rounded() {
    let line = |n: usize| if n == 900 { "{\"n\": 1.5}\n".to_owned() } else { format!("{{\"n\": {n}}}\n") };
    let text = (1..=1000).map(line).collect::<String>();
    let dataset = looking_at(100, in_memory("x.jsonl", text), &ReadOptions::default());
    let e = all(&dataset).unwrap_err();
    assert!(e.message().starts_with("x.jsonl: row 900, column \"n\""), "{e}");
}

#[test]
fn arrow_files_and_streams_are_read_packed_and_by_parts() {
    use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
    let batch =
        read("x.csv", format!("n,t\n{}", (0..1000).map(|n| format!("{n},{}\n", n % 7)).collect::<String>())).unwrap();
    for packing in [None, Some(arrow::ipc::CompressionType::ZSTD), Some(arrow::ipc::CompressionType::LZ4_FRAME)] {
        let options = IpcWriteOptions::default().try_with_compression(packing).unwrap();
        let (mut file, mut stream) = (Vec::new(), Vec::new());
        let mut to = FileWriter::try_new_with_options(&mut file, &batch.schema(), options.clone()).unwrap();
        (0..10).for_each(|n| to.write(&batch.slice(n * 100, 100)).unwrap());
        to.finish().unwrap();
        drop(to);
        let mut to = StreamWriter::try_new_with_options(&mut stream, &batch.schema(), options).unwrap();
        to.write(&batch).unwrap();
        to.finish().unwrap();
        drop(to);
        for bytes in [file, stream] {
            let dataset =
                open(vec![in_memory("x.arrow", bytes.clone())], &ReadOptions { batch_rows: 64, ..Default::default() })
                    .unwrap();
            assert_eq!(all(&dataset).unwrap(), batch);
            assert_eq!(by_parts(&dataset).unwrap(), batch);
            for cut in [bytes.len() / 3, bytes.len() - 20] {
                let read = read("x.arrow", &bytes[..cut]);
                assert!(read.is_err() || read.unwrap().num_rows() < 1000 || cut > bytes.len() - 30, "cut at {cut}");
            }
        }
    }
}

#[test]
fn a_folder_of_images_is_a_table() {
    let names: Vec<String> = std::fs::read_dir(data("images"))
        .unwrap()
        .map(|f| format!("images/{}", f.unwrap().file_name().to_str().unwrap()))
        .collect();
    let chosen = table_files("images/", names.iter().map(String::as_str)).unwrap();
    let files: Vec<SourceFile> = chosen.iter().map(|n| file(n)).collect();
    let dataset = Dataset::open("images/", files, &ReadOptions::default(), &Job::new()).unwrap();
    let batch = all(&dataset).unwrap();
    assert_eq!(batch, by_parts(&dataset).unwrap());
    let rows: Vec<Vec<String>> = texts(&batch).into_iter().map(|r| r[..5].to_vec()).collect();
    assert_eq!(rows.len(), 6);
    assert!(rows.iter().all(|r| r[1] == "images" && r[3] != "∅"));
    let options = ReadOptions { columns: vec!["path".into(), "width".into()], ..Default::default() };
    let broken = open(vec![in_memory("d/a.png", "no image")], &options).unwrap();
    assert_eq!(texts(&all(&broken).unwrap()), [["d/a.png", "∅"]]);
}
