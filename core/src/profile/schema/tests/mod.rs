#![allow(clippy::unwrap_used)]

use super::find::find_mut;
use super::formats::{TIMES, is_time, matches};
use super::*;
use crate::profile::messages::tests::{golden, golden_names};
use crate::profile::messages::{DatasetFeatureStatistics, DatasetFeatureStatisticsList, Schema, decode, text};

pub(crate) fn statistics(name: &str) -> DatasetFeatureStatistics {
    let list: DatasetFeatureStatisticsList = decode(name, &golden(&format!("{name}.statistics.pb"))).unwrap();
    list.datasets.into_iter().next().unwrap()
}

fn schema(name: &str) -> Schema {
    decode(name, &golden(&format!("{name}.schema.pb"))).unwrap()
}

/// Statistics in text.
pub(crate) fn told(text_format: &str) -> DatasetFeatureStatistics {
    text::parse("statistics", text_format).unwrap()
}

#[test]
fn schemas_are_inferred_as_tfdv_inferred_them() {
    let mut compared = 0;
    for name in golden_names("statistics") {
        // The statistics of eval were not made into a schema.
        if name == "taxi_examples_eval" {
            continue;
        }
        let ours = infer(&DatasetView::new(&statistics(&name)));
        assert_eq!(text::to_text(&ours), text::to_text(&schema(&name)), "{name}");
        compared += 1;
    }
    assert_eq!(compared, 7);
}

#[test]
fn domains_follow_tfdvs_order() {
    let string = |values: &[(&str, u32)]| {
        let buckets: String =
            values.iter().map(|(v, n)| format!("buckets {{ label: \"{v}\" sample_count: {n} }} ")).collect();
        let dataset = told(&format!(
            "num_examples: 9 features {{ path {{ step: \"x\" }} type: STRING string_stats {{ common_stats {{ \
             num_non_missing: 9 min_num_values: 1 max_num_values: 1 }} unique: {} rank_histogram {{ {buckets} }} }} }}",
            values.len()
        ));
        text::to_text(&infer(&DatasetView::new(&dataset)).feature[0])
    };
    assert!(
        string(&[("true", 5), ("false", 4)])
            .contains("bool_domain {\n  true_value: \"true\"\n  false_value: \"false\"\n}")
    );
    assert!(string(&[("1", 9)]).contains("bool_domain {\n  true_value: \"1\"\n}"), "one word is enough");
    assert!(string(&[("1", 5), ("true", 4)]).contains("domain: \"x\""), "two words for true");
    assert!(string(&[("1", 5), ("-7", 4)]).contains("int_domain {\n}"));
    assert!(string(&[("a", 5), ("b", 4)]).contains("domain: \"x\""));
    let many: Vec<String> = (0..101).map(|n| format!("v{n}")).collect();
    let many: Vec<(&str, u32)> = many.iter().map(|v| (v.as_str(), 1)).collect();
    assert!(string(&many[..100]).contains("domain: \"x\""));
    assert!(!string(&many).contains("domain"));
}

#[test]
fn nested_features_become_struct_domains_with_value_counts() {
    let dataset = told(
        "num_examples: 4 features { path { step: \"s\" } type: STRUCT struct_stats { common_stats { num_non_missing: 4 \
         min_num_values: 1 max_num_values: 1 } } } features { path { step: \"s\" step: \"v\" } type: INT num_stats { \
         common_stats { num_non_missing: 4 min_num_values: 1 max_num_values: 3 presence_and_valency_stats { \
         num_non_missing: 4 min_num_values: 1 max_num_values: 3 } presence_and_valency_stats { num_non_missing: 9 \
         min_num_values: 2 max_num_values: 2 } } max: 5 min: 2 } }",
    );
    let schema = infer(&DatasetView::new(&dataset));
    let path = FeaturePath(vec!["s".into(), "v".into()]);
    let told = text::to_text(find(&schema, &path).unwrap());
    let counts = "value_counts {\n  value_count {\n    min: 1\n  }\n  value_count {\n    min: 2\n    max: 2\n  }\n}";
    assert!(told.contains(counts), "{told}");
    assert_eq!(features_json(&schema)[1]["name"], "s.v");
}

#[test]
fn a_domain_that_the_profiler_names_comes_first() {
    let dataset = told(
        "num_examples: 9 features { path { step: \"t\" } type: STRING custom_stats { name: \"domain_info\" str: \
         \"time_domain { string_format: '%Y' }\" } string_stats { common_stats { num_non_missing: 9 min_num_values: 1 \
         max_num_values: 1 } unique: 1 rank_histogram { buckets { label: \"1999\" sample_count: 9 } } } }",
    );
    let schema = infer(&DatasetView::new(&dataset));
    assert!(text::to_text(&schema.feature[0]).contains("time_domain {\n  string_format: \"%Y\"\n}"));
}

#[test]
fn suggestions_are_accepted_by_their_names() {
    let taxi = statistics("chicago_taxi_simple");
    let view = DatasetView::new(&taxi);
    let mut schema = infer(&view);
    let suggestions = suggest(&view, &schema);
    let names: Vec<&str> = suggestions.iter().map(|s| s.name.as_str()).collect();
    for wanted in ["fare:range", "fare:non-negative", "fare:no-nan", "trip_start_timestamp:time", "company:drift"] {
        assert!(names.contains(&wanted), "{wanted} in {names:?}");
    }
    let accepted = accept(&mut schema, &suggestions, &["fare:non-negative".into()]).unwrap();
    assert_eq!(accepted, ["fare:non-negative"]);
    let fare = find(&schema, &FeaturePath(vec!["fare".into()])).unwrap();
    assert!(text::to_text(fare).contains("float_domain {\n  min: 0.0\n}"), "{}", text::to_text(fare));
    // What was accepted is not suggested again.
    assert!(suggest(&view, &schema).iter().all(|s| s.name != "fare:non-negative"));
    assert!(
        accept(&mut schema, &suggestions, &["fare:nonsense".into()]).unwrap_err().message().contains("fare:nonsense")
    );
}

#[test]
fn a_schema_with_all_suggestions_still_accepts_its_data() {
    for name in golden_names("statistics") {
        let dataset = statistics(&name);
        let view = DatasetView::new(&dataset);
        let mut schema = infer(&view);
        let suggestions = suggest(&view, &schema);
        assert!(!suggestions.is_empty());
        accept(&mut schema, &suggestions, &["all".into()]).unwrap();
        let found = crate::profile::validate::validate(crate::profile::validate::Inputs {
            schema: &schema,
            statistics: &dataset,
            previous: Some(&dataset),
            serving: None,
            environment: "",
        });
        assert!(found.none(), "{name}: {:?}", found.features);
        // And it is a schema that reads back the same.
        let again = SchemaFile::read("s.pbtxt", SchemaFile::made(schema.clone()).text().as_bytes()).unwrap();
        assert_eq!(again.schema, schema);
    }
}

#[test]
fn formats_of_text_are_suggested() {
    let suggested = |values: &[&str]| {
        let buckets: String = values.iter().map(|v| format!("buckets {{ label: \"{v}\" sample_count: 3 }} ")).collect();
        let dataset = told(&format!(
            "num_examples: 900 features {{ path {{ step: \"x\" }} type: STRING string_stats {{ common_stats {{ \
             num_non_missing: 900 min_num_values: 1 max_num_values: 1 }} unique: 300 rank_histogram {{ {buckets} }} }} }}"
        ));
        let view = DatasetView::new(&dataset);
        let mut schema = infer(&view);
        schema.feature[0].domain_info = None; // as if there were too many values for a list
        let rules = suggest(&view, &schema);
        let rules = rules.iter().map(|s| s.name.trim_start_matches("x:").to_owned()).filter(|n| n != "drift");
        rules.collect::<Vec<_>>()
    };
    assert_eq!(suggested(&["a@b.org", "c.d@e.com", "f@g.net"]), ["email"]);
    assert_eq!(suggested(&["http://a.org/x", "https://b.com", "ftp://c.net/"]), ["url"]);
    assert_eq!(suggested(&["10.0.0.1", "::1", "192.168.0.7"]), ["ip"]);
    assert_eq!(suggested(&["2012-01-01", "2013-12-31", "1999-02-28"]), ["time"]);
    assert_eq!(suggested(&["AB-12", "CD-345", "EF-6"]), ["pattern"]);
    assert_eq!(suggested(&["one", "Two", "3"]), Vec::<String>::new());
}

#[test]
fn patterns_are_regular_expressions_that_read_back() {
    let pattern = Pattern::common(["AB-12.x", "CD-345.y"].into_iter()).unwrap();
    assert_eq!(pattern.to_string(), "^[A-Z]{2}-[0-9]{2,3}\\.[a-z]$");
    let again = Pattern::parse(&pattern.to_string()).unwrap();
    assert_eq!(again, pattern);
    assert!(again.matches("XY-99.z") && !again.matches("XY-9.z") && !again.matches("XYZ-99.z"));
    assert_eq!(Pattern::parse("^(a|b)+$"), None, "others' regular expressions are not ours to check");
    assert_eq!(Pattern::common(["a", "B"].into_iter()), None);
}

#[test]
fn times_and_formats_know_their_own() {
    assert!(is_time("%Y-%m-%dT%H:%M:%S%z", "2024-02-29T23:59:59+0200"));
    assert!(!is_time("%Y-%m-%d", "2023-02-29"));
    assert!(TIMES.iter().filter(|f| is_time(f, "2024-02-29 10:00")).eq(["%Y-%m-%d %H:%M"].iter()));
    assert_eq!(matches("uuid", "123e4567-e89b-12d3-a456-426614174000"), Some(true));
    assert_eq!(matches("uuid", "123e4567-e89b-12d3-a456-42661417400g"), Some(false));
    assert_eq!(matches("colour", "red"), None);
}

#[test]
fn differences_name_their_places() {
    let (before, mut after) = (schema("taxi_examples_train"), schema("taxi_examples_train"));
    assert_eq!(diff(&before, &after), []);
    after.feature.retain(|f| f.name() != "tips");
    let domain = after.string_domain.iter_mut().find(|d| d.name() == "payment_type");
    domain.unwrap().value.push("Prcard".into());
    find_mut(&mut after, &FeaturePath(vec!["fare".into()]))
        .unwrap()
        .set_type(crate::profile::messages::FeatureType::Int);
    let told = diff(&before, &after);
    let of = |place: &str| told.iter().find(|d| d.place == place).map(|d| (d.before.as_deref(), d.after.as_deref()));
    assert_eq!(of("feature[fare].type"), Some((Some("FLOAT"), Some("INT"))));
    assert_eq!(of("feature[tips].type"), Some((Some("FLOAT"), None)));
    assert_eq!(of("string_domain[payment_type].value[\"Prcard\"]"), Some((None, Some("\"Prcard\""))));
    assert!(told.iter().all(|d| {
        ["feature[fare]", "feature[tips]", "string_domain[payment_type]"].iter().any(|p| d.place.starts_with(p))
    }));
}

#[test]
fn an_order_of_features_is_no_difference() {
    let before = schema("penguins_labelled");
    let mut after = before.clone();
    after.feature.reverse();
    assert_eq!(diff(&before, &after), []);
}

#[test]
fn a_schema_in_bytes_is_read_too() {
    let bytes = golden("penguins_labelled.schema.pb");
    let file = SchemaFile::read("x.pb", &bytes).unwrap();
    assert_eq!(file.text().as_bytes(), golden("penguins_labelled.schema.pbtxt"));
    assert!(SchemaFile::read("x.pbtxt", b"\xff").unwrap_err().message().contains("byte 0 is not UTF-8"));
}
