//! Reading a file of any revision.

use crate::error::Result;
use std::sync::{Mutex, PoisonError};

/// A version of a file, open for reading by ranges.
#[derive(uniffi::Object)]
pub struct FileReader {
    pub(crate) file: Mutex<octostore::FileReader>,
    pub(crate) len: u64,
}

#[uniffi::export]
impl FileReader {
    /// Bytes of the file.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// At most `count` bytes from `offset`; fewer only at the file's end.
    pub fn read_at(&self, offset: u64, count: u64) -> Result<Vec<u8>> {
        let mut buffer = vec![0; count.min(self.len.saturating_sub(offset)) as usize];
        let n = self.file.lock().unwrap_or_else(PoisonError::into_inner).read_at(offset, &mut buffer)?;
        buffer.truncate(n);
        Ok(buffer)
    }
}
