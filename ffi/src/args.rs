//! What comes in: bytes, text, paths, options, jobs. Every pointer is checked here.

use crate::context::octo_cancel;
use octostore::{Code, Error, Job, Progress, RepoPath, Result};
use std::ffi::c_void;
use std::path::PathBuf;

/// Bytes that belong to somebody else: text in UTF-8, or a path. Given to a function, they need to live until it returns;
/// given by a function, they live as long as the handle that they came from. `data` may be NULL if `len` is 0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_bytes {
    pub data: *const u8,
    pub len: usize,
}

impl octo_bytes {
    /// A view of bytes whose owner outlives it.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        octo_bytes { data: bytes.as_ptr(), len: bytes.len() }
    }
    pub(crate) fn empty() -> Self {
        octo_bytes { data: std::ptr::null(), len: 0 }
    }
}

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

/// Text that may be left out: NULL data means none.
pub(crate) unsafe fn optional_text<'a>(bytes: &octo_bytes, name: &str) -> Result<Option<&'a str>> {
    // SAFETY: as for `slice`.
    if bytes.data.is_null() && bytes.len == 0 { Ok(None) } else { unsafe { text(bytes, name) }.map(Some) }
}

/// A path of the file system.
pub(crate) unsafe fn os_path(bytes: &octo_bytes, name: &str) -> Result<PathBuf> {
    // SAFETY: as for `slice`.
    let bytes = unsafe { slice(bytes, name) }?;
    if bytes.is_empty() {
        return Err(Error::new(Code::InvalidArgument, format!("argument {name} is empty")));
    }
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

/// A handle that must not be NULL.
pub(crate) unsafe fn handle<'a, T>(handle: *const T, name: &str) -> Result<&'a T> {
    // SAFETY: a handle that is not NULL came from this library and was not freed, as the header says.
    unsafe { handle.as_ref() }.ok_or_else(|| null(name))
}

/// The size that a caller's struct says it has. Every struct is still as long as it was when it was released; once one
/// grows, the released length stays the least that is accepted.
unsafe fn size_of_given<T>(given: *const T, name: &str) -> Result<usize> {
    // SAFETY: every such struct begins with a size_t that says how many bytes the caller has.
    let size = unsafe { given.cast::<usize>().read_unaligned() };
    if (size_of::<T>()..=65_536).contains(&size) {
        return Ok(size);
    }
    Err(Error::new(
        Code::InvalidArgument,
        format!("{name}.struct_size is {size}, and at least {} is needed", size_of::<T>()),
    )
    .remedy("Begin with the struct's _INIT value."))
}

/// A struct of options that begins with its size. Bytes that this library does not know must be zero: they would ask for
/// something that it cannot do.
pub(crate) unsafe fn options<T: Default + Copy>(given: *const T, name: &str) -> Result<T> {
    if given.is_null() {
        return Ok(T::default());
    }
    // SAFETY: not NULL, and such a struct, as the header says.
    let size = unsafe { size_of_given(given, name) }?;
    // SAFETY: `size` readable bytes, as the struct itself says.
    let bytes = unsafe { std::slice::from_raw_parts(given.cast::<u8>(), size) };
    if bytes.iter().skip(size_of::<T>()).any(|b| *b != 0) {
        return Err(Error::new(Code::InvalidArgument, format!("{name} uses options that this version does not know"))
            .remedy("Use a newer liboctostore, or leave these options zero."));
    }
    // SAFETY: a C struct of integers and pointers, valid for any bytes, of which there are enough.
    Ok(unsafe { given.read_unaligned() })
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
pub(crate) unsafe fn reportable<T>(out: *const T, name: &str) -> Result<()> {
    // SAFETY: NULL or such a struct, as the header says.
    if out.is_null() { Ok(()) } else { unsafe { size_of_given(out, name) }.map(drop) }
}

/// Writes a report into a struct that begins with the size that the caller knows.
pub(crate) unsafe fn fill<T: Copy>(out: *mut T, report: T, name: &str) -> Result<()> {
    if out.is_null() {
        return Ok(());
    }
    // SAFETY: not NULL, and such a struct, as the header says.
    unsafe { size_of_given(out, name) }?;
    let skip = size_of::<usize>();
    // SAFETY: the caller has at least as many bytes; the size itself stays the caller's.
    unsafe {
        std::ptr::copy_nonoverlapping(
            (&raw const report).cast::<u8>().add(skip),
            out.cast::<u8>().add(skip),
            size_of::<T>() - skip,
        );
    }
    Ok(())
}

/// Checks where a handle shall go, before anything is done.
pub(crate) fn wanted<T>(out: *mut *mut T, name: &str) -> Result<()> {
    if out.is_null() { Err(null(name)) } else { Ok(()) }
}

/// Hands a handle out.
pub(crate) unsafe fn give<T>(out: *mut *mut T, value: T, name: &str) -> Result<()> {
    if out.is_null() {
        return Err(null(name));
    }
    // SAFETY: not NULL, and a place for a pointer, as the header says.
    unsafe { out.write(Box::into_raw(Box::new(value))) };
    Ok(())
}

/// Takes a handle back; NULL is fine.
pub(crate) unsafe fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: it came from `give` and is freed once, as the header says.
        drop(unsafe { Box::from_raw(handle) });
    }
}

/// How far a job is.
#[repr(C)]
pub struct octo_progress {
    /// The size of this struct; newer libraries have more fields at the end.
    pub struct_size: usize,
    /// What is being done: "add", "upload", "download", "write files", "verify", ...
    pub phase: octo_bytes,
    pub done_bytes: u64,
    /// 0 if not known.
    pub total_bytes: u64,
    /// Files, or packs.
    pub done_items: u64,
    /// 0 if not known.
    pub total_items: u64,
}

/// Called with the progress of a long call: often, from any thread, never by two threads at once. It must be quick, must not
/// call octostore but for octo_cancel_cancel, and what `progress` points to is gone when it returns.
pub type octo_progress_fn = Option<unsafe extern "C" fn(progress: *const octo_progress, user_data: *mut c_void)>;

/// How a long call tells how far it is, and how it is stopped. Begin with OCTO_JOB_INIT. Long calls take a pointer to it,
/// which may be NULL; it and what it points to must live until the call returns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct octo_job {
    pub struct_size: usize,
    /// May be NULL.
    pub on_progress: octo_progress_fn,
    /// Stops the call when it is cancelled, from any thread. May be NULL.
    pub cancel: *mut octo_cancel,
    /// Given to on_progress. May be NULL.
    pub user_data: *mut c_void,
}

impl Default for octo_job {
    fn default() -> Self {
        octo_job {
            struct_size: size_of::<Self>(),
            on_progress: None,
            cancel: std::ptr::null_mut(),
            user_data: std::ptr::null_mut(),
        }
    }
}

/// The caller's pointer, on its way through threads.
#[derive(Clone, Copy)]
struct UserData(*mut c_void);
// SAFETY: the header says that on_progress is called from any thread with this pointer.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

pub(crate) unsafe fn job(given: *const octo_job) -> Result<Job> {
    // SAFETY: `given` is NULL or an octo_job, as the header says.
    let given = unsafe { options(given, "job") }?;
    let mut job = Job::new();
    // SAFETY: the handle is NULL or alive until the call returns.
    if let Some(cancel) = unsafe { given.cancel.as_ref() } {
        job = job.cancel_with(&cancel.0);
    }
    let Some(callback) = given.on_progress else { return Ok(job) };
    let user_data = UserData(given.user_data);
    Ok(job.on_progress(move |p: &Progress<'_>| {
        // The whole of it, so that the closure may cross threads.
        let user_data = user_data;
        let progress = octo_progress {
            struct_size: size_of::<octo_progress>(),
            phase: octo_bytes::of(p.phase.as_bytes()),
            done_bytes: p.done_bytes,
            total_bytes: p.total_bytes,
            done_items: p.done_items,
            total_items: p.total_items,
        };
        // SAFETY: the caller gave this function for just this call, with this pointer.
        unsafe { callback(&progress, user_data.0) };
    }))
}
