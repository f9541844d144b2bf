//! Frames from a store into the cache: neighbours in a pack in one request, several requests at once, each frame
//! checked against its id before it is kept.

use super::cache::CacheWriter;
use super::layout;
use super::remote::Remote;
use crate::content::frame;
use crate::content::ids::{ObjectId, PackId};
use crate::content::location::Location;
use crate::error::{Code, Error, Result};
use crate::job::Phase;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use rayon::prelude::*;
use std::ops::Range;

/// The longest range asked for at once.
const MAX_RANGE: u64 = 8 << 20;
/// Frames this far apart are read together: the bytes between cost less than another request.
const MAX_GAP: u64 = 256 << 10;

/// Frames that lie near each other in one pack.
pub(super) struct Batch {
    pub pack: PackId,
    pub range: Range<u64>,
    pub frames: Vec<(ObjectId, Location)>,
}

/// Groups frames into ranges.
pub(super) fn plan(mut wanted: Vec<(ObjectId, Location)>) -> Vec<Batch> {
    wanted.sort_by_key(|(_, l)| (l.pack, l.offset));
    wanted.dedup_by_key(|(_, l)| (l.pack, l.offset));
    let mut batches: Vec<Batch> = Vec::new();
    for (id, at) in wanted {
        match batches.last_mut() {
            Some(b)
                if b.pack == at.pack && at.offset <= b.range.end + MAX_GAP && at.end() - b.range.start <= MAX_RANGE =>
            {
                b.range.end = b.range.end.max(at.end());
                b.frames.push((id, at));
            }
            _ => batches.push(Batch { pack: at.pack, range: at.offset..at.end(), frames: vec![(id, at)] }),
        }
    }
    batches
}

/// The stored bytes of each frame of a batch.
pub(super) fn split(batch: &Batch, bytes: &Bytes) -> Vec<(ObjectId, Location, Bytes)> {
    let cut = |at: &Location| {
        let start = (at.offset - batch.range.start) as usize;
        bytes.slice(start..start + at.stored_len as usize)
    };
    batch.frames.iter().map(|(id, at)| (*id, *at, cut(at))).collect()
}

/// Reads batches, several at a time, and hands each to `take` on the calling thread. Gives the bytes read.
pub(super) fn read_batches(
    remote: &Remote,
    batches: Vec<Batch>,
    mut take: impl FnMut(&Batch, Bytes) -> Result<()>,
) -> Result<u64> {
    let context = remote.context();
    let at_once = context.connections().min((context.memory() / (2 * MAX_RANGE)) as usize).max(1);
    let (send, mut receive) = tokio::sync::mpsc::channel(2);
    let reader = remote.clone();
    let task = context.spawn(async move {
        let read = |batch: Batch| {
            let remote = reader.clone();
            async move {
                let bytes = remote.get_range(&layout::pack(batch.pack), batch.range.clone()).await;
                bytes.map(|bytes| (batch, bytes))
            }
        };
        let mut reads = stream::iter(batches.into_iter().map(read)).buffer_unordered(at_once);
        while let Some(result) = reads.next().await {
            // A closed channel means that the work was stopped.
            if send.send(result).await.is_err() {
                break;
            }
        }
    })?;
    let mut total = 0;
    let result = loop {
        let next = receive_blocking(&mut receive);
        match next {
            None => break Ok(total),
            Some(Err(e)) => break Err(e),
            Some(Ok((batch, bytes))) => {
                total += bytes.len() as u64;
                if let Err(e) = take(&batch, bytes) {
                    break Err(e);
                }
            }
        }
    };
    task.abort();
    result
}

/// As tokio's `blocking_recv`, but also allowed on a thread of a caller's own async runtime.
fn receive_blocking<T>(receive: &mut tokio::sync::mpsc::Receiver<T>) -> Option<T> {
    futures_util::FutureExt::now_or_never(receive.recv()).unwrap_or_else(|| wait_on(receive))
}

fn wait_on<T>(receive: &mut tokio::sync::mpsc::Receiver<T>) -> Option<T> {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = std::sync::Arc::new(Unpark(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    loop {
        match receive.poll_recv(&mut context) {
            std::task::Poll::Ready(item) => return item,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

/// Brings frames into the cache. Gives the bytes read from the store.
pub(crate) fn fetch(
    remote: &Remote,
    wanted: Vec<(ObjectId, Location)>,
    cache: &CacheWriter<'_>,
    phase: &Phase,
) -> Result<u64> {
    let pool = remote.context().pool()?;
    read_batches(remote, plan(wanted), |batch, bytes| {
        let frames = split(batch, &bytes);
        let checked = pool
            .install(|| frames.par_iter().map(|(id, at, stored)| check(remote, id, at, stored)).collect::<Vec<_>>());
        for ((id, at, stored), result) in frames.iter().zip(checked) {
            result?;
            cache.put_stored(*id, stored)?;
            phase.advance(at.word.raw_len() as u64, 0)?;
        }
        Ok(())
    })
}

/// Checks a frame that came from a store.
pub(super) fn check(remote: &Remote, id: &ObjectId, at: &Location, stored: &Bytes) -> Result<Bytes> {
    at.word.kind().and_then(|kind| frame::decode(id, kind, stored)).map_err(|e| {
        let store = remote.address();
        let message = format!("store {store}: pack {} is damaged at byte {}: {}", at.pack, at.offset, e.message());
        let code = if e.code() == Code::VersionTooNew { e.code() } else { Code::Corrupt };
        Error::new(code, message)
            .remedy("Nothing was written. Run \"octostore fsck --store\" to see all damage; a clone that still has the file can push it again.")
            .with("pack", at.pack.to_string())
            .with("store", store.to_string())
    })
}
