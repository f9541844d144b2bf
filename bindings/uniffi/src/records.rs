//! What calls give: records of plain fields.

use octostore::RepoPath;

/// What git stores for a tracked file.
#[derive(uniffi::Record)]
pub struct Pointer {
    /// `blake3:` and 64 hexadecimal digits.
    pub oid: String,
    pub size: u64,
}

impl From<&octostore::Pointer> for Pointer {
    fn from(p: &octostore::Pointer) -> Self {
        Pointer { oid: format!("blake3:{}", p.oid), size: p.size }
    }
}

pub(crate) fn bytes(path: &RepoPath) -> Vec<u8> {
    path.as_bytes().to_vec()
}

/// A file of a revision, or one that was added.
#[derive(uniffi::Record)]
pub struct Entry {
    pub path: Vec<u8>,
    pub pointer: Pointer,
}

/// What `add` did.
#[derive(uniffi::Record)]
pub struct AddReport {
    pub files: Vec<Entry>,
    pub unchanged: u64,
    pub read_bytes: u64,
    pub new_bytes: u64,
    pub stored_bytes: u64,
}

impl From<octostore::AddReport> for AddReport {
    fn from(r: octostore::AddReport) -> Self {
        let entry = |f: &octostore::AddedFile| Entry { path: bytes(&f.path), pointer: (&f.pointer).into() };
        AddReport {
            files: r.files.iter().map(entry).collect(),
            unchanged: r.unchanged,
            read_bytes: r.read_bytes,
            new_bytes: r.new_bytes,
            stored_bytes: r.stored_bytes,
        }
    }
}

/// A tracked file; `state` is one of present, pointer, modified, deleted, untracked.
#[derive(uniffi::Record)]
pub struct FileStatus {
    pub path: Vec<u8>,
    pub state: String,
    pub pointer: Option<Pointer>,
    pub staged: bool,
    pub cached: bool,
    pub pushed: bool,
}

impl From<octostore::FileStatus> for FileStatus {
    fn from(f: octostore::FileStatus) -> Self {
        FileStatus {
            path: bytes(&f.path),
            state: f.state.name().to_owned(),
            pointer: f.pointer.as_ref().map(Into::into),
            staged: f.staged,
            cached: f.cached,
            pushed: f.pushed,
        }
    }
}

/// What `push` did.
#[derive(uniffi::Record)]
pub struct PushReport {
    pub files: u64,
    pub packs: u64,
    pub uploaded_bytes: u64,
    pub reused_bytes: u64,
}

/// What `fetch` or `pull` did.
#[derive(uniffi::Record)]
pub struct PullReport {
    pub files: u64,
    pub bytes: u64,
    pub downloaded_bytes: u64,
    pub kept: Vec<Vec<u8>>,
}

impl From<octostore::PullReport> for PullReport {
    fn from(r: octostore::PullReport) -> Self {
        PullReport {
            files: r.files,
            bytes: r.bytes,
            downloaded_bytes: r.downloaded_bytes,
            kept: r.kept.iter().map(bytes).collect(),
        }
    }
}

/// What `drop` did.
#[derive(uniffi::Record)]
pub struct DropReport {
    pub files: u64,
    pub freed_bytes: u64,
}

/// What `copy_store` did.
#[derive(uniffi::Record)]
pub struct CopyReport {
    pub packs: u64,
    pub bytes: u64,
}

/// A piece of a file as it lies in the store.
#[derive(uniffi::Record)]
pub struct StoredRange {
    pub file_offset: u64,
    pub length: u64,
    pub object: String,
    pub offset: u64,
    pub stored_length: u64,
}

/// Where the bytes of a file are.
#[derive(uniffi::Record)]
pub struct Resolved {
    pub path: Vec<u8>,
    pub pointer: Pointer,
    pub local: Option<Vec<u8>>,
    pub store: Option<String>,
    pub ranges: Vec<StoredRange>,
}

impl From<octostore::Resolved> for Resolved {
    fn from(r: octostore::Resolved) -> Self {
        let range = |r: octostore::StoredRange| StoredRange {
            file_offset: r.file_offset,
            length: r.length,
            object: r.object,
            offset: r.offset,
            stored_length: r.stored_length,
        };
        Resolved {
            path: bytes(&r.path),
            pointer: (&r.pointer).into(),
            local: r.local.map(|p| p.into_os_string().into_encoded_bytes()),
            store: r.store,
            ranges: r.ranges.into_iter().map(range).collect(),
        }
    }
}

/// A change of a file.
#[derive(uniffi::Record)]
pub struct LogEntry {
    pub commit: String,
    pub author: String,
    pub time: i64,
    pub subject: String,
    pub pointer: Option<Pointer>,
}

impl From<octostore::LogEntry> for LogEntry {
    fn from(e: octostore::LogEntry) -> Self {
        LogEntry {
            commit: e.commit,
            author: e.author,
            time: e.time,
            subject: e.subject,
            pointer: e.pointer.as_ref().map(Into::into),
        }
    }
}

/// Something that `fsck` found wrong.
#[derive(uniffi::Record)]
pub struct Problem {
    pub code: i32,
    pub name: String,
    pub what: String,
    pub hint: String,
}

/// What `fsck` found.
#[derive(uniffi::Record)]
pub struct FsckReport {
    pub packs: u64,
    pub bytes: u64,
    pub files: u64,
    pub problems: Vec<Problem>,
}

impl From<octostore::FsckReport> for FsckReport {
    fn from(r: octostore::FsckReport) -> Self {
        let problem = |p: octostore::Problem| Problem {
            code: p.code as i32,
            name: p.code.name().to_owned(),
            what: p.message,
            hint: p.hint,
        };
        FsckReport {
            packs: r.packs,
            bytes: r.bytes,
            files: r.files,
            problems: r.problems.into_iter().map(problem).collect(),
        }
    }
}

/// The store of a repository.
#[derive(uniffi::Record)]
pub struct StoreInfo {
    pub url: String,
    pub local_only: bool,
    pub accepted: bool,
    pub conditional_writes: Option<bool>,
}

impl From<octostore::StoreInfo> for StoreInfo {
    fn from(s: octostore::StoreInfo) -> Self {
        StoreInfo {
            url: s.url,
            local_only: s.local_only,
            accepted: s.accepted,
            conditional_writes: s.conditional_writes,
        }
    }
}
