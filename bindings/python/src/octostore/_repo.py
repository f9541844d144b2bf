"""Repositories: a method for each verb."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from . import _async, _native, _types
from ._calls import long, translated
from ._documents import texts
from ._file import File
from ._program import program_for_git
from ._progress import AnyProgress
from ._rows import RowsOfRepo
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
    Problem,
    PullReport,
    PushReport,
    Resolved,
    StoredRange,
    StoreInfo,
)

_shared: dict[str, Context] = {}


def native_context(context: Context | None) -> Any:
    """The one that the caller gives, or one for all who give none."""
    # Of two threads that are the first, setdefault lets one win.
    return (context or _shared.get("") or _shared.setdefault("", Context()))._native


@translated
def open(path: AnyPath = ".", *, context: Context | None = None) -> Repo:
    """Opens the repository that ``path`` is in."""
    return Repo(_native.Repo.open(native_context(context), os.fsencode(path)))


@translated
def init(
    path: AnyPath = ".",
    *,
    store: str | os.PathLike[str] | None = None,
    program: AnyPath | None = None,
    context: Context | None = None,
    progress: AnyProgress = None,
    cancel: Cancel | None = None,
) -> Repo:
    """Makes the git repository at ``path`` data-aware: filter, hooks, configuration and, if named, the store.

    ``store`` is a folder, ``file:///``, ``s3://``, ``gs://`` or ``az://``.

    ``program`` is the octostore command that git's filter and hooks shall call; by default the one on the PATH.
    """
    native = native_context(context)
    call = lambda listener, token: _native.Repo.init(native, os.fsencode(path), None if store is None else os.fspath(store), program_for_git(program), listener, token)  # noqa: E731
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
    progress: AnyProgress = None,
    cancel: Cancel | None = None,
) -> Repo:
    """Clones a git repository, accepts its store, and writes the chosen data.

    ``data`` is ``"all"``, ``"none"``, or patterns. ``copy_to`` is a store to copy the data to, for this clone to use.
    """
    native = native_context(context)
    patterns = {"all": None, "none": []}.get(data, [data]) if isinstance(data, str) else list(data)

    def call(listener: Any, token: Any) -> Any:
        return _native.Repo.clone_from(native, os.fspath(url), os.fsencode(dir), patterns, None if copy_to is None else os.fspath(copy_to), branch, program_for_git(program), listener, token)

    return Repo(long(call, progress, cancel))


def _patterns(patterns: AnyPath | Iterable[AnyPath]) -> list[str]:
    several = [patterns] if isinstance(patterns, (str, bytes, os.PathLike)) else list(patterns)
    return [os.fsdecode(p) for p in several]


class Repo(RowsOfRepo):
    """A git repository with data. Any thread may call it. Paths are relative to the top of the work tree.

    Every call that may take long has a twin whose name ends in ``_async``, to be awaited.
    """

    def __repr__(self) -> str:
        return "octostore.Repo(closed)" if self.closed else f"octostore.Repo({os.fspath(self.work_dir)!r})"

    @property
    @translated
    def work_dir(self) -> Path:
        """The top folder of the work tree."""
        return Path(os.fsdecode(self._native.work_dir()))

    @translated
    def path_from(self, path: AnyPath) -> str:
        """The path in the repository that a user's argument means, which is relative to the current folder."""
        return os.fsdecode(self._native.path_from(os.fsencode(path)))

    @translated
    def track(self, patterns: str | Iterable[str]) -> list[str]:
        """Tracks the files that these patterns (as in ``.gitignore``) match; gives those that were not tracked before."""
        return list(self._native.track(_patterns(patterns)))

    @translated
    def untrack(self, patterns: str | Iterable[str]) -> list[str]:
        """No longer tracks these patterns; gives those that were tracked."""
        return list(self._native.untrack(_patterns(patterns)))

    @translated
    def add(self, paths: AnyPath | Iterable[AnyPath] = (), *, progress: AnyProgress = None, cancel: Cancel | None = None) -> AddReport:
        """Reads files (or the tracked files of folders, or with no paths all tracked files that changed), stores their bytes in the
        cache and stages their pointers."""
        raw = self._paths(paths)
        r = long(lambda listener, token: self._native.add(raw, listener, token), progress, cancel)
        return AddReport([_types.entry(e) for e in r.files], r.unchanged, r.read_bytes, r.new_bytes, r.stored_bytes)

    @translated
    def status(self, *, progress: AnyProgress = None, cancel: Cancel | None = None) -> list[FileStatus]:
        """The state of every tracked file, in path order."""
        files = long(self._native.status, progress, cancel)
        return [
            FileStatus(os.fsdecode(f.path), f.state, _types.optional_pointer(f.pointer), f.staged, f.cached, f.pushed) for f in files
        ]

    @translated
    def ls(self, rev: str = "", prefix: AnyPath | None = None) -> list[Entry]:
        """The tracked files of a revision (empty: the index), those at or below a path if one is given."""
        raw = None if prefix is None else self._path(prefix)
        return [_types.entry(e) for e in self._native.ls(rev, raw)]

    @overload
    def open_file(self, path: AnyPath, rev: str = "HEAD", *, buffering: Literal[0]) -> File: ...  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload]
    @overload
    def open_file(self, path: AnyPath, rev: str = "HEAD", *, buffering: int = ...) -> io.BufferedReader: ...
    @translated
    def open_file(self, path: AnyPath, rev: str = "HEAD", *, buffering: int = 1 << 20) -> io.BufferedReader | File:
        """Opens a file of a revision (empty: the index) for reading, without a pull: only the ranges that are read are fetched.

        With ``buffering=0`` it is a raw :class:`File`.
        """
        file = File(self._native.open_file(rev, self._path(path)))
        return io.BufferedReader(file, buffering) if buffering else file

    @translated
    def resolve(self, path: AnyPath, rev: str = "HEAD") -> Resolved:
        """Where the bytes of a file of a revision are: a local file, or ranges in the store."""
        r = self._native.resolve(rev, self._path(path))
        local = None if r.local is None else Path(os.fsdecode(r.local))
        ranges = [_types.fields(StoredRange, s) for s in r.ranges]
        return Resolved(os.fsdecode(r.path), _types.pointer(r.pointer), local, r.store, ranges)

    @translated
    def push(
        self, remote: str | None = None, *, all: bool = False, progress: AnyProgress = None, cancel: Cancel | None = None
    ) -> PushReport:
        """Uploads the data that the current branch needs and the store lacks; then, if a remote is named, pushes the branch to it."""
        r = long(lambda listener, token: self._native.push(remote, all, listener, token), progress, cancel)
        return PushReport(r.files, r.packs, r.uploaded_bytes, r.reused_bytes)

    @translated
    def fetch(
        self,
        patterns: AnyPath | Iterable[AnyPath] = (),
        *,
        only: str | Iterable[str] = (),
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> PullReport:
        """Brings the data of the index into the cache: everything, or what patterns choose.

        ``only`` brings these kinds of side files (``"statistics"``, ``"schema"``, ``"examples"``, ``"sample"``) of the chosen data instead.
        """
        raw, kinds = _patterns(patterns), texts(only)
        return _pulled(long(lambda listener, token: self._native.fetch(raw, kinds, listener, token), progress, cancel))

    @translated
    def pull(
        self,
        patterns: AnyPath | Iterable[AnyPath] = (),
        *,
        only: str | Iterable[str] = (),
        progress: AnyProgress = None,
        cancel: Cancel | None = None,
    ) -> PullReport:
        """Writes the data of files that are still pointers into the work tree, fetching what the cache lacks.

        ``only`` brings these kinds of side files (``"statistics"``, ``"schema"``, ``"examples"``, ``"sample"``) of the chosen data instead.
        """
        raw, kinds = _patterns(patterns), texts(only)
        return _pulled(long(lambda listener, token: self._native.pull(raw, kinds, listener, token), progress, cancel))

    @translated
    def drop(self, paths: AnyPath | Iterable[AnyPath], *, progress: AnyProgress = None, cancel: Cancel | None = None) -> DropReport:
        """Turns files back into pointers and frees their space; the store, asked now, must hold their data."""
        raw = self._paths(paths)
        r = long(lambda listener, token: self._native.drop_data(raw, listener, token), progress, cancel)
        return DropReport(r.files, r.freed_bytes)

    @translated
    def log(self, path: AnyPath, *, limit: int = 0) -> list[LogEntry]:
        """Every change of a path, the newest first; at most ``limit`` of them, or all if that is 0."""
        changes = self._native.log(self._path(path), limit)
        return [LogEntry(c.commit, c.author, c.time, c.subject, _types.optional_pointer(c.pointer)) for c in changes]

    @translated
    def fsck(self, *, store: bool = False, progress: AnyProgress = None, cancel: Cancel | None = None) -> FsckReport:
        """Checks every byte against its hash: the cache and, if asked, the store.

        Damaged parts leave the cache.
        """
        r = long(lambda listener, token: self._native.fsck(store, listener, token), progress, cancel)
        return FsckReport(r.packs, r.bytes, r.files, [Problem(p.code, p.name, p.what, p.hint) for p in r.problems])

    @property
    @translated
    def store(self) -> StoreInfo | None:
        """The store that this clone uses, if one is set; nothing is sent."""
        s = self._native.store()
        return None if s is None else _store(s)

    @translated
    def set_store(self, url: str | os.PathLike[str], *, progress: AnyProgress = None, cancel: Cancel | None = None) -> StoreInfo:
        """Points the repository at a store, which is made if the place is empty, and accepts it."""
        return _store(long(lambda listener, token: self._native.set_store(os.fspath(url), listener, token), progress, cancel))

    @translated
    def accept_store(self, url: str) -> None:
        """Accepts a store URL that came with a commit: from now on this clone reads from it and pushes to it."""
        self._native.accept_store(url)

    @translated
    def copy_store(self, to_url: str | os.PathLike[str], *, progress: AnyProgress = None, cancel: Cancel | None = None) -> CopyReport:
        """Copies everything that this repository published to another store; the repository goes on using its own."""
        r = long(lambda listener, token: self._native.copy_store(os.fspath(to_url), listener, token), progress, cancel)
        return CopyReport(r.packs, r.bytes)

    add_async = _async.method(add)
    status_async = _async.method(status)
    ls_async = _async.method(ls)
    log_async = _async.method(log)
    resolve_async = _async.method(resolve)
    push_async = _async.method(push)
    fetch_async = _async.method(fetch)
    pull_async = _async.method(pull)
    drop_async = _async.method(drop)
    fsck_async = _async.method(fsck)
    set_store_async = _async.method(set_store)
    copy_store_async = _async.method(copy_store)
    if TYPE_CHECKING:

        @overload
        async def open_file_async(self, path: AnyPath, rev: str = "HEAD", *, buffering: Literal[0]) -> File: ...  # type: ignore[overload-overlap]
        @overload
        async def open_file_async(self, path: AnyPath, rev: str = "HEAD", *, buffering: int = ...) -> io.BufferedReader: ...
        async def open_file_async(self, path: AnyPath, rev: str = "HEAD", *, buffering: int = 0) -> Any: ...
    else:
        open_file_async = _async.method(open_file)


init_async = _async.function(init)
clone_async = _async.function(clone)


def _pulled(r: Any) -> PullReport:
    return PullReport(r.files, r.bytes, r.downloaded_bytes, [os.fsdecode(p) for p in r.kept])


def _store(s: Any) -> StoreInfo:
    return StoreInfo(s.url, s.local_only, s.accepted, s.conditional_writes)
