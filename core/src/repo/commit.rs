//! A commit of some of what is staged: the rest stays staged.

use super::git::Git;
use super::path::RepoPath;
use crate::error::{Error, Result};
use bstr::ByteSlice;

/// Commits the staged changes of the paths that `ours` says, with git's hooks, author and signature. Gives the commit's
/// id, or `None` if nothing of it is staged.
pub(crate) fn commit_staged(git: &Git, ours: &dyn Fn(&RepoPath) -> bool, message: &str) -> Result<Option<String>> {
    let born = git.run(&["rev-parse", "-q", "--verify", "HEAD^{commit}"], None).is_ok();
    let staged = staged_paths(git, born)?;
    let (mine, others): (Vec<_>, Vec<_>) = staged.into_iter().partition(|p| ours(p));
    if mine.is_empty() {
        return Ok(None);
    }
    let args = ["commit", "-q", "-F", "-"];
    if others.is_empty() {
        git.run(&args, Some(message.as_bytes()))?;
    } else {
        let index = index_without(git, &others, born)?;
        git.run_on_index(index.path(), &args, Some(message.as_bytes()))?;
    }
    let id = git.run(&["rev-parse", "HEAD"], None)?;
    Ok(Some(id.trim().to_str_lossy().into_owned()))
}

/// The paths in which the index differs from the last commit.
fn staged_paths(git: &Git, born: bool) -> Result<Vec<RepoPath>> {
    let listed = if born {
        git.run(&["diff-index", "--cached", "--name-only", "--no-renames", "-z", "HEAD", "--"], None)?
    } else {
        git.run(&["ls-files", "--cached", "-z"], None)?
    };
    listed.split(|b| *b == 0).filter(|n| !n.is_empty()).map(RepoPath::from_bytes).collect()
}

/// A copy of the index, stat data and all, in which these paths are as in the last commit.
fn index_without(git: &Git, others: &[RepoPath], born: bool) -> Result<tempfile::NamedTempFile> {
    let index = git.git_dir().join("index");
    let failed = |e| Error::io(&index, "copying git's index", e);
    let copy = tempfile::Builder::new().prefix("octostore-index-").tempfile_in(git.git_dir()).map_err(failed)?;
    std::fs::copy(&index, copy.path()).map_err(failed)?;
    let mut lines = Vec::new();
    for path in others {
        lines.extend_from_slice(b"0 0000000000000000000000000000000000000000\t");
        lines.extend_from_slice(path.as_bytes());
        lines.push(0);
    }
    if born {
        // Each line is `mode type id TAB path`; the index takes it as it is.
        let tree = git.run(&["ls-tree", "-r", "-z", "--full-tree", "HEAD"], None)?;
        let wanted: std::collections::HashSet<&[u8]> = others.iter().map(RepoPath::as_bytes).collect();
        for line in tree.split(|b| *b == 0).filter(|l| l.split_once_str("\t").is_some_and(|(_, p)| wanted.contains(p)))
        {
            lines.extend_from_slice(line);
            lines.push(0);
        }
    }
    git.run_on_index(copy.path(), &["update-index", "-z", "--index-info"], Some(&lines))?;
    Ok(copy)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::repo::testing::Fixture;

    #[test]
    fn only_what_is_ours_is_committed_and_the_rest_stays_staged() {
        let f = Fixture::new();
        let ours = |p: &RepoPath| p.as_bytes().starts_with(b"data/");
        f.write("data/a", "1");
        f.write("mine", "1");
        f.run(&["add", "."]);
        let first = commit_staged(&f.git(), &ours, "first").unwrap().unwrap();
        assert_eq!(f.run(&["rev-parse", "HEAD"]).trim(), first);
        assert_eq!(f.run(&["ls-tree", "-r", "--name-only", "HEAD"]), "data/a\n");
        assert_eq!(f.run(&["diff", "--cached", "--name-only"]), "mine\n");
        f.run(&["commit", "-qm", "mine"]);
        f.write("data/a", "2");
        f.write("mine", "2");
        std::fs::write(f.path("new"), "x").unwrap();
        f.run(&["add", "."]);
        commit_staged(&f.git(), &ours, "second\n\nbody").unwrap().unwrap();
        assert_eq!(f.run(&["show", "--name-only", "--format=%s", "HEAD"]), "second\n\ndata/a\n");
        assert_eq!(f.run(&["status", "--porcelain"]), "M  mine\nA  new\n");
        assert_eq!(commit_staged(&f.git(), &ours, "third").unwrap(), None);
        assert_eq!(
            std::fs::read_dir(f.path(".git"))
                .unwrap()
                .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().contains("octostore-index"))
                .count(),
            0
        );
    }
}
