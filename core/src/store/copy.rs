//! A repository's data from one store to another: its packs as they are, one files table made from them, its roots.

use super::fetch::read_batches;
use super::layout::{self, Root};
use super::session::Store;
use super::upload::{Upload, upload_all};
use crate::content::frame::FrameKind;
use crate::content::ids::PackId;
use crate::content::location::Location;
use crate::content::pack::{FOOTER_LEN, Footer, Pack, TAIL_LEN, damaged};
use crate::content::table::Row;
use crate::error::{Code, Error, Result};
use crate::job::{Job, Phase};
use crate::store::fetch::Batch;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

/// Bytes of a pack asked for at once.
const PIECE: u64 = 8 << 20;

/// A pack as a root names it: its hash is known from the root that published it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    pub len: Option<u64>,
    pub hash: Option<[u8; 32]>,
}

/// What was copied.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Copied {
    pub packs: u64,
    pub bytes: u64,
}

impl Store {
    /// The roots of a repository, by key.
    pub(super) fn read_roots(&self, repository: &str) -> Result<Vec<(String, Root)>> {
        let mut roots = Vec::new();
        for listed in self.remote.list(&layout::roots(repository), usize::MAX)? {
            if let Some(bytes) = self.remote.get(&listed.key)? {
                let root = Root::read(self.remote.address(), &listed.key, &bytes)?;
                roots.push((listed.key, root));
            }
        }
        Ok(roots)
    }

    /// Reads footer and index of a pack.
    pub(super) fn read_index(&self, id: PackId, len: u64) -> Result<Pack> {
        let key = layout::pack(id);
        let tail = self.remote.read_range(&key, len.saturating_sub(TAIL_LEN)..len)?;
        let footer = Footer::parse(id, len, &tail)?;
        let start = len - tail.len() as u64;
        let index = if footer.index_offset >= start {
            let from = (footer.index_offset - start) as usize;
            tail.slice(from..tail.len() - FOOTER_LEN)
        } else {
            self.remote.read_range(&key, footer.index_offset..footer.index_offset + footer.index_len)?
        };
        Ok(Pack { id, len, hash: footer.hash, entries: footer.parse_index(id, &index)? })
    }
}

/// Every pack that these roots name.
pub(super) fn packs_of(roots: &[(String, Root)]) -> BTreeMap<PackId, Named> {
    let mut packs: BTreeMap<PackId, Named> = BTreeMap::new();
    for (_, root) in roots {
        for reused in root.reused.iter().filter_map(|p| PackId::from_hex(p)) {
            packs.entry(reused).or_insert(Named { len: None, hash: None });
        }
        for pack in &root.packs {
            if let Some(id) = PackId::from_hex(&pack.id) {
                let hash = blake3::Hash::from_hex(&pack.hash).ok().map(|h| *h.as_bytes());
                packs.insert(id, Named { len: Some(pack.length), hash });
            }
        }
    }
    packs
}

/// The rows of a pack's manifest nodes, each with the locations behind it.
pub(super) fn node_rows(pack: &Pack) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for entry in &pack.entries {
        match entry.word.kind() {
            Ok(FrameKind::Node) => rows.push((entry.id, Location::of(pack, entry))),
            Ok(FrameKind::Locations) => {
                if let Some((_, leaf)) =
                    rows.last_mut().filter(|(id, leaf)| *id == entry.id && leaf.end() == entry.offset)
                {
                    leaf.stored_len += entry.stored_len;
                }
            }
            _ => {}
        }
    }
    rows
}

/// Copies what `repository` published in `from` to `to`. What is there already is not sent again.
pub(crate) fn copy(from: &Store, to: &mut Store, repository: &str, job: &Job) -> Result<Copied> {
    let roots = from.read_roots(repository)?;
    let packs = packs_of(&roots);
    let there: BTreeSet<String> = to.remote.list("v1/packs", usize::MAX)?.into_iter().map(|l| l.key).collect();
    let listed: BTreeMap<String, u64> =
        from.remote.list("v1/packs", usize::MAX)?.into_iter().map(|l| (l.key, l.len)).collect();
    let len_of = |id: PackId| {
        listed.get(&layout::pack(id)).copied().ok_or_else(|| {
            Error::new(
                Code::MissingData,
                format!("store {} has no pack {id}, which a root names", from.remote.address()),
            )
            .remedy("Run \"octostore fsck --store\" in a clone that has the data, then push it again.")
            .with("pack", id.to_string())
        })
    };
    let mut total = 0;
    for id in packs.keys().filter(|id| !there.contains(&layout::pack(**id))) {
        total += len_of(*id)?;
    }
    let phase = Arc::new(job.phase("copy", total, 0));
    let mut rows = Vec::new();
    let mut copied = Copied::default();
    for (id, named) in packs {
        let len = len_of(id)?;
        let pack = from.read_index(id, len)?;
        if named.hash.is_some_and(|hash| hash != pack.hash) {
            return Err(damaged(id, "it is not the pack that its root published"));
        }
        rows.extend(node_rows(&pack));
        if !there.contains(&layout::pack(id)) {
            copy_pack(from, to, &pack, &phase)?;
            copied.packs += 1;
            copied.bytes += len;
        }
    }
    publish(to, roots, rows)?;
    Ok(copied)
}

/// A pack by way of a local file, so that any two kinds of store will do.
fn copy_pack(from: &Store, to: &Store, pack: &Pack, phase: &Arc<Phase>) -> Result<()> {
    let dir = to.known.dir().join("spool");
    super::files::create_dir(&dir)?;
    let path = dir.join(pack.id.to_string());
    let failed = |e| Error::io(&path, "copying a pack", e);
    let mut file = std::fs::File::create(&path).map_err(failed)?;
    // Pieces may arrive in any order.
    let pieces = (0..pack.len).step_by(PIECE as usize).map(|start| Batch {
        pack: pack.id,
        range: start..pack.len.min(start + PIECE),
        frames: Vec::new(),
    });
    read_batches(&from.remote, pieces.collect(), |batch, bytes| {
        std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(batch.range.start)).map_err(failed)?;
        file.write_all(&bytes).map_err(failed)
    })?;
    drop(file);
    // What arrives damaged must not get a second home.
    super::cache::verify_pack(pack.id, &path, &|_| Ok(()))?;
    let journal = to.known.dir().join("uploads").join(pack.id.to_string());
    let upload = Upload { file: path.clone(), key: layout::pack(pack.id), len: pack.len, journal };
    upload_all(&to.remote, vec![upload], phase.clone())?;
    std::fs::remove_file(&path).map_err(failed)
}

fn publish(to: &mut Store, roots: Vec<(String, Root)>, mut rows: Vec<Row>) -> Result<()> {
    let ids: Vec<_> = rows.iter().map(|r| r.0).collect();
    let there = to.find_nodes(&ids)?;
    rows.retain(|r| !there.contains_key(&r.0));
    // A local pack that went up as it was holds nodes too, without their chunks' places behind them; the longer one has them.
    rows.sort_by_key(|(id, at)| (*id, std::cmp::Reverse(at.stored_len)));
    rows.dedup_by_key(|(id, _)| *id);
    to.put_tables(&rows)?;
    let epoch = to.epoch()?;
    for (key, root) in roots {
        // One that is there already was copied before.
        to.remote.create(&key, layout::to_json(&Root { epoch, ..root })?)?;
    }
    Ok(())
}
