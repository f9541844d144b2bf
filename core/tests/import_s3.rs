//! Data out of somebody's bucket, on a real S3 server: `OCTOSTORE_TEST_STORE` names a bucket of it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::child::skipped;
use common::evil::{file, tar, zip};
use common::state::{refused, well_said};
use common::{World, git, noise, path};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::{ObjectStoreExt, PutPayload};
use octostore::{Code, ImportOptions, Job, PushOptions, Repo, Result};
use serde_json::Value;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

/// A prefix of its own in the bucket.
struct Bucket {
    objects: AmazonS3,
    runtime: tokio::runtime::Runtime,
    prefix: String,
    url: String,
}

impl Bucket {
    fn open(test: &str, world: &World) -> Option<Bucket> {
        let Some(base) = std::env::var("OCTOSTORE_TEST_STORE").ok().filter(|b| b.starts_with("s3://")) else {
            skipped(test, "OCTOSTORE_TEST_STORE names no S3 bucket");
            return None;
        };
        let name = base.trim_start_matches("s3://").split('/').next().unwrap().to_owned();
        // The library's own provider; a second install is refused, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let objects = AmazonS3Builder::from_env().with_bucket_name(&name).with_allow_http(true).build().unwrap();
        let unique = world.dir.path().file_name().unwrap().to_string_lossy().replace('.', "");
        let prefix = format!("raw/{unique}");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        Some(Bucket { objects, runtime, url: format!("s3://{name}/{prefix}"), prefix })
    }
    fn key(&self, name: &str) -> Key {
        Key::parse(format!("{}/{name}", self.prefix)).unwrap()
    }
    fn put(&self, name: &str, bytes: &[u8]) {
        let payload = PutPayload::from(bytes.to_vec());
        self.runtime.block_on(self.objects.put(&self.key(name), payload)).unwrap();
    }
    fn delete(&self, name: &str) {
        self.runtime.block_on(self.objects.delete(&self.key(name))).unwrap();
    }
    fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.url)
    }
}

fn import(repo: &Repo, source: &str, to: &str, options: &ImportOptions, job: &Job) -> Result<Value> {
    repo.import(&[source.into()], &path(to), options, job).map(|d| serde_json::from_str(d.json()).unwrap())
}

fn plain() -> ImportOptions {
    ImportOptions::default()
}

#[test]
fn a_prefix_arrives_is_pushed_and_an_update_reads_only_what_changed() {
    let world = World::new();
    let test = "a_prefix_arrives_is_pushed_and_an_update_reads_only_what_changed";
    let Some(bucket) = Bucket::open(test, &world) else { return };
    let (work, repo) = world.repo();
    let big = noise(1, 12_000_000);
    bucket.put("set/big.bin", &big);
    bucket.put("set/train.tar", &tar(&[file("x.csv", b"a\n1\n"), file("deep/y.csv", b"a\n2\n")]));
    for n in 0..40 {
        bucket.put(&format!("set/small/{n}.csv"), format!("n\n{n}\n").as_bytes());
    }
    bucket.put("settings/other", b"not of the prefix");
    let job = Job::new();
    let report = import(&repo, &bucket.at("set"), "data/x", &plain(), &job).unwrap();
    assert_eq!(report["files"], 43, "{report}");
    assert_eq!(fs::read(work.join("data/x/big.bin")).unwrap(), big);
    assert_eq!(fs::read_to_string(work.join("data/x/train/deep/y.csv")).unwrap(), "a\n2\n");
    assert_eq!(fs::read_to_string(work.join("data/x/small/17.csv")).unwrap(), "n\n17\n");
    let record: Value = serde_json::from_slice(&fs::read(work.join("data/x.octo/import.json")).unwrap()).unwrap();
    let object = &record["objects"][0];
    assert_eq!(object["url"], bucket.at("set/big.bin"));
    assert!(object["etag"].is_string() && object["last_modified"].is_string(), "{object}");
    git(&work, &["commit", "-qm", "one"]);
    assert_eq!(repo.push(&PushOptions::default(), &job).unwrap().files, 43);

    let again = ImportOptions { update: true, ..plain() };
    let report = import(&repo, &bucket.at("set"), "data/x", &again, &job).unwrap();
    assert_eq!((report["read_bytes"].as_u64(), report["unchanged"].as_u64()), (Some(0), Some(43)));
    let mut more = big.clone();
    more.extend_from_slice(b"and more");
    bucket.put("set/big.bin", &more);
    bucket.delete("set/small/3.csv");
    bucket.put("set/new.csv", b"n\n");
    let report = import(&repo, &bucket.at("set/"), "data/x", &again, &job).unwrap();
    let counts = ["added", "changed", "removed", "unchanged"].map(|n| report[n].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 1, 41], "{report}");
    assert_eq!(report["read_bytes"].as_u64(), Some(12_000_010));
    assert!(report["new_bytes"].as_u64().unwrap() < 200_000, "{report}");
    assert_eq!(fs::read(work.join("data/x/big.bin")).unwrap(), more);
}

#[test]
fn of_a_zip_file_in_a_bucket_only_what_is_wanted_is_read() {
    let world = World::new();
    let Some(bucket) = Bucket::open("of_a_zip_file_in_a_bucket_only_what_is_wanted_is_read", &world) else { return };
    let (work, repo) = world.repo();
    let bytes: Vec<_> = (0..8).map(|n| noise(n, 2_000_000)).collect();
    let names: Vec<_> = (0..8).map(|n| format!("{n}.bin")).collect();
    let members: Vec<_> = names.iter().zip(&bytes).map(|(n, b)| (n.as_str(), b.as_slice(), 0o100644)).collect();
    bucket.put("x.zip", &zip(&members));
    let only = ImportOptions { only: vec!["6.bin".into()], ..plain() };
    let report = import(&repo, &bucket.at("x.zip"), "data/x", &only, &Job::new()).unwrap();
    assert_eq!(fs::read(work.join("data/x/6.bin")).unwrap(), bytes[6]);
    assert!(report["read_bytes"].as_u64().unwrap() < 8_000_000, "{report}");
}

#[test]
fn an_object_that_changes_in_mid_import_is_an_error_that_names_it() {
    let world = World::new();
    let test = "an_object_that_changes_in_mid_import_is_an_error_that_names_it";
    let Some(bucket) = Bucket::open(test, &world) else { return };
    let (work, repo) = world.repo();
    bucket.put("a/1.bin", &noise(1, 9_000_000));
    bucket.put("a/2.bin", &noise(2, 9_000_000));
    let url = bucket.at("a/2.bin");
    let (source, bucket) = (bucket.at("a"), std::sync::Arc::new(bucket));
    let (changed, other) = (AtomicBool::new(false), bucket.clone());
    let job = Job::new().on_progress(move |p| {
        // The first object is under way: the second is another one now.
        if p.phase == "import" && p.done_bytes > 0 && !changed.swap(true, Ordering::Relaxed) {
            std::thread::scope(|s| s.spawn(|| other.put("a/2.bin", &noise(3, 9_000_000))).join().unwrap());
        }
    });
    refused(&world, &work, Code::FileChanged, &[&url], || import(&repo, &source, "data/x", &plain(), &job));
}

#[test]
fn a_bucket_that_refuses_is_quoted_in_clear_words() {
    let world = World::new();
    let Some(bucket) = Bucket::open("a_bucket_that_refuses_is_quoted_in_clear_words", &world) else { return };
    let (work, repo) = world.repo();
    let (gone, job) = (bucket.at("nothing/here"), Job::new());
    refused(&world, &work, Code::NotFound, &[&gone], || import(&repo, &gone, "data/x", &plain(), &job));
    let e = import(&repo, "s3://no-such-bucket-of-octostore/x", "data/x", &plain(), &job).unwrap_err();
    well_said(&e, Code::NotFound, &["no-such-bucket-of-octostore"]);
    bucket.put("x.csv", b"a\n");
    let source = bucket.at("x.csv");
    let mut denied = common::child::verb(&work, &["import", "data/x.csv", &source]);
    denied.env("AWS_SECRET_ACCESS_KEY", "not-the-secret");
    let said = common::child::fails(&mut denied, "store_permission");
    assert!(said.contains(&source), "{said}");
    assert!(!work.join("data/x.csv").exists());
}
