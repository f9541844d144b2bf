//! A path inside a repository, as git writes it: bytes, relative to the top of the work tree, `/` between components.

use crate::error::{Code, Error, Result};
use bstr::{BStr, BString, ByteSlice};
use std::ffi::OsStr;
use std::fmt;
use std::path::{Component, Path, PathBuf};

/// A path relative to the top of the repository. Any bytes but NUL are fine: names need not be UTF-8.
///
/// ```
/// use octostore::RepoPath;
/// let path = RepoPath::from_bytes(b"data/caf\xe9 1.csv")?;
/// assert_eq!(path.as_bytes(), b"data/caf\xe9 1.csv");
/// assert!(RepoPath::from_bytes(b"../elsewhere").is_err());
/// # Ok::<(), octostore::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(BString);

impl RepoPath {
    /// The path with these bytes, if git could hold it: relative, without empty, `.`, `..` or `.git` components.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        match bytes.split(|b| *b == b'/').find_map(fault_of) {
            Some(fault) => Err(invalid(bytes, fault)),
            None => Ok(RepoPath(bytes.into())),
        }
    }

    /// The top of the work tree. Only a folder's path can be this one, never a file's.
    pub fn root() -> Self {
        RepoPath(BString::default())
    }

    /// The path that a person means by `arg`, typed in the folder `cwd`. `..` is resolved by its letters.
    pub fn from_work_tree(root: &Path, cwd: &Path, arg: &OsStr) -> Result<Self> {
        if arg.is_empty() {
            return Err(Error::new(Code::InvalidArgument, "the path is empty").remedy("Name a file or a folder."));
        }
        let absolute = normalized(&cwd.join(arg));
        let inside = below(root, &absolute).ok_or_else(|| {
            Error::new(
                Code::InvalidArgument,
                format!("{} is outside of the repository {}", absolute.display(), root.display()),
            )
            .remedy("Name a path inside of the work tree.")
            .with("path", absolute.display().to_string())
        })?;
        let bytes = <[u8]>::from_path(&inside).ok_or_else(|| {
            Error::new(Code::InvalidArgument, format!("{} is not a name that git can hold", inside.display()))
                .remedy("Rename the file.")
        })?;
        let bytes = gix::path::to_unix_separators_on_windows(bytes.as_bstr());
        if bytes.is_empty() { Ok(RepoPath::root()) } else { RepoPath::from_bytes(&bytes) }
    }

    /// Whether this is the top of the work tree itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes, as git writes them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, with the conveniences of a byte string.
    pub(crate) fn as_bstr(&self) -> &BStr {
        self.0.as_bstr()
    }

    /// Where the file lies when `root` is the top of the work tree. Exact on Unix; a name that is not UTF-8 has no
    /// file on Windows.
    pub fn to_path(&self, root: &Path) -> PathBuf {
        root.join(self.0.to_path_lossy())
    }

    /// Whether this is `folder` itself or something below it.
    pub fn is_in(&self, folder: &RepoPath) -> bool {
        match self.0.strip_prefix(folder.as_bytes()) {
            Some(rest) => folder.is_root() || rest.is_empty() || rest.starts_with(b"/"),
            None => false,
        }
    }

    /// The path as a person may read it on one line: bytes that are not UTF-8 are replaced, control characters escaped.
    pub fn display(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() {
            return f.write_str(".");
        }
        write_escaped(f, &self.0)
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0.as_bstr(), f)
    }
}

fn write_escaped(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    for c in bytes.chars() {
        match c.is_control() {
            true => write!(f, "{}", c.escape_default())?,
            false => write!(f, "{c}")?,
        }
    }
    Ok(())
}

/// What git itself would refuse in a component of a path.
fn fault_of(component: &[u8]) -> Option<&'static str> {
    match component {
        b"" => Some("is empty, absolute, or has an empty component"),
        b"." | b".." => Some("has a component \".\" or \"..\""),
        c if c.eq_ignore_ascii_case(b".git") => Some("goes into git's own folder"),
        c if c.contains(&0) => Some("has a NUL byte"),
        c if cfg!(windows) && c.contains(&b'\\') => Some("has a backslash"),
        _ => None,
    }
}

fn invalid(bytes: &[u8], fault: &str) -> Error {
    let shown = RepoPath(bytes.into()).to_string();
    Error::new(Code::InvalidArgument, format!("\"{shown}\" cannot be a path in the repository: it {fault}"))
        .remedy("Give a path relative to the top of the repository, with \"/\" between its parts.")
        .with("path", shown)
}

/// `path` without `.` and `..`, by its letters alone.
fn normalized(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// `path` relative to `root`. A root or a path that is reached over a symlink counts as what it points to, but the
/// last component is never followed: a symlink in the work tree is itself, not its target.
fn below(root: &Path, path: &Path) -> Option<PathBuf> {
    if let Ok(inside) = path.strip_prefix(root) {
        return Some(inside.to_owned());
    }
    let real_root = root.canonicalize().ok()?;
    if let Ok(inside) = path.strip_prefix(&real_root) {
        return Some(inside.to_owned());
    }
    if path.canonicalize().is_ok_and(|p| p == real_root) {
        return Some(PathBuf::new());
    }
    let folder = path.ancestors().skip(1).find_map(|p| Some((p, p.canonicalize().ok()?)))?;
    let rest = path.strip_prefix(folder.0).ok()?;
    folder.1.join(rest).strip_prefix(&real_root).ok().map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn what_git_cannot_hold_is_refused() {
        for bad in [&b""[..], b"/a", b"a//b", b"a/", b"./a", b"a/../b", b".git/x", b"a/.GIT", b"a\0b"] {
            let error = RepoPath::from_bytes(bad).unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument, "{bad:?}");
            assert!(!error.hint().is_empty());
        }
        for good in [&b"a"[..], b"a b/c\nd", b"\xff\xfe", b".gitattributes", b"a/..b", b"..."] {
            assert_eq!(RepoPath::from_bytes(good).unwrap().as_bytes(), good);
        }
    }

    #[test]
    fn an_argument_is_relative_to_the_current_folder() {
        let at = |arg: &str| RepoPath::from_work_tree("/r".as_ref(), "/r/sub".as_ref(), arg.as_ref());
        assert_eq!(at("a.csv").unwrap().as_bytes(), b"sub/a.csv");
        assert_eq!(at("../b/./c/").unwrap().as_bytes(), b"b/c");
        assert_eq!(at("/r/x").unwrap().as_bytes(), b"x");
        assert!(at("..").unwrap().is_root());
        assert_eq!(at("../../x").unwrap_err().code(), Code::InvalidArgument);
        assert_eq!(at("/rx").unwrap_err().code(), Code::InvalidArgument);
        assert_eq!(at("").unwrap_err().code(), Code::InvalidArgument);
    }

    #[cfg(unix)]
    #[test]
    fn a_root_reached_over_a_symlink_is_the_same_root() {
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().canonicalize().unwrap().join("real");
        std::fs::create_dir_all(real.join("sub")).unwrap();
        std::os::unix::fs::symlink(&real, dir.path().join("link")).unwrap();
        let link = dir.path().join("link");
        let path = |root: &Path, cwd: &Path, arg: &OsStr| RepoPath::from_work_tree(root, cwd, arg).unwrap();
        assert_eq!(path(&link, &real.join("sub"), "new".as_ref()).as_bytes(), b"sub/new");
        assert_eq!(path(&real, &real, link.join("sub/new/er").as_os_str()).as_bytes(), b"sub/new/er");
        assert!(path(&real, &real, link.as_os_str()).is_root());
    }

    #[test]
    fn display_stays_on_one_line_and_bytes_stay_bytes() {
        let path = RepoPath::from_bytes(b"a\nb/\xff\x1b[31m").unwrap();
        assert_eq!(path.display(), "a\\nb/\u{fffd}\\u{1b}[31m");
        assert_eq!(<[u8]>::from_path(&path.to_path("/r".as_ref())).unwrap(), b"/r/a\nb/\xff\x1b[31m");
    }

    #[test]
    fn a_folder_holds_what_is_below_it_and_not_its_namesakes() {
        let p = |s: &str| RepoPath::from_bytes(s.as_bytes()).unwrap();
        assert!(p("data/a").is_in(&p("data")));
        assert!(p("data").is_in(&p("data")));
        assert!(!p("data2/a").is_in(&p("data")));
        assert!(p("x").is_in(&RepoPath::root()));
    }
}
