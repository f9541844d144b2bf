"""What git calls: its filter process and hooks."""

from __future__ import annotations

import os
from collections.abc import Sequence

from . import _native
from ._calls import translated
from ._types import AnyPath, Context


@translated
def filter_process(*, context: Context | None = None) -> None:
    """Serves git's long-running filter process on standard input and output until git ends it."""
    _native.filter_process((context or Context())._native)


@translated
def run_hook(name: str, args: Sequence[AnyPath] = (), *, context: Context | None = None) -> None:
    """Runs a hook by its name, with the arguments and standard input that git gave it."""
    _native.run_hook((context or Context())._native, name, [os.fsdecode(a) for a in args])
