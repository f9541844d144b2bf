//! What the façade's calls take and give.

use crate::content::ids::FileId;
use crate::error::Code;
use crate::repo::{Pointer, RepoPath};
use std::path::PathBuf;

/// How [`Repo::init`](crate::Repo::init) sets a repository up.
#[derive(Clone, Debug, Default)]
pub struct InitOptions {
    /// Where the data goes: `file:///folder`, `s3://bucket/prefix`, `gs://`, `az://`, or a folder's path. Without one,
    /// everything but pushing and fetching data works.
    pub store: Option<String>,
    /// The `octostore` program that git's filter and hooks shall call; without it, `octostore` on the `PATH`.
    pub program: Option<PathBuf>,
}

/// Which data [`Repo::clone`](crate::Repo::clone) writes into the new work tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DataChoice {
    /// All of the checked-out branch.
    #[default]
    All,
    /// None: the files stay pointers until they are pulled.
    None,
    /// The files that match one of these patterns (as in `.gitignore`).
    Matching(Vec<String>),
}

/// How [`Repo::clone`](crate::Repo::clone) works.
#[derive(Clone, Debug, Default)]
pub struct CloneOptions {
    /// Which data to write into the work tree.
    pub data: DataChoice,
    /// Copy the data of the repository to this store and use that one from now on, in this clone only.
    pub copy_to: Option<String>,
    /// The branch to check out, if not the remote's own choice.
    pub branch: Option<String>,
    /// As in [`InitOptions::program`].
    pub program: Option<PathBuf>,
}

/// One file that [`Repo::add`](crate::Repo::add) staged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddedFile {
    /// The file.
    pub path: RepoPath,
    /// What git stores for it.
    pub pointer: Pointer,
}

/// What [`Repo::add`](crate::Repo::add) did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddReport {
    /// The files that were read and staged, in path order.
    pub files: Vec<AddedFile>,
    /// Files whose content is staged already and that were not read.
    pub unchanged: u64,
    /// Bytes read from files.
    pub read_bytes: u64,
    /// Bytes of chunks that were not in the local cache before.
    pub new_bytes: u64,
    /// Bytes that these new chunks take up, compressed.
    pub stored_bytes: u64,
}

/// Where the data of a tracked file stands in the work tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileState {
    /// The data is here and is what the index says.
    Present,
    /// Only the pointer is here; `pull` brings the data.
    Pointer,
    /// The file differs from what the index says.
    Modified,
    /// The file is gone from the work tree.
    Deleted,
    /// The path is tracked by a pattern but has never been added.
    Untracked,
}

impl FileState {
    /// The name that `--json` and the bindings show.
    pub const fn name(self) -> &'static str {
        match self {
            FileState::Present => "present",
            FileState::Pointer => "pointer",
            FileState::Modified => "modified",
            FileState::Deleted => "deleted",
            FileState::Untracked => "untracked",
        }
    }
}

/// One tracked file as [`Repo::status`](crate::Repo::status) sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileStatus {
    /// The file.
    pub path: RepoPath,
    /// Where its data stands in the work tree.
    pub state: FileState,
    /// The pointer in the index, unless the file is untracked.
    pub pointer: Option<Pointer>,
    /// The index differs from `HEAD`: the next commit records a change.
    pub staged: bool,
    /// This clone's cache holds all of the indexed data.
    pub cached: bool,
    /// This clone knows that the store holds all of the indexed data.
    pub pushed: bool,
}

/// One file of a revision, as [`Repo::ls`](crate::Repo::ls) lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The file.
    pub path: RepoPath,
    /// What git stores for it.
    pub pointer: Pointer,
}

/// What [`Repo::push`](crate::Repo::push) uploads.
#[derive(Clone, Debug, Default)]
pub struct PushOptions {
    /// The git remote to push the current branch to once its data is in the store. Without one, only data is pushed.
    pub remote: Option<String>,
    /// The data of every local branch and tag, not only of the current branch.
    pub all: bool,
}

/// What [`Repo::push`](crate::Repo::push) did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PushReport {
    /// File versions that the store now holds and that it was told of.
    pub files: u64,
    /// Packs written to the store.
    pub packs: u64,
    /// Bytes sent to the store, all kinds of objects together.
    pub uploaded_bytes: u64,
    /// Bytes of file content that the store held already.
    pub reused_bytes: u64,
}

/// How [`Repo::pull`](crate::Repo::pull) and [`Repo::fetch`](crate::Repo::fetch) work.
#[derive(Clone, Debug, Default)]
pub struct PullOptions {
    /// Only files under these paths or matching these patterns; all when empty.
    pub paths: Vec<String>,
    /// Only these kinds of side files (`statistics`, `schema`, `examples`, `sample`), for the data under `paths`; the data
    /// itself when empty.
    pub only: Vec<String>,
}

/// What [`Repo::pull`](crate::Repo::pull) or [`Repo::fetch`](crate::Repo::fetch) did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PullReport {
    /// Files written into the work tree (by `fetch`: file versions brought into the cache).
    pub files: u64,
    /// Bytes of these files.
    pub bytes: u64,
    /// Bytes read from the store.
    pub downloaded_bytes: u64,
    /// Files left alone because they hold changes of the user.
    pub kept: Vec<RepoPath>,
}

/// What [`Repo::drop_data`](crate::Repo::drop_data) did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DropReport {
    /// Files turned back into pointers.
    pub files: u64,
    /// Bytes freed in the work tree and the cache.
    pub freed_bytes: u64,
}

/// A piece of a file as it lies in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredRange {
    /// Where the piece begins in the file.
    pub file_offset: u64,
    /// Bytes of the file in the piece.
    pub length: u64,
    /// The key of the object that holds it, relative to the store's URL.
    pub object: String,
    /// Where its frame begins in the object.
    pub offset: u64,
    /// Bytes of the frame, header included.
    pub stored_length: u64,
}

/// Where the bytes of a path at a revision are, as [`Repo::resolve`](crate::Repo::resolve) says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resolved {
    /// The file.
    pub path: RepoPath,
    /// What git stores for it.
    pub pointer: Pointer,
    /// The file in the work tree, if it holds exactly these bytes.
    pub local: Option<PathBuf>,
    /// The store that holds the bytes, if one is set.
    pub store: Option<String>,
    /// The pieces in the store, in file order; empty if the store does not hold the file.
    pub ranges: Vec<StoredRange>,
}

/// One change of a path, as [`Repo::log`](crate::Repo::log) tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogEntry {
    /// The commit, as 40 hexadecimal digits.
    pub commit: String,
    /// The author's name.
    pub author: String,
    /// Seconds since 1970 (UTC) of the author's date.
    pub time: i64,
    /// The first line of the commit's message.
    pub subject: String,
    /// The file's pointer after the commit; `None` where the commit deleted it or made it an ordinary file.
    pub pointer: Option<Pointer>,
}

/// What [`Repo::fsck`](crate::Repo::fsck) checks.
#[derive(Clone, Debug, Default)]
pub struct FsckOptions {
    /// Check the store too: every root, pack and table that this repository's roots name, byte for byte.
    pub store: bool,
}

/// One thing that [`Repo::fsck`](crate::Repo::fsck) found wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The code that a call would fail with when it met the problem.
    pub code: Code,
    /// What is wrong with what.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// What [`Repo::fsck`](crate::Repo::fsck) found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FsckReport {
    /// Packs read, here and in the store.
    pub packs: u64,
    /// Bytes read and compared with their hashes.
    pub bytes: u64,
    /// File versions whose chunks were all looked for.
    pub files: u64,
    /// What is wrong; empty when all is well.
    pub problems: Vec<Problem>,
}

/// The store of a repository, as [`Repo::store`](crate::Repo::store) tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreInfo {
    /// The URL.
    pub url: String,
    /// Whether the URL is set for this clone only (`--copy-to`) or in the committed configuration.
    pub local_only: bool,
    /// Whether this clone's owner has accepted the URL.
    pub accepted: bool,
    /// Whether the store can be trusted with conditional writes, as the probe found when it was made; `None` before this
    /// clone first connected to it. With `Some(false)`, garbage must be collected from one host only.
    pub conditional_writes: Option<bool>,
}

/// What [`Repo::copy_store`](crate::Repo::copy_store) did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CopyReport {
    /// Packs copied; those that the other store held already are not counted.
    pub packs: u64,
    /// Bytes copied.
    pub bytes: u64,
}

/// The version of a file's content, as text in messages and listings: the first ten digits of its id.
pub(crate) fn short(id: FileId) -> String {
    id.to_string().chars().take(10).collect()
}
