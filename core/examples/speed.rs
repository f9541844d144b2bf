//! The calls that bindings are measured against, timed in Rust.
//!
//! `speed DIR PATH TABLE` prints `NAME SECONDS` of one call each: a trivial one, a hot read of 4 KiB, the whole of PATH (a file of `HEAD`)
//! into one buffer, and handing over the million rows of TABLE.

#![allow(clippy::print_stdout)]

use octostore::{Cancel, Context, Job, ReadOptions, Repo, RepoPath, Result, Table};
use std::hint::black_box;
use std::time::Instant;

const SMALL: usize = 4096;
const CALLS: u32 = 1_000_000;
const READS: u32 = 100_000;
const TABLES: u32 = 200;

fn timed(name: &str, times: u32, mut work: impl FnMut(u32) -> Result<()>) -> Result<()> {
    let begun = Instant::now();
    for n in 0..times {
        work(n)?;
    }
    println!("{name} {:.12}", begun.elapsed().as_secs_f64() / f64::from(times));
    Ok(())
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let word = |n: usize| args.get(n).map_or("", String::as_str);
    let repo = Repo::open(word(1), &Context::default())?;
    let mut file = repo.open_file("HEAD", &RepoPath::from_bytes(word(2).as_bytes())?)?;

    let cancel = Cancel::new();
    timed("call", CALLS, |_| {
        black_box(black_box(&cancel).is_cancelled());
        Ok(())
    })?;

    let mut small = vec![0; SMALL];
    timed("read", READS, |n| file.read_at(u64::from(n % 16), &mut small).map(|_| ()))?;

    let mut whole = vec![1; usize::try_from(file.len()).unwrap_or(0)];
    timed("range", 1, |_| file.read_at(0, &mut whole).map(|n| assert_eq!(n, whole.len())))?;
    drop(whole);

    let rows =
        repo.read_rows("HEAD", &RepoPath::from_bytes(word(3).as_bytes())?, &ReadOptions::default(), &Job::new())?;
    let table = Table::new(rows)?;
    timed("table", TABLES, |_| Table::new(table.reader()).map(|t| drop(black_box(t))))
}
