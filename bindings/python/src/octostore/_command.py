"""The command line, as ``octostore`` and ``python -m octostore``."""

from __future__ import annotations

import os
import signal
import sys

from ._native import run_command
from ._program import own_command, program_for_git


def main() -> None:
    """The whole command; it does not come back."""
    # The library handles Ctrl-C, and Python's own handler would wait for the library.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    arguments = ["octostore", *sys.argv[1:]]
    # As everywhere, the command that makes a repository is the one that git calls from then on.
    code = run_command([os.fsencode(a) for a in arguments], program_for_git(own_command()))
    # Not sys.exit: the library may still have threads, which an interpreter that ends would wait for or break.
    os._exit(code)
