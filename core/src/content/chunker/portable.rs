//! The first stage for every processor, in the shape that the compiler turns into SSE2, NEON or wasm SIMD.

use super::rule::{MARK_SPAN, is_mark, is_marked};

/// Positions that are judged together.
const BLOCK: usize = 64;
/// Bytes that they read: the last position reads up to the byte before it.
const SPAN: usize = MARK_SPAN + BLOCK - 1;

/// The first marked position in `from..to`, or `to`.
pub(super) fn first_mark(data: &[u8], from: usize, to: usize) -> usize {
    let mut at = from;
    while at + BLOCK <= to {
        if has_mark(&data[at - MARK_SPAN..][..SPAN]) {
            return first_mark_one_by_one(data, at, at + BLOCK);
        }
        at += BLOCK;
    }
    first_mark_one_by_one(data, at, to)
}

pub(super) fn first_mark_one_by_one(data: &[u8], from: usize, to: usize) -> usize {
    (from..to).find(|&at| is_marked(data, at)).unwrap_or(to)
}

/// No early exit and no order: positions of one residue modulo 4 share a row of aligned words.
#[inline(always)]
fn has_mark(span: &[u8]) -> bool {
    let mut any = false;
    for residue in 0..4 {
        let early = span[residue..].as_chunks::<4>().0;
        let late = &early[1..];
        for (&early, &late) in early.iter().zip(late) {
            any |= is_mark(u32::from_le_bytes(early), u32::from_le_bytes(late));
        }
    }
    any
}
