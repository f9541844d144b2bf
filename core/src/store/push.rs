//! A push: packs, files table and root into the store, in the order that lets no collection take what it relies on.
//!
//! Read the epoch, take a lease; upload what the store lacks; confirm what it is said to have; publish table and root;
//! read the epoch again, and go round once more if it moved. Only then may git move a ref. `docs/format.md`, "Push".

use super::cache::{Cache, check_sums, read_pack};
use super::layout::{self, Condemned, Root, RootPack};
use super::lease::Held;
use super::lock::ProcessLock;
use super::session::Store;
use super::spool::{Spool, upload_of};
use super::supply::{Supply, Want, missing};
use super::upload::{Upload, upload_all};
use crate::content::frame::{Frame, FrameKind};
use crate::content::ids::{FileId, ObjectId, PackId};
use crate::content::location::{Location, encode_locations};
use crate::content::manifest::Node;
use crate::content::pack::Pack;
use crate::content::table::Row;
use crate::error::{Code, Error, Result};
use crate::job::{Job, Phase, total};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// A local pack goes up as it is when it is at least this long...
const WHOLE_MIN: u64 = 16 << 20;
/// ...and at least this share of it (in percent) is wanted; else the wanted frames are copied into new packs.
const WHOLE_SHARE: u64 = 90;
/// Spooled packs sent together.
const SPOOLED_AT_ONCE: usize = 4;
/// File bytes planned at once: bounds the list of chunks in memory to some 100 MB.
const GROUP: u64 = 64 << 30;
/// Rounds before a store whose epoch moves all the time is given up.
const ROUNDS: usize = 10;

/// A file version to publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub id: FileId,
    pub size: u64,
    /// The version before it at the same path, whose chunks the store most likely has.
    pub previous: Option<FileId>,
}

/// What a push did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pushed {
    pub files: u64,
    pub packs: u64,
    pub uploaded_bytes: u64,
    pub reused_bytes: u64,
}

/// Publishes file versions.
pub(crate) fn push(
    store: &mut Store,
    cache: &Cache,
    repository: &str,
    versions: &[Version],
    job: &Job,
) -> Result<Pushed> {
    // Spool and journals are one for all processes of this clone.
    let _lock = ProcessLock::take(store.known.dir(), job)?;
    let mut epoch = store.epoch()?;
    let _lease = Held::take(store, repository, epoch)?;
    let journals = store.known.dir().join("uploads");
    let mut spool = Spool::begin(store.known.dir().join("spool"))?;
    let total = total(versions.iter().map(|v| v.size));
    let phase = Arc::new(job.phase("upload", total, 0));
    let mut push = Push {
        store,
        cache,
        spool: &mut spool,
        journals,
        phase,
        done: Pushed::default(),
        packs: Vec::new(),
        reused: BTreeSet::new(),
        published: None,
    };
    for _ in 0..ROUNDS {
        job.check()?;
        push.round(versions, epoch)?;
        let root = push.publish(repository, versions, epoch)?;
        if let Some(old) = push.published.replace(root) {
            // It may name packs that are gone, and nothing relies on it: git has not moved yet.
            push.store.remote.delete(&old)?;
        }
        let now = push.store.epoch()?;
        if now == epoch {
            push.done.files = versions.len() as u64;
            push.store.known.save()?;
            // The push is done; tidying up may be left to the next one.
            let _ = push.store.merge_tables();
            return Ok(push.done);
        }
        epoch = now;
    }
    Err(Error::new(Code::StoreConflict, "the store is being collected over and over; the push did not come to an end")
        .remedy("Run the same command again later."))
}

struct Push<'a> {
    store: &'a mut Store,
    cache: &'a Cache,
    spool: &'a mut Spool,
    journals: std::path::PathBuf,
    phase: Arc<Phase>,
    done: Pushed,
    /// Packs written by this push.
    packs: Vec<RootPack>,
    /// Packs found in the store that the versions rely on.
    reused: BTreeSet<PackId>,
    /// The root that the round before this one published.
    published: Option<String>,
}

impl Push<'_> {
    /// Brings everything that the versions need into the store.
    fn round(&mut self, versions: &[Version], epoch: u64) -> Result<()> {
        self.reused.clear();
        let mut table = Vec::new();
        for group in groups(versions) {
            let wanted = loop {
                let (wanted, reused) = self.plan(group)?;
                let gone = self.confirm(&reused, epoch)?;
                if gone.is_empty() {
                    self.reused.extend(reused);
                    break wanted;
                }
                self.packs.retain(|p| PackId::from_hex(&p.id).is_none_or(|id| !gone.contains(&id)));
                self.store.known.forget(&gone)?;
            };
            self.upload_chunks(wanted, epoch)?;
            table.extend(self.upload_nodes(group, epoch)?);
        }
        self.done.uploaded_bytes += self.store.put_tables(&table)?;
        Ok(())
    }

    /// The chunks that the store lacks, with their local places, and the packs that hold the others.
    fn plan(&mut self, versions: &[Version]) -> Result<(Vec<Row>, BTreeSet<PackId>)> {
        let there = self.roots_there(versions)?;
        // After a collection a manifest may be there whose chunks are not all: what is here too is looked through.
        let doubtful = |v: &Version| {
            !self.store.known.gone().is_empty() && self.cache.node(&v.id.into()).is_ok_and(|n| n.is_some())
        };
        let (old, new): (Vec<&Version>, Vec<&Version>) =
            versions.iter().partition(|v| there.contains(&v.id) && !doubtful(v));
        let helpful: BTreeSet<FileId> = new.iter().filter_map(|v| v.previous).filter(|p| there.contains(p)).collect();
        self.learn_places(helpful.into_iter().collect())?;
        let known: Vec<FileId> = old.iter().map(|v| v.id).collect();
        let mut reused = BTreeSet::new();
        let mut chunks = Vec::new();
        // Reading these manifests from the store also teaches where their chunks are.
        let mut supply = Supply::new(self.cache, Some(self.store));
        supply.leaves(&known, Want::Locations, &mut |_, _, leaf| {
            chunks.extend(leaf.children.iter().map(|c| c.id));
            Ok(())
        })?;
        let mut nodes = supply.visited;
        if let Some(lost) = chunks.iter().find(|id| self.store.known.get(id).is_none()) {
            return Err(missing(&format!("chunk {lost}"), Some(self.store)));
        }
        let mut wanted = Vec::new();
        let mut seen = HashSet::new();
        let ids: Vec<_> = new.iter().map(|v| v.id).collect();
        let (known, cache) = (&self.store.known, self.cache);
        let mut reused_bytes = total(old.iter().map(|v| v.size));
        let mut supply = Supply::new(cache, None);
        supply.leaves(&ids, Want::Nodes, &mut |_, _, leaf| {
            for chunk in &leaf.children {
                if let Some(at) = known.get(&chunk.id) {
                    reused.insert(at.pack);
                    reused_bytes = reused_bytes.saturating_add(chunk.len);
                } else if seen.insert(chunk.id) {
                    let at = cache
                        .locate(&chunk.id)
                        .ok_or_else(|| missing(&format!("chunk {}", chunk.id), Some(self.store)))?;
                    wanted.push((chunk.id, at));
                } else {
                    reused_bytes = reused_bytes.saturating_add(chunk.len);
                }
            }
            Ok(())
        })?;
        nodes.append(&mut supply.visited);
        reused.extend(chunks.iter().chain(&nodes).filter_map(|id| known.get(id)).map(|at| at.pack));
        self.done.reused_bytes = reused_bytes;
        self.phase.advance(reused_bytes, 0)?;
        Ok((wanted, reused))
    }

    /// Learns where the store holds the chunks of earlier versions. They only help: one that was collected does not.
    fn learn_places(&mut self, files: Vec<FileId>) -> Result<()> {
        match Supply::new(self.cache, Some(self.store)).leaves(&files, Want::Locations, &mut |_, _, _| Ok(())) {
            Err(e) if e.code() == Code::MissingData => Ok(()),
            other => other,
        }
    }

    /// Which of the versions, and of those before them, have their manifest in the store.
    fn roots_there(&mut self, versions: &[Version]) -> Result<HashSet<FileId>> {
        let ids: BTreeSet<FileId> = versions.iter().flat_map(|v| [Some(v.id), v.previous]).flatten().collect();
        let (there, unknown): (Vec<FileId>, Vec<FileId>) =
            ids.into_iter().partition(|id| self.store.known.get(&(*id).into()).is_some());
        let mut there: HashSet<FileId> = there.into_iter().collect();
        if !unknown.is_empty() {
            let ids: Vec<_> = unknown.into_iter().map(ObjectId::from).collect();
            let found = self.store.find_nodes(&ids)?;
            there.extend(found.keys().map(|id| FileId::from(*id)));
            self.store.known.learn(found);
        }
        Ok(there)
    }

    /// Makes sure that packs which were seen at an older epoch are still there; gives those that are not.
    fn confirm(&mut self, packs: &BTreeSet<PackId>, epoch: u64) -> Result<HashSet<PackId>> {
        let old: Vec<_> =
            packs.iter().copied().filter(|p| self.store.known.seen(*p).is_none_or(|s| s.epoch < epoch)).collect();
        if old.is_empty() {
            return Ok(HashSet::new());
        }
        let condemned = self.condemned()?;
        let remote = self.store.remote.clone();
        let at_once = remote.context().connections();
        let lens: Vec<(PackId, Option<u64>)> = remote.clone().wait(async move {
            let look = |pack: PackId| {
                let remote = remote.clone();
                async move { Ok::<_, Error>((pack, remote.len(&layout::pack(pack)).await?)) }
            };
            stream::iter(old.into_iter().map(look)).buffer_unordered(at_once).try_collect().await
        })?;
        let (there, gone): (Vec<_>, Vec<_>) =
            lens.into_iter().partition(|(id, len)| len.is_some() && !condemned.contains(id));
        self.store.known.confirm(there.into_iter().filter_map(|(id, len)| Some((id, len?))), epoch)?;
        Ok(gone.into_iter().map(|(id, _)| id).collect())
    }

    /// Packs that a collection is about to remove.
    fn condemned(&self) -> Result<HashSet<PackId>> {
        let mut packs = HashSet::new();
        for listed in self.store.remote.list(layout::GC, usize::MAX)? {
            if let Some(bytes) = self.store.remote.get(&listed.key)? {
                let list: Condemned = layout::from_json(self.store.remote.address(), &listed.key, &bytes)?;
                let names: Option<Vec<_>> = list.packs.iter().map(|p| PackId::from_hex(p)).collect();
                // A condemned pack must not be taken for a safe one because its name is damaged.
                packs.extend(names.ok_or_else(|| layout::no_name(self.store.remote.address(), &listed.key))?);
            }
        }
        Ok(packs)
    }

    fn upload_chunks(&mut self, wanted: Vec<Row>, epoch: u64) -> Result<()> {
        let mut by_pack: BTreeMap<PackId, u64> = BTreeMap::new();
        for (_, at) in &wanted {
            *by_pack.entry(at.pack).or_default() += u64::from(at.stored_len);
        }
        let lens: HashMap<PackId, u64> = wanted.iter().map(|(_, at)| (at.pack, at.pack_len)).collect();
        let as_it_is = |pack: &PackId, share: u64| {
            let len = lens.get(pack).copied().unwrap_or(u64::MAX);
            len >= WHOLE_MIN && share >= len / 100 * WHOLE_SHARE
        };
        let mut whole: BTreeSet<PackId> =
            by_pack.into_iter().filter(|(p, share)| as_it_is(p, *share)).map(|(p, _)| p).collect();
        if !whole.is_empty() {
            // A pack that was condemned under its name would be taken away under that name.
            let condemned = self.condemned()?;
            whole.retain(|p| !condemned.contains(p) && !self.store.known.gone().contains(p));
        }
        self.upload_whole(&whole, epoch)?;
        for (id, at) in wanted.iter().filter(|(_, at)| !whole.contains(&at.pack)) {
            let stored = self.cache.read(at)?.ok_or_else(|| missing(&format!("chunk {id}"), None))?;
            self.spool.copy(*id, &stored)?;
            if self.spool.done() >= SPOOLED_AT_ONCE {
                self.send_spool(epoch)?;
            }
        }
        self.spool.close()?;
        self.send_spool(epoch)
    }

    /// Sends local packs under their own names.
    fn upload_whole(&mut self, packs: &BTreeSet<PackId>, epoch: u64) -> Result<()> {
        for some in packs.iter().copied().collect::<Vec<_>>().chunks(SPOOLED_AT_ONCE) {
            let mut read = Vec::new();
            for id in some {
                let path = self.cache.pack_path(*id);
                let failed = |e| Error::io(&path, "reading a pack", e);
                let file = std::fs::File::open(&path).map_err(failed)?;
                let pack = read_pack(*id, &file, file.metadata().map_err(failed)?.len())?;
                check_sums(&pack, &file)?;
                read.push(pack);
            }
            let uploads =
                read.iter().map(|p| upload_of(self.cache.pack_path(p.id), p.id, p.len, &self.journals)).collect();
            self.send(uploads, &read, epoch)?;
        }
        Ok(())
    }

    fn send_spool(&mut self, epoch: u64) -> Result<()> {
        let packs = self.spool.take_done();
        let uploads = packs.iter().map(|p| self.spool.upload(p, &self.journals)).collect();
        self.send(uploads, &packs, epoch)?;
        packs.iter().for_each(|p| self.spool.remove(p.id));
        Ok(())
    }

    fn send(&mut self, uploads: Vec<Upload>, packs: &[Pack], epoch: u64) -> Result<()> {
        upload_all(&self.store.remote, uploads, self.phase.clone())?;
        for pack in packs {
            // A leaf's place includes the locations behind it and is learned where it is written.
            let chunks = pack.entries.iter().filter(|e| matches!(e.word.kind(), Ok(FrameKind::Chunk)));
            self.store.known.learn(chunks.map(|e| (e.id, Location::of(pack, e))));
            self.done.packs += 1;
            self.done.uploaded_bytes += pack.len;
            let hash = blake3::Hash::from_bytes(pack.hash).to_hex().to_string();
            self.packs.push(RootPack { id: pack.id.to_string(), length: pack.len, hash });
        }
        // Kept now, not at the end: a push that dies is gone on with from here.
        self.store.known.confirm(packs.iter().map(|p| (p.id, p.len)), epoch)?;
        self.store.known.save()
    }

    /// Writes the manifest nodes that the store lacks into packs of their own, each leaf with its chunks' places behind
    /// it; gives their rows for the files table.
    fn upload_nodes(&mut self, versions: &[Version], epoch: u64) -> Result<Vec<Row>> {
        let mut rows: Vec<Row> = Vec::new();
        let mut written = HashSet::new();
        for version in versions {
            let mut stack = vec![ObjectId::from(version.id)];
            while let Some(id) = stack.pop() {
                let known = self.store.known.get(&id).is_some();
                if (known && self.store.known.gone().is_empty()) || !written.insert(id) {
                    continue;
                }
                let node = match self.cache.node(&id)? {
                    Some(node) => node,
                    None if known => continue,
                    None => return Err(missing(&format!("version {}", version.id), None)),
                };
                if node.level > 0 {
                    stack.extend(node.children.iter().rev().map(|c| c.id));
                }
                if known && !self.has_moved(&node) {
                    continue;
                }
                rows.push(self.write_node(id, &node)?);
            }
        }
        self.spool.close()?;
        let lens = self.spool.lens();
        self.send_spool(epoch)?;
        for (_, at) in &mut rows {
            at.pack_len = lens.get(&at.pack).copied().unwrap_or_default();
        }
        self.store.known.learn(rows.iter().copied());
        Ok(rows)
    }

    /// Whether chunks of a leaf were sent anew by this push, so that the places behind its stored form are wrong.
    fn has_moved(&self, node: &Node) -> bool {
        let sent: HashSet<PackId> = self.packs.iter().filter_map(|p| PackId::from_hex(&p.id)).collect();
        let moved = |id: &ObjectId| self.store.known.get(id).is_some_and(|at| sent.contains(&at.pack));
        node.level == 0 && node.children.iter().any(|c| moved(&c.id))
    }

    fn write_node(&mut self, id: ObjectId, node: &Node) -> Result<Row> {
        let mut frames = vec![Frame::encode(id, FrameKind::Node, &node.to_bytes())?];
        if node.level == 0 && !node.children.is_empty() {
            let place =
                |id: &ObjectId| self.store.known.get(id).ok_or_else(|| Error::internal("a chunk was not uploaded"));
            let places = node.children.iter().map(|c| place(&c.id)).collect::<Result<Vec<_>>>()?;
            frames.push(Frame::encode(id, FrameKind::Locations, &encode_locations(&places))?);
        }
        let (pack, entries) = self.spool.append(&frames)?;
        let stored_len = entries.iter().map(|e| e.stored_len).sum();
        Ok((id, Location { pack, pack_len: 0, offset: entries[0].offset, stored_len, word: entries[0].word }))
    }

    fn publish(&mut self, repository: &str, versions: &[Version], epoch: u64) -> Result<String> {
        let written: HashSet<&str> = self.packs.iter().map(|p| p.id.as_str()).collect();
        let root = Root {
            version: layout::VERSION,
            repository: repository.into(),
            epoch,
            time: layout::now(),
            files: versions.iter().map(|v| v.id.to_string()).collect(),
            reused: self.reused.iter().map(PackId::to_string).filter(|p| !written.contains(p.as_str())).collect(),
            packs: self.packs.clone(),
        };
        let bytes = layout::to_json(&root)?;
        self.done.uploaded_bytes += bytes.len() as u64;
        let key = layout::root(repository, layout::new_name()?);
        if self.store.remote.create(&key, bytes)? {
            return Ok(key);
        }
        Err(Error::internal(format!("{key} is there already")))
    }
}

/// Runs of versions whose sizes add up to what is planned at once.
fn groups(versions: &[Version]) -> Vec<&[Version]> {
    let mut groups = Vec::new();
    let (mut start, mut sum) = (0, 0u64);
    for (n, version) in versions.iter().enumerate() {
        if n > start && sum.saturating_add(version.size) > GROUP {
            groups.push(&versions[start..n]);
            (start, sum) = (n, 0);
        }
        sum = sum.saturating_add(version.size);
    }
    if start < versions.len() {
        groups.push(&versions[start..]);
    }
    groups
}
