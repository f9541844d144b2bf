//! A store in a local folder: object_store's file system, made durable, with a lock where it has no compare-and-swap.

use super::address::Address;
use super::remote::Backend;
use crate::error::{Code, Error, Result};
use object_store::local::LocalFileSystem;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) fn open(address: &Address) -> Result<Backend> {
    let folder = address.local_folder().ok_or_else(|| Error::internal("a file store without a folder"))?;
    let unusable = |e: &dyn std::fmt::Display| {
        Error::new(Code::StoreUnreachable, format!("store {address}: {e}"))
            .remedy("Check that the folder, or the disk it is on, is there.")
            .with("store", address.to_string())
    };
    std::fs::create_dir_all(&folder).map_err(|e| match e.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            Error::new(Code::StorePermission, format!("store {address}: no permission to make the folder"))
                .remedy("Choose a folder that you may write to.")
                .with("store", address.to_string())
        }
        _ => unusable(&e),
    })?;
    let fs = LocalFileSystem::new_with_prefix(&folder).map_err(|e| unusable(&e))?;
    let objects = Arc::new(fs.with_fsync(true));
    Ok(Backend { objects, multipart: None })
}

/// Held while an object is compared and swapped. The operating system frees it when its holder dies.
pub(super) struct SwapLock(#[allow(dead_code)] File);

impl SwapLock {
    pub(super) fn take(folder: &Path) -> Result<Self> {
        let path = lock_path(folder);
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(|e| Error::io(&path, "locking the store", e))?;
        file.lock().map_err(|e| Error::io(&path, "locking the store", e))?;
        Ok(SwapLock(file))
    }
}

fn lock_path(folder: &Path) -> PathBuf {
    folder.join("v1").join(".lock")
}
