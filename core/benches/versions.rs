//! add, push and pull of one file, beside the hash alone: what the machine allows.
#![allow(clippy::expect_used, missing_docs)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use octostore::{CloneOptions, Context, DataChoice, InitOptions, Job, PullOptions, PushOptions, Repo};
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

const LEN: usize = 64 << 20;

fn git(dir: &Path, args: &[&str]) {
    let done = Command::new("git").args(args).current_dir(dir).status().is_ok_and(|s| s.success());
    assert!(done, "git {args:?}");
}

fn noise() -> Vec<u8> {
    let mut out = vec![0; LEN];
    blake3::Hasher::new().finalize_xof().fill(&mut out);
    out
}

/// A repository with a store and one file of noise, not added yet.
fn repo(context: &Context) -> (tempfile::TempDir, Repo) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let work = dir.path().join("work");
    std::fs::create_dir_all(work.join("data")).expect("a folder");
    git(&work, &["init", "-q"]);
    for (key, value) in [("user.name", "A"), ("user.email", "a@example.org")] {
        git(&work, &["config", key, value]);
    }
    let store = format!("file://{}", dir.path().join("store").display());
    let options = InitOptions { store: Some(store), ..Default::default() };
    let repo = Repo::init(&work, &options, context, &Job::new()).expect("init");
    repo.track(&["data/".into()]).expect("track");
    std::fs::write(work.join("data/x"), noise()).expect("a file");
    (dir, repo)
}

fn committed(context: &Context) -> (tempfile::TempDir, Repo) {
    let (dir, repo) = repo(context);
    repo.add(&[], &Job::new()).expect("add");
    let work = dir.path().join("work");
    git(&work, &["add", "."]);
    git(&work, &["commit", "-qm", "x"]);
    (dir, repo)
}

/// A clone with pointers only.
fn cloned(context: &Context) -> (tempfile::TempDir, Repo) {
    let (dir, repo) = committed(context);
    repo.push(&PushOptions::default(), &Job::new()).expect("push");
    let (url, to) = (dir.path().join("work"), dir.path().join("clone"));
    let options = CloneOptions { data: DataChoice::None, ..Default::default() };
    let clone = Repo::clone_from(&url.to_string_lossy(), &to, &options, context, &Job::new()).expect("clone");
    (dir, clone)
}

fn versions(c: &mut Criterion) {
    let context = Context::default();
    let mut group = c.benchmark_group("versions");
    group.throughput(Throughput::Bytes(LEN as u64)).sample_size(10);
    let data = noise();
    group.bench_function("hash", |b| {
        b.iter(|| {
            data.chunks(64 << 10).for_each(|chunk| {
                black_box(blake3::derive_key("bench", chunk));
            })
        });
    });
    group.bench_function("add", |b| {
        let add = |(dir, repo): (tempfile::TempDir, Repo)| (repo.add(&[], &Job::new()).expect("add"), dir);
        b.iter_batched(|| repo(&context), add, BatchSize::PerIteration);
    });
    group.bench_function("push", |b| {
        let push = |(dir, repo): (tempfile::TempDir, Repo)| {
            (repo.push(&PushOptions::default(), &Job::new()).expect("push"), dir)
        };
        b.iter_batched(|| committed(&context), push, BatchSize::PerIteration);
    });
    group.bench_function("pull", |b| {
        let pull = |(dir, repo): (tempfile::TempDir, Repo)| {
            (repo.pull(&PullOptions::default(), &Job::new()).expect("pull"), dir)
        };
        b.iter_batched(|| cloned(&context), pull, BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group!(benches, versions);
criterion_main!(benches);
