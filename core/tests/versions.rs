//! Data beside code through the library alone: add, push, clone, change, go back. git is the judge.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{World, commit, git, noise, path};
use octostore::{CloneOptions, DataChoice, FileState, FsckOptions, Job, PullOptions, PushOptions};
use std::io::{Read, Seek, SeekFrom};

#[test]
fn what_one_person_pushes_another_reads() {
    let world = World::new();
    let (work, repo) = world.repo();
    let big = noise(1, 5_000_000);
    std::fs::write(work.join("data/big.bin"), &big).unwrap();
    std::fs::write(work.join("data/empty"), b"").unwrap();
    std::fs::write(work.join("data/a b\n.csv"), "x,y\n".repeat(1000)).unwrap();
    commit(&work, &repo, "data");
    assert_eq!(git(&work, &["status", "--porcelain"]), "");
    assert!(git(&work, &["show", "HEAD:data/big.bin"]).starts_with("octostore 1\noid blake3:"));
    let report = repo.push(&PushOptions::default(), &Job::new()).unwrap();
    assert_eq!(report.files, 2, "an empty file needs no store");
    assert!(report.uploaded_bytes > 5_000_000 && report.uploaded_bytes < 5_100_000, "{report:?}");
    git(&work, &["push", "-q", "origin", "HEAD"]);

    let (clone, theirs) = world.clone("clone", CloneOptions::default());
    assert_eq!(std::fs::read(clone.join("data/big.bin")).unwrap(), big);
    assert_eq!(std::fs::read(clone.join("data/empty")).unwrap(), b"");
    assert_eq!(std::fs::read(clone.join("data/a b\n.csv")).unwrap(), "x,y\n".repeat(1000).into_bytes());
    assert!(theirs.status(&Job::new()).unwrap().iter().all(|f| f.state == FileState::Present && f.cached && f.pushed));
    let report = theirs.fsck(&FsckOptions { store: true }, &Job::new()).unwrap();
    assert_eq!(report.problems, []);
    assert!(report.bytes > 10_000_000);
}

#[test]
fn an_edit_sends_little_and_the_old_version_is_read_by_range_without_a_pull() {
    let world = World::new();
    let (work, repo) = world.repo();
    let old = noise(1, 20_000_000);
    std::fs::write(work.join("data/x"), &old).unwrap();
    commit(&work, &repo, "old");
    let mut new = old.clone();
    new.splice(9_000_000..9_000_000, *b"inserted");
    std::fs::write(work.join("data/x"), &new).unwrap();
    commit(&work, &repo, "new");
    let first = repo.push(&PushOptions::default(), &Job::new()).unwrap();
    assert!(first.uploaded_bytes < 21_000_000, "{first:?}");
    git(&work, &["push", "-q", "origin", "HEAD"]);
    assert_eq!(repo.push(&PushOptions::default(), &Job::new()).unwrap().files, 0, "nothing is left to push");

    let options = CloneOptions { data: DataChoice::None, ..Default::default() };
    let (clone, theirs) = world.clone("clone", options);
    assert!(std::fs::metadata(clone.join("data/x")).unwrap().len() < 200);
    let mut file = theirs.open_file("HEAD~1", &path("data/x")).unwrap();
    let mut part = vec![0; 100_000];
    file.seek(SeekFrom::Start(8_950_000)).unwrap();
    file.read_exact(&mut part).unwrap();
    assert_eq!(part, &old[8_950_000..9_050_000]);
    let resolved = theirs.resolve("HEAD", &path("data/x")).unwrap();
    assert_eq!(resolved.ranges.iter().map(|r| r.length).sum::<u64>(), new.len() as u64);
    assert_eq!(resolved.local, None);
    assert_eq!(theirs.log(&path("data/x"), 0).unwrap().len(), 2);

    // A clone that has nothing of it pushes an edit: the store's chunks are found by way of the old version.
    theirs.pull(&PullOptions::default(), &Job::new()).unwrap();
    let mut third = new.clone();
    third.truncate(10_000_000);
    std::fs::write(clone.join("data/x"), &third).unwrap();
    commit(&clone, &theirs, "third");
    let report = theirs.push(&PushOptions::default(), &Job::new()).unwrap();
    assert!(report.uploaded_bytes < 500_000, "{report:?}");
}

#[test]
fn a_clone_may_bring_its_data_to_a_store_of_its_own() {
    let world = World::new();
    let (work, repo) = world.repo();
    std::fs::write(work.join("data/x"), noise(3, 40_000_000)).unwrap();
    commit(&work, &repo, "x");
    repo.push(&PushOptions::default(), &Job::new()).unwrap();
    git(&work, &["push", "-q", "origin", "HEAD"]);
    let options = CloneOptions { copy_to: Some(world.store("mine")), ..Default::default() };
    let (clone, theirs) = world.clone("clone", options);
    let dropped = theirs.drop_data(&[path("data/x")], &Job::new()).unwrap();
    assert!(dropped.freed_bytes > 79_000_000, "{dropped:?}");
    assert_eq!(git(&clone, &["status", "--porcelain"]), "");
    let pulled = theirs.pull(&PullOptions::default(), &Job::new()).unwrap();
    assert_eq!((pulled.files, pulled.bytes), (1, 40_000_000));
    assert!(pulled.downloaded_bytes >= 40_000_000);
    assert_eq!(std::fs::read(clone.join("data/x")).unwrap(), noise(3, 40_000_000));
    assert_eq!(git(&clone, &["status", "--porcelain"]), "");
    assert_eq!(theirs.fsck(&FsckOptions { store: true }, &Job::new()).unwrap().problems, []);
}
