//! The packs beside the repository: every chunk this clone has, whether or not a store has it too.
//!
//! Layout below `<git common dir>/octostore`: `packs/ab/<id>` finished packs, `staging/<id>` packs being written (locked
//! by their writer; a file without a lock was left by a crash and is finished on open), `tables/` where each id lies.
//! Order of a pack's birth: durable in `staging`, then its table, then its name under `packs`; so a crash at any point
//! leaves either a staging file to finish or a complete pack.

use super::files::{create_dir, names, publish};
use super::tables::Tables;
use crate::content::frame::{self, FrameKind, HEADER_LEN};
use crate::content::ids::{Kind, ObjectId, PackId, object_id};
use crate::content::location::Location;
use crate::content::manifest::Node;
use crate::content::pack::{self, FOOTER_LEN, Footer, Pack, PackEntry, PackWriter};
use crate::error::{Code, Error, Result};
use bytes::Bytes;
use std::collections::{HashSet, VecDeque};
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Pack files kept open for reading.
const OPEN_PACKS: usize = 64;

/// The cache of one clone; its worktrees share it.
pub(crate) struct Cache {
    root: PathBuf,
    tables: RwLock<Tables>,
    open: Mutex<VecDeque<(PackId, Arc<File>)>>,
}

impl Cache {
    /// Opens the cache whose folder is `root`, finishing what a crash left.
    pub(crate) fn open(root: &Path) -> Result<Self> {
        let tables = RwLock::new(Tables::open(&root.join("tables"))?);
        let cache = Cache { root: root.to_owned(), tables, open: Mutex::default() };
        cache.recover()?;
        Ok(cache)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }
    pub(crate) fn staging(&self) -> PathBuf {
        self.root.join("staging")
    }

    /// The file of a finished pack.
    pub(crate) fn pack_path(&self, id: PackId) -> PathBuf {
        let name = id.to_string();
        self.root.join("packs").join(&name[..2]).join(name)
    }

    fn tables(&self) -> RwLockReadGuard<'_, Tables> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }
    pub(super) fn tables_mut(&self) -> RwLockWriteGuard<'_, Tables> {
        self.tables.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where this id lies in the cache.
    pub(crate) fn locate(&self, id: &ObjectId) -> Option<Location> {
        self.tables().get(id)
    }

    /// Sees what other processes added since the cache was opened.
    pub(crate) fn refresh(&self) -> Result<()> {
        self.tables_mut().refresh()
    }

    /// The stored frame at a location; `None` if the pack is gone, as when another process evicted it.
    pub(crate) fn read(&self, at: &Location) -> Result<Option<Bytes>> {
        let Some(file) = self.open_pack(at.pack)? else {
            return Ok(None);
        };
        let mut stored = vec![0; at.stored_len as usize];
        match read_exact_at(&file, &mut stored, at.offset) {
            Ok(()) => Ok(Some(stored.into())),
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Err(pack::damaged(at.pack, "it is cut off")),
            Err(e) => Err(Error::io(&self.pack_path(at.pack), "reading a pack", e)),
        }
    }

    fn open_pack(&self, id: PackId) -> Result<Option<Arc<File>>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = open.iter().position(|o| o.0 == id) {
            let found = open.remove(at);
            open.extend(found);
            return Ok(open.back().map(|o| o.1.clone()));
        }
        let path = self.pack_path(id);
        let file = match File::open(&path) {
            Ok(file) => Arc::new(file),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::io(&path, "opening a pack", e)),
        };
        open.push_back((id, file.clone()));
        if open.len() > OPEN_PACKS {
            open.pop_front();
        }
        Ok(Some(file))
    }

    /// The raw bytes of a chunk or node, if the cache has them whole. Damage reads as `Err`.
    pub(crate) fn object(&self, id: &ObjectId, kind: FrameKind) -> Result<Option<Bytes>> {
        let Some(at) = self.locate(id) else {
            return Ok(None);
        };
        let Some(stored) = self.read(&at)? else {
            return Ok(None);
        };
        let raw = frame::decode(id, kind, &stored);
        raw.map(Some).map_err(|e| e.with("pack", self.pack_path(at.pack).display().to_string()))
    }

    /// A manifest node, if the cache has it.
    pub(crate) fn node(&self, id: &ObjectId) -> Result<Option<Node>> {
        self.object(id, FrameKind::Node)?.map(|bytes| Node::parse(id, &bytes)).transpose()
    }

    /// Every finished pack.
    pub(crate) fn packs(&self) -> Result<Vec<PackId>> {
        let mut packs = Vec::new();
        for shelf in names(&self.root.join("packs"))? {
            packs.extend(names(&self.root.join("packs").join(shelf))?.iter().filter_map(|n| PackId::from_hex(n)));
        }
        Ok(packs)
    }

    /// Every id in the cache and where it lies.
    pub(crate) fn rows(&self) -> Vec<crate::content::table::Row> {
        self.tables().rows().collect()
    }

    /// Makes durable what writers, also of other processes, have handed to the operating system so far.
    pub(crate) fn sync_staging(&self) -> Result<()> {
        for name in names(&self.staging())? {
            let path = self.staging().join(&name);
            match File::open(&path).and_then(|f| f.sync_data()) {
                Ok(()) => {}
                // Finished meanwhile, which makes it durable too.
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => return Err(Error::io(&path, "making data durable", e)),
            }
        }
        super::files::sync_dir(&self.root)
    }

    /// Removes packs; what they held is no longer in the cache. Gives the bytes freed.
    pub(crate) fn evict(&self, packs: &HashSet<PackId>) -> Result<u64> {
        // Tables first: whoever looks in between does not find an id whose pack is gone.
        self.tables_mut().forget(packs)?;
        self.open.lock().unwrap_or_else(PoisonError::into_inner).retain(|o| !packs.contains(&o.0));
        let mut freed = 0;
        for id in packs {
            let path = self.pack_path(*id);
            freed += fs::metadata(&path).map_or(0, |m| m.len());
            fs::remove_file(&path).map_err(|e| Error::io(&path, "removing a pack", e))?;
        }
        Ok(freed)
    }

    /// Begins to write; several writers may be at work, each in its own staging file.
    pub(crate) fn writer(&self) -> CacheWriter<'_> {
        CacheWriter { cache: self, pack: Mutex::default(), seen: RwLock::default() }
    }

    fn begin_pack(&self) -> Result<PackWriter> {
        let id = PackId::random()?;
        let dir = self.staging();
        create_dir(&dir)?;
        let path = dir.join(id.to_string());
        let failed = |e| Error::io(&path, "beginning a pack", e);
        let file = File::options().create_new(true).write(true).open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        PackWriter::begin(id, &path, file)
    }

    fn finish_pack(&self, writer: PackWriter) -> Result<Pack> {
        let pack = writer.finish()?;
        self.shelve(&pack)?;
        Ok(pack)
    }

    /// Gives a durable staging file its table and its name.
    fn shelve(&self, pack: &Pack) -> Result<()> {
        let rows = pack.entries.iter().map(|e| (e.id, Location::of(pack, e))).collect();
        self.tables_mut().add(rows)?;
        let path = self.pack_path(pack.id);
        path.parent().map_or(Ok(()), create_dir)?;
        let published = publish(&self.staging().join(pack.id.to_string()), &path);
        // Another process that found the file without its writer may have been faster.
        if path.exists() { Ok(()) } else { published }
    }

    /// Finishes the staging files of writers that died.
    fn recover(&self) -> Result<()> {
        for name in names(&self.staging())? {
            let Some(id) = PackId::from_hex(&name) else {
                continue;
            };
            let path = self.staging().join(&name);
            let Ok(file) = File::options().read(true).write(true).open(&path) else {
                continue;
            };
            if file.try_lock().is_err() {
                continue;
            }
            match self.finish_staged(id, &path, file) {
                // Nothing is lost: the next one to open it, with more room, finishes it. Reading must be possible now.
                Err(e) if matches!(e.code(), Code::DiskFull | Code::PermissionDenied) => {}
                result => result?,
            }
        }
        Ok(())
    }
}

impl Cache {
    fn finish_staged(&self, id: PackId, path: &Path, file: File) -> Result<()> {
        match salvage(id, path, file)? {
            Some(pack) => self.shelve(&pack),
            None => fs::remove_file(path).map_err(|e| Error::io(path, "removing an empty pack", e)),
        }
    }

    /// Replaces a damaged pack by one of its whole frames.
    pub(crate) fn take_damage_out(&self, id: PackId) -> Result<()> {
        let path = self.pack_path(id);
        let failed = |e| Error::io(&path, "reading a damaged pack", e);
        let file = File::open(&path).map_err(failed)?;
        let entries = match read_pack(id, &file, file.metadata().map_err(failed)?.len()) {
            Ok(pack) => pack.entries,
            Err(_) => whole_frames(&file).map_err(failed)?,
        };
        let writer = self.writer();
        self.tables_mut().forget(&HashSet::from([id]))?;
        for entry in entries {
            let mut stored = vec![0; entry.stored_len as usize];
            let read = read_exact_at(&file, &mut stored, entry.offset).is_ok();
            let stored = stored.into();
            if read && verify_entry(id, &entry, &stored).is_ok() {
                writer.put_stored(entry.id, &stored)?;
            }
        }
        writer.finish()?;
        self.evict(&HashSet::from([id])).map(drop)
    }

    /// Where a file for the folder `dir` is made: beside our own files, where a crash leaves nothing that the user or git
    /// sees, or in `dir` itself if that is another file system.
    pub(crate) fn temp_dir(&self, dir: &Path) -> Result<PathBuf> {
        let own = self.root.join("temp");
        create_dir(&own)?;
        Ok(if on_one_device(&own, dir) { own } else { dir.to_owned() })
    }

    /// Removes the unfinished files of processes that died. The caller holds the clone's lock.
    pub(crate) fn clear_temp(&self) -> Result<()> {
        let own = self.root.join("temp");
        for name in names(&own)? {
            let path = own.join(name);
            fs::remove_file(&path).map_err(|e| Error::io(&path, "removing an unfinished file", e))?;
        }
        Ok(())
    }
}

#[cfg(unix)]
fn on_one_device(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |p: &Path| fs::metadata(p).map(|m| m.dev()).ok();
    device(a) == device(b)
}

#[cfg(not(unix))]
fn on_one_device(_: &Path, _: &Path) -> bool {
    true
}

/// Makes a pack of the whole frames of a staging file; `None` if there are none.
fn salvage(id: PackId, path: &Path, file: File) -> Result<Option<Pack>> {
    let failed = |e| Error::io(path, "recovering a pack", e);
    let len = file.metadata().map_err(failed)?.len();
    if let Ok(pack) = read_pack(id, &file, len) {
        file.sync_data().map_err(failed)?;
        return Ok(Some(pack));
    }
    let entries = whole_frames(&file).map_err(failed)?;
    let Some(last) = entries.last() else {
        return Ok(None);
    };
    let end = last.offset + u64::from(last.stored_len);
    file.set_len(end).map_err(failed)?;
    std::io::Seek::seek(&mut &file, std::io::SeekFrom::Start(end)).map_err(failed)?;
    PackWriter::resume(id, path, file, entries).finish().map(Some)
}

/// Reads frames up to the first that is torn or damaged.
fn whole_frames(file: &File) -> std::io::Result<Vec<PackEntry>> {
    let mut input = BufReader::with_capacity(1 << 20, file);
    let mut offset = pack::HEADER.len() as u64;
    let mut magic = [0; 16];
    if input.read_exact(&mut magic).is_err() || magic != pack::HEADER {
        return Ok(Vec::new());
    }
    let mut entries: Vec<PackEntry> = Vec::new();
    while let Some(stored) = next_frame(&mut input)? {
        let Some(header) = frame::check(&stored) else {
            break;
        };
        let Ok(kind) = header.word.kind() else { break };
        let id = match (kind, raw_of(&stored)) {
            (FrameKind::Chunk, Some(raw)) => object_id(Kind::Chunk, &raw),
            (FrameKind::Node, Some(raw)) => object_id(Kind::Node, &raw),
            // Locations follow the leaf that they are of.
            (FrameKind::Locations, _) if !entries.is_empty() => entries[entries.len() - 1].id,
            _ => break,
        };
        let stored_len = stored.len() as u32;
        entries.push(PackEntry { id, offset, stored_len, word: header.word });
        offset += u64::from(stored_len);
    }
    Ok(entries)
}

fn next_frame(input: &mut impl Read) -> std::io::Result<Option<Bytes>> {
    let mut stored = vec![0; HEADER_LEN];
    let torn = |e: std::io::Error| {
        if e.kind() == std::io::ErrorKind::UnexpectedEof { Ok(None) } else { Err(e) }
    };
    if let Err(e) = input.read_exact(&mut stored) {
        return torn(e);
    }
    let Some(header) = frame::read_header(&stored) else {
        return Ok(None);
    };
    stored.resize(header.stored_len(), 0);
    match input.read_exact(&mut stored[HEADER_LEN..]) {
        Ok(()) => Ok(Some(stored.into())),
        Err(e) => torn(e),
    }
}

fn raw_of(stored: &Bytes) -> Option<Bytes> {
    frame::raw(stored).ok()
}

/// Reads the index of a complete pack file.
pub(super) fn read_pack(id: PackId, file: &File, len: u64) -> Result<Pack> {
    let short = || pack::damaged(id, "it is cut off");
    let read = |at: u64, n: usize| {
        let mut bytes = vec![0; n];
        read_exact_at(file, &mut bytes, at).map_err(|e| pack::damaged(id, &e.to_string()))?;
        Ok::<_, Error>(bytes)
    };
    let tail = read(len.checked_sub(FOOTER_LEN as u64).ok_or_else(short)?, FOOTER_LEN)?;
    if read(0, 16)? != pack::HEADER {
        return Err(pack::damaged(id, "its header is wrong"));
    }
    let footer = Footer::parse(id, len, &tail)?;
    let index = read(footer.index_offset, footer.index_len as usize)?;
    Ok(Pack { id, len, hash: footer.hash, entries: footer.parse_index(id, &index)? })
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, offset)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            n => {
                buffer = &mut buffer[n..];
                offset += n as u64;
            }
        }
    }
    Ok(())
}

/// Appends frames to staging packs. What was put is readable after [`CacheWriter::finish`]; a writer that is dropped
/// without it leaves its file for the next opening of the cache to finish, so no work is lost by a stop.
pub(crate) struct CacheWriter<'a> {
    cache: &'a Cache,
    pack: Mutex<Option<PackWriter>>,
    /// What the open pack holds: not in the tables yet.
    seen: RwLock<HashSet<ObjectId>>,
}

impl CacheWriter<'_> {
    fn seen(&self) -> RwLockWriteGuard<'_, HashSet<ObjectId>> {
        self.seen.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Option<PackWriter>> {
        self.pack.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append(&self, id: ObjectId, write: impl FnOnce(&mut PackWriter) -> Result<PackEntry>) -> Result<bool> {
        let mut slot = self.lock();
        if self.cache.locate(&id).is_some() || !self.seen().insert(id) {
            return Ok(false);
        }
        if slot.as_ref().is_some_and(PackWriter::is_full) {
            self.roll(&mut slot)?;
            self.seen().insert(id);
        }
        let mut writer = match slot.take() {
            Some(writer) => writer,
            None => self.cache.begin_pack()?,
        };
        write(&mut writer)?;
        *slot = Some(writer);
        Ok(true)
    }

    fn roll(&self, slot: &mut Option<PackWriter>) -> Result<()> {
        if let Some(writer) = slot.take() {
            self.cache.finish_pack(writer)?;
            self.seen().clear();
        }
        Ok(())
    }

    /// Adds a frame as a store keeps it; `stored` was checked against `id`.
    pub(crate) fn put_stored(&self, id: ObjectId, stored: &[u8]) -> Result<bool> {
        self.append(id, |writer| writer.append_stored(id, stored))
    }

    /// Hands all frames so far to the operating system: they survive the death of this process.
    pub(crate) fn flush(&self) -> Result<()> {
        self.lock().as_mut().map_or(Ok(()), PackWriter::flush)
    }

    /// Ends the open pack, durably.
    pub(crate) fn finish(&self) -> Result<()> {
        let mut slot = self.lock();
        self.roll(&mut slot)
    }
}

impl crate::content::ingest::ChunkSink for CacheWriter<'_> {
    fn has(&self, id: &ObjectId) -> bool {
        self.cache.locate(id).is_some() || self.seen.read().unwrap_or_else(PoisonError::into_inner).contains(id)
    }

    fn put(&self, frames: Vec<frame::Frame>) -> Result<crate::content::ingest::Stored> {
        let mut stored = crate::content::ingest::Stored::default();
        for frame in &frames {
            if self.append(frame.id, |writer| writer.append(frame))? {
                stored.new_bytes +=
                    if frame.word.kind()? == FrameKind::Chunk { frame.word.raw_len() as u64 } else { 0 };
                stored.stored_bytes += frame.stored_len();
            }
        }
        Ok(stored)
    }
}

/// Checks one finished pack byte for byte: footer, index, and each frame against its id.
pub(crate) fn verify_pack(id: PackId, path: &Path, tick: &dyn Fn(u64) -> Result<()>) -> Result<Pack> {
    let failed = |e| Error::io(path, "checking a pack", e);
    let file = File::open(path).map_err(failed)?;
    let pack = read_pack(id, &file, file.metadata().map_err(failed)?.len())?;
    for entry in &pack.entries {
        let mut stored = vec![0; entry.stored_len as usize];
        read_exact_at(&file, &mut stored, entry.offset).map_err(failed)?;
        verify_entry(id, entry, &stored.into())?;
        tick(u64::from(entry.stored_len))?;
    }
    Ok(pack)
}

/// Checks each frame of a pack file against its checksum: much quicker than against its id.
pub(super) fn check_sums(pack: &Pack, file: &File) -> Result<()> {
    for entry in &pack.entries {
        let mut stored = vec![0; entry.stored_len as usize];
        let read = read_exact_at(file, &mut stored, entry.offset).is_ok();
        if !read || frame::check(&stored).is_none() {
            return Err(pack::damaged(pack.id, &format!("the frame of {} does not fit its checksum", entry.id)));
        }
    }
    Ok(())
}

/// Checks one stored frame against its index entry and its id.
pub(crate) fn verify_entry(pack: PackId, entry: &PackEntry, stored: &Bytes) -> Result<()> {
    let named = |e: Error| {
        let message = format!("pack {pack} is damaged at byte {}: {}", entry.offset, e.message());
        Error::new(e.code(), message).remedy(e.hint()).with("pack", pack.to_string())
    };
    let header = frame::check(stored).filter(|h| h.word == entry.word).ok_or_else(|| {
        let message = format!("the frame of {} does not fit its checksum", entry.id);
        named(Error::new(Code::Corrupt, message).remedy("A clone that still has the file can push it again."))
    })?;
    frame::decode(&entry.id, header.word.kind()?, stored).map(|_| ()).map_err(named)
}
