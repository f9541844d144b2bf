//! What git says of the code that is about to run: commit, branch, remote, and what no commit has.

use super::attributes::are_tracked;
use super::git::Git;
use super::path::RepoPath;
use super::revs;
use crate::error::{Code, Error, Result};
use bstr::ByteSlice;
use std::ffi::OsString;
use std::path::Path;

/// What a diff is taken against before the first commit: git knows the empty tree without having it.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// Paths on one command line of `git diff`.
const PATHS_AT_ONCE: usize = 400;

/// Never writes the index, which `git diff` would bring up to date by reading data.
const DIFF: [&str; 8] = [
    "-c",
    "diff.autoRefreshIndex=false",
    "--literal-pathspecs",
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--binary",
];

/// Where `HEAD` is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    /// None before the first commit.
    pub commit: Option<String>,
    /// None where no branch is checked out.
    pub branch: Option<String>,
    /// The URL of `origin`, without what it has of a user's name and password.
    pub remote: Option<String>,
}

/// What differs from `HEAD`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uncommitted {
    /// Of files that git itself holds, as `git diff` prints it.
    pub diff: Vec<u8>,
    /// Data files whose version is not the commit's, or that git's index cannot vouch for.
    pub data: Vec<RepoPath>,
    /// Files that git neither knows nor ignores.
    pub untracked: Vec<RepoPath>,
}

/// Where `HEAD` is; starts no program.
pub(crate) fn head(git: &Git) -> Result<Head> {
    let repo = git.gix();
    let head = repo.head().map_err(|e| {
        Error::new(Code::Git, format!("HEAD cannot be read: {e}"))
            .remedy("See whether \"git fsck\" finds the repository whole.")
    })?;
    let remote = repo.config_snapshot().string("remote.origin.url").map(|url| without_user(&url.to_string()));
    Ok(Head {
        commit: head.id().map(|id| id.to_string()),
        branch: head.referent_name().map(|name| name.shorten().to_string()),
        remote,
    })
}

/// What differs from `HEAD`, or from nothing before the first commit. git's index is not written.
pub(crate) fn uncommitted(git: &Git, head: &Head) -> Result<Uncommitted> {
    let against = head.commit.as_deref().unwrap_or(EMPTY_TREE);
    let listed = git.run(&["diff-index", "--name-only", "--no-renames", "-z", against, "--"], None)?;
    let names = listed.split(|b| *b == 0).filter(|n| !n.is_empty());
    let names: Vec<RepoPath> = names.map(RepoPath::from_bytes).collect::<Result<_>>()?;
    let tracked = are_tracked(git, &names)?;
    let (data, code): (Vec<_>, Vec<_>) = names.into_iter().zip(tracked).partition(|(_, tracked)| *tracked);
    let code: Vec<RepoPath> = code.into_iter().map(|(path, _)| path).collect();
    let mut diff = Vec::new();
    for some in code.chunks(PATHS_AT_ONCE) {
        let mut args: Vec<OsString> = DIFF.map(OsString::from).to_vec();
        args.extend([OsString::from(against), "--".into()]);
        args.extend(some.iter().map(|p| p.to_path(Path::new("")).into_os_string()));
        diff.extend(changes(&git.run(&args, None)?));
    }
    let data = data.into_iter().map(|(path, _)| path).filter(|path| differs(git, head, path)).collect();
    Ok(Uncommitted { diff, data, untracked: git.list_files(&[], "--others")? })
}

/// A diff without the files that only look changed: of those there is a heading and nothing else.
fn changes(diff: &[u8]) -> Vec<u8> {
    let mut begins: Vec<usize> = diff.find_iter(b"\ndiff --git ").map(|at| at + 1).collect();
    begins.insert(0, 0);
    let ends = begins.iter().skip(1).copied().chain([diff.len()]);
    let files = begins.iter().zip(ends).map(|(begin, end)| &diff[*begin..end]);
    files.filter(|file| file.trim_end().contains(&b'\n')).flatten().copied().collect()
}

/// Whether a data file's staged version is not the commit's, or the file is not what is staged as far as its size says.
fn differs(git: &Git, head: &Head, path: &RepoPath) -> bool {
    let staged = revs::pointer_at(git, "", path).ok();
    let committed = head.commit.as_deref().and_then(|commit| revs::pointer_at(git, commit, path).ok());
    if staged != committed {
        return true;
    }
    let Some(pointer) = staged else { return true };
    let Ok(root) = git.work_dir() else { return false };
    let Ok(metadata) = std::fs::metadata(path.to_path(root)) else { return true };
    // A file that is still its pointer is what it should be.
    metadata.len() != pointer.size && metadata.len() != pointer.to_bytes().len() as u64
}

/// A URL without name and password.
fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let host = rest.find('/').unwrap_or(rest.len());
    let begin = rest[..host].rfind('@').map_or(0, |at| at + 1);
    format!("{scheme}://{}", &rest[begin..])
}

#[cfg(test)]
mod tests {
    use super::{changes, without_user};

    #[test]
    fn what_only_looks_changed_is_no_change() {
        let diff = b"diff --git a/x b/x\ndiff --git a/y b/y\n--- a/y\n+++ b/y\ndiff --git a/z b/z\n";
        assert_eq!(changes(diff), b"diff --git a/y b/y\n--- a/y\n+++ b/y\n");
        assert_eq!(changes(b""), b"");
    }

    #[test]
    fn a_password_is_never_told() {
        let told = ["https://me:secret@example.org/a.git", "https://example.org/a@b.git", "git@example.org:a.git"];
        let kept = ["https://example.org/a.git", "https://example.org/a@b.git", "git@example.org:a.git"];
        assert_eq!(told.map(without_user), kept);
    }
}
