//! The bytes of an import's objects into the cache: what is known already is not read again, small objects are fetched
//! many at a time, large ones on all cores one after the other.

use super::options::{Choices, OnError};
use super::plan::{Plan, Task, may_be_left_out, refused, skipped};
use super::{Taken, Target};
use crate::content::ids::FileId;
use crate::content::ingest::{ChunkSink, Ingested, SMALL, Stored, encode_small, ingest};
use crate::error::{Error, Result};
use crate::facade::Repo;
use crate::import::{
    FileRecord, Journal, Name, Names, ObjectRecord, Only, Record, Skipped, Stream, Tick, Whole, shown,
};
use crate::job::{Job, Phase, total};
use crate::repo::{Pointer, RepoPath, index};
use crate::store::cache::CacheWriter;
use bytes::Bytes;
use rayon::prelude::*;
use std::collections::HashMap;
use std::io::Read;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Small objects are fetched this many at a time, or until they add up to so many bytes.
const BATCH_OBJECTS: usize = 256;
const BATCH_BYTES: u64 = 32 << 20;

/// An import's bytes under way.
pub(super) struct Taker<'a> {
    pub repo: &'a Repo,
    pub job: &'a Job,
    pub writer: &'a CacheWriter<'a>,
    pub pool: Arc<rayon::ThreadPool>,
    pub phase: Arc<Phase>,
    pub journal: &'a mut Journal,
    pub only: &'a Only,
    pub on_error: OnError,
    pub names: Names,
    /// Bytes that came from the sources.
    pub read: Arc<AtomicU64>,
    pub taken: Taken,
}

impl Repo {
    pub(super) fn take_objects(
        &self,
        plan: &Plan,
        target: &Target,
        old: Option<&Record>,
        journal: &mut Journal,
        choices: &Choices,
        job: &Job,
    ) -> Result<Taken> {
        let sizes = total(plan.tasks.iter().filter_map(|t| t.object.stamp.size));
        let writer = self.cache().writer();
        let mut taker = Taker {
            repo: self,
            job,
            writer: &writer,
            pool: self.context().pool()?,
            phase: Arc::new(job.phase("import", sizes, plan.tasks.len() as u64)),
            journal,
            only: &plan.only,
            on_error: choices.on_error,
            names: Names::default(),
            read: Arc::default(),
            taken: Taken::default(),
        };
        taker.taken.failed.extend(plan.refused.iter().map(|(url, e)| skipped(url.as_bytes(), e)));
        let old = old.filter(|o| o.only == plan.only_text);
        let done = taker.take_all(&plan.tasks, target, old);
        let mut taken = taker.taken;
        taken.read_bytes = taker.read.load(Ordering::Relaxed);
        // Also of an import that failed: what came in need not be read again.
        let finished = writer.finish();
        done.and(finished)?;
        Ok(taken)
    }
}

impl Taker<'_> {
    fn take_all(&mut self, tasks: &[Task], target: &Target, old: Option<&Record>) -> Result<()> {
        let before: HashMap<&str, &ObjectRecord> =
            old.map(|o| o.objects.iter().map(|r| (r.url.as_str(), r)).collect()).unwrap_or_default();
        let staged: HashMap<RepoPath, Option<Pointer>> =
            index::tracked_entries(self.repo.git())?.into_iter().map(|e| (e.path, e.pointer)).collect();
        let mut batch = Vec::new();
        let mut bytes = 0;
        for task in tasks {
            self.job.check()?;
            let earlier = before.get(task.object.url.as_str()).copied();
            if let Some(record) = self.known(task, target, earlier, &staged)? {
                self.reuse(task, record)?;
                continue;
            }
            let small = task.object.archive.is_none() && task.object.stamp.size.is_some_and(|s| s <= SMALL as u64);
            if small {
                bytes += task.object.stamp.size.unwrap_or(0);
                batch.push(task);
            }
            if !small || batch.len() >= BATCH_OBJECTS || bytes >= BATCH_BYTES {
                self.take_small(&std::mem::take(&mut batch))?;
                bytes = 0;
            }
            if !small {
                self.take_one(task)?;
            }
        }
        self.take_small(&batch)
    }

    /// What an earlier import brought of an object that is still the same, if all of it is still here.
    fn known(
        &self,
        task: &Task,
        target: &Target,
        earlier: Option<&ObjectRecord>,
        staged: &HashMap<RepoPath, Option<Pointer>>,
    ) -> Result<Option<ObjectRecord>> {
        let object = &task.object;
        let label = object.archive.map(|k| k.label().to_owned());
        if let Some(earlier) = earlier.filter(|r| r.stamp.same(&object.stamp) && r.archive == label) {
            let sum = object.sha256.is_none() || object.sha256 == earlier.sha256;
            let mut here = sum;
            for file in &earlier.files {
                let pointer = Pointer { oid: file.id, size: file.size };
                let in_index = staged.get(&target.path(&file.path.0)?).is_some_and(|p| *p == Some(pointer));
                here &= self.is_below(task, &file.path.0) && (in_index || self.repo.is_cached(&pointer));
            }
            if here {
                return Ok(Some(earlier.clone()));
            }
        }
        let Some(known) = self.journal.known(&object.url, &object.stamp) else { return Ok(None) };
        let Some(whole) = &known.whole else { return Ok(None) };
        let kept = whole.skipped.iter().filter_map(|s| s.kept.as_ref());
        let mut files = known.files.iter().chain(kept);
        let cached = files.all(|f| self.repo.is_cached(&Pointer { oid: f.id, size: f.size }));
        let chosen = known.files.iter().all(|f| self.is_below(task, &f.path.0));
        let sum = object.sha256.is_none() || object.sha256 == whole.sha256;
        // Another choice of members makes another walk.
        if !(cached && chosen && sum) || (object.archive.is_some() && !self.only.all()) {
            return Ok(None);
        }
        Ok(Some(ObjectRecord {
            url: object.url.clone(),
            stamp: object.stamp.clone(),
            sha256: whole.sha256.clone(),
            archive: label,
            time: whole.time.clone(),
            files: known.files.clone(),
            skipped: whole.skipped.clone(),
        }))
    }

    fn is_below(&self, task: &Task, name: &[u8]) -> bool {
        match task.object.archive {
            None => name == task.name,
            Some(_) => {
                task.name.is_empty() || name.strip_prefix(&*task.name).is_some_and(|rest| rest.starts_with(b"/"))
            }
        }
    }

    fn reuse(&mut self, task: &Task, record: ObjectRecord) -> Result<()> {
        for file in &record.files {
            self.names.take(&file.path.0).map_err(|why| refused(&task.object.url, &why))?;
        }
        self.phase.advance(task.object.stamp.size.unwrap_or(0), 1)?;
        self.taken.objects.push(record);
        Ok(())
    }

    pub(super) fn tick(&self) -> Tick {
        let (phase, read) = (self.phase.clone(), self.read.clone());
        Arc::new(move |n| {
            read.fetch_add(n, Ordering::Relaxed);
            phase.advance(n, 0)
        })
    }

    fn take_one(&mut self, task: &Task) -> Result<()> {
        let done = match task.object.archive {
            Some(kind) => self.take_archive(task, kind),
            None => self.take_plain(task),
        };
        match done {
            Ok(()) => self.phase.advance(0, 1),
            Err(e) => self.left_out(task, &e).map_err(|unable| unable.unwrap_or(e)),
        }
    }

    /// Passes over an object if that is allowed; `Err(None)` if it is not.
    fn left_out(&mut self, task: &Task, e: &Error) -> std::result::Result<(), Option<Error>> {
        if self.on_error == OnError::Stop || !may_be_left_out(e) {
            return Err(None);
        }
        let mut entry = skipped(task.object.url.as_bytes(), e);
        if self.on_error == OnError::Quarantine && e.code() == crate::Code::InvalidData {
            let mut object = task.object.clone();
            // Kept as it is, whatever it should have been.
            object.sha256 = None;
            let kept = Stream::open(&object, 0, self.repo.context(), self.job, self.tick(), |raw| raw)
                .and_then(|mut stream| self.ingest_stream(&mut stream, &object.url));
            entry.kept = match kept {
                Ok(taken) => Some(kept_record(&object.url, &object.name, taken)),
                Err(e) if may_be_left_out(&e) => None,
                Err(e) => return Err(Some(e)),
            };
        }
        self.note_failed(task, entry);
        self.phase.advance(0, 1).map_err(Some)
    }

    /// An object with nothing but what was left out of it; one that gave nothing at all is only told.
    fn note_failed(&mut self, task: &Task, entry: Skipped) {
        if entry.kept.is_none() {
            self.taken.failed.push(entry);
            return;
        }
        self.taken.objects.push(ObjectRecord {
            url: task.object.url.clone(),
            stamp: task.object.stamp.clone(),
            sha256: None,
            archive: task.object.archive.map(|k| k.label().to_owned()),
            time: now(),
            files: Vec::new(),
            skipped: vec![entry],
        });
    }

    fn take_plain(&mut self, task: &Task) -> Result<()> {
        let object = &task.object;
        self.names.take(&task.name).map_err(|why| refused(&object.url, &why))?;
        let mut stream = Stream::open(object, 0, self.repo.context(), self.job, self.tick(), |raw| raw)?;
        let taken = self.ingest_stream(&mut stream, &object.url);
        let taken = taken.inspect_err(|_| self.names.give_back(&task.name))?;
        let sha256 = stream.sha256();
        self.writer.flush()?;
        self.note(task, FileRecord { path: Name(task.name.clone()), id: taken.id, size: taken.size }, sha256)
    }

    /// Takes in a stream whose length nobody has told.
    fn ingest_stream(&mut self, stream: &mut Stream, url: &str) -> Result<Ingested> {
        let mut head = Vec::new();
        let read = stream.by_ref().take(SMALL as u64 + 1).read_to_end(&mut head);
        read.map_err(|e| stream.explain(url, &e))?;
        if head.len() <= SMALL {
            return self.encode(url, head.into());
        }
        let mut head = std::io::Cursor::new(head);
        let mut read = |buffer: &mut [u8]| match head.read(buffer) {
            Ok(n) if n > 0 => Ok(n),
            _ => stream.read(buffer).map_err(|e| stream.explain(url, &e)),
        };
        let taken = ingest(&mut read, self.writer, &self.pool, &|_| self.job.check())?;
        self.count(taken.stored);
        Ok(taken)
    }

    fn encode(&mut self, url: &str, bytes: Bytes) -> Result<Ingested> {
        refuse_pointer(url, &bytes)?;
        let (frames, id) = encode_small(&bytes, self.writer)?;
        let stored = self.writer.put(frames)?;
        self.count(stored);
        Ok(Ingested { id, size: bytes.len() as u64, stored })
    }

    pub(super) fn count(&mut self, stored: Stored) {
        self.taken.new_bytes += stored.new_bytes;
    }

    /// A plain object that is whole.
    fn note(&mut self, task: &Task, file: FileRecord, sha256: Option<String>) -> Result<()> {
        let object = &task.object;
        let whole = Whole { time: now(), sha256: sha256.clone(), skipped: Vec::new() };
        let time = whole.time.clone();
        self.journal.write(&object.url, &object.stamp, vec![file.clone()], None, Some(whole))?;
        self.taken.objects.push(ObjectRecord {
            url: object.url.clone(),
            stamp: object.stamp.clone(),
            sha256,
            archive: None,
            time,
            files: vec![file],
            skipped: Vec::new(),
        });
        Ok(())
    }

    /// Small objects: requests at once, then all cores.
    fn take_small(&mut self, tasks: &[&Task]) -> Result<()> {
        let fetched = self.fetch(tasks)?;
        let writer = self.writer;
        let encode = |(task, fetched): (&&Task, Result<Fetched>)| {
            fetched.and_then(|f| {
                refuse_pointer(&task.object.url, &f.bytes)?;
                let (frames, id): (_, FileId) = encode_small(&f.bytes, writer)?;
                Ok((frames, id, f))
            })
        };
        let encoded: Vec<_> = self.pool.install(|| tasks.par_iter().zip(fetched.into_par_iter()).map(encode).collect());
        let mut whole = Vec::new();
        for (task, encoded) in tasks.iter().copied().zip(encoded) {
            let taken = encoded.and_then(|(frames, id, fetched)| {
                self.names.take(&task.name).map_err(|why| refused(&task.object.url, &why))?;
                let stored = self.writer.put(frames)?;
                self.count(stored);
                Ok((id, fetched))
            });
            match taken {
                Ok((id, fetched)) => {
                    let size = fetched.bytes.len() as u64;
                    whole.push((task, FileRecord { path: Name(task.name.clone()), id, size }, fetched.sha256));
                    self.phase.advance(0, 1)?;
                }
                Err(e) => self.left_out(task, &e).map_err(|unable| unable.unwrap_or(e))?,
            }
        }
        self.writer.flush()?;
        whole.into_iter().try_for_each(|(task, file, sha256)| self.note(task, file, sha256))
    }

    fn fetch(&self, tasks: &[&Task]) -> Result<Vec<Result<Fetched>>> {
        let (next, slots) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let fetch = || {
            while let Some((n, task)) =
                Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|n| Some((n, tasks.get(n)?)))
            {
                let fetched = self.fetch_one(task);
                slots.lock().unwrap_or_else(PoisonError::into_inner).push((n, fetched));
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.repo.context().connections().min(tasks.len()) {
                scope.spawn(fetch);
            }
        });
        let mut fetched = slots.into_inner().unwrap_or_else(PoisonError::into_inner);
        fetched.sort_by_key(|f| f.0);
        if fetched.len() < tasks.len() {
            return Err(Error::internal("a thread that fetches has stopped"));
        }
        Ok(fetched.into_iter().map(|f| f.1).collect())
    }

    fn fetch_one(&self, task: &Task) -> Result<Fetched> {
        let object = &task.object;
        let mut stream = Stream::open(object, 0, self.repo.context(), self.job, self.tick(), |raw| raw)?;
        let mut bytes = Vec::with_capacity(object.stamp.size.unwrap_or(0).min(SMALL as u64) as usize);
        stream.read_to_end(&mut bytes).map_err(|e| stream.explain(&object.url, &e))?;
        Ok(Fetched { sha256: stream.sha256(), bytes: bytes.into() })
    }
}

struct Fetched {
    bytes: Bytes,
    sha256: Option<String>,
}

/// A pointer that is imported as data would be taken for data that was not pulled.
pub(super) fn refuse_pointer(name: &str, bytes: &[u8]) -> Result<()> {
    match Pointer::parse(bytes) {
        Ok(None) => Ok(()),
        _ => Err(Error::new(crate::Code::InvalidData, format!("{name} is a pointer of octostore, not data"))
            .remedy("Run \"octostore pull\" where it comes from, then import it again.")
            .with("path", name)),
    }
}

/// The time that records have: whole seconds, UTC.
pub(super) fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}

/// The entry of something that is kept in quarantine: its name there says where it came from and is safe.
pub(super) fn kept_record(url: &str, raw: &[u8], taken: Ingested) -> FileRecord {
    let mut hasher = blake3::Hasher::new();
    hasher.update(url.as_bytes()).update(b"\0").update(raw);
    let tail = shown(raw);
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let tail: String = tail.chars().rev().take(80).collect::<Vec<_>>().into_iter().rev().map(plain).collect();
    let name = format!("{}-{}", &hasher.finalize().to_hex()[..12], tail.trim_start_matches('.'));
    FileRecord { path: Name(name.into_bytes()), id: taken.id, size: taken.size }
}
