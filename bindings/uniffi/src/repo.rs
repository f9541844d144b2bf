//! Repositories, and every verb on them.

use crate::context::{Cancel, Context, Listener, job};
use crate::error::Result;
use crate::file::FileReader;
use crate::records::{
    AddReport, CopyReport, DropReport, Entry, FileStatus, FsckReport, LogEntry, PullReport, PushReport, Resolved,
    StoreInfo, bytes,
};
use octostore::{CloneOptions, DataChoice, FsckOptions, InitOptions, PullOptions, PushOptions, RepoPath};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

type OptListener = Option<Box<dyn Listener>>;
type OptCancel = Option<Arc<Cancel>>;

/// A git repository with data.
#[derive(uniffi::Object)]
pub struct Repo(pub(crate) octostore::Repo);

/// The file system's path of these bytes.
pub(crate) fn os_path(bytes: Vec<u8>) -> Result<PathBuf> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        Ok(std::ffi::OsString::from_vec(bytes).into())
    }
    #[cfg(not(unix))]
    {
        let text = String::from_utf8(bytes)
            .map_err(|_| octostore::Error::new(octostore::Code::InvalidArgument, "the path is not UTF-8"))?;
        Ok(text.into())
    }
}

pub(crate) fn repo_paths(paths: Vec<Vec<u8>>) -> Result<Vec<RepoPath>> {
    Ok(paths.iter().map(|p| RepoPath::from_bytes(p)).collect::<octostore::Result<_>>()?)
}

#[uniffi::export]
impl Repo {
    #[uniffi::constructor]
    pub fn open(context: Arc<Context>, path: Vec<u8>) -> Result<Arc<Self>> {
        Ok(Arc::new(Repo(octostore::Repo::open(os_path(path)?, &context.0)?)))
    }

    #[uniffi::constructor]
    pub fn init(
        context: Arc<Context>,
        path: Vec<u8>,
        store: Option<String>,
        program: Option<Vec<u8>>,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<Arc<Self>> {
        let options = InitOptions { store, program: program.map(os_path).transpose()? };
        Ok(Arc::new(Repo(octostore::Repo::init(os_path(path)?, &options, &context.0, &job(listener, cancel))?)))
    }

    /// `data`: `None` for all, no patterns for none, or patterns.
    #[uniffi::constructor]
    #[allow(clippy::too_many_arguments)]
    pub fn clone_from(
        context: Arc<Context>,
        url: String,
        dir: Vec<u8>,
        data: Option<Vec<String>>,
        copy_to: Option<String>,
        branch: Option<String>,
        program: Option<Vec<u8>>,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<Arc<Self>> {
        let data = match data {
            None => DataChoice::All,
            Some(patterns) if patterns.is_empty() => DataChoice::None,
            Some(patterns) => DataChoice::Matching(patterns),
        };
        let options = CloneOptions { data, copy_to, branch, program: program.map(os_path).transpose()? };
        let repo = octostore::Repo::clone_from(&url, &os_path(dir)?, &options, &context.0, &job(listener, cancel))?;
        Ok(Arc::new(Repo(repo)))
    }

    pub fn work_dir(&self) -> Result<Vec<u8>> {
        Ok(self.0.work_dir()?.into_os_string().into_encoded_bytes())
    }

    /// The path in the repository that a path of the file system means.
    pub fn path_from(&self, path: Vec<u8>) -> Result<Vec<u8>> {
        Ok(bytes(&self.0.path_from(os_path(path)?.as_os_str())?))
    }

    pub fn track(&self, patterns: Vec<String>) -> Result<Vec<String>> {
        Ok(self.0.track(&patterns)?)
    }

    pub fn untrack(&self, patterns: Vec<String>) -> Result<Vec<String>> {
        Ok(self.0.untrack(&patterns)?)
    }

    pub fn add(&self, paths: Vec<Vec<u8>>, listener: OptListener, cancel: OptCancel) -> Result<AddReport> {
        Ok(self.0.add(&repo_paths(paths)?, &job(listener, cancel))?.into())
    }

    pub fn status(&self, listener: OptListener, cancel: OptCancel) -> Result<Vec<FileStatus>> {
        Ok(self.0.status(&job(listener, cancel))?.into_iter().map(Into::into).collect())
    }

    pub fn ls(&self, rev: String, prefix: Option<Vec<u8>>) -> Result<Vec<Entry>> {
        let prefix = prefix.map(|p| RepoPath::from_bytes(&p)).transpose()?;
        let entries = self.0.ls(&rev, prefix.as_ref())?;
        Ok(entries.iter().map(|e| Entry { path: bytes(&e.path), pointer: (&e.pointer).into() }).collect())
    }

    pub fn open_file(&self, rev: String, path: Vec<u8>) -> Result<Arc<FileReader>> {
        let file = self.0.open_file(&rev, &RepoPath::from_bytes(&path)?)?;
        Ok(Arc::new(FileReader { len: file.len(), file: Mutex::new(file) }))
    }

    pub fn resolve(&self, rev: String, path: Vec<u8>) -> Result<Resolved> {
        Ok(self.0.resolve(&rev, &RepoPath::from_bytes(&path)?)?.into())
    }

    pub fn push(
        &self,
        remote: Option<String>,
        all: bool,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<PushReport> {
        let r = self.0.push(&PushOptions { remote, all }, &job(listener, cancel))?;
        let (files, packs) = (r.files, r.packs);
        Ok(PushReport { files, packs, uploaded_bytes: r.uploaded_bytes, reused_bytes: r.reused_bytes })
    }

    pub fn fetch(
        &self,
        paths: Vec<String>,
        only: Vec<String>,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<PullReport> {
        Ok(self.0.fetch(&PullOptions { paths, only }, &job(listener, cancel))?.into())
    }

    pub fn pull(
        &self,
        paths: Vec<String>,
        only: Vec<String>,
        listener: OptListener,
        cancel: OptCancel,
    ) -> Result<PullReport> {
        Ok(self.0.pull(&PullOptions { paths, only }, &job(listener, cancel))?.into())
    }

    pub fn drop_data(&self, paths: Vec<Vec<u8>>, listener: OptListener, cancel: OptCancel) -> Result<DropReport> {
        let r = self.0.drop_data(&repo_paths(paths)?, &job(listener, cancel))?;
        Ok(DropReport { files: r.files, freed_bytes: r.freed_bytes })
    }

    pub fn log(&self, path: Vec<u8>, limit: u64) -> Result<Vec<LogEntry>> {
        let changes = self.0.log(&RepoPath::from_bytes(&path)?, limit as usize)?;
        Ok(changes.into_iter().map(Into::into).collect())
    }

    pub fn fsck(&self, store: bool, listener: OptListener, cancel: OptCancel) -> Result<FsckReport> {
        Ok(self.0.fsck(&FsckOptions { store }, &job(listener, cancel))?.into())
    }

    pub fn store(&self) -> Result<Option<StoreInfo>> {
        Ok(self.0.store()?.map(Into::into))
    }

    pub fn set_store(&self, url: String, listener: OptListener, cancel: OptCancel) -> Result<StoreInfo> {
        Ok(self.0.set_store(&url, &job(listener, cancel))?.into())
    }

    pub fn accept_store(&self, url: String) -> Result<()> {
        Ok(self.0.accept_store(&url)?)
    }

    pub fn copy_store(&self, to_url: String, listener: OptListener, cancel: OptCancel) -> Result<CopyReport> {
        let r = self.0.copy_store(&to_url, &job(listener, cancel))?;
        Ok(CopyReport { packs: r.packs, bytes: r.bytes })
    }
}
