//! The members of an archive into the cache, straight from the stream.

use super::options::OnError;
use super::plan::Task;
use super::take::{Taker, kept_record, now, refuse_pointer};
use crate::content::ingest::{ChunkSink, Ingested, SMALL, encode_small, ingest};
use crate::error::{Code, Error, Result};
use crate::import::{
    Explain, FileRecord, Intake, Kind, Limits, Member, Name, ObjectRecord, Skipped, Way, Whole, shown, walk,
};
use crate::repo::Pointer;
use bytes::Bytes;
use rayon::prelude::*;
use std::collections::HashMap;
use std::io::Read;
use std::sync::mpsc::sync_channel;

/// Small members are held and encoded so many at a time, or so many bytes.
const BATCH_MEMBERS: usize = 512;
const BATCH_BYTES: usize = 32 << 20;
/// The journal is written after so many bytes.
const JOURNAL_BYTES: u64 = 16 << 20;
/// Bytes of a large member that go to the cutting threads at once.
const BLOCK: usize = 1 << 20;

/// An archive under way.
struct Unpacking<'t, 'a> {
    taker: &'t mut Taker<'a>,
    task: &'t Task,
    /// What a killed import had taken in of it.
    have: HashMap<Vec<u8>, FileRecord>,
    files: Vec<FileRecord>,
    skipped: Vec<Skipped>,
    links: Vec<(Vec<u8>, Vec<u8>)>,
    batch: Vec<(Vec<u8>, Bytes)>,
    batch_bytes: usize,
    /// Taken in, not in the journal yet.
    pending: Vec<FileRecord>,
    pending_bytes: u64,
    next: Option<u64>,
}

impl Taker<'_> {
    pub(super) fn take_archive(&mut self, task: &Task, kind: Kind) -> Result<()> {
        let object = &task.object;
        let known = self.journal.known(&object.url, &object.stamp).cloned().unwrap_or_default();
        let mut unpacking = Unpacking {
            taker: self,
            task,
            have: HashMap::new(),
            files: Vec::new(),
            skipped: Vec::new(),
            links: Vec::new(),
            batch: Vec::new(),
            batch_bytes: 0,
            pending: Vec::new(),
            pending_bytes: 0,
            next: None,
        };
        let from = unpacking.go_on(known.files, known.next, kind)?;
        let way = Way {
            context: unpacking.taker.repo.context(),
            job: unpacking.taker.job,
            tick: unpacking.taker.tick(),
            limits: Limits::default(),
            spool: unpacking.taker.repo.root(),
        };
        let walked = walk(object, kind, from, &way, &mut unpacking);
        // Also when it failed: what came in need not come again.
        let flushed = unpacking.flush().and_then(|()| unpacking.write_journal());
        let done = walked.and_then(|w| flushed.map(|()| w)).and_then(|w| unpacking.resolve_links().map(|()| w));
        match done {
            Ok(walked) => unpacking.finish(kind, walked.sha256),
            Err(e) => {
                unpacking.give_back();
                Err(e)
            }
        }
    }
}

impl Unpacking<'_, '_> {
    /// Seeds what a killed import took in; gives the byte to begin at.
    fn go_on(&mut self, files: Vec<FileRecord>, next: Option<u64>, kind: Kind) -> Result<u64> {
        let object = &self.task.object;
        let inside = kind.can_begin_inside() && object.can_begin_at() && object.sha256.is_none();
        let cached = |f: &FileRecord| self.taker.repo.is_cached(&Pointer { oid: f.id, size: f.size });
        let from = next.filter(|_| inside && files.iter().all(|f| self.wanted(&f.path.0) && cached(f)));
        let Some(from) = from else {
            self.have = files.into_iter().map(|f| (f.path.0.clone(), f)).collect();
            return Ok(0);
        };
        for file in &files {
            self.taker.names.take(&file.path.0).map_err(|why| self.refusal(&file.path.0, &why))?;
        }
        self.files = files;
        self.next = Some(from);
        Ok(from)
    }

    /// A member's name below the import's place.
    fn place(&self, name: &[u8]) -> Vec<u8> {
        let folder = &self.task.name;
        if folder.is_empty() { name.to_vec() } else { [folder, &b"/"[..], name].concat() }
    }

    fn wanted(&self, placed: &[u8]) -> bool {
        self.task.all || self.taker.only.passes(placed)
    }

    fn refusal(&self, raw: &[u8], why: &str) -> Error {
        let (url, name) = (&self.task.object.url, shown(raw));
        Error::new(Code::InvalidData, format!("{url}: its member \"{name}\" is refused: it {why}"))
            .remedy("Nothing was staged. Choose members with --only, or import the rest with --on-error skip.")
            .with("url", url.clone())
            .with("member", name)
    }

    /// Encodes the small members that wait, on all cores.
    fn flush(&mut self) -> Result<()> {
        let batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        let writer = self.taker.writer;
        let encode = |(name, bytes): (Vec<u8>, Bytes)| {
            let (frames, id) = encode_small(&bytes, writer)?;
            Ok((name, bytes.len() as u64, frames, id))
        };
        let encoded: Vec<_> = self.taker.pool.install(|| batch.into_par_iter().map(encode).collect::<Result<_>>())?;
        for (name, size, frames, id) in encoded {
            let stored = self.taker.writer.put(frames)?;
            self.taker.count(stored);
            self.take(FileRecord { path: Name(name), id, size });
        }
        Ok(())
    }

    fn take(&mut self, file: FileRecord) {
        self.pending_bytes += file.size;
        self.pending.push(file.clone());
        self.files.push(file);
    }

    fn write_journal(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.taker.writer.flush()?;
        // Beginning in the middle would miss links and refusals that came before.
        let next = self.next.filter(|_| self.skipped.is_empty() && self.links.is_empty());
        let (object, pending) = (&self.task.object, std::mem::take(&mut self.pending));
        self.pending_bytes = 0;
        self.taker.journal.write(&object.url, &object.stamp, pending, next, None)
    }

    /// A large member: this thread reads, others cut and compress.
    fn ingest(&mut self, bytes: &mut dyn Read, explain: Explain<'_>) -> Result<Ingested> {
        let (send, blocks) = sync_channel::<Result<Vec<u8>>>(4);
        let (writer, pool, job) = (self.taker.writer, &self.taker.pool, self.taker.job);
        let taken = std::thread::scope(|scope| {
            let worker = scope.spawn(move || {
                let (mut block, mut at) = (Vec::new(), 0);
                let mut read = move |buffer: &mut [u8]| {
                    while at == block.len() {
                        match blocks.recv() {
                            Ok(next) => (block, at) = (next?, 0),
                            Err(_) => return Ok(0),
                        }
                    }
                    let n = buffer.len().min(block.len() - at);
                    buffer[..n].copy_from_slice(&block[at..at + n]);
                    at += n;
                    Ok(n)
                };
                ingest(&mut read, writer, pool, &|_| job.check())
            });
            let failure = pump(bytes, &send, explain);
            drop(send);
            let taken = worker.join().map_err(|_| Error::internal("a cutting thread panicked"))?;
            failure.map_or(taken, Err)
        })?;
        self.taker.count(taken.stored);
        Ok(taken)
    }

    /// Links that stay inside are what they lead to.
    fn resolve_links(&mut self) -> Result<()> {
        let mut known: HashMap<Vec<u8>, FileRecord> =
            self.files.iter().map(|f| (f.path.0.clone(), f.clone())).collect();
        loop {
            let links = std::mem::take(&mut self.links);
            let before = links.len();
            for (name, target) in links {
                let Some(file) = known.get(&self.place(&target)).cloned() else {
                    self.links.push((name, target));
                    continue;
                };
                let placed = self.place(&name);
                if let Err(why) = self.taker.names.take(&placed) {
                    self.leave_out(&name, &why, None, &|e| Error::internal(e))?;
                    continue;
                }
                let file = FileRecord { path: Name(placed.clone()), ..file };
                known.insert(placed, file.clone());
                self.files.push(file);
            }
            if self.links.len() == before {
                break;
            }
        }
        for (name, target) in std::mem::take(&mut self.links) {
            let why = format!("is a link to \"{}\", which is no file that is imported", shown(&target));
            self.leave_out(&name, &why, None, &|e| Error::internal(e))?;
        }
        Ok(())
    }

    /// Refuses a member, or passes over it if that is allowed.
    fn leave_out(
        &mut self,
        raw: &[u8],
        why: &str,
        bytes: Option<(&mut dyn Read, u64)>,
        explain: Explain<'_>,
    ) -> Result<()> {
        let error = self.refusal(raw, why);
        if self.taker.on_error == OnError::Stop {
            return Err(error);
        }
        let kept = match bytes {
            Some((bytes, _)) if self.taker.on_error == OnError::Quarantine => {
                let taken = self.ingest(bytes, explain)?;
                Some(kept_record(&self.task.object.url, raw, taken))
            }
            _ => None,
        };
        self.skipped.push(Skipped { name: Name(raw.to_vec()), reason: error.message().to_owned(), kept });
        Ok(())
    }

    fn finish(mut self, kind: Kind, sha256: Option<String>) -> Result<()> {
        let (object, time) = (&self.task.object, now());
        self.taker.writer.flush()?;
        let whole = Whole { time: time.clone(), sha256: sha256.clone(), skipped: self.skipped.clone() };
        self.taker.journal.write(&object.url, &object.stamp, self.files.clone(), None, Some(whole))?;
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.taker.taken.objects.push(ObjectRecord {
            url: object.url.clone(),
            stamp: object.stamp.clone(),
            sha256,
            archive: Some(kind.label().to_owned()),
            time,
            files: self.files,
            skipped: self.skipped,
        });
        Ok(())
    }

    fn give_back(&mut self) {
        for file in &self.files {
            self.taker.names.give_back(&file.path.0);
        }
    }
}

/// Hands blocks on until the end; gives the error that ended them early.
fn pump(
    bytes: &mut dyn Read,
    send: &std::sync::mpsc::SyncSender<Result<Vec<u8>>>,
    explain: Explain<'_>,
) -> Option<Error> {
    loop {
        let mut block = Vec::with_capacity(BLOCK);
        match (&mut *bytes).take(BLOCK as u64).read_to_end(&mut block) {
            Ok(0) => return None,
            Ok(_) if send.send(Ok(block)).is_ok() => {}
            // The cutting threads ended early; their own error is the one to report.
            Ok(_) => return None,
            Err(e) => {
                let e = explain(&e);
                let _ = send.send(Err(Error::internal("the source failed")));
                return Some(e);
            }
        }
    }
}

impl Intake for Unpacking<'_, '_> {
    fn wants(&mut self, name: &[u8]) -> bool {
        let placed = self.place(name);
        if !self.wanted(&placed) {
            return false;
        }
        let Some(file) = self.have.remove(&placed) else { return true };
        let here = self.taker.repo.is_cached(&Pointer { oid: file.id, size: file.size });
        if !here || self.taker.names.take(&placed).is_err() {
            return true;
        }
        self.files.push(file);
        false
    }

    fn file(&mut self, member: Member, bytes: &mut dyn Read, explain: Explain<'_>) -> Result<()> {
        let Member { name, size, next } = member;
        let placed = self.place(&name);
        if let Err(why) = self.taker.names.take(&placed) {
            return self.leave_out(&name, &why, Some((bytes, size)), explain);
        }
        if size <= SMALL as u64 {
            let mut small = Vec::with_capacity(size as usize);
            bytes.read_to_end(&mut small).map_err(|e| explain(&e))?;
            if refuse_pointer("", &small).is_err() {
                self.taker.names.give_back(&placed);
                let why = "is a pointer of octostore, not data";
                return self.leave_out(&name, why, Some((&mut small.as_slice(), size)), explain);
            }
            self.batch_bytes += small.len();
            self.batch.push((placed, small.into()));
        } else {
            self.flush()?;
            let taken = self.ingest(bytes, explain)?;
            self.take(FileRecord { path: Name(placed), id: taken.id, size: taken.size });
        }
        if self.batch.len() >= BATCH_MEMBERS || self.batch_bytes >= BATCH_BYTES {
            self.flush()?;
        }
        if self.batch.is_empty() {
            self.next = next;
            if self.pending_bytes >= JOURNAL_BYTES {
                self.write_journal()?;
            }
        }
        Ok(())
    }

    fn link(&mut self, name: Vec<u8>, target: Vec<u8>) -> Result<()> {
        if self.wanted(&self.place(&name)) {
            self.links.push((name, target));
        }
        Ok(())
    }

    fn refuse(
        &mut self,
        raw: &[u8],
        why: String,
        bytes: Option<(&mut dyn Read, u64)>,
        explain: Explain<'_>,
    ) -> Result<()> {
        self.leave_out(raw, &why, bytes, explain)
    }
}
