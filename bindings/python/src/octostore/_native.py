"""The library: uniffi's generated module and, for the hot calls, its plain C functions. Used in this package only."""

import ctypes as _ctypes
import os as _os
import threading as _threading
from typing import Any as _Any

#: The library that these files belong to.
EXPECTED = "0.1.0"


def _foreign(found: str) -> ImportError:
    return ImportError(
        f"octostore: the Python files are of version {EXPECTED}, the library beside them is {found}. "
        'Install the package anew: "pip install --force-reinstall octostore".'
    )


try:
    from ._octostore import *  # type: ignore[import-not-found,unused-ignore]  # pyright: ignore  # noqa: F403
    from ._octostore import octostore_uniffi as _generated  # type: ignore[import-not-found,unused-ignore]  # pyright: ignore
    # uniffi writes this check and leaves it out. A function that is not there at all is an AttributeError.
    _generated._uniffi_check_api_checksums(_generated._UniffiLib)
except Exception as e:
    if isinstance(e, ImportError) and e.name is not None:
        raise
    raise _foreign(f"of another build ({e})") from None

InternalError: _Any = _generated.InternalError
_library: _Any = _generated._UniffiLib

version: _Any = _generated.version
if version() != EXPECTED:
    raise _foreign(version())


def _function(name: str, result: _Any, *arguments: _Any) -> _Any:
    # A handle of our own: uniffi's holds the types of its own functions.
    try:
        function = getattr(_raw, name)
    except AttributeError:
        raise _foreign(f"of another build (it has no {name})") from None
    function.restype = result
    function.argtypes = arguments
    return function


_raw = _ctypes.CDLL(_library._name)
_address = _ctypes.c_void_p
read_at = _function("octostore_raw_read_at", _ctypes.c_int, _ctypes.c_uint64, _ctypes.c_uint64, _address, _ctypes.c_size_t, _address)
_of_run = (_ctypes.c_uint64, _ctypes.c_char_p, _ctypes.c_size_t)
_at = (_ctypes.c_int64, _ctypes.c_int64)
log_metric = _function("octostore_raw_log_metric", _ctypes.c_uint64, *_of_run, _ctypes.c_double, *_at)
log_metrics = _function("octostore_raw_log_metrics", _ctypes.c_uint64, *_of_run, _address, _ctypes.c_size_t, *_at)
tell_python = _function("octostore_raw_python", None, _address, _address)
stream_new = _function("octostore_raw_stream_new", _address)
stream_free = _function("octostore_raw_stream_free", None, _address)
schema_new = _function("octostore_raw_schema_new", _address)
schema_free = _function("octostore_raw_schema_free", None, _address)


def _renew_lock() -> None:
    """In a child of fork: the thread that held the lock of uniffi's map of callbacks is not here to give it back."""
    _generated._UniffiCallbackInterfaceFfiConverter._handle_map._lock = _threading.Lock()


if hasattr(_os, "register_at_fork"):
    _os.register_at_fork(after_in_child=_renew_lock)
