//! Data from elsewhere: folders, archives of every kind and of bad intent, servers that break off, and what is kept of it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::child::{self, verb};
use common::evil::{self, file, tar, tar_member};
use common::state::{refused, well_said};
use common::web::{Answer, Web};
use common::{World, git, noise, path};
use octostore::{Code, Document, FileState, ImportOptions, Job, PushOptions, Repo, RepoPath, Result};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

fn import(repo: &Repo, source: &str, to: &str, options: &ImportOptions) -> Result<Value> {
    let document = repo.import(&[source.into()], &path(to), options, &Job::new());
    document.map(|d: Document| serde_json::from_str(d.json()).unwrap())
}

fn plain() -> ImportOptions {
    ImportOptions::default()
}

fn update() -> ImportOptions {
    ImportOptions { update: true, ..plain() }
}

fn record(work: &Path, to: &str) -> Value {
    serde_json::from_slice(&fs::read(work.join(format!("{to}.octo/import.json"))).unwrap()).unwrap()
}

/// A folder with small files, a large one, an empty one and folders.
fn folder(dir: &Path) {
    fs::create_dir_all(dir.join("a/b")).unwrap();
    fs::write(dir.join("a/one.csv"), "x,y\n1,2\n").unwrap();
    fs::write(dir.join("a/b/two.csv"), "x,y\n3,4\n").unwrap();
    fs::write(dir.join("big.bin"), noise(1, 3_000_000)).unwrap();
    fs::write(dir.join("empty"), "").unwrap();
}

const FOLDER: [&str; 4] = ["a/b/two.csv", "a/one.csv", "big.bin", "empty"];

/// Every file is in the work tree and in git's index with the bytes of `from`, and git finds nothing to say.
fn arrived(work: &Path, repo: &Repo, to: &str, from: &Path) {
    for name in FOLDER {
        assert_eq!(fs::read(work.join(to).join(name)).unwrap(), fs::read(from.join(name)).unwrap(), "{name}");
    }
    let status = repo.status(&Job::new()).unwrap();
    assert_eq!(status.len(), FOLDER.len());
    assert!(status.iter().all(|s| s.state == FileState::Present && s.cached && s.staged), "{status:?}");
    assert_eq!(git(work, &["diff", "--name-only"]), "");
    let staged = git(work, &["show", &format!(":{to}/big.bin")]);
    assert!(staged.starts_with("octostore 1\noid blake3:"), "{staged}");
}

fn run(dir: &Path, program: &str, args: &[&str]) -> bool {
    match Command::new(program).args(args).current_dir(dir).output() {
        Ok(output) => {
            assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
            true
        }
        Err(_) => {
            child::skipped("an archive", &format!("there is no {program} here"));
            false
        }
    }
}

#[test]
fn a_folder_arrives_tracked_staged_and_recorded() {
    let world = World::new();
    let (work, repo) = world.repo();
    folder(&world.at("raw"));
    let source = world.at("raw").display().to_string();
    let options = ImportOptions { license: "CC-BY-4.0".into(), ..plain() };
    let report = import(&repo, &source, "other/raw", &options).unwrap();
    arrived(&work, &repo, "other/raw", &world.at("raw"));
    assert_eq!((report["files"].as_u64(), report["added"].as_u64()), (Some(4), Some(4)));
    assert_eq!(report["bytes"].as_u64(), Some(3_000_016));
    assert_eq!(report["read_bytes"], report["bytes"]);
    assert!(report["new_bytes"].as_u64().unwrap() >= 3_000_000);
    let attributes = git(&work, &["show", ":.gitattributes"]);
    assert!(attributes.contains("/other/raw/** filter=octostore"), "{attributes}");
    let record = record(&work, "other/raw");
    assert_eq!(record["license"], "CC-BY-4.0");
    let objects = record["objects"].as_array().unwrap();
    let urls: Vec<_> = objects.iter().map(|o| o["url"].as_str().unwrap().rsplit("/raw/").next().unwrap()).collect();
    assert_eq!(urls, FOLDER);
    let big = &objects[2];
    assert_eq!(big["size"].as_u64(), Some(3_000_000));
    assert!(big["last_modified"].is_string() && big["time"].is_string(), "{big}");
    let id = big["files"][0]["id"].as_str().unwrap();
    assert!(git(&work, &["show", ":other/raw/big.bin"]).contains(id));
    assert!(git(&work, &["show", ":other/raw.octo/import.json"]).contains("CC-BY-4.0"), "the record stays text");
}

#[test]
fn one_file_goes_to_a_path_or_into_a_folder() {
    let world = World::new();
    let (work, repo) = world.repo();
    fs::write(world.at("x.csv"), "a\n1\n").unwrap();
    let source = world.at("x.csv").display().to_string();
    import(&repo, &source, "one/train.csv", &plain()).unwrap();
    assert_eq!(fs::read_to_string(work.join("one/train.csv")).unwrap(), "a\n1\n");
    import(&repo, &format!("file://{source}"), "one/folder", &plain()).unwrap();
    assert_eq!(fs::read_to_string(work.join("one/folder/x.csv")).unwrap(), "a\n1\n");
    assert_eq!(record(&work, "one/train.csv")["objects"][0]["files"][0]["path"], "x.csv");
    fs::write(world.at("x.csv"), "a\n1\n2\n").unwrap();
    assert_eq!(import(&repo, &source, "one/train.csv", &update()).unwrap()["changed"], 1);
    assert_eq!(fs::read_to_string(work.join("one/train.csv")).unwrap(), "a\n1\n2\n");
}

#[test]
fn archives_of_every_kind_are_unpacked_on_the_way() {
    let world = World::new();
    let raw = world.at("raw");
    folder(&raw);
    let mut ids = Vec::new();
    for (name, program, args) in [
        ("x.tar", "tar", vec!["-cf", "../x.tar", "."]),
        ("x.tar.gz", "tar", vec!["-czf", "../x.tar.gz", "."]),
        ("x.tgz", "tar", vec!["-czf", "../x.tgz", "a", "big.bin", "empty"]),
        ("x.tar.bz2", "tar", vec!["-cjf", "../x.tar.bz2", "."]),
        ("x.tar.xz", "tar", vec!["-cJf", "../x.tar.xz", "."]),
        ("x.tar.zst", "tar", vec!["--zstd", "-cf", "../x.tar.zst", "."]),
        ("x.pax.tar", "tar", vec!["--format=pax", "-cf", "../x.pax.tar", "."]),
        ("x.zip", "zip", vec!["-qr", "../x.zip", "."]),
    ] {
        if !run(&raw, program, &args) {
            continue;
        }
        let inner = World::new();
        let (work, repo) = inner.repo();
        let report = import(&repo, &world.at(name).display().to_string(), "data/x", &plain()).unwrap();
        arrived(&work, &repo, "data/x", &raw);
        assert_eq!((report["files"].as_u64(), report["bytes"].as_u64()), (Some(4), Some(3_000_016)), "{name}");
        // A zip file's directory is read first, and its first kilobytes once more.
        let (read, len) = (report["read_bytes"].as_u64().unwrap(), fs::metadata(world.at(name)).unwrap().len());
        assert!(read == len || name == "x.zip" && read < len + len / 20, "{name}: {read} of {len}");
        let record = record(&work, "data/x");
        let object = &record["objects"][0];
        assert!(name.ends_with(object["archive"].as_str().unwrap()) || name == "x.tgz", "{name}");
        ids.push(object["files"].clone());
        assert_eq!(fs::read_dir(work.join(".git/octostore/import")).unwrap().count(), 0, "the journal is gone");
    }
    assert!(ids.len() >= 3 && ids.windows(2).all(|w| w[0] == w[1]), "the same files, whatever they were packed in");
}

#[test]
fn archives_in_a_folder_are_unpacked_into_folders_of_their_names_and_single_compressed_files_stay() {
    let world = World::new();
    let (work, repo) = world.repo();
    let raw = world.at("raw");
    fs::create_dir_all(raw.join("deep")).unwrap();
    fs::write(raw.join("train.tar"), tar(&[file("x.csv", b"1")])).unwrap();
    fs::write(raw.join("deep/test.zip"), evil::zip(&[("x.csv", b"2", 0o100644)])).unwrap();
    fs::write(raw.join("y.csv.gz"), b"not really gzip").unwrap();
    import(&repo, &raw.display().to_string(), "data/x", &plain()).unwrap();
    let read = |name: &str| fs::read_to_string(work.join("data/x").join(name)).unwrap();
    assert_eq!((read("train/x.csv"), read("deep/test/x.csv")), ("1".into(), "2".into()));
    assert_eq!(read("y.csv.gz"), "not really gzip");
}

#[test]
fn only_what_the_patterns_choose_arrives() {
    let world = World::new();
    let (work, repo) = world.repo();
    fs::write(world.at("x.tar"), tar(&[file("a/1.csv", b"1"), file("a/2.txt", b"2"), file("../evil", b"3")])).unwrap();
    let only = |p: &str| ImportOptions { only: vec![p.into()], on_error: "skip".into(), ..plain() };
    let source = world.at("x.tar").display().to_string();
    let report = import(&repo, &source, "data/x", &only("*.csv")).unwrap();
    assert_eq!(report["files"], 1);
    assert!(work.join("data/x/a/1.csv").exists() && !work.join("data/x/a/2.txt").exists());
    let e = import(&repo, &world.at("x.tar").display().to_string(), "data/y", &only("")).unwrap_err();
    assert_eq!(e.code(), Code::InvalidArgument);
    fs::write(world.at("y.csv"), "1").unwrap();
    let e = import(&repo, &world.at("y.csv").display().to_string(), "data/y", &only("*.txt")).unwrap_err();
    well_said(&e, Code::NotFound, &["--only"]);
}

#[test]
fn members_that_no_repository_should_take_in_are_refused_by_name() {
    let world = World::new();
    let (work, repo) = world.repo();
    let pointer = format!("octostore 1\noid blake3:{}\nsize 5\nchunker oc1\n", "ab".repeat(32));
    let tars: Vec<(Vec<Vec<u8>>, &str, &str)> = vec![
        (vec![file("../out", b"x")], "../out", "leads out"),
        (vec![file("a/../../out", b"x")], "a/../../out", "leads out"),
        (vec![file("/etc/x", b"x")], "/etc/x", "absolute"),
        (vec![file("C:\\x", b"x")], "C:\\x", "absolute"),
        (vec![file(".git/config", b"x")], ".git/config", "git's own folder"),
        (vec![file("a/.gitattributes", b"* -filter")], ".gitattributes", "obeys"),
        (vec![file("x.octo/import.json", b"x")], "x.octo", "keeps for itself"),
        (vec![tar_member("link", b'2', "../../etc/passwd", b"")], "link", "leads out"),
        (vec![tar_member("link", b'2', "/etc/passwd", b"")], "link", "leads out"),
        (vec![tar_member("link", b'1', "../x", b"")], "link", "hard link"),
        (vec![tar_member("link", b'2', "nowhere", b"")], "link", "no file that is imported"),
        (vec![tar_member("dev", b'3', "", b"")], "dev", "device"),
        (vec![tar_member("pipe", b'6', "", b"")], "pipe", "pipe"),
        (vec![file("x", b"1"), file("./x", b"2")], "x", "twice"),
        (vec![file("x", b"1"), file("X", b"2")], "X", "upper and lower"),
        (vec![file("x/y", b"1"), file("x", b"2")], "x", "folder of"),
        (vec![file("p", pointer.as_bytes())], "\"p\"", "pointer"),
        (vec![tar_member("long", b'L', "", &vec![b'x'; 2 << 20]), file("x", b"1")], "x.tar", "longer than 1 MiB"),
        (vec![tar_member("d/", b'5', "", b""), tar_member("../d/", b'5', "", b"")], "../d", "leads out"),
    ];
    for (members, name, why) in tars {
        fs::write(world.at("x.tar"), tar(&members)).unwrap();
        let source = world.at("x.tar").display().to_string();
        refused(&world, &work, Code::InvalidData, &["x.tar", name, why], || import(&repo, &source, "data/x", &plain()));
    }
    type Members<'a> = &'a [(&'a str, &'a [u8], u32)];
    let zips: [(Members<'_>, &str, &str); 6] = [
        (&[("../out", b"x", 0o100644)], "../out", "leads out"),
        (&[("..\\out", b"x", 0o100644)], "..\\out", "leads out"),
        (&[("/abs", b"x", 0o100644)], "/abs", "absolute"),
        (&[("x", b"1", 0o100644), ("x", b"2", 0o100644)], "x", "twice"),
        (&[("x", b"1", 0o100644), ("X", b"2", 0o100644)], "X", "upper and lower"),
        (&[("l", b"../../x", 0o120777)], "l", "leads out"),
    ];
    for (members, name, why) in zips {
        fs::write(world.at("x.zip"), evil::zip(members)).unwrap();
        let source = world.at("x.zip").display().to_string();
        refused(&world, &work, Code::InvalidData, &["x.zip", name, why], || import(&repo, &source, "data/x", &plain()));
    }
    assert!(!world.dir.path().parent().unwrap().join("out").exists());
}

#[test]
fn links_that_stay_inside_are_what_they_lead_to() {
    let world = World::new();
    let (work, repo) = world.repo();
    let members = [
        tar_member("a/soft", b'2', "../real", b""),
        file("real", b"data"),
        tar_member("hard", b'1', "real", b""),
        tar_member("chain", b'2', "a/soft", b""),
    ];
    fs::write(world.at("x.tar"), tar(&members)).unwrap();
    let report = import(&repo, &world.at("x.tar").display().to_string(), "data/x", &plain()).unwrap();
    assert_eq!(report["files"], 4);
    for name in ["a/soft", "real", "hard", "chain"] {
        assert!(fs::symlink_metadata(work.join("data/x").join(name)).unwrap().is_file(), "{name}");
        assert_eq!(fs::read_to_string(work.join("data/x").join(name)).unwrap(), "data");
    }
    let raw = world.at("raw");
    fs::create_dir(&raw).unwrap();
    fs::write(raw.join("x"), "1").unwrap();
    std::os::unix::fs::symlink("x", raw.join("inside")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", raw.join("outside")).unwrap();
    let source = raw.display().to_string();
    refused(&world, &work, Code::UnsupportedPath, &["outside", "leads out"], || {
        import(&repo, &source, "data/y", &plain())
    });
    let options = ImportOptions { on_error: "skip".into(), ..plain() };
    let report = import(&repo, &source, "data/y", &options).unwrap();
    assert_eq!((report["files"].as_u64(), report["skipped"].as_array().unwrap().len()), (Some(2), 1));
    assert_eq!(fs::read_to_string(work.join("data/y/inside")).unwrap(), "1");
}

#[test]
fn a_bomb_is_refused_before_it_fills_the_disk() {
    let world = World::new();
    let (work, repo) = world.repo();
    fs::write(world.at("zeros"), vec![0; 100 << 20]).unwrap();
    run(world.dir.path(), "tar", &["-czf", "bomb.tar.gz", "zeros"]);
    let source = world.at("bomb.tar.gz").display().to_string();
    refused(&world, &work, Code::InvalidData, &["bomb.tar.gz", "200 times"], || {
        import(&repo, &source, "data/x", &plain())
    });
    // Two entries of the directory that mean the same bytes.
    let mut zip = evil::zip(&[("a", &noise(1, 1000), 0o100644), ("b", b"", 0o100644)]);
    let b = zip.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    let len = 2000u32.to_le_bytes();
    zip[b + 20..b + 24].copy_from_slice(&len);
    fs::write(world.at("overlap.zip"), zip).unwrap();
    let source = world.at("overlap.zip").display().to_string();
    refused(&world, &work, Code::InvalidData, &["overlap.zip"], || import(&repo, &source, "data/x", &plain()));
}

#[test]
fn damaged_archives_are_refused_by_name() {
    let world = World::new();
    let (work, repo) = world.repo();
    folder(&world.at("raw"));
    run(&world.at("raw"), "tar", &["-czf", "../x.tar.gz", "."]);
    run(&world.at("raw"), "tar", &["-cf", "../x.tar", "."]);
    run(&world.at("raw"), "zip", &["-qr", "../x.zip", "."]);
    for name in ["x.tar.gz", "x.tar", "x.zip"] {
        let bytes = fs::read(world.at(name)).unwrap();
        for (what, damaged) in [
            ("cut", bytes[..bytes.len() / 2].to_vec()),
            ("empty of sense", b"hello".to_vec()),
            ("flipped", {
                let mut b = bytes.clone();
                let at = b.len() / 2;
                b[at] ^= 0x55;
                b
            }),
        ] {
            if (name, what) == ("x.tar", "flipped") {
                // A tar file has no checksum of its members' bytes: the damage is data to it.
                continue;
            }
            let bad = format!("bad-{name}");
            fs::write(world.at(&bad), damaged).unwrap();
            let source = world.at(&bad).display().to_string();
            refused(&world, &work, Code::InvalidData, &[&bad], || import(&repo, &source, "data/x", &plain()));
        }
    }
}

#[test]
fn what_is_left_out_is_counted_recorded_and_kept_in_quarantine() {
    let world = World::new();
    let (work, repo) = world.repo();
    fs::write(
        world.at("x.tar"),
        tar(&[file("good", b"1"), file("../evil", b"bad bytes"), tar_member("dev", b'3', "", b"")]),
    )
    .unwrap();
    let source = world.at("x.tar").display().to_string();
    let skip = ImportOptions { on_error: "skip".into(), ..plain() };
    let report = import(&repo, &source, "data/s", &skip).unwrap();
    let skipped = report["skipped"].as_array().unwrap();
    assert_eq!((report["files"].as_u64(), skipped.len()), (Some(1), 2));
    assert_eq!(skipped[0]["name"], "../evil");
    assert!(skipped[0]["reason"].as_str().unwrap().contains("leads out"));
    assert!(!work.join("data/s.octo/data").exists());
    let keep = ImportOptions { on_error: "quarantine".into(), ..plain() };
    let report = import(&repo, &source, "data/q", &keep).unwrap();
    let name = report["skipped"][0]["quarantined"].as_str().unwrap();
    let kept = format!("data/q.octo/data/quarantine/{name}");
    assert_eq!(fs::read_to_string(work.join(&kept)).unwrap(), "bad bytes");
    assert!(git(&work, &["show", &format!(":{kept}")]).starts_with("octostore 1\n"), "it is data");
    assert_eq!(report["skipped"][1]["quarantined"], Value::Null, "a device has no bytes");
    // A whole archive that cannot be read is kept as it is.
    fs::write(world.at("bad.tar.gz"), b"not gzip").unwrap();
    let report = import(&repo, &world.at("bad.tar.gz").display().to_string(), "data/b", &keep).unwrap();
    let name = report["skipped"][0]["quarantined"].as_str().unwrap();
    assert_eq!(fs::read_to_string(work.join(format!("data/b.octo/data/quarantine/{name}"))).unwrap(), "not gzip");
    let e = import(&repo, &source, "data/z", &ImportOptions { on_error: "ignore".into(), ..plain() }).unwrap_err();
    well_said(&e, Code::InvalidArgument, &["on_error", "ignore"]);
}

#[test]
fn an_update_reads_only_what_changed_and_stores_only_what_is_new() {
    let world = World::new();
    let (work, repo) = world.repo();
    let raw = world.at("raw");
    folder(&raw);
    let source = raw.display().to_string();
    let e = import(&repo, &source, "data/x", &update()).unwrap_err();
    well_said(&e, Code::NotFound, &["data/x"]);
    import(&repo, &source, "data/x", &plain()).unwrap();
    let e = import(&repo, &source, "data/x", &plain()).unwrap_err();
    well_said(&e, Code::AlreadyExists, &["data/x"]);
    git(&work, &["commit", "-qm", "one"]);
    let report = import(&repo, &source, "data/x", &update()).unwrap();
    assert_eq!((report["unchanged"].as_u64(), report["read_bytes"].as_u64()), (Some(4), Some(0)));
    assert_eq!(git(&work, &["status", "--porcelain"]), "", "nothing changed, nothing is staged");
    let mut big = fs::read(raw.join("big.bin")).unwrap();
    big.extend_from_slice(&noise(2, 10_000));
    fs::write(raw.join("big.bin"), &big).unwrap();
    fs::write(raw.join("new"), "new").unwrap();
    fs::remove_file(raw.join("a/b/two.csv")).unwrap();
    let report = repo.import(&[], &path("data/x"), &update(), &Job::new()).unwrap();
    let report: Value = serde_json::from_str(report.json()).unwrap();
    let counts = ["added", "changed", "removed", "unchanged"].map(|n| report[n].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 1, 2], "{report}");
    assert_eq!(report["read_bytes"].as_u64(), Some(3_010_003));
    assert!(report["new_bytes"].as_u64().unwrap() < 300_000, "{report}");
    assert_eq!(fs::read(work.join("data/x/big.bin")).unwrap(), big);
    assert!(!work.join("data/x/a/b").exists(), "folders that are empty go too");
    assert_eq!(
        git(&work, &["diff", "--cached", "--name-status"]).replace('\t', " "),
        "M data/x.octo/import.json\nD data/x/a/b/two.csv\nM data/x/big.bin\nA data/x/new"
    );
}

#[test]
fn what_is_the_users_own_is_never_overwritten() {
    let world = World::new();
    let (work, repo) = world.repo();
    folder(&world.at("raw"));
    let source = world.at("raw").display().to_string();
    fs::create_dir_all(work.join("data/x")).unwrap();
    fs::write(work.join("data/x/big.bin"), "mine").unwrap();
    refused(&world, &work, Code::AlreadyExists, &["data/x/big.bin"], || import(&repo, &source, "data/x", &plain()));
    fs::remove_file(work.join("data/x/big.bin")).unwrap();
    import(&repo, &source, "data/x", &plain()).unwrap();
    git(&work, &["commit", "-qm", "one"]);
    fs::write(work.join("data/x/big.bin"), "mine again").unwrap();
    fs::write(world.at("raw/big.bin"), noise(3, 3_000_000)).unwrap();
    refused(&world, &work, Code::AlreadyExists, &["data/x/big.bin"], || import(&repo, &source, "data/x", &update()));
    std::os::unix::fs::symlink(world.dir.path(), work.join("bent")).unwrap();
    refused(&world, &work, Code::AlreadyExists, &["bent"], || import(&repo, &source, "bent/x", &plain()));
    let (everywhere, sources) = (RepoPath::root(), [source.clone()]);
    refused(&world, &work, Code::InvalidArgument, &["folder of its own"], || {
        repo.import(&sources, &everywhere, &plain(), &Job::new())
    });
    let options = ImportOptions { in_place: true, ..plain() };
    refused(&world, &work, Code::Unsupported, &["in_place"], || import(&repo, &source, "data/y", &options));
}

#[test]
fn a_commit_holds_exactly_what_was_imported() {
    let world = World::new();
    let (work, repo) = world.repo();
    folder(&world.at("raw"));
    fs::write(work.join("mine.txt"), "x").unwrap();
    git(&work, &["add", "mine.txt"]);
    let options = ImportOptions { commit: true, license: "CC0-1.0".into(), ..plain() };
    let report = import(&repo, &world.at("raw").display().to_string(), "sets/x", &options).unwrap();
    assert_eq!(report["commit"], git(&work, &["rev-parse", "HEAD"]));
    let files = git(&work, &["show", "--name-only", "--format=", "HEAD"]);
    assert_eq!(
        files,
        ".gitattributes\nsets/x.octo/import.json\nsets/x/a/b/two.csv\nsets/x/a/one.csv\nsets/x/big.bin\nsets/x/empty"
    );
    let message = git(&work, &["show", "-s", "--format=%B", "HEAD"]);
    assert!(message.starts_with("Import sets/x from file://") && message.contains("License: CC0-1.0"), "{message}");
    assert_eq!(git(&work, &["status", "--porcelain"]), "A  mine.txt");
    repo.push(&PushOptions::default(), &Job::new()).unwrap();
    let report =
        import(&repo, &world.at("raw").display().to_string(), "sets/x", &ImportOptions { update: true, ..options });
    assert_eq!(report.unwrap()["commit"], Value::Null, "nothing changed, nothing to commit");
}

#[test]
fn a_server_that_breaks_off_is_asked_for_the_rest() {
    let world = World::new();
    let (work, repo) = world.repo();
    let bytes = Arc::new(noise(1, 3_000_000));
    let (served, tries) = (bytes.clone(), AtomicUsize::new(0));
    let web = Web::serve(move |asked| {
        let answer = match asked.path.as_str() {
            "/moved.bin" => return Answer::to("/x.bin"),
            _ => Answer::file(asked, &served, "\"v1\""),
        };
        // Each answer but the last breaks off.
        if tries.fetch_add(1, Ordering::Relaxed) < 4 && answer.body.len() > 1 { answer.cut(700_000) } else { answer }
    });
    let report = import(&repo, &web.at("/moved.bin"), "data/x.bin", &plain()).unwrap();
    assert_eq!(fs::read(work.join("data/x.bin")).unwrap(), *bytes);
    let sent = web.sent();
    assert!(sent < 3_100_000, "{sent} bytes were sent for 3,000,000");
    assert_eq!(report["read_bytes"].as_u64(), Some(3_000_000));
    let asked = web.asked();
    let resumed = asked.iter().find(|a| a.header("range").is_some_and(|r| r != "bytes=0-0")).unwrap();
    assert_eq!(resumed.header("if-range"), Some("\"v1\""));
    let object = &record(&work, "data/x.bin")["objects"][0];
    assert_eq!((object["etag"].as_str(), object["size"].as_u64()), (Some("\"v1\""), Some(3_000_000)));
    assert_eq!(object["url"], web.at("/moved.bin"));
    assert_eq!(import(&repo, &web.at("/moved.bin"), "data/x.bin", &update()).unwrap()["read_bytes"], 0);
    assert!(web.sent() <= 1, "an unchanged object is not read again");
}

#[test]
fn a_server_without_ranges_must_repeat_what_it_gave() {
    let world = World::new();
    let (work, repo) = world.repo();
    let bytes = Arc::new(noise(1, 3_000_000));
    let tries = Arc::new(AtomicUsize::new(0));
    let (served, counted) = (bytes.clone(), tries.clone());
    let web = Web::serve(move |asked| {
        // The first request looks, the second breaks off.
        let n = counted.fetch_add(1, Ordering::Relaxed);
        let mut body = served.to_vec();
        if n > 1 && asked.path == "/changing.bin" {
            body[100] ^= 1;
        }
        if n == 1 { Answer::plain(&body).cut(1_000_000) } else { Answer::plain(&body) }
    });
    import(&repo, &web.at("/x.bin"), "data/x.bin", &plain()).unwrap();
    assert_eq!(fs::read(work.join("data/x.bin")).unwrap(), *bytes);
    tries.store(0, Ordering::Relaxed);
    let url = web.at("/changing.bin");
    let call = || import(&repo, &url, "data/y.bin", &plain());
    refused(&world, &work, Code::FileChanged, &[&url, "begins differently"], call);
}

#[test]
fn a_source_that_changes_in_mid_import_is_an_error_that_names_it() {
    let world = World::new();
    let (work, repo) = world.repo();
    let tries = AtomicUsize::new(0);
    let web = Web::serve(move |asked| {
        let n = tries.fetch_add(1, Ordering::Relaxed);
        let (bytes, etag) = if n < 2 { (noise(1, 2_000_000), "\"v1\"") } else { (noise(2, 2_000_000), "\"v2\"") };
        Answer::file(asked, &bytes, etag).cut(1_000_000)
    });
    let url = web.at("/x.bin");
    let e =
        refused(&world, &work, Code::FileChanged, &[&url, "v1", "v2"], || import(&repo, &url, "data/x.bin", &plain()));
    assert!(e.retryable());
}

#[test]
fn a_server_that_refuses_is_quoted_in_clear_words() {
    let world = World::new();
    let (work, repo) = world.repo();
    let web = Web::serve(|asked| match asked.path.as_str() {
        "/loop" => Answer::to("/loop"),
        "/secret.csv" => Answer::status(403),
        "/teapot.csv" => Answer::status(418),
        "/good.csv" => Answer::file(asked, b"a\n1\n", "\"1\""),
        _ => Answer::status(404),
    });
    let cases = [
        ("/gone.csv", Code::NotFound, "404"),
        ("/secret.csv", Code::StorePermission, "403"),
        ("/teapot.csv", Code::StoreUnreachable, "418"),
        ("/loop", Code::StoreUnreachable, "more than 10 times"),
    ];
    for (path, code, why) in cases {
        let url = web.at(path);
        let e = refused(&world, &work, code, &[&url, why], || import(&repo, &url, "data/x", &plain()));
        assert!(!e.retryable());
    }
    let sources: Vec<String> = ["/gone.csv", "/good.csv", "/secret.csv"].map(|p| web.at(p)).into();
    let skip = ImportOptions { on_error: "skip".into(), ..plain() };
    let report = repo.import(&sources, &path("data/x"), &skip, &Job::new()).unwrap();
    let report: Value = serde_json::from_str(report.json()).unwrap();
    assert_eq!((report["files"].as_u64(), report["skipped"].as_array().unwrap().len()), (Some(1), 2));
    let nobody = "http://127.0.0.1:1/x.csv";
    refused(&world, &work, Code::StoreUnreachable, &[nobody], || import(&repo, nobody, "data/y", &plain()));
}

#[test]
fn credentials_in_a_url_are_sent_and_never_kept() {
    let world = World::new();
    let (work, repo) = world.repo();
    let web = Web::serve(|asked| match asked.header("authorization") {
        Some("Basic YWRhOnBhc3N3MHJk") => Answer::file(asked, b"a\n1\n", "\"1\""),
        _ => Answer::status(401),
    });
    let url = web.at("/x.csv?signature=c0ffee").replace("http://", "http://ada:passw0rd@");
    let options = ImportOptions { commit: true, ..plain() };
    import(&repo, &url, "data/x.csv", &options).unwrap();
    let everything =
        fs::read_to_string(work.join("data/x.csv.octo/import.json")).unwrap() + &git(&work, &["log", "--format=%B"]);
    assert!(everything.contains("/x.csv"));
    assert!(!everything.contains("passw0rd") && !everything.contains("c0ffee"), "{everything}");
    let wrong = url.replace("passw0rd", "wr0ng");
    let e = import(&repo, &wrong, "data/y.csv", &plain()).unwrap_err();
    well_said(&e, Code::StorePermission, &["401"]);
    assert!(!format!("{e:?}").contains("wr0ng") && !format!("{e:?}").contains("c0ffee"), "{e:?}");
}

#[test]
fn checksums_that_are_given_are_checked() {
    let world = World::new();
    let (work, repo) = world.repo();
    let (right, wrong) = ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "00".repeat(32));
    let digest = "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:";
    let web = Web::serve(move |asked| match asked.path.as_str() {
        "/lies.csv" => Answer::file(asked, b"abd", "\"1\"").with("Repr-Digest", digest),
        _ => Answer::file(asked, b"abc", "\"1\"").with("Repr-Digest", digest),
    });
    import(&repo, &web.at("/x.csv"), "data/x.csv", &plain()).unwrap();
    assert_eq!(record(&work, "data/x.csv")["objects"][0]["sha256"], right);
    let url = web.at("/lies.csv");
    refused(&world, &work, Code::InvalidData, &[&url, right], || import(&repo, &url, "data/y.csv", &plain()));
    fs::write(world.at("z.csv"), "abc").unwrap();
    let source = format!("{}#sha256={right}", world.at("z.csv").display());
    import(&repo, &source, "data/z.csv", &plain()).unwrap();
    let source = format!("{}#sha256={wrong}", world.at("z.csv").display());
    refused(&world, &work, Code::InvalidData, &["z.csv", &wrong], || import(&repo, &source, "data/w.csv", &plain()));
}

#[test]
fn of_a_zip_file_on_a_server_only_what_is_wanted_is_read() {
    let world = World::new();
    let (work, repo) = world.repo();
    let raw = world.at("raw");
    fs::create_dir(&raw).unwrap();
    for n in 0..8 {
        fs::write(raw.join(format!("{n}.bin")), noise(n, 2_000_000)).unwrap();
    }
    if !run(&raw, "zip", &["-q0r", "../x.zip", "."]) {
        return;
    }
    let zip = fs::read(world.at("x.zip")).unwrap();
    let len = zip.len() as u64;
    let web = Web::serve(move |asked| match asked.path.as_str() {
        "/whole.zip" => Answer::plain(&zip),
        _ => Answer::file(asked, &zip, "\"z\""),
    });
    let options = ImportOptions { only: vec!["5.bin".into()], ..plain() };
    let report = import(&repo, &web.at("/x.zip"), "data/x", &options).unwrap();
    assert_eq!(fs::read(work.join("data/x/5.bin")).unwrap(), noise(5, 2_000_000));
    assert_eq!(report["files"], 1);
    let sent = web.sent();
    assert!(sent < len / 2, "{sent} of {len} bytes");
    let report = import(&repo, &web.at("/whole.zip"), "data/y", &options).unwrap();
    assert_eq!(fs::read(work.join("data/y/5.bin")).unwrap(), noise(5, 2_000_000));
    assert_eq!(report["read_bytes"].as_u64(), Some(len), "a server without ranges gives it whole");
}

/// Kills a program once the server has sent it so much; gives what it has sent by then.
fn kill_when(mut command: Command, web: &Web, bytes: u64) -> u64 {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut sent = 0;
    while sent < bytes {
        assert!(child.try_wait().unwrap().is_none(), "it was killed while it was at work");
        std::thread::sleep(Duration::from_millis(5));
        sent += web.sent();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    sent + web.sent()
}

#[test]
fn an_import_that_was_killed_goes_on_where_it_was() {
    let world = World::new();
    let (work, _) = world.repo();
    let files: Arc<Vec<Vec<u8>>> = Arc::new((0..6).map(|n| noise(n, 2_000_000)).collect());
    let served = files.clone();
    let slow = Arc::new(AtomicUsize::new(1));
    let pace = slow.clone();
    let web = Web::serve(move |asked| {
        let n: usize = asked.path.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap();
        let mut answer = Answer::file(asked, &served[n], &format!("\"{n}\""));
        answer.slow = Some(Duration::from_millis(10 * pace.load(Ordering::Relaxed) as u64));
        answer
    });
    let urls: Vec<String> = (0..6).map(|n| web.at(&format!("/{n}.bin"))).collect();
    let mut args = vec!["import", "data/x"];
    args.extend(urls.iter().map(String::as_str));
    let first = kill_when(verb(&work, &args), &web, 5_000_000);
    assert!(first < 12_000_000, "{first} bytes came in before it was killed");
    assert_eq!(git(&work, &["diff", "--cached", "--name-only"]), "", "nothing is staged");
    assert!(!work.join("data/x").exists());
    slow.store(0, Ordering::Relaxed);
    web.asked();
    let report: Value = serde_json::from_str(&child::run(&work, &args)).unwrap();
    for (n, bytes) in files.iter().enumerate() {
        assert_eq!(fs::read(work.join(format!("data/x/{n}.bin"))).unwrap(), *bytes);
    }
    let again = report["read_bytes"].as_u64().unwrap();
    assert!(
        again < 12_000_000 && again.is_multiple_of(2_000_000) && again + first >= 12_000_000,
        "{again} after {first}"
    );
    assert_eq!(report["files"], 6);
    let whole: Vec<_> = web.asked().iter().filter(|a| a.header("range").is_none()).map(|a| a.path.clone()).collect();
    assert_eq!(whole.len() as u64, again / 2_000_000, "{whole:?}");
}

#[test]
fn a_tar_that_was_killed_goes_on_in_its_middle() {
    let world = World::new();
    let (work, repo) = world.repo();
    let members: Vec<_> = (0..4).map(|n| file(&format!("{n}.bin"), &noise(n, 20 << 20))).collect();
    let archive = Arc::new(tar(&members));
    let len = archive.len() as u64;
    let (served, broken) = (archive, Arc::new(AtomicUsize::new(1)));
    let breaks = broken.clone();
    let web = Web::serve(move |asked| {
        let answer = Answer::file(asked, &served, "\"t\"");
        // A server that is gone for good after three quarters.
        let from = asked.range(served.len()).map_or(0, |r| r.0);
        let left = (served.len() * 3 / 4).saturating_sub(from);
        if breaks.load(Ordering::Relaxed) == 1 && answer.body.len() > 1 { answer.cut(left) } else { answer }
    });
    let url = web.at("/x.tar");
    let e = import(&repo, &url, "data/x", &plain()).unwrap_err();
    well_said(&e, Code::StoreUnreachable, &[&url]);
    broken.store(0, Ordering::Relaxed);
    web.sent();
    let report = import(&repo, &url, "data/x", &plain()).unwrap();
    assert_eq!(report["files"], 4);
    assert!(report["read_bytes"].as_u64().unwrap() < len * 2 / 3, "{report}");
    assert_eq!(fs::read(work.join("data/x/3.bin")).unwrap(), noise(3, 20 << 20));
    assert_eq!(fs::read(work.join("data/x/0.bin")).unwrap(), noise(0, 20 << 20));
}

#[test]
fn a_full_disk_is_said_clearly_and_nothing_is_staged() {
    let world = World::new();
    let test = "a_full_disk_is_said_clearly_and_nothing_is_staged";
    let Some(disk) = child::SmallDisk::mount(test, world.at("small"), 24) else { return };
    let work = disk.0.join("work");
    fs::create_dir(&work).unwrap();
    git(&work, &["init", "-q", "-b", "main"]);
    common::sign(&work);
    let repo = Repo::open(&work, &world.context).unwrap();
    fs::write(world.at("big.bin"), noise(1, 40_000_000)).unwrap();
    fs::write(world.at("half.bin"), noise(1, 14_000_000)).unwrap();
    // The first finds no room for the data, the second none for the file beside it.
    for name in ["big.bin", "half.bin"] {
        let source = world.at(name).display().to_string();
        let e = import(&repo, &source, "data/x.bin", &plain()).unwrap_err();
        well_said(&e, Code::DiskFull, &[]);
        assert!(!work.join("data").exists() && !work.join(".gitattributes").exists());
        assert_eq!(git(&work, &["ls-files"]), "");
    }
}

#[test]
fn the_tables_of_an_import_are_sampled_and_profiled_as_the_data_sets_that_they_are() {
    let world = World::new();
    let (work, repo) = world.repo();
    let raw = world.at("raw");
    let rows = |from: usize| (from..from + 500).map(|n| format!("{n},{}\n", n % 7)).collect::<String>();
    for (name, head, from) in [
        ("days/1.csv", "id,kind\n", 0),
        ("days/2.csv", "id,kind\n", 500),
        ("parts/year=2023/x.csv", "id,kind\n", 0),
        ("mixed/a.csv", "id,kind\n", 0),
        ("mixed/b.csv", "number,sort\n", 0),
    ] {
        fs::create_dir_all(raw.join(name).parent().unwrap()).unwrap();
        fs::write(raw.join(name), head.to_owned() + &rows(from)).unwrap();
    }
    fs::write(raw.join("README.txt"), "read me").unwrap();
    let options = ImportOptions { sample: "10%".into(), profile: true, commit: true, ..plain() };
    import(&repo, &raw.display().to_string(), "data/x", &options).unwrap();
    let beside = |set: &str, name: &str| work.join(format!("data/x/{set}.octo/{name}")).exists();
    for set in ["days", "parts", "mixed/a.csv", "mixed/b.csv"] {
        assert!(beside(set, "data/sample.parquet"), "{set}");
        assert!(beside(set, "statistics.pb"), "{set}");
    }
    for none in ["days/1.csv", "parts/year=2023", "mixed", "README.txt"] {
        assert!(!beside(none, "data/sample.parquet"), "{none}");
    }
    assert_eq!(git(&work, &["status", "--porcelain"]), "", "all of it is committed");
    let committed = git(&work, &["ls-tree", "-r", "--name-only", "HEAD", "data"]);
    assert!(committed.contains("data/x/days.octo/statistics.pb"), "{committed}");
    assert!(git(&work, &["show", "HEAD:data/x/days.octo/data/sample.parquet"]).starts_with("octostore 1\n"));
}
