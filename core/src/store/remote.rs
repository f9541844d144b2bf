//! The objects of one store: the few operations that the layout needs, with errors that name the store.

use super::address::Address;
use super::local::SwapLock;
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::per_process::PerProcess;
use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::multipart::MultipartStore;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload, UpdateVersion};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// A longer document is not read: some 16 million file ids in one root.
const MAX_DOCUMENT: u64 = 1 << 30;

/// What a kind of store brings.
pub(super) struct Backend {
    pub objects: Arc<dyn ObjectStore>,
    /// Uploads in parts that outlive a process; local folders have none and need none.
    pub multipart: Option<Arc<dyn MultipartStore>>,
}

/// A connection to a store. Clones share it.
#[derive(Clone)]
pub(crate) struct Remote {
    address: Address,
    prefix: Key,
    backend: Arc<PerProcess<Backend>>,
    context: Context,
}

/// An object in a listing.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    /// Relative to the store.
    pub key: String,
    pub len: u64,
}

impl Remote {
    /// Connects. Nothing is sent yet.
    pub(crate) fn open(address: Address, context: &Context) -> Result<Self> {
        let backend = PerProcess::default();
        backend.get_or_try(|| address.backend())?;
        Ok(Remote { prefix: address.prefix(), address, backend: Arc::new(backend), context: context.clone() })
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }
    pub(crate) fn context(&self) -> &Context {
        &self.context
    }
    /// This process' connections.
    fn backend(&self) -> Result<Arc<Backend>> {
        self.backend.get_or_try(|| self.address.backend())
    }
    pub(super) fn multipart(&self) -> Result<Option<Arc<dyn MultipartStore>>> {
        Ok(self.backend()?.multipart.clone())
    }
    pub(super) fn folder(&self) -> Option<PathBuf> {
        self.address.local_folder()
    }
    pub(super) fn objects(&self) -> Result<Arc<dyn ObjectStore>> {
        Ok(self.backend()?.objects.clone())
    }

    pub(super) fn key(&self, key: &str) -> Key {
        key.split('/').fold(self.prefix.clone(), |path, part| path.join(part))
    }

    /// An error of the store about one object, in our words.
    pub(super) fn error(&self, doing: &str, key: &str, e: object_store::Error) -> Error {
        use object_store::Error as E;
        let store = &self.address;
        let error = match &e {
            E::NotFound { .. } => Error::new(Code::MissingData, format!("store {store} has no {key}"))
                .remedy("Run \"octostore fsck --store\"; a clone that still has the data can push it again."),
            E::PermissionDenied { .. } | E::Unauthenticated { .. } => {
                Error::new(Code::StorePermission, format!("store {store} refuses access while {doing} {key}")).remedy(
                    "Check the credentials in the environment or in the vendor's files, and the bucket's policy.",
                )
            }
            E::AlreadyExists { .. } | E::Precondition { .. } => {
                Error::new(Code::StoreConflict, format!("store {store}: somebody else changed {key} while {doing} it"))
                    .remedy("Run the same command again.")
            }
            _ => self.unreachable(doing, key, &e),
        };
        error.with("store", store.to_string()).with("key", key).caused_by(e)
    }

    /// Errors without a kind of their own: an I/O error of a local folder, or a server that does not answer well.
    fn unreachable(&self, doing: &str, key: &str, e: &object_store::Error) -> Error {
        if let Some(io) = find_io(e) {
            use std::io::ErrorKind as K;
            let path = self.folder().map(|f| f.join(key)).unwrap_or_else(|| key.into());
            match io {
                K::StorageFull | K::QuotaExceeded => {
                    return Error::io(&path, "writing to the store", io.into());
                }
                K::PermissionDenied | K::ReadOnlyFilesystem => {
                    return Error::new(
                        Code::StorePermission,
                        format!("store {}: no permission while {doing} {key}", self.address),
                    )
                    .remedy("Check the owner and mode of the store's folder.");
                }
                _ => {}
            }
        }
        let cause = innermost(e);
        let lower = cause.to_lowercase();
        if lower.contains("nosuchbucket") || lower.contains("no such bucket") {
            return Error::new(Code::StoreUnreachable, format!("store {}: the bucket does not exist", self.address))
                .remedy("Make the bucket first, or correct the URL.")
                .retryable_if(false);
        }
        let remedy = if without_credentials(&lower) {
            "No credentials were found: set them in the environment or in the vendor's files; then run the same command again."
        } else {
            "Check the URL, the network and the endpoint; then run the same command again."
        };
        Error::new(
            Code::StoreUnreachable,
            format!("store {} does not answer while {doing} {key}: {cause}", self.address),
        )
        .remedy(remedy)
    }

    /// Runs requests on the network threads and waits.
    pub(super) fn wait<T: Send + 'static>(&self, work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
        self.context.wait(work)
    }

    /// A whole object, or `None` if there is none.
    pub(crate) fn get(&self, key: &str) -> Result<Option<Bytes>> {
        Ok(self.get_versioned(key)?.map(|(bytes, _)| bytes))
    }

    /// A whole object and its version for [`Remote::swap`].
    pub(super) fn get_versioned(&self, key: &str) -> Result<Option<(Bytes, UpdateVersion)>> {
        let (me, key) = (self.clone(), key.to_owned());
        self.wait(async move {
            let objects = me.objects()?;
            let read = async {
                let got = objects.get(&me.key(&key)).await?;
                if got.meta.size > MAX_DOCUMENT {
                    return Ok(None);
                }
                let version = UpdateVersion { e_tag: got.meta.e_tag.clone(), version: got.meta.version.clone() };
                Ok(Some((got.bytes().await?, version)))
            };
            match read.await {
                Ok(Some(found)) => Ok(Some(found)),
                Ok(None) => Err(Error::new(Code::Corrupt, format!("store {}: {key} is too long", me.address))
                    .remedy("Restore the object from a backup of the bucket, or use another store.")
                    .with("key", key)),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(e) => Err(me.error("reading", &key, e)),
            }
        })
    }

    /// A range of an object.
    pub(super) async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        let wanted = range.end - range.start;
        let bytes =
            self.objects()?.get_range(&self.key(key), range).await.map_err(|e| self.error("reading", key, e))?;
        if bytes.len() as u64 != wanted {
            let message =
                format!("store {}: {key} ends early (wanted {wanted} bytes, got {})", self.address, bytes.len());
            return Err(Error::new(Code::Corrupt, message).remedy("Run \"octostore fsck --store\".").with("key", key));
        }
        Ok(bytes)
    }

    /// A range of an object, waited for.
    pub(crate) fn read_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        let (me, key) = (self.clone(), key.to_owned());
        self.wait(async move { me.get_range(&key, range).await })
    }

    /// Writes an object, whatever was there.
    pub(crate) fn put(&self, key: &str, bytes: impl Into<PutPayload>) -> Result<()> {
        let (me, key, payload) = (self.clone(), key.to_owned(), bytes.into());
        self.wait(async move { me.put_now(&key, payload).await })
    }

    pub(super) async fn put_now(&self, key: &str, payload: PutPayload) -> Result<()> {
        self.objects()?.put(&self.key(key), payload).await.map_err(|e| self.error("writing", key, e))?;
        Ok(())
    }

    /// Writes an object if there is none; says whether it did.
    pub(crate) fn create(&self, key: &str, bytes: impl Into<PutPayload>) -> Result<bool> {
        let (me, key, payload) = (self.clone(), key.to_owned(), bytes.into());
        self.wait(async move { me.create_now(&key, payload).await })
    }

    pub(super) async fn create_now(&self, key: &str, payload: PutPayload) -> Result<bool> {
        match self.objects()?.put_opts(&self.key(key), payload, PutMode::Create.into()).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Ok(false),
            Err(e) => Err(self.error("writing", key, e)),
        }
    }

    /// Replaces an object if it still is of this version; says whether it did.
    pub(super) fn swap(&self, key: &str, old: UpdateVersion, bytes: impl Into<PutPayload>) -> Result<bool> {
        let payload = bytes.into();
        if let Some(folder) = self.folder() {
            let _lock = SwapLock::take(&folder)?;
            let same = self.get_versioned(key)?.is_some_and(|(_, now)| now.e_tag == old.e_tag);
            return if same { self.put(key, payload).map(|()| true) } else { Ok(false) };
        }
        let (me, key) = (self.clone(), key.to_owned());
        self.wait(async move {
            match me.objects()?.put_opts(&me.key(&key), payload, PutMode::Update(old).into()).await {
                Ok(_) => Ok(true),
                Err(object_store::Error::Precondition { .. } | object_store::Error::AlreadyExists { .. }) => Ok(false),
                Err(e) => Err(me.error("replacing", &key, e)),
            }
        })
    }

    /// The length of an object, or `None` if there is none.
    pub(super) async fn len(&self, key: &str) -> Result<Option<u64>> {
        match self.objects()?.head(&self.key(key)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(self.error("looking for", key, e)),
        }
    }

    /// Removes an object; one that is gone already is fine.
    pub(crate) fn delete(&self, key: &str) -> Result<()> {
        let (me, key) = (self.clone(), key.to_owned());
        self.wait(async move {
            match me.objects()?.delete(&me.key(&key)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(e) => Err(me.error("removing", &key, e)),
            }
        })
    }

    /// Every object whose key begins with this folder (`""` is the whole store), at most `limit` of them.
    pub(crate) fn list(&self, folder: &str, limit: usize) -> Result<Vec<Listed>> {
        let (me, folder) = (self.clone(), folder.to_owned());
        self.wait(async move {
            let prefix = if folder.is_empty() { me.prefix.clone() } else { me.key(&folder) };
            let mut found = Vec::new();
            let objects = me.objects()?;
            let mut stream = objects.list(Some(&prefix));
            let failed = |e| me.error("listing", &folder, e);
            while let Some(meta) = stream.try_next().await.map_err(failed)? {
                let parts = meta.location.prefix_match(&me.prefix).map(|p| p.collect::<Vec<_>>());
                let key = parts.unwrap_or_default().iter().map(|p| p.as_ref()).collect::<Vec<_>>().join("/");
                found.push(Listed { key, len: meta.size });
                if found.len() >= limit {
                    break;
                }
            }
            Ok(found)
        })
    }
}

fn find_io(e: &(dyn std::error::Error + 'static)) -> Option<std::io::ErrorKind> {
    let mut next = Some(e);
    while let Some(e) = next {
        if let Some(io) = e.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        next = e.source();
    }
    None
}

/// Whether what a request failed with says that the machine itself was asked for credentials, as a vendor's cloud would give
/// them: then there are none elsewhere.
pub(crate) fn without_credentials(said: &str) -> bool {
    ["169.254.169.254", "metadata.google.internal"].iter().any(|host| said.contains(host))
}

/// The cause that says most: the deepest one, in one line.
fn innermost(e: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = e;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    let outer = e.to_string();
    let inner = deepest.to_string();
    let text = if outer.contains(&inner) { outer } else { format!("{outer}: {inner}") };
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400).collect()
}
