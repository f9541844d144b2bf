//! What an import that is under way has taken in already: a line for each piece, so that a killed one can go on.
//!
//! A line is written after its data was handed to the operating system. It is a hint and no proof: who reads it checks
//! that the source is still the same and that the data is there.

use super::record::{FileRecord, Skipped};
use super::stamp::Stamp;
use crate::error::{Error, Result};
use crate::store::files::{create_dir, read_if_there};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The journal of one import, by the place that it goes to.
pub(crate) struct Journal {
    path: PathBuf,
    file: Option<File>,
    known: BTreeMap<String, Known>,
}

/// What is known of an object: the files that were taken, whether they are all, and where a later import may begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    pub stamp: Stamp,
    pub files: Vec<FileRecord>,
    pub whole: Option<Whole>,
    pub next: Option<u64>,
}

/// How an object ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Whole {
    pub time: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What was left out of it.
    #[serde(default)]
    pub skipped: Vec<Skipped>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    url: String,
    stamp: Stamp,
    #[serde(default)]
    files: Vec<FileRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    whole: Option<Whole>,
}

impl Journal {
    /// Opens the journal of the import that `key` names, in `folder`.
    pub(crate) fn open(folder: &Path, key: &str) -> Result<Journal> {
        create_dir(folder)?;
        let path = folder.join(format!("{key}.jsonl"));
        let mut known: BTreeMap<String, Known> = BTreeMap::new();
        let text = read_if_there(&path)?.unwrap_or_default();
        // The last line may be torn; whatever cannot be read is not known.
        for line in text.split(|b| *b == b'\n').filter_map(|l| serde_json::from_slice::<Line>(l).ok()) {
            let entry = known.entry(line.url).or_default();
            if entry.stamp != line.stamp {
                *entry = Known { stamp: line.stamp, ..Known::default() };
            }
            if line.whole.is_some() {
                // The last line of an object has all of its files.
                entry.files.clear();
            }
            entry.files.extend(line.files);
            entry.next = line.next.or(entry.next);
            entry.whole = line.whole.or(entry.whole.take());
        }
        Ok(Journal { path, file: None, known })
    }

    /// What is known of an object that is still the same.
    pub(crate) fn known(&self, url: &str, stamp: &Stamp) -> Option<&Known> {
        self.known.get(url).filter(|k| k.stamp.same(stamp))
    }

    /// Writes down what was taken. The data must survive this process already.
    pub(crate) fn write(
        &mut self,
        url: &str,
        stamp: &Stamp,
        files: Vec<FileRecord>,
        next: Option<u64>,
        whole: Option<Whole>,
    ) -> Result<()> {
        let failed = |e| Error::io(&self.path, "writing the journal", e);
        let line = Line { url: url.to_owned(), stamp: stamp.clone(), files, next, whole };
        let mut text = serde_json::to_vec(&line).map_err(Error::internal)?;
        text.push(b'\n');
        if self.file.is_none() {
            let mut file = File::options().create(true).append(true).open(&self.path).map_err(failed)?;
            // Behind a torn line a new one begins.
            file.write_all(b"\n").map_err(failed)?;
            self.file = Some(file);
        }
        self.file.as_mut().map_or(Ok(()), |f| f.write_all(&text)).map_err(failed)
    }

    /// The import is done.
    pub(crate) fn remove(self) {
        // One that stays is read and checked again, nothing more.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::content::ids::FileId;
    use crate::import::record::Name;

    #[test]
    fn a_torn_journal_tells_what_was_whole() {
        let dir = tempfile::tempdir().unwrap();
        let stamp = Stamp { etag: Some("\"1\"".into()), size: Some(5), ..Stamp::default() };
        let file = |name: &str| FileRecord { path: Name(name.into()), id: FileId([1; 32]), size: 1 };
        let mut journal = Journal::open(dir.path(), "k").unwrap();
        journal.write("u", &stamp, vec![file("a")], Some(512), None).unwrap();
        drop(journal);
        let path = dir.path().join("k.jsonl");
        File::options().append(true).open(&path).unwrap().write_all(b"{\"url\":\"u\",\"sta").unwrap();
        let mut journal = Journal::open(dir.path(), "k").unwrap();
        journal.write("u", &stamp, vec![file("a"), file("b")], None, Some(Whole::default())).unwrap();
        let journal = Journal::open(dir.path(), "k").unwrap();
        let known = journal.known("u", &stamp).unwrap();
        assert_eq!((known.files.len(), known.next, known.whole.is_some()), (2, Some(512), true));
        let other = Stamp { etag: Some("\"2\"".into()), ..stamp };
        assert!(journal.known("u", &other).is_none(), "of another state nothing is known");
        journal.remove();
        assert!(!path.exists());
    }
}
