//! Statistics of rows, in one pass and mergeable: what TFDV computes, exactly where that is affordable.
//!
//! A `Profiler` takes record batches; two of them merge; `finish` gives the messages. Everything is exact up to 100,000
//! different values of a column, and sketched beyond, with its error. Start with `Profiler`.

mod cells;
mod codec;
mod correlation;
mod distinct;
mod distribution;
mod exact_sum;
mod feature;
mod finish;
mod hash;
mod nested;
mod numbers;
mod profiler;
mod quantiles;
mod report;
mod rows;
mod run;
mod semantic;
mod texts;
mod weights;

pub(crate) use profiler::{Profiler, ProfilerOptions};
pub(crate) use run::{Profiled, States, profile};

#[cfg(test)]
mod tests;
