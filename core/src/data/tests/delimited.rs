//! Delimited text as it comes: exact types, nulls, encodings, packings, wrong rows, and parts of it.

use super::{all, data, in_memory, looking_at, open, read, texts, types};
use crate::data::ReadOptions;
use crate::error::Code;
use std::io::Write;

fn skipping() -> ReadOptions {
    ReadOptions { on_error: "skip".into(), ..Default::default() }
}

#[test]
fn null_and_empty_text_are_kept_apart() {
    let batch = read("x.csv", "t,n\n,1\n\"\",\n\" \",\"\"\nx,2\n").unwrap();
    assert_eq!(texts(&batch), [["∅", "1"], ["", "∅"], [" ", "∅"], ["x", "2"]]);
}

#[test]
fn types_are_exact() {
    let text = "i,u,d,f,b,day,at,zoned,t,none\n\
        9223372036854775807,18446744073709551615,-18446744073709551616,1e3,true,2024-02-29,2024-02-29 12:30:00.5,2024-02-29T12:00:00+02:00,007x,\n\
        -9223372036854775808,0,1,-inf,FALSE,1969-12-31,2024-03-01,2024-02-29T12:00:00Z,x,\n";
    let batch = read("x.csv", text).unwrap();
    let wanted = [
        "i Int64",
        "u UInt64",
        "d Decimal128(38, 0)",
        "f Float64",
        "b Boolean",
        "day Date32",
        "at Timestamp(µs)",
        "zoned Timestamp(µs, \"+00:00\")",
        "t Utf8",
        "none Utf8",
    ];
    assert_eq!(types(&batch), wanted);
    assert_eq!(
        texts(&batch)[0],
        [
            "9223372036854775807",
            "18446744073709551615",
            "-18446744073709551616",
            "1000.0",
            "true",
            "2024-02-29",
            "2024-02-29T12:30:00.500",
            "2024-02-29T10:00:00Z",
            "007x",
            "∅"
        ]
    );
    assert_eq!(
        texts(&batch)[1][..7],
        ["-9223372036854775808", "0", "1", "-inf", "false", "1969-12-31", "2024-03-01T00:00:00"]
    );
}

#[test]
fn dialects_are_told_apart() {
    let wanted = [["1", "x"], ["2", "y"]];
    for (name, text) in [
        ("x.csv", "a,b\n1,x\n2,y\n"),
        ("x.csv", "a;b\r\n1;x\r\n2;y\r\n"),
        ("x.txt", "a|b\n1|x\n2|y"),
        ("x.csv", "a\tb\n1\tx\n2\ty\n"),
        ("x.tsv", "a\tb\n1\tx\n2\ty\n"),
        ("x.csv", "a,b\r1,x\r2,y\r"),
        ("x.csv", "\u{feff}a,b\n1,x\n\n\"2\",\"y\"\n"),
    ] {
        let batch = read(name, text).unwrap();
        assert_eq!(texts(&batch), wanted, "{text:?}");
        assert_eq!(batch.schema().field(0).name(), "a", "{text:?}");
    }
}

#[test]
fn encodings_become_utf8() {
    let text = "name,n\nJosé,1\nZoë,2\n";
    let utf16 = |little: bool| -> Vec<u8> {
        let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
        units.flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
    };
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let wanted = [["José", "1"], ["Zoë", "2"]];
    for bytes in [text.as_bytes().to_vec(), utf16(true), utf16(false), latin.clone()] {
        assert_eq!(texts(&read("x.csv", bytes).unwrap()), wanted);
    }
    let dataset = open(vec![in_memory("x.csv", latin)], &ReadOptions::default()).unwrap();
    assert_eq!(dataset.notes(), ["x.csv: read as windows-1252"]);
}

#[test]
fn packed_files_are_read_as_they_are() {
    let text = format!("n,t\n{}", (0..5000).map(|n| format!("{n},row {n}\n")).collect::<String>());
    let wanted = texts(&read("x.csv", text.as_str()).unwrap());
    let gzip = |text: &str| {
        let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        to.write_all(text.as_bytes()).unwrap();
        to.finish().unwrap()
    };
    let (first, second) = text.split_at(20_000);
    let bzip2 = |text: &str| {
        let mut to = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        to.write_all(text.as_bytes()).unwrap();
        to.finish().unwrap()
    };
    let packed = [
        ("x.csv.gz", gzip(&text)),
        ("members.csv.gz", [gzip(first), gzip(second)].concat()),
        ("x.csv.bz2", bzip2(&text)),
        ("members.csv.bz2", [bzip2(first), bzip2(second)].concat()),
        ("x.csv.zst", zstd::encode_all(text.as_bytes(), 1).unwrap()),
    ];
    for (name, bytes) in packed {
        assert!(texts(&read(name, bytes.clone()).unwrap()) == wanted, "{name}");
        let e = read(name, &bytes[..bytes.len() / 2]).unwrap_err();
        assert!(e.code() == Code::InvalidData && e.message().starts_with(name), "{name} cut: {e:?}");
    }
    let of_xz = std::fs::read(data("vega/github.csv.xz")).unwrap();
    let plain = std::fs::read(data("tfdv/inputs/github.csv")).unwrap();
    assert!(texts(&read("x.csv.xz", of_xz).unwrap()) == texts(&read("x.csv", plain).unwrap()));
    let e = read("x.parquet.gz", gzip(&text)).unwrap_err();
    assert_eq!(e.code(), Code::Unsupported);
}

#[test]
fn a_wrong_value_far_down_is_named_with_its_place() {
    // Behind what is looked at, and between the places that are spread over the rest.
    let (rows, wrong) = (300_000, 160_123);
    let line = |n: usize| if n == wrong { "oh,x\n".to_owned() } else { format!("{n},y\n") };
    let text = format!("n,t\n{}", (1..=rows).map(line).collect::<String>());
    let file = in_memory("x.csv", text.as_str());
    let e = all(&looking_at(4096, file.clone(), &ReadOptions::default())).unwrap_err();
    assert_eq!(e.code(), Code::InvalidData);
    assert!(e.message().starts_with("x.csv: row 160123, column \"n\": \"oh\" is no 64-bit integer"), "{e}");
    assert!(e.hint().contains("on_error=skip"), "{e}");
    let dataset = looking_at(4096, file, &skipping());
    let mut found = dataset.rows(&crate::job::Job::new()).unwrap();
    let mut count = 0;
    while let Some(batch) = found.next_batch().unwrap() {
        count += batch.num_rows();
    }
    assert_eq!((count, found.skipped()), (rows - 1, 1));
    let rejected = dataset.rejected();
    assert_eq!((rejected[0].row, rejected[0].text.as_str()), (wrong as u64, "oh,x"));
}

#[test]
fn ragged_rows_stop_or_are_left_out() {
    let text = "a,b\n1,2\n3\n4,5,6\n7,8\n\"9,0\n";
    let e = read("x.csv", text).unwrap_err();
    assert_eq!(e.message(), "x.csv: row 2: it has 1 field and the header 2 fields: \"3\"");
    let dataset = open(vec![in_memory("x.csv", text)], &skipping()).unwrap();
    assert_eq!(texts(&all(&dataset).unwrap()), [["1", "2"], ["7", "8"]]);
    let why: Vec<_> = dataset.rejected().into_iter().map(|r| (r.row, r.text)).collect();
    assert_eq!(why, [(2, "3".into()), (3, "4,5,6".into()), (5, "\"9,0".into())]);
    assert_eq!(
        open(vec![in_memory("x.csv", text)], &ReadOptions { on_error: "go on".into(), ..Default::default() })
            .err()
            .unwrap()
            .code(),
        Code::InvalidArgument
    );
}

#[test]
fn texts_at_the_edge_have_a_stated_result() {
    let shape =
        |text: &str| read("x.csv", text).map(|b| (b.num_rows(), b.num_columns())).map_err(|e| e.message().to_owned());
    assert_eq!(shape(""), Ok((0, 0)));
    assert_eq!(shape("\n\n"), Ok((0, 0)));
    assert_eq!(shape("a,b"), Ok((0, 2)));
    assert_eq!(shape("a\n1\n\n2\n"), Ok((2, 1)), "lines without anything are left out");
    assert_eq!(shape("a,b,a,b\n"), Err("x.csv: more than one column is named \"a\", \"b\"".into()));
    assert!(shape("a\0,b\n1,2\n").unwrap_err().contains("NUL"));
    assert_eq!(texts(&read("x.csv", ",b\nx\0y,2\n").unwrap()), [["x\0y", "2"]], "a NUL in a value is a character");
    assert_eq!(read("x.csv", ",b\n1,2\n").unwrap().schema().field(0).name(), "column_1");
    let wide = |n: usize, cell: &str| vec![cell; n].join(",");
    let header: Vec<_> = (0..10_000).map(|n| format!("c{n}")).collect();
    let text = format!("{}\n{}\n{}\n", header.join(","), wide(10_000, "1"), wide(10_000, "2"));
    assert_eq!(shape(&text), Ok((2, 10_000)));
    let long = format!("a,b\n\"{}\",2\n3,4\n", "x\n".repeat(5 << 20));
    assert_eq!(shape(&long), Ok((2, 2)), "a value of 10 MiB");
    let open_quote = format!("a,b\n1,\"{}", "x\n".repeat(100_000));
    assert_eq!(shape(&open_quote), Err("x.csv: row 1: a quote is opened in it and never closed".into()));
}

#[test]
fn bytes_that_are_no_text_are_named_where_they_are() {
    let mut bytes = format!("t\n{}", "fine text\n".repeat(300_000)).into_bytes();
    // Neither at the beginning nor at one of the places that are looked at.
    bytes[1_600_005] = 0xff;
    let e = all(&looking_at(4096, in_memory("x.csv", bytes), &ReadOptions::default())).unwrap_err();
    assert!(e.code() == Code::InvalidData && e.message().contains("is not UTF-8"), "{e}");
}
