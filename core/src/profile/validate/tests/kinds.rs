//! Each type of anomaly that TFDV documents and detects.

use super::*;

/// Schema, statistics, and the types of the anomaly of `x` that TFDV's documentation promises.
fn check(schema: &str, statistics: &str, expected: &[&str]) {
    assert_eq!(types(&found(schema, statistics), "x"), expected, "{schema}\n{statistics}");
}

fn feature(rest: &str) -> String {
    format!("feature {{ name: \"x\" {rest} }}")
}

#[test]
fn truth_that_is_neither_true_nor_false() {
    let bools = |kind: &str, rest: &str| feature(&format!("type: {kind} bool_domain {{ {rest} }}"));
    check(&bools("INT", ""), &ints(0, 1), &[]);
    check(&bools("INT", ""), &ints(0, 2), &["BOOL_TYPE_BIG_INT"]);
    check(&bools("INT", ""), &ints(-1, 1), &["BOOL_TYPE_SMALL_INT"]);
    check(&bools("INT", "true_value: \"y\""), &ints(0, 1), &["BOOL_TYPE_INVALID_CONFIG"]);
    check(&bools("BYTES", ""), &strings(&["y"]), &["BOOL_TYPE_INVALID_CONFIG"]);
    let words = bools("BYTES", "true_value: \"y\" false_value: \"n\"");
    check(&words, &strings(&["y", "n"]), &[]);
    check(&words, &strings(&["y", "maybe"]), &["BOOL_TYPE_UNEXPECTED_STRING"]);
    check(&bools("FLOAT", ""), &floats("min: 0 max: 1"), &[]);
    check(&bools("FLOAT", ""), &floats("min: 0 max: 0.5"), &["BOOL_TYPE_UNEXPECTED_FLOAT"]);
    check(&bools("FLOAT", ""), &floats("max: 1 histograms { num_nan: 1 }"), &["BOOL_TYPE_UNEXPECTED_FLOAT"]);
    let between = "max: 1 histograms { buckets { low_value: 0.2 high_value: 0.4 sample_count: 1 } }";
    check(&bools("FLOAT", ""), &floats(between), &["BOOL_TYPE_UNEXPECTED_FLOAT"]);
}

#[test]
fn strings_that_are_not_listed_or_not_text() {
    let listed = "feature { name: \"x\" type: BYTES domain: \"d\" MASS } string_domain { name: \"d\" value: \"a\" }";
    let plain = listed.replace("MASS", "");
    check(&plain, &strings(&["a"]), &[]);
    check(&plain, &strings(&["a", "b"]), &["ENUM_TYPE_UNEXPECTED_STRING_VALUES"]);
    // 2 of 10 values are not listed.
    let mass =
        |share: &str| listed.replace("MASS", &format!("distribution_constraints {{ min_domain_mass: {share} }}"));
    check(&mass("0.7"), &strings(&["a", "b"]), &[]);
    check(&mass("0.9"), &strings(&["a", "b"]), &["ENUM_TYPE_UNEXPECTED_STRING_VALUES"]);
    let inline = feature("type: BYTES string_domain { value: \"a\" }");
    check(&inline, &strings(&["b"]), &["ENUM_TYPE_UNEXPECTED_STRING_VALUES"]);
    let bad = strings(&["a"]).replace("unique: 1", "unique: 1 invalid_utf8_count: 3");
    check(&plain, &bad, &["ENUM_TYPE_INVALID_UTF8"]);
}

#[test]
fn columns_that_are_new_missing_or_thin() {
    check("", &ints(0, 1), &["SCHEMA_NEW_COLUMN"]);
    let asked = feature("type: INT presence { min_count: 1 }");
    check(&asked, "num_examples: 10", &["SCHEMA_MISSING_COLUMN"]);
    check(&feature("type: INT"), "num_examples: 10", &[]);
    let empty = rows10("type: INT num_stats { common_stats { num_missing: 10 } }");
    check(&asked, &empty, &["FEATURE_TYPE_NOT_PRESENT"]);
    check(&feature("type: INT presence { min_count: 0 }"), &empty, &[]);
    let half = rows10(
        "type: INT num_stats { common_stats { num_non_missing: 5 num_missing: 5 min_num_values: 1 max_num_values: 1 } }",
    );
    check(&feature("type: INT presence { min_fraction: 0.5 }"), &half, &[]);
    check(&feature("type: INT presence { min_fraction: 0.6 }"), &half, &["FEATURE_TYPE_LOW_FRACTION_PRESENT"]);
    check(&feature("type: INT presence { min_count: 6 }"), &half, &["FEATURE_TYPE_LOW_NUMBER_PRESENT"]);
    check(&feature("type: INT deprecated: true presence { min_count: 6 }"), &half, &[]);
    check(&feature("type: INT lifecycle_stage: ALPHA presence { min_count: 6 }"), &half, &[]);
}

#[test]
fn rows_with_too_few_or_too_many_values() {
    let lists = "type: INT num_stats { common_stats { num_non_missing: 10 min_num_values: 1 max_num_values: 3 } }";
    let nested = "type: INT num_stats { common_stats { num_non_missing: 10 min_num_values: 1 max_num_values: 3 \
                  presence_and_valency_stats { min_num_values: 1 max_num_values: 3 } presence_and_valency_stats { \
                  min_num_values: 2 max_num_values: 2 } } }";
    let count = |rest: &str| feature(&format!("type: INT value_count {{ {rest} }}"));
    let counts = |a: &str, b: &str| {
        feature(&format!("type: INT value_counts {{ value_count {{ {a} }} value_count {{ {b} }} }}"))
    };
    check(&count("min: 1 max: 3"), &rows10(lists), &[]);
    check(&count("min: 2"), &rows10(lists), &["FEATURE_TYPE_LOW_NUMBER_VALUES"]);
    check(&count("max: 2"), &rows10(lists), &["FEATURE_TYPE_HIGH_NUMBER_VALUES"]);
    check(&count("max: 2"), &rows10(nested), &["VALUE_NESTEDNESS_MISMATCH"]);
    check(&counts("", ""), &rows10(lists), &["VALUE_NESTEDNESS_MISMATCH"]);
    check(&counts("min: 1 max: 3", "min: 2 max: 2"), &rows10(nested), &[]);
    check(
        &counts("min: 2", "max: 1"),
        &rows10(nested),
        &["FEATURE_TYPE_LOW_NUMBER_VALUES", "FEATURE_TYPE_HIGH_NUMBER_VALUES"],
    );
    check(&feature("type: INT shape { dim { size: 1 } }"), &ints(0, 1), &[]);
    check(&feature("type: INT shape { dim { size: 1 } }"), &rows10(lists), &["INVALID_FEATURE_SHAPE"]);
    check(&feature("type: INT shape { dim { size: 2 } dim { size: 3 } }"), &ints(0, 1), &["INVALID_FEATURE_SHAPE"]);
    let six = lists.replace("min_num_values: 1 max_num_values: 3", "min_num_values: 6 max_num_values: 6");
    check(&feature("type: INT shape { dim { size: 2 } dim { size: 3 } }"), &rows10(&six), &[]);
}

#[test]
fn too_many_or_too_few_different_values() {
    let unique = |kind: &str, rest: &str| feature(&format!("type: {kind} unique_constraints {{ {rest} }}"));
    check(&unique("BYTES", "min: 2 max: 2"), &strings(&["a", "b"]), &[]);
    check(&unique("BYTES", "max: 1"), &strings(&["a", "b"]), &["FEATURE_TYPE_HIGH_UNIQUE"]);
    check(&unique("BYTES", "min: 3 max: 9"), &strings(&["a", "b"]), &["FEATURE_TYPE_LOW_UNIQUE"]);
    check(&unique("INT", "min: 1"), &ints(0, 1), &["FEATURE_TYPE_NO_UNIQUE"]);
}

#[test]
fn numbers_out_of_their_range() {
    let int = |rest: &str| feature(&format!("type: INT int_domain {{ {rest} }}"));
    let text_int = |rest: &str| feature(&format!("type: BYTES int_domain {{ {rest} }}"));
    check(&int("min: -3 max: 5"), &ints(-3, 5), &[]);
    check(&int("max: 4"), &ints(-3, 5), &["INT_TYPE_BIG_INT"]);
    check(&int("min: -2"), &ints(-3, 5), &["INT_TYPE_SMALL_INT"]);
    check(&text_int("min: 2 max: 3"), &strings(&["1", "4"]), &["INT_TYPE_SMALL_INT", "INT_TYPE_BIG_INT"]);
    check(&text_int(""), &strings(&["1", "one"]), &["INT_TYPE_NOT_INT_STRING"]);
    let float = |rest: &str| feature(&format!("type: FLOAT float_domain {{ {rest} }}"));
    check(&float("min: 0 max: 1"), &floats("min: 0 max: 1"), &[]);
    check(&float("max: 0.5"), &floats("max: 1"), &["FLOAT_TYPE_BIG_FLOAT"]);
    check(&float("min: 0.5"), &floats("max: 1"), &["FLOAT_TYPE_SMALL_FLOAT"]);
    check(&float("disallow_nan: true"), &floats("max: 1 histograms { num_nan: 2 }"), &["FLOAT_TYPE_HAS_NAN"]);
    check(&float("disallow_inf: true"), &floats("max: inf"), &["FLOAT_TYPE_HAS_INF"]);
    check(&float("disallow_inf: true disallow_nan: true"), &floats("max: 1 histograms { }"), &[]);
    let text = feature("type: BYTES float_domain { max: 1 }");
    check(&text, &strings(&["0.5", "x"]), &["FLOAT_TYPE_STRING_NOT_FLOAT"]);
    check(&text, &strings(&["0.5", "1.5"]), &["FLOAT_TYPE_BIG_FLOAT"]);
    let huge = rows10(&format!("type: INT num_stats {{ {PLAIN} min: 0 max: 1e30 }}"));
    check(&int("max: 7"), &huge, &["DOMAIN_INVALID_FOR_TYPE"]);
}

#[test]
fn schemas_that_contradict_themselves() {
    check("feature { type: INT }", "num_examples: 10 features { path { step: \"\" } type: INT num_stats { } }", &[]);
    let nameless =
        found("feature { type: INT }", "num_examples: 10 features { path { step: \"\" } type: INT num_stats { } }");
    assert_eq!(types(&nameless, "''"), ["FEATURE_MISSING_NAME"]);
    check(&feature(""), &ints(0, 1), &["FEATURE_MISSING_TYPE"]);
    check(&feature("string_domain { value: \"a\" }"), &strings(&["a"]), &["FEATURE_MISSING_TYPE"]);
    let invalid = ["INVALID_SCHEMA_SPECIFICATION"];
    check(&feature("type: INT presence { min_fraction: -1 }"), &ints(0, 1), &invalid);
    check(&feature("type: INT presence { min_fraction: 1.5 }"), &ints(0, 1), &invalid);
    check(&feature("type: INT value_count { min: -1 }"), &ints(0, 1), &invalid);
    check(&feature("type: INT value_count { min: 1 max: 0 }"), &ints(0, 1), &invalid);
    check(&feature("type: INT distribution_constraints { min_domain_mass: 0.5 }"), &ints(0, 1), &invalid);
    check(&feature("type: INT float_domain { }"), &ints(0, 1), &["DOMAIN_INVALID_FOR_TYPE"]);
    let domain = ["INVALID_DOMAIN_SPECIFICATION"];
    check(&feature("type: BYTES domain: \"nowhere\""), &strings(&["a"]), &domain);
    check(&feature("type: BYTES string_domain { value: \"a\" value: \"a\" }"), &strings(&["a"]), &domain);
    check(&feature("type: BYTES bool_domain { true_value: \"a\" false_value: \"a\" }"), &strings(&["a"]), &domain);
}

#[test]
fn data_of_another_type() {
    check(&feature("type: FLOAT"), &ints(0, 1), &["UNEXPECTED_DATA_TYPE"]);
    check(&feature("type: INT"), &strings(&["a"]), &["UNEXPECTED_DATA_TYPE"]);
    let bytes = rows10(&format!("type: BYTES bytes_stats {{ {PLAIN} }}"));
    check(&feature("type: BYTES string_domain { value: \"a\" }"), &bytes, &["DOMAIN_INVALID_FOR_TYPE"]);
    check(&feature("type: BYTES image_domain { }"), &bytes, &[]);
}

#[test]
fn environments_that_a_column_is_in() {
    let schema = "default_environment: \"TRAINING\" default_environment: \"SERVING\" feature { name: \"x\" type: INT \
                  presence { min_count: 1 } not_in_environment: \"SERVING\" }";
    let none = "num_examples: 10";
    assert_eq!(types(&found_in(schema, none, "TRAINING", None), "x"), ["SCHEMA_MISSING_COLUMN"]);
    assert_eq!(types(&found_in(schema, none, "SERVING", None), "x"), Vec::<&str>::new());
    assert_eq!(types(&found_in(schema, &ints(0, 1), "TRAINING", None), "x"), Vec::<&str>::new());
    assert_eq!(types(&found_in(schema, &ints(0, 1), "SERVING", None), "x"), ["SCHEMA_NEW_COLUMN"]);
    assert_eq!(types(&found_in(schema, none, "", None), "x"), ["SCHEMA_MISSING_COLUMN"]);
}

fn with_custom(statistics: &str, stats: &str) -> String {
    custom(statistics).replace("custom_stats { CUSTOM }", stats)
}

#[test]
fn features_that_are_made_of_several_columns() {
    let number = |name: &str, n: i32| format!("custom_stats {{ name: \"{name}\" num: {n} }}");
    let buckets = |name: &str, n: i32| {
        format!("custom_stats {{ name: \"{name}\" rank_histogram {{ buckets {{ label: \"i\" sample_count: {n} }} }} }}")
    };
    let sparse = "sparse_feature { name: \"x\" }";
    let with = |stats: String| with_custom(&strings(&["a"]), &stats);
    check(sparse, &with(number("missing_value", 0) + &buckets("missing_index", 0)), &[]);
    check(sparse, &with(number("missing_value", 1)), &["SPARSE_FEATURE_MISSING_VALUE"]);
    check(sparse, &with(buckets("missing_index", 1)), &["SPARSE_FEATURE_MISSING_INDEX"]);
    check(sparse, &with(buckets("max_length_diff", 1)), &["SPARSE_FEATURE_LENGTH_MISMATCH"]);
    check(&format!("{sparse} {}", feature("type: BYTES")), &strings(&["a"]), &["SPARSE_FEATURE_NAME_COLLISION"]);
    let weighted = "weighted_feature { name: \"x\" }";
    check(weighted, &with(number("missing_value", 1)), &["WEIGHTED_FEATURE_MISSING_VALUE"]);
    check(weighted, &with(number("missing_weight", 1)), &["WEIGHTED_FEATURE_MISSING_WEIGHT"]);
    check(weighted, &with(number("min_weight_length_diff", -1)), &["WEIGHTED_FEATURE_LENGTH_MISMATCH"]);
    check(&format!("{weighted} {}", feature("type: BYTES")), &strings(&["a"]), &["WEIGHTED_FEATURE_NAME_COLLISION"]);
}

#[test]
fn a_domain_that_the_profiler_found_is_proposed() {
    let url = "custom_stats { name: \"domain_info\" str: \"url_domain { }\" }";
    check(&feature("type: BYTES"), &with_custom(&strings(&["a"]), url), &["SEMANTIC_DOMAIN_UPDATE"]);
    check(&feature("type: BYTES url_domain { }"), &with_custom(&strings(&["a"]), url), &[]);
}

#[test]
fn images_that_are_unknown_or_too_large() {
    let formats = "custom_stats { name: \"image_format_histogram\" rank_histogram { buckets { label: \"png\" sample_count: 8 } \
                   buckets { label: \"UNKNOWN\" sample_count: 2 } } }";
    let bytes = rows10(&format!("type: BYTES {formats} bytes_stats {{ {PLAIN} max_num_bytes_int: 100 }}"));
    let images = |rest: &str| feature(&format!("type: BYTES image_domain {{ {rest} }}"));
    check(&images("minimum_supported_image_fraction: 0.8 max_image_byte_size: 100"), &bytes, &[]);
    check(&images("minimum_supported_image_fraction: 0.9"), &bytes, &["LOW_SUPPORTED_IMAGE_FRACTION"]);
    check(&images("max_image_byte_size: 99"), &bytes, &["MAX_IMAGE_BYTE_SIZE_EXCEEDED"]);
}

#[test]
fn text_whose_words_are_not_as_asked() {
    use crate::profile::messages::{Message, NaturalLanguageStatistics, escape};
    let statistics: NaturalLanguageStatistics = text::parse(
        "nl",
        "feature_coverage: 0.5 avg_token_length: 3 token_statistics { string_token: \"w\" fraction_of_sequences: 0.5 \
         per_sequence_min_frequency: 1 per_sequence_max_frequency: 4 }",
    )
    .unwrap();
    let any = format!(
        "custom_stats {{ name: \"nl_statistics\" any {{ type_url: \
         \"type.googleapis.com/tensorflow.metadata.v0.NaturalLanguageStatistics\" value: {} }} }}",
        escape::quoted(&statistics.encode_to_vec())
    );
    let told = with_custom(&strings(&["a"]), &any);
    let language = |rest: &str| feature(&format!("type: BYTES natural_language_domain {{ {rest} }}"));
    let token = |rest: &str| language(&format!("token_constraints {{ string_value: \"w\" {rest} }}"));
    check(&language("coverage { min_coverage: 0.5 min_avg_token_length: 3 }"), &told, &[]);
    check(&language("coverage { min_coverage: 0.6 }"), &told, &["FEATURE_COVERAGE_TOO_LOW"]);
    check(&language("coverage { min_avg_token_length: 4 }"), &told, &["FEATURE_COVERAGE_TOO_SHORT_AVG_TOKEN_LENGTH"]);
    check(&token("min_per_sequence: 2"), &told, &["SEQUENCE_VALUE_TOO_FEW_OCCURRENCES"]);
    check(&token("max_per_sequence: 3"), &told, &["SEQUENCE_VALUE_TOO_MANY_OCCURRENCES"]);
    check(&token("min_fraction_of_sequences: 0.6"), &told, &["SEQUENCE_VALUE_TOO_SMALL_FRACTION"]);
    check(&token("max_fraction_of_sequences: 0.4"), &told, &["SEQUENCE_VALUE_TOO_LARGE_FRACTION"]);
    check(&token("min_per_sequence: 2"), &strings(&["a"]), &["STATS_NOT_AVAILABLE"]);
}

#[test]
fn features_that_validation_derives() {
    let source = "validation_derived_source { deriver_name: \"d\" }";
    let told = rows10(&format!("type: INT {source} num_stats {{ {PLAIN} }}"));
    check(&feature(&format!("type: INT lifecycle_stage: VALIDATION_DERIVED {source}")), &told, &[]);
    check(&feature(&format!("type: INT {source}")), &told, &["DERIVED_FEATURE_BAD_LIFECYCLE"]);
    check(&feature("type: INT lifecycle_stage: VALIDATION_DERIVED"), &told, &["DERIVED_FEATURE_INVALID_SOURCE"]);
}

#[test]
fn rules_in_tags_that_values_break() {
    let tag = |tag: &str| feature(&format!("type: BYTES annotation {{ tag: \"{tag}\" }}"));
    check(&tag("format=email"), &strings(&["a@b.org"]), &[]);
    check(&tag("format=email"), &strings(&["a@b.org", "nobody"]), &["CUSTOM_VALIDATION"]);
    check(&tag("pattern=^[A-Z]{2}$"), &strings(&["AB", "C"]), &["CUSTOM_VALIDATION"]);
    check(&tag("key"), &strings(&["a", "b"]), &["CUSTOM_VALIDATION"]);
    check(&tag("someone's own"), &strings(&["a", "b"]), &[]);
}

#[test]
fn a_feature_may_have_several_reasons() {
    let schema = feature("type: BYTES value_count { min: 2 } string_domain { value: \"a\" }");
    let findings = found(&schema, &strings(&["b"]));
    assert_eq!(types(&findings, "x"), ["FEATURE_TYPE_LOW_NUMBER_VALUES", "ENUM_TYPE_UNEXPECTED_STRING_VALUES"]);
    let anomaly = findings.features.values().next().unwrap();
    assert_eq!(anomaly.short(), "Multiple errors");
    assert!(anomaly.long().contains("At least 2 values") && anomaly.long().contains("does not list"));
}

#[test]
fn weights_count_where_there_are_any() {
    let weighted = "num_examples: 10 weighted_num_examples: 100 features { path { step: \"x\" } type: INT num_stats { \
                    common_stats { num_non_missing: 9 num_missing: 1 min_num_values: 1 max_num_values: 1 \
                    weighted_common_stats { num_non_missing: 50 num_missing: 50 } } max: 1 } }";
    let schema = feature("type: INT presence { min_fraction: 0.8 }");
    check(&schema, weighted, &["FEATURE_TYPE_LOW_FRACTION_PRESENT"]);
    check(&schema, &weighted.replace("weighted_num_examples: 100", ""), &[]);
}
