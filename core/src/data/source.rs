//! What rows are read from: this room is handed files by name and never finds them itself.

use crate::error::{Error, Result};
use std::fmt;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::sync::Arc;

/// Bytes at any place.
pub(crate) trait Source: Read + Seek + Send + 'static {}
impl<T: Read + Seek + Send + 'static> Source for T {}

type Opener = dyn Fn() -> Result<Box<dyn Source>> + Send + Sync;

/// A file that may be opened any number of times, by several threads at once.
#[derive(Clone)]
pub(crate) struct SourceFile {
    /// Its name for messages, whose ending says the format: a path with `/`.
    pub name: String,
    pub len: u64,
    /// The id of its content, where one is known: the same id has the same bytes.
    pub id: Option<String>,
    pub open: Arc<Opener>,
}

impl SourceFile {
    /// A file of this machine.
    pub(crate) fn local(name: impl Into<String>, path: &Path) -> Result<SourceFile> {
        let found = std::fs::metadata(path).map_err(|e| Error::io(path, "looking at a file", e))?;
        let path = path.to_owned();
        let open = move || -> Result<Box<dyn Source>> {
            Ok(Box::new(File::open(&path).map_err(|e| Error::io(&path, "opening a file", e))?))
        };
        Ok(SourceFile { name: name.into(), len: found.len(), id: None, open: Arc::new(open) })
    }

    pub(crate) fn open(&self) -> Result<Box<dyn Source>> {
        (self.open)()
    }
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.name, self.len)
    }
}
