"""The twins to await: equal results, an event loop that never waits, cancelling that really stops."""

from __future__ import annotations

import asyncio
import gc
import inspect
import logging
import os
import threading
from pathlib import Path
from typing import Any

import pytest

import octostore

from .conftest import commit, run_git

BIG = 200_000_000


@pytest.fixture
def big(repo: octostore.Repo) -> octostore.Repo:
    block = os.urandom(1_000_000)
    with open(repo.work_dir / "data/big", "wb") as f:
        for n in range(BIG // len(block)):
            f.write(n.to_bytes(4, "little") + block[4:])
    return repo


def test_a_story_awaited_is_the_story(repo: octostore.Repo, tmp_path: Path) -> None:
    async def story() -> None:
        (repo.work_dir / "data/x").write_bytes(b"1" * 300_000)
        added = await repo.add_async("data/x")
        assert [e.path for e in added.files] == ["data/x"]
        commit(repo, "x", b"2" * 300_000)
        pushed, files, log = await asyncio.gather(repo.push_async(), repo.ls_async("HEAD"), repo.log_async("data/x"))
        assert pushed.files == 1 and files[0].size == 300_000 and len(log) == 1
        with await repo.open_file_async("data/x") as f:
            assert f.read() == b"2" * 300_000
        clone = await octostore.clone_async(os.fspath(repo.work_dir), tmp_path / "clone", data="none")
        assert [s.state for s in await clone.status_async()] == ["pointer"]
        assert (await clone.fetch_async()).files == 1 and (await clone.pull_async()).bytes == 300_000
        assert (await clone.drop_async("data/x")).files == 1
        assert (await clone.fsck_async(store=True)).problems == []
        assert (await clone.copy_store_async(tmp_path / "copy")).packs > 0
        assert (await clone.set_store_async(tmp_path / "copy")).accepted
        assert (await clone.resolve_async("data/x")).pointer.size == 300_000
        (tmp_path / "new").mkdir()
        run_git(tmp_path / "new", "init", "-q")
        assert (await octostore.init_async(tmp_path / "new", store=tmp_path / "s")).store is not None

    asyncio.run(story())


def test_every_long_call_has_a_twin_that_says_so() -> None:
    for holder in (octostore, octostore.Repo):
        for name, call in vars(holder).items():
            if inspect.isfunction(call) and "cancel" in inspect.signature(call).parameters and not name.endswith("_async"):
                twin = getattr(holder, f"{name}_async")
                assert inspect.iscoroutinefunction(twin) and twin.__name__ == f"{name}_async"
                assert inspect.signature(twin).parameters.keys() == inspect.signature(call).parameters.keys()
                assert twin.__doc__ and call.__doc__ and twin.__doc__.startswith(call.__doc__)


def test_the_loop_turns_and_progress_is_heard_in_it(big: octostore.Repo) -> None:
    async def run() -> None:
        turns = 0
        heard: list[octostore.Progress] = []

        def hear(p: octostore.Progress) -> None:
            assert threading.current_thread() is threading.main_thread() and asyncio.get_running_loop() is loop
            heard.append(p)

        async def turn() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0.001)

        loop = asyncio.get_running_loop()
        turning = asyncio.create_task(turn())
        await big.add_async("data/big", progress=hear)
        turning.cancel()
        assert turns > 20, "the loop stood still"
        assert heard[-1].done_bytes == heard[-1].total_bytes == BIG

    asyncio.run(run())


def library_threads() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "octostore-call"]


def test_cancelling_the_task_stops_the_work_and_waits_for_that(big: octostore.Repo) -> None:
    async def run() -> None:
        began = asyncio.Event()
        token = octostore.Cancel()
        task = asyncio.create_task(big.add_async("data/big", progress=lambda p: began.set(), cancel=token))
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # Its thread has nothing left to do but end.
        for thread in library_threads():
            thread.join(0.5)
        assert not library_threads()
        assert not token.cancelled, "the caller's token was used up"
        assert big.ls() == []
        assert len((await big.add_async("data/big", cancel=token)).files) == 1

    asyncio.run(run())


def test_a_time_limit_of_asyncio_stops_a_call(big: octostore.Repo) -> None:
    async def run() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(big.add_async("data/big"), 0.02)
        assert big.ls() == []

    asyncio.run(run())


def test_the_callers_token_stops_an_awaited_call(big: octostore.Repo) -> None:
    async def run() -> None:
        token = octostore.Cancel()
        with pytest.raises(octostore.CancelledError):
            await big.add_async("data/big", progress=lambda p: token.cancel(), cancel=token)
        with pytest.raises(octostore.CancelledError):
            await big.add_async("data/big", cancel=token)

    asyncio.run(run())


def test_what_a_callback_raises_comes_out_of_the_await(big: octostore.Repo) -> None:
    async def run() -> None:
        token = octostore.Cancel()

        def refuse(_: octostore.Progress) -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await big.add_async("data/big", progress=refuse, cancel=token)
        assert not token.cancelled and big.ls() == []

    asyncio.run(run())


def test_errors_are_the_same_and_a_closed_loop_hurts_nobody(repo: octostore.Repo, caplog: pytest.LogCaptureFixture) -> None:
    # asyncio says that a task was destroyed, which is what is tried here.
    caplog.set_level(logging.CRITICAL + 1, logger="asyncio")

    async def wrong() -> Any:
        with pytest.raises(FileNotFoundError):
            await repo.open_file_async("data/none")
        with pytest.raises(octostore.NotFoundError) as caught:
            await repo.add_async("data/none")
        assert caught.value.hint

    asyncio.run(wrong())

    # A loop that is gone while a call runs.
    loop = asyncio.new_event_loop()
    task = loop.create_task(repo.status_async())
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
    del task
    for thread in library_threads():
        thread.join(10)
    assert not library_threads() and repo.status() == []
    gc.collect()
