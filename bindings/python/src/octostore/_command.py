"""The command line, as ``octostore`` and ``python -m octostore``; and the short program that git calls."""

from __future__ import annotations

import os
import signal
import sys

from ._program import program_for_git


def main() -> None:
    """The whole command; it does not come back."""
    from ._native import run_command

    # The library handles Ctrl-C, and Python's own handler would wait for the library.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    arguments = ["octostore", *sys.argv[1:]]
    code = run_command([os.fsencode(a) for a in arguments], program_for_git())
    # Not sys.exit: the library may still have threads, which an interpreter that ends would wait for or break.
    sys.stdout.flush()
    os._exit(code)
