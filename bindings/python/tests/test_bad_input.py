"""What makes no sense is an exception of Python's or of ours, and the next call works."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Callable

import pytest

import octostore

from .conftest import commit

LONE = "\ud800"


def test_arguments_that_make_no_sense(repo: octostore.Repo, tmp_path: Path) -> None:
    commit(repo, "t.csv", b"n\n1\n")
    anything: Any = repo
    calls: list[Callable[[], object]] = [
        lambda: octostore.open("a\0b"),
        lambda: octostore.open(tmp_path / "none"),
        lambda: anything.add(5),
        lambda: anything.add([None]),
        lambda: repo.add("data/\0"),
        lambda: repo.add("../outside"),
        lambda: repo.add(""),
        lambda: repo.ls(LONE),
        lambda: repo.ls("HEAD\0"),
        lambda: repo.open_file("data/t.csv", rev="--help"),
        lambda: repo.log("data/t.csv", limit=-1),
        lambda: repo.log("data/t.csv", limit=2**64),
        lambda: anything.log("data/t.csv", limit="all"),
        lambda: repo.read_rows("data/t.csv", limit=2**64),
        lambda: repo.read_rows("data/t.csv", columns=[LONE]),
        lambda: anything.push(remote=5),
        lambda: repo.push(remote="no-such-remote"),
        lambda: repo.set_store(""),
        lambda: repo.set_store("s3://"),
        lambda: anything.fsck(cancel=5),
        lambda: anything.fsck(progress=5),
        lambda: octostore.Context(threads=-1),
        lambda: octostore.Context(memory=2**64),
        lambda: octostore.clone("no such thing", tmp_path / "clone"),
        lambda: octostore.run_hook("no-such-hook"),
    ]
    for n, call in enumerate(calls):
        with pytest.raises((octostore.Error, ValueError, TypeError, AttributeError)) as caught:
            call()
            pytest.fail(f"call {n} was taken")
        assert not isinstance(caught.value, octostore.InternalError), n  # type: ignore[attr-defined,unused-ignore]
        assert repo.store is not None
    assert [f.state for f in repo.status()] == ["present"]


def cancelled_at(tick: int, call: Callable[..., object]) -> bool:
    """Whether the call was still under way at this report of progress, which stops it."""
    token = octostore.Cancel()
    heard = 0

    def hear(_: octostore.Progress) -> None:
        nonlocal heard
        heard += 1
        if heard == tick:
            token.cancel()

    try:
        call(progress=hear, cancel=token)
    except octostore.CancelledError:
        return True
    return heard >= tick


def test_a_call_may_be_stopped_at_each_of_its_reports(repo: octostore.Repo, tmp_path: Path) -> None:
    for n in range(5):
        (repo.work_dir / f"data/f{n}").write_bytes(os.urandom(200_000))
    tick = 1
    while cancelled_at(tick, repo.add):
        tick += 1
        assert {s.state for s in repo.status()} <= {"untracked", "present"}
    assert tick > 3 and len(repo.ls()) == 5
    commit(repo, "last", b"x")
    tick = 1
    while cancelled_at(tick, repo.push):
        tick += 1
    assert tick > 2 and all(s.pushed for s in repo.status())
    clone = octostore.clone(os.fspath(repo.work_dir), tmp_path / "clone", data="none")
    tick = 1
    while cancelled_at(tick, clone.pull):
        tick += 1
    assert tick > 2 and {s.state for s in clone.status()} == {"present"}
    assert clone.fsck(store=True).problems == []
