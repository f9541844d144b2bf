//! The table that a path means at a revision: a file, a folder, or the files that a glob matches.

use super::Repo;
use crate::data::{Dataset, ReadOptions, Source, SourceFile, table_files};
use crate::error::{Code, Error, Result};
use crate::job::Job;
use crate::log::Level;
use crate::repo::{Pointer, RepoPath, revs};
use bstr::ByteSlice;
use gix::glob::wildmatch;
use std::collections::HashSet;
use std::sync::Arc;

impl Repo {
    /// The rows of `path` at a revision (empty: the index, whatever the work tree has). It is a file's path; or a folder's, and
    /// then all tables below it; or a glob, whose `*` stays within a folder and whose `**` does not.
    pub(crate) fn dataset(&self, rev: &str, path: &RepoPath, options: &ReadOptions, job: &Job) -> Result<Dataset> {
        self.dataset_as(rev, path, options, false, job)
    }

    /// The same; where it is `plain`, text has no other types than TFDV and ExampleGen give it.
    pub(crate) fn dataset_as(
        &self,
        rev: &str,
        path: &RepoPath,
        options: &ReadOptions,
        plain: bool,
        job: &Job,
    ) -> Result<Dataset> {
        job.check()?;
        let (name, found) = self.table_pointers(rev, path)?;
        self.cache().refresh()?;
        let files = found.into_iter().map(|(path, pointer)| self.source_file(&path, pointer)).collect();
        let dataset = match plain {
            true => Dataset::open_plain(&name, files, options, job)?,
            false => Dataset::open(&name, files, options, job)?,
        };
        for note in dataset.notes() {
            self.tell(Level::Info, "rows", || note);
        }
        Ok(dataset)
    }

    /// The files of the table, and its name for messages: a folder's ends with `/`.
    pub(crate) fn table_pointers(&self, rev: &str, path: &RepoPath) -> Result<(String, Vec<(RepoPath, Pointer)>)> {
        let at_path = revs::tree_pointers(self.git(), rev, Some(path).filter(|p| !p.is_root()));
        let (folder, found) = match at_path {
            Err(e) if e.code() == Code::NotFound && is_glob(path) => {
                let pattern = path.as_bytes();
                let mut all = revs::tree_pointers(self.git(), rev, None)?;
                let mode = wildmatch::Mode::NO_MATCH_SLASH_LITERAL;
                all.retain(|e| wildmatch(pattern.as_bstr(), e.path.as_bstr(), mode));
                (folder_before_wildcard(path), all)
            }
            Err(e) if e.code() == Code::NotFound => return Err(self.not_a_table(rev, path, e)),
            found => {
                let mut found = found?;
                if let [only] = found.as_slice()
                    && only.path == *path
                {
                    return Ok((path.to_string(), vec![(path.clone(), found.remove(0).pointer)]));
                }
                (if path.is_root() { String::new() } else { format!("{path}/") }, found)
            }
        };
        let named: Vec<_> = found.into_iter().map(|e| (e.path.to_string(), e)).collect();
        let chosen = table_files(&folder, named.iter().map(|n| n.0.as_str()))
            .map_err(|e| if is_glob(path) { e.with("pattern", path.to_string()) } else { e })?;
        let chosen: HashSet<String> = chosen.into_iter().map(str::to_owned).collect();
        let files = named.into_iter().filter(|n| chosen.contains(&n.0)).map(|(_, e)| (e.path, e.pointer)).collect();
        Ok((folder, files))
    }

    /// What git itself holds at the path says more than that there is no data.
    fn not_a_table(&self, rev: &str, path: &RepoPath, otherwise: Error) -> Error {
        match revs::pointer_at(self.git(), rev, path) {
            Err(e) if !path.is_root() => e,
            _ => otherwise,
        }
    }

    /// The id of all that a table's rows come from, without reading any.
    pub(super) fn table_id(&self, rev: &str, path: &RepoPath) -> Result<Option<String>> {
        let (_, found) = self.table_pointers(rev, path)?;
        let files: Vec<SourceFile> =
            found.into_iter().map(|(path, pointer)| self.source_file(&path, pointer)).collect();
        Ok(content_id(files.iter()))
    }

    fn source_file(&self, path: &RepoPath, pointer: Pointer) -> SourceFile {
        let (repo, len, id) = (self.clone(), pointer.size, Some(pointer.oid.to_string()));
        let open = move || -> Result<Box<dyn Source>> { Ok(Box::new(repo.reader_of(&pointer)?)) };
        SourceFile { name: path.to_string(), len, id, open: Arc::new(open) }
    }
}

/// An id of the names and contents of files; none if a content has no id.
pub(super) fn content_id<'f>(files: impl Iterator<Item = &'f SourceFile>) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        for part in [file.name.as_str(), file.id.as_deref()?] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
    }
    Some(hasher.finalize().to_hex().to_string())
}

fn is_glob(path: &RepoPath) -> bool {
    path.as_bytes().iter().any(|b| b"*?[".contains(b))
}

/// The folder that all matches are in.
fn folder_before_wildcard(path: &RepoPath) -> String {
    let text = path.to_string();
    let plain = text.find(['*', '?', '[']).map_or(text.as_str(), |n| &text[..n]);
    plain.rfind('/').map_or(String::new(), |n| plain[..=n].to_owned())
}
