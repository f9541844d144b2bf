//! The façade's promise to Rust programs, held by the compiler: each call with its exact type, each field by its name. A change
//! here breaks programs that build today; it needs the release that `docs/abi.md` says, and this file changed with it.
#![allow(clippy::type_complexity)]
#![cfg(feature = "tabular")]

use octostore::arrow::array::RecordBatch;
use octostore::arrow::datatypes::SchemaRef;
use octostore::arrow::record_batch::RecordBatchReader;
use octostore::*;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

#[test]
fn every_call_has_its_type() {
    let _: fn(&str, &Context) -> Result<Repo> = |p, c| Repo::open(p, c);
    let _: fn(&Path, &InitOptions, &Context, &Job) -> Result<Repo> = |p, o, c, j| Repo::init(p, o, c, j);
    let _: fn(&str, &Path, &CloneOptions, &Context, &Job) -> Result<Repo> = Repo::clone_from;
    let _: fn(&Repo) -> Result<PathBuf> = Repo::work_dir;
    let _: fn(&Repo, &OsStr) -> Result<RepoPath> = Repo::path_from;
    let _: fn(&Repo, &[String]) -> Result<Vec<String>> = Repo::track;
    let _: fn(&Repo, &[String]) -> Result<Vec<String>> = Repo::untrack;
    let _: fn(&Repo, &[RepoPath], &Job) -> Result<AddReport> = Repo::add;
    let _: fn(&Repo, &Job) -> Result<Vec<FileStatus>> = Repo::status;
    let _: fn(&Repo, &str, Option<&RepoPath>) -> Result<Vec<Entry>> = Repo::ls;
    let _: fn(&Repo, &RepoPath, usize) -> Result<Vec<LogEntry>> = Repo::log;
    let _: fn(&Repo, &str, &RepoPath) -> Result<FileReader> = Repo::open_file;
    let _: fn(&Repo, &str, &RepoPath) -> Result<Resolved> = Repo::resolve;
    let _: fn(&Repo, &PushOptions, &Job) -> Result<PushReport> = Repo::push;
    let _: fn(&Repo, &PullOptions, &Job) -> Result<PullReport> = Repo::fetch;
    let _: fn(&Repo, &PullOptions, &Job) -> Result<PullReport> = Repo::pull;
    let _: fn(&Repo, &[RepoPath], &Job) -> Result<DropReport> = Repo::drop_data;
    let _: fn(&Repo, &FsckOptions, &Job) -> Result<FsckReport> = Repo::fsck;
    let _: fn(&Repo) -> Result<Option<StoreInfo>> = Repo::store;
    let _: fn(&Repo, &str, &Job) -> Result<StoreInfo> = Repo::set_store;
    let _: fn(&Repo, &str) -> Result<()> = Repo::accept_store;
    let _: fn(&Repo, &str, &Job) -> Result<CopyReport> = Repo::copy_store;
    let _: fn(&Repo, &str, &RepoPath, &ReadOptions, &Job) -> Result<Rows> = Repo::read_rows;
    let _: fn(&Repo, &RepoPath, Rows, &Job) -> Result<WriteReport> = Repo::write_rows;
    let _: fn(&Repo, &[String], &RepoPath, &ImportOptions, &Job) -> Result<Document> = Repo::import;
    let _: fn(&Repo, &str, &RepoPath, &ProfileOptions, &Job) -> Result<Document> = Repo::profile;
    let _: fn(&Repo, &str, &RepoPath, &SchemaOptions, &Job) -> Result<Document> = Repo::schema;
    let _: fn(&Repo, &str, &RepoPath, &ValidateOptions, &Job) -> Result<Document> = Repo::validate;
    let _: fn(&Repo, &str, &RepoPath, &SampleOptions, &Job) -> Result<Document> = Repo::sample;
    let _: fn(&Repo, &str, &RepoPath, &SplitOptions, &Job) -> Result<Document> = Repo::split;
    let _: fn(&Repo, &str, &RepoPath, &ExamplesOptions, &Job) -> Result<Document> = Repo::examples;
    let _: fn(&Repo, &[RepoPath], &FeaturesOptions, &Job) -> Result<Document> = Repo::features;
    let _: fn(&Repo, &str, &RepoPath, &ViewOptions, &Job) -> Result<Document> = Repo::view;
    let _: fn(&Repo, &str, &str, &[RepoPath], &Job) -> Result<Document> = Repo::diff_stats;
    let _: fn(&Document) -> bool = Document::answer;
    let _: fn(&Document) -> &str = Document::json;
    let _: for<'a> fn(&'a Document, &str) -> Option<&'a [u8]> = |d, name| d.part(name);
    let _: fn(&Document) -> Vec<&'static str> = |d| d.names().collect();
    let _: fn(&FileReader) -> u64 = FileReader::len;
    let _: fn(&FileReader) -> bool = FileReader::is_empty;
    let _: fn(&mut FileReader, u64, &mut [u8]) -> Result<usize> = FileReader::read_at;
    let _: fn(&mut Rows) -> Result<Option<RecordBatch>> = Rows::next_batch;
    let _: fn(Rows) -> Result<Table> = Table::new;
    let _: fn(&Table) -> u64 = Table::rows;
    let _: fn(&Table) -> usize = Table::columns;
    let _: fn(&Table) -> SchemaRef = Table::schema;
    let _: fn(&Table) -> &[RecordBatch] = Table::batches;
    fn reads(_: impl RecordBatchReader + Send + 'static) {}
    let _: fn(&Table) = |t| reads(t.reader());
    let _: fn(Rows) = |r| reads(r);
    let _: fn(ContextOptions) -> Context = Context::new;
    let _: fn(ContextOptions, Level, fn(&LogRecord<'_>)) -> Context = |o, l, f| Context::with_log(o, l, f);
    let _: fn(&Context) -> ContextOptions = Context::options;
    let _: fn() -> Job = Job::new;
    let _: fn(Job, fn(&Progress<'_>)) -> Job = |j, f| j.on_progress(f);
    let _: fn(Job, &Cancel) -> Job = Job::cancel_with;
    let _: fn(&Job) -> Result<()> = Job::check;
    let _: fn() -> Cancel = Cancel::new;
    let _: fn(&Cancel) = Cancel::cancel;
    let _: fn(&Cancel) -> bool = Cancel::is_cancelled;
    let _: fn(&[u8]) -> Result<RepoPath> = RepoPath::from_bytes;
    let _: fn(&RepoPath) -> &[u8] = RepoPath::as_bytes;
    let _: fn(&Error) -> Code = Error::code;
    let _: fn(&Error) -> &str = Error::message;
    let _: fn(&Error) -> &str = Error::hint;
    let _: fn(&Error) -> bool = Error::retryable;
    let _: fn(Code) -> &'static str = Code::name;
    let _: fn(Code) -> &'static str = Code::summary;
    let _: fn(i32) -> Option<Code> = Code::from_number;
    let _: &'static [Code] = Code::ALL;
    let _: fn(Level) -> &'static str = Level::name;
    let _: fn(u32) -> Option<Level> = Level::from_number;
    let _: fn(FileState) -> &'static str = FileState::name;
    let _: fn(&str) -> bool = has_feature;
    let _: &'static str = VERSION;
    let _: fn(std::io::Stdin, std::io::Stdout, &Context, &Job) -> Result<()> = |i, o, c, j| filter_process(i, o, c, j);
    let _: fn(&str, &[OsString], &mut dyn std::io::Read, &Context, &Job) -> Result<()> = run_hook;
}

#[cfg(feature = "runs")]
#[test]
fn every_call_on_runs_has_its_type() {
    let _: fn(&str, &Context) -> Result<Runs> = |p, c| Runs::open(p, c);
    let _: fn(&Runs) -> &Path = Runs::dir;
    let _: fn(&Runs, &RunOptions, &Job) -> Result<Run> = Runs::start;
    let _: fn(&Runs, &str) -> Result<Run> = Runs::resume;
    let _: fn(&Runs, &SearchOptions, &Job) -> Result<Document> = Runs::search;
    let _: fn(&Runs, &str) -> Result<Document> = Runs::show;
    let _: fn(&Runs, &[String], &Job) -> Result<Document> = Runs::compare;
    let _: fn(&Runs, &str) -> Result<()> = Runs::remove;
    let _: fn(&Runs, &Path, &SearchOptions, &Job) -> Result<Document> = Runs::export;
    let _: fn(&Runs, &[String], &ExecuteOptions, &Job) -> Result<i32> = Runs::execute;
    let _: fn(&Runs, &str) -> Result<Document> = Runs::why;
    let _: fn(&Run) -> &str = Run::id;
    let _: fn(&Run) -> &str = Run::experiment;
    let _: fn(&Run) -> &Path = Run::dir;
    let _: fn(&Run) -> PathBuf = Run::artifacts;
    let _: fn(&Run, &[RunMetric]) -> Result<()> = Run::log_metrics;
    let _: fn(&Run, &[(String, String)]) -> Result<()> = Run::log_params;
    let _: fn(&Run, &[(String, String)]) -> Result<()> = Run::set_tags;
    let _: fn(&Run, &InputOptions) -> Result<()> = Run::log_input;
    let _: fn(&Run, &Path, &str) -> Result<()> = Run::log_artifact;
    let _: fn(&Run, &str, &str) -> Result<()> = Run::log_text;
    let _: fn(&Run, RunStatus) -> Result<()> = Run::end;
    let _: fn(RunStatus) -> &'static str = RunStatus::name;
    let _: fn(&str) -> Option<RunStatus> = RunStatus::from_name;

    let text = String::new;
    let pairs = || vec![(String::new(), String::new())];
    let _ = RunOptions {
        experiment: text(),
        name: text(),
        parent: text(),
        tags: pairs(),
        source: text(),
        python: text(),
        capture: true,
    };
    let _ = RunMetric { key: text(), value: 0.5_f64, step: 1_i64, time_ms: 1_i64 };
    let _ = InputOptions { path: PathBuf::new(), rev: text(), context: text(), name: text(), recipe: text() };
    let _ = SearchOptions { experiment: text(), filter: text(), order_by: vec![text()], limit: 1_u64 };
    let _ = ExecuteOptions { experiment: text(), name: text(), params: pairs(), python: text() };

    fn shared<T: Send + Sync + 'static>() {}
    shared::<Runs>();
    shared::<Run>();
}

/// Options are built by name; what is not named is the default.
#[test]
fn every_option_has_its_name() {
    let text = || Some(String::new());
    let path = || Some(PathBuf::new());
    let _ = ContextOptions { threads: 1_usize, memory: 1_u64, connections: 1_usize };
    let _ = InitOptions { store: text(), program: path() };
    let data = [DataChoice::All, DataChoice::None, DataChoice::Matching(Vec::new())];
    let [data, ..] = data;
    let _ = CloneOptions { data, copy_to: text(), branch: text(), program: path() };
    let _ = PushOptions { remote: text(), all: true };
    let _ = PullOptions { paths: vec![String::new()], only: vec![String::new()] };
    let _ = FsckOptions { store: true };
    let _ = ReadOptions {
        columns: vec![String::new()],
        limit: 1_u64,
        batch_rows: 1_usize,
        split: String::new(),
        sample: String::new(),
        selection: String::new(),
        on_error: String::new(),
    };
    let _ = ImportOptions {
        update: true,
        in_place: true,
        sample: String::new(),
        profile: true,
        commit: true,
        on_error: String::new(),
        license: String::new(),
        only: vec![String::new()],
    };
    let _ = ProfileOptions {
        tfdv: true,
        columns: vec![String::new()],
        weight: String::new(),
        slices: vec![String::new()],
        write: true,
        on_error: String::new(),
    };
    let _ = SchemaOptions { infer: true, against: String::new(), accept: vec![String::new()], write: true };
    let _ = ValidateOptions {
        schema: String::new(),
        against: String::new(),
        serving: String::new(),
        environment: String::new(),
        rows: 1_u64,
    };
    let _ = SampleOptions {
        fraction: 0.5_f64,
        rows: 1_u64,
        method: String::new(),
        key: vec![String::new()],
        stratify: String::new(),
        time: String::new(),
        seed: 1_u64,
        to: String::new(),
    };
    let _ = SplitOptions {
        parts: vec![String::new()],
        by: vec![String::new()],
        stratify: vec![String::new()],
        time: String::new(),
        gap: String::new(),
        folds: 1_u64,
        buckets: true,
        seed: 1_u64,
        name: String::new(),
        check: true,
        to: String::new(),
    };
    let _ = ExamplesOptions {
        to: String::new(),
        format: String::new(),
        split: String::new(),
        shards: 1_u64,
        partition: String::new(),
    };
    let _ = FeaturesOptions {
        label: String::new(),
        save: String::new(),
        rev: String::new(),
        max_missing: 0.5_f64,
        max_correlation: 0.5_f64,
    };
    let _ = ViewOptions { against: String::new() };
}

/// Reports are read by name.
#[test]
fn every_field_of_a_report_has_its_type() {
    let _: fn(AddReport) -> (Vec<AddedFile>, u64, u64, u64, u64) =
        |r| (r.files, r.unchanged, r.read_bytes, r.new_bytes, r.stored_bytes);
    let _: fn(AddedFile) -> (RepoPath, Pointer) = |f| (f.path, f.pointer);
    let _: fn(FileStatus) -> (RepoPath, FileState, Option<Pointer>, bool, bool, bool) =
        |f| (f.path, f.state, f.pointer, f.staged, f.cached, f.pushed);
    let _: fn(Entry) -> (RepoPath, Pointer) = |e| (e.path, e.pointer);
    let _: fn(Pointer) -> (FileId, u64) = |p| (p.oid, p.size);
    let _: fn(LogEntry) -> (String, String, i64, String, Option<Pointer>) =
        |e| (e.commit, e.author, e.time, e.subject, e.pointer);
    let _: fn(PushReport) -> (u64, u64, u64, u64) = |r| (r.files, r.packs, r.uploaded_bytes, r.reused_bytes);
    let _: fn(PullReport) -> (u64, u64, u64, Vec<RepoPath>) = |r| (r.files, r.bytes, r.downloaded_bytes, r.kept);
    let _: fn(DropReport) -> (u64, u64) = |r| (r.files, r.freed_bytes);
    let _: fn(FsckReport) -> (u64, u64, u64, Vec<Problem>) = |r| (r.packs, r.bytes, r.files, r.problems);
    let _: fn(Problem) -> (Code, String, String) = |p| (p.code, p.message, p.hint);
    let _: fn(StoreInfo) -> (String, bool, bool, Option<bool>) =
        |s| (s.url, s.local_only, s.accepted, s.conditional_writes);
    let _: fn(CopyReport) -> (u64, u64) = |r| (r.packs, r.bytes);
    let _: fn(WriteReport) -> (u64, u64) = |r| (r.rows, r.bytes);
    let _: fn(Resolved) -> (RepoPath, Pointer, Option<PathBuf>, Option<String>, Vec<StoredRange>) =
        |r| (r.path, r.pointer, r.local, r.store, r.ranges);
    let _: fn(StoredRange) -> (u64, u64, String, u64, u64) =
        |r| (r.file_offset, r.length, r.object, r.offset, r.stored_length);
    let _: fn(&Progress<'_>) -> (u64, u64, u64, u64) = |p| (p.done_bytes, p.total_bytes, p.done_items, p.total_items);
}

#[test]
fn threads_may_share_all_but_readers() {
    fn shared<T: Send + Sync + 'static>() {}
    fn moved<T: Send + 'static>() {}
    shared::<Repo>();
    shared::<Context>();
    shared::<Cancel>();
    shared::<Job>();
    shared::<Error>();
    shared::<Table>();
    moved::<FileReader>();
    moved::<Rows>();
}

/// The list of what is public is this one: a name that is added is added here too.
#[test]
fn nothing_else_is_public() {
    let lib = include_str!("../src/lib.rs");
    let exported: Vec<&str> =
        lib.lines().filter(|l| l.starts_with("pub ") && !l.starts_with("pub mod internals")).collect();
    assert_eq!(
        exported,
        [
            "pub use arrow;",
            "pub use content::ids::FileId;",
            "pub use context::{Context, ContextOptions};",
            "pub use data::{ReadOptions, Rows, Table, WriteReport};",
            "pub use error::{Code, Error, Result};",
            "pub use facade::*;",
            "pub use job::{Cancel, Job, Progress};",
            "pub use log::{Level, LogRecord};",
            "pub use repo::{Pointer, RepoPath};",
            "pub use store::FileReader;",
            "pub const VERSION: &str = env!(\"CARGO_PKG_VERSION\");",
            "pub fn has_feature(name: &str) -> bool {",
        ]
    );
}
