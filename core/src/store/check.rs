//! Checks a store byte for byte: every pack that a repository's roots name, and every file version in them.

use super::cache::verify_entry;
use super::copy::packs_of;
use super::fetch::{Batch, read_batches, split};
use super::layout;
use super::session::Store;
use crate::content::frame::{self, FrameKind};
use crate::content::ids::{ObjectId, PackId};
use crate::content::location::Location;
use crate::content::manifest::Node;
use crate::content::pack::{HEADER, Pack, PackEntry, damaged};
use crate::error::{Code, Error, Result};
use crate::job::{Job, Phase};
use std::collections::{HashMap, HashSet};

/// What was looked at, and what is wrong.
#[derive(Default)]
pub(crate) struct Checked {
    pub packs: u64,
    pub bytes: u64,
    pub files: u64,
    pub problems: Vec<Error>,
}

impl Checked {
    /// Takes note of a problem; a cancelled check and a store that is out of reach end it.
    fn note<T>(&mut self, result: Result<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(e) if matches!(e.code(), Code::Cancelled | Code::StoreUnreachable | Code::StorePermission) => Err(e),
            Err(e) => {
                self.problems.push(e);
                Ok(None)
            }
        }
    }
}

/// Checks everything that `repository` published.
pub(crate) fn check(store: &mut Store, repository: &str, job: &Job) -> Result<Checked> {
    let mut checked = Checked::default();
    checked.note(store.epoch())?;
    let roots = store.read_roots(repository)?;
    let listed: HashMap<String, u64> =
        store.remote.list("v1/packs", usize::MAX)?.into_iter().map(|l| (l.key, l.len)).collect();
    let packs = packs_of(&roots);
    let total = packs.keys().filter_map(|id| listed.get(&layout::pack(*id))).sum();
    let phase = job.phase("verify", total, packs.len() as u64);
    let mut here: HashMap<ObjectId, u64> = HashMap::new();
    let mut nodes: HashMap<ObjectId, Node> = HashMap::new();
    for (id, named) in packs {
        let Some(len) = listed.get(&layout::pack(id)).copied() else {
            let gone = Error::new(
                Code::MissingData,
                format!("store {} has no pack {id}, which a root names", store.remote.address()),
            );
            checked.problems.push(gone.remedy(REPUSH));
            continue;
        };
        let Some(pack) = checked.note(store.read_index(id, len))? else {
            continue;
        };
        if named.hash.is_some_and(|h| h != pack.hash) || named.len.is_some_and(|l| l != len) {
            checked.problems.push(damaged(id, "it is not the pack that its root published"));
            continue;
        }
        check_frames(store, &pack, &phase, &mut here, &mut nodes, &mut checked)?;
        phase.advance(0, 1)?;
        checked.packs += 1;
        checked.bytes += len;
    }
    check_tables(store, &nodes, &mut checked)?;
    let files: HashSet<ObjectId> =
        roots.iter().flat_map(|(_, r)| &r.files).filter_map(|f| ObjectId::from_hex(f)).collect();
    for file in files {
        checked.files += 1;
        if let Err(e) = check_file(store, &file, &here, &nodes) {
            checked.problems.push(e);
        }
    }
    Ok(checked)
}

impl Store {
    /// Whether the store holds all of a file version, asked now: its manifest and every pack that has its chunks.
    pub(crate) fn holds(&mut self, cache: &super::cache::Cache, file: crate::content::ids::FileId) -> Result<bool> {
        use super::supply::{Supply, Want};
        if self.find_nodes(&[file.into()])?.is_empty() {
            return Ok(false);
        }
        let mut chunks = Vec::new();
        let mut supply = Supply::new(cache, Some(self));
        supply.leaves(&[file], Want::Locations, &mut |_, _, leaf| {
            chunks.extend(leaf.children.iter().map(|c| c.id));
            Ok(())
        })?;
        chunks.append(&mut supply.visited);
        let packs: HashSet<PackId> = chunks.iter().filter_map(|id| self.known.get(id)).map(|l| l.pack).collect();
        for pack in packs {
            let remote = self.remote.clone();
            if self.remote.wait(async move { remote.len(&layout::pack(pack)).await })?.is_none() {
                return Ok(false);
            }
        }
        Ok(chunks.iter().all(|id| self.known.get(id).is_some()))
    }
}

const REPUSH: &str = "Run \"octostore push --all\" in a clone that still has the data.";

fn check_frames(
    store: &Store,
    pack: &Pack,
    phase: &Phase,
    here: &mut HashMap<ObjectId, u64>,
    nodes: &mut HashMap<ObjectId, Node>,
    checked: &mut Checked,
) -> Result<()> {
    let head = store.remote.read_range(&layout::pack(pack.id), 0..HEADER.len() as u64);
    if checked.note(head)?.is_some_and(|h| h[..] != HEADER) {
        checked.problems.push(damaged(pack.id, "its header is wrong"));
    }
    let by_offset: HashMap<u64, PackEntry> = pack.entries.iter().map(|e| (e.offset, *e)).collect();
    let result = read_batches(&store.remote, batches(pack), |batch, bytes| {
        for (id, at, stored) in split(batch, &bytes) {
            phase.advance(u64::from(at.stored_len), 0)?;
            let Some(entry) = by_offset.get(&at.offset) else {
                continue;
            };
            match verify_entry(pack.id, entry, &stored) {
                Ok(()) => note_frame(&id, &stored, here, nodes),
                Err(e) => checked.problems.push(e),
            }
        }
        Ok(())
    });
    checked.note(result).map(|_| ())
}

/// All frames of a pack in ranges; frames of the same id (a leaf and its locations) stay apart.
fn batches(pack: &Pack) -> Vec<Batch> {
    super::fetch::plan(pack.entries.iter().map(|e| (e.id, Location::of(pack, e))).collect())
}

/// Takes note of a checked frame: a chunk with its length, or a node.
fn note_frame(
    id: &ObjectId,
    stored: &bytes::Bytes,
    here: &mut HashMap<ObjectId, u64>,
    nodes: &mut HashMap<ObjectId, Node>,
) {
    let word = frame::read_header(stored).map(|h| h.word);
    let kind = word.and_then(|w| w.kind().ok());
    if let (Some(FrameKind::Chunk), Some(word)) = (kind, word) {
        here.insert(*id, word.raw_len() as u64);
    }
    let is_node = kind == Some(FrameKind::Node);
    if let Some(node) = is_node.then(|| frame::raw(stored).and_then(|raw| Node::parse(id, &raw))).and_then(Result::ok) {
        nodes.insert(*id, node);
    }
}

/// Each files table must be whole, and lead to every node.
fn check_tables(store: &mut Store, nodes: &HashMap<ObjectId, Node>, checked: &mut Checked) -> Result<()> {
    let mut found: HashMap<ObjectId, PackId> = HashMap::new();
    for listed in store.relist_tables()? {
        let table = store.table_bytes(&listed);
        let table = table.and_then(|bytes| crate::content::table::Table::parse(&listed.key, bytes));
        if let Some(table) = checked.note(table)? {
            found.extend(table.iter().map(|(id, at)| (id, at.pack)));
        }
    }
    let lost = nodes.keys().filter(|id| !found.contains_key(*id)).count();
    if lost > 0 {
        let message = format!("store {}: {lost} manifest nodes are in no files table", store.remote.address());
        checked.problems.push(Error::new(Code::Corrupt, message).remedy(REPUSH));
    }
    Ok(())
}

fn check_file(
    store: &Store,
    file: &ObjectId,
    here: &HashMap<ObjectId, u64>,
    nodes: &HashMap<ObjectId, Node>,
) -> Result<()> {
    let lost = |what: &str, id: &ObjectId| {
        let message = format!("store {}: version {file} lacks {what} {id}", store.remote.address());
        Err(Error::new(Code::MissingData, message).remedy(REPUSH).with("version", file.to_string()))
    };
    let mut stack = vec![(*file, None)];
    // A node that stands for many places of a file is looked at once.
    let mut seen = HashSet::new();
    while let Some((id, place)) = stack.pop() {
        let Some(node) = nodes.get(&id) else {
            return lost("manifest node", &id);
        };
        if let Some((level, len)) = place {
            node.check_place(&id, level, len)?;
        }
        if !seen.insert(id) {
            continue;
        }
        if node.level > 0 {
            stack.extend(node.children.iter().map(|c| (c.id, Some((node.level - 1, c.len)))));
        } else if let Some(chunk) = node.children.iter().find(|c| here.get(&c.id) != Some(&c.len)) {
            return lost("chunk", &chunk.id);
        }
    }
    Ok(())
}
