//! The vectors of the specification.

use std::path::Path;

use serde::Deserialize;

use super::super::{Kernel, chunk_lengths_with};
use super::data::{random, repeated};
use super::lengths_by_the_rule;

#[derive(Deserialize)]
struct Vector {
    name: String,
    input: Vec<Part>,
    cuts: Vec<usize>,
}

/// A vector's input is its parts one after the other.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::content) enum Part {
    Random { seed: u64, skip: usize, length: usize },
    Repeat { text: String, length: usize },
    RepeatRandom { seed: u64, period: usize, length: usize },
}

impl Part {
    pub(in crate::content) fn bytes(&self) -> Vec<u8> {
        match self {
            Part::Random { seed, skip, length } => random(*seed, skip + length).split_off(*skip),
            Part::Repeat { text, length } => repeated(text.as_bytes(), *length),
            Part::RepeatRandom { seed, period, length } => repeated(&random(*seed, *period), *length),
        }
    }
}

fn cuts(lengths: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let add = |end: &mut usize, length| {
        *end += length;
        Some(*end)
    };
    lengths.into_iter().scan(0, add).collect()
}

#[test]
fn the_vectors_of_the_specification_hold() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/chunker.json");
    let vectors: Vec<Vector> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert!(vectors.len() >= 20);
    for Vector { name, input, cuts: expected } in vectors {
        let data: Vec<u8> = input.iter().flat_map(Part::bytes).collect();
        assert_eq!(cuts(lengths_by_the_rule(&data)), expected, "{name}");
        for kernel in [Kernel::Portable, Kernel::best()] {
            assert_eq!(cuts(chunk_lengths_with(kernel, &data)), expected, "{name} with {kernel:?}");
        }
    }
}
