"""Errors by code. Each code of the library has a class; some are also the built-in error that a Python program expects."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Any

from . import _native


class Error(Exception):
    """What went wrong, and what to do about it.

    Attributes:
        code: the stable number, as in the C header.
        name: the stable name, such as ``"not_tracked"``.
        message: one sentence: what is wrong with what.
        hint: one sentence: what to do; may be empty.
        retryable: the same call may work when it is tried again.
        context: named facts, such as ``path`` and ``store``.
    """

    code: int = 0
    name: str = ""

    def __init__(self, message: str, hint: str = "", *, retryable: bool = False, context: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.retryable = retryable
        self.context = dict(context or {})

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


#: Codes whose class is also a built-in error.
_ALSO: dict[str, type[Exception]] = {
    "invalid_argument": ValueError,
    "not_found": FileNotFoundError,
    "already_exists": FileExistsError,
    "cancelled": InterruptedError,
    "io": OSError,
    "disk_full": OSError,
    "permission_denied": PermissionError,
    "store_unreachable": ConnectionError,
    "store_permission": PermissionError,
    "unsupported": NotImplementedError,
    "out_of_memory": MemoryError,
    "invalid_data": ValueError,
}


def _class_name(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_")) + "Error"


def _make(code: int, name: str, summary: str) -> type[Error]:
    also = _ALSO.get(name)
    bases: tuple[type, ...] = (Error,) if also is None else (Error, also)
    made: Any = type(_class_name(name), bases, {"code": code, "name": name, "__doc__": summary, "__module__": "octostore"})
    return made  # type: ignore[no-any-return]


#: Every error code there is, and its class.
ERRORS: dict[int, type[Error]] = {info.code: _make(info.code, info.name, info.summary) for info in _native.codes()}

globals().update({cls.__name__: cls for cls in ERRORS.values()})
__all__ = sorted(cls.__name__ for cls in ERRORS.values())  # pyright: ignore[reportUnsupportedDunderAll]


_ERRNO = {
    "not_found": errno.ENOENT,
    "already_exists": errno.EEXIST,
    "cancelled": errno.EINTR,
    "io": errno.EIO,
    "disk_full": errno.ENOSPC,
    "permission_denied": errno.EACCES,
    "store_unreachable": errno.ECONNREFUSED,
    "store_permission": errno.EACCES,
}


def from_panic(what: object) -> Error:
    """The error of a defect of the library."""
    return ERRORS[255](f"internal error: {what}", "This is a defect of octostore; please report it with this line.")


def from_native(failure: Any) -> Error:
    """The error that the library raised, as its own class."""
    cls = ERRORS.get(failure.code, Error)
    context = dict(zip(failure.keys, failure.values))
    error = cls(failure.what, failure.hint, retryable=failure.retryable, context=context)
    if isinstance(error, OSError):
        error.errno = _ERRNO.get(error.name)
        error.filename = context.get("path")
    return error
