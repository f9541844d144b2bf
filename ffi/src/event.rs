//! A file descriptor that becomes readable once.

/// Readable from when it is set until it is closed.
#[cfg(target_os = "linux")]
pub(crate) struct Event(std::fs::File);

#[cfg(target_os = "linux")]
impl Event {
    pub(crate) fn new() -> std::io::Result<Self> {
        use std::os::fd::FromRawFd;
        // SAFETY: no pointers.
        let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if fd < 0 {
            return Err(std::io::Error::last_os_error());
        }
        // SAFETY: a descriptor that nobody else has.
        Ok(Event(unsafe { std::fs::File::from_raw_fd(fd) }))
    }

    pub(crate) fn set(&self) {
        use std::io::Write;
        // A counter that is set once cannot be full.
        let _ = (&self.0).write(&1u64.to_ne_bytes());
    }

    pub(crate) fn descriptor(&self) -> i32 {
        use std::os::fd::AsRawFd;
        self.0.as_raw_fd()
    }
}

/// Readable from when it is set until it is closed.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) struct Event(std::io::PipeReader, std::io::PipeWriter);

#[cfg(all(unix, not(target_os = "linux")))]
impl Event {
    pub(crate) fn new() -> std::io::Result<Self> {
        std::io::pipe().map(|(reader, writer)| Event(reader, writer))
    }

    pub(crate) fn set(&self) {
        use std::io::Write;
        // One byte, and the pipe is empty.
        let _ = (&self.1).write(&[1]);
    }

    pub(crate) fn descriptor(&self) -> i32 {
        use std::os::fd::AsRawFd;
        self.0.as_raw_fd()
    }
}

/// There are no descriptors to poll on this system.
#[cfg(not(unix))]
pub(crate) struct Event;

#[cfg(not(unix))]
impl Event {
    pub(crate) fn new() -> std::io::Result<Self> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
    pub(crate) fn set(&self) {}
    pub(crate) fn descriptor(&self) -> i32 {
        -1
    }
}
