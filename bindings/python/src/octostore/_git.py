"""The program that git calls for its filter and hooks, where no octostore command is installed."""

from __future__ import annotations

import sys

from ._calls import translated
from ._errors import Error
from ._native import filter_process, run_hook
from ._types import Context


@translated
def _run(args: list[str]) -> None:
    context = Context()._native
    if args[:1] == ["filter-process"]:
        filter_process(context)
    elif args[:1] == ["hook"] and len(args) > 1:
        run_hook(context, args[1], args[2:])
    else:
        raise SystemExit("usage: octostore-git filter-process | hook NAME ...   (called by git)")


def main() -> None:
    try:
        _run(sys.argv[1:])
    except Error as e:
        print(f"error: {e.message}", f"help: {e.hint}", sep="\n", file=sys.stderr)
        raise SystemExit(3) from None
