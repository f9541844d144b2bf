"""Data of any revision for everything that opens ``octostore://`` through fsspec: pandas, dask, pyarrow, duckdb, polars.

    octostore://data/rain.csv                        the repository around the current folder, at HEAD
    octostore://@v1.0/data/rain.csv                  the same repository at a revision
    octostore:///home/me/project@v1.0/data/rain.csv  another repository

The part up to the first ``@`` names a repository by a path that begins with ``/``, ``./``, ``../`` or ``~/``; what follows up to
the next ``/`` is the revision, in which ``/`` is written ``%2F``, ``@`` ``%40`` and ``%`` ``%25`` (in the repository's path as well:
``%40`` and ``%25``). Without that part, the file system's own ``repo`` and ``rev`` count: ``fsspec.filesystem("octostore",
repo="project", rev="v1.0")``, or pandas' ``storage_options={"rev": "v1.0"}``. An empty revision is the index.
"""

from __future__ import annotations

import datetime
import io
import os
import threading
from typing import Any, NamedTuple
from urllib.parse import unquote

from fsspec.spec import AbstractFileSystem

from ._file import File
from ._repo import Repo
from ._repo import open as open_repo
from ._types import Entry

_REPO_BEGINS = ("@", "/", "./", "../", "~/")


class _Place(NamedTuple):
    """What a path means: ``prefix`` is its part before the path in the repository."""

    prefix: str
    repo: str
    rev: str
    path: str


class OctostoreFile(io.BufferedReader):
    """A file of a revision, as fsspec gives it."""

    def __init__(self, file: File, block_size: int, details: dict[str, Any]) -> None:
        super().__init__(file, block_size)
        self.details = details
        self.path = details["name"]
        self.size = details["size"]


class OctostoreFileSystem(AbstractFileSystem):  # type: ignore[misc]
    """The tracked files of the revisions of repositories, to read."""

    protocol = "octostore"
    root_marker = ""

    def __init__(self, repo: str | os.PathLike[str] = ".", rev: str = "HEAD", **options: Any) -> None:
        super().__init__(repo=os.fspath(repo), rev=rev, **options)
        self.repo, self.rev = os.fspath(repo), rev
        self._repos: dict[str, Repo] = {}
        self._repos_lock = threading.Lock()

    @property
    def fsid(self) -> str:
        return f"octostore-{os.path.abspath(self.repo)}"

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """The files and folders in a folder, or the file itself."""
        place = self._place(path)
        entries = self._entries(place)
        found: dict[str, dict[str, Any]] = {}
        below = f"{place.path}/" if place.path else ""
        for entry in entries:
            if entry.path == place.path:
                found[entry.path] = self._file(place, entry)
                continue
            name, slash, _rest = entry.path[len(below) :].partition("/")
            inside = below + name
            found[inside] = self._folder(place, inside) if slash else self._file(place, entry)
        if not found and place.path:
            raise self._missing(path)
        listed = sorted(found.values(), key=lambda f: str(f["name"]))
        return listed if detail else [f["name"] for f in listed]

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """A file's size and object id, or that it is a folder."""
        place = self._place(path)
        entries = self._entries(place)
        for entry in entries:
            if entry.path == place.path:
                return self._file(place, entry)
        if entries or not place.path:
            return self._folder(place, place.path)
        raise self._missing(path)

    def find(self, path: str, maxdepth: int | None = None, withdirs: bool = False, detail: bool = False, **options: Any) -> Any:
        """All files below a folder, by one look at the revision."""
        if maxdepth is not None or withdirs:
            return super().find(path, maxdepth=maxdepth, withdirs=withdirs, detail=detail, **options)
        place = self._place(path)
        files = {f["name"]: f for f in (self._file(place, e) for e in self._entries(place))}
        return files if detail else sorted(files)

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **_: Any) -> bytes:
        """The bytes of a file from ``start`` to ``end``, which count from the file's end where they are negative."""
        with self._raw(path) as file:
            return _range(file, start, end)

    def cat_ranges(
        self, paths: list[str], starts: Any, ends: Any, max_gap: Any = None, on_error: str = "return", **_: Any
    ) -> list[bytes | Exception]:
        """Many ranges at once; each file is opened once."""
        starts = starts if isinstance(starts, (list, tuple)) else [starts] * len(paths)
        ends = ends if isinstance(ends, (list, tuple)) else [ends] * len(paths)
        if not len(paths) == len(starts) == len(ends):
            raise ValueError("paths, starts and ends differ in their length")
        files: dict[str, File | Exception] = {}
        out: list[bytes | Exception] = []
        try:
            for path, start, end in zip(paths, starts, ends):
                try:
                    if path not in files:
                        files[path] = _result(self._raw, path)
                    file = files[path]
                    if isinstance(file, Exception):
                        raise file
                    out.append(_range(file, start, end))
                except Exception as e:
                    if on_error == "raise":
                        raise
                    out.append(e)
        finally:
            for file in files.values():
                if isinstance(file, File):
                    file.close()
        return out

    def checksum(self, path: str) -> int:
        """A number that changes with the file's content."""
        return int(self.ukey(path).rpartition(":")[2][:16], 16)

    def ukey(self, path: str) -> str:
        """The file's object id: the hash of its content."""
        info = self.info(path)
        if info["type"] != "file":
            raise IsADirectoryError(path)
        return str(info["oid"])

    def modified(self, path: str) -> datetime.datetime:
        """A time that is another one when the content is. A version has no time of its own, but programs ask for one to find out
        whether what they remember of a file still holds."""
        return datetime.datetime.fromtimestamp(self.checksum(path) >> 33, datetime.timezone.utc)

    def _open(
        self,
        path: str,
        mode: str = "rb",
        block_size: int | None = None,
        autocommit: bool = True,
        cache_options: Any = None,
        **_: Any,
    ) -> Any:
        if mode != "rb":
            raise OSError(f"octostore:// is read-only, and {path} was to be opened with mode {mode!r}: write into the work tree, then add")
        details = self.info(path)
        if details["type"] != "file":
            raise IsADirectoryError(path)
        size = block_size if isinstance(block_size, int) and block_size > 0 else 1 << 20
        return OctostoreFile(self._raw(path), size, details)

    def _read_only(self, *_: Any, **__: Any) -> Any:
        raise OSError("octostore:// is read-only: change the work tree, then add")

    mkdir = makedirs = rmdir = rm_file = rm = cp_file = pipe_file = put_file = touch = mv = _rm = _read_only

    def _raw(self, path: str) -> File:
        place = self._place(path)
        return self._repo(place.repo).open_file(place.path, place.rev, buffering=0)

    def _entries(self, place: _Place) -> list[Entry]:
        return self._repo(place.repo).ls(place.rev, place.path or None)

    def _repo(self, path: str) -> Repo:
        with self._repos_lock:
            repo = self._repos.get(path)
            if repo is None:
                repo = self._repos[path] = open_repo(os.path.expanduser(path))
            return repo

    def _place(self, path: str) -> _Place:
        text = str(self._strip_protocol(path))
        if not text.startswith(_REPO_BEGINS):
            return _Place("", self.repo, self.rev, text.rstrip("/"))
        repo, at, rest = text.partition("@")
        if not at:
            raise ValueError(f"octostore://{text} names no revision: write octostore://REPOSITORY@REVISION/PATH")
        rev, _slash, inside = rest.partition("/")
        return _Place(f"{repo}@{rev}", unquote(repo) or self.repo, unquote(rev), inside.strip("/"))

    @staticmethod
    def _name(place: _Place, inside: str) -> str:
        """A path as the caller writes it."""
        return f"{place.prefix}/{inside}".rstrip("/") if place.prefix else inside

    def _file(self, place: _Place, entry: Entry) -> dict[str, Any]:
        return {"name": self._name(place, entry.path), "size": entry.size, "type": "file", "oid": entry.oid}

    def _folder(self, place: _Place, inside: str) -> dict[str, Any]:
        return {"name": self._name(place, inside), "size": 0, "type": "directory"}

    def _missing(self, path: str) -> FileNotFoundError:
        place = self._place(path)
        return FileNotFoundError(f"{path}: {place.rev or 'the index'} has no tracked file or folder {place.path}")


def _range(file: File, start: int | None, end: int | None) -> bytes:
    begin, stop, _step = slice(start, end).indices(file.size)
    return file.read_at(begin, max(stop - begin, 0))


def _result(call: Any, *args: Any) -> Any:
    try:
        return call(*args)
    except Exception as e:
        return e
