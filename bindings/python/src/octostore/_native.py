"""The generated module, wherever the build put it: its names are used in this package only."""

from ._octostore import *  # type: ignore[import-not-found,unused-ignore]  # noqa: F403
