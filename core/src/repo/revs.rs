//! Pointers in commits: a tree's, a path's history, and those that a push publishes.

use super::attributes;
use super::git::Git;
pub(crate) use super::hooks::RefUpdate;
use super::index::{Blobs, at_path, tracked_entries};
use super::path::RepoPath;
use super::pointer::Pointer;
use crate::error::{Code, Error, Result};
use gix::diff::tree::recorder::Change;
use gix::diff::tree::{Recorder, State};
use gix::objs::TreeRefIter;
use std::collections::{HashMap, HashSet};

/// A pointer and where it is.
#[derive(Clone, Debug)]
pub(crate) struct TreeEntry {
    pub path: RepoPath,
    pub pointer: Pointer,
}

/// A change of one path.
pub(crate) struct PathChange {
    pub commit: String,
    pub author: String,
    pub time: i64,
    pub subject: String,
    pub pointer: Option<Pointer>,
}

/// A pointer that commits bring.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub path: RepoPath,
    pub pointer: Pointer,
    /// What the path pointed to before.
    pub previous: Option<Pointer>,
    /// Whether a branch tip still has it; older versions may be missing here.
    pub current: bool,
}

fn git_error(doing: &str, e: &dyn std::fmt::Display) -> Error {
    Error::new(Code::Git, format!("{doing}: {e}")).remedy("See whether \"git fsck\" finds the repository whole.")
}

fn resolve<'r>(repo: &'r gix::Repository, rev: &str) -> Result<gix::Object<'r>> {
    let unborn = || repo.head().is_ok_and(|h| h.is_unborn());
    let id = repo.rev_parse_single(rev).map_err(|e| {
        if rev == "HEAD" && unborn() {
            return Error::new(Code::NotFound, "HEAD: the repository has no commit yet")
                .remedy("Commit first, or name the index with an empty revision.");
        }
        Error::new(Code::NotFound, format!("\"{rev}\" is no revision that git knows"))
            .remedy("\"git log --all --oneline\" lists the commits; a shallow clone has only the newest.")
            .with("rev", rev)
            .with("git", e.to_string())
    })?;
    id.object().map_err(|e| git_error("reading a revision", &e))
}

fn tree_of<'r>(repo: &'r gix::Repository, rev: &str) -> Result<gix::Tree<'r>> {
    resolve(repo, rev)?.peel_to_tree().map_err(|e| git_error("reading a tree", &e))
}

/// The pointers of a revision (`""` is the index), below `prefix` if one is given, in path order.
pub(crate) fn tree_pointers(git: &Git, rev: &str, prefix: Option<&RepoPath>) -> Result<Vec<TreeEntry>> {
    let below = |path: &RepoPath| prefix.is_none_or(|p| path.is_in(p));
    let mut found = if rev.is_empty() {
        let entries = tracked_entries(git)?.into_iter();
        entries
            .filter_map(|e| Some(TreeEntry { pointer: e.pointer?, path: e.path }))
            .filter(|e| below(&e.path))
            .collect()
    } else {
        pointers_in(git, rev, &below)?
    };
    found.sort_by(|a, b| a.path.cmp(&b.path));
    if let Some(prefix) = prefix.filter(|_| found.is_empty()) {
        return Err(Error::new(
            Code::NotFound,
            format!("{prefix}: {} has no tracked file of that name or in a folder of that name", place(rev)),
        )
        .remedy("\"octostore ls\" lists the tracked files.")
        .with("path", prefix.to_string()));
    }
    Ok(found)
}

fn place(rev: &str) -> String {
    if rev.is_empty() { "the index".into() } else { format!("\"{rev}\"") }
}

fn pointers_in(git: &Git, rev: &str, wanted: &dyn Fn(&RepoPath) -> bool) -> Result<Vec<TreeEntry>> {
    let repo = git.gix();
    let files = tree_of(&repo, rev)?.traverse().breadthfirst.files().map_err(|e| git_error("reading a tree", &e))?;
    let mut blobs = Blobs::new(&repo);
    let mut found = Vec::new();
    let mut empty = Vec::new();
    for file in files.into_iter().filter(|f| f.mode.is_blob()) {
        let path = RepoPath::from_bytes(&file.filepath)?;
        if !wanted(&path) {
            continue;
        }
        if file.oid.is_empty_blob() {
            empty.push(path);
            continue;
        }
        let pointer = blobs.pointer(file.oid).map_err(|e| at_path(&path, &place(rev), &e))?;
        found.extend(pointer.map(|pointer| TreeEntry { path, pointer }));
    }
    // An empty blob does not tell data from code; its path does.
    let tracked = attributes::are_tracked(git, &empty)?;
    let data = empty.into_iter().zip(tracked).filter(|(_, tracked)| *tracked);
    found.extend(data.map(|(path, _)| TreeEntry { path, pointer: Pointer::empty_file() }));
    Ok(found)
}

/// The paths of all files of a revision.
#[cfg(feature = "tabular")]
pub(crate) fn files_of(git: &Git, rev: &str) -> Result<Vec<RepoPath>> {
    let repo = git.gix();
    let files = tree_of(&repo, rev)?.traverse().breadthfirst.files().map_err(|e| git_error("reading a tree", &e))?;
    files.iter().filter(|f| f.mode.is_blob()).map(|f| RepoPath::from_bytes(&f.filepath)).collect()
}

/// The pointers of `HEAD`; none if there is no commit yet.
pub(crate) fn head_pointers(git: &Git) -> Result<Vec<TreeEntry>> {
    let repo = git.gix();
    if repo.head().map_err(|e| git_error("reading HEAD", &e))?.is_unborn() {
        return Ok(Vec::new());
    }
    tree_pointers(git, "HEAD", None)
}

/// The pointer of a path at a revision (`""` is the index).
pub(crate) fn pointer_at(git: &Git, rev: &str, path: &RepoPath) -> Result<Pointer> {
    let missing = || {
        Error::new(Code::NotFound, format!("{path}: {} has no such file", place(rev)))
            .remedy("\"octostore ls REV\" lists the tracked files of a revision.")
            .with("path", path.to_string())
    };
    let repo = git.gix();
    let id = if rev.is_empty() {
        let index = repo.index_or_empty().map_err(|e| git_error("reading the index", &e))?;
        index.entry_by_path(path.as_bstr()).map(|e| e.id).ok_or_else(missing)?
    } else {
        let tree = tree_of(&repo, rev)?;
        let entry =
            tree.lookup_entry(path.as_bytes().split(|b| *b == b'/')).map_err(|e| git_error("reading a tree", &e))?;
        entry.filter(|e| e.mode().is_blob()).map(|e| e.id().detach()).ok_or_else(missing)?
    };
    let pointer = Blobs::new(&repo).data(id).map_err(|e| at_path(path, &place(rev), &e))?;
    pointer.ok_or_else(|| {
        Error::new(Code::NotTracked, format!("{path}: git itself holds this file at {}", place(rev)))
            .remedy(format!("Read it with \"git show {rev}:{path}\"."))
            .with("path", path.to_string())
    })
}

/// The blob that git itself keeps for a path at a revision (`""` is the index); none if there is no such file.
#[cfg(feature = "tabular")]
pub(crate) fn blob_at(git: &Git, rev: &str, path: &RepoPath) -> Result<Option<Vec<u8>>> {
    let repo = git.gix();
    let id = if rev.is_empty() {
        let index = repo.index_or_empty().map_err(|e| git_error("reading the index", &e))?;
        index.entry_by_path(path.as_bstr()).map(|e| e.id)
    } else {
        let tree = tree_of(&repo, rev)?;
        let entry = tree.lookup_entry(path.as_bytes().split(|b| *b == b'/'));
        let entry = entry.map_err(|e| git_error("reading a tree", &e))?;
        entry.filter(|e| e.mode().is_blob()).map(|e| e.id().detach())
    };
    let data = id.map(|id| repo.find_object(id).map(|object| object.detach().data)).transpose();
    data.map_err(|e| git_error("reading an object", &e))
}

/// The commits reachable from `rev` that changed a path, the newest first: those whose version is no parent's.
pub(crate) fn history(git: &Git, rev: &str, path: &RepoPath, limit: usize) -> Result<Vec<PathChange>> {
    let repo = git.gix();
    let mut blobs = Blobs::new(&repo);
    let tip = resolve(&repo, rev)?.peel_to_commit().map_err(|e| git_error("reading a commit", &e))?;
    let sorting = gix::revision::walk::Sorting::ByCommitTime(Default::default());
    let walk = repo.rev_walk([tip.id]).sorting(sorting).all().map_err(|e| git_error("walking the history", &e))?;
    let mut changes = Vec::new();
    for info in walk {
        let info = info.map_err(|e| git_error("walking the history", &e))?;
        let commit = info.object().map_err(|e| git_error("reading a commit", &e))?;
        let here = blob_in(&commit, path)?;
        let mut parents = Vec::new();
        for parent in info.parent_ids() {
            // A shallow clone ends somewhere.
            let Ok(Some(object)) = repo.try_find_object(parent.detach()) else {
                continue;
            };
            parents.push(blob_in(&object.into_commit(), path)?);
        }
        let changed = if parents.is_empty() { here.is_some() } else { !parents.contains(&here) };
        if !changed {
            continue;
        }
        let pointer = here
            .map(|id| blobs.pointer(id))
            .transpose()
            .map_err(|e| at_path(path, &commit.id.to_string(), &e))?
            .flatten();
        let author = commit.author().map_err(|e| git_error("reading a commit", &e))?;
        changes.push(PathChange {
            commit: commit.id.to_string(),
            author: author.name.to_string(),
            time: author.seconds(),
            subject: commit.message().map_err(|e| git_error("reading a commit", &e))?.summary().to_string(),
            pointer,
        });
        if limit != 0 && changes.len() >= limit {
            break;
        }
    }
    if changes.is_empty() {
        return Err(
            Error::new(Code::NotFound, format!("{path}: no commit has such a file")).with("path", path.to_string())
        );
    }
    Ok(changes)
}

fn blob_in(commit: &gix::Commit<'_>, path: &RepoPath) -> Result<Option<gix::ObjectId>> {
    let tree = commit.tree().map_err(|e| git_error("reading a tree", &e))?;
    let entry =
        tree.lookup_entry(path.as_bytes().split(|b| *b == b'/')).map_err(|e| git_error("reading a tree", &e))?;
    Ok(entry.filter(|e| e.mode().is_blob()).map(|e| e.id().detach()))
}

/// What publishes the current branch.
pub(crate) fn head_ref(git: &Git) -> Result<Vec<RefUpdate>> {
    let repo = git.gix();
    let head = repo.head().map_err(|e| git_error("reading HEAD", &e))?;
    if head.is_unborn() {
        return Ok(Vec::new());
    }
    let id = repo.head_id().map_err(|e| git_error("reading HEAD", &e))?;
    Ok(vec![RefUpdate { local: Some(id.detach()), remote: None }])
}

/// What publishes every branch and tag.
pub(crate) fn all_refs(git: &Git) -> Result<Vec<RefUpdate>> {
    let mut updates = head_ref(git)?;
    updates.extend(
        ref_tips(&git.gix(), &["refs/heads/", "refs/tags/"])?
            .into_iter()
            .map(|id| RefUpdate { local: Some(id), remote: None }),
    );
    Ok(updates)
}

/// The commits that refs under these names lead to.
fn ref_tips(repo: &gix::Repository, prefixes: &[&str]) -> Result<Vec<gix::ObjectId>> {
    let platform = repo.references().map_err(|e| git_error("reading refs", &e))?;
    let mut tips = Vec::new();
    for prefix in prefixes {
        for reference in platform.prefixed(*prefix).map_err(|e| git_error("reading refs", &e))? {
            let Ok(mut reference) = reference else {
                continue;
            };
            // A tag of a blob or a ref that leads nowhere publishes nothing.
            tips.extend(reference.peel_to_id().ok().filter(|id| is_commit(repo, id.detach())).map(|id| id.detach()));
        }
    }
    Ok(tips)
}

fn is_commit(repo: &gix::Repository, id: gix::ObjectId) -> bool {
    repo.find_header(id).is_ok_and(|h| h.kind() == gix::object::Kind::Commit)
}

/// The pointers in commits that the updates bring to a remote: reachable from what is pushed, not from what the remote
/// has. Those of the tips come first, in path order; each version of data once.
pub(crate) fn published(git: &Git, updates: &[RefUpdate], remote: Option<&str>) -> Result<Vec<Published>> {
    let repo = git.gix();
    let peel = |id: gix::ObjectId| repo.find_object(id).ok()?.peel_to_commit().ok().map(|c| c.id);
    let tips: Vec<_> = updates.iter().filter_map(|u| u.local).filter_map(peel).collect();
    let mut hidden: Vec<_> = updates.iter().filter_map(|u| u.remote).filter_map(peel).collect();
    if let Some(remote) = remote.filter(|r| !r.is_empty()) {
        hidden.extend(ref_tips(&repo, &[&format!("refs/remotes/{remote}/")])?);
    }
    let mut current: HashMap<Pointer, RepoPath> = HashMap::new();
    for tip in &tips {
        for entry in tree_pointers(git, &tip.to_string(), None)? {
            current.entry(entry.pointer).or_insert(entry.path);
        }
    }
    let walk = repo.rev_walk(tips).with_hidden(hidden).all().map_err(|e| git_error("walking the history", &e))?;
    let mut blobs = Blobs::new(&repo);
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for info in walk {
        let info = info.map_err(|e| git_error("walking the history", &e))?;
        let commit = info.object().map_err(|e| git_error("reading a commit", &e))?;
        for (path, new, old) in brought_by(&repo, &commit)? {
            let named = |e: Error| at_path(&path, &format!("commit {}", commit.id), &e);
            let Some(pointer) = blobs.pointer(new).map_err(named)? else {
                continue;
            };
            let previous = old.and_then(|id| blobs.pointer(id).ok().flatten());
            if seen.insert(pointer.oid) {
                found.push(Published { current: current.contains_key(&pointer), path, pointer, previous });
            }
        }
    }
    found.sort_by(|a, b| {
        b.current.cmp(&a.current).then_with(|| if a.current { a.path.cmp(&b.path) } else { std::cmp::Ordering::Equal })
    });
    Ok(found)
}

type Brought = (RepoPath, gix::ObjectId, Option<gix::ObjectId>);

/// The files that a commit adds or changes against its first parent, with the blob before.
fn brought_by(repo: &gix::Repository, commit: &gix::Commit<'_>) -> Result<Vec<Brought>> {
    let tree = commit.tree().map_err(|e| git_error("reading a tree", &e))?;
    let parent = commit.parent_ids().next().and_then(|id| repo.try_find_object(id.detach()).ok().flatten());
    let before = match parent {
        Some(parent) => parent.into_commit().tree().map_err(|e| git_error("reading a tree", &e))?,
        None => repo.empty_tree(),
    };
    let [from, to] = [&before, &tree].map(|t| TreeRefIter::from_bytes(&t.data, repo.object_hash()));
    let mut changes = Recorder::default();
    gix::diff::tree(from, to, State::default(), &repo.objects, &mut changes)
        .map_err(|e| git_error("comparing trees", &e))?;
    let brought = changes.records.into_iter().filter_map(|change| match change {
        Change::Addition { path, entry_mode, oid, .. } => entry_mode.is_blob().then_some((path, oid, None)),
        Change::Modification { path, entry_mode, oid, previous_oid, .. } => {
            entry_mode.is_blob().then_some((path, oid, Some(previous_oid)))
        }
        Change::Deletion { .. } => None,
    });
    brought.map(|(path, new, old)| Ok((RepoPath::from_bytes(&path)?, new, old))).collect()
}

/// The pointers of the index and of every branch, tag and remote branch; each version of data once.
pub(crate) fn current_pointers(git: &Git) -> Result<Vec<TreeEntry>> {
    let mut found: Vec<TreeEntry> = if git.work_dir().is_ok() { tree_pointers(git, "", None)? } else { Vec::new() };
    found.extend(head_pointers(git)?);
    for tip in ref_tips(&git.gix(), &["refs/heads/", "refs/tags/", "refs/remotes/"])? {
        found.extend(tree_pointers(git, &tip.to_string(), None)?);
    }
    let mut seen = HashSet::new();
    found.retain(|e| seen.insert(e.pointer.oid));
    Ok(found)
}
