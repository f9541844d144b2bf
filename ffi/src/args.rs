//! What comes in and where results go: text, paths, options, reports. Every pointer is checked here.

use crate::bytes::octo_bytes;
use crate::handle::{Handle, create};
use octostore::{Code, Error, RepoPath, Result};
use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) fn null(name: &str) -> Error {
    Error::new(Code::InvalidArgument, format!("argument {name} is NULL"))
        .remedy("Pass a valid pointer; octostore.h says which may be NULL.")
}

/// The bytes that an argument means.
pub(crate) unsafe fn slice<'a>(bytes: &octo_bytes, name: &str) -> Result<&'a [u8]> {
    match (bytes.data.is_null(), bytes.len) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(null(name)),
        // SAFETY: the caller gives `len` readable bytes at `data` that live until the call returns.
        (false, len) => Ok(unsafe { std::slice::from_raw_parts(bytes.data, len) }),
    }
}

pub(crate) unsafe fn text<'a>(bytes: &octo_bytes, name: &str) -> Result<&'a str> {
    // SAFETY: as for `slice`.
    let bytes = unsafe { slice(bytes, name) }?;
    std::str::from_utf8(bytes)
        .map_err(|_| Error::new(Code::InvalidArgument, format!("argument {name} is not UTF-8 text")))
}

/// Text that outlives the call.
pub(crate) unsafe fn owned_text(bytes: &octo_bytes, name: &str) -> Result<String> {
    // SAFETY: as for `slice`.
    unsafe { text(bytes, name) }.map(str::to_owned)
}

/// Text that may be left out: NULL data means none.
pub(crate) unsafe fn optional_text<'a>(bytes: &octo_bytes, name: &str) -> Result<Option<&'a str>> {
    // SAFETY: as for `slice`.
    if bytes.data.is_null() && bytes.len == 0 { Ok(None) } else { unsafe { text(bytes, name) }.map(Some) }
}

/// Bytes as the operating system has them in paths and arguments.
pub(crate) unsafe fn os_text(bytes: &octo_bytes, name: &str) -> Result<OsString> {
    // SAFETY: as for `slice`.
    let bytes = unsafe { slice(bytes, name) }?;
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        Ok(std::ffi::OsStr::from_bytes(bytes).into())
    }
    #[cfg(not(unix))]
    {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| Error::new(Code::InvalidArgument, format!("argument {name} is not UTF-8")))?;
        Ok(text.into())
    }
}

/// A path of the file system.
pub(crate) unsafe fn os_path(bytes: &octo_bytes, name: &str) -> Result<PathBuf> {
    // SAFETY: as for `slice`.
    let path = unsafe { os_text(bytes, name) }?;
    let fault = match path.as_encoded_bytes() {
        [] => "is empty",
        path if path.contains(&0) => "has a NUL in it, which no path has",
        _ => return Ok(path.into()),
    };
    Err(Error::new(Code::InvalidArgument, format!("argument {name} {fault}"))
        .remedy("Pass the path of a file or folder."))
}

/// A path of the file system that may be left out: NULL data means none.
pub(crate) unsafe fn optional_os_path(bytes: &octo_bytes, name: &str) -> Result<Option<PathBuf>> {
    // SAFETY: as for `slice`.
    if bytes.data.is_null() && bytes.len == 0 { Ok(None) } else { unsafe { os_path(bytes, name) }.map(Some) }
}

pub(crate) unsafe fn repo_path(bytes: &octo_bytes, name: &str) -> Result<RepoPath> {
    // SAFETY: as for `slice`.
    RepoPath::from_bytes(unsafe { slice(bytes, name) }?)
}

/// An array of `count` elements; NULL only if it is empty.
pub(crate) unsafe fn array<'a, T>(data: *const T, count: usize, name: &str) -> Result<&'a [T]> {
    match (data.is_null(), count) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(null(name)),
        // SAFETY: the caller gives `count` elements at `data` that live until the call returns.
        (false, count) => Ok(unsafe { std::slice::from_raw_parts(data, count) }),
    }
}

pub(crate) unsafe fn texts(data: *const octo_bytes, count: usize, name: &str) -> Result<Vec<String>> {
    // SAFETY: as for `array` and `slice`.
    unsafe { array(data, count, name) }?.iter().map(|b| unsafe { text(b, name) }.map(String::from)).collect()
}

pub(crate) unsafe fn repo_paths(data: *const octo_bytes, count: usize, name: &str) -> Result<Vec<RepoPath>> {
    // SAFETY: as for `array` and `slice`.
    unsafe { array(data, count, name) }?.iter().map(|b| unsafe { repo_path(b, name) }).collect()
}

/// A struct that begins with its size. It may grow at its end.
pub(crate) trait Versioned: Copy {
    /// How long it was when it was released: the least that a caller may have.
    const FIRST: usize = size_of::<Self>();
}

macro_rules! versioned {
    ($($kind:ty $(, $grown_at:ident)?;)+) => {
        $(impl Versioned for $kind { $(const FIRST: usize = std::mem::offset_of!($kind, $grown_at);)? })+
    };
}

// With the first field that came after the release, if there is one.
versioned! {
    crate::octo_context_options, log_level;
    crate::octo_job, on_done;
    crate::octo_progress;
    crate::octo_init_options;
    crate::octo_clone_options;
    crate::octo_push_options;
    crate::octo_fsck_options;
    crate::octo_pull_options;
    crate::octo_read_options, split;
    crate::octo_import_options;
    crate::octo_sample_options;
    crate::octo_split_options;
    crate::octo_examples_options;
    crate::octo_profile_options;
    crate::octo_schema_options;
    crate::octo_validate_options;
    crate::octo_features_options;
    crate::octo_view_options;
    crate::octo_add_totals;
    crate::octo_push_report;
    crate::octo_pull_report;
    crate::octo_drop_report;
    crate::octo_copy_report;
    crate::octo_fsck_totals;
    crate::octo_write_report;
    crate::octo_file_status;
    crate::octo_entry;
    crate::octo_log_entry;
    crate::octo_range;
    crate::octo_problem;
}

/// The size that a caller's struct says it has.
unsafe fn size_of_given<T: Versioned>(given: *const T, name: &str) -> Result<usize> {
    // SAFETY: every such struct begins with a size_t that says how many bytes the caller has.
    let size = unsafe { given.cast::<usize>().read_unaligned() };
    if (T::FIRST..=65_536).contains(&size) {
        return Ok(size);
    }
    Err(Error::new(Code::InvalidArgument, format!("{name}.struct_size is {size}, and at least {} is needed", T::FIRST))
        .remedy("Begin with the struct's _INIT value."))
}

/// A struct of options that begins with its size: an older caller's lacks the newest fields, which then have their defaults.
/// Bytes that this library does not know must be zero: they would ask for something that it cannot do.
pub(crate) unsafe fn options<T: Default + Versioned>(given: *const T, name: &str) -> Result<T> {
    let mut known = T::default();
    if given.is_null() {
        return Ok(known);
    }
    // SAFETY: not NULL, and such a struct, as the header says.
    let size = unsafe { size_of_given(given, name) }?;
    // SAFETY: `size` readable bytes, as the struct itself says.
    let bytes = unsafe { std::slice::from_raw_parts(given.cast::<u8>(), size) };
    if bytes.iter().skip(size_of::<T>()).any(|b| *b != 0) {
        return Err(Error::new(Code::InvalidArgument, format!("{name} uses options that this version does not know"))
            .remedy("Use a newer liboctostore, or leave these options zero."));
    }
    let common = size.min(size_of::<T>());
    // SAFETY: a C struct of integers and pointers, valid for any bytes, of which both have so many.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), (&raw mut known).cast::<u8>(), common) };
    Ok(known)
}

/// Yes or no, as C gives it in an option.
pub(crate) fn flag(value: u32, name: &str) -> Result<bool> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(Error::new(Code::InvalidArgument, format!("{name} is {other}, neither 0 nor 1"))),
    }
}

/// Checks where a report shall go, before anything is done. NULL: nobody wants it.
pub(crate) unsafe fn reportable<T: Versioned>(out: *const T, name: &str) -> Result<()> {
    // SAFETY: NULL or such a struct, as the header says.
    if out.is_null() { Ok(()) } else { unsafe { size_of_given(out, name) }.map(drop) }
}

/// Writes a report into a struct that begins with the size that the caller knows.
pub(crate) unsafe fn fill<T: Versioned>(out: *mut T, report: T, name: &str) -> Result<()> {
    if out.is_null() {
        return Ok(());
    }
    // SAFETY: not NULL, and such a struct, as the header says.
    let common = unsafe { size_of_given(out, name) }?.min(size_of::<T>());
    let skip = size_of::<usize>();
    // SAFETY: the caller has at least as many bytes; the size itself stays the caller's.
    unsafe {
        std::ptr::copy_nonoverlapping(
            (&raw const report).cast::<u8>().add(skip),
            out.cast::<u8>().add(skip),
            common - skip,
        );
    }
    Ok(())
}

/// Checks where something shall go, before anything is done.
pub(crate) fn wanted<T>(out: *mut T, name: &str) -> Result<()> {
    if out.is_null() { Err(null(name)) } else { Ok(()) }
}

/// Writes a plain value.
pub(crate) unsafe fn put<T>(out: *mut T, value: T, name: &str) -> Result<()> {
    wanted(out, name)?;
    // SAFETY: not NULL, and a place for such a value, as the header says.
    unsafe { out.write(value) };
    Ok(())
}

/// Hands a handle out.
pub(crate) unsafe fn give<T: Handle>(out: *mut *mut T, value: T, name: &str) -> Result<()> {
    wanted(out, name)?;
    // SAFETY: as for `put`.
    unsafe { put(out, create(value), name) }
}
