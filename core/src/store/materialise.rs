//! A file out of the cache: chunks decoded and checked on all cores, written beside the target, then renamed over it.

use super::cache::Cache;
use super::files::{create_dir, open_up, sync_dir};
use crate::content::frame::FrameKind;
use crate::content::ids::{FileId, ObjectId};
use crate::content::manifest::{Child, Node};
use crate::error::{Error, Result};
use crate::job::Phase;
use crate::store::supply::missing;
use rayon::prelude::*;
use std::fs::{File, Metadata, Permissions};
use std::path::Path;

/// Writes the file version to `path`. Only whole and right bytes ever get that name; the chunks must be in the cache.
/// The modification time is two seconds back, so that git never takes the file for one changed in the same second as
/// its index. Gives what the file system says about the new file.
pub(crate) fn materialise(
    cache: &Cache,
    id: FileId,
    size: u64,
    path: &Path,
    permissions: Option<Permissions>,
    phase: &Phase,
) -> Result<Metadata> {
    let failed = |e| Error::io(path, "writing", e);
    let dir = path.parent().unwrap_or(Path::new("."));
    create_dir(dir)?;
    let root = node(cache, &id.into())?;
    if root.len() != size {
        return Err(Error::new(
            crate::Code::PointerInvalid,
            format!("{}: the pointer says {size} bytes, its data has {}", path.display(), root.len()),
        )
        .remedy("The pointer was edited by hand: restore it with \"git checkout\".")
        .with("path", path.display().to_string()));
    }
    let temp = write_temp(cache, &root, size, permissions.clone(), &cache.temp_dir(dir)?, &failed, phase)?;
    match temp.persist(path) {
        // Mounts of one device: only the attempt tells.
        Err(e) if e.error.kind() == std::io::ErrorKind::CrossesDevices => {
            let temp = write_temp(cache, &root, size, permissions, dir, &failed, phase)?;
            temp.persist(path).map_err(|e| failed(e.error))?
        }
        other => other.map_err(|e| failed(e.error))?,
    };
    phase.advance(0, 1)?;
    std::fs::symlink_metadata(path).map_err(failed)
}

/// The whole file under a passing name in `dir`.
fn write_temp(
    cache: &Cache,
    root: &Node,
    size: u64,
    permissions: Option<Permissions>,
    dir: &Path,
    failed: &(dyn Fn(std::io::Error) -> Error + Sync),
    phase: &Phase,
) -> Result<tempfile::NamedTempFile> {
    let temp = tempfile::Builder::new().prefix(".octostore-").tempfile_in(dir).map_err(failed)?;
    let file = temp.as_file();
    // Runs of zeros are never written: they stay holes.
    file.set_len(size).map_err(failed)?;
    write_tree(cache, root, 0, file, failed, phase)?;
    let back = std::time::SystemTime::now() - std::time::Duration::from_secs(2);
    file.set_modified(back).map_err(failed)?;
    permissions.map_or_else(|| open_up(file), |p| file.set_permissions(p)).map_err(failed)?;
    Ok(temp)
}

/// Makes the names in these folders durable, once for all files written.
pub(crate) fn sync_dirs<'a>(dirs: impl IntoIterator<Item = &'a Path>) -> Result<()> {
    dirs.into_iter().try_for_each(sync_dir)
}

fn node(cache: &Cache, id: &ObjectId) -> Result<Node> {
    cache.node(id)?.ok_or_else(|| missing(&format!("manifest node {id}"), None))
}

fn write_tree(
    cache: &Cache,
    node: &Node,
    offset: u64,
    file: &File,
    failed: &(dyn Fn(std::io::Error) -> Error + Sync),
    phase: &Phase,
) -> Result<()> {
    let starts = node.children.iter().scan(offset, |at, child| {
        let start = *at;
        *at += child.len;
        Some((start, *child))
    });
    let children: Vec<(u64, Child)> = starts.collect();
    children.par_iter().try_for_each(|(start, child)| {
        if node.level > 0 {
            let below = self::node(cache, &child.id)?;
            below.check_place(&child.id, node.level - 1, child.len)?;
            return write_tree(cache, &below, *start, file, failed, phase);
        }
        let raw =
            cache.object(&child.id, FrameKind::Chunk)?.ok_or_else(|| missing(&format!("chunk {}", child.id), None))?;
        if raw.len() as u64 != child.len {
            return Err(Error::new(
                crate::Code::Corrupt,
                format!("chunk {} is not as long as its manifest says", child.id),
            )
            .remedy("Run \"octostore fsck --store\"; a clone that has the file can push it again."));
        }
        if raw.iter().any(|b| *b != 0) {
            write_all_at(file, &raw, *start).map_err(failed)?;
        }
        phase.advance(child.len, 0)
    })
}

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(windows)]
fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let n = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
        bytes = &bytes[n..];
        offset += n as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::content::frame::Frame;
    use crate::content::ids::{Kind, object_id};
    use crate::content::ingest::ChunkSink;
    use crate::error::Code;
    use crate::job::Job;
    use crate::store::reader::FileReader;
    use std::sync::Arc;

    /// A file of 10 and 20 bytes, each in a leaf of its own, whose root says what it is told to say of them.
    fn file(cache: &Cache, level: u8, says: [u64; 2]) -> FileId {
        let writer = cache.writer();
        let put = |kind, of: FrameKind, bytes: Vec<u8>| {
            let (id, raw) = (object_id(kind, &bytes), bytes.into());
            writer.put(vec![Frame::encode(id, of, &raw).unwrap()]).unwrap();
            id
        };
        let node = |level, children| put(Kind::Node, FrameKind::Node, Node { level, children }.to_bytes().to_vec());
        let leaf = |len: u64| {
            let id = put(Kind::Chunk, FrameKind::Chunk, vec![len as u8; len as usize]);
            node(0, vec![Child { id, len }])
        };
        let children = [10, 20].into_iter().zip(says).map(|(is, says)| Child { id: leaf(is), len: says }).collect();
        let root = node(level, children);
        writer.finish().unwrap();
        root.into()
    }

    #[test]
    fn a_tree_that_lies_about_its_nodes_makes_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Arc::new(Cache::open(&dir.path().join("cache")).unwrap());
        let phase = Job::new().phase("test", 0, 0);
        let path = dir.path().join("file");
        let write = |level, says| {
            let id = file(&cache, level, says);
            let mut bytes = [0; 30];
            let read = FileReader::new(cache.clone(), None, id, 30).read_at(0, &mut bytes).map_err(|e| e.code());
            (materialise(&cache, id, 30, &path, None, &phase).map(|m| m.len()).map_err(|e| e.code()), read)
        };
        assert_eq!(write(1, [10, 20]), (Ok(30), Ok(30)));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(write(1, [20, 10]), (Err(Code::Corrupt), Err(Code::Corrupt)), "lengths");
        assert_eq!(write(2, [10, 20]), (Err(Code::Corrupt), Err(Code::Corrupt)), "levels");
        assert_eq!(write(1, [10, 21]).0, Err(Code::PointerInvalid), "the sum");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left behind");
    }
}
