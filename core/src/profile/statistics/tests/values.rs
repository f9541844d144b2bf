//! Values at the edges, and every kind of column.

use super::*;
use arrow::array::*;
use arrow::datatypes::{Int32Type, Int64Type};

fn of(columns: Vec<(&str, ArrayRef)>) -> Profiler {
    profiled(&[batch(columns)], &ProfilerOptions::default())
}

fn custom(feature: &FeatureNameStatistics, name: &str) -> Option<f64> {
    let found = feature.custom_stats.iter().find(|c| c.name == name)?;
    match found.val {
        Some(CustomStatisticVal::Num(x)) => Some(x),
        _ => None,
    }
}

#[test]
fn columns_without_any_value_and_tables_without_rows_have_statistics() {
    let columns = || -> Vec<(&str, ArrayRef)> {
        vec![
            ("f", Arc::new(Float64Array::from(vec![None, None]))),
            ("s", Arc::new(StringArray::from(vec![None::<&str>, None]))),
            ("n", Arc::new(NullArray::new(2))),
            ("l", Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(vec![None::<Vec<Option<i64>>>, None]))),
        ]
    };
    let profiler = of(columns());
    for name in ["f", "s", "n", "l"] {
        let one = feature(&profiler, name);
        assert_eq!((common(&one).num_non_missing, common(&one).num_missing), (0, 2), "{name}");
        assert_eq!(common(&one).num_values_histogram, None);
    }
    let empty = profiled(&[batch(columns()).slice(0, 0)], &ProfilerOptions::default());
    assert_eq!((empty.finish("x").num_examples, empty.examples().as_str()), (0, ""));
    assert_eq!(empty.report("x")["rows"], 0);
}

#[test]
fn nan_is_counted_apart_and_infinities_do_not_spoil_the_mean() {
    let x = Float64Array::from(vec![
        Some(1.0),
        Some(f64::NAN),
        None,
        Some(f64::INFINITY),
        Some(3.0),
        Some(-0.0),
        Some(0.0),
    ]);
    let profiler = of(vec![("x", Arc::new(x))]);
    let one = feature(&profiler, "x");
    let stats = numbers(&one);
    assert_eq!((stats.mean, stats.num_zeros, stats.min, stats.max), (1.0, 2, 0.0, f64::INFINITY));
    assert_eq!((stats.histograms[0].num_nan, common(&one).num_non_missing, common(&one).num_missing), (1, 6, 1));
    assert_eq!(custom(&one, "distinct"), Some(4.0));
    let report = profiler.report("");
    let shown = &report["features"][0];
    assert_eq!((&shown["max"], &shown["infinite"], &shown["nan"]), (&"Infinity".into(), &1.into(), &1.into()));
}

#[test]
fn the_largest_whole_numbers_keep_every_digit() {
    let signed = Int64Array::from(vec![i64::MIN, i64::MAX, i64::MAX]);
    let unsigned = UInt64Array::from(vec![0, u64::MAX, u64::MAX - 1]);
    let profiler = of(vec![("s", Arc::new(signed)), ("u", Arc::new(unsigned))]);
    let report = profiler.report("");
    let (s, u) = (&report["features"][0], &report["features"][1]);
    assert_eq!((&s["min"], &s["max"]), (&"-9223372036854775808".into(), &"9223372036854775807".into()));
    assert_eq!((&u["max"], &u["distinct"]["count"]), (&"18446744073709551615".into(), &3.into()));
    assert_eq!(numbers(&feature(&profiler, "s")).mean, 3.074_457_345_618_258_4e18);
}

#[test]
fn dictionaries_give_what_plain_text_gives() {
    let values = ["b", "a", "b", "", "c", "b"];
    let plain: StringArray = values.iter().map(|v| (*v != "c").then_some(*v)).collect();
    let coded: DictionaryArray<Int32Type> = values.iter().map(|v| (*v != "c").then_some(*v)).collect();
    let views: StringViewArray = values.iter().map(|v| (*v != "c").then_some(*v)).collect();
    let all: Vec<_> = [Arc::new(plain) as ArrayRef, Arc::new(coded), Arc::new(views)]
        .into_iter()
        .map(|column| of(vec![("x", column)]).finish("").encode_to_vec())
        .collect();
    assert!(all[0] == all[1] && all[0] == all[2]);
}

#[test]
fn lists_and_structs_have_valencies_and_paths() {
    let inner = Int64Builder::new();
    let mut lists = ListBuilder::new(ListBuilder::new(inner));
    for row in [Some(vec![vec![1, 2], vec![]]), None, Some(vec![]), Some(vec![vec![3]])] {
        for values in row.iter().flatten() {
            values.iter().for_each(|v| lists.values().values().append_value(*v));
            lists.values().append(true);
        }
        lists.append(row.is_some());
    }
    let name: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("c"), Some("d")]));
    let fields = vec![Arc::new(Field::new("name", name.data_type().clone(), true))];
    let structs = StructArray::new(fields.into(), vec![name], Some(vec![true, true, false, true].into()));
    let profiler = of(vec![("l", Arc::new(lists.finish())), ("s", Arc::new(structs))]);
    let list = feature(&profiler, "l");
    let levels: Vec<_> = common(&list)
        .presence_and_valency_stats
        .iter()
        .map(|l| (l.num_non_missing, l.num_missing, l.min_num_values, l.max_num_values, l.tot_num_values))
        .collect();
    assert_eq!(levels, [(3, 1, 0, 2, 3), (3, 0, 0, 2, 3)]);
    assert_eq!((numbers(&list).mean, numbers(&list).max), (2.0, 3.0));
    let (parent, child) = (feature(&profiler, "s"), feature(&profiler, "s.name"));
    assert_eq!(parent.r#type, FeatureNameStatisticsType::Struct as i32);
    assert_eq!((common(&parent).num_non_missing, common(&parent).num_missing), (3, 1));
    assert_eq!((common(&child).num_non_missing, common(&child).num_missing, strings(&child).unique), (2, 1, 2));
}

#[test]
fn lists_of_several_values_have_a_histogram_of_their_lengths() {
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>(vec![
        Some(vec![Some(1), Some(2), None]),
        Some(vec![Some(5)]),
        None,
        Some(vec![]),
    ]);
    let profiler = of(vec![("l", Arc::new(lists))]);
    let list = feature(&profiler, "l");
    let stats = common(&list);
    assert_eq!((stats.min_num_values, stats.max_num_values, stats.tot_num_values), (0, 3, 4));
    assert_eq!((stats.num_non_missing, stats.avg_num_values), (3, 4.0 / 3.0));
    let counted: f64 = stats.num_values_histogram.as_ref().unwrap().buckets.iter().map(|b| b.sample_count).sum();
    assert!((counted - 3.0).abs() < 1e-9);
    assert_eq!(profiler.report("")["features"][0]["null_values"], 1);
}

#[test]
fn weights_weigh_counts_means_and_top_values() {
    let options = ProfilerOptions { weight: "w".into(), ..Default::default() };
    let rows = batch(vec![
        ("x", Arc::new(Float64Array::from(vec![Some(1.0), Some(3.0), None]))),
        ("s", Arc::new(StringArray::from(vec!["a", "b", "a"]))),
        ("w", Arc::new(Float64Array::from(vec![1.0, 3.0, 0.5]))),
    ]);
    let profiler = profiled(&[rows], &options);
    assert_eq!(profiler.finish("").weighted_num_examples, 4.5);
    let x = feature(&profiler, "x");
    let weighted = numbers(&x).weighted_numeric_stats.clone().unwrap();
    assert_eq!((weighted.mean, weighted.median), (2.5, 3.0));
    assert!((weighted.std_dev - 0.75_f64.sqrt()).abs() < 1e-12);
    let of_x = common(&x).weighted_common_stats.clone().unwrap();
    assert_eq!((of_x.num_non_missing, of_x.num_missing), (4.0, 0.5));
    let s = feature(&profiler, "s");
    let top = &strings(&s).weighted_string_stats.as_ref().unwrap().top_values;
    assert_eq!((top[0].value.as_str(), top[0].frequency, top[1].frequency), ("b", 3.0, 1.5));
    let unweighted = batch(vec![("w", Arc::new(Float64Array::from(vec![Some(1.0), None])) as ArrayRef)]);
    let mut profiler = Profiler::new(&unweighted.schema(), &options).unwrap();
    assert!(profiler.update(&unweighted).unwrap_err().message().starts_with("row 1"));
}

#[test]
fn slices_are_data_sets_of_their_own() {
    let options = ProfilerOptions { slices: vec!["k".into()], ..Default::default() };
    let rows = batch(vec![
        ("k", Arc::new(StringArray::from(vec![Some("a"), Some("b"), None, Some("a")]))),
        ("x", Arc::new(Int64Array::from(vec![1, 2, 3, 5]))),
    ]);
    let profiler = profiled(&[rows], &options);
    let all = profiler.finish_all("name").datasets;
    let names: Vec<_> = all.iter().map(|d| (d.name.as_str(), d.num_examples)).collect();
    assert_eq!(names, [("All Examples", 4), ("k_a", 2), ("k_b", 1)]);
    assert_eq!(numbers(&all[1].features[1]).mean, 3.0);
    let missing = Profiler::new(&Arc::new(Schema::empty()), &options);
    assert!(missing.unwrap_err().message().contains("column \"k\""));
}

#[test]
fn equal_rows_and_columns_that_are_missing_together_are_counted() {
    let rows = batch(vec![
        ("a", Arc::new(Int64Array::from(vec![Some(1), None, None, Some(1), Some(2)]))),
        ("b", Arc::new(StringArray::from(vec![Some("x"), None, None, Some("x"), None]))),
    ]);
    let report = profiled(&[rows], &ProfilerOptions::default()).report("");
    assert_eq!(report["duplicate_rows"]["count"], 2);
    let patterns = report["missing_together"]["patterns"].to_string();
    assert_eq!(patterns, r#"[{"columns":[],"rows":2},{"columns":["a","b"],"rows":2},{"columns":["b"],"rows":1}]"#);
}

#[test]
fn examples_are_the_same_rows_whatever_their_order() {
    let rows: Vec<i64> = (0..5000).collect();
    let reversed: Vec<i64> = rows.iter().rev().copied().collect();
    let examples = |rows: Vec<i64>| {
        let mut lines: Vec<String> =
            of(vec![("x", Arc::new(Int64Array::from(rows)))]).examples().lines().map(String::from).collect();
        lines.sort();
        lines
    };
    let (forward, backward) = (examples(rows), examples(reversed));
    assert_eq!((forward.len(), &forward), (100, &backward));
    assert!(forward[0].starts_with("{\"x\":"));
}

#[test]
fn days_are_counted_with_their_gaps() {
    let days = Date32Array::from(vec![0, 1, 1, 5, 31]);
    let moments = TimestampMicrosecondArray::from(vec![0, 86_400_000_000, -1, 1, 2]).with_timezone("+02:00");
    let report = of(vec![("d", Arc::new(days)), ("m", Arc::new(moments))]).report("");
    let (d, m) = (&report["features"][0]["dates"], &report["features"][1]["dates"]);
    assert_eq!((&d["first"], &d["last"], &d["days"]), (&"1970-01-01".into(), &"1970-02-01".into(), &4.into()));
    assert_eq!((&d["days_missing"], &d["longest_gap_days"]), (&28.into(), &25.into()));
    assert_eq!((&m["first"], &m["days"]), (&"1969-12-31".into(), &3.into()));
}

#[test]
fn every_type_of_arrow_has_statistics() {
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("bool", Arc::new(BooleanArray::from(vec![true, false, true]))),
        ("i8", Arc::new(Int8Array::from(vec![1, 2, 3]))),
        ("u32", Arc::new(UInt32Array::from(vec![1, 2, 3]))),
        ("f32", Arc::new(Float32Array::from(vec![1.0, 2.0, 3.0]))),
        ("dec", Arc::new(Decimal128Array::from(vec![100, 200, 300]).with_precision_and_scale(10, 2).unwrap())),
        ("date", Arc::new(Date64Array::from(vec![0, 1, 2]))),
        ("time32", Arc::new(Time32SecondArray::from(vec![0, 1, 2]))),
        ("time64", Arc::new(Time64NanosecondArray::from(vec![0, 1, 2]))),
        ("dur", Arc::new(DurationSecondArray::from(vec![0, 1, 2]))),
        ("ival", Arc::new(IntervalYearMonthArray::from(vec![0, 1, 2]))),
        ("bin", Arc::new(BinaryArray::from(vec![&b"a"[..], b"\xff", b"c"]))),
        ("fixed", Arc::new(FixedSizeBinaryArray::try_from_iter([b"ab", b"cd", b"ef"].iter()).unwrap())),
        ("large", Arc::new(LargeStringArray::from(vec!["a", "b", "c"]))),
        ("fsl", {
            let values = vec![Some(vec![Some(1), Some(2)]), None, Some(vec![Some(3), Some(4)])];
            Arc::new(FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(values, 2))
        }),
        ("codes", {
            let codes: DictionaryArray<Int32Type> =
                DictionaryArray::new(Int32Array::from(vec![0, 1, 0]), Arc::new(Int64Array::from(vec![7, 8])));
            Arc::new(codes)
        }),
    ];
    for tfdv in [false, true] {
        let rows = batch(columns.clone());
        let profiler = profiled(&[rows], &ProfilerOptions { tfdv, ..Default::default() });
        assert_eq!(profiler.finish("").features.len(), columns.len());
        let bin = feature(&profiler, "bin");
        assert_eq!(strings(&bin).invalid_utf8_count, 1);
        let again = Profiler::from_bytes(&profiler.to_bytes().unwrap()).unwrap();
        assert_eq!(again.finish("").encode_to_vec(), profiler.finish("").encode_to_vec());
    }
    let profiler = of(columns);
    let dec = feature(&profiler, "dec");
    assert_eq!((numbers(&dec).mean, numbers(&feature(&profiler, "bool")).num_zeros), (2.0, 1));
    assert_eq!(numbers(&feature(&profiler, "fsl")).max, 4.0);
    assert_eq!(numbers(&feature(&profiler, "codes")).max, 8.0);
}
