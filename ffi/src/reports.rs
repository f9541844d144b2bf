//! What calls report in numbers, in structs that the caller owns.

/// A version of a file's content.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_pointer {
    /// The id: BLAKE3, 32 bytes.
    pub oid: [u8; 32],
    /// Bytes of the file.
    pub size: u64,
}

impl From<&octostore::Pointer> for octo_pointer {
    fn from(p: &octostore::Pointer) -> Self {
        octo_pointer { oid: p.oid.0, size: p.size }
    }
}

/// What octo_repo_add did. Begin with OCTO_ADD_TOTALS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_add_totals {
    pub struct_size: usize,
    /// Files read and staged.
    pub files: u64,
    /// Files staged already, and not read.
    pub unchanged: u64,
    /// Bytes read from files.
    pub read_bytes: u64,
    /// Bytes of chunks that were not in the local cache before.
    pub new_bytes: u64,
    /// What these take up, compressed.
    pub stored_bytes: u64,
}

/// What octo_repo_push did. Begin with OCTO_PUSH_REPORT_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_push_report {
    pub struct_size: usize,
    /// File versions that the store now holds and was told of.
    pub files: u64,
    /// Packs written to the store.
    pub packs: u64,
    /// Bytes sent to the store.
    pub uploaded_bytes: u64,
    /// Bytes of file content that the store held already.
    pub reused_bytes: u64,
}

/// What octo_repo_fetch or octo_repo_pull did. Begin with OCTO_PULL_REPORT_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_pull_report {
    pub struct_size: usize,
    /// Files written; by fetch: file versions brought into the cache.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes read from the store.
    pub downloaded_bytes: u64,
    /// Files left alone because they hold changes of the user.
    pub kept: u64,
}

/// What octo_repo_drop did. Begin with OCTO_DROP_REPORT_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_drop_report {
    pub struct_size: usize,
    /// Files turned back into pointers.
    pub files: u64,
    /// Bytes freed in the work tree and the cache.
    pub freed_bytes: u64,
}

/// What octo_repo_copy_store did. Begin with OCTO_COPY_REPORT_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_copy_report {
    pub struct_size: usize,
    /// Packs copied.
    pub packs: u64,
    /// Bytes copied.
    pub bytes: u64,
}

/// What octo_repo_fsck looked at. Begin with OCTO_FSCK_TOTALS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_fsck_totals {
    pub struct_size: usize,
    /// Packs read.
    pub packs: u64,
    /// Bytes compared with their hashes.
    pub bytes: u64,
    /// File versions whose chunks were looked for.
    pub files: u64,
    /// Problems found.
    pub problems: u64,
}
