//! The door of every call: the log hears of it, and test builds count it.

use crate::context::Context;
use crate::error::Result;
use crate::log::Level;
use std::time::Instant;

/// Runs a call of the façade. `options` names those that differ from their defaults.
pub(super) fn call<T>(
    context: &Context,
    name: &str,
    options: &[(&str, bool)],
    run: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let begun = Instant::now();
    let result = count(name, options, run);
    let ms = || begun.elapsed().as_secs_f64() * 1e3;
    match &result {
        Ok(_) => context.log(Level::Debug, "call", || format!("{name} took {:.1} ms", ms())),
        Err(e) => {
            context.log(Level::Error, "call", || format!("{name} failed after {:.1} ms: {}", ms(), e.message()));
        }
    }
    result
}

/// A call that is too small for the log.
#[cfg(feature = "trace")]
pub(crate) fn count<T>(name: &str, options: &[(&str, bool)], run: impl FnOnce() -> Result<T>) -> Result<T> {
    crate::trace::call(name, options, run)
}

/// A call that is too small for the log.
#[cfg(not(feature = "trace"))]
#[inline]
pub(crate) fn count<T>(_: &str, _: &[(&str, bool)], run: impl FnOnce() -> Result<T>) -> Result<T> {
    run()
}
