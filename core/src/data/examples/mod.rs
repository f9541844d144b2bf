//! Examples for training: rows as records of `tf.Example`, or as Parquet, in shards with ExampleGen's names.
//!
//! [`Encoder`] writes the deterministic bytes that ExampleGen's own split hashes; [`Shards`] writes files.

mod encode;
mod shards;
#[cfg(test)]
mod tests;

pub(crate) use encode::Encoder;
pub(crate) use shards::{ExampleFormat, Shards, Written};
