"""Reading: straight into the caller's memory, from many threads, with the library's errors."""

from __future__ import annotations

import array
import io
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import octostore

from .conftest import commit


@pytest.fixture
def data(repo: octostore.Repo) -> bytes:
    data = os.urandom(3_000_000)
    commit(repo, "x.bin", data)
    return data


def test_any_writable_buffer_is_filled(repo: octostore.Repo, data: bytes) -> None:
    with repo.open_file("data/x.bin", buffering=0) as f:
        numbers = np.zeros((500, 1000), np.uint16)
        assert f.readinto(numbers) == 1_000_000 and numbers.tobytes() == data[:1_000_000] and f.tell() == 1_000_000
        rooms: list[Any] = [bytearray(1000), memoryview(bytearray(2000))[500:1500], array.array("d", bytes(1000)), np.zeros(125)]
        for room in rooms:
            assert f.readinto_at(2_345_678, room) == 1000
            assert bytes(memoryview(room).cast("B")) == data[2_345_678:2_346_678]
        tail = bytearray(b"-" * 10)
        assert f.readinto_at(len(data) - 4, tail) == 4 and bytes(tail) == data[-4:] + b"------"
        assert f.readinto_at(len(data), tail) == 0 and f.readinto_at(0, bytearray()) == 0


def test_what_cannot_be_filled_is_refused(repo: octostore.Repo, data: bytes) -> None:
    with repo.open_file("data/x.bin", buffering=0) as f:
        rooms: list[Any] = [b"constant", np.zeros((10, 10))[:, ::2]]
        for room in rooms:
            with pytest.raises((TypeError, ValueError, BufferError)):
                f.readinto(room)
        with pytest.raises(ValueError, match="negative"):
            f.read_at(-1, 5)
        with pytest.raises(ValueError, match="negative"):
            f.readinto_at(-1, bytearray(5))
        assert f.read_at(2**70, 5) == b"" and f.read_at(0, 0) == b"" and f.read_at(0, 1) == data[:1]
    for call in (lambda: f.read_at(0, 1), lambda: f.readinto(bytearray(1)), lambda: f.size, lambda: f.seek(0)):
        with pytest.raises(ValueError, match="closed"):
            call()


def test_a_buffer_that_is_being_filled_cannot_be_resized(repo: octostore.Repo) -> None:
    commit(repo, "large", b"x" * 64_000_000)
    room = bytearray(64_000_000)
    refused = threading.Event()
    done = threading.Event()

    def resize() -> None:
        while not done.is_set() and not refused.is_set():
            try:
                room.extend(b"y")
                del room[-1:]
            except BufferError:
                refused.set()

    with repo.open_file("data/large", buffering=0) as f:
        thread = threading.Thread(target=resize)
        thread.start()
        while not refused.is_set():
            f.readinto_at(0, room)
        done.set()
        thread.join()
    assert room.count(b"x") == 64_000_000


def test_sixteen_threads_read_one_file(repo: octostore.Repo, data: bytes) -> None:
    wrong: list[int] = []
    with repo.open_file("data/x.bin", buffering=0) as f:

        def read(seed: int) -> None:
            order = np.random.default_rng(seed).integers(0, len(data) - 5000, 200)
            for at in map(int, order):
                if f.read_at(at, 4999) != data[at : at + 4999]:
                    wrong.append(at)

        threads = [threading.Thread(target=read, args=(n,)) for n in range(16)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    assert not wrong


def test_a_failure_of_a_read_is_an_error_with_its_code(repo: octostore.Repo, data: bytes) -> None:
    f = repo.open_file("data/x.bin", buffering=0)
    git_dir = repo.work_dir / ".git"
    packs = [p for p in git_dir.rglob("*") if p.is_file() and "octostore" in p.parts and p.stat().st_size > 100_000]
    assert packs
    for pack in packs:
        pack.chmod(0o644)
        with open(pack, "r+b") as damaged:
            for at in range(0, pack.stat().st_size, 1000):
                damaged.seek(at)
                damaged.write(b"damage")
    with pytest.raises(octostore.CorruptError) as caught:
        f.readall()
    assert "damaged" in caught.value.message
    with pytest.raises(octostore.CorruptError):
        f.readinto(bytearray(1_000_000))


def test_other_threads_go_on_during_a_read(repo: octostore.Repo) -> None:
    commit(repo, "large", b"0123456789abcdef" * 16_000_000)
    steps = 0
    stop = threading.Event()

    def count() -> None:
        nonlocal steps
        while not stop.is_set():
            steps += 1

    with repo.open_file("data/large", buffering=0) as f:
        room = np.zeros(f.size, np.uint8)
        thread = threading.Thread(target=count)
        thread.start()
        before = steps
        # One call of the library: between calls anybody could run.
        f.readinto(room[: 32 << 20])
        during = steps - before
        stop.set()
        thread.join()
    assert during > 1000, "the interpreter was blocked"


def test_a_buffered_file_reads_lines_and_text(repo: octostore.Repo, tmp_path: Path) -> None:
    commit(repo, "lines", "".join(f"Zeile {n} äöü\n" for n in range(50_000)).encode())
    with repo.open_file(Path("data") / "lines") as f, io.TextIOWrapper(f, "utf-8") as text:
        assert sum(1 for _ in text) == 50_000
