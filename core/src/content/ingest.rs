//! The way in: a stream of bytes becomes frames and a manifest.
//!
//! Three stages run at once: one thread reads windows, the pool cuts, hashes and compresses a window, one thread writes
//! the frames. So memory is a few windows whatever the file's size, and the frames reach the sink in file order.

use super::chunker;
use super::frame::{Frame, FrameKind};
use super::ids::{FileId, Kind, ObjectId, object_id};
use super::manifest::{Builder, Child};
use crate::error::{Error, Result};
use bytes::Bytes;
use rayon::prelude::*;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

/// Bytes read at once. Together with two windows waiting, this is what a file's ingest holds in memory.
const WINDOW: usize = 8 << 20;
/// Room before each window for what is left of the last one: less than the longest chunk.
const HEADROOM: usize = chunker::MAX;
/// A window is scanned in pieces of this size, one task each.
const SCAN_PIECE: usize = 1 << 20;
/// Files up to this size are better ingested many at a time than many threads on one.
pub(crate) const SMALL: usize = 1 << 20;

/// Where frames go.
pub(crate) trait ChunkSink: Sync {
    /// Whether the sink holds this chunk already. A wrong `false` costs time, never correctness.
    fn has(&self, id: &ObjectId) -> bool;
    /// Takes the next frames in file order, leaving out those that it holds.
    fn put(&self, frames: Vec<Frame>) -> Result<Stored>;
}

/// How much of what was put was new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Raw bytes of new chunks.
    pub new_bytes: u64,
    /// Their bytes in the pack.
    pub stored_bytes: u64,
}

impl std::ops::AddAssign for Stored {
    fn add_assign(&mut self, other: Self) {
        self.new_bytes += other.new_bytes;
        self.stored_bytes += other.stored_bytes;
    }
}

/// A file that was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ingested {
    pub id: FileId,
    pub size: u64,
    pub stored: Stored,
}

/// Gives the next bytes of a file, 0 at its end.
pub(crate) type ReadFn<'a> = dyn FnMut(&mut [u8]) -> Result<usize> + Send + 'a;

/// Takes a file in. `tick` is told of each window's bytes and may stop the work.
pub(crate) fn ingest(
    read: &mut ReadFn<'_>,
    sink: &dyn ChunkSink,
    pool: &rayon::ThreadPool,
    tick: &dyn Fn(u64) -> Result<()>,
) -> Result<Ingested> {
    let buffers = Buffers::default();
    std::thread::scope(|scope| {
        let (full, windows) = sync_channel(1);
        let (done, frames) = sync_channel(1);
        let buffers = &buffers;
        scope.spawn(move || read_windows(read, buffers, full));
        let writer = scope.spawn(move || write_frames(frames, sink));
        let cut = cut_windows(&windows, sink, pool, tick, &done);
        drop((windows, done));
        let stored = writer.join().map_err(|_| Error::internal("the writing thread panicked"))??;
        let (id, size) = cut?;
        Ok(Ingested { id, size, stored })
    })
}

/// A file of at most [`SMALL`] bytes: its new frames and its id.
pub(crate) fn encode_small(raw: &Bytes, sink: &dyn ChunkSink) -> Result<(Vec<Frame>, FileId)> {
    let mut frames = Vec::new();
    let mut builder = Builder::default();
    let mut at = 0;
    let mut nodes = Vec::new();
    for len in chunker::chunk_lengths(raw) {
        let chunk = raw.slice(at..at + len);
        at += len;
        let (child, frame) = encode_chunk(&chunk, sink)?;
        frames.extend(frame);
        builder.push(child, &mut |id, bytes| node_frame(&mut nodes, id, &bytes))?;
    }
    let id = builder.finish(&mut |id, bytes| node_frame(&mut nodes, id, &bytes))?;
    frames.append(&mut nodes);
    Ok((frames, id))
}

fn encode_chunk(chunk: &Bytes, sink: &dyn ChunkSink) -> Result<(Child, Option<Frame>)> {
    let id = object_id(Kind::Chunk, chunk);
    let child = Child { id, len: chunk.len() as u64 };
    let frame = if sink.has(&id) { None } else { Some(Frame::chunk(id, chunk)?) };
    Ok((child, frame))
}

fn node_frame(frames: &mut Vec<Frame>, id: ObjectId, bytes: &Bytes) -> Result<()> {
    frames.push(Frame::encode(id, FrameKind::Node, bytes)?);
    Ok(())
}

/// Windows are large and short-lived: they are handed round instead of allocated, and cleared, each time.
#[derive(Default, Clone)]
struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

struct Buffer {
    bytes: Vec<u8>,
    home: Buffers,
}

impl Buffers {
    fn take(&self) -> Buffer {
        let spare = self.0.lock().ok().and_then(|mut free| free.pop());
        Buffer { bytes: spare.unwrap_or_else(|| vec![0; HEADROOM + WINDOW]), home: self.clone() }
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Ok(mut free) = self.home.0.lock() {
            free.push(std::mem::take(&mut self.bytes));
        }
    }
}

/// A window read: `len` bytes behind the headroom.
struct Window {
    buffer: Buffer,
    len: usize,
    last: bool,
}

fn read_windows(read: &mut ReadFn<'_>, buffers: &Buffers, full: SyncSender<Result<Window>>) {
    loop {
        let mut buffer = buffers.take();
        let filled = fill(read, &mut buffer.bytes[HEADROOM..]);
        let last = !matches!(filled, Ok(WINDOW));
        // A closed channel means that the work was stopped.
        if full.send(filled.map(|len| Window { buffer, len, last })).is_err() || last {
            return;
        }
    }
}

fn fill(read: &mut ReadFn<'_>, buffer: &mut [u8]) -> Result<usize> {
    let mut len = 0;
    while len < buffer.len() {
        match read(&mut buffer[len..])? {
            0 => break,
            n => len += n,
        }
    }
    Ok(len)
}

fn cut_windows(
    windows: &Receiver<Result<Window>>,
    sink: &dyn ChunkSink,
    pool: &rayon::ThreadPool,
    tick: &dyn Fn(u64) -> Result<()>,
    done: &SyncSender<Vec<Frame>>,
) -> Result<(FileId, u64)> {
    let mut builder = Builder::default();
    let mut nodes = Vec::new();
    let mut left = Bytes::new();
    let mut size = 0;
    loop {
        let mut window = windows.recv().map_err(|_| Error::internal("the reading thread panicked"))??;
        size += window.len as u64;
        let start = HEADROOM - left.len();
        window.buffer.bytes[start..HEADROOM].copy_from_slice(&left);
        let (end, last, new_bytes) = (HEADROOM + window.len, window.last, window.len as u64);
        let data = Bytes::from_owner(window.buffer).slice(start..end);
        let cuts = pool.install(|| cut(&data, last));
        let encoded: Vec<_> = pool.install(|| {
            cuts.par_iter().map(|range| encode_chunk(&data.slice(range.clone()), sink)).collect::<Result<_>>()
        })?;
        let mut frames = Vec::with_capacity(encoded.len());
        for (child, frame) in encoded {
            frames.extend(frame);
            builder.push(child, &mut |id, bytes| node_frame(&mut nodes, id, &bytes))?;
        }
        frames.append(&mut nodes);
        let stopped = done.send(frames).is_err();
        if stopped {
            // The writer ended early; its own error is the one to report.
            return Err(Error::internal("the writing thread stopped"));
        }
        tick(new_bytes)?;
        if last {
            break;
        }
        let cut_to = cuts.last().map_or(0, |range| range.end);
        left = Bytes::copy_from_slice(&data[cut_to..]);
    }
    let id = builder.finish(&mut |id, bytes| node_frame(&mut nodes, id, &bytes))?;
    let _ = done.send(nodes);
    Ok((id, size))
}

/// The chunks of `data`, whose first byte begins one. Bytes that may belong to a longer chunk are left.
fn cut(data: &Bytes, last: bool) -> Vec<std::ops::Range<usize>> {
    let from = chunker::LOOKBACK.min(data.len());
    let pieces: Vec<_> = (from..data.len()).step_by(SCAN_PIECE).collect();
    let candidates: Vec<_> = pieces
        .par_iter()
        .map(|&piece| {
            let mut found = Vec::new();
            chunker::scan(data, piece, data.len().min(piece + SCAN_PIECE), &mut found);
            found
        })
        .flatten_iter()
        .collect();
    let mut start = 0;
    let mut chunks = Vec::new();
    while let Some(end) = chunker::next_cut(&candidates, start, data.len(), last) {
        chunks.push(start..end);
        start = end;
    }
    chunks
}

fn write_frames(frames: Receiver<Vec<Frame>>, sink: &dyn ChunkSink) -> Result<Stored> {
    let mut stored = Stored::default();
    for batch in frames {
        stored += sink.put(batch)?;
    }
    Ok(stored)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::HashSet;

    #[derive(Default)]
    struct Memory(Mutex<HashSet<ObjectId>>);

    impl ChunkSink for Memory {
        fn has(&self, id: &ObjectId) -> bool {
            self.0.lock().unwrap().contains(id)
        }
        fn put(&self, frames: Vec<Frame>) -> Result<Stored> {
            let mut stored = Stored::default();
            for f in frames {
                if self.0.lock().unwrap().insert(f.id) {
                    stored += Stored { new_bytes: f.word.raw_len() as u64, stored_bytes: f.stored_len() };
                }
            }
            Ok(stored)
        }
    }

    fn noise(len: usize) -> Vec<u8> {
        let mut out = vec![0; len];
        blake3::Hasher::new().finalize_xof().fill(&mut out);
        out
    }

    fn take_in(data: &[u8], at_most: usize) -> Ingested {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let mut rest = data;
        let mut read = |buffer: &mut [u8]| {
            let n = rest.len().min(buffer.len()).min(at_most);
            buffer[..n].copy_from_slice(&rest[..n]);
            rest = &rest[n..];
            Ok(n)
        };
        ingest(&mut read, &Memory::default(), &pool, &|_| Ok(())).unwrap()
    }

    #[test]
    fn a_file_has_one_id_however_it_is_read() {
        for len in [0, 1, 16_384, 16_385, SMALL, WINDOW, WINDOW + 1, 2 * WINDOW + 70_000] {
            let data = noise(len);
            let whole = take_in(&data, usize::MAX);
            assert_eq!(whole.size, len as u64);
            assert_eq!(whole, take_in(&data, 65_516), "{len} bytes in git's packets");
            let (_, id) = encode_small(&data.into(), &Memory::default()).unwrap();
            assert_eq!(whole.id, id, "{len} bytes at once");
        }
    }

    #[test]
    fn a_stopped_ingest_says_so() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let mut endless = |buffer: &mut [u8]| Ok(buffer.len());
        let e = ingest(&mut endless, &Memory::default(), &pool, &|_| Err(Error::cancelled())).unwrap_err();
        assert_eq!(e.code(), crate::Code::Cancelled);
    }
}
