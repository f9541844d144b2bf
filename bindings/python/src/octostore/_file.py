"""A version of a file as an ordinary binary file object."""

from __future__ import annotations

import io
from typing import Any

from ._calls import translated


class File(io.RawIOBase):
    """A version of a file, read by ranges: only the chunks that are touched are fetched.

    It is what :mod:`io` calls a raw binary file: wrap it in :class:`io.BufferedReader` or :class:`io.TextIOWrapper`, or give it
    to whatever reads files. :meth:`Repo.open_file` gives it buffered.
    """

    def __init__(self, native: Any) -> None:
        super().__init__()
        self._native = native
        self._at = 0

    @property
    def size(self) -> int:
        """Bytes of the file."""
        self._check_open()
        return int(self._native.len())

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        self._check_open()
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._check_open()
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}
        if whence not in base:
            raise ValueError(f"whence is {whence}, not 0, 1 or 2")
        at = base[whence] + offset
        if at < 0:
            raise ValueError("the position would be before the file's start")
        self._at = at
        return at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read_at(self._at, len(view))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def readall(self) -> bytes:
        data = self.read_at(self._at, self.size)
        self._at += len(data)
        return data

    def close(self) -> None:
        self._native = None
        super().close()

    @translated
    def read_at(self, offset: int, count: int) -> bytes:
        """At most ``count`` bytes from ``offset``; fewer only at the file's end. The position does not move."""
        self._check_open()
        return bytes(self._native.read_at(offset, count))

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file")
