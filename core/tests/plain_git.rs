//! Plain git on tracked data, through the filter process and the hooks.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{World, commit, git, noise, path, program, sign, try_git};
use octostore::{CloneOptions, DataChoice, FileState, Job, Pointer, PullOptions, Repo};
use std::fs;
use std::process::{Command, Stdio};

#[test]
fn plain_git_adds_commits_pushes_and_switches_data() {
    let world = World::new();
    let (work, repo) = world.repo();
    fs::write(work.join("data/big"), noise(1, 10_000_000)).unwrap();
    fs::write(work.join("data/small"), "a,b\n").unwrap();
    git(&work, &["add", "data"]);
    git(&work, &["commit", "-qm", "v1"]);
    assert!(git(&work, &["cat-file", "-p", "HEAD:data/big"]).starts_with("octostore 1\n"));
    git(&work, &["push", "-q", "-u", "origin", "main"]);
    git(&work, &["switch", "-qc", "other"]);
    fs::write(work.join("data/big"), noise(2, 9_000_000)).unwrap();
    fs::write(work.join("data/small"), "a,b\n1,2\n").unwrap();
    git(&work, &["commit", "-qam", "v2"]);
    for _ in 0..2 {
        git(&work, &["switch", "-q", "main"]);
        assert_eq!(fs::read(work.join("data/big")).unwrap(), noise(1, 10_000_000));
        assert_eq!(fs::read(work.join("data/small")).unwrap(), b"a,b\n");
        assert_eq!(git(&work, &["status", "--porcelain"]), "");
        git(&work, &["switch", "-q", "other"]);
        assert_eq!(fs::read(work.join("data/big")).unwrap(), noise(2, 9_000_000));
        assert_eq!(git(&work, &["status", "--porcelain"]), "");
    }
    git(&work, &["push", "-q", "origin", "other"]);
    assert!(repo.status(&Job::new()).unwrap().iter().all(|f| f.state == FileState::Present && f.pushed));

    // Everybody else's git: a clone with the filter follows branches, also to data it has never seen.
    let (clone, _) = world.clone("clone", CloneOptions::default());
    assert_eq!(fs::read(clone.join("data/big")).unwrap(), noise(1, 10_000_000));
    git(&clone, &["switch", "-q", "other"]);
    assert_eq!(fs::read(clone.join("data/big")).unwrap(), noise(2, 9_000_000));
    assert_eq!(fs::read(clone.join("data/small")).unwrap(), b"a,b\n1,2\n");
    assert_eq!(git(&clone, &["status", "--porcelain"]), "");
}

#[test]
fn data_comes_back_with_restore_reset_and_stash() {
    let world = World::new();
    let (work, repo) = world.repo();
    let old = noise(1, 6_000_000);
    fs::write(work.join("data/x"), &old).unwrap();
    commit(&work, &repo, "x");
    for undo in
        [&["restore", "data/x"][..], &["checkout", "--", "data/x"], &["reset", "-q", "--hard"], &["stash", "-q"]]
    {
        fs::write(work.join("data/x"), noise(2, 7_000_000)).unwrap();
        git(&work, undo);
        assert_eq!(fs::read(work.join("data/x")).unwrap(), old, "{undo:?}");
        assert_eq!(git(&work, &["status", "--porcelain"]), "", "{undo:?}");
    }
    git(&work, &["stash", "pop", "-q"]);
    assert_eq!(fs::read(work.join("data/x")).unwrap(), noise(2, 7_000_000));
}

#[test]
fn an_archive_holds_data_and_not_pointers() {
    let world = World::new();
    let (work, repo) = world.repo();
    fs::write(work.join("data/x"), noise(1, 5_000_000)).unwrap();
    commit(&work, &repo, "x");
    git(&work, &["archive", "-o", "../a.tar", "HEAD"]);
    let tar = Command::new("tar").args(["xOf", "a.tar", "data/x"]).current_dir(world.dir.path()).output().unwrap();
    assert_eq!(tar.stdout, noise(1, 5_000_000));
}

#[test]
fn the_filter_and_the_library_give_the_same_pointer() {
    let world = World::new();
    let (work, repo) = world.repo();
    for (n, len) in [1, 16_384, 16_385, 1 << 20, (1 << 20) + 1, 9_000_000].into_iter().enumerate() {
        let name = format!("data/{n}");
        fs::write(work.join(&name), noise(n as u64, len)).unwrap();
        git(&work, &["add", &name]);
        let by_git = git(&work, &["show", &format!(":{name}")]);
        git(&work, &["rm", "-q", "--cached", &name]);
        repo.add(&[path(&name)], &Job::new()).unwrap();
        assert_eq!(by_git, git(&work, &["show", &format!(":{name}")]), "{len} bytes");
    }
}

#[test]
fn a_store_url_that_a_pulled_commit_brings_is_not_used_before_it_is_accepted() {
    let world = World::new();
    let (work, repo) = world.repo();
    fs::write(work.join("data/x"), noise(1, 100_000)).unwrap();
    commit(&work, &repo, "x");
    git(&work, &["push", "-q", "-u", "origin", "main"]);
    let (clone, theirs) = world.clone("clone", CloneOptions::default());
    repo.set_store(&world.store("other"), &Job::new()).unwrap();
    fs::write(work.join("data/x"), noise(2, 5_000_000)).unwrap();
    git(&work, &["commit", "-qam", "another store"]);
    git(&work, &["push", "-q"]);
    let pull = try_git(&clone, &["pull", "-q"]);
    let said = String::from_utf8_lossy(&pull.stderr).into_owned();
    assert!(said.contains("you have not accepted") && said.contains("octostore store accept"), "{said}");
    assert!(fs::metadata(clone.join("data/x")).unwrap().len() < 200);
    let e = theirs.pull(&PullOptions::default(), &Job::new()).unwrap_err();
    assert_eq!(e.code(), octostore::Code::StoreNotAccepted);
    theirs.accept_store(&world.store("other")).unwrap();
    theirs.pull(&PullOptions::default(), &Job::new()).unwrap();
    assert_eq!(fs::read(clone.join("data/x")).unwrap(), noise(2, 5_000_000));
}

#[test]
fn a_clone_without_data_keeps_pointers_until_they_are_pulled() {
    let world = World::new();
    let (work, repo) = world.repo();
    for name in ["data/a", "data/b"] {
        fs::write(work.join(name), noise(1, 100_000)).unwrap();
    }
    commit(&work, &repo, "x");
    git(&work, &["push", "-q", "-u", "origin", "main"]);
    let (clone, theirs) = world.clone("clone", CloneOptions { data: DataChoice::None, ..Default::default() });
    git(&clone, &["switch", "-qc", "b"]);
    git(&clone, &["reset", "-q", "--hard", "origin/main"]);
    let is_pointer = |name: &str| Pointer::parse(&fs::read(clone.join(name)).unwrap()).unwrap().is_some();
    assert!(is_pointer("data/a") && is_pointer("data/b"));
    theirs.pull(&PullOptions { paths: vec!["data/b".into()], ..Default::default() }, &Job::new()).unwrap();
    assert!(is_pointer("data/a") && !is_pointer("data/b"));
    // A pointer that is added is the pointer that it is.
    fs::copy(clone.join("data/a"), clone.join("data/c")).unwrap();
    git(&clone, &["add", "data/c"]);
    assert_eq!(git(&clone, &["rev-parse", ":data/a"]), git(&clone, &["rev-parse", ":data/c"]));
    assert_eq!(git(&clone, &["status", "--porcelain"]), "A  data/c");
}

#[test]
fn odd_names_worktrees_shallow_clones_and_detached_heads_work() {
    use std::os::unix::ffi::OsStrExt;
    let world = World::new();
    let (work, repo) = world.repo();
    let names: [&[u8]; 5] = [b"a b", b"new\nline", b"\xff\xfe", b"Case", b"case"];
    for (n, name) in names.iter().enumerate() {
        fs::write(work.join("data").join(std::ffi::OsStr::from_bytes(name)), noise(n as u64, 6_000_000)).unwrap();
    }
    commit(&work, &repo, "odd");
    git(&work, &["commit", "-q", "--allow-empty", "-m", "second"]);
    git(&work, &["push", "-q", "-u", "origin", "main"]);
    let right = |dir: &std::path::Path| {
        for (n, name) in names.iter().enumerate() {
            let file = dir.join("data").join(std::ffi::OsStr::from_bytes(name));
            assert_eq!(fs::read(&file).unwrap(), noise(n as u64, 6_000_000), "{}", file.display());
        }
        assert_eq!(git(dir, &["status", "--porcelain"]), "");
    };
    git(&work, &["worktree", "add", "-q", "--detach", "../tree", "HEAD~1"]);
    right(&world.at("tree"));
    let tree = Repo::open(world.at("tree"), &world.context).unwrap();
    assert!(tree.status(&Job::new()).unwrap().iter().all(|f| f.state == FileState::Present));
    let url = format!("file://{}", world.at("remote.git").display());
    git(world.dir.path(), &["clone", "-q", "--depth", "1", &url, "shallow"]);
    sign(&world.at("shallow"));
    let options = octostore::InitOptions { program: Some(program()), ..Default::default() };
    let shallow = Repo::init(world.at("shallow"), &options, &world.context, &Job::new()).unwrap();
    shallow.accept_store(&world.store("store")).unwrap();
    shallow.pull(&PullOptions::default(), &Job::new()).unwrap();
    right(&world.at("shallow"));
    assert_eq!(shallow.log(&path("data/a b"), 0).unwrap().len(), 1);
    assert!(shallow.ls("HEAD~1", None).is_err());
}

#[test]
fn a_filter_that_is_killed_loses_nothing_that_it_answered() {
    let world = World::new();
    let (work, repo) = world.repo();
    let content = noise(5, 300_000);
    let mut child = Command::new(program())
        .arg("filter-process")
        .current_dir(&work)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut talk = child.stdin.take().unwrap();
    let pkt = |line: &[u8]| [format!("{:04x}", line.len() + 4).as_bytes(), line].concat();
    let mut said = Vec::new();
    for line in [&b"git-filter-client\n"[..], b"version=2\n"] {
        said.extend(pkt(line));
    }
    said.extend(b"0000");
    said.extend([pkt(b"capability=clean\n"), b"0000".to_vec()].concat());
    said.extend([pkt(b"command=clean\n"), pkt(b"pathname=data/x\n"), b"0000".to_vec()].concat());
    content.chunks(65_516).for_each(|c| said.extend(pkt(c)));
    said.extend(b"0000");
    std::io::Write::write_all(&mut talk, &said).unwrap();
    let mut answer = Vec::new();
    let mut out = child.stdout.take().unwrap();
    while !String::from_utf8_lossy(&answer).contains("chunker oc1\n00000000") {
        let mut some = [0; 4096];
        let n = std::io::Read::read(&mut out, &mut some).unwrap();
        assert!(n > 0, "the filter ended");
        answer.extend(&some[..n]);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // Its pointer is committed by hand; the data is found by whoever opens the repository next.
    let text = String::from_utf8_lossy(&answer).into_owned();
    let start = text.find("octostore 1\n").unwrap();
    let pointer =
        Pointer::parse(&text.as_bytes()[start..start + text[start..].find("oc1\n").unwrap() + 4]).unwrap().unwrap();
    fs::write(work.join("data/x"), pointer.to_bytes()).unwrap();
    git(&work, &["add", "data/x"]);
    drop(repo);
    let repo = Repo::open(&work, &world.context).unwrap();
    repo.pull(&PullOptions::default(), &Job::new()).unwrap();
    assert_eq!(fs::read(work.join("data/x")).unwrap(), content);
}
