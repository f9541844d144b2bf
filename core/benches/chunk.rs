//! `cargo bench -p octostore-core --features bench --bench chunk`: the chunker beside FastCDC (crate `fastcdc`, v2020) with
//! the same minimum, average and maximum, on one thread.

use std::fmt::Write;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use fastcdc::v2020::FastCDC;
use octostore::internals::{chunk_lengths, chunk_lengths_portable, count_candidates};

const LENGTH: usize = 64 << 20;
const MIN: usize = 16 << 10;
const AVG: usize = 64 << 10;
const MAX: usize = 256 << 10;

fn random(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn csv(length: usize) -> Vec<u8> {
    let noise = random(1 << 20);
    let mut text = String::with_capacity(length + 100);
    for row in 0_usize.. {
        if text.len() >= length {
            break;
        }
        let [a, b, c, d] = [0, 1, 2, 3].map(|column| noise[(row * 4 + column) % noise.len()]);
        let state = ["open", "paid", "late"][usize::from(d % 3)];
        let _ = writeln!(text, "{row},{a}.{b:02},customer-{c}{d},2024-{:02}-{:02},{state}", a % 12 + 1, b % 28 + 1);
    }
    text.truncate(length);
    text.into_bytes()
}

fn repeated(period: &[u8]) -> Vec<u8> {
    period.iter().copied().cycle().take(LENGTH).collect()
}

fn chunk(criterion: &mut Criterion) {
    let inputs = [
        ("random", random(LENGTH)),
        ("csv", csv(LENGTH)),
        ("zeros", vec![0; LENGTH]),
        ("one line", repeated(b"2024-01-01,station 17,0.25,ok\n")),
        ("16 KiB repeated", repeated(&random(16 << 10))),
    ];
    let mut group = criterion.benchmark_group("chunk");
    group.throughput(Throughput::Bytes(LENGTH as u64)).sample_size(10);
    for (name, data) in &inputs {
        let mut measure = |code: &str, run: fn(&[u8]) -> usize| {
            group.bench_with_input(BenchmarkId::new(code, name), data, |bencher, data| {
                bencher.iter(|| run(black_box(data)));
            });
        };
        measure("oc1", |data| chunk_lengths(data).count());
        measure("oc1 portable", |data| chunk_lengths_portable(data).count());
        measure("oc1 scan", count_candidates);
        measure("fastcdc", |data| FastCDC::new(data, MIN, AVG, MAX).count());
    }
    group.finish();
}

criterion_group!(benches, chunk);
criterion_main!(benches);
