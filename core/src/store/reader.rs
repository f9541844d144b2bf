//! Reading a file version lazily: a seek costs nothing, a read costs the chunks that it touches.

use super::cache::Cache;
use super::fetch::{check, plan, read_batches, split};
use super::remote::Remote;
use super::session::Store;
use super::supply::{Supply, Want, missing};
use crate::content::frame::FrameKind;
use crate::content::ids::{FileId, ObjectId};
use crate::content::location::Location;
use crate::content::manifest::{Child, Node};
use crate::error::{Error, Result};
use crate::facade::call::count;
use bytes::Bytes;
use std::collections::VecDeque;
use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of decoded chunks kept at hand.
const KEPT: usize = 8 << 20;
/// The most that is read ahead from a store: half of what is kept, so that what was read ahead is there when it is asked for.
const AHEAD: u64 = 4 << 20;
/// What the second of two reads in a row reads ahead; each further one doubles it.
const FIRST_AHEAD: u64 = 256 << 10;
/// Manifest nodes kept at hand: a way down the tree and its neighbours.
const NODES_KEPT: usize = 64;

/// A version of a file: `Read` and `Seek`, and reads at any place. Bytes come from the local cache where it has them,
/// else by ranges from the store; each chunk is checked against its id. What is read is not kept in the cache. Who
/// reads on from where the last read ended gets up to 4 MiB more from the store at once.
pub struct FileReader {
    cache: Arc<Cache>,
    store: Option<Arc<Mutex<Store>>>,
    root: FileId,
    len: u64,
    at: u64,
    nodes: VecDeque<(ObjectId, Arc<Node>)>,
    chunks: VecDeque<(ObjectId, Bytes)>,
    /// Where the last read ended, and how much to read ahead if the next one begins there.
    last_end: Option<u64>,
    ahead: u64,
}

/// A chunk of the file: where it begins, which it is of its leaf's.
struct Place {
    start: u64,
    leaf: Arc<Node>,
    index: usize,
}

impl Place {
    fn chunk(&self) -> Child {
        self.leaf.children[self.index]
    }
}

impl FileReader {
    pub(crate) fn new(cache: Arc<Cache>, store: Option<Arc<Mutex<Store>>>, root: FileId, len: u64) -> Self {
        let (nodes, chunks) = (VecDeque::new(), VecDeque::new());
        FileReader { cache, store, root, len, at: 0, nodes, chunks, last_end: None, ahead: 0 }
    }

    /// Bytes of the file.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether the file has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Reads at `offset` until the buffer is full or the file ends; gives the bytes read. The position of `Read` does not
    /// move.
    pub fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        count("file.read_at", &[], || self.read_now(offset, buffer))
    }

    fn read_now(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let mut done = 0;
        let end = offset.saturating_add(buffer.len() as u64);
        // Who reads on from where the last read ended will do so again; who jumps gets what was asked for.
        self.ahead = if Some(offset) == self.last_end { (self.ahead * 2).clamp(FIRST_AHEAD, AHEAD) } else { 0 };
        self.last_end = Some(end);
        while done < buffer.len() && offset + (done as u64) < self.len {
            let at = offset + done as u64;
            let place = self.find(at)?;
            let chunk = self.chunk(&place, end.max(at + self.ahead))?;
            if chunk.len() as u64 != place.chunk().len {
                return Err(Error::new(
                    crate::Code::Corrupt,
                    format!("chunk {} is not as long as its manifest says", place.chunk().id),
                )
                .remedy("Run \"octostore fsck --store\"; a clone that has the file can push it again."));
            }
            let from = (at - place.start) as usize;
            let n = (chunk.len() - from).min(buffer.len() - done);
            buffer[done..done + n].copy_from_slice(&chunk[from..from + n]);
            done += n;
        }
        Ok(done)
    }

    /// The chunk that holds byte `at`.
    fn find(&mut self, at: u64) -> Result<Place> {
        let mut id = ObjectId::from(self.root);
        let mut start = 0;
        let mut place = None;
        loop {
            let node = self.node(id)?;
            if let Some((level, len)) = place {
                node.check_place(&id, level, len)?;
            }
            let index = node.children.iter().position(|child| {
                let end = start + child.len;
                let inside = at < end;
                if !inside {
                    start = end;
                }
                inside
            });
            let index = index.ok_or_else(|| {
                Error::new(
                    crate::Code::PointerInvalid,
                    format!("version {} has fewer bytes than its pointer says", self.root),
                )
                .remedy("The pointer was edited by hand: restore it with \"git checkout\".")
            })?;
            if node.level == 0 {
                return Ok(Place { start, leaf: node, index });
            }
            let inside = node.children[index];
            id = inside.id;
            place = Some((node.level - 1, inside.len));
        }
    }

    fn node(&mut self, id: ObjectId) -> Result<Arc<Node>> {
        if let Some((_, node)) = self.nodes.iter().find(|n| n.0 == id) {
            return Ok(node.clone());
        }
        // Without the places of a cached leaf's chunks, they could not be read from the store.
        let found = match &self.store {
            Some(store) => {
                let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
                let local = self.cache.node(&id).ok().flatten().filter(|n| self.has_chunks(n));
                match local {
                    Some(node) => Some(node),
                    None => Supply::new(&self.cache, Some(&mut store)).nodes(&[id], Want::Locations)?.pop(),
                }
            }
            None => Supply::new(&self.cache, None).nodes(&[id], Want::Nodes)?.pop(),
        };
        let node = Arc::new(found.ok_or_else(|| Error::internal("a node is missing"))?);
        keep(&mut self.nodes, (id, node.clone()), NODES_KEPT);
        Ok(node)
    }

    fn has_chunks(&self, node: &Node) -> bool {
        node.level > 0 || node.children.iter().all(|c| self.cache.locate(&c.id).is_some())
    }

    /// The bytes of a chunk. Where they have to come from the store, those that follow come with them, up to `until` in the
    /// file, in as few requests as they lie in.
    fn chunk(&mut self, place: &Place, until: u64) -> Result<Bytes> {
        let id = place.chunk().id;
        if let Some((_, chunk)) = self.chunks.iter().find(|c| c.0 == id) {
            return Ok(chunk.clone());
        }
        match self.cache.object(&id, FrameKind::Chunk) {
            Ok(Some(raw)) => {
                keep_bytes(&mut self.chunks, (id, raw.clone()));
                return Ok(raw);
            }
            Err(e) if self.store.is_none() => return Err(e),
            _ => {}
        }
        self.fetch_from(place, until)
    }

    fn fetch_from(&mut self, place: &Place, until: u64) -> Result<Bytes> {
        let first = place.chunk().id;
        let lost = || missing(&format!("chunk {first}"), None);
        let store = self.store.as_ref().ok_or_else(lost)?;
        let mut wanted = Vec::new();
        let remote = {
            let store = store.lock().unwrap_or_else(PoisonError::into_inner);
            wanted.push((first, store.known.get(&first).ok_or_else(lost)?));
            let mut start = place.start + place.chunk().len;
            let mut bytes = place.chunk().len;
            for next in &place.leaf.children[place.index + 1..] {
                bytes += next.len;
                if start >= until || bytes > AHEAD {
                    break;
                }
                start += next.len;
                let at_hand = self.cache.locate(&next.id).is_some() || self.chunks.iter().any(|c| c.0 == next.id);
                wanted.extend(store.known.get(&next.id).filter(|_| !at_hand).map(|at| (next.id, at)));
            }
            store.remote.clone()
        };
        // The store is free for others while the bytes come.
        match self.fetch_chunks(&remote, wanted.clone()) {
            // What is wrong further on is not what was asked for.
            Err(e) if wanted.len() > 1 && !e.retryable() => self.fetch_chunks(&remote, vec![wanted[0]])?,
            other => other?,
        }
        self.chunks.iter().find(|c| c.0 == first).map(|c| c.1.clone()).ok_or_else(lost)
    }

    fn fetch_chunks(&mut self, remote: &Remote, wanted: Vec<(ObjectId, Location)>) -> Result<()> {
        let chunks = &mut self.chunks;
        read_batches(remote, plan(wanted), |batch, bytes| {
            for (id, at, stored) in split(batch, &bytes) {
                keep_bytes(chunks, (id, check(remote, &id, &at, &stored)?));
            }
            Ok(())
        })?;
        Ok(())
    }
}

fn keep<T>(recent: &mut VecDeque<T>, item: T, most: usize) {
    recent.push_front(item);
    recent.truncate(most);
}

fn keep_bytes(recent: &mut VecDeque<(ObjectId, Bytes)>, item: (ObjectId, Bytes)) {
    recent.push_front(item);
    let mut sum: usize = recent.iter().map(|c| c.1.len()).sum();
    while sum > KEPT && recent.len() > 1 {
        sum -= recent.pop_back().map_or(0, |c| c.1.len());
    }
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let at = self.at;
        let n = count("file.read", &[], || self.read_now(at, buffer)).map_err(std::io::Error::other)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for FileReader {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let target = match to {
            SeekFrom::Start(n) => Some(n),
            SeekFrom::Current(n) => self.at.checked_add_signed(n),
            SeekFrom::End(n) => self.len.checked_add_signed(n),
        };
        self.at = target.ok_or(std::io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
