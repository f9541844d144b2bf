//! Packs made for a store: frames copied as they are from local packs, and new manifest packs.
//!
//! A spooled pack is a local file until it is uploaded, so an upload can go on after a crash and a retry reads the same
//! bytes again.

use super::files::create_dir;
use super::layout;
use super::upload::Upload;
use crate::content::frame::Frame;
use crate::content::ids::{ObjectId, PackId};
use crate::content::pack::{Pack, PackEntry, PackWriter};
use crate::error::{Error, Result};
use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Writes packs into a folder, one after the other.
pub(super) struct Spool {
    dir: PathBuf,
    open: Option<PackWriter>,
    done: Vec<Pack>,
}

impl Spool {
    /// An empty spool; what an earlier push left there is removed.
    pub(super) fn begin(dir: PathBuf) -> Result<Self> {
        if dir.exists() {
            fs::remove_dir_all(&dir).map_err(|e| Error::io(&dir, "clearing the spool", e))?;
        }
        create_dir(&dir)?;
        Ok(Spool { dir, open: None, done: Vec::new() })
    }

    fn writer(&mut self) -> Result<&mut PackWriter> {
        if self.open.as_ref().is_some_and(PackWriter::is_full) {
            self.close()?;
        }
        if self.open.is_none() {
            let id = PackId::random()?;
            let path = self.dir.join(id.to_string());
            let file = File::create(&path).map_err(|e| Error::io(&path, "beginning a pack", e))?;
            self.open = Some(PackWriter::begin(id, &path, file)?);
        }
        self.open.as_mut().ok_or_else(|| Error::internal("no open pack"))
    }

    /// Appends a frame as it is stored elsewhere.
    pub(super) fn copy(&mut self, id: ObjectId, stored: &[u8]) -> Result<()> {
        self.writer()?.append_stored(id, stored).map(|_| ())
    }

    /// Appends frames that shall lie together; gives the pack and the first one's entry.
    pub(super) fn append(&mut self, frames: &[Frame]) -> Result<(PackId, Vec<PackEntry>)> {
        let writer = self.writer()?;
        let entries = frames.iter().map(|f| writer.append(f)).collect::<Result<_>>()?;
        Ok((writer.id(), entries))
    }

    /// Ends the open pack.
    pub(super) fn close(&mut self) -> Result<()> {
        if let Some(writer) = self.open.take().filter(|w| !w.is_empty()) {
            self.done.push(writer.finish()?);
        }
        Ok(())
    }

    /// The packs ended since the last call.
    pub(super) fn take_done(&mut self) -> Vec<Pack> {
        std::mem::take(&mut self.done)
    }

    pub(super) fn done(&self) -> usize {
        self.done.len()
    }

    /// The lengths of the packs ended since the last [`Spool::take_done`].
    pub(super) fn lens(&self) -> HashMap<PackId, u64> {
        self.done.iter().map(|p| (p.id, p.len)).collect()
    }

    /// How one of the spooled packs is sent.
    pub(super) fn upload(&self, pack: &Pack, journals: &Path) -> Upload {
        upload_of(self.dir.join(pack.id.to_string()), pack.id, pack.len, journals)
    }

    /// Removes the file of a pack that was sent.
    pub(super) fn remove(&self, pack: PackId) {
        let _ = fs::remove_file(self.dir.join(pack.to_string()));
    }
}

/// How a pack file is sent.
pub(super) fn upload_of(file: PathBuf, id: PackId, len: u64, journals: &Path) -> Upload {
    Upload { file, key: layout::pack(id), len, journal: journals.join(id.to_string()) }
}
