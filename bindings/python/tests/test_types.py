"""What type checkers make of the package; the same lines also run."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Coroutine
from typing import Any, assert_type

import octostore

from .conftest import commit


def test_types_are_what_is_given(repo: octostore.Repo) -> None:
    commit(repo, "x", b"n\n1\n")
    with octostore.open(repo.work_dir) as opened:
        assert_type(opened, octostore.Repo)
        assert_type(opened.status(progress=True), list[octostore.FileStatus])
        assert_type(opened.open_file("data/x"), io.BufferedReader)
        assert_type(opened.open_file("data/x", buffering=0), octostore.File)
        assert_type(opened.store, octostore.StoreInfo | None)
    push: Callable[..., Coroutine[Any, Any, octostore.PushReport]] = repo.push_async
    assert callable(push)


def test_twins_have_the_types_of_their_calls(repo: octostore.Repo) -> None:
    commit(repo, "x.csv", b"n\n1\n")

    async def story() -> None:
        assert_type(await repo.pull_async(["data"], progress=False), octostore.PullReport)
        assert_type(await repo.status_async(cancel=octostore.Cancel()), list[octostore.FileStatus])
        assert_type(await repo.open_file_async("data/x.csv"), io.BufferedReader)
        assert_type(await repo.open_file_async("data/x.csv", buffering=0), octostore.File)
        assert_type(await repo.read_rows_async("data/x.csv", limit=1), octostore.Rows)

    asyncio.run(story())


def wrong(repo: octostore.Repo) -> None:
    """Never called: each line is an error to a type checker, which says so where it is not."""
    repo.pull_async(cancel=5)  # type: ignore[arg-type,unused-coroutine]  # pyright: ignore[reportArgumentType, reportUnusedCoroutine]
    repo.push_async(recursive=True)  # type: ignore[call-arg,unused-coroutine]  # pyright: ignore[reportCallIssue]
    octostore.clone_async()  # type: ignore[call-arg,unused-coroutine]  # pyright: ignore[reportCallIssue]
    octostore.open(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
