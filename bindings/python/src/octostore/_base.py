"""What every part of a repository's class needs: the native object, and paths as the library takes them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from ._handle import Handle
from ._types import AnyPath


def repo_path(path: AnyPath) -> bytes:
    """A path relative to the top of the repository, with ``/`` between its parts."""
    raw = os.fsencode(path)
    return raw.replace(os.fsencode(os.sep), b"/") if os.sep != "/" else raw


class RepoBase(Handle):
    """A native repository."""

    def __init__(self, native: Any) -> None:
        self._held = native

    def _path(self, path: AnyPath) -> bytes:
        """The path in the repository: given as such, or as an absolute path of the file system."""
        raw = os.fsencode(path)
        return bytes(self._native.path_from(raw)) if os.path.isabs(raw) else repo_path(raw)

    def _paths(self, paths: AnyPath | Iterable[AnyPath]) -> list[bytes]:
        several = [paths] if isinstance(paths, (str, bytes, os.PathLike)) else paths
        return [self._path(p) for p in several]
