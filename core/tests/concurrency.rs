//! Several processes at once on one clone, and several clones on one store.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::child::{said, verb};
use common::{World, commit, git, noise, path};
use octostore::{CloneOptions, DataChoice, FileState, FsckOptions, Job, PullOptions, PushOptions, Repo};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

fn all_succeed(children: Vec<Child>) {
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
}

fn no_problems(repo: &Repo) {
    assert_eq!(repo.fsck(&FsckOptions { store: true }, &Job::new()).unwrap().problems, []);
}

#[test]
fn two_adds_at_once_stage_both_files() {
    let world = World::new();
    let (work, _) = world.repo();
    for round in 0..4 {
        for name in ["a", "b", "both"] {
            fs::write(work.join("data").join(name), noise(round * 10 + name.len() as u64, 5_000_000)).unwrap();
        }
        let add = |name: &str| verb(&work, &["add", name, "data/both"]).spawn().unwrap();
        all_succeed(vec![add("data/a"), add("data/b")]);
        git(&work, &["commit", "-qm", "all"]);
        assert_eq!(git(&work, &["status", "--porcelain"]), "");
    }
    let repo = Repo::open(&work, &world.context).unwrap();
    assert_eq!(repo.fsck(&FsckOptions::default(), &Job::new()).unwrap().problems, []);
    assert_eq!(repo.ls("HEAD", None).unwrap().len(), 3);
}

#[test]
fn an_add_beside_gits_own_add_waits_for_it() {
    let world = World::new();
    let (work, _) = world.repo();
    for name in ["git", "ours"] {
        fs::write(work.join("data").join(name), noise(name.len() as u64, 30_000_000)).unwrap();
    }
    let by_git =
        Command::new("git").args(["add", "data/git"]).current_dir(&work).stderr(Stdio::piped()).spawn().unwrap();
    while !work.join(".git/index.lock").exists() && !is_staged(&work, "data/git") {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let ours = verb(&work, &["add", "data/ours"]).spawn().unwrap();
    all_succeed(vec![by_git, ours]);
    assert_eq!(git(&work, &["status", "--porcelain"]), "A  data/git\nA  data/ours");
    let repo = Repo::open(&work, &world.context).unwrap();
    assert!(repo.status(&Job::new()).unwrap().iter().all(|f| f.cached && f.state == FileState::Present));
}

fn is_staged(work: &Path, name: &str) -> bool {
    !git(work, &["ls-files", name]).is_empty()
}

#[test]
fn two_clones_push_to_one_store_at_once() {
    let world = World::new();
    let (work, repo) = world.repo();
    let shared = noise(1, 8_000_000);
    fs::write(work.join("data/x"), &shared).unwrap();
    commit(&work, &repo, "x");
    git(&work, &["push", "-q", "-u", "origin", "main"]);
    let (other, _) = world.clone("other", CloneOptions::default());
    for (dir, name) in [(&work, "mine"), (&other, "theirs")] {
        git(dir, &["switch", "-qc", name]);
        // Both have most in common, and both have something of their own.
        let mut bytes = noise(2, 8_000_000);
        bytes.extend(noise(name.len() as u64 + 10, 3_000_000));
        fs::write(dir.join("data/y"), bytes).unwrap();
        let repo = Repo::open(dir, &world.context).unwrap();
        commit(dir, &repo, name);
    }
    let push = |dir: &Path| verb(dir, &["push"]).spawn().unwrap();
    all_succeed(vec![push(&work), push(&other)]);
    for (dir, name) in [(&work, "mine"), (&other, "theirs")] {
        no_problems(&Repo::open(dir, &world.context).unwrap());
        git(dir, &["push", "-q", "origin", name]);
    }
    for name in ["mine", "theirs"] {
        let options = CloneOptions { branch: Some(name.into()), ..Default::default() };
        let (clone, _) = world.clone(&format!("clone-{name}"), options);
        let mut bytes = noise(2, 8_000_000);
        bytes.extend(noise(name.len() as u64 + 10, 3_000_000));
        assert!(fs::read(clone.join("data/y")).unwrap() == bytes);
    }
}

#[test]
fn two_pushes_of_one_clone_at_once_do_not_disturb_each_other() {
    let world = World::new();
    let (work, repo) = world.repo();
    for round in 0..4 {
        fs::write(work.join("data/x"), noise(round, 9_000_000)).unwrap();
        commit(&work, &repo, "x");
        let push = || verb(&work, &["push"]).spawn().unwrap();
        all_succeed(vec![push(), push(), push()]);
    }
    no_problems(&Repo::open(&work, &world.context).unwrap());
}

#[test]
fn pulls_at_once_and_a_drop_between_them_end_with_data_or_pointers() {
    let world = World::new();
    let (work, repo) = world.repo();
    for n in 0..20 {
        fs::write(work.join(format!("data/{n}")), noise(n, 300_000)).unwrap();
    }
    commit(&work, &repo, "x");
    repo.push(&PushOptions::default(), &Job::new()).unwrap();
    git(&work, &["push", "-q", "origin", "HEAD"]);
    let (clone, theirs) = world.clone("clone", CloneOptions { data: DataChoice::None, ..Default::default() });
    let pull = || verb(&clone, &["pull"]).spawn().unwrap();
    let pulls = vec![pull(), pull()];
    theirs.drop_data(&[path("data")], &Job::new()).unwrap();
    all_succeed(pulls);
    theirs.pull(&PullOptions::default(), &Job::new()).unwrap();
    for n in 0..20 {
        assert!(fs::read(clone.join(format!("data/{n}"))).unwrap() == noise(n, 300_000));
    }
    assert_eq!(git(&clone, &["status", "--porcelain"]), "");
}

/// What a garbage collection of somebody else's does: it condemns packs in a new epoch, and removes them.
fn collect(store: &Path, epoch: u64, packs: &[std::path::PathBuf]) {
    let names: Vec<_> = packs.iter().map(|p| format!("\"{}\"", p.file_name().unwrap().to_str().unwrap())).collect();
    fs::create_dir_all(store.join("v1/gc")).unwrap();
    let list = format!("{{\"epoch\":{epoch},\"packs\":[{}]}}", names.join(","));
    fs::write(store.join(format!("v1/gc/{epoch}")), list).unwrap();
    fs::write(store.join("v1/epoch"), format!("{{\"epoch\":{epoch}}}")).unwrap();
    packs.iter().for_each(|p| fs::remove_file(p).unwrap());
}

/// The roots and tables of what was collected are gone too.
fn forget_roots(store: &Path) {
    fs::remove_dir_all(store.join("v1/roots")).unwrap();
    fs::remove_dir_all(store.join("v1/files")).unwrap();
}

fn reads_everywhere(world: &World, work: &Path, expected: &[u8]) {
    no_problems(&Repo::open(work, &world.context).unwrap());
    git(work, &["push", "-q", "origin", "HEAD"]);
    let (clone, theirs) = world.clone("clone", CloneOptions::default());
    assert!(fs::read(clone.join("data/x")).unwrap() == expected);
    no_problems(&theirs);
}

#[test]
fn a_pack_that_was_collected_since_the_last_push_is_sent_again() {
    let world = World::new();
    let (work, repo) = world.repo();
    let mut bytes = noise(1, 3_000_000);
    fs::write(work.join("data/x"), &bytes).unwrap();
    commit(&work, &repo, "old");
    repo.push(&PushOptions::default(), &Job::new()).unwrap();
    let packs = world.packs("store");
    collect(&world.at("store"), 1, &packs);
    forget_roots(&world.at("store"));
    bytes.extend(noise(2, 500_000));
    fs::write(work.join("data/x"), &bytes).unwrap();
    commit(&work, &repo, "new");
    let repo = Repo::open(&work, &world.context).unwrap();
    let report = repo.push(&PushOptions::default(), &Job::new()).unwrap();
    assert!(report.uploaded_bytes > 3_400_000, "{report:?}");
    reads_everywhere(&world, &work, &bytes);
}

#[test]
fn a_pack_that_is_condemned_but_still_there_is_not_relied_on() {
    let world = World::new();
    let (work, repo) = world.repo();
    let mut bytes = noise(1, 3_000_000);
    fs::write(work.join("data/x"), &bytes).unwrap();
    commit(&work, &repo, "old");
    repo.push(&PushOptions::default(), &Job::new()).unwrap();
    let packs = world.packs("store");
    let copies: Vec<_> = packs.iter().map(|p| fs::read(p).unwrap()).collect();
    collect(&world.at("store"), 1, &packs);
    packs.iter().zip(copies).for_each(|(p, bytes)| fs::write(p, bytes).unwrap());
    bytes.extend(noise(2, 500_000));
    fs::write(work.join("data/x"), &bytes).unwrap();
    commit(&work, &repo, "new");
    let repo = Repo::open(&work, &world.context).unwrap();
    repo.push(&PushOptions::default(), &Job::new()).unwrap();
    // Now the sweep comes.
    forget_old(&world, &packs);
    reads_everywhere(&world, &work, &bytes);
}

/// The sweep: packs, the root that named them, and the tables that led to them are gone; what came after stays.
fn forget_old(world: &World, packs: &[std::path::PathBuf]) {
    packs.iter().for_each(|p| fs::remove_file(p).unwrap());
    let roots = fs::read_dir(world.at("store/v1/roots")).unwrap().next().unwrap().unwrap().path();
    let oldest = fs::read_dir(roots).unwrap().map(|e| e.unwrap().path()).min().unwrap();
    fs::remove_file(oldest).unwrap();
    let oldest = fs::read_dir(world.at("store/v1/files/0")).unwrap().map(|e| e.unwrap().path()).min().unwrap();
    fs::remove_file(oldest).unwrap();
}

#[test]
fn a_push_under_which_the_epoch_moves_looks_again_and_sends_what_is_gone() {
    let world = World::new();
    let (work, repo) = world.repo();
    let mut bytes = noise(1, 3_000_000);
    fs::write(work.join("data/x"), &bytes).unwrap();
    commit(&work, &repo, "old");
    repo.push(&PushOptions::default(), &Job::new()).unwrap();
    let (store, old) = (world.at("store"), world.packs("store"));
    bytes.extend(noise(2, 500_000));
    fs::write(work.join("data/x"), &bytes).unwrap();
    commit(&work, &repo, "new");
    // While the first pack is on its way the old ones are collected, once.
    let once = Mutex::new(Some((store, old)));
    let job = Job::new().on_progress(move |p| {
        if p.phase == "upload"
            && p.done_items > 0
            && let Some((store, old)) = once.lock().unwrap().take()
        {
            collect(&store, 7, &old);
            forget_roots(&store);
        }
    });
    let repo = Repo::open(&work, &world.context).unwrap();
    let report = repo.push(&PushOptions::default(), &job).unwrap();
    assert!(report.uploaded_bytes > 3_400_000, "{report:?}");
    let (clone, _) = {
        git(&work, &["push", "-q", "origin", "HEAD"]);
        world.clone("clone", CloneOptions::default())
    };
    assert!(fs::read(clone.join("data/x")).unwrap() == bytes);
    assert_eq!(fs::read_dir(world.at("store/v1/leases")).unwrap().count(), 0);
}
