//! Why `K` is what it is.

use super::super::rule::{C1, C2, K, MARK_LIMIT, is_mark};

fn marks_run(byte: u8) -> bool {
    let word = u32::from_le_bytes([byte; 4]);
    is_mark(word, word)
}

fn two_byte_period(first_two: u16) -> u32 {
    u32::from(first_two) * 0x0001_0001
}

#[test]
fn no_run_of_one_byte_value_is_marked() {
    assert!((0..=u8::MAX).all(|byte| !marks_run(byte)));
}

/// Offsets for which the equal words `word, word` are marked: `MARK_LIMIT` of them in a row, from the one returned.
fn first_offset_that_marks(word: u32) -> u32 {
    word.wrapping_mul(C1.wrapping_add(C2)).wrapping_neg()
}

/// Walks over all 2^32 offsets: `(offset, change)` wherever a period begins or ceases to be marked.
#[test]
fn the_offset_is_the_smallest_that_marks_the_fewest_two_byte_periods_and_no_run() {
    const RUN: i64 = 1 << 32;
    let mut changes = Vec::new();
    let mut marked = 0;
    for first_two in 0..=u16::MAX {
        let [a, b] = first_two.to_le_bytes();
        let weight = if a == b { RUN } else { 1 };
        let begin = first_offset_that_marks(two_byte_period(first_two));
        let end = begin.wrapping_add(MARK_LIMIT);
        marked += if end < begin { weight } else { 0 };
        changes.extend([(begin, weight), (end, -weight)]);
    }
    changes.sort_unstable_by_key(|&(offset, _)| offset);
    let mut best = (i64::MAX, 0);
    for at_one_offset in changes.chunk_by(|(a, _), (b, _)| a == b) {
        marked += at_one_offset.iter().map(|(_, change)| change).sum::<i64>();
        if marked < best.0 {
            best = (marked, at_one_offset[0].0);
        }
    }
    assert_eq!(best, (120, K));
}

fn marked_at_every_position(word: u32) -> bool {
    [0, 8, 16, 24].into_iter().all(|bits| is_mark(word.rotate_right(bits), word.rotate_right(bits)))
}

/// Periods of one and two bytes are periods of four. Every 61st word (a prime), and so each low byte as often as another.
#[test]
fn no_period_of_four_bytes_is_marked_at_every_position() {
    assert_eq!((0..=u32::MAX).step_by(61).find(|&word| marked_at_every_position(word)), None);
}

#[test]
#[ignore = "long: looks at all of 2^32 words"]
fn no_period_of_four_bytes_at_all_is_marked_at_every_position() {
    assert_eq!((0..=u32::MAX).find(|&word| marked_at_every_position(word)), None);
}
