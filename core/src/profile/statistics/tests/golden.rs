//! What TFDV 1.16.1 printed for the same files.

use super::super::distribution::Distribution;
use super::super::feature::Values;
use super::*;
use crate::Job;
use crate::data::{Dataset, ReadOptions, SourceFile};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/tfdv")
}

/// The statistics of a file or folder of `inputs`, as TFDV would give them.
fn ours(input: &str, threads: usize) -> Profiler {
    let path = data().join("inputs").join(input);
    let mut paths = vec![path.clone()];
    if path.is_dir() {
        paths = std::fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()).collect();
        paths.sort();
    }
    let name = |p: &PathBuf| p.file_name().unwrap().to_string_lossy().into_owned();
    let files = paths.iter().map(|p| SourceFile::local(name(p), p).unwrap()).collect();
    let dataset = Dataset::open_plain("", files, &ReadOptions::default(), &Job::new()).unwrap().with_dictionaries();
    let options = ProfilerOptions { tfdv: true, ..Default::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    profile(&dataset, &options, None, &pool, &Job::new()).unwrap().profiler
}

fn close(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

/// Bucket by bucket: counts within TFDV's stated share of all values, edges as said.
fn compare_histograms(what: &str, ours: &Histogram, theirs: &Histogram, total: f64, edges: impl Fn(f64, f64) -> bool) {
    assert_eq!(
        (ours.num_nan, ours.r#type, ours.buckets.len()),
        (theirs.num_nan, theirs.r#type, theirs.buckets.len()),
        "{what}"
    );
    for (n, (a, b)) in ours.buckets.iter().zip(&theirs.buckets).enumerate() {
        let counts = (a.sample_count - b.sample_count).abs() <= 0.01 * total + 1e-9;
        assert!(
            counts && edges(a.low_value, b.low_value) && edges(a.high_value, b.high_value),
            "{what} bucket {n}: {a:?} {b:?}"
        );
    }
}

/// Whether a value is the quantile of a share, give or take TFDV's one in a hundred.
fn is_quantile(all: &Distribution, value: f64, share: f64) -> bool {
    // 32-bit floats and their text differ in the last digits.
    let slack = value.abs() * 1e-12;
    let (below, up_to) = (all.below(value - slack - f64::MIN_POSITIVE), all.below(value + slack));
    below <= (share + 0.01) * all.total() && up_to >= (share - 0.01) * all.total()
}

fn compare_quantiles(what: &str, ours: &Histogram, theirs: &Histogram, all: &Distribution) {
    assert_eq!(
        (ours.num_nan, ours.r#type, ours.buckets.len()),
        (theirs.num_nan, theirs.r#type, theirs.buckets.len()),
        "{what}"
    );
    for (n, (a, b)) in ours.buckets.iter().zip(&theirs.buckets).enumerate() {
        let (low, high) = (n as f64 / 10.0, (n + 1) as f64 / 10.0);
        for bucket in [a, b] {
            let edges = is_quantile(all, bucket.low_value, low) && is_quantile(all, bucket.high_value, high);
            assert!(edges, "{what} bucket {n}: {a:?} {b:?}");
        }
        // Where both have the same edges, both have the same count, but for what TFDV's sketch is off.
        let same = a.low_value == b.low_value && a.high_value == b.high_value;
        assert!(
            !same || (a.sample_count - b.sample_count).abs() <= 0.02 * all.total(),
            "{what} bucket {n}: {a:?} {b:?}"
        );
    }
}

fn compare(what: &str, ours: &FeatureNameStatistics, theirs: &FeatureNameStatistics, profiler: &Profiler) {
    assert_eq!(ours.r#type, theirs.r#type, "{what}: type");
    assert_eq!(ours.custom_stats, theirs.custom_stats, "{what}");
    let (a, b) = (common(ours), common(theirs));
    let without_histogram = |c: &CommonStatistics| CommonStatistics { num_values_histogram: None, ..c.clone() };
    assert_eq!(without_histogram(a), without_histogram(b), "{what}");
    let total = a.num_non_missing as f64;
    match (&a.num_values_histogram, &b.num_values_histogram) {
        (Some(a), Some(b)) => compare_histograms(what, a, b, total, close),
        (a, b) => assert_eq!(a.is_some(), b.is_some(), "{what}: {b:?}"),
    }
    match (&ours.stats, &theirs.stats) {
        (Some(FeatureNameStatisticsStats::StringStats(a)), Some(FeatureNameStatisticsStats::StringStats(b))) => {
            let rest = |s: &StringStatistics| StringStatistics { common_stats: None, ..s.clone() };
            assert_eq!(rest(a), rest(b), "{what}");
        }
        (Some(FeatureNameStatisticsStats::NumStats(a)), Some(FeatureNameStatisticsStats::NumStats(b))) => {
            assert_eq!((a.num_zeros, a.min, a.max), (b.num_zeros, b.min, b.max), "{what}");
            assert!(
                close(a.mean, b.mean) && close(a.std_dev, b.std_dev),
                "{what}: {} {} {} {}",
                a.mean,
                b.mean,
                a.std_dev,
                b.std_dev
            );
            let wanted = path(ours);
            let Some(Values::Numbers(numbers)) = profiler.features.iter().find(|f| f.path == wanted).map(|f| &f.values)
            else {
                panic!("{what} has no numbers")
            };
            let all = super::super::finish::distribution(numbers);
            assert!(
                is_quantile(&all, b.median, 0.5) && is_quantile(&all, a.median, 0.5),
                "{what}: {} {}",
                a.median,
                b.median
            );
            assert_eq!(a.histograms.len(), b.histograms.len(), "{what}");
            for (a, b) in a.histograms.iter().zip(&b.histograms) {
                match HistogramHistogramType::try_from(b.r#type).unwrap() {
                    HistogramHistogramType::Standard => compare_histograms(what, a, b, total, close),
                    HistogramHistogramType::Quantiles => compare_quantiles(what, a, b, &all),
                }
            }
        }
        (a, b) => assert_eq!(a, b, "{what}"),
    }
}

fn compare_dataset(golden: &str, input: &str) {
    let bytes = std::fs::read(data().join("golden").join(format!("{golden}.statistics.pb"))).unwrap();
    let theirs: DatasetFeatureStatisticsList = decode(golden, &bytes).unwrap();
    let theirs = &theirs.datasets[0];
    let profiler = ours(input, 2);
    let ours = profiler.finish("");
    assert_eq!((ours.num_examples, &ours.name), (theirs.num_examples, &theirs.name));
    let by_path =
        |d: &DatasetFeatureStatistics| d.features.iter().map(|f| (path(f), f.clone())).collect::<BTreeMap<_, _>>();
    let (a, b) = (by_path(&ours), by_path(theirs));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (path, theirs) in &b {
        compare(&format!("{golden} {path:?}"), &a[path], theirs, &profiler);
    }
}

#[test]
fn penguins_have_tfdvs_statistics() {
    compare_dataset("penguins_labelled", "penguins_labelled.csv");
}

#[test]
fn commits_by_hour_have_tfdvs_statistics() {
    compare_dataset("vega_github", "github.csv");
}

#[test]
fn the_weather_of_seattle_has_tfdvs_statistics() {
    compare_dataset("vega_seattle-weather", "seattle-weather.csv");
}

#[test]
fn zip_codes_have_tfdvs_statistics() {
    compare_dataset("vega_zipcodes", "zipcodes.csv");
}

#[test]
fn taxi_trips_have_tfdvs_statistics() {
    compare_dataset("chicago_taxi_simple", "chicago_taxi_simple.csv");
    compare_dataset("taxi_external_csv", "taxi_external.csv");
}

#[test]
fn examples_in_shards_have_tfdvs_statistics() {
    compare_dataset("taxi_examples_train", "taxi_train");
    compare_dataset("taxi_examples_eval", "taxi_eval");
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    assert_eq!(ours("taxi_train", 1).finish("").encode_to_vec(), ours("taxi_train", 4).finish("").encode_to_vec());
}
