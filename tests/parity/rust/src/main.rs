//! The reference driver: plays the scenario through the Rust façade. `tests/parity/README.md` says what it prints.
//!
//! `drive SCENARIO DIR`

#![allow(clippy::print_stdout)]

mod documents;
mod environments;
mod runs;

use octostore::arrow::array::{Array, Int64Array};
use octostore::arrow::record_batch::RecordBatchReader;
use octostore::{
    Cancel, CloneOptions, Code, Context, ContextOptions, DataChoice, Entry, Error, FileReader, FsckOptions,
    InitOptions, Job, Level, Pointer, PullOptions, PushOptions, ReadOptions, Repo, RepoPath, Result, Run, Runs,
    StoreInfo, Table,
};
use std::collections::HashMap;
use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A step of the scenario.
struct Step {
    verb: String,
    words: Vec<(String, Vec<u8>)>,
}

impl Step {
    fn parse(line: &str, dir: &str) -> Step {
        let mut words = line.split(' ');
        let verb = words.next().unwrap_or_default().to_owned();
        let word = |w: &str| {
            let (key, value) = w.split_once('=').unwrap_or((w, ""));
            (key.to_owned(), decode(&value.replace("$DIR", dir)))
        };
        Step { verb, words: words.map(word).collect() }
    }
    fn bytes(&self, key: &str) -> Option<&[u8]> {
        self.words.iter().find(|w| w.0 == key).map(|w| &*w.1)
    }
    fn text(&self, key: &str) -> Option<String> {
        self.bytes(key).map(|b| String::from_utf8_lossy(b).into_owned())
    }
    fn need(&self, key: &str) -> String {
        self.text(key).unwrap_or_default()
    }
    fn number(&self, key: &str) -> u64 {
        self.text(key).and_then(|t| t.parse().ok()).unwrap_or(0)
    }
    fn fraction(&self, key: &str) -> f64 {
        self.text(key).and_then(|t| t.parse().ok()).unwrap_or(0.0)
    }
    fn texts(&self, key: &str) -> Vec<String> {
        self.words.iter().filter(|w| w.0 == key).map(|w| String::from_utf8_lossy(&w.1).into_owned()).collect()
    }
    fn path(&self, key: &str) -> Option<PathBuf> {
        self.bytes(key).map(|b| OsString::from_vec(b.to_vec()).into())
    }
    fn repo_path(&self, key: &str) -> Result<RepoPath> {
        RepoPath::from_bytes(self.bytes(key).unwrap_or_default())
    }
    fn repo_paths(&self, key: &str) -> Result<Vec<RepoPath>> {
        self.words.iter().filter(|w| w.0 == key).map(|w| RepoPath::from_bytes(&w.1)).collect()
    }
}

fn decode(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'%', [a, b, after @ ..]) => {
                let digits = [*a, *b];
                out.push(u8::from_str_radix(&String::from_utf8_lossy(&digits), 16).unwrap_or(b'?'));
                rest = after;
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

/// The words that a step prints.
struct Said {
    dir: String,
    line: String,
}

impl Said {
    fn word(&mut self, key: &str, value: impl AsRef<[u8]>) -> &mut Self {
        self.line += &format!(" {key}=");
        let mut value = value.as_ref();
        while !value.is_empty() {
            if let Some(after) = value.strip_prefix(self.dir.as_bytes()) {
                self.line += "$DIR";
                value = after;
                continue;
            }
            match value[0] {
                b @ (b'!'..=b'$' | b'&'..=b'~') => self.line.push(char::from(b)),
                other => self.line += &format!("%{other:02X}"),
            }
            value = &value[1..];
        }
        self
    }
    fn words(&mut self, key: &str, values: impl IntoIterator<Item = impl AsRef<[u8]>>) {
        for value in values {
            self.word(key, value);
        }
    }
    fn number(&mut self, key: &str, n: u64) -> &mut Self {
        self.word(key, n.to_string())
    }
    fn flag(&mut self, key: &str, yes: bool) -> &mut Self {
        self.word(key, yes.to_string())
    }
    fn failed(&mut self, e: &Error) {
        self.word("error", e.code().name())
            .word("code", (e.code() as i32).to_string())
            .flag("retryable", e.retryable());
        self.word("message", e.message()).word("hint", e.hint());
        for (key, value) in e.context() {
            self.word("context", format!("{key}:{value}"));
        }
    }
}

#[derive(Default)]
struct Driver {
    contexts: HashMap<String, (Context, Arc<AtomicBool>)>,
    repos: HashMap<String, Repo>,
    files: HashMap<String, FileReader>,
    tables: HashMap<String, Table>,
    runs: HashMap<String, Runs>,
    begun: HashMap<String, Run>,
}

fn missing(what: &str) -> Error {
    Error::new(Code::InvalidArgument, format!("the scenario has no {what}"))
}

impl Driver {
    fn context(&self, step: &Step) -> Result<&Context> {
        self.contexts.get(&step.need("context")).map(|c| &c.0).ok_or_else(|| missing("context"))
    }
    fn repo(&self, step: &Step) -> Result<&Repo> {
        self.repos.get(&step.need("repo")).ok_or_else(|| missing("repo"))
    }

    fn play(&mut self, step: &Step, job: &Job, said: &mut Said) -> Result<()> {
        match &*step.verb {
            "sh" => {
                let status = Command::new("/bin/sh")
                    .arg("-c")
                    .arg(step.path("cmd").unwrap_or_default())
                    .current_dir(&said.dir)
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status();
                said.word("status", status.ok().and_then(|s| s.code()).unwrap_or(-1).to_string());
            }
            "version" => said.words("version", [octostore::VERSION]),
            "has_feature" => said.words("yes", [octostore::has_feature(&step.need("name")).to_string()]),
            "codes" => {
                let list: Vec<_> = Code::ALL.iter().map(|c| format!("{}:{}", *c as i32, c.name())).collect();
                said.word("list", list.join(","));
            }
            "context.new" => self.new_context(step),
            "context.logged" => {
                let heard = &self.contexts.get(&step.need("context")).ok_or_else(|| missing("context"))?.1;
                said.flag("heard", heard.load(Ordering::Relaxed));
            }
            "file.len" | "file.read_at" => self.file(step, said)?,
            "table.reader" => {
                let table = self.tables.get(&step.need("table")).ok_or_else(|| missing("table"))?;
                let batches: Vec<_> = table.reader().filter_map(|b| b.ok()).collect();
                let rows = batches.iter().map(|b| b.num_rows() as u64).sum();
                said.number("rows", rows).number("batches", batches.len() as u64);
            }
            "git.filter_process" => {
                octostore::filter_process(std::io::empty(), std::io::sink(), self.context(step)?, job)?;
            }
            "git.run_hook" => {
                let args: Vec<OsString> = step.texts("arg").into_iter().map(Into::into).collect();
                octostore::run_hook(&step.need("name"), &args, &mut std::io::empty(), self.context(step)?, job)?;
            }
            "repo.open" | "repo.init" | "repo.clone" => {
                let repo = self.make_repo(step, job)?;
                self.repos.insert(step.need("as"), repo);
            }
            "repo.open_file" => {
                let file = self.repo(step)?.open_file(&step.need("rev"), &step.repo_path("path")?)?;
                self.files.insert(step.need("as"), file);
            }
            "table.new" => {
                let rows = self.repo(step)?.read_rows(
                    &step.need("rev"),
                    &step.repo_path("path")?,
                    &ReadOptions::default(),
                    job,
                )?;
                let table = Table::new(rows)?;
                said.number("rows", table.rows()).number("columns", table.columns() as u64);
                self.tables.insert(step.need("as"), table);
            }
            "profile_files" => {
                let paths = step.texts("path").into_iter().map(PathBuf::from).collect::<Vec<_>>();
                let options = documents::profile_options(step);
                documents::say(said, &octostore::profile_files(&paths, &options, self.context(step)?, job)?);
            }
            "repo.write_rows" => {
                let table = self.tables.get(&step.need("table")).ok_or_else(|| missing("table"))?;
                let report = self.repo(step)?.write_rows(&step.repo_path("path")?, table.reader(), job)?;
                said.number("rows", report.rows).number("bytes", report.bytes);
            }
            name if name.starts_with("run") => runs::play(self, step, job, said)?,
            name if name.starts_with("env.") => environments::play(self.context(step)?, step, job, said)?,
            _ => verb(self.repo(step)?, step, job, said)?,
        }
        Ok(())
    }

    fn new_context(&mut self, step: &Step) {
        let options = ContextOptions {
            threads: step.number("threads") as usize,
            memory: step.number("memory"),
            connections: step.number("connections") as usize,
        };
        let heard = Arc::new(AtomicBool::new(false));
        let context = match step.text("log") {
            Some(level) => {
                let level =
                    [Level::Error, Level::Warn, Level::Info, Level::Debug].into_iter().find(|l| l.name() == level);
                let heard = heard.clone();
                Context::with_log(options, level.unwrap_or(Level::Debug), move |_| heard.store(true, Ordering::Relaxed))
            }
            None => Context::new(options),
        };
        self.contexts.insert(step.need("as"), (context, heard));
    }

    fn file(&mut self, step: &Step, said: &mut Said) -> Result<()> {
        let file = self.files.get_mut(&step.need("file")).ok_or_else(|| missing("file"))?;
        if step.verb == "file.len" {
            said.number("size", file.len());
            return Ok(());
        }
        let mut buffer = vec![0; step.number("count") as usize];
        let n = file.read_at(step.number("offset"), &mut buffer)?;
        said.number("count", n as u64).word("fnv", format!("{:016x}", fnv(&buffer[..n])));
        Ok(())
    }

    fn make_repo(&self, step: &Step, job: &Job) -> Result<Repo> {
        let context = self.context(step)?;
        let path = step.path("path").unwrap_or_default();
        match &*step.verb {
            "repo.open" => Repo::open(path, context),
            "repo.init" => {
                let options = InitOptions { store: step.text("store"), program: step.path("program") };
                Repo::init(path, &options, context, job)
            }
            _ => {
                let patterns = step.texts("pattern");
                let data = match (step.text("data").as_deref(), patterns.is_empty()) {
                    (Some("none"), _) => DataChoice::None,
                    (_, true) => DataChoice::All,
                    (_, false) => DataChoice::Matching(patterns),
                };
                let options = CloneOptions {
                    data,
                    copy_to: step.text("copy_to"),
                    branch: step.text("branch"),
                    program: step.path("program"),
                };
                Repo::clone_from(&step.need("url"), &step.path("dir").unwrap_or_default(), &options, context, job)
            }
        }
    }
}

fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3))
}

fn oid(pointer: &Pointer) -> String {
    format!("blake3:{}", pointer.oid)
}

fn named(path: &RepoPath, pointer: &Pointer) -> Vec<u8> {
    [path.as_bytes(), format!(":{}:{}", oid(pointer), pointer.size).as_bytes()].concat()
}

fn entries(said: &mut Said, entries: &[Entry]) {
    for e in entries {
        said.word("file", named(&e.path, &e.pointer));
    }
}

fn store(said: &mut Said, store: Option<StoreInfo>) {
    let Some(s) = store else {
        said.flag("none", true);
        return;
    };
    said.word("url", s.url).flag("local_only", s.local_only).flag("accepted", s.accepted);
    said.word("conditional_writes", s.conditional_writes.map_or("unknown".into(), |c| c.to_string()));
}

/// The verbs of a repository.
fn verb(repo: &Repo, step: &Step, job: &Job, said: &mut Said) -> Result<()> {
    let rev = step.need("rev");
    let pull = || PullOptions { paths: step.texts("path"), only: step.texts("only") };
    match &*step.verb {
        "repo.work_dir" => said.words("path", [repo.work_dir()?.as_os_str().as_bytes()]),
        "repo.path_from" => {
            let argument = step.path("argument").unwrap_or_default();
            said.word("path", repo.path_from(argument.as_os_str())?.as_bytes());
        }
        "repo.track" => said.words("pattern", repo.track(&step.texts("pattern"))?),
        "repo.untrack" => said.words("pattern", repo.untrack(&step.texts("pattern"))?),
        "repo.add" => {
            let r = repo.add(&step.repo_paths("path")?, job)?;
            said.number("files", r.files.len() as u64)
                .number("unchanged", r.unchanged)
                .number("read_bytes", r.read_bytes);
            said.number("new_bytes", r.new_bytes).number("stored_bytes", r.stored_bytes);
            said.words("file", r.files.iter().map(|f| named(&f.path, &f.pointer)));
        }
        "repo.status" => {
            for f in repo.status(job)? {
                let pointer = f.pointer.as_ref().map_or("-:0".into(), |p| format!("{}:{}", oid(p), p.size));
                let flag = |on, c| if on { c } else { '-' };
                let flags: String = [flag(f.staged, 's'), flag(f.cached, 'c'), flag(f.pushed, 'p')].iter().collect();
                let rest = format!(":{}:{pointer}:{flags}", f.state.name());
                said.word("file", [f.path.as_bytes(), rest.as_bytes()].concat());
            }
        }
        "repo.ls" => {
            let prefix = step.bytes("prefix").map(RepoPath::from_bytes).transpose()?;
            entries(said, &repo.ls(&rev, prefix.as_ref())?);
        }
        "repo.log" => {
            for c in repo.log(&step.repo_path("path")?, step.number("limit") as usize)? {
                let oid = c.pointer.as_ref().map_or("-".into(), oid);
                said.word("change", format!("{}:{}:{}:{}:{oid}", c.commit.len(), c.author, c.time, c.subject));
            }
        }
        "repo.resolve" => {
            let r = repo.resolve(&rev, &step.repo_path("path")?)?;
            said.word("path", r.path.as_bytes()).word("oid", oid(&r.pointer)).number("size", r.pointer.size);
            said.word("local", r.local.map_or(b"-".to_vec(), |p| p.into_os_string().into_vec()));
            said.word("store", r.store.unwrap_or("-".into())).number("ranges", r.ranges.len() as u64);
            said.number("bytes", r.ranges.iter().map(|r| r.length).sum());
        }
        "repo.push" => {
            let options = PushOptions { remote: step.text("remote"), all: step.number("all") == 1 };
            let r = repo.push(&options, job)?;
            said.number("files", r.files).number("packs", r.packs).number("reused_bytes", r.reused_bytes);
            said.flag("uploaded", r.uploaded_bytes > 0);
        }
        "repo.fetch" | "repo.pull" => {
            let r = if step.verb == "repo.pull" { repo.pull(&pull(), job)? } else { repo.fetch(&pull(), job)? };
            said.number("files", r.files).number("bytes", r.bytes).flag("downloaded", r.downloaded_bytes > 0);
            said.words("kept", r.kept.iter().map(|p| p.as_bytes()));
        }
        "repo.drop" => {
            let r = repo.drop_data(&step.repo_paths("path")?, job)?;
            said.number("files", r.files).flag("freed", r.freed_bytes > 0);
        }
        "repo.fsck" => {
            let r = repo.fsck(&FsckOptions { store: step.number("store") == 1 }, job)?;
            said.number("files", r.files).number("packs", r.packs);
            said.words("problem", r.problems.iter().map(|p| p.code.name()));
        }
        "repo.store" => store(said, repo.store()?),
        "repo.set_store" => store(said, Some(repo.set_store(&step.need("url"), job)?)),
        "repo.accept_store" => repo.accept_store(&step.need("url"))?,
        "repo.copy_store" => {
            let r = repo.copy_store(&step.need("url"), job)?;
            said.number("packs", r.packs).flag("copied", r.bytes > 0);
        }
        "repo.read_rows" => rows(repo, step, job, said)?,
        _ => documents::say(said, &documents::call(repo, step, job)?),
    }
    Ok(())
}

fn rows(repo: &Repo, step: &Step, job: &Job, said: &mut Said) -> Result<()> {
    let options = ReadOptions {
        columns: step.texts("column"),
        limit: step.number("limit"),
        batch_rows: step.number("batch_rows") as usize,
        split: step.need("split"),
        sample: step.need("sample"),
        selection: step.need("selection"),
        on_error: step.need("on_error"),
    };
    let mut rows = repo.read_rows(&step.need("rev"), &step.repo_path("path")?, &options, job)?;
    let columns: Vec<_> = rows.schema().fields().iter().map(|f| f.name().clone()).collect();
    let (mut count, mut batches, mut sum) = (0, 0, 0_i64);
    while let Some(batch) = rows.next_batch()? {
        count += batch.num_rows() as u64;
        batches += 1;
        let first = batch.column(0).as_any().downcast_ref::<Int64Array>();
        sum += first.map_or(0, |a| a.iter().flatten().sum::<i64>());
    }
    said.number("rows", count)
        .number("batches", batches)
        .word("columns", columns.join(","))
        .word("sum", sum.to_string());
    Ok(())
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let [_, scenario, dir] = &args[..] else {
        println!("usage: drive SCENARIO DIR");
        std::process::exit(2);
    };
    // What a panic says is part of the answer, not of the terminal.
    std::panic::set_hook(Box::new(|_| {}));
    let text = std::fs::read_to_string(scenario).unwrap_or_default();
    let mut driver = Driver::default();
    let steps = text.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    for (n, line) in steps.enumerate() {
        let step = Step::parse(line, dir);
        let heard = Arc::new(AtomicBool::new(false));
        let cancel = Cancel::new();
        let mut said = Said { dir: dir.clone(), line: format!("{} {}", n + 1, step.verb) };
        let result = catch_unwind(AssertUnwindSafe(|| {
            let job = job(&step, &heard, &cancel);
            driver.play(&step, &job, &mut said)
        }));
        let result = result.unwrap_or_else(|panic| {
            let what = panic.downcast_ref::<&str>().copied().unwrap_or_default();
            Err(Error::new(Code::Internal, format!("internal error: {what}"))
                .remedy("This is a defect of octostore; please report it with this line."))
        });
        if let Err(e) = result {
            said.line = format!("{} {}", n + 1, step.verb);
            said.failed(&e);
        }
        if step.number("progress") == 1 {
            said.flag("progress", heard.load(Ordering::Relaxed));
        }
        println!("{}", said.line);
        let _ = std::io::stdout().flush();
    }
}

fn job(step: &Step, heard: &Arc<AtomicBool>, cancel: &Cancel) -> Job {
    let mut job = Job::new();
    if step.number("progress") == 1 {
        let heard = heard.clone();
        job = job.on_progress(move |_| heard.store(true, Ordering::Relaxed));
    }
    match step.text("cancel").as_deref() {
        Some("before") => {
            cancel.cancel();
            job.cancel_with(cancel)
        }
        Some(_) => {
            let token = cancel.clone();
            job.cancel_with(cancel).on_progress(move |p| {
                if p.done_bytes > 0 {
                    token.cancel();
                }
            })
        }
        None => job,
    }
}
