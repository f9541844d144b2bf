//! Bad input, each with an error that says what is wrong and what to do, and nothing changed.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::child::{self, SmallDisk, verb};
use common::state::{State, refused, well_said};
use common::{World, commit, git, noise, path, program, sign, try_git};
use octostore::{
    CloneOptions, Code, DataChoice, FileState, FsckOptions, InitOptions, Job, PullOptions, PushOptions, Repo,
};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

fn job() -> Job {
    Job::new()
}

fn init_with(world: &World, work: &Path, store: &str) -> octostore::Result<Repo> {
    let options = InitOptions { store: Some(store.into()), program: Some(program()) };
    Repo::init(work, &options, &world.context, &job())
}

/// A repository with data that its store holds too.
fn pushed(world: &World, len: usize) -> (std::path::PathBuf, Repo) {
    let (work, repo) = world.repo();
    fs::write(work.join("data/x"), noise(1, len)).unwrap();
    commit(&work, &repo, "x");
    repo.push(&PushOptions::default(), &job()).unwrap();
    git(&work, &["push", "-q", "origin", "HEAD"]);
    (work, repo)
}

#[test]
fn a_folder_outside_of_git_is_refused() {
    let world = World::new();
    let dir = world.at("plain");
    fs::create_dir(&dir).unwrap();
    refused(&world, &dir, Code::NotARepository, &["plain"], || Repo::open(&dir, &world.context));
    refused(&world, &dir, Code::NotARepository, &["plain"], || init_with(&world, &dir, &world.store("store")));
    refused(&world, &dir, Code::NotFound, &["nowhere"], || Repo::open(world.at("nowhere"), &world.context));
}

#[test]
fn a_store_url_that_cannot_be_is_refused_before_anything_is_touched() {
    let world = World::new();
    let work = world.at("work");
    fs::create_dir(&work).unwrap();
    git(&work, &["init", "-q", "-b", "main"]);
    for url in ["ftp://host/x", "s3://", "file://host/x", "s3://b/p?x=1"] {
        refused(&world, &work, Code::StoreUrlInvalid, &[url], || init_with(&world, &work, url));
    }
}

#[test]
fn somebody_elses_data_is_not_made_a_store() {
    let world = World::new();
    let (work, repo) = world.repo();
    let theirs = world.at("photos");
    fs::create_dir_all(theirs.join("v1")).unwrap();
    fs::write(theirs.join("holiday.jpg"), "jpg").unwrap();
    let url = format!("file://{}", theirs.display());
    refused(&world, &work, Code::StoreForeign, &[&url, "holiday.jpg"], || repo.set_store(&url, &job()));
}

#[test]
fn a_store_whose_folder_is_gone_is_not_made_anew_in_silence() {
    let world = World::new();
    let (work, repo) = pushed(&world, 100_000);
    fs::write(work.join("data/x"), noise(2, 100_000)).unwrap();
    commit(&work, &repo, "x2");
    fs::rename(world.at("store"), world.at("unplugged")).unwrap();
    let repo = Repo::open(&work, &world.context).unwrap();
    let url = world.store("store");
    refused(&world, &work, Code::StoreUnreachable, &[&url], || repo.push(&PushOptions::default(), &job()));
    assert!(!world.at("store").exists(), "an unplugged disk is not replaced by an empty folder");
    fs::rename(world.at("unplugged"), world.at("store")).unwrap();
    assert_eq!(repo.push(&PushOptions::default(), &job()).unwrap().files, 1);
}

#[test]
fn a_bucket_that_nobody_serves_is_reported_within_seconds() {
    let world = World::new();
    let work = world.at("work");
    fs::create_dir(&work).unwrap();
    git(&work, &["init", "-q", "-b", "main"]);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let before = State::of(&world, &work);
    let start = Instant::now();
    let mut init = verb(&work, &["init", "s3://bucket/p", program().to_str().unwrap()]);
    for (name, value) in [("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b"), ("REGION", "us-east-1")] {
        init.env(format!("AWS_{name}"), value);
    }
    init.env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}")).env("AWS_ALLOW_HTTP", "true");
    let said = child::fails(&mut init, "store_unreachable");
    assert!(said.contains("s3://bucket/p"), "{said}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(before, State::of(&world, &work));
}

#[test]
fn a_wrong_secret_is_a_matter_of_permission() {
    let Ok(base) = std::env::var("OCTOSTORE_TEST_STORE") else {
        child::skipped("a_wrong_secret_is_a_matter_of_permission", "OCTOSTORE_TEST_STORE names no bucket");
        return;
    };
    let world = World::new();
    let work = world.at("work");
    fs::create_dir(&work).unwrap();
    git(&work, &["init", "-q", "-b", "main"]);
    let before = State::of(&world, &work);
    let mut init = verb(&work, &["init", &format!("{base}/denied"), program().to_str().unwrap()]);
    init.env("AWS_SECRET_ACCESS_KEY", "not-the-secret");
    let said = child::fails(&mut init, "store_permission");
    assert!(said.contains("denied"), "{said}");
    assert_eq!(before, State::of(&world, &work));
}

#[test]
fn a_store_that_cannot_be_written_is_read_and_not_pushed_to() {
    let world = World::new();
    let Some(disk) =
        SmallDisk::mount("a_store_that_cannot_be_written_is_read_and_not_pushed_to", world.at("store"), 32)
    else {
        return;
    };
    let (work, repo) = pushed(&world, 3_000_000);
    fs::write(work.join("data/x"), noise(2, 3_000_000)).unwrap();
    commit(&work, &repo, "second");
    disk.remount("ro");
    let url = world.store("store");
    let repo = Repo::open(&work, &world.context).unwrap();
    refused(&world, &work, Code::StorePermission, &[&url], || repo.push(&PushOptions::default(), &job()));
    let below = format!("{url}/new");
    refused(&world, &work, Code::StorePermission, &[&below], || repo.set_store(&below, &job()));
    let (clone, _) = world.clone("clone", CloneOptions::default());
    assert_eq!(fs::read(clone.join("data/x")).unwrap(), noise(1, 3_000_000));
    disk.remount("rw");
    assert_eq!(repo.push(&PushOptions::default(), &job()).unwrap().files, 1);
}

#[test]
fn an_unreadable_file_is_named() {
    let world = World::new();
    let (work, _) = world.repo();
    if Command::new("setpriv").arg("--version").output().is_err() || !as_root() {
        child::skipped("an_unreadable_file_is_named", "it needs root and setpriv");
        return;
    }
    fs::write(work.join("data/a"), noise(1, 50_000)).unwrap();
    fs::write(work.join("data/secret"), noise(2, 50_000)).unwrap();
    // The program where another user may run it.
    let tool = world.at("verbs");
    fs::copy(child::verbs(), &tool).unwrap();
    fs::set_permissions(world.dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let nobody = Command::new("chown").args(["-R", "nobody"]).arg(&work).status().unwrap();
    assert!(nobody.success());
    Command::new("chown").arg("root").arg(work.join("data/secret")).status().unwrap();
    fs::set_permissions(work.join("data/secret"), fs::Permissions::from_mode(0o600)).unwrap();
    let before = fs::read(work.join(".git/index")).unwrap();
    let as_nobody = |verb: &str| {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=nobody", "--clear-groups"])
            .arg(&tool)
            .arg(&work)
            .arg(verb)
            .env("HOME", world.dir.path());
        command
    };
    let said = child::fails(&mut as_nobody("add"), "permission_denied");
    assert!(said.contains("data/secret"), "{said}");
    assert_eq!(before, fs::read(work.join(".git/index")).unwrap(), "all or nothing");
    let status = as_nobody("status").output().unwrap();
    assert!(status.status.success(), "{}", child::said(&status));
}

fn as_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0)
}

#[test]
fn links_and_other_special_files_are_refused_by_name_and_passed_over_in_folders() {
    let world = World::new();
    let (work, repo) = world.repo();
    fs::write(work.join("data/x"), "x").unwrap();
    std::os::unix::fs::symlink("x", work.join("data/link")).unwrap();
    assert!(Command::new("mkfifo").arg(work.join("data/pipe")).status().unwrap().success());
    for name in ["data/link", "data/pipe"] {
        refused(&world, &work, Code::UnsupportedPath, &[name], || repo.add(&[path(name)], &job()));
    }
    refused(&world, &work, Code::NotFound, &["data/none"], || repo.add(&[path("data/none")], &job()));
    fs::create_dir(work.join("data/empty folder")).unwrap();
    assert_eq!(repo.add(&[path("data/empty folder")], &job()).unwrap().files, []);
    let added = repo.add(&[path("data")], &job()).unwrap().files;
    assert_eq!(added.iter().map(|f| f.path.to_string()).collect::<Vec<_>>(), ["data/x"]);
    // The file became a folder, and then a link: git's words are theirs, ours is what the file is.
    git(&work, &["commit", "-qm", "x"]);
    fs::remove_file(work.join("data/x")).unwrap();
    fs::create_dir(work.join("data/x")).unwrap();
    assert_eq!(repo.status(&job()).unwrap()[0].state, FileState::Modified);
    let pulled = repo.pull(&PullOptions::default(), &job()).unwrap();
    assert_eq!(pulled.kept, [path("data/x")]);
}

#[test]
fn a_file_that_grows_while_it_is_read_is_not_staged() {
    let world = World::new();
    let (work, repo) = world.repo();
    let file = work.join("data/log");
    fs::write(&file, noise(1, 60 << 20)).unwrap();
    let index = fs::read(work.join(".git/index")).unwrap();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (end, grown) = (stop.clone(), file.clone());
    let writer = std::thread::spawn(move || {
        while !end.load(std::sync::atomic::Ordering::Relaxed) {
            fs::File::options().append(true).open(&grown).unwrap().write_all(b"one more line\n").unwrap();
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let e = repo.add(&[path("data/log")], &job()).unwrap_err();
    well_said(&e, Code::FileChanged, &["data/log"]);
    assert!(e.retryable());
    assert_eq!(fs::read(work.join(".git/index")).unwrap(), index);
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    writer.join().unwrap();
    assert_eq!(repo.add(&[path("data/log")], &job()).unwrap().files.len(), 1);
    assert_eq!(git(&work, &["status", "--porcelain", "data"]), "A  data/log");
}

/// A file of zeros, of which the disk holds nothing.
fn sparse_file(mib: u64) {
    let world = World::new();
    let (work, repo) = world.repo();
    fs::File::create(work.join("data/zeros")).unwrap().set_len(mib << 20).unwrap();
    fs::write(work.join("data/none"), "").unwrap();
    let mut add = verb(&work, &["add", "data"]).stdout(std::process::Stdio::null()).spawn().unwrap();
    let peak = child::peak_memory(&mut add, Duration::from_secs(300));
    assert!(add.wait().unwrap().success());
    assert!(peak > 1 << 20 && peak < 256 << 20, "{peak} bytes");
    git(&work, &["commit", "-qm", "zeros"]);
    assert_eq!(git(&work, &["status", "--porcelain"]), "");
    let states = repo.status(&job()).unwrap();
    assert_eq!(states.len(), 2);
    assert!(states.iter().all(|f| f.state == FileState::Present && f.cached), "{states:?}");
    repo.push(&PushOptions::default(), &job()).unwrap();
    let stored: u64 = world.packs("store").iter().map(|p| fs::metadata(p).unwrap().len()).sum();
    assert!(stored < 1 << 20, "{stored} bytes for nothing");
    repo.drop_data(&[path("data/zeros")], &job()).unwrap();
    let mut pull = verb(&work, &["pull"]).stdout(std::process::Stdio::null()).spawn().unwrap();
    let peak = child::peak_memory(&mut pull, Duration::from_secs(300));
    assert!(pull.wait().unwrap().success());
    assert!(peak < 256 << 20, "{peak} bytes");
    let metadata = fs::metadata(work.join("data/zeros")).unwrap();
    assert_eq!(metadata.len(), mib << 20);
    assert!(std::os::unix::fs::MetadataExt::blocks(&metadata) < 2048, "holes stay holes");
}

#[test]
fn a_sparse_file_of_256_mib_costs_neither_memory_nor_disk() {
    sparse_file(256);
}

#[test]
#[ignore = "long: reads 15 GiB of zeros"]
fn a_sparse_file_of_5_gib_costs_neither_memory_nor_disk() {
    sparse_file(5 << 10);
}

#[test]
fn a_pointer_that_is_malformed_or_newer_is_refused_wherever_it_is() {
    let world = World::new();
    let (work, repo) = pushed(&world, 50_000);
    let good = git(&work, &["show", "HEAD:data/x"]) + "\n";
    let without_filter = |args: &[&str]| {
        let off = ["-c", "filter.octostore.process=", "-c", "filter.octostore.required=false"];
        git(&work, &[&off[..], args].concat())
    };
    let bad = [
        (good.replace("octostore 1", "octostore 2"), Code::VersionTooNew),
        (good.replace("size ", "size -"), Code::PointerInvalid),
        (good.replace("oid blake3:", "oid md5:"), Code::PointerInvalid),
        (good.replace("chunker oc1", "chunker oc2"), Code::VersionTooNew),
        (good[..40].to_owned(), Code::PointerInvalid),
    ];
    for (text, code) in bad {
        // In the work tree, where it is about to be added.
        fs::write(work.join("data/bad"), &text).unwrap();
        let e = refused_code(&world, &work, &["data/bad"], || repo.add(&[path("data/bad")], &job()));
        assert_eq!(e, code, "{text}");
        let plain = try_git(&work, &["add", "data/bad"]);
        assert!(!plain.status.success(), "the filter refuses it too");
        // In the index, where git without octostore put it.
        without_filter(&["add", "data/bad"]);
        let e = refused_code(&world, &work, &["data/bad"], || repo.status(&job()));
        assert_eq!(e, refused_code(&world, &work, &["data/bad"], || repo.pull(&PullOptions::default(), &job())));
        // In a commit.
        without_filter(&["commit", "-qm", "bad"]);
        for call in [&(|| repo.ls("HEAD", None).map(drop)) as &dyn Fn() -> octostore::Result<()>, &|| {
            repo.open_file("HEAD", &path("data/bad")).map(drop)
        }] {
            assert_eq!(e, refused_code(&world, &work, &["data/bad"], call));
        }
        // Its neighbours are read all the same.
        let mut bytes = Vec::new();
        repo.open_file("HEAD", &path("data/x")).unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, noise(1, 50_000));
        without_filter(&["rm", "-qf", "--cached", "data/bad"]);
        fs::remove_file(work.join("data/bad")).unwrap();
        without_filter(&["commit", "-qm", "better"]);
    }
}

fn refused_code<T>(world: &World, work: &Path, names: &[&str], call: impl FnOnce() -> octostore::Result<T>) -> Code {
    let before = State::of(world, work);
    let e = call().err().unwrap();
    well_said(&e, e.code(), names);
    assert!(matches!(e.code(), Code::PointerInvalid | Code::VersionTooNew), "{e:?}");
    assert_eq!(before, State::of(world, work));
    e.code()
}

/// Turns one bit in the largest pack of a clone's cache.
fn damage_cache(work: &Path, cut: Option<u64>) {
    let packs = work.join(".git/octostore/packs");
    let shelves = fs::read_dir(packs).unwrap().flat_map(|s| fs::read_dir(s.unwrap().path()).unwrap());
    let largest = shelves.map(|e| e.unwrap().path()).max_by_key(|p| fs::metadata(p).unwrap().len()).unwrap();
    let mut bytes = fs::read(&largest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bytes.truncate(cut.map_or(bytes.len(), |c| c as usize));
    fs::write(largest, bytes).unwrap();
}

#[test]
fn damage_in_the_cache_is_found_never_passed_on_and_mended_from_the_store() {
    for cut in [None, Some(1_000_000)] {
        let world = World::new();
        let (work, repo) = pushed(&world, 3_000_000);
        let (clone, theirs) = world.clone("clone", CloneOptions { data: DataChoice::None, ..Default::default() });
        theirs.fetch(&PullOptions::default(), &job()).unwrap();
        damage_cache(&clone, cut);
        let theirs = Repo::open(&clone, &world.context).unwrap();
        // A reader goes round the damage by way of the store.
        let mut read = Vec::new();
        theirs.open_file("HEAD", &path("data/x")).unwrap().read_to_end(&mut read).unwrap_or_default();
        assert_eq!(read, &noise(1, 3_000_000)[..read.len()]);
        let e = theirs.pull(&PullOptions::default(), &job()).unwrap_err();
        well_said(&e, Code::Corrupt, &["data/x"]);
        assert!(fs::metadata(clone.join("data/x")).unwrap().len() < 200, "nothing was written");
        let report = theirs.fsck(&FsckOptions::default(), &job()).unwrap();
        assert!(report.problems.iter().any(|p| p.code == Code::Corrupt && !p.hint.is_empty()), "{report:?}");
        let report = theirs.pull(&PullOptions::default(), &job()).unwrap();
        assert_eq!(fs::read(clone.join("data/x")).unwrap(), noise(1, 3_000_000));
        assert!(cut.is_some() || report.downloaded_bytes < 1_000_000, "what was whole was kept: {report:?}");
        assert_eq!(theirs.fsck(&FsckOptions { store: true }, &job()).unwrap().problems, []);

        // Where the store is gone too, the truth is told and nothing is written.
        let (other, others) = world.clone("other", CloneOptions { data: DataChoice::None, ..Default::default() });
        others.fetch(&PullOptions::default(), &job()).unwrap();
        damage_cache(&other, cut);
        fs::rename(world.at("store"), world.at("away")).unwrap();
        let others = Repo::open(&other, &world.context).unwrap();
        let e = others.pull(&PullOptions::default(), &job()).unwrap_err();
        well_said(&e, Code::Corrupt, &["data/x"]);
        assert!(fs::metadata(other.join("data/x")).unwrap().len() < 200);
        drop((work, repo));
    }
}

#[test]
fn a_damaged_cache_is_not_pushed() {
    // Large enough for its pack to be sent as it is, and small enough for its frames to be copied.
    for len in [20_000_000, 2_000_000] {
        let world = World::new();
        let (work, repo) = world.repo();
        fs::write(work.join("data/x"), noise(1, len)).unwrap();
        commit(&work, &repo, "x");
        damage_cache(&work, None);
        let repo = Repo::open(&work, &world.context).unwrap();
        let e = repo.push(&PushOptions::default(), &job()).unwrap_err();
        well_said(&e, Code::Corrupt, &[]);
        assert!(!world.at("store/v1/roots").exists(), "nothing was published");
        // The file is still here: the check takes the damage out, and adding the file again mends it.
        assert!(!repo.fsck(&FsckOptions::default(), &job()).unwrap().problems.is_empty());
        assert_eq!(repo.add(&[path("data/x")], &job()).unwrap().files.len(), 1);
        assert_eq!(repo.push(&PushOptions::default(), &job()).unwrap().files, 1);
        assert_eq!(repo.fsck(&FsckOptions { store: true }, &job()).unwrap().problems, []);
    }
}

#[test]
fn odd_names_are_resolved_logged_fetched_and_dropped() {
    let world = World::new();
    let (work, repo) = world.repo();
    let names: [&[u8]; 6] = [b"a b", b"new\nline", b"\xff\xfe", b"Case", b"case", b"*[?]\\"];
    let paths: Vec<_> =
        names.iter().map(|n| octostore::RepoPath::from_bytes(&[b"data/", *n].concat()).unwrap()).collect();
    for (n, name) in names.iter().enumerate() {
        fs::write(work.join("data").join(std::ffi::OsStr::from_bytes(name)), noise(n as u64, 40_000)).unwrap();
    }
    for one in &paths {
        assert_eq!(repo.add(std::slice::from_ref(one), &job()).unwrap().files.len(), 1, "{one}");
    }
    git(&work, &["commit", "-qm", "odd"]);
    repo.push(&PushOptions::default(), &job()).unwrap();
    git(&work, &["push", "-q", "origin", "HEAD"]);
    for one in &paths {
        assert_eq!(repo.log(one, 0).unwrap().len(), 1, "{one}");
        let resolved = repo.resolve("HEAD", one).unwrap();
        assert!(resolved.local.is_some() && !resolved.ranges.is_empty(), "{resolved:?}");
        assert_eq!(repo.drop_data(std::slice::from_ref(one), &job()).unwrap().files, 1, "{one}");
    }
    let (clone, theirs) = world.clone("clone", CloneOptions { data: DataChoice::None, ..Default::default() });
    theirs.fetch(&PullOptions { paths: vec!["data/new\nline".into()], ..Default::default() }, &job()).unwrap();
    let states = theirs.status(&job()).unwrap();
    assert_eq!(states.iter().filter(|f| f.cached).count(), 1, "{states:?}");
    theirs.pull(&PullOptions::default(), &job()).unwrap();
    for (n, name) in names.iter().enumerate() {
        let file = clone.join("data").join(std::ffi::OsStr::from_bytes(name));
        assert_eq!(fs::read(file).unwrap(), noise(n as u64, 40_000));
    }
}

#[test]
fn a_repository_without_a_commit_works_and_says_that_there_is_none() {
    let world = World::new();
    let work = world.at("work");
    fs::create_dir_all(work.join("data")).unwrap();
    git(&work, &["init", "-q", "-b", "main"]);
    let repo = init_with(&world, &work, &world.store("store")).unwrap();
    repo.track(&["data/".into()]).unwrap();
    fs::write(work.join("data/x"), noise(1, 30_000)).unwrap();
    assert_eq!(repo.status(&job()).unwrap()[0].state, FileState::Untracked);
    repo.add(&[path("data/x")], &job()).unwrap();
    let status = repo.status(&job()).unwrap();
    assert!(status[0].staged && status[0].state == FileState::Present);
    assert_eq!(repo.push(&PushOptions::default(), &job()).unwrap().files, 0);
    refused(&world, &work, Code::NotFound, &["HEAD", "no commit"], || repo.ls("HEAD", None));
    refused(&world, &work, Code::NotFound, &["HEAD", "no commit"], || repo.log(&path("data/x"), 0));
    refused(&world, &work, Code::NotFound, &["HEAD"], || repo.open_file("HEAD", &path("data/x")));
    assert_eq!(repo.ls("", None).unwrap().len(), 1);
    let mut bytes = Vec::new();
    repo.open_file("", &path("data/x")).unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, noise(1, 30_000));
    assert_eq!(repo.fsck(&FsckOptions { store: true }, &job()).unwrap().problems, []);
}

#[test]
fn a_detached_head_is_pushed_and_read_like_a_branch() {
    let world = World::new();
    let (work, repo) = pushed(&world, 50_000);
    git(&work, &["switch", "-q", "--detach"]);
    fs::write(work.join("data/x"), noise(2, 50_000)).unwrap();
    commit(&work, &repo, "detached");
    assert_eq!(repo.push(&PushOptions::default(), &job()).unwrap().files, 1);
    assert_eq!(repo.log(&path("data/x"), 0).unwrap().len(), 2);
    git(&work, &["switch", "-q", "main"]);
    assert_eq!(fs::read(work.join("data/x")).unwrap(), noise(1, 50_000));
}

#[test]
fn a_bare_repository_is_read_and_its_missing_work_tree_named() {
    let world = World::new();
    let _ = pushed(&world, 200_000);
    let bare_dir = world.at("remote.git");
    let bare = Repo::open(&bare_dir, &world.context).unwrap();
    assert_eq!(bare.ls("HEAD", None).unwrap().len(), 1);
    assert_eq!(bare.log(&path("data/x"), 0).unwrap().len(), 1);
    bare.accept_store(&world.store("store")).unwrap();
    let mut bytes = Vec::new();
    bare.open_file("HEAD", &path("data/x")).unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, noise(1, 200_000));
    for call in [
        &(|| bare.add(&[path("data")], &job()).map(drop)) as &dyn Fn() -> octostore::Result<()>,
        &|| bare.status(&job()).map(drop),
        &|| bare.pull(&PullOptions::default(), &job()).map(drop),
        &|| bare.track(&["x".into()]).map(drop),
        &|| bare.drop_data(&[path("data/x")], &job()).map(drop),
    ] {
        refused(&world, &bare_dir, Code::BareRepository, &["remote.git"], call);
    }
}

#[test]
fn nobodys_name_is_gits_own_matter() {
    let world = World::new();
    let (work, repo) = world.repo();
    fs::write(work.join("data/x"), noise(1, 30_000)).unwrap();
    for key in ["user.name", "user.email"] {
        git(&work, &["config", "--unset", key]);
    }
    git(&work, &["config", "user.useConfigOnly", "true"]);
    // Nothing of ours needs a name: only a commit does, and git says so itself.
    repo.add(&[path("data/x")], &job()).unwrap();
    repo.push(&PushOptions::default(), &job()).unwrap();
    let mut commit = Command::new("git");
    commit.args(["commit", "-qm", "x"]).current_dir(&work).env("HOME", world.dir.path());
    commit.env("GIT_CONFIG_NOSYSTEM", "1").env_remove("XDG_CONFIG_HOME");
    let said = child::said(&commit.output().unwrap());
    assert!(said.contains("Please tell me who you are"), "{said}");
    assert_eq!(git(&work, &["status", "--porcelain"]), "A  data/x");
    sign(&work);
    git(&work, &["commit", "-qm", "x"]);
}

#[test]
fn a_git_remote_that_refuses_is_told_in_gits_words() {
    let world = World::new();
    let (work, repo) = pushed(&world, 30_000);
    fs::rename(world.at("remote.git"), world.at("moved.git")).unwrap();
    let options = PushOptions { remote: Some("origin".into()), ..Default::default() };
    refused(&world, &work, Code::Git, &["remote.git"], || repo.push(&options, &job()));
}
