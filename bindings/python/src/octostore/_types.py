"""What calls take and give."""

from __future__ import annotations

import contextlib
import os
import threading
import traceback
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Literal, Optional, Protocol, Union

from . import _native
from ._handle import Handle

if TYPE_CHECKING:
    import logging

    from typing_extensions import Buffer

    class _Array(Protocol):
        """An array of numpy, which says that it is a buffer to type checkers of Python 3.12 only."""

        @property
        def __array_interface__(self) -> dict[str, Any]: ...

    #: A buffer that can be written, such as a bytearray or an array of numpy.
    WritableBuffer = Union[Buffer, _Array]

#: A path of a user: text, bytes or an object of pathlib.
AnyPath = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]

#: How much of the log is wanted.
Level = Literal["error", "warn", "info", "debug"]
_LEVELS: dict[str, int] = {"error": 1, "warn": 2, "info": 3, "debug": 4}
_LEVEL_NAMES = {number: name for name, number in _LEVELS.items()}
#: The same as numbers of :mod:`logging`, which is loaded only by those who use it.
_LOGGING = {1: 40, 2: 30, 3: 20, 4: 10}


@dataclass(frozen=True)
class LogRecord:
    """Something that the library tells about its work; ``target`` is one of git, store, cache, repo."""

    level: str
    target: str
    message: str


#: Hears log records: from any thread, never from two at once. It must not call octostore.
OnRecord = Callable[[LogRecord], None]

_LogListener: Any = _native.LogListener


class _LogRelay(_LogListener):  # type: ignore[misc]
    def __init__(self, log: OnRecord | logging.Logger) -> None:
        self._log = log

    def on_record(self, record: Any) -> None:
        try:
            if callable(self._log):
                self._log(LogRecord(_LEVEL_NAMES[record.level], record.target, record.message))
            else:
                self._log.log(_LOGGING[record.level], "%s: %s", record.target, record.message)
        except Exception:
            # As logging does: a log that fails does not stop the work that it tells of.
            traceback.print_exc()


class Context(Handle):
    """Makes a context with these limits.

    It owns thread pools and memory limits; repositories may share one, and a child process after ``os.fork`` may go on using it.
    0 means the default. ``log`` is a :class:`logging.Logger` or a function that takes a :class:`LogRecord`, called from any
    thread; it hears what is at most as fine as ``level``.
    """

    def __init__(
        self,
        *,
        threads: int = 0,
        memory: int = 0,
        connections: int = 0,
        log: OnRecord | logging.Logger | None = None,
        level: Level = "info",
    ) -> None:
        self._held: Any = None
        if level not in _LEVELS:
            raise ValueError(f"level is {level!r}, not one of {', '.join(_LEVELS)}")
        if log is None:
            self._held = _native.Context(threads, memory, connections)
        else:
            self._held = _native.Context.with_log(threads, memory, connections, _LEVELS[level], _LogRelay(log))


class Cancel:
    """Stops calls that hold it, from any thread."""

    def __init__(self) -> None:
        self._native: Any = _native.Cancel()
        # A signal handler may cancel while the thread that it interrupts does.
        self._lock = threading.RLock()
        self._calls: set[Cancel] = set()

    def cancel(self) -> None:
        """Asks every job that holds this token to stop soon.

        Such a call raises :class:`CancelledError`, and so does each later one with this token.
        """
        with self._lock:
            self._native.cancel()
            calls = list(self._calls)
        for call in calls:
            call.cancel()

    @property
    def cancelled(self) -> bool:
        """Whether somebody has asked."""
        return bool(self._native.is_cancelled())

    @staticmethod
    @contextlib.contextmanager
    def _for_call(parent: Cancel | None) -> Generator[Cancel, None, None]:
        """A token for one call, which the caller's token cancels as well."""
        child = Cancel()
        if parent is None:
            yield child
            return
        with parent._lock:
            parent._calls.add(child)
            if parent.cancelled:
                child.cancel()
        try:
            yield child
        finally:
            with parent._lock:
                parent._calls.discard(child)


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
class WriteReport:
    """What :meth:`Repo.write_rows` did."""

    rows: int
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
