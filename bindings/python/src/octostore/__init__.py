"""The git experience for data.

Start with :func:`open`; :class:`Repo` has a method for each verb; :func:`load` gives the rows of a table; :func:`start` begins a run. Errors are subclasses of :class:`Error`.
"""

from ._errors import ERRORS, Error
from ._errors import *  # noqa: F403  one class for each code
from ._arrow import Rows, Table
from ._dataset import Dataset, load
from ._documents import Document
from ._file import File
from ._git import filter_process, run_hook
from ._progress import show_progress
from ._repo import Repo, clone, clone_async, init, init_async, open
from ._runs import Run, Runs
from ._session import (
    active_run,
    end,
    log_artifact,
    log_figure,
    log_input,
    log_metric,
    log_metrics,
    log_param,
    log_params,
    log_table,
    log_text,
    set_tag,
    set_tags,
    start,
)
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
    LogRecord,
    Pointer,
    Problem,
    Progress,
    PullReport,
    PushReport,
    Resolved,
    StoredRange,
    StoreInfo,
    WriteReport,
)
from . import _errors, _native

#: The version of the library.
__version__: str = _native.version()


def has_feature(name: str) -> bool:
    """Whether the library was built with a feature: ``s3``, ``azure``, ``gcs``, ``tabular``, ``env`` or ``runs``."""
    return bool(_native.has_feature(name))


__all__ = [
    "ERRORS",
    "AddReport",
    "Cancel",
    "Context",
    "CopyReport",
    "Dataset",
    "Document",
    "DropReport",
    "Entry",
    "Error",
    "File",
    "FileStatus",
    "FsckReport",
    "LogEntry",
    "LogRecord",
    "Pointer",
    "Problem",
    "Progress",
    "PullReport",
    "PushReport",
    "Repo",
    "Resolved",
    "Rows",
    "Run",
    "Runs",
    "StoreInfo",
    "StoredRange",
    "Table",
    "WriteReport",
    "__version__",
    "active_run",
    "clone",
    "clone_async",
    "end",
    "filter_process",
    "has_feature",
    "init",
    "init_async",
    "load",
    "log_artifact",
    "log_figure",
    "log_input",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "log_table",
    "log_text",
    "open",
    "run_hook",
    "set_tag",
    "set_tags",
    "show_progress",
    "start",
]
__all__ += _errors.__all__
