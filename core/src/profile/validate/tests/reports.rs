//! What is written about anomalies.

use super::super::Report;
use super::*;

fn report_of(schema_text: &str, statistics: &str, read: impl Fn(&Report<'_>)) {
    let findings = found(schema_text, statistics);
    let schema: Schema = text::parse("schema", schema_text).unwrap();
    read(&Report { name: "data/a&b.csv".to_owned(), schema: &schema, findings: &findings, rows: 10, note: None });
}

const LISTED: &str =
    "feature { name: \"x\" type: BYTES string_domain { value: \"a\" } } feature { name: \"y\" type: INT }";

#[test]
fn values_of_the_data_cannot_break_out_of_a_report() {
    let nasty = "<script>|`*\\n\\033]]>\\\"&";
    report_of(LISTED, &strings(&[nasty]), |report| {
        let markdown = report.markdown();
        let table = markdown.split("<details>").next().unwrap();
        assert!(table.contains("&lt;script&gt;\\|\\`\\*"), "{markdown}");
        assert_eq!(table.lines().filter(|l| l.starts_with("| x |")).count(), 1);
        let junit = report.junit();
        assert!(!junit.contains("<script>") && !junit.contains('\u{1b}'), "{junit}");
        assert!(junit.contains("classname=\"data/a&amp;b.csv\" name=\"x\""));
        assert!(!report.text().contains('\u{1b}'));
    });
}

#[test]
fn junit_has_a_case_for_each_feature() {
    report_of(LISTED, &strings(&["b"]), |report| {
        let junit = report.junit();
        assert!(junit.contains("<testsuites tests=\"2\" failures=\"1\">"), "{junit}");
        assert!(junit.contains("<testcase classname=\"data/a&amp;b.csv\" name=\"y\"/>"));
        assert!(junit.contains("<failure type=\"ENUM_TYPE_UNEXPECTED_STRING_VALUES\""));
    });
}

#[test]
fn json_says_what_would_accept_the_data() {
    report_of(LISTED, &strings(&["b"]), |report| {
        let json = report.json();
        assert_eq!((&json["valid"], &json["rows"]), (&false.into(), &10.into()));
        let anomaly = &json["anomalies"][0];
        assert_eq!(
            (&anomaly["feature"], &anomaly["types"][0]),
            (&"x".into(), &"ENUM_TYPE_UNEXPECTED_STRING_VALUES".into())
        );
        assert_eq!(anomaly["change"][0]["kind"], "added");
        assert_eq!(anomaly["change"][0]["after"], "\"b\"");
    });
}

#[test]
fn a_report_without_anomalies_is_short() {
    report_of(LISTED, &strings(&["a"]), |report| {
        assert_eq!(report.text(), "data/a&b.csv: no anomalies in 10 rows\n");
        assert_eq!(report.markdown(), "### data/a&amp;b.csv: no anomalies in 10 rows\n");
        assert!(report.junit().contains("tests=\"2\" failures=\"0\""));
    });
}
