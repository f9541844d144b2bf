//! Reading a file version lazily: a seek costs nothing, a read costs the chunks that it touches.

use super::cache::Cache;
use super::session::Store;
use super::supply::{Supply, Want};
use crate::content::ids::{FileId, ObjectId};
use crate::content::manifest::{Child, Node};
use crate::error::{Error, Result};
use crate::facade::call::count;
use bytes::Bytes;
use std::collections::VecDeque;
use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// Decoded chunks kept at hand: at most 32 of 256 KiB.
const CHUNKS_KEPT: usize = 32;
/// Manifest nodes kept at hand: a way down the tree and its neighbours.
const NODES_KEPT: usize = 64;

/// A version of a file: `Read` and `Seek`, and reads at any place. Bytes come from the local cache where it has them,
/// else by ranges from the store; each chunk is checked against its id. What is read is not kept in the cache.
pub struct FileReader {
    cache: Arc<Cache>,
    store: Option<Arc<Mutex<Store>>>,
    root: FileId,
    len: u64,
    at: u64,
    nodes: VecDeque<(ObjectId, Arc<Node>)>,
    chunks: VecDeque<(ObjectId, Bytes)>,
}

/// A chunk of the file: where it begins, which it is.
struct Place {
    start: u64,
    chunk: Child,
}

impl FileReader {
    pub(crate) fn new(cache: Arc<Cache>, store: Option<Arc<Mutex<Store>>>, root: FileId, len: u64) -> Self {
        FileReader { cache, store, root, len, at: 0, nodes: VecDeque::new(), chunks: VecDeque::new() }
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
        while done < buffer.len() && offset + (done as u64) < self.len {
            let at = offset + done as u64;
            let place = self.find(at)?;
            let chunk = self.chunk(&place.chunk.id)?;
            if chunk.len() as u64 != place.chunk.len {
                return Err(Error::new(
                    crate::Code::Corrupt,
                    format!("chunk {} is not as long as its manifest says", place.chunk.id),
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
            let inside = node.children.iter().find_map(|child| {
                let end = start + child.len;
                if at < end {
                    return Some(*child);
                }
                start = end;
                None
            });
            let inside = inside.ok_or_else(|| {
                Error::new(
                    crate::Code::PointerInvalid,
                    format!("version {} has fewer bytes than its pointer says", self.root),
                )
                .remedy("The pointer was edited by hand: restore it with \"git checkout\".")
            })?;
            if node.level == 0 {
                return Ok(Place { start, chunk: inside });
            }
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

    fn chunk(&mut self, id: &ObjectId) -> Result<Bytes> {
        if let Some((_, chunk)) = self.chunks.iter().find(|c| c.0 == *id) {
            return Ok(chunk.clone());
        }
        let raw = match &self.store {
            Some(store) => {
                let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
                Supply::new(&self.cache, Some(&mut store)).chunk(id)?
            }
            None => Supply::new(&self.cache, None).chunk(id)?,
        };
        keep(&mut self.chunks, (*id, raw.clone()), CHUNKS_KEPT);
        Ok(raw)
    }
}

fn keep<T>(recent: &mut VecDeque<T>, item: T, most: usize) {
    recent.push_front(item);
    recent.truncate(most);
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
