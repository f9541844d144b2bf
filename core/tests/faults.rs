//! What goes wrong in a store, or on the way to it: the folder of a `file://` store is opened and damaged.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{World, commit, git, noise, path, try_git};
use octostore::{CloneOptions, Code, DataChoice, FsckOptions, Job, PushOptions, Repo};
use std::fs;

#[test]
fn a_damaged_pack_is_found_and_no_wrong_byte_is_written() {
    let world = World::new();
    let (work, repo) = world.repo();
    std::fs::write(work.join("data/x"), noise(4, 1_000_000)).unwrap();
    commit(&work, &repo, "x");
    repo.push(&PushOptions::default(), &Job::new()).unwrap();
    git(&work, &["push", "-q", "origin", "HEAD"]);
    let data = &world.packs("store")[0];
    let mut bytes = std::fs::read(data).unwrap();
    bytes[500_000] ^= 4;
    std::fs::write(data, &bytes).unwrap();
    let report = repo.fsck(&FsckOptions { store: true }, &Job::new()).unwrap();
    assert!(report.problems.iter().any(|p| p.code == Code::Corrupt), "{report:?}");
    let dir = world.at("clone");
    let e = world.try_clone("clone", CloneOptions::default()).err().unwrap();
    assert_eq!(e.code(), Code::Corrupt, "{e:?}");
    assert!(!dir.exists(), "nothing is left behind");
    std::fs::write(data, &bytes[..700_000]).unwrap();
    let report = repo.fsck(&FsckOptions { store: true }, &Job::new()).unwrap();
    assert!(report.problems.iter().any(|p| p.code == Code::Corrupt), "{report:?}");
}

#[test]
fn damage_further_on_does_not_disturb_who_reads_up_to_it_or_behind_it() {
    let world = World::new();
    let (work, repo) = world.repo();
    let whole = noise(5, 2_000_000);
    std::fs::write(work.join("data/x"), &whole).unwrap();
    commit(&work, &repo, "x");
    repo.push(&PushOptions::default(), &Job::new()).unwrap();
    git(&work, &["push", "-q", "origin", "HEAD"]);
    let data = &world.packs("store")[0];
    let mut bytes = std::fs::read(data).unwrap();
    bytes[500_000] ^= 4;
    std::fs::write(data, &bytes).unwrap();
    let (_, clone) = world.clone("clone", CloneOptions { data: DataChoice::None, ..Default::default() });
    let mut file = clone.open_file("HEAD", &path("data/x")).unwrap();
    // In small steps, one after the other: what follows is read ahead.
    let mut step = [0; 4096];
    let mut good = 0;
    let e = loop {
        match file.read_at(good as u64, &mut step) {
            Ok(n) => {
                assert_eq!(step[..n], whole[good..good + n]);
                good += n;
            }
            Err(e) => break e,
        }
    };
    assert_eq!(e.code(), Code::Corrupt, "{e:?}");
    // A reader that jumps there reads nothing ahead: it tells where the damaged chunk begins.
    let jump = |n: &usize| {
        let mut file = clone.open_file("HEAD", &path("data/x")).unwrap();
        file.read_at(*n as u64, &mut [0; 4096]).is_err()
    };
    assert_eq!(Some(good), (4096..500_000).step_by(4096).find(jump));
    assert_eq!(file.read_at(1_000_000, &mut step).unwrap(), step.len());
    assert_eq!(step[..], whole[1_000_000..1_000_000 + step.len()]);
}

#[test]
fn an_unknown_feature_is_refused_by_name() {
    let world = World::new();
    let (work, repo) = world.repo();
    std::fs::write(work.join("data/x"), "x").unwrap();
    commit(&work, &repo, "x");
    repo.push(&PushOptions::default(), &Job::new()).unwrap();
    let config = world.at("store").join("v1/config");
    let text = std::fs::read_to_string(&config).unwrap();
    let require = |list: &str| {
        std::fs::write(&config, text.replace(&format!("\"{list}\":[]"), &format!("\"{list}\":[\"time-travel\"]")))
            .unwrap();
        let repo = Repo::open(&work, &world.context).unwrap();
        let push = repo.push(&PushOptions { all: true, ..Default::default() }, &Job::new());
        let fsck = repo.fsck(&FsckOptions { store: true }, &Job::new());
        (push.err(), fsck.err())
    };
    let (push, read) = require("required_to_write");
    let push = push.unwrap();
    assert_eq!(push.code(), Code::StoreFeature);
    assert!(push.message().contains("time-travel"));
    assert!(read.is_none(), "reading is allowed");
    let (push, read) = require("required_to_read");
    assert!(push.is_some());
    assert_eq!(read.unwrap().code(), Code::StoreFeature);
}
#[test]
fn a_push_whose_data_cannot_be_sent_moves_no_branch() {
    let world = World::new();
    let (work, repo) = world.repo();
    fs::write(work.join("data/x"), noise(1, 100_000)).unwrap();
    commit(&work, &repo, "x");
    fs::remove_dir_all(world.at("store")).unwrap();
    fs::write(world.at("store"), "in the way").unwrap();
    let push = try_git(&work, &["push", "origin", "main"]);
    assert!(!push.status.success());
    assert!(String::from_utf8_lossy(&push.stderr).contains("store"), "{}", String::from_utf8_lossy(&push.stderr));
    assert_eq!(git(&world.at("remote.git"), &["branch", "--list"]), "");
}
