//! The formats together: the vectors of `docs/format.md`, damage of every kind, and ids that no packing changes.
#![allow(clippy::unwrap_used, clippy::panic)]

mod mutations;
mod one_id;
mod samples;
mod vectors;
