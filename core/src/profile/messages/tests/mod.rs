#![allow(clippy::unwrap_used)]

use super::*;
use crate::error::Code;

pub(crate) fn golden(name: &str) -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/tfdv/golden/");
    std::fs::read(format!("{path}{name}")).unwrap()
}

/// Every golden file of this kind: its name without the ending.
pub(crate) fn golden_names(kind: &str) -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/tfdv/golden/");
    let ending = format!(".{kind}.pb");
    let names = std::fs::read_dir(path).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter_map(|n| n.strip_suffix(&ending).map(str::to_owned)).collect();
    names.sort();
    names
}

fn prints_and_reads<M: Described + PartialEq + std::fmt::Debug>(kind: &str) -> usize {
    let names = golden_names(kind);
    for name in &names {
        let bytes = golden(&format!("{name}.{kind}.pb"));
        let text = String::from_utf8(golden(&format!("{name}.{kind}.pbtxt"))).unwrap();
        let message: M = decode(name, &bytes).unwrap();
        let printed = text::to_text(&message);
        let differs = printed.lines().zip(text.lines()).position(|(a, b)| a != b);
        assert_eq!(differs.map(|n| (n, printed.lines().nth(n), text.lines().nth(n))), None, "{name}");
        assert_eq!(printed, text, "{name}");
        assert_eq!(text::parse::<M>(name, &text).unwrap(), message, "{name}");
    }
    names.len()
}

#[test]
fn what_tfdv_printed_is_printed_byte_for_byte_and_read_back_the_same() {
    assert_eq!(prints_and_reads::<DatasetFeatureStatisticsList>("statistics"), 8);
    assert_eq!(prints_and_reads::<Schema>("schema"), 8);
    assert_eq!(prints_and_reads::<Anomalies>("anomalies"), 1);
}

#[test]
fn what_a_newer_schema_says_lives_on_when_the_schema_is_changed() {
    let text = "feature {\n  name: \"a\"\n  type: INT\n  new_rule {\n    level: 3\n  }\n  99: 7\n}\nfeature {\n  name: \"b\"\n  \
                type: TENSOR\n}\nnew_list: \"x\"\nnew_list: \"y\"\n";
    let (mut schema, read) = text::parse_with_tree::<Schema>("s", text).unwrap();
    assert_eq!(schema.feature[1].r#type, None);
    schema.feature.insert(0, Feature { name: Some("z".into()), ..Default::default() });
    let mut tree = text::tree(&schema);
    tree.keep_unknown(&read);
    assert_eq!(text::print(&tree), format!("feature {{\n  name: \"z\"\n}}\n{text}"));
}

#[test]
fn unknown_fields_of_bytes_are_printed_by_their_numbers() {
    // Field 1000 as a number, field 1001 as text.
    let bytes = [0xc0, 0x3e, 0x2a, 0xca, 0x3e, 0x02, b'h', b'i'];
    let node = wire::read(Schema::table(), &bytes);
    assert_eq!(text::print(&node), "1000: 42\n1001: \"hi\"\n");
}

#[test]
fn the_text_format_is_read_in_all_its_spellings() {
    let text = "# a comment\nfeature: < name: 'a' \"\\142\\x63\" ; type: 2, >\ndefault_environment: ['x', \"y\"] \
                string_domain { value: \"\\303\\251\\u00e9\\n\" is_categorical: CATEGORICAL_YES }";
    let schema = text::parse_schema("s", text).unwrap();
    assert_eq!(schema.feature[0].name.as_deref(), Some("abc"));
    assert_eq!(schema.feature[0].r#type(), FeatureType::Int);
    assert_eq!(schema.default_environment, ["x", "y"]);
    assert_eq!(schema.string_domain[0].value, ["éé\n"]);
    assert!(text::to_text(&schema).contains("  value: \"\\303\\251\\303\\251\\n\"\n"));
}

#[test]
fn bad_text_is_refused_with_its_place() {
    let cases = [
        ("feature {\n  name: 3\n}", "line 2, column 9: text in quotes is missing"),
        ("feature {", "line 1, column 10: the text ends inside a message"),
        ("feature { name: \"a\" name: \"b\" }", "\"name\" is there twice"),
        ("feature { presence { min_count: x } }", "\"x\" is not a value of this field"),
        ("feature { name \"a\" }", "\":\" or \"{\" is missing"),
        ("feature { name: \"a }", "quoted text does not end on its line"),
        ("feature: 3", "this field is a message"),
        ("}", "a field's name is missing"),
        ("default_environment: [\"a\" \"b\" 3]", "a list goes on"),
        ("default_environment: \"\\9\"", "an escape that the text format does not have"),
    ];
    for (text, why) in cases {
        let error = text::parse_schema("s.pbtxt", text).unwrap_err();
        assert!(error.message().contains(why), "{text}: {}", error.message());
        assert_eq!(error.code(), Code::InvalidData);
    }
    let deep = "a{".repeat(1000);
    assert!(text::parse_schema("s", &deep).unwrap_err().message().contains("nested too deeply"));
}

#[test]
fn bytes_that_are_cut_off_are_refused() {
    let bytes = golden("penguins_labelled.schema.pb");
    let error = decode::<Schema>("x.pb", &bytes[..bytes.len() - 3]).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
}

#[test]
fn numbers_are_printed_as_pythons_protobuf_does() {
    for (value, text) in [
        (1.0, "1.0"),
        (1e16, "1e+16"),
        (1e15, "1000000000000000.0"),
        (1e-5, "1e-05"),
        (0.0001, "0.0001"),
        (-0.0, "-0.0"),
    ] {
        assert_eq!(number::double(value), text);
    }
    assert_eq!(number::double(f64::NEG_INFINITY), "-inf");
    assert_eq!(number::double(f64::NAN), "nan");
    assert_eq!(number::float(0.1), "0.1");
    assert_eq!(number::float(16_777_216.0), "16777216.0");
}

#[test]
fn json_has_the_names_of_the_proto_files() {
    let schema: Schema = text::parse("s", "feature { name: \"a\" type: INT presence { min_fraction: 1 } }").unwrap();
    let expected = serde_json::json!({"feature": [{"name": "a", "type": "INT", "presence": {"min_fraction": 1.0}}]});
    assert_eq!(json::to_json(&schema), expected);
    let anomalies: Anomalies = decode("a", &golden("taxi_examples_eval_vs_train.anomalies.pb")).unwrap();
    let json = json::to_json(&anomalies);
    assert_eq!(json["anomaly_info"]["company"]["reason"][0]["type"], "ENUM_TYPE_UNEXPECTED_STRING_VALUES");
}
