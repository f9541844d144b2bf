"""The generated module, wherever the build put it: its names are used in this package only."""

from ._octostore import *  # type: ignore[import-not-found,unused-ignore]  # noqa: F403
from ._octostore.octostore_uniffi import InternalError as InternalError  # type: ignore[import-not-found,unused-ignore]
