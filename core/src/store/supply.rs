//! Reading files from wherever they are: the cache first, then the store.

use super::cache::{Cache, CacheWriter};
use super::fetch::{Batch, check, plan, read_batches, split};
use super::session::Store;
use crate::content::frame::{self, FrameKind};
use crate::content::ids::{FileId, ObjectId};
use crate::content::location::{Location, decode_locations};
use crate::content::manifest::Node;
use crate::error::{Code, Error, Result};
use bytes::Bytes;
use std::collections::HashMap;

/// Manifest nodes asked for at once.
const NODES_AT_ONCE: usize = 4096;

/// Whether cached nodes will do, or the places of their chunks in the store are wanted too.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    Nodes,
    Locations,
}

/// One clone's cache and, where one is connected, its store.
pub(crate) struct Supply<'a> {
    pub cache: &'a Cache,
    pub store: Option<&'a mut Store>,
    /// Where nodes that had to be fetched are kept; nowhere if `None`.
    pub keep: Option<&'a CacheWriter<'a>>,
    /// Bytes read from the store.
    pub downloaded: u64,
    /// The manifest nodes that were walked over.
    pub visited: Vec<ObjectId>,
}

/// The error for data that is nowhere to be found.
pub(crate) fn missing(what: &str, store: Option<&Store>) -> Error {
    let place = match store {
        Some(s) => format!("neither in the local cache nor in store {}", s.remote.address()),
        None => "not in the local cache, and no store is set or reachable".into(),
    };
    Error::new(Code::MissingData, format!("{what} is {place}"))
        .remedy("Ask whoever committed it to run \"octostore push\", or name the store that has it with \"octostore store set URL\".")
}

impl<'a> Supply<'a> {
    pub(crate) fn new(cache: &'a Cache, store: Option<&'a mut Store>) -> Self {
        Supply { cache, store, keep: None, downloaded: 0, visited: Vec::new() }
    }

    /// The same supply, keeping fetched nodes.
    pub(crate) fn keeping(self, writer: &'a CacheWriter<'a>) -> Self {
        Supply { keep: Some(writer), ..self }
    }

    /// Manifest nodes, in the order asked for.
    pub(crate) fn nodes(&mut self, ids: &[ObjectId], want: Want) -> Result<Vec<Node>> {
        let mut found: HashMap<ObjectId, Node> = HashMap::new();
        let mut away = Vec::new();
        for id in ids {
            // A damaged node in the cache is as good as none if the store has it.
            match self.cache.node(id) {
                Ok(Some(node)) if want == Want::Nodes || self.knows_chunks(&node) => {
                    found.insert(*id, node);
                }
                Err(e) if self.store.is_none() => return Err(e),
                _ => away.push(*id),
            }
        }
        if !away.is_empty() {
            self.fetch_nodes(&away, &mut found)?;
        }
        ids.iter()
            .map(|id| found.get(id).cloned().ok_or_else(|| missing(&format!("version {id}"), self.store.as_deref())))
            .collect()
    }

    /// Whether the store's places of this node's chunks are known; of an inner node's, its leaves are asked.
    fn knows_chunks(&self, node: &Node) -> bool {
        let Some(store) = &self.store else {
            return true;
        };
        node.level > 0 || node.children.iter().all(|c| store.known.get(&c.id).is_some())
    }

    fn fetch_nodes(&mut self, ids: &[ObjectId], found: &mut HashMap<ObjectId, Node>) -> Result<()> {
        let Some(store) = self.store.as_deref_mut() else {
            return Ok(());
        };
        let places = store.find_nodes(ids)?;
        let mut learned = Vec::new();
        let mut nodes = Vec::new();
        let remote = store.remote.clone();
        let batches = plan(places.iter().map(|(id, l)| (*id, *l)).collect());
        self.downloaded += read_batches(&remote, batches, |batch, bytes| {
            for (id, at, stored) in split(batch, &bytes) {
                let (node, frame, locations) = read_leaf(&remote, batch, &id, &at, &stored)?;
                learned.extend(locations);
                nodes.push((id, node, frame));
            }
            Ok(())
        })?;
        store.known.learn(places);
        store.known.learn(learned);
        for (id, node, frame) in nodes {
            if let Some(keep) = self.keep {
                keep.put_stored(id, &frame)?;
            }
            found.insert(id, node);
        }
        Ok(())
    }

    /// Walks the manifests of files and shows each leaf: which file (its index), where in the file, the leaf.
    pub(crate) fn leaves(
        &mut self,
        files: &[FileId],
        want: Want,
        visit: &mut dyn FnMut(usize, u64, &Node) -> Result<()>,
    ) -> Result<()> {
        // A stack, the next step on top, so that a file's leaves come in order.
        let mut stack: Vec<Step> =
            files.iter().enumerate().rev().map(|(file, id)| Step::Down(file, 0, ObjectId::from(*id), None)).collect();
        while let Some(step) = stack.pop() {
            match step {
                Step::Leaf(file, offset, node) => visit(file, offset, &node)?,
                down => {
                    stack.push(down);
                    self.open_top(&mut stack, want)?;
                }
            }
        }
        Ok(())
    }

    /// Replaces the nodes on top of the stack by their leaves and children, as many in one go as a request may ask for.
    fn open_top(&mut self, stack: &mut Vec<Step>, want: Want) -> Result<()> {
        let top = stack.split_off(stack.len().saturating_sub(NODES_AT_ONCE));
        let ids: Vec<_> =
            top.iter().filter_map(|step| if let Step::Down(_, _, id, _) = step { Some(*id) } else { None }).collect();
        let mut nodes = self.nodes(&ids, want)?.into_iter();
        self.visited.extend(ids);
        for step in top {
            let (Step::Down(file, offset, id, place), Some(node)) =
                (&step, if step.is_down() { nodes.next() } else { None })
            else {
                stack.push(step);
                continue;
            };
            if let Some((level, len)) = place {
                node.check_place(id, *level, *len)?;
            }
            if node.level == 0 {
                stack.push(Step::Leaf(*file, *offset, node));
                continue;
            }
            let mut end = offset + node.len();
            for child in node.children.iter().rev() {
                end -= child.len;
                stack.push(Step::Down(*file, end, child.id, Some((node.level - 1, child.len))));
            }
        }
        Ok(())
    }
}

enum Step {
    Leaf(usize, u64, Node),
    /// A node, with the level and the length that its parent says.
    Down(usize, u64, ObjectId, Option<(u8, u64)>),
}

impl Step {
    fn is_down(&self) -> bool {
        matches!(self, Step::Down(..))
    }
}

type ReadNode = (Node, Bytes, Vec<(ObjectId, Location)>);

/// A node as it lies in a store's pack: its frame, behind it the frame of its chunks' locations if it is a leaf.
fn read_leaf(
    remote: &super::remote::Remote,
    batch: &Batch,
    id: &ObjectId,
    at: &Location,
    stored: &Bytes,
) -> Result<ReadNode> {
    let cut = frame::read_header(stored).map_or(stored.len(), |h| h.stored_len()).min(stored.len());
    let first = stored.slice(..cut);
    let raw = check(remote, id, at, &first)?;
    let node = Node::parse(id, &raw)?;
    let rest = stored.slice(cut..);
    if rest.is_empty() {
        return Ok((node, first, Vec::new()));
    }
    let locations = frame::decode(id, FrameKind::Locations, &rest).ok().and_then(|raw| decode_locations(&node, &raw));
    let locations = locations.ok_or_else(|| {
        Error::new(
            Code::Corrupt,
            format!("store {}: the locations behind node {id} in pack {} are damaged", remote.address(), batch.pack),
        )
        .remedy("Run \"octostore fsck --store\".")
    })?;
    Ok((node, first, locations))
}
