//! What this clone knows about one store: which chunks it holds and where, and at which epoch each pack was last seen
//! there. A cache of facts: all of it can be learned again from the store.
//!
//! Layout: `stores/<address hash>/` with `config` (the store's own, as last read), `tables/`, `packs` (a log, a line a pack:
//! `<pack> <length> <epoch>`), `published` (a log of file ids), `files/` (files tables as downloaded), `uploads/` (journals), `spool/`.

use super::address::Address;
use super::files::{create_dir, read_if_there, write_atomically};
use super::layout::{self, Config};
use super::tables::Tables;
use crate::content::ids::{FileId, ObjectId, PackId};
use crate::content::location::Location;
use crate::content::table::Row;
use crate::error::{Error, Result};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// When a pack was last known to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub len: u64,
    pub epoch: u64,
}

pub(crate) struct Known {
    dir: PathBuf,
    tables: Tables,
    packs: HashMap<PackId, Seen>,
    /// Learned, not yet in a table.
    fresh: HashMap<ObjectId, Location>,
    /// Packs that were collected: whatever still says that something lies in them is wrong.
    gone: HashSet<PackId>,
    /// File versions that this clone has published there.
    published: HashSet<FileId>,
}

const CONFIG: &str = "config";

fn read_config(dir: &Path, address: &Address) -> Result<Option<Config>> {
    let Some(bytes) = read_if_there(&dir.join(CONFIG))? else { return Ok(None) };
    // One that cannot be read is learned again.
    Ok(layout::from_json(address, CONFIG, &bytes).ok())
}

/// The configuration that the store had when this clone last connected to it.
pub(crate) fn last_config(root: &Path, address: &Address) -> Result<Option<Config>> {
    read_config(&folder(root, address), address)
}

/// The folder of what is known about a store.
pub(crate) fn folder(root: &Path, address: &Address) -> PathBuf {
    let hash = blake3::hash(address.to_string().as_bytes()).to_hex();
    root.join("stores").join(&hash[..16])
}

impl Known {
    /// Opens what is known; knowledge about another store at the same address is thrown away.
    pub(crate) fn open(root: &Path, address: &Address, config: &Config) -> Result<Self> {
        let dir = folder(root, address);
        let known = read_config(&dir, address)?;
        if known.as_ref() != Some(config) {
            if known.is_none_or(|k| k.id != config.id) && dir.exists() {
                fs::remove_dir_all(&dir).map_err(|e| Error::io(&dir, "forgetting an old store", e))?;
            }
            let bytes = layout::to_json(config)?;
            write_atomically(&dir.join(CONFIG), |f| f.write_all(&bytes))?;
        }
        Self::open_dir(dir)
    }

    /// Opens what is known without asking the store; `None` if this clone never met it.
    pub(crate) fn open_offline(root: &Path, address: &Address) -> Result<Option<Self>> {
        let dir = folder(root, address);
        if dir.join(CONFIG).exists() { Self::open_dir(dir).map(Some) } else { Ok(None) }
    }

    fn open_dir(dir: PathBuf) -> Result<Self> {
        let tables = Tables::open(&dir.join("tables"))?;
        let log = read_if_there(&dir.join("packs"))?.unwrap_or_default();
        let packs = String::from_utf8_lossy(&log).lines().filter_map(parse_line).collect();
        let log = read_if_there(&dir.join("published"))?.unwrap_or_default();
        let published = String::from_utf8_lossy(&log).lines().filter_map(FileId::from_hex).collect();
        Ok(Known { dir, tables, packs, fresh: HashMap::new(), gone: HashSet::new(), published })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where the store holds this id, as far as is known.
    pub(crate) fn get(&self, id: &ObjectId) -> Option<Location> {
        self.fresh.get(id).copied().or_else(|| self.tables.get(id))
    }

    /// Takes note of locations. They are kept for good by [`Known::save`].
    pub(crate) fn learn(&mut self, rows: impl IntoIterator<Item = Row>) {
        self.fresh.extend(rows.into_iter().filter(|r| !self.gone.contains(&r.1.pack)));
    }

    /// When the pack was last seen in the store.
    pub(crate) fn seen(&self, pack: PackId) -> Option<Seen> {
        self.packs.get(&pack).copied()
    }

    /// Takes note that these packs are there at this epoch.
    pub(crate) fn confirm(&mut self, packs: impl IntoIterator<Item = (PackId, u64)>, epoch: u64) -> Result<()> {
        let mut lines = String::new();
        for (pack, len) in packs {
            if self.packs.insert(pack, Seen { len, epoch }) != Some(Seen { len, epoch }) {
                lines.push_str(&format!("{pack} {len} {epoch}\n"));
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        self.append("packs", &lines)
    }

    /// Whether this clone has published a version there: a root of its repository names it.
    pub(crate) fn is_published(&self, id: FileId) -> bool {
        self.published.contains(&id)
    }

    /// Takes note that a root names these versions.
    pub(crate) fn publish(&mut self, ids: impl IntoIterator<Item = FileId>) -> Result<()> {
        let mut lines = String::new();
        for id in ids {
            if self.published.insert(id) {
                lines.push_str(&format!("{id}\n"));
            }
        }
        self.append("published", &lines)
    }

    /// Adds lines to a log. A torn last line is no line: it is learned again.
    fn append(&self, name: &str, lines: &str) -> Result<()> {
        create_dir(&self.dir)?;
        let path = self.dir.join(name);
        let append = |mut f: fs::File| f.write_all(lines.as_bytes());
        fs::File::options()
            .append(true)
            .create(true)
            .open(&path)
            .and_then(append)
            .map_err(|e| Error::io(&path, "writing", e))
    }

    /// Packs that were found gone since the store was connected.
    pub(crate) fn gone(&self) -> &HashSet<PackId> {
        &self.gone
    }

    /// Forgets packs that are gone from the store, and believes nobody who says that they are there.
    pub(crate) fn forget(&mut self, packs: &HashSet<PackId>) -> Result<()> {
        self.gone.extend(packs);
        self.packs.retain(|id, _| !packs.contains(id));
        self.fresh.retain(|_, l| !packs.contains(&l.pack));
        self.tables.forget(packs)?;
        let lines: String = self.packs.iter().map(|(id, s)| format!("{id} {} {}\n", s.len, s.epoch)).collect();
        write_atomically(&self.dir.join("packs"), |f| f.write_all(lines.as_bytes()))
    }

    /// Keeps what was learned.
    pub(crate) fn save(&mut self) -> Result<()> {
        let rows: Vec<_> =
            std::mem::take(&mut self.fresh).into_iter().filter(|r| self.tables.get(&r.0) != Some(r.1)).collect();
        if rows.is_empty() { Ok(()) } else { self.tables.add(rows) }
    }
}

fn parse_line(line: &str) -> Option<(PackId, Seen)> {
    let mut words = line.split(' ');
    let id = PackId::from_hex(words.next()?)?;
    let seen = Seen { len: words.next()?.parse().ok()?, epoch: words.next()?.parse().ok()? };
    words.next().is_none().then_some((id, seen))
}
