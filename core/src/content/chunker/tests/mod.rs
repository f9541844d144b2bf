#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cuts;
pub(in crate::content) mod data;
mod kernels;
mod offset;
pub(in crate::content) mod vectors;

use super::rule::{self, fold_hash, is_marked, window};
use super::{Candidate, MAX, MID, MIN};

/// The rule as the specification says it, position by position: no kernel, no repetition, no search.
fn candidates_by_the_rule(data: &[u8], from: usize, to: usize) -> Vec<Candidate> {
    let judge = |at: usize| {
        let hash = fold_hash(window(data, at));
        let is_candidate = is_marked(data, at) && hash < rule::LOOSE;
        is_candidate.then_some(Candidate { at, strict: hash < rule::STRICT })
    };
    (from..to).filter_map(judge).collect()
}

fn lengths_by_the_rule(data: &[u8]) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut start = 0;
    while start < data.len() {
        let limit = data.len().min(start + MAX);
        let is_cut = |at: &usize| {
            let threshold = if at - start < MID { rule::STRICT } else { rule::LOOSE };
            is_marked(data, *at) && fold_hash(window(data, *at)) < threshold
        };
        let cut = (start + MIN..limit).find(is_cut).unwrap_or(limit);
        lengths.push(cut - start);
        start = cut;
    }
    lengths
}
