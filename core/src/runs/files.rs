//! Small files of a run: written beside, then renamed. They survive a killed process; what must survive a power cut as well goes
//! through `store::files`.

use super::layout::KeyKind;
use crate::error::{Code, Error, Result};
use crate::store::files::create_dir;
use std::ffi::OsStr;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file under a passing name. Unlike most temporary files it is not private: people share runs.
fn passing(beside: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tmp-");
    #[cfg(unix)]
    let shared = {
        use std::os::unix::fs::PermissionsExt;
        fs::Permissions::from_mode(0o666)
    };
    #[cfg(unix)]
    builder.permissions(shared);
    builder.tempfile_in(beside)
}

/// A file that waits for its name.
pub(super) fn ready(beside: &Path, to: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
    let make = || {
        let mut temp = passing(beside)?;
        temp.write_all(bytes)?;
        Ok(temp)
    };
    make().map_err(|e| Error::io(to, "writing a file", e))
}

/// Replaces a file; a reader sees the old or the new content. `beside` is a folder on the same disk, where MLflow lists nothing.
pub(super) fn put(beside: &Path, to: &Path, bytes: &[u8]) -> Result<()> {
    ready(beside, to, bytes)?.persist(to).map_err(|e| Error::io(to, "writing a file", e.error))?;
    Ok(())
}

/// Makes a file that is there with its content or not at all. Says `false` if it is there already, which is left alone.
pub(super) fn put_new(beside: &Path, to: &Path, bytes: &[u8]) -> Result<bool> {
    match ready(beside, to, bytes)?.persist_noclobber(to) {
        Ok(_) => Ok(true),
        Err(e) if e.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(Error::io(to, "writing a file", e.error)),
    }
}

/// The file of a key in a run, and the folders that its slashes make.
pub(super) fn key_file(run: &Path, kind: KeyKind, key: &str) -> Result<PathBuf> {
    let file = run.join(kind.folder()).join(key);
    if key.contains('/')
        && let Some(parent) = file.parent()
    {
        fs::create_dir_all(parent).map_err(|e| clash(kind, key, &file, e))?;
    }
    Ok(file)
}

/// An error on a key's file. A key cannot be a file and a folder at once.
pub(super) fn clash(kind: KeyKind, key: &str, file: &Path, e: std::io::Error) -> Error {
    match e.kind() {
        ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::AlreadyExists => {
            let what = kind.name();
            Error::new(
                Code::InvalidArgument,
                format!("the {what} {key:?} cannot stand beside another {what} whose name is a part of it"),
            )
            .with("path", file.display().to_string())
            .remedy("Slashes make folders, so a name cannot be a group as well: rename one of the two.")
        }
        _ => Error::io(file, "opening", e),
    }
}

/// Every file below a folder that may not be there, sorted, as a key: the names between are joined by `/`.
pub(super) fn keys(dir: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut folders = vec![(String::new(), dir.to_owned())];
    while let Some((prefix, folder)) = folders.pop() {
        for (name, is_dir) in entries(&folder)? {
            let key = format!("{prefix}{name}");
            let path = folder.join(&name);
            match is_dir {
                true => folders.push((key + "/", path)),
                // Files that begin so are on their way, or were when their writer was killed.
                false if name.starts_with(".tmp-") => {}
                false => found.push((key, path)),
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The names in a folder that may not be there, and whether each is a folder. Names that are not UTF-8 are not MLflow's.
pub(super) fn entries(dir: &Path) -> Result<Vec<(String, bool)>> {
    let listed = match fs::read_dir(dir) {
        Ok(listed) => listed,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io(dir, "listing a folder", e)),
    };
    let mut names = Vec::new();
    for entry in listed {
        let entry = entry.map_err(|e| Error::io(dir, "listing a folder", e))?;
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let kind = entry.file_type().map_err(|e| Error::io(dir, "listing a folder", e))?;
        names.push((name, if kind.is_symlink() { entry.path().is_dir() } else { kind.is_dir() }));
    }
    Ok(names)
}

/// A file's text; `None` if it is not there. What is not UTF-8 is replaced.
pub(super) fn text(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(e) => String::from_utf8_lossy(e.as_bytes()).into_owned(),
        })),
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory) => {
            Ok(None)
        }
        Err(e) => Err(Error::io(path, "reading", e)),
    }
}

/// Copies a file, or a folder with all that is in it. Nobody sees half a file.
pub(super) fn copy(beside: &Path, from: &Path, to: &Path) -> Result<()> {
    let reading = |e| Error::io(from, "reading", e);
    if fs::metadata(from).map_err(reading)?.is_dir() {
        create_dir(to)?;
        let names: Vec<_> = fs::read_dir(from)
            .map_err(reading)?
            .map(|e| e.map(|e| e.file_name()))
            .collect::<Result<_, _>>()
            .map_err(reading)?;
        return names.iter().try_for_each(|name| copy(beside, &from.join(name), &to.join(name)));
    }
    let temp = passing(beside).map_err(|e| Error::io(to, "writing a file", e))?.into_temp_path();
    fs::remove_file(&temp).map_err(|e| Error::io(to, "writing a file", e))?;
    reflink_copy::reflink_or_copy(from, &temp).map_err(|e| Error::io(to, "copying a file", e))?;
    temp.persist(to).map_err(|e| Error::io(to, "writing a file", e.error))
}

/// A temporary folder is private; one that people share is not.
pub(super) fn open_folder(folder: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    }
    let _ = folder;
    Ok(())
}

/// A file's own name as text, where it has one.
pub(super) fn name_of(path: &Path) -> Option<&str> {
    path.file_name().and_then(OsStr::to_str)
}
