//! What the bindings are measured against: the same calls in Rust, and what the machine can do.
//!
//! `embedding WHAT REPOSITORY FILE TIMES`, where FILE is a file of `HEAD`; prints `NAME WALL CPU` in seconds for one call, a
//! line each time that it was measured, then `peak KIB`. `embedding limits - FILE TIMES` reads FILE itself.

#![allow(clippy::print_stdout)]

use octostore::{Context, FileReader, Job, ReadOptions, Repo, RepoPath, Result, Table};
use std::hint::black_box;
use std::os::unix::fs::FileExt;
use std::time::Instant;

/// Bytes of a hot read, and between two of them.
const SMALL: usize = 64;
/// Hot reads go round in so many bytes: some chunks, which the reader keeps at hand.
const AROUND: u64 = 64 * 1024;
const CALLS: u32 = 2_000_000;
const READS: u32 = 200_000;
const TABLES: u32 = 100;
/// Bytes of a piece when the machine's limits are measured; about a chunk.
const PIECE: usize = 64 * 1024;

/// CPU seconds of this process, all threads.
fn cpu() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` can be written. Nothing safe gives this clock, and /proc shows it only as of the last tick.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn timed(name: &str, times: u32, mut work: impl FnMut(u32) -> Result<()>) -> Result<()> {
    let (begun, begun_cpu) = (Instant::now(), cpu());
    for n in 0..times {
        work(n)?;
    }
    let (wall, used) = (begun.elapsed().as_secs_f64(), cpu() - begun_cpu);
    println!("{name} {:.12} {:.12}", wall / f64::from(times), used / f64::from(times));
    Ok(())
}

fn call(file: &FileReader, repeats: u32) -> Result<()> {
    for _ in 0..repeats {
        timed("len", CALLS, |_| {
            black_box(black_box(file).len());
            Ok(())
        })?;
    }
    Ok(())
}

fn small(file: &mut FileReader, repeats: u32) -> Result<()> {
    let mut buffer = [0; SMALL];
    let middle = file.len() / 2;
    for _ in 0..repeats {
        timed("small", READS, |n| {
            let at = middle + u64::from(n) * SMALL as u64 % AROUND;
            file.read_at(at, &mut buffer).map(|done| assert_eq!(done, SMALL))
        })?;
    }
    Ok(())
}

fn range(file: &mut FileReader, repeats: u32) -> Result<()> {
    let size = usize::try_from(file.len()).unwrap_or(0);
    let mut whole = vec![1; size];
    for _ in 0..repeats {
        timed("range", 1, |_| file.read_at(0, &mut whole).map(|n| assert_eq!(n, size)))?;
    }
    drop(whole);
    for _ in 0..repeats {
        timed("fresh", 1, |_| {
            let mut whole = vec![0; size];
            file.read_at(0, &mut whole).map(|n| assert_eq!(n, size))?;
            drop(black_box(whole));
            Ok(())
        })?;
    }
    Ok(())
}

fn table(table: &Table, repeats: u32) -> Result<()> {
    for _ in 0..repeats {
        timed("table_out", TABLES, |_| {
            black_box(table.reader().count());
            Ok(())
        })?;
        timed("table_in", TABLES, |_| Table::new(table.reader()).map(|t| drop(black_box(t))))?;
    }
    Ok(())
}

/// The steps of a range read, each alone: GiB by GiB what one core can do here.
fn limits(file: &str, repeats: u32) -> Result<()> {
    let file = std::fs::File::open(file).map_err(|e| octostore::Error::new(octostore::Code::Io, e.to_string()))?;
    let size = file.metadata().map_or(0, |m| usize::try_from(m.len()).unwrap_or(0));
    let (mut from, mut to) = (vec![1_u8; size], vec![2_u8; size]);
    for _ in 0..repeats {
        timed("memcpy", 1, |_| {
            to.copy_from_slice(black_box(&from));
            Ok(())
        })?;
        timed("pread", 1, |_| {
            for (n, piece) in from.chunks_mut(PIECE).enumerate() {
                let read = file.read_exact_at(piece, (n * PIECE) as u64);
                read.map_err(|e| octostore::Error::new(octostore::Code::Io, e.to_string()))?;
            }
            Ok(())
        })?;
        timed("blake3", 1, |_| {
            from.chunks(PIECE).for_each(|piece| {
                black_box(blake3::hash(piece));
            });
            Ok(())
        })?;
    }
    Ok(())
}

fn peak() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    println!("peak {}", line.and_then(|l| l.split_whitespace().next()).unwrap_or("0"));
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let [_, what, repository, path, repeats] = args.as_slice() else {
        return Err(octostore::Error::new(
            octostore::Code::InvalidArgument,
            "usage: embedding WHAT REPOSITORY FILE TIMES",
        ));
    };
    let repeats = repeats.parse().unwrap_or(1);
    if what == "limits" {
        limits(path, repeats)?;
        peak();
        return Ok(());
    }
    let repo = Repo::open(repository, &Context::default())?;
    let path = RepoPath::from_bytes(path.as_bytes())?;
    match what.as_str() {
        "call" => call(&repo.open_file("HEAD", &path)?, repeats)?,
        "small" => small(&mut repo.open_file("HEAD", &path)?, repeats)?,
        "range" => range(&mut repo.open_file("HEAD", &path)?, repeats)?,
        _ => table(&Table::new(repo.read_rows("HEAD", &path, &ReadOptions::default(), &Job::new())?)?, repeats)?,
    }
    peak();
    Ok(())
}
