//! A file as a tree of its chunks: a prolly tree, whose shape depends on the chunk ids alone.
//!
//! Two versions of a file share all nodes but those on the way to an edit; the root's id is the file's id, so a range is
//! read, and proven, in a few nodes. Where chunks lie is never in a node. `docs/format.md`, "Manifest".

use super::frame::MAX_RAW;
use super::ids::{FileId, Kind, ObjectId, object_id};
use crate::error::{Code, Error, Result};
use bytes::Bytes;

/// A node may end after this many entries...
const MIN_ENTRIES: usize = 32;
/// ...and always ends after this many, so that repeats do not make one node of a file.
const MAX_ENTRIES: usize = 512;
/// Deeper trees than this hold more than 2^64 bytes: a cycle or a lie.
const MAX_LEVEL: u8 = 12;

/// One entry of a node: a chunk or a child node, and how many bytes of the file it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Child {
    pub id: ObjectId,
    pub len: u64,
}

/// A node: level 0 holds chunks, level n holds nodes of level n-1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub level: u8,
    pub children: Vec<Child>,
}

impl Node {
    /// Bytes of the file that the node stands for.
    pub(crate) fn len(&self) -> u64 {
        self.children.iter().map(|c| c.len).sum()
    }

    /// Fails unless the node is what its parent's entry says it is: of this level, and this long. Two readers could
    /// else make different files of one id, and a tree of any depth would be walked.
    pub(crate) fn check_place(&self, id: &ObjectId, level: u8, len: u64) -> Result<()> {
        if self.level == level && self.len() == len {
            return Ok(());
        }
        Err(Error::new(Code::Corrupt, format!("manifest node {id} is not what the node above it says"))
            .with("id", id.to_string()))
    }

    /// The node's bytes, whose hash is its id.
    pub(crate) fn to_bytes(&self) -> Bytes {
        let mut out = Vec::with_capacity(3 + self.children.len() * 36);
        out.push(self.level);
        out.extend_from_slice(&(self.children.len() as u16).to_le_bytes());
        for child in &self.children {
            out.extend_from_slice(&child.id.0);
            put_varint(&mut out, child.len);
        }
        out.into()
    }

    /// Reads a node; `bytes` were checked against `id`.
    pub(crate) fn parse(id: &ObjectId, bytes: &[u8]) -> Result<Node> {
        read_node(bytes).ok_or_else(|| {
            Error::new(Code::Corrupt, format!("manifest node {id} does not follow the format"))
                .with("id", id.to_string())
        })
    }
}

fn read_node(bytes: &[u8]) -> Option<Node> {
    let level = *bytes.first()?;
    let count = usize::from(u16::from_le_bytes(bytes.get(1..3)?.try_into().ok()?));
    if level > MAX_LEVEL || count > MAX_ENTRIES || (count == 0 && level > 0) {
        return None;
    }
    let mut rest = &bytes[3..];
    let mut total = 0u64;
    let mut children = Vec::with_capacity(count);
    for _ in 0..count {
        let id = ObjectId(rest.get(..32)?.try_into().ok()?);
        rest = &rest[32..];
        let len = take_varint(&mut rest)?;
        if len == 0 || (level == 0 && len > MAX_RAW as u64) {
            return None;
        }
        total = total.checked_add(len)?;
        children.push(Child { id, len });
    }
    rest.is_empty().then_some(Node { level, children })
}

/// LEB128, as short as it can be.
fn put_varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn take_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut n = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = *rest.first()?;
        *rest = &rest[1..];
        let low = u64::from(byte & 0x7f);
        if shift == 63 && low > 1 {
            return None;
        }
        n |= low << shift;
        if byte & 0x80 == 0 {
            // A longer form of the same number would give the same node a second id.
            return (byte != 0 || shift == 0).then_some(n);
        }
    }
    None
}

/// Whether a node of this level ends after its `count`-th entry, which has this id.
pub(super) fn ends_after(level: u8, count: usize, id: &ObjectId) -> bool {
    if count >= MAX_ENTRIES {
        return true;
    }
    let mut first = [0; 8];
    first.copy_from_slice(&id.0[..8]);
    let mixed = (u64::from_le_bytes(first) ^ u64::from(level)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    count > MIN_ENTRIES && (mixed >> 32) & 0x7f == 0
}

/// Builds the tree of a file from its chunks in order; hands out each node when it is complete, children first.
#[derive(Default)]
pub(crate) struct Builder {
    levels: Vec<Level>,
}

#[derive(Default)]
struct Level {
    children: Vec<Child>,
    nodes: u64,
}

impl Builder {
    /// Adds the next chunk; `emit` gets the nodes that it completes.
    pub(crate) fn push(&mut self, chunk: Child, emit: &mut dyn FnMut(ObjectId, Bytes) -> Result<()>) -> Result<()> {
        self.push_at(0, chunk, emit)
    }

    fn push_at(
        &mut self,
        level: usize,
        child: Child,
        emit: &mut dyn FnMut(ObjectId, Bytes) -> Result<()>,
    ) -> Result<()> {
        if self.levels.len() == level {
            self.levels.push(Level::default());
        }
        let here = &mut self.levels[level];
        here.children.push(child);
        if ends_after(level as u8, here.children.len(), &child.id) {
            let node = self.close(level, emit)?;
            self.push_at(level + 1, node, emit)?;
        }
        Ok(())
    }

    fn close(&mut self, level: usize, emit: &mut dyn FnMut(ObjectId, Bytes) -> Result<()>) -> Result<Child> {
        let here = &mut self.levels[level];
        let node = Node { level: level as u8, children: std::mem::take(&mut here.children) };
        here.nodes += 1;
        let bytes = node.to_bytes();
        let id = object_id(Kind::Node, &bytes);
        emit(id, bytes)?;
        Ok(Child { id, len: node.len() })
    }

    /// Ends the file and gives its id: the root is the one node of the lowest level that has only one.
    pub(crate) fn finish(mut self, emit: &mut dyn FnMut(ObjectId, Bytes) -> Result<()>) -> Result<FileId> {
        let mut level = 0;
        loop {
            if self.levels.len() == level {
                self.levels.push(Level::default());
            }
            let here = &self.levels[level];
            if here.nodes == 0 && (level == 0 || here.children.len() > 1) {
                return Ok(self.close(level, emit)?.id.into());
            }
            if here.nodes == 0 {
                // One child only: it is the root itself, already handed out.
                return match here.children.first() {
                    Some(root) => Ok(root.id.into()),
                    None => Err(Error::internal("a manifest without a root")),
                };
            }
            if !here.children.is_empty() {
                let node = self.close(level, emit)?;
                self.push_at(level + 1, node, emit)?;
            }
            level += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::HashMap;

    fn chunk(n: u64) -> Child {
        Child { id: object_id(Kind::Chunk, &n.to_le_bytes()), len: 1000 + n % 7 }
    }

    fn build(chunks: impl Iterator<Item = Child>) -> (FileId, HashMap<ObjectId, Node>) {
        let mut nodes = HashMap::new();
        let mut emit = |id, bytes: Bytes| {
            nodes.insert(id, Node::parse(&id, &bytes).unwrap());
            Ok(())
        };
        let mut builder = Builder::default();
        for c in chunks {
            builder.push(c, &mut emit).unwrap();
        }
        let id = builder.finish(&mut emit).unwrap();
        (id, nodes)
    }

    fn leaves(root: ObjectId, nodes: &HashMap<ObjectId, Node>) -> Vec<Child> {
        let node = &nodes[&root];
        if node.level == 0 {
            return node.children.clone();
        }
        node.children
            .iter()
            .flat_map(|c| {
                assert_eq!(nodes[&c.id].len(), c.len);
                assert_eq!(nodes[&c.id].level, node.level - 1);
                leaves(c.id, nodes)
            })
            .collect()
    }

    #[test]
    fn the_tree_holds_the_chunks_in_order() {
        for n in [0, 1, 2, 32, 33, 511, 512, 513, 5_000, 100_000] {
            let (root, nodes) = build((0..n).map(chunk));
            assert_eq!(leaves(root.into(), &nodes), (0..n).map(chunk).collect::<Vec<_>>(), "{n} chunks");
        }
    }

    #[test]
    fn repeats_stay_shallow() {
        // 5 GiB of zeros are 20,480 chunks of 256 KiB; 16 KiB repeated is at most 327,680 chunks.
        for n in [20_480, 327_680] {
            let (root, nodes) = build((0..n).map(|_| chunk(1)));
            assert!(nodes[&root.into()].level < 4, "{n} chunks");
        }
    }

    #[test]
    fn an_edit_changes_few_nodes() {
        let (_, old) = build((0..100_000).map(chunk));
        let (_, new) = build((0..100_000).map(|n| chunk(if n == 50_000 { 7_000_000 } else { n })));
        let fresh = new.keys().filter(|id| !old.contains_key(id)).count();
        assert!(fresh <= 8, "{fresh} new nodes");
    }

    #[test]
    fn nodes_that_break_the_grammar_are_refused() {
        let id = ObjectId([0; 32]);
        let good = Node { level: 0, children: vec![chunk(1), chunk(2)] }.to_bytes();
        assert!(Node::parse(&id, &good).is_ok());
        for cut in 0..good.len() {
            assert!(Node::parse(&id, &good[..cut]).is_err());
        }
        assert!(Node::parse(&id, &[&good[..], b"x"].concat()).is_err());
        let mut long_form = good.to_vec();
        long_form.pop();
        long_form.extend([0x80 | 0x6a, 0x80, 0]);
        assert!(Node::parse(&id, &long_form).is_err());
    }
}
