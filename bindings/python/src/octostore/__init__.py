"""The git experience for data.

Start with :func:`open`; :class:`Repo` has a method for each verb. Errors are subclasses of :class:`Error`.
"""

from ._errors import ERRORS, Error
from ._errors import *  # noqa: F403  one class for each code
from ._errors import __all__ as _error_names
from ._file import File
from ._repo import Repo, clone, init, open
from ._types import (
    AddReport,
    Cancel,
    Context,
    CopyReport,
    DropReport,
    Entry,
    FileStatus,
    FsckReport,
    LogEntry,
    Pointer,
    Problem,
    Progress,
    PullReport,
    PushReport,
    Resolved,
    StoredRange,
    StoreInfo,
)
from ._native import has_feature, version

__version__ = version()

__all__ = [
    "ERRORS",
    "AddReport",
    "Cancel",
    "Context",
    "CopyReport",
    "DropReport",
    "Entry",
    "Error",
    "File",
    "FileStatus",
    "FsckReport",
    "LogEntry",
    "Pointer",
    "Problem",
    "Progress",
    "PullReport",
    "PushReport",
    "Repo",
    "Resolved",
    "StoreInfo",
    "StoredRange",
    "__version__",
    "clone",
    "has_feature",
    "init",
    "open",
    *_error_names,
]
