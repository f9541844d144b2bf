//! Profilers of parts, merged and stored.

use super::*;
use arrow::array::{Float64Array, Int64Array, StringArray};

/// Rows with repeats, gaps, infinities and text, from a seed.
fn rows(from: u64, to: u64, spread: u64) -> RecordBatch {
    let random = |n: u64, salt: u64| hash::pair(hash::number(n), salt);
    let floats = (from..to).map(|n| match random(n, 1) % 50 {
        0 => None,
        1 => Some(f64::NAN),
        2 => Some(f64::INFINITY),
        k => Some((random(n, 2) % spread) as f64 * 0.1 - k as f64 * 1e6),
    });
    let wholes = (from..to).map(|n| (random(n, 3) % 10 > 0).then(|| (random(n, 4) % spread) as i64 - 50));
    let texts = (from..to).map(|n| (random(n, 5) % 7 > 0).then(|| format!("text {}", random(n, 6) % spread)));
    batch(vec![
        ("f", Arc::new(floats.collect::<Float64Array>())),
        ("i", Arc::new(wholes.collect::<Int64Array>())),
        ("t", Arc::new(texts.collect::<StringArray>())),
    ])
}

/// What must not depend on how the rows were parted: all but the pairs' sums, which are rounded.
fn exact(profiler: &Profiler) -> (Vec<u8>, String) {
    let mut statistics = profiler.finish("");
    for pair in &mut statistics.cross_features {
        if let Some(CrossFeatureStatisticsCrossStats::NumCrossStats(stats)) = &mut pair.cross_stats {
            *stats = NumericCrossStatistics::default();
        }
    }
    (statistics.encode_to_vec(), profiler.examples())
}

#[test]
fn any_parts_merged_are_bit_identical_to_the_whole() {
    let options = ProfilerOptions { slices: vec!["i".into()], ..Default::default() };
    let whole = profiled(&[rows(0, 5000, 90)], &options);
    for step in [1, 7, 640, 4999] {
        let mut merged = Profiler::new(&rows(0, 1, 90).schema(), &options).unwrap();
        let mut from = 0_u64;
        while from < 5000 {
            // Parts of unequal sizes, each stored and read again.
            let to = (from + step + from % 13).min(5000);
            if step == 1 && to > 700 {
                break;
            }
            let part = profiled(&[rows(from, to, 90)], &options);
            merged.merge(Profiler::from_bytes(&part.to_bytes().unwrap()).unwrap()).unwrap();
            from = to;
        }
        let whole = if from < 5000 { profiled(&[rows(0, from, 90)], &options) } else { whole.clone() };
        assert_eq!(exact(&whole), exact(&merged), "step {step}");
        for (a, b) in whole.correlations.list().iter().zip(merged.correlations.list()) {
            assert!(a.rows == b.rows && (a.correlation.unwrap() - b.correlation.unwrap()).abs() < 1e-9);
        }
        let slices = |p: &Profiler| p.slices.iter().map(|(n, s)| (n.clone(), exact(s))).collect::<Vec<_>>();
        assert_eq!(slices(&whole), slices(&merged), "step {step}");
    }
}

#[test]
fn beyond_the_budget_moments_and_distinct_estimates_do_not_depend_on_the_parts() {
    let options = ProfilerOptions::default();
    let batches: Vec<_> = (0..4).map(|n| rows(n * 40_000, (n + 1) * 40_000, 1 << 40)).collect();
    let whole = profiled(&batches, &options);
    let mut merged = profiled(&batches[..1], &options);
    for batch in &batches[1..] {
        merged.merge(profiled(std::slice::from_ref(batch), &options)).unwrap();
    }
    for name in ["f", "i"] {
        let (a, b) = (feature(&whole, name), feature(&merged, name));
        let (a, b) = (numbers(&a), numbers(&b));
        assert_eq!(
            (a.mean.to_bits(), a.std_dev.to_bits(), a.min, a.max),
            (b.mean.to_bits(), b.std_dev.to_bits(), b.min, b.max)
        );
        assert!(a.std_dev > 0.0);
    }
    let (a, b) = (feature(&whole, "t"), feature(&merged, "t"));
    let (count, unique) = (common(&a).num_non_missing, strings(&a).unique);
    assert_eq!(unique, strings(&b).unique);
    // All texts differ; the estimate is close and never above the count.
    assert!(unique <= count && (count - unique) as f64 <= 0.01 * count as f64, "{unique} of {count}");
    let again = Profiler::from_bytes(&whole.to_bytes().unwrap()).unwrap();
    assert_eq!(exact(&again), exact(&whole));
}

#[test]
fn quantiles_beyond_the_budget_keep_the_stated_error() {
    let options = ProfilerOptions::default();
    let all = profiled(&(0..5).map(|n| rows(n * 50_000, (n + 1) * 50_000, 1 << 40)).collect::<Vec<_>>(), &options);
    let report = all.report("x");
    let of_i = &report["features"][1];
    let said = of_i["quantile_rank_error"]["of_99_percent"].as_f64().unwrap();
    assert!(said > 0.0 && said <= 0.005, "{said}");
    assert_eq!(of_i["distinct"]["exact"], false);
    for quantile in of_i["quantiles"].as_array().unwrap() {
        let (share, value) = (quantile["share"].as_f64().unwrap(), quantile["value"].as_f64().unwrap());
        assert!((value / (1_u64 << 40) as f64 - share).abs() < 0.01, "{quantile}");
    }
}

#[test]
fn a_damaged_state_is_refused() {
    let state = profiled(&[rows(0, 100, 10)], &ProfilerOptions::default()).to_bytes().unwrap();
    for at in (0..state.len()).step_by(state.len() / 50) {
        let mut broken = state.clone();
        broken[at] ^= 1;
        assert!(Profiler::from_bytes(&broken).is_err(), "byte {at}");
    }
    assert!(Profiler::from_bytes(&state[..state.len() - 1]).is_err());
    assert!(Profiler::from_bytes(b"").is_err());
}

#[test]
fn columns_that_a_part_lacks_are_missing_in_its_rows() {
    let options = ProfilerOptions::default();
    let mut merged = profiled(&[batch(vec![("a", Arc::new(Int64Array::from(vec![1, 2])))])], &options);
    let other = batch(vec![("b", Arc::new(StringArray::from(vec!["x"])) as ArrayRef)]);
    merged.merge(profiled(&[other], &options)).unwrap();
    let counts = |name| {
        let feature = feature(&merged, name);
        (common(&feature).num_non_missing, common(&feature).num_missing)
    };
    assert_eq!((counts("a"), counts("b")), ((2, 1), (1, 2)));
    let text = profiled(&[batch(vec![("a", Arc::new(StringArray::from(vec!["x"])))])], &options);
    assert!(merged.merge(text).unwrap_err().message().contains("column \"a\""));
}
