//! An object as one unbroken stream: a connection that breaks is made again where it broke, checksums are checked at the
//! end, and a thread of its own reads ahead.

use super::object::Object;
use super::{changed, damaged, unreachable};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::job::Job;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often a connection is made again that brought nothing, and after which time at first.
const TRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(3);
/// Blocks are about this long, and so many wait for who reads them.
const BLOCK: usize = 1 << 20;
const WAITING: usize = 8;
/// Unpacked blocks wait while a batch of small files takes all cores.
const AHEAD: usize = 32;

/// The next bytes of one connection.
pub(super) trait Chunks: Send {
    fn next(&mut self) -> Result<Option<Bytes>>;
}

type Sender = tokio::sync::mpsc::Sender<Result<Bytes>>;

/// Between a task on the network threads and a thread that waits for it.
pub(super) fn channel() -> (Sender, tokio::sync::mpsc::Receiver<Result<Bytes>>) {
    tokio::sync::mpsc::channel(WAITING)
}

pub(super) struct Received(pub tokio::sync::mpsc::Receiver<Result<Bytes>>);

impl Chunks for Received {
    fn next(&mut self) -> Result<Option<Bytes>> {
        // Only the threads that read ahead come here; none of them belongs to a runtime.
        self.0.blocking_recv().transpose()
    }
}

/// Tries what may go better the next time.
pub(super) fn try_again<T>(job: &Job, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let mut tries = 0;
    loop {
        job.check()?;
        match attempt() {
            Err(e) if may_pass(&e) && tries < TRIES => {
                wait(tries, job)?;
                tries += 1;
            }
            result => return result,
        }
    }
}

fn may_pass(e: &Error) -> bool {
    e.retryable() && e.code() == crate::Code::StoreUnreachable
}

fn wait(tries: u32, job: &Job) -> Result<()> {
    let until = std::time::Instant::now() + (FIRST_WAIT * 2u32.pow(tries)).min(LONGEST_WAIT);
    while std::time::Instant::now() < until {
        job.check()?;
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Told of the bytes that came in; may stop the work.
pub(crate) type Tick = Arc<dyn Fn(u64) -> Result<()> + Send + Sync>;

/// The error behind an `io::Error`, which passes through readers that know only those.
#[derive(Clone, Default)]
pub(super) struct Fault(Arc<Mutex<Option<Error>>>);

impl Fault {
    fn set(&self, e: Error) -> io::Error {
        let told = io::Error::other(e.message().to_owned());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(e);
        told
    }

    pub(super) fn take(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// One object's bytes, whatever happens to its connections.
struct Body {
    object: Object,
    context: Context,
    job: Job,
    tick: Tick,
    count: Arc<AtomicU64>,
    /// Where the stream began and where it is now.
    from: u64,
    at: u64,
    open: Option<Box<dyn Chunks>>,
    chunk: Bytes,
    tries: u32,
    expected: Option<String>,
    sha256: Option<Sha256>,
    /// Of all that was read: a server without ranges and ETags must repeat it exactly.
    seen: blake3::Hasher,
    checked: Arc<Mutex<Option<String>>>,
    ended: bool,
}

impl Body {
    fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            self.job.check()?;
            match self.attempt() {
                Err(e) if may_pass(&e) && self.tries < TRIES => {
                    self.open = None;
                    wait(self.tries, &self.job)?;
                    self.tries += 1;
                }
                Ok(Some(chunk)) if chunk.is_empty() => {}
                Ok(Some(chunk)) => {
                    self.tries = 0;
                    self.take(&chunk)?;
                    return Ok(Some(chunk));
                }
                Ok(None) => return self.end().map(|()| None),
                Err(e) => return Err(e),
            }
        }
    }

    fn attempt(&mut self) -> Result<Option<Bytes>> {
        if self.open.is_none() {
            let opened = self.object.open(self.at, &self.context)?;
            self.expected = self.expected.take().or(opened.sha256);
            let mut chunks = opened.chunks;
            let rest = self.skip(&mut *chunks, opened.start)?;
            self.open = Some(chunks);
            if let Some(rest) = rest {
                return Ok(Some(rest));
            }
        }
        let next = match &mut self.open {
            Some(chunks) => chunks.next()?,
            None => None,
        };
        let size = self.object.stamp.size;
        match (&next, size) {
            (None, Some(size)) if self.at < size => {
                let why = format!("the answer ended at byte {} of {size}", self.at);
                Err(unreachable(&self.object.url, &why))
            }
            (Some(chunk), Some(size)) if self.at + chunk.len() as u64 > size => {
                Err(changed(&self.object.url, &format!("{size} bytes, then more")))
            }
            _ => Ok(next),
        }
    }

    /// Reads again what a server gives again, which must be the same as before. Gives what goes beyond.
    fn skip(&mut self, chunks: &mut dyn Chunks, start: u64) -> Result<Option<Bytes>> {
        let mut left = self.at.checked_sub(start).ok_or_else(|| changed(&self.object.url, "a part is missing"))?;
        if left == 0 {
            return Ok(None);
        }
        if start != self.from {
            return Err(changed(&self.object.url, "the server begins elsewhere than it was asked to"));
        }
        let mut again = blake3::Hasher::new();
        while let Some(chunk) = chunks.next()? {
            self.job.check()?;
            let known = left.min(chunk.len() as u64) as usize;
            again.update(&chunk[..known]);
            left -= known as u64;
            if left == 0 {
                let same = again.finalize() == self.seen.finalize();
                let rest = (known < chunk.len()).then(|| chunk.slice(known..));
                return if same { Ok(rest) } else { Err(changed(&self.object.url, "it begins differently now")) };
            }
        }
        Err(unreachable(&self.object.url, "the answer broke off"))
    }

    fn take(&mut self, chunk: &Bytes) -> Result<()> {
        self.at += chunk.len() as u64;
        self.seen.update(chunk);
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(chunk);
        }
        self.count.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        (self.tick)(chunk.len() as u64)
    }

    fn end(&mut self) -> Result<()> {
        self.ended = true;
        let (Some(sha256), Some(expected)) = (self.sha256.take(), &self.expected) else {
            return Ok(());
        };
        let found: String = sha256.finalize().iter().map(|b| format!("{b:02x}")).collect();
        if &found != expected {
            let why = format!("its SHA-256 is {found}, and should be {expected}");
            return Err(damaged(&self.object.url, &why));
        }
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(())
    }
}

/// A block of bytes on its way between threads.
pub(crate) type Block = io::Result<Vec<u8>>;

/// Reads blocks that another thread reads ahead.
pub(crate) struct Stream {
    blocks: Receiver<Block>,
    block: Vec<u8>,
    at: usize,
    fault: Fault,
    count: Arc<AtomicU64>,
    checked: Arc<Mutex<Option<String>>>,
}

impl Stream {
    /// Streams an object from `from` on, through what `wrap` puts around it (a decompressor).
    pub(crate) fn open(
        object: &Object,
        from: u64,
        context: &Context,
        job: &Job,
        tick: Tick,
        wrap: impl FnOnce(Box<dyn Read + Send>) -> Box<dyn Read + Send> + Send + 'static,
    ) -> Result<Stream> {
        let (fault, count, checked) = (Fault::default(), Arc::<AtomicU64>::default(), Arc::<Mutex<_>>::default());
        let body = Body {
            object: object.clone(),
            context: context.clone(),
            job: job.clone(),
            tick,
            count: count.clone(),
            from,
            at: from,
            open: None,
            chunk: Bytes::new(),
            tries: 0,
            expected: object.sha256.clone().filter(|_| from == 0),
            sha256: (from == 0).then(Sha256::new),
            seen: blake3::Hasher::new(),
            checked: checked.clone(),
            ended: false,
        };
        let (send, blocks) = sync_channel(AHEAD);
        let reader = Reading { body, fault: fault.clone() };
        let begin = move || {
            let mut reader = wrap(Box::new(reader));
            loop {
                let mut block = Vec::with_capacity(BLOCK);
                let read = reader.by_ref().take(BLOCK as u64).read_to_end(&mut block);
                let last = read.is_err() || block.is_empty();
                // What came before an error is given before it.
                if !block.is_empty() && send.send(Ok(block)).is_err() {
                    return;
                }
                if let Err(e) = read {
                    let _ = send.send(Err(e));
                }
                if last {
                    return;
                }
            }
        };
        std::thread::Builder::new()
            .name("octostore-read".into())
            .spawn(begin)
            .map_err(|e| Error::internal(format!("no thread could be started: {e}")))?;
        Ok(Stream { blocks, block: Vec::new(), at: 0, fault, count, checked })
    }

    /// Bytes of the object itself that came in so far.
    pub(crate) fn read_bytes(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// The SHA-256 that was given and that the bytes had, once all of them were read.
    pub(crate) fn sha256(&self) -> Option<String> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a reader's error means.
    pub(crate) fn explain(&self, url: &str, e: &io::Error) -> Error {
        self.fault.take().unwrap_or_else(|| damaged(url, &format!("it cannot be read: {e}")))
    }

    /// For who turns errors of its own into `io::Error`s that pass through this stream's readers.
    pub(super) fn fault(&self) -> Fault {
        self.fault.clone()
    }
}

impl Fault {
    /// An error of a reader above this stream.
    pub(super) fn raise(&self, e: Error) -> io::Error {
        self.set(e)
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.block.len() {
            match self.blocks.recv() {
                Ok(block) => (self.block, self.at) = (block?, 0),
                // The reading thread has come to the end.
                Err(_) => return Ok(0),
            }
        }
        let n = buffer.len().min(self.block.len() - self.at);
        buffer[..n].copy_from_slice(&self.block[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

/// The body as a reader, on the thread that reads ahead.
struct Reading {
    body: Body,
    fault: Fault,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.body.chunk.is_empty() && !self.body.ended {
            match self.body.next() {
                Ok(chunk) => self.body.chunk = chunk.unwrap_or_default(),
                Err(e) => return Err(self.fault.set(e)),
            }
        }
        let n = buffer.len().min(self.body.chunk.len());
        let chunk = self.body.chunk.split_to(n);
        buffer[..n].copy_from_slice(&chunk);
        Ok(n)
    }
}
