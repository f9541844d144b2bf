"""Repositories and stores for the acceptance tests. OCTOSTORE_TEST_STORE puts the stores below another store's URL, such as a
bucket of a real server."""

from __future__ import annotations

import os
import subprocess
import uuid
from pathlib import Path

import pytest


class Shell:
    """Runs commands as a user would, and keeps what they need apart from the user's own settings."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = {**os.environ, "HOME": os.fspath(home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
        self.env.pop("GIT_CONFIG_GLOBAL", None)
        for key, value in [("user.name", "A Scientist"), ("user.email", "scientist@example.org"), ("init.defaultBranch", "main")]:
            self(home, "git", "config", "--global", key, value)

    def __call__(self, cwd: Path, *command: str | Path, code: int = 0, env: dict[str, str] | None = None) -> str:
        done = subprocess.run(command, cwd=cwd, env={**self.env, **(env or {})}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        said = done.stdout.decode() + done.stderr.decode()
        assert done.returncode == code, f"{command} gave {done.returncode}: {said}"
        self.stderr = done.stderr.decode()
        return done.stdout.decode()


@pytest.fixture
def sh(tmp_path: Path) -> Shell:
    home = tmp_path / "home"
    home.mkdir()
    return Shell(home)


@pytest.fixture
def store(tmp_path: Path):
    """Gives the URL of a store of this test by its name."""
    base = os.environ.get("OCTOSTORE_TEST_STORE")
    unique = uuid.uuid4().hex

    def url(name: str = "store") -> str:
        return f"{base}/{unique}/{name}" if base else f"file://{tmp_path}/{name}"

    return url
