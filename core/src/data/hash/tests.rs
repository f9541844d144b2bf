use super::*;
use arrow::array::*;
use arrow::compute::cast;
use arrow::datatypes::*;
use std::sync::Arc;

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true))).unwrap()
}

fn hashes(columns: Vec<(&str, ArrayRef)>) -> Vec<u64> {
    RowHash::new("sample", 0, &[]).of(&batch(columns)).unwrap()
}

#[test]
fn a_value_has_the_hash_that_it_has_in_every_type_that_can_hold_it() {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(100), Some(0), Some(3)]));
    let expected = hashes(vec![("n", numbers.clone())]);
    let types =
        [DataType::Int8, DataType::Int32, DataType::UInt8, DataType::UInt64, DataType::Float32, DataType::Float64];
    for data_type in types.into_iter().chain([DataType::Decimal128(9, 2)]) {
        assert_eq!(hashes(vec![("n", cast(&numbers, &data_type).unwrap())]), expected, "{data_type}");
    }
    let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some(""), Some("a"), Some("bc")]));
    let expected = hashes(vec![("t", texts.clone())]);
    let coded = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    for data_type in [DataType::LargeUtf8, DataType::Utf8View, DataType::Binary, coded] {
        assert_eq!(hashes(vec![("t", cast(&texts, &data_type).unwrap())]), expected, "{data_type}");
    }
    assert_eq!(expected[0], expected[3]);
    assert_ne!(expected[1], expected[2], "missing is not empty");
    let seconds: ArrayRef = Arc::new(TimestampSecondArray::from(vec![Some(1), None, Some(-5)]));
    let expected = hashes(vec![("t", seconds.clone())]);
    for unit in [TimeUnit::Millisecond, TimeUnit::Nanosecond] {
        let zone = Some("+02:00".into());
        let same = cast(&seconds, &DataType::Timestamp(unit, None)).unwrap();
        assert_eq!(hashes(vec![("t", same.clone())]), expected);
        let same = same.to_data().into_builder().data_type(DataType::Timestamp(unit, zone)).build().unwrap();
        assert_eq!(hashes(vec![("t", make_array(same))]), expected, "an instant has no zone");
    }
}

#[test]
fn floats_that_are_one_number_are_one_value() {
    let odd = f64::from_bits(0x7ff8_0000_0000_0001);
    let h = hashes(vec![("x", Arc::new(Float64Array::from(vec![0.0, -0.0, f64::NAN, -odd, 1.5, 2f64.powi(63)])))]);
    assert_eq!((h[0], h[2]), (h[1], h[3]));
    let beyond: ArrayRef = Arc::new(UInt64Array::from(vec![1 << 63]));
    assert_ne!(hashes(vec![("x", beyond)])[0], h[5], "what is not exact is not the same");
}

#[test]
fn a_dictionary_of_nothing_is_nothing() {
    let coded: ArrayRef = Arc::new(DictionaryArray::<Int32Type>::from_iter([None::<&str>, None]));
    assert_eq!(hashes(vec![("t", coded)]), hashes(vec![("t", Arc::new(NullArray::new(2)))]));
}

#[test]
fn columns_count_by_their_names_and_not_by_their_places() {
    let a: ArrayRef = Arc::new(Int32Array::from(vec![1, 2]));
    let b: ArrayRef = Arc::new(StringArray::from(vec!["x", "y"]));
    assert_eq!(hashes(vec![("a", a.clone()), ("b", b.clone())]), hashes(vec![("b", b.clone()), ("a", a.clone())]));
    let key = RowHash::new("sample", 0, &["a".into()]);
    assert_eq!(key.of(&batch(vec![("b", b.clone()), ("a", a.clone())])).unwrap(), hashes(vec![("a", a.clone())]));
    let e = RowHash::new("sample", 0, &["c".into()]).of(&batch(vec![("a", a)])).unwrap_err();
    assert_eq!((e.code(), e.hint()), (crate::Code::NotFound, "The columns are: a."));
}

#[test]
fn nested_values_end_where_they_end() {
    let lists = |values: Vec<Option<Vec<Option<i32>>>>| -> ArrayRef {
        Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(values))
    };
    let a = lists(vec![Some(vec![Some(1), None]), None, Some(vec![])]);
    let expected = hashes(vec![("l", a.clone())]);
    let large = cast(&a, &DataType::LargeList(Arc::new(Field::new_list_field(DataType::Int64, true)))).unwrap();
    assert_eq!(hashes(vec![("l", large)]), expected);
    assert_ne!(expected[1], expected[2]);
    let left = hashes(vec![("l", lists(vec![Some(vec![Some(1)])])), ("m", lists(vec![Some(vec![])]))]);
    let right = hashes(vec![("l", lists(vec![Some(vec![])])), ("m", lists(vec![Some(vec![Some(1)])]))]);
    assert_ne!(left, right);
}

/// The values of `tests/vectors/rows.json`, in its order.
fn vectors() -> Vec<RecordBatch> {
    let field = |name: &str, array: ArrayRef| (Arc::new(Field::new(name, array.data_type().clone(), true)), array);
    let decimal = Decimal128Array::from(vec![150]).with_precision_and_scale(5, 2).unwrap();
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>([Some(vec![Some(1), None])]);
    let pair = StructArray::from(vec![
        field("b", Arc::new(StringArray::from(vec!["x"])) as ArrayRef),
        field("a", Arc::new(Int8Array::from(vec![1])) as ArrayRef),
    ]);
    let noon = TimestampMillisecondArray::from(vec![(20_787 * 86_400 + 43_200) * 1000]).with_timezone("UTC");
    let columns: Vec<ArrayRef> = vec![
        Arc::new(NullArray::new(1)),
        Arc::new(BooleanArray::from(vec![true])),
        Arc::new(Int16Array::from(vec![36])),
        Arc::new(Int64Array::from(vec![-1])),
        Arc::new(UInt64Array::from(vec![1 << 63])),
        Arc::new(Float32Array::from(vec![2.5])),
        Arc::new(Float64Array::from(vec![2.0])),
        Arc::new(Float64Array::from(vec![-0.0])),
        Arc::new(Float64Array::from(vec![f64::NAN])),
        Arc::new(StringArray::from(vec![""])),
        Arc::new(StringArray::from(vec!["Ada"])),
        Arc::new(decimal),
        Arc::new(Date32Array::from(vec![20_787])),
        Arc::new(noon),
        Arc::new(Time32SecondArray::from(vec![43_200])),
        Arc::new(list),
        Arc::new(pair),
    ];
    let mut batches: Vec<_> = columns.into_iter().map(|c| batch(vec![("v", c)])).collect();
    let (name, age) = (Arc::new(StringArray::from(vec!["Ada"])), Arc::new(Int64Array::from(vec![36])));
    batches.push(batch(vec![("name", name), ("age", age)]));
    batches
}

#[test]
fn rows_have_the_bytes_and_hashes_that_the_format_promises() {
    let text = include_str!("../../../../tests/vectors/rows.json");
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    let expected = json["rows"].as_array().unwrap();
    let vectors = vectors();
    assert_eq!(expected.len(), vectors.len());
    for (expected, batch) in expected.iter().zip(vectors) {
        let rows = canonical(&batch, &[]).unwrap();
        let bytes: String = rows.rows().next().unwrap().iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(expected["bytes"], bytes, "{}", expected["values"]);
        for (purpose, seed, name) in [("sample", 0, "sample_0"), ("split", 7, "split_7")] {
            let hash = RowHash::new(purpose, seed, &[]).of(&batch).unwrap()[0];
            assert_eq!(expected[name], format!("{hash:016x}"), "{}", expected["values"]);
        }
    }
}

#[test]
fn a_threshold_is_exact_at_both_ends() {
    assert_eq!((threshold(0.0), threshold(0.5), threshold(1.0)), (0, 1 << 63, 1 << 64));
}
