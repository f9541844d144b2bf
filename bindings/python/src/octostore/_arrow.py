"""Tables in and out by Arrow's PyCapsule interface: pyarrow, pandas, polars, duckdb and the like take them and give them."""

from __future__ import annotations

import ctypes
from typing import Any, Protocol, cast

from . import _native
from ._calls import translated
from ._handle import Handle

_python = ctypes.pythonapi
_new_capsule = _python.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
_pointer_of = _python.PyCapsule_GetPointer
_pointer_of.restype = ctypes.c_void_p
_pointer_of.argtypes = [ctypes.py_object, ctypes.c_char_p]

# A capsule keeps the pointer to its name.
_STREAM, _SCHEMA = b"arrow_array_stream", b"arrow_schema"


def _entry(function: Any) -> int:
    return cast(int, ctypes.cast(function, ctypes.c_void_p).value)


_native.tell_python(_entry(_python.PyCapsule_GetName), _entry(_python.PyCapsule_GetPointer))
_free_stream, _free_schema = _entry(_native.stream_free), _entry(_native.schema_free)


class ArrowStream(Protocol):
    """Whatever gives its rows as a stream of Arrow: tables of pyarrow, pandas, polars, duckdb, and ours."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


def stream_address(data: ArrowStream) -> tuple[object, int]:
    """The capsule of a stream, which owns it, and where the stream lies."""
    if not hasattr(data, "__arrow_c_stream__"):
        raise TypeError(f"{type(data).__name__} has no __arrow_c_stream__: give a table or a reader of pyarrow, pandas, polars, duckdb or the like")
    capsule = data.__arrow_c_stream__()
    return capsule, _pointer_of(capsule, _STREAM)


def _stream(export: Any) -> object:
    # The capsule is made first: if the export fails, it frees the room.
    place = _native.stream_new()
    capsule = _new_capsule(place, _STREAM, _free_stream)
    export(place)
    return cast(object, capsule)


def _schema(export: Any) -> object:
    place = _native.schema_new()
    capsule = _new_capsule(place, _SCHEMA, _free_schema)
    export(place)
    return cast(object, capsule)


class Rows(Handle):
    """The rows of a file as :meth:`Repo.read_rows` gives them, read as they are asked for.

    Hand it to whatever takes Arrow data, once: ``pyarrow.table(rows)``, ``pyarrow.RecordBatchReader.from_stream(rows)``,
    ``polars.DataFrame(rows)``, ``octostore.Table(rows)``.
    """

    def __init__(self, native: Any) -> None:
        self._held = native

    @translated
    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rest of the rows, as a capsule of an Arrow C stream. They are given once; a wish for another schema is not heard."""
        return _stream(self._native.export_to)

    @translated
    def __arrow_c_schema__(self) -> object:
        """The columns' names and types, as a capsule of an Arrow C schema."""
        return _schema(self._native.schema)

    def close(self) -> None:
        """End the stream; what was given away goes on."""
        held, self._held = self._held, None
        if held is not None:
            held.close()


class Table(Handle):
    """Takes the rows of a stream into memory.

    The stream is anything with ``__arrow_c_stream__``; rows are not copied, and the table gives them as often as it is asked.
    """

    @translated
    def __init__(self, data: ArrowStream) -> None:
        self._held: Any = None
        capsule, address = stream_address(data)
        self._held = _native.Table.import_from(address)
        del capsule

    @property
    @translated
    def rows(self) -> int:
        """How many rows the table has."""
        return int(self._native.rows())

    @property
    @translated
    def columns(self) -> int:
        """How many columns the table has."""
        return int(self._native.columns())

    def __len__(self) -> int:
        return self.rows

    def __repr__(self) -> str:
        return "octostore.Table(closed)" if self.closed else f"octostore.Table({self.rows} rows, {self.columns} columns)"

    @translated
    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Gives the rows of the table as a stream that shares its buffers.

        A capsule of an Arrow C stream; a wish for another schema is not heard.
        """
        return _stream(self._native.export_to)

    @translated
    def __arrow_c_schema__(self) -> object:
        """The columns' names and types, as a capsule of an Arrow C schema."""
        return _schema(self._native.schema)
