//! Python's hot calls on a run: a metric is a line in a file, which costs less than a call through uniffi.

use crate::error::Result;
use crate::raw::guarded;
use crate::repo::os_path;
use crate::runs::Run;
use octostore::{Code, Error, RunMetric};
use std::slice::from_raw_parts;
use std::sync::Arc;

#[uniffi::export]
impl Run {
    /// Where this run is, for the plain functions: good as long as this object is.
    pub fn address(self: Arc<Self>) -> u64 {
        Arc::as_ptr(&self) as usize as u64
    }
}

/// The id of an experiment in any folder of runs, for MLflow's plugin.
#[uniffi::export]
pub fn experiment_in(folder: Vec<u8>, name: &str) -> Result<String> {
    Ok(octostore::Runs::experiment_in(&os_path(folder)?, name)?)
}

/// Writes one value of a metric. A `time_ms` of 0 is now. Gives 0, or the ticket of a failure.
///
/// # Safety
/// `run` is the address of a `Run` that lives during the call, and `key` has `key_len` bytes that nobody writes meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octostore_raw_log_metric(
    run: *const Run,
    key: *const u8,
    key_len: usize,
    value: f64,
    step: i64,
    time_ms: i64,
) -> u64 {
    // SAFETY: the caller's promise; one number is at its address.
    unsafe { octostore_raw_log_metrics(run, key, key_len, &value, 1, step, time_ms) }
}

/// Writes one value of each of `count` metrics, whose keys lie at `keys`, a line feed between two. A `time_ms` of 0 is now.
/// Gives 0, or the ticket of a failure.
///
/// # Safety
/// `run` is the address of a `Run` that lives during the call; `keys` has `keys_len` bytes and `values` `count` numbers that nobody
/// writes meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octostore_raw_log_metrics(
    run: *const Run,
    keys: *const u8,
    keys_len: usize,
    values: *const f64,
    count: usize,
    step: i64,
    time_ms: i64,
) -> u64 {
    // SAFETY: the caller's promise.
    let run = unsafe { &*run };
    let (keys, values) = match count {
        // An empty list may have no address.
        0 => (&[][..], &[][..]),
        // SAFETY: the caller's promise.
        _ => unsafe { (from_raw_parts(keys, keys_len), from_raw_parts(values, count)) },
    };
    let mut ticket = 0;
    guarded(&mut ticket, || run.0.log_metrics(&metrics(keys, values, step, time_ms)?).map(|()| 0));
    ticket
}

/// A key with a line feed, which no metric may have, is found by their number.
fn metrics(keys: &[u8], values: &[f64], step: i64, time_ms: i64) -> octostore::Result<Vec<RunMetric>> {
    let invalid = |what: &str| {
        Error::new(Code::InvalidArgument, what).remedy("Use letters, digits, _, -, ., spaces and slashes.")
    };
    let keys = std::str::from_utf8(keys).map_err(|_| invalid("a metric's key is not UTF-8"))?;
    let keys: Vec<&str> = if values.is_empty() { Vec::new() } else { keys.split('\n').collect() };
    if keys.len() != values.len() {
        return Err(invalid("a metric's key has a line feed"));
    }
    Ok(keys
        .iter()
        .zip(values)
        .map(|(key, value)| RunMetric { key: (*key).to_owned(), value: *value, step, time_ms })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_keys_as_values() {
        let of = |keys: &str, values: &[f64]| metrics(keys.as_bytes(), values, 3, 7);
        let two = of("a\nb/c", &[1.0, f64::NAN]).unwrap();
        assert_eq!(
            two.iter().map(|m| (m.key.as_str(), m.step, m.time_ms)).collect::<Vec<_>>(),
            [("a", 3, 7), ("b/c", 3, 7)]
        );
        assert!(of("", &[]).unwrap().is_empty());
        assert!(of("a\nb", &[1.0]).is_err());
        assert!(metrics(&[0xff], &[1.0], 0, 0).is_err());
    }
}
