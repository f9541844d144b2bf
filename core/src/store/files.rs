//! Small steps on the local file system that survive a crash: write beside, make durable, rename.

use crate::error::{Error, Result};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

/// Makes a folder and those above it.
pub(crate) fn create_dir(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|e| Error::io(path, "making a folder", e))
}

/// Makes the names in a folder durable. Systems that cannot do it need not.
pub(crate) fn sync_dir(path: &Path) -> Result<()> {
    match File::open(path) {
        Ok(dir) => {
            let _ = dir.sync_all();
            Ok(())
        }
        Err(e) => Err(Error::io(path, "opening a folder", e)),
    }
}

/// Moves a durable file to its name and makes the name durable.
pub(crate) fn publish(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|e| Error::io(to, "renaming a file", e))?;
    to.parent().map_or(Ok(()), sync_dir)
}

/// Writes a whole file so that a reader sees the old or the new content and nothing else.
pub(crate) fn write_atomically(path: &Path, write: impl FnOnce(&mut File) -> std::io::Result<()>) -> Result<()> {
    let doing = "writing a file";
    let dir = path.parent().unwrap_or(Path::new("."));
    create_dir(dir)?;
    let mut temp = tempfile::Builder::new().prefix(".tmp-").tempfile_in(dir).map_err(|e| Error::io(path, doing, e))?;
    write(temp.as_file_mut()).map_err(|e| Error::io(path, doing, e))?;
    temp.as_file_mut().flush().map_err(|e| Error::io(path, doing, e))?;
    temp.as_file().sync_data().map_err(|e| Error::io(path, doing, e))?;
    temp.persist(path).map_err(|e| Error::io(path, doing, e.error))?;
    sync_dir(dir)
}

/// Reads a file that may not be there.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::io(path, "reading", e)),
    }
}

/// The names in a folder that may not be there, sorted.
pub(crate) fn names(dir: &Path) -> Result<Vec<String>> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io(dir, "listing a folder", e)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|e| Error::io(dir, "listing a folder", e))?;
        // Our own names are ASCII; anything else is not ours.
        names.extend(entry.file_name().into_string().ok());
    }
    names.sort();
    Ok(names)
}

/// A temporary file is private; one that people share is not.
pub(crate) fn open_up(file: &File) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    let _ = file;
    Ok(())
}
