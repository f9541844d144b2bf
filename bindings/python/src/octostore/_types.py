"""What calls take and give."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Optional, Union

from . import _native

#: A path of a user: text, bytes or an object of pathlib.
AnyPath = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]


class Context:
    """Owns thread pools and memory limits; repositories may share one. 0 means the default."""

    def __init__(self, *, threads: int = 0, memory: int = 0, connections: int = 0) -> None:
        self._native = _native.Context(threads, memory, connections)


class Cancel:
    """Stops calls that hold it, from any thread."""

    def __init__(self) -> None:
        self._native = _native.Cancel()

    def cancel(self) -> None:
        """Ask every call that holds this token to stop soon: it raises CancelledError."""
        self._native.cancel()

    @property
    def cancelled(self) -> bool:
        """Whether somebody has asked."""
        return bool(self._native.is_cancelled())


@dataclass(frozen=True)
class Progress:
    """How far a call is. Totals are 0 where they are not known."""

    phase: str
    done_bytes: int
    total_bytes: int
    done_items: int
    total_items: int


#: Hears of progress: often, from a thread of the library, never from two at once.
OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Pointer:
    """What git stores for a tracked file."""

    oid: str
    size: int


@dataclass(frozen=True)
class Entry:
    """A file of a revision, or one that was added."""

    path: str
    oid: str
    size: int


@dataclass(frozen=True)
class AddReport:
    """What :meth:`Repo.add` did; sizes in bytes."""

    files: list[Entry]
    unchanged: int
    read_bytes: int
    new_bytes: int
    stored_bytes: int


@dataclass(frozen=True)
class FileStatus:
    """A tracked file. ``state`` is one of present, pointer, modified, deleted, untracked."""

    path: str
    state: str
    pointer: Optional[Pointer]
    staged: bool
    cached: bool
    pushed: bool


@dataclass(frozen=True)
class PushReport:
    """What :meth:`Repo.push` did."""

    files: int
    packs: int
    uploaded_bytes: int
    reused_bytes: int


@dataclass(frozen=True)
class PullReport:
    """What :meth:`Repo.pull` or :meth:`Repo.fetch` did; ``kept`` are files with changes of the user, left alone."""

    files: int
    bytes: int
    downloaded_bytes: int
    kept: list[str]


@dataclass(frozen=True)
class DropReport:
    """What :meth:`Repo.drop` did."""

    files: int
    freed_bytes: int


@dataclass(frozen=True)
class CopyReport:
    """What :meth:`Repo.copy_store` did."""

    packs: int
    bytes: int


@dataclass(frozen=True)
class StoredRange:
    """A piece of a file as it lies in the store: ``object`` is a key relative to the store's URL."""

    file_offset: int
    length: int
    object: str
    offset: int
    stored_length: int


@dataclass(frozen=True)
class Resolved:
    """Where the bytes of a file are: a local file that holds just them, or ranges in the store."""

    path: str
    pointer: Pointer
    local: Optional[Path]
    store: Optional[str]
    ranges: list[StoredRange]


@dataclass(frozen=True)
class LogEntry:
    """A change of a file; ``time`` is in seconds since 1970 (UTC)."""

    commit: str
    author: str
    time: int
    subject: str
    pointer: Optional[Pointer]


@dataclass(frozen=True)
class Problem:
    """Something that :meth:`Repo.fsck` found wrong."""

    code: int
    name: str
    message: str
    hint: str


@dataclass(frozen=True)
class FsckReport:
    """What :meth:`Repo.fsck` found; no problems means that all is well."""

    packs: int
    bytes: int
    files: int
    problems: list[Problem]


@dataclass(frozen=True)
class StoreInfo:
    """The store of a repository. ``conditional_writes`` is None before this clone first connected to it."""

    url: str
    local_only: bool
    accepted: bool
    conditional_writes: Optional[bool]


def pointer(p: Any) -> Pointer:
    return Pointer(p.oid, p.size)


def optional_pointer(p: Any) -> Pointer | None:
    return None if p is None else pointer(p)


def entry(e: Any) -> Entry:
    return Entry(os.fsdecode(e.path), e.pointer.oid, e.pointer.size)


def fields(cls: Any, native: Any) -> Any:
    """A record whose fields are the native one's."""
    return cls(**{name: getattr(native, name) for name in cls.__dataclass_fields__})
