//! Stopped in the middle: by the user, by `kill -9`, by a full disk. The same call again does what the first one would
//! have done, and in between nobody sees half of anything.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::child::{self, SmallDisk, kill_after, verb};
use common::state::well_said;
use common::{World, commit, git, noise, path, program, sign};
use octostore::{Cancel, CloneOptions, Code, DataChoice, FileState, FsckOptions, Job, PullOptions, PushOptions, Repo};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// Numbers that look random and are the same in every run; `OCTOSTORE_TEST_SEED` chooses others.
struct Dice(u64);

impl Dice {
    fn new(test: u64) -> Self {
        let seed = std::env::var("OCTOSTORE_TEST_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
        println!("OCTOSTORE_TEST_SEED={seed}");
        Dice(test << 32 | seed)
    }
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(1);
        let bytes = noise(self.0, 8);
        u64::from_le_bytes(bytes.try_into().unwrap()) % below.max(1)
    }
}

/// One large and many small files, none of which has been there before; old enough that git trusts their times.
fn new_data(work: &Path, round: u64) {
    for n in 0..40 {
        write_old(&work.join(format!("data/{n}")), &noise(round * 1000 + n, 20_000));
    }
    write_old(&work.join("data/big"), &noise(round * 1000 + 999, 8_000_000));
}

fn write_old(file: &Path, bytes: &[u8]) {
    fs::write(file, bytes).unwrap();
    let back = SystemTime::now() - Duration::from_secs(10);
    fs::File::options().write(true).open(file).unwrap().set_modified(back).unwrap();
}

fn is_new_data(work: &Path, round: u64) {
    assert!(fs::read(work.join("data/big")).unwrap() == noise(round * 1000 + 999, 8_000_000), "round {round}: big");
    for n in 0..40 {
        let file = work.join(format!("data/{n}"));
        assert!(fs::read(&file).unwrap() == noise(round * 1000 + n, 20_000), "round {round}: {}", file.display());
    }
}

/// Every file of the work tree is whole: data or pointer, and nothing else lies about.
fn is_whole(work: &Path, round: u64) {
    for entry in fs::read_dir(work.join("data")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let n = if name == "big" { Some(999) } else { name.parse().ok() };
        let n: u64 = n.unwrap_or_else(|| panic!("round {round}: {name} was left behind"));
        let len = if n == 999 { 8_000_000 } else { 20_000 };
        let found = fs::read(entry.path()).unwrap();
        let pointer = found.starts_with(b"octostore 1\n");
        assert!(pointer || found == noise(round * 1000 + n, len), "round {round}: half of {name}");
    }
}

fn no_problems(repo: &Repo) {
    assert_eq!(repo.fsck(&FsckOptions { store: true }, &Job::new()).unwrap().problems, []);
}

/// How long a call takes when nobody disturbs it.
fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn add_is_killed(rounds: u64) {
    let world = World::new();
    let (work, repo) = world.repo();
    let mut dice = Dice::new(1);
    new_data(&work, 0);
    let whole = time(|| drop(child::run(&work, &["add", "data"])));
    git(&work, &["commit", "-qm", "0"]);
    let mut killed = 0;
    for round in 1..=rounds {
        new_data(&work, round);
        let wait = whole.mul_f64(dice.roll(1000) as f64 / 1000.0);
        killed += u64::from(kill_after(&mut verb(&work, &["add", "data"]), wait));
        child::run(&work, &["add", "data"]);
        assert!(!work.join(".git/index.lock").exists(), "round {round}: a lock is left");
        git(&work, &["commit", "-qm", "again"]);
        assert_eq!(git(&work, &["status", "--porcelain"]), "", "round {round}");
        is_new_data(&work, round);
    }
    println!("{killed} of {rounds} adds were killed at work");
    assert!(killed > 0);
    let fresh = Repo::open(&work, &world.context).unwrap();
    assert_eq!(fresh.fsck(&FsckOptions::default(), &Job::new()).unwrap().problems, []);
    assert!(fresh.status(&Job::new()).unwrap().iter().all(|f| f.state == FileState::Present && f.cached));
    assert_eq!(fs::read_dir(work.join(".git/octostore/staging")).unwrap().count(), 0, "no work is left lying about");
    // What the cache holds is what the files hold.
    repo.push(&PushOptions { all: true, ..Default::default() }, &Job::new()).unwrap();
    git(&work, &["push", "-q", "origin", "HEAD"]);
    let (clone, theirs) = world.clone("clone", CloneOptions::default());
    is_new_data(&clone, rounds);
    no_problems(&theirs);
}

fn push_is_killed(rounds: u64) {
    let world = World::new();
    let (work, repo) = world.repo();
    let mut dice = Dice::new(2);
    new_data(&work, 0);
    commit(&work, &repo, "0");
    let whole = time(|| drop(child::run(&work, &["push"])));
    let mut killed = 0;
    for round in 1..=rounds {
        new_data(&work, round);
        child::run(&work, &["add", "data"]);
        git(&work, &["commit", "-qm", "again"]);
        let wait = whole.mul_f64(dice.roll(1000) as f64 / 1000.0);
        killed += u64::from(kill_after(&mut verb(&work, &["push"]), wait));
        // Whatever was published is whole.
        no_problems(&Repo::open(&work, &world.context).unwrap());
        child::run(&work, &["push"]);
    }
    println!("{killed} of {rounds} pushes were killed at work");
    assert!(killed > 0);
    git(&work, &["push", "-q", "origin", "HEAD"]);
    let (clone, theirs) = world.clone("clone", CloneOptions::default());
    is_new_data(&clone, rounds);
    no_problems(&theirs);
    let mut old = Vec::new();
    std::io::Read::read_to_end(&mut theirs.open_file("HEAD~1", &path("data/big")).unwrap(), &mut old).unwrap();
    assert!(old == noise((rounds - 1) * 1000 + 999, 8_000_000));
}

fn pull_is_killed(rounds: u64) {
    let world = World::new();
    let (work, repo) = world.repo();
    let mut dice = Dice::new(3);
    new_data(&work, 0);
    commit(&work, &repo, "0");
    repo.push(&PushOptions::default(), &Job::new()).unwrap();
    git(&work, &["push", "-q", "origin", "HEAD"]);
    let (clone, _) = world.clone("clone", CloneOptions { data: DataChoice::None, ..Default::default() });
    let whole = time(|| drop(child::run(&clone, &["pull"])));
    let mut killed = 0;
    for _ in 0..rounds {
        fs::remove_dir_all(&clone).unwrap();
        world.clone("clone", CloneOptions { data: DataChoice::None, ..Default::default() });
        let wait = whole.mul_f64(dice.roll(1000) as f64 / 1000.0);
        killed += u64::from(kill_after(&mut verb(&clone, &["pull"]), wait));
        child::run(&clone, &["pull"]);
        is_whole(&clone, 0);
        is_new_data(&clone, 0);
        assert!(!clone.join(".git/index.lock").exists(), "a lock is left");
        assert_eq!(git(&clone, &["status", "--porcelain"]), "");
    }
    println!("{killed} of {rounds} pulls were killed at work");
    assert!(killed > 0);
    no_problems(&Repo::open(&clone, &world.context).unwrap());
}

#[test]
fn an_add_that_is_killed_is_done_again() {
    add_is_killed(12);
}

#[test]
fn a_push_that_is_killed_is_done_again_and_publishes_no_half() {
    push_is_killed(12);
}

#[test]
fn a_pull_that_is_killed_is_done_again_and_shows_no_half_file() {
    pull_is_killed(12);
}

#[test]
#[ignore = "long: kills each verb 200 times"]
fn verbs_that_are_killed_two_hundred_times_are_done_again() {
    add_is_killed(200);
    push_is_killed(200);
    pull_is_killed(200);
}

/// A lock as the kernel leaves it when we die between taking git's lock and renaming it: ours, and nobody holds it.
#[test]
fn a_lock_of_gits_index_that_our_dead_process_left_is_taken_away_and_another_programs_is_not() {
    let world = World::new();
    let (work, repo) = world.repo();
    new_data(&work, 1);
    let (ours, lock) = (work.join(".git/index.octostore"), work.join(".git/index.lock"));
    fs::write(&ours, "").unwrap();
    fs::hard_link(&ours, &lock).unwrap();
    repo.add(&[path("data")], &Job::new()).unwrap();
    assert!(!lock.exists() && !ours.exists());
    new_data(&work, 2);
    fs::write(&lock, "").unwrap();
    let index = fs::read(work.join(".git/index")).unwrap();
    let e = repo.add(&[path("data")], &Job::new()).unwrap_err();
    well_said(&e, Code::Locked, &["index.lock"]);
    assert!(e.retryable() && lock.exists());
    assert_eq!(fs::read(work.join(".git/index")).unwrap(), index);
    fs::remove_file(&lock).unwrap();
    repo.add(&[path("data")], &Job::new()).unwrap();
}

/// A job that is cancelled at its n-th report; with how many reports it made.
fn cancelled_at(n: u64) -> (Job, std::sync::Arc<AtomicU64>) {
    let (cancel, count) = (Cancel::new(), std::sync::Arc::new(AtomicU64::new(0)));
    let (token, counter) = (cancel.clone(), count.clone());
    let job = Job::new().cancel_with(&cancel).on_progress(move |_| {
        if counter.fetch_add(1, Ordering::Relaxed) >= n {
            token.cancel();
        }
    });
    (job, count)
}

/// Cancels a call at points spread over its reports. It must say so, or be done; then the check, then the call again.
fn cancel_everywhere(
    dice: &mut Dice,
    mut prepare: impl FnMut(u64),
    call: impl Fn(&Job) -> octostore::Result<()>,
    check: impl Fn(u64),
) {
    prepare(0);
    let (job, count) = cancelled_at(u64::MAX);
    call(&job).unwrap();
    let reports = count.load(Ordering::Relaxed);
    assert!(reports > 2, "only {reports} reports");
    let mut stopped = 0;
    for round in 1..=6 {
        prepare(round);
        match call(&cancelled_at(dice.roll(reports)).0) {
            Ok(()) => {}
            Err(e) => {
                well_said(&e, Code::Cancelled, &[]);
                stopped += 1;
            }
        }
        check(round);
        call(&Job::new()).unwrap();
    }
    assert!(stopped > 0, "no call was stopped");
}

#[test]
fn an_add_that_is_cancelled_stages_nothing_and_is_done_again() {
    let world = World::new();
    let (work, repo) = world.repo();
    cancel_everywhere(
        &mut Dice::new(4),
        |round| new_data(&work, round),
        |job| repo.add(&[path("data")], job).map(drop),
        |round| {
            let staged = git(&work, &["diff", "--cached", "--name-only"]);
            let all = staged.lines().count();
            assert!(all == 0 || all == 41, "round {round}: {all} files");
        },
    );
    git(&work, &["commit", "-qm", "x"]);
    assert_eq!(git(&work, &["status", "--porcelain"]), "");
    assert_eq!(repo.fsck(&FsckOptions::default(), &Job::new()).unwrap().problems, []);
}

#[test]
fn a_push_that_is_cancelled_publishes_nothing_and_is_done_again() {
    let world = World::new();
    let (work, repo) = world.repo();
    let prepare = |round| {
        new_data(&work, round);
        commit(&work, &repo, "again");
    };
    cancel_everywhere(
        &mut Dice::new(5),
        prepare,
        |job| repo.push(&PushOptions::default(), job).map(drop),
        |_| {
            no_problems(&repo);
            assert_eq!(fs::read_dir(world.at("store/v1/leases")).map_or(0, Iterator::count), 0, "a lease is left");
        },
    );
    no_problems(&repo);
}

#[test]
fn a_pull_and_a_clone_that_are_cancelled_leave_whole_files_and_are_done_again() {
    let world = World::new();
    let (work, repo) = world.repo();
    new_data(&work, 0);
    commit(&work, &repo, "0");
    repo.push(&PushOptions::default(), &Job::new()).unwrap();
    git(&work, &["push", "-q", "origin", "HEAD"]);
    let clone = world.at("clone");
    let none = || CloneOptions { data: DataChoice::None, ..Default::default() };
    cancel_everywhere(
        &mut Dice::new(6),
        |_| {
            let _ = fs::remove_dir_all(&clone);
            world.clone("clone", none());
        },
        |job| Repo::open(&clone, &world.context)?.pull(&PullOptions::default(), job).map(drop),
        |_| is_whole(&clone, 0),
    );
    is_new_data(&clone, 0);
    assert_eq!(git(&clone, &["status", "--porcelain"]), "");

    let remote = world.at("remote.git");
    let again = world.at("again");
    cancel_everywhere(
        &mut Dice::new(7),
        |_| drop(fs::remove_dir_all(&again)),
        |job| {
            if again.exists() {
                return Ok(());
            }
            let options = CloneOptions { program: Some(program()), ..Default::default() };
            Repo::clone_from(remote.to_str().unwrap(), &again, &options, &world.context, job).map(drop)
        },
        |_| assert!(!again.exists() || fs::read(again.join("data/big")).unwrap().len() == 8_000_000),
    );
    is_new_data(&again, 0);
}

/// A repository on a small disk.
fn repo_at(world: &World, work: &Path) {
    git(world.dir.path(), &["init", "-q", "--bare", "-b", "main", "remote.git"]);
    git(work, &["init", "-q", "-b", "main"]);
    sign(work);
    git(work, &["remote", "add", "origin", &world.at("remote.git").display().to_string()]);
    child::run(work, &["init", &world.store("store"), program().to_str().unwrap()]);
    fs::write(work.join(".git/info/exclude"), "/filler\n").unwrap();
    Repo::open(work, &world.context).unwrap().track(&["data/".into()]).unwrap();
    fs::create_dir_all(work.join("data")).unwrap();
}

fn disk_is_full(work: &Path, args: &[&str], names: &str) {
    let said = child::fails(&mut verb(work, args), "disk_full");
    assert!(said.contains(names), "\"{names}\" is not named: {said}");
}

#[test]
fn a_disk_that_fills_up_during_add_keeps_nothing_half_and_add_works_when_there_is_room() {
    let world = World::new();
    let Some(disk) = SmallDisk::mount(
        "a_disk_that_fills_up_during_add_keeps_nothing_half_and_add_works_when_there_is_room",
        world.at("work"),
        80,
    ) else {
        return;
    };
    let work = disk.0.clone();
    repo_at(&world, &work);
    fs::write(work.join("data/x"), noise(1, 18 << 20)).unwrap();
    let filler = disk.fill(52);
    let index = fs::read(work.join(".git/index")).ok();
    for _ in 0..2 {
        disk_is_full(&work, &["add", "data"], ".git/octostore");
        assert_eq!(fs::read(work.join(".git/index")).ok(), index);
        // Looking is always possible.
        assert!(child::run(&work, &["status"]).contains("untracked data/x"));
    }
    fs::remove_file(filler).unwrap();
    child::run(&work, &["add", "data"]);
    git(&work, &["commit", "-qm", "x"]);
    assert_eq!(git(&work, &["status", "--porcelain"]), "?? .gitattributes\n?? .octostore/");
    child::run(&work, &["push"]);
    assert_eq!(child::run(&work, &["fsck"]), "");
}

#[test]
fn a_store_that_fills_up_publishes_nothing_and_the_push_works_when_there_is_room() {
    let world = World::new();
    let Some(disk) = SmallDisk::mount(
        "a_store_that_fills_up_publishes_nothing_and_the_push_works_when_there_is_room",
        world.at("store"),
        32,
    ) else {
        return;
    };
    let (work, _) = world.repo();
    new_data(&work, 1);
    child::run(&work, &["add", "data"]);
    git(&work, &["commit", "-qm", "x"]);
    let filler = disk.fill(28);
    disk_is_full(&work, &["push"], "store");
    let packs = world.at("store/v1/packs");
    let shelves = fs::read_dir(packs).map_or(Vec::new(), |s| s.map(|s| s.unwrap().path()).collect());
    let files = shelves.iter().flat_map(|s| fs::read_dir(s).unwrap()).map(|e| e.unwrap().file_name());
    assert_eq!(files.collect::<Vec<_>>(), Vec::<std::ffi::OsString>::new(), "no pack has its name before it is whole");
    assert!(!world.at("store/v1/roots").exists() || fs::read_dir(world.at("store/v1/roots")).unwrap().next().is_none());
    fs::remove_file(filler).unwrap();
    child::run(&work, &["push"]);
    assert_eq!(child::run(&work, &["fsck"]), "");
}

#[test]
fn a_disk_that_fills_up_during_pull_shows_no_half_file_and_pull_works_when_there_is_room() {
    let world = World::new();
    let Some(disk) = SmallDisk::mount(
        "a_disk_that_fills_up_during_pull_shows_no_half_file_and_pull_works_when_there_is_room",
        world.at("small"),
        48,
    ) else {
        return;
    };
    let (work, repo) = world.repo();
    new_data(&work, 0);
    commit(&work, &repo, "0");
    repo.push(&PushOptions::default(), &Job::new()).unwrap();
    git(&work, &["push", "-q", "origin", "HEAD"]);
    let clone = "small/clone";
    world.clone(clone, CloneOptions { data: DataChoice::None, ..Default::default() });
    let clone = world.at(clone);
    // First the cache does not fit, then the files do not.
    for left in [4, 12] {
        let filler = disk.fill(48 - left);
        disk_is_full(&clone, &["pull"], "small");
        is_whole(&clone, 0);
        assert!(child::run(&clone, &["status"]).contains("pointer data/big"));
        fs::remove_file(filler).unwrap();
    }
    child::run(&clone, &["pull"]);
    is_new_data(&clone, 0);
    assert_eq!(git(&clone, &["status", "--porcelain"]), "");
    assert_eq!(child::run(&clone, &["fsck"]), "");
}
