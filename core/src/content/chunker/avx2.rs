//! The first stage with AVX2.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_castsi256_ps, _mm256_cmpgt_epi32, _mm256_loadu_si256, _mm256_movemask_ps,
    _mm256_mullo_epi32, _mm256_or_si256, _mm256_set1_epi32, _mm256_testz_si256,
};

use super::portable;
use super::rule::{C1, C2, K, MARK_LIMIT, MARK_SPAN};

/// Positions that are judged together: 4 rows of 8 words.
const BLOCK: usize = 32;
/// AVX2 compares signed words only; with the top bit of both sides flipped that is the unsigned comparison.
const FLIP: u32 = 1 << 31;

/// Proof that this processor has AVX2: only [`Avx2::detect`] makes one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }

    /// The first marked position in `from..to`, or `to`.
    pub(super) fn first_mark(self, data: &[u8], from: usize, to: usize) -> usize {
        assert!(from >= MARK_SPAN && to <= data.len() + 1, "a position is judged by the bytes before it");
        // SAFETY: `self` proves that the processor has AVX2, and the bounds are those the function asks for.
        unsafe { first_mark(data, from, to) }
    }
}

/// # Safety
/// `from` is at least `MARK_SPAN` and `to` at most `data.len() + 1`.
#[target_feature(enable = "avx2")]
unsafe fn first_mark(data: &[u8], from: usize, to: usize) -> usize {
    let mut at = from;
    while at + BLOCK <= to {
        // SAFETY: `at >= MARK_SPAN`, and the last row ends at `at + 3 + 28 <= to - 1 <= data.len()`.
        let rows = unsafe {
            [marks_of_row(data, at), marks_of_row(data, at + 1), marks_of_row(data, at + 2), marks_of_row(data, at + 3)]
        };
        let [a, b, c, d] = rows;
        let any = _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d));
        if _mm256_testz_si256(any, any) == 0 {
            return at + lowest(rows);
        }
        at += BLOCK;
    }
    portable::first_mark_one_by_one(data, at, to)
}

/// All ones where a position is marked: lane `l` is position `at + 4 * l`.
///
/// # Safety
/// `data[at - MARK_SPAN..at + 28]` is in bounds.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn marks_of_row(data: &[u8], at: usize) -> __m256i {
    // SAFETY: 32 bytes each from `at - 8` and from `at - 4`: what the caller promises.
    let (early, late) = unsafe {
        let early = data.as_ptr().add(at - MARK_SPAN);
        (_mm256_loadu_si256(early.cast()), _mm256_loadu_si256(early.add(4).cast()))
    };
    let early = _mm256_mullo_epi32(early, _mm256_set1_epi32(C1 as i32));
    let late = _mm256_mullo_epi32(late, _mm256_set1_epi32(C2 as i32));
    let sum = _mm256_add_epi32(_mm256_add_epi32(early, late), _mm256_set1_epi32((K ^ FLIP) as i32));
    _mm256_cmpgt_epi32(_mm256_set1_epi32((MARK_LIMIT ^ FLIP) as i32), sum)
}

/// The lowest marked position of a block that has one: lane `l` of row `r` is position `4 * l + r`.
#[inline]
#[target_feature(enable = "avx2")]
fn lowest(rows: [__m256i; 4]) -> usize {
    let mut lowest = BLOCK;
    for (row, marks) in rows.into_iter().enumerate() {
        let lanes = _mm256_movemask_ps(_mm256_castsi256_ps(marks)) as u32;
        lowest = lowest.min(4 * lanes.trailing_zeros() as usize + row);
    }
    lowest
}
