"""A version of a file as an ordinary binary file object."""

from __future__ import annotations

import ctypes
import io
from typing import TYPE_CHECKING, Any, cast

from . import _native
from ._calls import raised

if TYPE_CHECKING:
    from ._types import WritableBuffer

#: Bytes of one call of the library: between two, Python's signal handlers run, so Ctrl-C stops a long read.
_AT_ONCE = 32 << 20

_new_bytes = ctypes.pythonapi.PyBytes_FromStringAndSize
_new_bytes.restype = ctypes.py_object
_new_bytes.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t]
_bytes_address = ctypes.pythonapi.PyBytes_AsString
_bytes_address.restype = ctypes.c_void_p
_bytes_address.argtypes = [ctypes.py_object]

_char, _addressof, _byref, _u64 = ctypes.c_char, ctypes.addressof, ctypes.byref, ctypes.c_uint64


class File(io.RawIOBase):
    """A version of a file, read by ranges: only the chunks that are touched are fetched.

    It is what :mod:`io` calls a raw binary file: wrap it in :class:`io.BufferedReader` or :class:`io.TextIOWrapper`, or give it
    to whatever reads files. :meth:`Repo.open_file` gives it buffered. Bytes go straight to where they are wanted.
    """

    def __init__(self, native: Any) -> None:
        super().__init__()
        self._native = native
        self._address = native.address()
        self._size = int(native.len())
        self._at = 0

    @property
    def size(self) -> int:
        """Bytes of the file."""
        self._open()
        return self._size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        self._open()
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._open()
        if whence == io.SEEK_SET:
            at = offset
        elif whence == io.SEEK_CUR:
            at = self._at + offset
        elif whence == io.SEEK_END:
            at = self._size + offset
        else:
            raise ValueError(f"whence is {whence}, not 0, 1 or 2")
        if at < 0:
            raise ValueError("the position would be before the file's start")
        self._at = at
        return at

    def readinto(self, buffer: WritableBuffer) -> int:
        done = self.readinto_at(self._at, buffer)
        self._at += done
        return done

    def readall(self) -> bytes:
        data = self.read_at(self._at, self._size)
        self._at += len(data)
        return data

    def close(self) -> None:
        self._native = None
        super().close()

    def read_at(self, offset: int, count: int) -> bytes:
        """Reads at ``offset`` until the buffer is full or the file ends; gives the bytes read.

        At most ``count`` bytes, fewer only at the file's end. The position does not move.
        """
        if offset < 0 or count < 0:
            raise ValueError(f"offset is {offset} and count {count}; neither may be negative")
        native = self._open()
        count = min(count, max(self._size - offset, 0))
        if count == 0:
            return b""
        # A bytes object that only this function knows yet, filled in place.
        data: bytes = _new_bytes(None, count)
        if self._read(native, offset, _bytes_address(data), count) != count:
            raise EOFError("the file ends before its size")
        return data

    def readinto_at(self, offset: int, buffer: WritableBuffer) -> int:
        """Reads at ``offset`` into any writable buffer, such as a bytearray or an array of numpy, without a copy between; gives the
        number of bytes, less than there is room only at the file's end. The position does not move."""
        if offset < 0:
            raise ValueError(f"offset is {offset}; it may not be negative")
        native = self._open()
        room = memoryview(cast(Any, buffer)).nbytes
        if room == 0 or offset >= self._size:
            return 0
        # While `place` is, nobody can shrink the buffer.
        place = _char.from_buffer(cast(Any, buffer))
        return self._read(native, offset, _addressof(place), room)

    def _read(self, native: Any, offset: int, address: int, room: int) -> int:
        """Fills memory. ``native`` is what keeps the file open meanwhile, whatever other threads do."""
        out = _u64()
        done = 0
        while True:
            want = min(room - done, _AT_ONCE)
            if _native.read_at(self._address, offset + done, address + done, want, _byref(out)):
                raise raised(out.value)
            done += out.value
            if out.value < want or done == room:
                return done

    def _open(self) -> Any:
        native = self._native
        if native is None:
            raise ValueError("I/O operation on closed file")
        return native
