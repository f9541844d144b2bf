//! A finished pack file into a store: in parts that are each a point to go on from, or, for a folder, by copy.

use super::files::{create_dir, read_if_there, sync_dir, write_atomically};
use super::remote::Remote;
use crate::error::{Error, Result};
use crate::job::Phase;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::multipart::{MultipartStore, PartId};
use object_store::{ObjectStoreExt, PutPayload};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// The size of a part; shorter packs go in one request.
pub(super) const PART: u64 = 16 << 20;

/// A pack file to send.
#[derive(Clone)]
pub(super) struct Upload {
    pub file: PathBuf,
    pub key: String,
    pub len: u64,
    /// Where the journal of its parts is kept.
    pub journal: PathBuf,
}

/// What a started upload in parts has done so far.
#[derive(Default, Serialize, Deserialize)]
struct Journal {
    upload: String,
    parts: BTreeMap<usize, String>,
}

/// Sends packs, several parts at once within the context's memory.
pub(super) fn upload_all(remote: &Remote, uploads: Vec<Upload>, phase: Arc<Phase>) -> Result<()> {
    if let Some(folder) = remote.folder() {
        return uploads.iter().try_for_each(|u| copy(&folder, u, &phase));
    }
    let context = remote.context();
    let parts = ((context.memory() / 2 / PART) as usize).clamp(1, context.connections());
    let permits = Arc::new(Semaphore::new(parts));
    let remote = remote.clone();
    remote.clone().wait(async move {
        let send = |upload| send(remote.clone(), upload, permits.clone(), phase.clone());
        stream::iter(uploads.into_iter().map(send)).buffer_unordered(parts).try_collect::<Vec<()>>().await?;
        Ok(())
    })
}

fn copy(folder: &Path, upload: &Upload, phase: &Phase) -> Result<()> {
    let to = folder.join(&upload.key);
    let dir = to.parent().unwrap_or(folder);
    create_dir(dir)?;
    let temp =
        tempfile::Builder::new().prefix(".tmp-").tempfile_in(dir).map_err(|e| Error::io(&to, "copying a pack", e))?;
    let failed = |e| Error::io(&to, "copying a pack", e);
    let path = temp.into_temp_path();
    std::fs::remove_file(&path).map_err(failed)?;
    reflink_copy::reflink_or_copy(&upload.file, &path).map_err(failed)?;
    std::fs::File::open(&path).and_then(|f| f.sync_data()).map_err(failed)?;
    path.persist(&to).map_err(|e| failed(e.error))?;
    sync_dir(dir)?;
    phase.advance(upload.len, 1)
}

async fn send(remote: Remote, upload: Upload, permits: Arc<Semaphore>, phase: Arc<Phase>) -> Result<()> {
    let multipart = remote.multipart()?.filter(|_| upload.len > PART);
    let Some(multipart) = multipart else {
        return send_whole(&remote, &upload, &permits, &phase).await;
    };
    let journal = read_journal(&upload.journal)?;
    let resumed = journal.is_some();
    let sent = send_parts(&remote, &multipart, &upload, journal, &permits, &phase).await;
    let sent = match sent {
        // The store may have thrown an old upload away; from the start, then.
        Err(e) if resumed && e.code() != crate::Code::Cancelled => {
            remove_journal(&upload.journal);
            send_parts(&remote, &multipart, &upload, None, &permits, &phase).await
        }
        other => other,
    };
    sent?;
    remove_journal(&upload.journal);
    phase.advance(0, 1)
}

async fn send_whole(remote: &Remote, upload: &Upload, permits: &Semaphore, phase: &Phase) -> Result<()> {
    let _permit = permits.acquire().await.map_err(Error::internal)?;
    let bytes = read_part(upload.file.clone(), 0, upload.len).await?;
    let put = remote.objects()?.put(&remote.key(&upload.key), bytes).await;
    put.map_err(|e| remote.error("writing", &upload.key, e))?;
    phase.advance(upload.len, 1)
}

async fn send_parts(
    remote: &Remote,
    multipart: &Arc<dyn MultipartStore>,
    upload: &Upload,
    journal: Option<Journal>,
    permits: &Semaphore,
    phase: &Phase,
) -> Result<()> {
    let key = remote.key(&upload.key);
    let failed = |e| remote.error("writing", &upload.key, e);
    let journal = match journal {
        Some(journal) => journal,
        None => Journal { upload: multipart.create_multipart(&key).await.map_err(failed)?, parts: BTreeMap::new() },
    };
    let id = journal.upload.clone();
    let count = upload.len.div_ceil(PART) as usize;
    let missing: Vec<_> = (0..count).filter(|n| !journal.parts.contains_key(n)).collect();
    phase.advance(upload.len.saturating_sub(missing.iter().map(|n| part_len(upload, *n)).sum()), 0)?;
    let journal = Mutex::new(journal);
    write_journal(&upload.journal, &journal)?;
    let send_part = |n: usize| {
        let (key, id, journal) = (&key, &id, &journal);
        async move {
            let _permit = permits.acquire().await.map_err(Error::internal)?;
            let bytes = read_part(upload.file.clone(), n as u64 * PART, part_len(upload, n)).await?;
            let part = multipart.put_part(key, id, n, bytes).await.map_err(failed)?;
            journal.lock().unwrap_or_else(PoisonError::into_inner).parts.insert(n, part.content_id);
            write_journal(&upload.journal, journal)?;
            phase.advance(part_len(upload, n), 0)
        }
    };
    stream::iter(missing.into_iter().map(send_part)).buffer_unordered(4).try_collect::<Vec<()>>().await?;
    let journal = journal.into_inner().unwrap_or_else(PoisonError::into_inner);
    let parts = journal.parts.into_values().map(|content_id| PartId { content_id }).collect();
    multipart.complete_multipart(&key, &id, parts).await.map_err(failed)?;
    Ok(())
}

fn part_len(upload: &Upload, n: usize) -> u64 {
    PART.min(upload.len - n as u64 * PART)
}

async fn read_part(file: PathBuf, offset: u64, len: u64) -> Result<PutPayload> {
    let read = move || {
        let failed = |e| Error::io(&file, "reading a pack", e);
        let mut opened = std::fs::File::open(&file).map_err(failed)?;
        let mut bytes = vec![0; len as usize];
        std::io::Seek::seek(&mut opened, std::io::SeekFrom::Start(offset)).map_err(failed)?;
        std::io::Read::read_exact(&mut opened, &mut bytes).map_err(failed)?;
        Ok(PutPayload::from(bytes))
    };
    tokio::task::spawn_blocking(read).await.map_err(Error::internal)?
}

fn read_journal(path: &Path) -> Result<Option<Journal>> {
    // One that cannot be read is one that was never there: the upload begins anew.
    Ok(read_if_there(path)?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

fn write_journal(path: &Path, journal: &Mutex<Journal>) -> Result<()> {
    let bytes =
        serde_json::to_vec(&*journal.lock().unwrap_or_else(PoisonError::into_inner)).map_err(Error::internal)?;
    write_atomically(path, |f| f.write_all(&bytes))
}

fn remove_journal(path: &Path) {
    let _ = std::fs::remove_file(path);
}
