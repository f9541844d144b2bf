"""Repositories: a method for each verb."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, overload

from . import _native, _types
from ._calls import long, translated
from ._file import File
from ._types import (
    AddReport,
    AnyPath,
    Cancel,
    Context,
    CopyReport,
    DropReport,
    Entry,
    FileStatus,
    FsckReport,
    LogEntry,
    OnProgress,
    Problem,
    PullReport,
    PushReport,
    Resolved,
    StoredRange,
    StoreInfo,
)

_shared: Context | None = None


def _context(context: Context | None) -> Any:
    global _shared
    if context is None:
        _shared = _shared or Context()
        context = _shared
    return context._native


def _after_fork() -> None:
    """A child has none of its parent's threads."""
    global _shared
    _shared = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _program(program: AnyPath | None) -> bytes | None:
    """What git shall call: what the user says, the octostore command, or this package's own program."""
    ours = Path(sys.executable).with_name("octostore-git")
    found = program or shutil.which("octostore") or shutil.which("octostore-git") or (ours if ours.exists() else None)
    return None if found is None else os.fsencode(found)


@translated
def open(path: AnyPath = ".", *, context: Context | None = None) -> Repo:
    """Open the git repository that ``path`` is in."""
    return Repo(_native.Repo.open(_context(context), os.fsencode(path)))


@translated
def init(
    path: AnyPath = ".",
    *,
    store: str | os.PathLike[str] | None = None,
    program: AnyPath | None = None,
    context: Context | None = None,
    progress: OnProgress | None = None,
    cancel: Cancel | None = None,
) -> Repo:
    """Make the git repository at ``path`` data-aware. ``store`` is a folder, ``file:///``, ``s3://``, ``gs://`` or ``az://``.

    ``program`` is the octostore command that git's filter and hooks shall call; by default the one on the PATH.
    """
    native = _context(context)
    call = lambda listener, token: _native.Repo.init(native, os.fsencode(path), None if store is None else os.fspath(store), _program(program), listener, token)  # noqa: E731
    return Repo(long(call, progress, cancel))


@translated
def clone(
    url: str | os.PathLike[str],
    dir: AnyPath,
    *,
    data: str | Sequence[str] = "all",
    copy_to: str | os.PathLike[str] | None = None,
    branch: str | None = None,
    program: AnyPath | None = None,
    context: Context | None = None,
    progress: OnProgress | None = None,
    cancel: Cancel | None = None,
) -> Repo:
    """Clone a git repository with its data: ``"all"``, ``"none"``, or patterns. ``copy_to`` is a store to copy the data to."""
    native = _context(context)
    patterns = {"all": None, "none": []}.get(data, [data]) if isinstance(data, str) else list(data)

    def call(listener: Any, token: Any) -> Any:
        return _native.Repo.clone_from(native, os.fspath(url), os.fsencode(dir), patterns, None if copy_to is None else os.fspath(copy_to), branch, _program(program), listener, token)

    return Repo(long(call, progress, cancel))


def _repo_path(path: AnyPath) -> bytes:
    """A path relative to the top of the repository, with ``/`` between its parts."""
    raw = os.fsencode(path)
    return raw.replace(os.fsencode(os.sep), b"/") if os.sep != "/" else raw


def _patterns(patterns: AnyPath | Iterable[AnyPath]) -> list[str]:
    several = [patterns] if isinstance(patterns, (str, bytes, os.PathLike)) else list(patterns)
    return [os.fsdecode(p) for p in several]


class Repo:
    """A git repository with data. Any thread may call it. Paths are relative to the top of the work tree."""

    def __init__(self, native: Any) -> None:
        self._native = native

    def __enter__(self) -> Repo:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open that the garbage collector does not close."""

    def __repr__(self) -> str:
        return f"octostore.Repo({os.fspath(self.work_dir)!r})"

    def _path(self, path: AnyPath) -> bytes:
        """The path in the repository: given as such, or as an absolute path of the file system."""
        raw = os.fsencode(path)
        return bytes(self._native.path_from(raw)) if os.path.isabs(raw) else _repo_path(raw)

    def _paths(self, paths: AnyPath | Iterable[AnyPath]) -> list[bytes]:
        several = [paths] if isinstance(paths, (str, bytes, os.PathLike)) else paths
        return [self._path(p) for p in several]

    @property
    @translated
    def work_dir(self) -> Path:
        """The top folder of the work tree."""
        return Path(os.fsdecode(self._native.work_dir()))

    @translated
    def path_from(self, path: AnyPath) -> str:
        """The path in the repository that a path of the file system, relative to the current folder, means."""
        return os.fsdecode(self._native.path_from(os.fsencode(path)))

    @translated
    def track(self, patterns: str | Iterable[str]) -> list[str]:
        """Track the files that patterns as in .gitignore match; gives the patterns that are new."""
        return list(self._native.track(_patterns(patterns)))

    @translated
    def untrack(self, patterns: str | Iterable[str]) -> list[str]:
        """Track patterns no longer; gives those that were tracked."""
        return list(self._native.untrack(_patterns(patterns)))

    @translated
    def add(self, paths: AnyPath | Iterable[AnyPath] = (), *, progress: OnProgress | None = None, cancel: Cancel | None = None) -> AddReport:
        """Store the bytes of files and stage their pointers; with no paths, of every tracked file that changed."""
        raw = self._paths(paths)
        r = long(lambda listener, token: self._native.add(raw, listener, token), progress, cancel)
        return AddReport([_types.entry(e) for e in r.files], r.unchanged, r.read_bytes, r.new_bytes, r.stored_bytes)

    @translated
    def status(self, *, progress: OnProgress | None = None, cancel: Cancel | None = None) -> list[FileStatus]:
        """The state of every tracked file."""
        files = long(self._native.status, progress, cancel)
        return [
            FileStatus(os.fsdecode(f.path), f.state, _types.optional_pointer(f.pointer), f.staged, f.cached, f.pushed) for f in files
        ]

    @translated
    def ls(self, rev: str = "", prefix: AnyPath | None = None) -> list[Entry]:
        """The tracked files of a revision (empty: the index), or those at or below ``prefix``."""
        raw = None if prefix is None else self._path(prefix)
        return [_types.entry(e) for e in self._native.ls(rev, raw)]

    @overload
    def open_file(self, path: AnyPath, rev: str = "HEAD", *, buffering: Literal[0]) -> File: ...
    @overload
    def open_file(self, path: AnyPath, rev: str = "HEAD", *, buffering: int = ...) -> io.BufferedReader: ...
    @translated
    def open_file(self, path: AnyPath, rev: str = "HEAD", *, buffering: int = 1 << 20) -> io.BufferedReader | File:
        """Open a file of a revision (empty: the index) for reading, without a pull; with ``buffering=0`` as a raw file."""
        file = File(self._native.open_file(rev, self._path(path)))
        return io.BufferedReader(file, buffering) if buffering else file

    @translated
    def resolve(self, path: AnyPath, rev: str = "HEAD") -> Resolved:
        """Where the bytes of a file of a revision are."""
        r = self._native.resolve(rev, self._path(path))
        local = None if r.local is None else Path(os.fsdecode(r.local))
        ranges = [_types.fields(StoredRange, s) for s in r.ranges]
        return Resolved(os.fsdecode(r.path), _types.pointer(r.pointer), local, r.store, ranges)

    @translated
    def push(
        self, remote: str | None = None, *, all: bool = False, progress: OnProgress | None = None, cancel: Cancel | None = None
    ) -> PushReport:
        """Upload the data that the branch needs; then, if a git remote is named, push the branch to it."""
        r = long(lambda listener, token: self._native.push(remote, all, listener, token), progress, cancel)
        return PushReport(r.files, r.packs, r.uploaded_bytes, r.reused_bytes)

    @translated
    def fetch(self, patterns: AnyPath | Iterable[AnyPath] = (), *, progress: OnProgress | None = None, cancel: Cancel | None = None) -> PullReport:
        """Bring data of the index into the cache: everything, or what patterns choose."""
        raw = _patterns(patterns)
        return _pulled(long(lambda listener, token: self._native.fetch(raw, listener, token), progress, cancel))

    @translated
    def pull(self, patterns: AnyPath | Iterable[AnyPath] = (), *, progress: OnProgress | None = None, cancel: Cancel | None = None) -> PullReport:
        """Write the data of files that are still pointers into the work tree."""
        raw = _patterns(patterns)
        return _pulled(long(lambda listener, token: self._native.pull(raw, listener, token), progress, cancel))

    @translated
    def drop(self, paths: AnyPath | Iterable[AnyPath], *, progress: OnProgress | None = None, cancel: Cancel | None = None) -> DropReport:
        """Turn files back into pointers and free their space; the store, asked now, must hold their data."""
        raw = self._paths(paths)
        r = long(lambda listener, token: self._native.drop_data(raw, listener, token), progress, cancel)
        return DropReport(r.files, r.freed_bytes)

    @translated
    def log(self, path: AnyPath, *, limit: int = 0) -> list[LogEntry]:
        """Every change of a file, the newest first; at most ``limit``, or all if that is 0."""
        changes = self._native.log(self._path(path), limit)
        return [LogEntry(c.commit, c.author, c.time, c.subject, _types.optional_pointer(c.pointer)) for c in changes]

    @translated
    def fsck(self, *, store: bool = False, progress: OnProgress | None = None, cancel: Cancel | None = None) -> FsckReport:
        """Check every byte against its hash: the cache and, if asked, the store. Damaged parts leave the cache."""
        r = long(lambda listener, token: self._native.fsck(store, listener, token), progress, cancel)
        return FsckReport(r.packs, r.bytes, r.files, [Problem(p.code, p.name, p.what, p.hint) for p in r.problems])

    @property
    @translated
    def store(self) -> StoreInfo | None:
        """The store that this clone uses, if one is set; nothing is sent."""
        s = self._native.store()
        return None if s is None else _store(s)

    @translated
    def set_store(self, url: str | os.PathLike[str], *, progress: OnProgress | None = None, cancel: Cancel | None = None) -> StoreInfo:
        """Point the repository at a store, which is made if the place is empty, and accept it."""
        return _store(long(lambda listener, token: self._native.set_store(os.fspath(url), listener, token), progress, cancel))

    @translated
    def accept_store(self, url: str) -> None:
        """Accept a store URL that came with a commit."""
        self._native.accept_store(url)

    @translated
    def copy_store(self, to_url: str | os.PathLike[str], *, progress: OnProgress | None = None, cancel: Cancel | None = None) -> CopyReport:
        """Copy everything that this repository published to another store; it goes on using its own."""
        r = long(lambda listener, token: self._native.copy_store(os.fspath(to_url), listener, token), progress, cancel)
        return CopyReport(r.packs, r.bytes)


def _pulled(r: Any) -> PullReport:
    return PullReport(r.files, r.bytes, r.downloaded_bytes, [os.fsdecode(p) for p in r.kept])


def _store(s: Any) -> StoreInfo:
    return StoreInfo(s.url, s.local_only, s.accepted, s.conditional_writes)
