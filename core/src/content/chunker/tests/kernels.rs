//! Every kernel finds what the rule says.

use super::super::{Candidate, Kernel, LOOKBACK, chunk_lengths_with, scan_with};
use super::data::{SplitMix64, any_shape, mutate, random, repeated};
use super::{candidates_by_the_rule, lengths_by_the_rule, rule};

fn kernels(test: &str) -> Vec<Kernel> {
    let mut kernels = vec![Kernel::Portable];
    match Kernel::best() {
        Kernel::Portable => {
            #[allow(clippy::print_stdout)]
            {
                println!("SKIPPED {test} for SIMD: this processor has no kernel but the portable one");
            }
        }
        simd => kernels.push(simd),
    }
    kernels
}

fn candidates(kernel: Kernel, data: &[u8], from: usize, to: usize) -> Vec<Candidate> {
    let mut found = Vec::new();
    scan_with(kernel, data, from, to, &mut found);
    found
}

fn marks(kernel: Kernel, data: &[u8], from: usize, to: usize) -> Vec<usize> {
    let mut marks = Vec::new();
    let mut at = kernel.first_mark(data, from, to);
    while at < to {
        marks.push(at);
        at = kernel.first_mark(data, at + 1, to);
    }
    marks
}

fn assert_all_kernels_obey_the_rule(kernels: &[Kernel], data: &[u8], from: usize, to: usize) {
    let expected = candidates_by_the_rule(data, from, to);
    let expected_marks: Vec<usize> = (from..to).filter(|&at| rule::is_marked(data, at)).collect();
    for &kernel in kernels {
        assert_eq!(marks(kernel, data, from, to), expected_marks, "{kernel:?} {from}..{to} of {}", data.len());
        assert_eq!(candidates(kernel, data, from, to), expected, "{kernel:?} {from}..{to} of {}", data.len());
    }
}

/// A mark at every distance from both ends of the range, and positions up to the end of the data.
#[test]
fn buffers_of_every_short_length_are_scanned_to_their_last_byte() {
    let kernels = kernels("buffers_of_every_short_length_are_scanned_to_their_last_byte");
    let noise = random(7, 4096);
    let mark = (LOOKBACK..noise.len()).find(|&at| rule::is_marked(&noise, at)).unwrap();
    let mut seen = 0;
    for length in LOOKBACK..=264 {
        for shift in 0..=length - LOOKBACK {
            let begin = mark.saturating_sub(LOOKBACK + shift);
            let data = &noise[begin..begin + length];
            assert_all_kernels_obey_the_rule(&kernels, data, LOOKBACK, length + 1);
            seen += marks(Kernel::Portable, data, LOOKBACK, length + 1).len();
        }
    }
    assert!(seen > 10_000, "only {seen} marks were met");
}

#[test]
fn files_of_every_short_length_are_one_chunk() {
    let noise = random(8, 200);
    for kernel in kernels("files_of_every_short_length_are_one_chunk") {
        for length in 0..=200 {
            let lengths: Vec<usize> = chunk_lengths_with(kernel, &noise[..length]).collect();
            assert_eq!(lengths.as_slice(), if length == 0 { &[][..] } else { std::slice::from_ref(&length) });
        }
    }
}

#[test]
fn mutated_data_of_all_shapes_gives_the_same_candidates_with_every_kernel() {
    let kernels = kernels("mutated_data_of_all_shapes_gives_the_same_candidates_with_every_kernel");
    let mut random = SplitMix64(0x0C1);
    for _ in 0..1500 {
        let length = LOOKBACK + random.below(20_000);
        let mut data = any_shape(&mut random, length);
        mutate(&mut random, &mut data);
        if data.len() < LOOKBACK {
            continue;
        }
        let from = LOOKBACK + random.below(data.len() - LOOKBACK + 1).min(100);
        assert_all_kernels_obey_the_rule(&kernels, &data, from, data.len() + 1);
    }
}

#[test]
fn mutated_files_of_all_shapes_are_cut_the_same_with_every_kernel() {
    let kernels = kernels("mutated_files_of_all_shapes_are_cut_the_same_with_every_kernel");
    let mut random = SplitMix64(0xC07);
    for _ in 0..100 {
        let length = random.below(700_000);
        let mut data = any_shape(&mut random, length);
        mutate(&mut random, &mut data);
        let expected = lengths_by_the_rule(&data);
        for &kernel in &kernels {
            let lengths: Vec<usize> = chunk_lengths_with(kernel, &data).collect();
            assert_eq!(lengths, expected, "{kernel:?}, {} bytes", data.len());
        }
    }
}

/// Periods whose marks the hash rejects, and periods whose marks it accepts, broken off at several places.
#[test]
fn repetitions_with_marks_are_stepped_over_without_losing_a_candidate() {
    let kernels = kernels("repetitions_with_marks_are_stepped_over_without_losing_a_candidate");
    let mut random = SplitMix64(5);
    let (mut rejected, mut accepted) = (0, 0);
    while rejected < 40 || accepted < 40 {
        let period = 3 + random.below(60);
        let mut data = repeated(&random.bytes(period), 3000);
        let has_marks = !marks(Kernel::Portable, &data, LOOKBACK, LOOKBACK + period).is_empty();
        let has_candidates = has_marks && !candidates_by_the_rule(&data, LOOKBACK, LOOKBACK + period).is_empty();
        let wanted = if has_candidates { &mut accepted } else { &mut rejected };
        if !has_marks || *wanted >= 40 {
            continue;
        }
        *wanted += 1;
        for broken in [900 + random.below(100), 2000 + random.below(100)] {
            data[broken] ^= 1;
        }
        assert_all_kernels_obey_the_rule(&kernels, &data, LOOKBACK, data.len() + 1);
    }
}

/// A byte that breaks a repetition with rejected marks, chosen so that the position behind it is a candidate.
fn repetition_broken_by_a_candidate() -> (Vec<u8>, usize) {
    let mut random = SplitMix64(11);
    loop {
        let period = 8 + random.below(50);
        let mut data = repeated(&random.bytes(period), 1200);
        if marks(Kernel::Portable, &data, LOOKBACK, 1000).is_empty() {
            continue;
        }
        for broken in 1000..1000 + period {
            let original = data[broken];
            for other in (0..=u8::MAX).filter(|&byte| byte != original) {
                data[broken] = other;
                if !candidates_by_the_rule(&data, broken + 1, broken + 2).is_empty() {
                    return (data, broken + 1);
                }
            }
            data[broken] = original;
        }
    }
}

#[test]
fn a_candidate_right_behind_a_repetition_is_found() {
    let kernels = kernels("a_candidate_right_behind_a_repetition_is_found");
    let (data, at) = repetition_broken_by_a_candidate();
    for to in [at, at + 1, at + 2, data.len() + 1] {
        assert_all_kernels_obey_the_rule(&kernels, &data, LOOKBACK, to);
    }
}
