"""What git calls: its filter process and hooks, also as a program for where no octostore command is installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from . import _native
from ._calls import translated
from ._errors import Error
from ._types import AnyPath, Context


@translated
def filter_process(*, context: Context | None = None) -> None:
    """Serves git's long-running filter process on standard input and output until git ends it."""
    _native.filter_process((context or Context())._native)


@translated
def run_hook(name: str, args: Sequence[AnyPath] = (), *, context: Context | None = None) -> None:
    """Runs a hook by its name, with the arguments and standard input that git gave it."""
    _native.run_hook((context or Context())._native, name, [os.fsdecode(a) for a in args])


def main() -> None:
    args = sys.argv[1:]
    try:
        if args[:1] == ["filter-process"]:
            filter_process()
        elif args[:1] == ["hook"] and len(args) > 1:
            run_hook(args[1], args[2:])
        else:
            raise SystemExit("usage: octostore-git filter-process | hook NAME ...   (called by git)")
    except Error as e:
        print(f"error: {e.message}", f"help: {e.hint}", sep="\n", file=sys.stderr)
        raise SystemExit(3) from None
