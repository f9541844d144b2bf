//! Python capsules of Arrow structs: where the struct lies, and who frees it.
//!
//! A capsule outlives any Python object, up to the end of the interpreter, when no Python function can be called any more. So
//! its destructor is here; the two functions of Python's C API that it needs are told, as this library links no Python.

use octostore::arrow::ffi::FFI_ArrowSchema;
use octostore::arrow::ffi_stream::FFI_ArrowArrayStream;
use std::ffi::{c_char, c_void};
use std::sync::OnceLock;

type GetName = unsafe extern "C" fn(*mut c_void) -> *const c_char;
type GetPointer = unsafe extern "C" fn(*mut c_void, *const c_char) -> *mut c_void;

static PYTHON: OnceLock<(GetName, GetPointer)> = OnceLock::new();

/// Tells of `PyCapsule_GetName` and `PyCapsule_GetPointer`.
#[unsafe(no_mangle)]
pub extern "C" fn octostore_raw_python(get_name: GetName, get_pointer: GetPointer) {
    PYTHON.get_or_init(|| (get_name, get_pointer));
}

/// Room for a stream, empty; a capsule with `octostore_raw_stream_free` frees it.
#[unsafe(no_mangle)]
pub extern "C" fn octostore_raw_stream_new() -> *mut FFI_ArrowArrayStream {
    Box::into_raw(Box::new(FFI_ArrowArrayStream::empty()))
}

/// Room for a schema, empty; a capsule with `octostore_raw_schema_free` frees it.
#[unsafe(no_mangle)]
pub extern "C" fn octostore_raw_schema_new() -> *mut FFI_ArrowSchema {
    Box::into_raw(Box::new(FFI_ArrowSchema::empty()))
}

/// The destructor of a stream's capsule: whoever has taken the stream left it released, else it is released here.
///
/// # Safety
/// `capsule` is a capsule with what `octostore_raw_stream_new` gave, and Python calls this once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octostore_raw_stream_free(capsule: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { free::<FFI_ArrowArrayStream>(capsule) }
}

/// The destructor of a schema's capsule.
///
/// # Safety
/// `capsule` is a capsule with what `octostore_raw_schema_new` gave, and Python calls this once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn octostore_raw_schema_free(capsule: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { free::<FFI_ArrowSchema>(capsule) }
}

unsafe fn free<T>(capsule: *mut c_void) {
    let Some((get_name, get_pointer)) = PYTHON.get() else { return };
    // SAFETY: Python calls a destructor with a live capsule; asked by its own name, it gives its pointer and raises nothing.
    let content = unsafe { get_pointer(capsule, get_name(capsule)) }.cast::<T>();
    if !content.is_null() {
        // SAFETY: the pointer came out of a Box, and only the destructor frees it. Dropping calls `release` unless it is null.
        drop(unsafe { Box::from_raw(content) });
    }
}
