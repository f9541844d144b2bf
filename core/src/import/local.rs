//! Files and folders of this machine.

use super::body::Chunks;
use super::object::{Found, Object, Opened, Origin};
use super::source::file_url;
use super::stamp::Stamp;
use super::{changed, names};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use bstr::ByteSlice;
use bytes::Bytes;
use std::fs::{self, File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Bytes read at once.
const BLOCK: usize = 1 << 20;

/// A file, or every file below a folder. Links that stay inside the folder are what they lead to.
pub(super) fn find(path: &Path, folder: bool, job: &Job) -> Result<Vec<Found>> {
    let metadata = fs::metadata(path).map_err(|e| Error::io(path, "looking at a source", e))?;
    if metadata.is_dir() {
        let top = path.canonicalize().map_err(|e| Error::io(path, "finding a folder", e))?;
        let mut found = Vec::new();
        walk(path, &top, b"", job, &mut found)?;
        return Ok(found);
    }
    if folder || !metadata.is_file() {
        let what = if folder { "is a file, not a folder" } else { "is neither a file nor a folder" };
        return Err(Error::new(Code::UnsupportedPath, format!("{}: the source {what}", path.display()))
            .remedy("Name a file without \"/\" at its end, or a folder."));
    }
    let name = path.file_name().and_then(<[u8]>::from_os_str).unwrap_or_default();
    Ok(vec![object(path.to_owned(), name.to_vec(), &metadata)])
}

fn object(path: PathBuf, name: Vec<u8>, metadata: &Metadata) -> Found {
    Found::object(file_url(&path), name, stamp(metadata), Origin::File(path))
}

fn stamp(metadata: &Metadata) -> Stamp {
    let time = metadata.modified().ok().and_then(|t| jiff::Timestamp::try_from(t).ok());
    Stamp { last_modified: time.map(|t| t.to_string()), size: Some(metadata.len()), ..Stamp::default() }
}

fn walk(dir: &Path, top: &Path, prefix: &[u8], job: &Job, found: &mut Vec<Found>) -> Result<()> {
    job.check()?;
    let failed = |e| Error::io(dir, "listing a source", e);
    let mut entries: Vec<_> = fs::read_dir(dir).map_err(failed)?.collect::<std::io::Result<_>>().map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let file_name = entry.file_name();
        let last = <[u8]>::from_os_str(&file_name).unwrap_or_default();
        let name = if prefix.is_empty() { last.to_vec() } else { [prefix, b"/", last].concat() };
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            walk(&path, top, &name, job, found)?;
            continue;
        }
        match fs::metadata(&path) {
            Ok(metadata) if kind.is_symlink() => match link_fault(&path, top, &metadata) {
                None => found.push(object(path, name, &metadata).listed()),
                Some(fault) => found.push(refused(&path, name, fault)),
            },
            Ok(metadata) if metadata.is_file() => found.push(object(path, name, &metadata).listed()),
            Ok(_) => found.push(refused(&path, name, "is a device, a pipe or a socket")),
            Err(_) if kind.is_symlink() => found.push(refused(&path, name, "is a link that leads nowhere")),
            Err(e) => {
                let (url, error) = (file_url(&path), Error::io(&path, "looking at a source", e));
                found.push(Found::Refused { url, name, error });
            }
        }
    }
    Ok(())
}

fn link_fault(path: &Path, top: &Path, target: &Metadata) -> Option<&'static str> {
    let inside = path.canonicalize().is_ok_and(|real| real.starts_with(top));
    match (inside, target.is_file()) {
        (false, _) => Some("is a link that leads out of the folder"),
        (true, false) => Some("is a link to a folder"),
        (true, true) => None,
    }
}

fn refused(path: &Path, name: Vec<u8>, fault: &str) -> Found {
    let shown = names::shown(<[u8]>::from_path(path).unwrap_or_default());
    let error = Error::new(Code::UnsupportedPath, format!("{shown} is refused: it {fault}"))
        .remedy("Leave it out with --only, or import the rest with --on-error skip.")
        .with("path", shown);
    Found::Refused { url: file_url(path), name, error }
}

/// Opens a file that must still be what it was when it was found.
pub(super) fn open(path: &Path, from: u64, object: &Object) -> Result<Opened> {
    let failed = |e| Error::io(path, "reading a source", e);
    let mut file = File::open(path).map_err(failed)?;
    unchanged(&file, path, object)?;
    if from > 0 {
        file.seek(SeekFrom::Start(from)).map_err(failed)?;
    }
    let chunks = Box::new(FileChunks { file, path: path.to_owned(), object: object.clone() });
    Ok(Opened { start: from, chunks, sha256: None })
}

fn unchanged(file: &File, path: &Path, object: &Object) -> Result<()> {
    let now = stamp(&file.metadata().map_err(|e| Error::io(path, "looking at a source", e))?);
    object.stamp.difference(&now).map_or(Ok(()), |what| Err(changed(&object.url, &what)))
}

pub(super) fn range(path: &Path, range: Range<u64>, object: &Object) -> Result<Bytes> {
    let mut opened = open(path, range.start, object)?;
    let wanted = (range.end - range.start) as usize;
    let mut bytes = Vec::with_capacity(wanted);
    while bytes.len() < wanted {
        match opened.chunks.next()? {
            Some(chunk) => bytes.extend_from_slice(&chunk[..chunk.len().min(wanted - bytes.len())]),
            None => return Err(changed(&object.url, "it ends early")),
        }
    }
    Ok(bytes.into())
}

struct FileChunks {
    file: File,
    path: PathBuf,
    object: Object,
}

impl Chunks for FileChunks {
    fn next(&mut self) -> Result<Option<Bytes>> {
        let mut block = vec![0; BLOCK];
        let n = self.file.read(&mut block).map_err(|e| Error::io(&self.path, "reading a source", e))?;
        if n == 0 {
            unchanged(&self.file, &self.path, &self.object)?;
            return Ok(None);
        }
        block.truncate(n);
        Ok(Some(block.into()))
    }
}
