"""Which program git shall call for its filter and hooks."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from ._types import AnyPath


def program_for_git(wanted: AnyPath | None = None) -> bytes | None:
    """What the user says, the octostore command on the PATH, or this package's own program."""
    ours = Path(sys.executable).with_name("octostore-git")
    found = wanted or shutil.which("octostore") or shutil.which("octostore-git") or (ours if ours.exists() else None)
    return None if found is None else os.fsencode(found)
