"""A git repository with a store, made by git and octostore themselves."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import octostore

Git = Callable[..., str]


def run_git(folder: Path, *args: str | bytes) -> str:
    done = subprocess.run(["git", *args], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode(errors="surrogateescape").strip()


@pytest.fixture
def git() -> Git:
    return run_git


@pytest.fixture
def repo(tmp_path: Path) -> octostore.Repo:
    work = tmp_path / "work"
    (work / "data").mkdir(parents=True)
    run_git(work, "init", "-q", "-b", "main")
    run_git(work, "config", "user.name", "A")
    run_git(work, "config", "user.email", "a@example.org")
    repo = octostore.init(work, store=f"file://{tmp_path}/store")
    assert repo.track("data/") == ["data/**"]
    return repo


def commit(repo: octostore.Repo, name: str | bytes, content: bytes) -> None:
    """Adds a version of a file and commits it."""
    path = os.path.join(os.fsencode(repo.work_dir), b"data", os.fsencode(name))
    with open(path, "wb") as f:
        f.write(content)
    repo.add(b"data/" + os.fsencode(name))
    run_git(repo.work_dir, "add", ".gitattributes", ".octostore")
    run_git(repo.work_dir, "commit", "-qm", "a version")
