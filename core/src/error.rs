//! The one error of the library: a stable code, what happened, what to do, and the thing it happened to.
//!
//! It crosses every language unchanged, so it carries text that a person can act on, not Rust types.

use std::error::Error as StdError;
use std::fmt;
use std::path::Path;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $number:literal, $text:literal;)+) => {
        /// What kind of thing went wrong. Numbers are stable: they are the C ABI's `octo_status`, and a retired
        /// number is never used again.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(i32)]
        pub enum Code { $($(#[doc = $doc])+ $name = $number,)+ }

        impl Code {
            /// Every error code there is. They are in the order of their numbers.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// The stable name, as `--json` and the bindings show it: `store_unreachable`.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$name => $text,)+ }
            }

            /// One line about the code: the first line of its documentation.
            pub const fn summary(self) -> &'static str {
                match self { $(Code::$name => codes!(@first $($doc)+),)+ }
            }
        }
    };
    (@first $first:literal $($rest:literal)*) => { $first };
}

codes! {
    /// An argument is not one that the call takes.
    InvalidArgument = 1, "invalid_argument";
    /// The folder is not inside a git repository.
    NotARepository = 2, "not_a_repository";
    /// There is no such path, revision or object.
    NotFound = 3, "not_found";
    /// The thing to be made is there already.
    AlreadyExists = 4, "already_exists";
    /// The caller cancelled the job.
    Cancelled = 5, "cancelled";
    /// Reading or writing a local file failed.
    Io = 6, "io";
    /// The disk is full, or a quota is used up.
    DiskFull = 7, "disk_full";
    /// The operating system refuses access to a local file.
    PermissionDenied = 8, "permission_denied";
    /// Another process holds a lock that the call needs.
    Locked = 9, "locked";
    /// A pointer's text does not follow the grammar.
    PointerInvalid = 10, "pointer_invalid";
    /// A pointer, pack or table is of a newer version than this library reads.
    VersionTooNew = 11, "version_too_new";
    /// Stored bytes are not what their id says.
    Corrupt = 12, "corrupt";
    /// The data is neither here nor in the store.
    MissingData = 13, "missing_data";
    /// The repository names no store.
    StoreNotConfigured = 14, "store_not_configured";
    /// The store's URL cannot be understood.
    StoreUrlInvalid = 15, "store_url_invalid";
    /// The store does not answer.
    StoreUnreachable = 16, "store_unreachable";
    /// The store refuses access.
    StorePermission = 17, "store_permission";
    /// The place holds data, but not an octostore store.
    StoreForeign = 18, "store_foreign";
    /// A store URL came with a commit and nobody has accepted it in this clone.
    StoreNotAccepted = 19, "store_not_accepted";
    /// The store uses a feature that this library does not know.
    StoreFeature = 20, "store_feature";
    /// The store changed under the call in a way that a retry can solve.
    StoreConflict = 21, "store_conflict";
    /// git itself failed.
    Git = 22, "git";
    /// The path is of a kind that cannot be versioned: a folder, a symlink, a device, another repository.
    UnsupportedPath = 23, "unsupported_path";
    /// A file changed while it was read.
    FileChanged = 24, "file_changed";
    /// A configuration file cannot be understood.
    Config = 25, "config";
    /// The path is not tracked by octostore.
    NotTracked = 26, "not_tracked";
    /// The only copy of the data is here, so it is not dropped.
    NotPushed = 27, "not_pushed";
    /// The call needs a work tree and the repository is bare.
    BareRepository = 28, "bare_repository";
    /// The call is not built into this library, or not available on this system.
    Unsupported = 29, "unsupported";
    /// There is not enough memory for what the call needs.
    OutOfMemory = 30, "out_of_memory";
    /// A data file is not in the format that its name says.
    InvalidData = 31, "invalid_data";
    /// A defect of octostore itself.
    Internal = 255, "internal";
}

impl Code {
    /// The code with this number, if there is one.
    pub fn from_number(number: i32) -> Option<Code> {
        Code::ALL.iter().copied().find(|c| *c as i32 == number)
    }
}

/// What went wrong, where, and what to do about it.
///
/// ```
/// use octostore::{Code, Error};
/// let e = Error::new(Code::NotTracked, "a.csv is not tracked by octostore")
///     .remedy("Run \"octostore track a.csv\" first.")
///     .with("path", "a.csv");
/// assert_eq!(e.code().name(), "not_tracked");
/// assert_eq!(e.context().next(), Some(("path", "a.csv")));
/// assert!(e.to_string().starts_with("a.csv is not tracked"));
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    code: Code,
    message: String,
    remedy: String,
    context: Vec<(&'static str, String)>,
    retryable: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error with a code and one sentence that names the thing and what is wrong with it.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let retryable = matches!(code, Code::Locked | Code::StoreUnreachable | Code::StoreConflict);
        Error(Box::new(Inner {
            code,
            message: message.into(),
            remedy: String::new(),
            context: Vec::new(),
            retryable,
            source: None,
        }))
    }

    /// The same error with a sentence on what to do.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.0.remedy = remedy.into();
        self
    }

    /// The same error with one more pair of context (`path`, `store`, `pack`, ...).
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.0.context.push((key, value.into()));
        self
    }

    /// The same error with what caused it.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same error, marked as one that may go away when tried again.
    #[must_use]
    pub fn retryable_if(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    /// An I/O error on a local file; a full disk and a refused access get their own codes.
    pub fn io(path: &Path, doing: &str, e: std::io::Error) -> Self {
        use std::io::ErrorKind as K;
        let shown = path.display();
        let error = match e.kind() {
            K::StorageFull | K::QuotaExceeded => {
                Error::new(Code::DiskFull, format!("{shown}: the disk is full while {doing}"))
                    .remedy("Free some space and run the same command again; nothing half-written was kept.")
            }
            K::PermissionDenied | K::ReadOnlyFilesystem => {
                Error::new(Code::PermissionDenied, format!("{shown}: no permission while {doing}"))
                    .remedy("Check the file's owner and mode.")
            }
            K::NotFound => Error::new(Code::NotFound, format!("{shown}: no such file while {doing}"))
                .remedy("Check the path, and whether another program has just removed it."),
            _ => Error::new(Code::Io, format!("{shown}: {e} while {doing}"))
                .remedy("Check the disk and the file's owner and mode, then run the same command again."),
        };
        error.with("path", shown.to_string()).caused_by(e)
    }

    /// The error of a cancelled job.
    pub fn cancelled() -> Self {
        Error::new(Code::Cancelled, "cancelled").remedy("Run the same command again: it goes on where it stopped.")
    }

    /// A defect of ours: a state that was thought impossible.
    pub fn internal(what: impl fmt::Display) -> Self {
        Error::new(Code::Internal, format!("internal error: {what}"))
            .remedy("This is a defect of octostore; please report it with this line.")
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// One sentence: what is wrong with what.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// One sentence: what to do. May be empty.
    pub fn hint(&self) -> &str {
        &self.0.remedy
    }

    /// Named facts: `path`, `store`, `pack`, `commit`...
    pub fn context(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.context.iter().map(|(k, v)| (*k, v.as_str()))
    }

    /// Whether the same call may work when it is tried again with nothing changed.
    pub fn retryable(&self) -> bool {
        self.0.retryable
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if !self.0.remedy.is_empty() {
            write!(f, "\n{}", self.0.remedy)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let i = &self.0;
        write!(f, "{}({}): {}", i.code.name(), i.code as i32, i.message)?;
        if !i.remedy.is_empty() {
            write!(f, " | {}", i.remedy)?;
        }
        for (k, v) in &i.context {
            write!(f, " | {k}={v}")?;
        }
        if let Some(s) = &i.source {
            write!(f, " | caused by: {s}")?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|s| &**s as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_and_ordered() {
        let numbers: Vec<i32> = Code::ALL.iter().map(|c| *c as i32).collect();
        assert!(numbers.windows(2).all(|w| w[0] < w[1]));
        for c in Code::ALL {
            assert_eq!(Code::from_number(*c as i32), Some(*c));
        }
    }

    #[test]
    fn a_full_disk_has_its_own_code() {
        let e = Error::io(Path::new("x"), "writing", std::io::ErrorKind::StorageFull.into());
        assert_eq!(e.code(), Code::DiskFull);
        assert!(!e.hint().is_empty());
    }
}
