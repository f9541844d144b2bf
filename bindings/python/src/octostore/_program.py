"""Which program git shall call for its filter and hooks."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from ._types import AnyPath


def own_command() -> Path | None:
    """The octostore command that was installed with this package."""
    ours = Path(sys.executable).with_name("octostore.exe" if os.name == "nt" else "octostore")
    return ours if ours.exists() else None


def program_for_git(wanted: AnyPath | None = None) -> bytes | None:
    """What the user says, the octostore command on the PATH, or this package's own."""
    found = wanted or shutil.which("octostore") or own_command()
    return None if found is None else os.fsencode(found)
