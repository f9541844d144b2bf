//! Where cuts fall, in one piece and in many.

use super::super::{AVG, Candidate, LOOKBACK, MAX, MID, MIN, chunk_lengths, next_cut, scan};
use super::data::{SplitMix64, any_shape, csv, mutate, random, repeated};

/// Cuts a file that arrives in buffers of random sizes, each scanned in ranges that meet at random positions.
fn lengths_by_parts(data: &[u8], random: &mut SplitMix64) -> Vec<usize> {
    let (mut lengths, mut candidates) = (Vec::new(), Vec::new());
    let (mut start, mut scanned, mut arrived) = (0, LOOKBACK, 0);
    while start < data.len() {
        arrived = (arrived + 1 + random.below(400_000)).min(data.len());
        while scanned < arrived {
            let to = (scanned + 1 + random.below(100_000)).min(arrived);
            scan(&data[..arrived], scanned, to, &mut candidates);
            scanned = to;
        }
        while let Some(cut) = next_cut(&candidates, start, arrived, arrived == data.len()) {
            lengths.push(cut - start);
            start = cut;
        }
    }
    lengths
}

#[test]
fn a_file_cut_in_parts_has_the_chunks_of_the_whole_file() {
    let mut random = SplitMix64(0x5EED);
    for _ in 0..60 {
        let length = random.below(3_000_000);
        let mut data = any_shape(&mut random, length);
        mutate(&mut random, &mut data);
        let whole: Vec<usize> = chunk_lengths(&data).collect();
        assert_eq!(lengths_by_parts(&data, &mut random), whole);
    }
}

#[test]
fn chunks_cover_the_file_and_keep_the_limits() {
    for data in [random(1, 5_000_000), csv(2, 5_000_000), vec![0; 5_000_000], repeated(b"a line\n", 5_000_000)] {
        let lengths: Vec<usize> = chunk_lengths(&data).collect();
        assert_eq!(lengths.iter().sum::<usize>(), data.len());
        let (_, whole) = lengths.split_last().unwrap();
        assert!(whole.iter().all(|length| (MIN..=MAX).contains(length)), "{lengths:?}");
    }
}

#[test]
fn random_data_is_cut_near_the_average() {
    let data = random(3, 64 << 20);
    let mean = data.len() / chunk_lengths(&data).count();
    assert!((AVG..AVG + AVG / 8).contains(&mean), "mean {mean}");
}

#[test]
fn one_inserted_byte_changes_a_few_chunks_only() {
    for data in [random(4, 8 << 20), csv(5, 8 << 20)] {
        let mut edited = data.clone();
        edited.insert(data.len() / 2, b'x');
        let ends_from_the_end = |data: &[u8]| -> Vec<usize> {
            let ends = chunk_lengths(data).scan(0, |end, length| {
                *end += length;
                Some(*end)
            });
            ends.map(|end| data.len() - end).collect()
        };
        let (old, new) = (ends_from_the_end(&data), ends_from_the_end(&edited));
        let same_tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
        let tail_bytes = old[old.len() - same_tail];
        assert!(tail_bytes > data.len() / 2 - 8 * AVG, "only the last {tail_bytes} bytes are cut as before");
    }
}

#[test]
fn zeros_are_cut_at_the_longest_length_only() {
    assert_eq!(chunk_lengths(&vec![0; 2 * MAX + 5]).collect::<Vec<_>>(), [MAX, MAX, 5]);
}

fn loose(at: usize) -> Candidate {
    Candidate { at, strict: false }
}

fn strict(at: usize) -> Candidate {
    Candidate { at, strict: true }
}

#[test]
fn a_strict_candidate_cuts_from_the_minimum_and_a_loose_one_from_the_middle() {
    let start = 1000;
    let candidates = [strict(start + MIN - 1), strict(start + MIN)];
    assert_eq!(next_cut(&candidates, start, start + MAX, false), Some(start + MIN));
    let candidates = [loose(start + MIN), loose(start + MID - 1), loose(start + MID)];
    assert_eq!(next_cut(&candidates, start, start + MAX, false), Some(start + MID));
    let candidates = [strict(start + MAX), strict(start + MAX + 1)];
    assert_eq!(next_cut(&candidates, start, start + 2 * MAX, false), Some(start + MAX));
}

#[test]
fn a_cut_waits_for_bytes_that_could_hold_an_earlier_one() {
    assert_eq!(next_cut(&[], 0, MAX - 1, false), None);
    assert_eq!(next_cut(&[], 0, MAX, false), Some(MAX));
    assert_eq!(next_cut(&[], 0, MAX - 1, true), Some(MAX - 1));
    assert_eq!(next_cut(&[strict(MIN)], 0, MIN + 1, false), Some(MIN));
    assert_eq!(next_cut(&[strict(MIN)], 0, MIN, true), Some(MIN));
    assert_eq!(next_cut(&[], 500, 500, true), None);
}
