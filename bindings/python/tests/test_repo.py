"""The first story in Python."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import octostore

from .conftest import Git, commit


def test_two_versions_and_a_range_of_the_old_one(repo: octostore.Repo, git: Git) -> None:
    old, new = os.urandom(400_000), os.urandom(300_000)
    commit(repo, "x.bin", old)
    commit(repo, "x.bin", new)
    assert git(repo.work_dir, "status", "--porcelain") == ""
    with repo.open_file("data/x.bin", rev="HEAD~1") as f:
        f.seek(123_456)
        assert f.read(70_000) == old[123_456:193_456]
        assert f.seek(-5, io.SEEK_END) == 399_995
        assert f.read() == old[-5:]
    assert [e.subject for e in repo.log("data/x.bin")] == ["a version", "a version"]
    (entry,) = repo.ls("HEAD")
    assert (entry.path, entry.size) == ("data/x.bin", 300_000)
    assert entry.oid.startswith("blake3:")


def test_push_clone_drop_pull(repo: octostore.Repo, tmp_path: Path, git: Git) -> None:
    data = os.urandom(500_000)
    commit(repo, "x.bin", data)
    (before,) = repo.status()
    assert (before.state, before.cached, before.pushed, before.staged) == ("present", True, False, False)
    pushed = repo.push()
    assert pushed.files == 1 and pushed.uploaded_bytes > 500_000
    clone = octostore.clone(os.fspath(repo.work_dir), tmp_path / "clone", data="none", copy_to=os.fspath(tmp_path / "other"))
    assert clone.store is not None and clone.store.local_only and clone.store.conditional_writes
    assert [f.state for f in clone.status()] == ["pointer"]
    assert clone.pull("*.bin").bytes == 500_000
    assert (tmp_path / "clone/data/x.bin").read_bytes() == data
    resolved = clone.resolve("data/x.bin")
    assert resolved.local == tmp_path / "clone/data/x.bin"
    assert sum(r.length for r in resolved.ranges) == 500_000
    assert clone.drop("data/x.bin").freed_bytes >= 500_000
    assert git(clone.work_dir, "status", "--porcelain") == ""
    report = clone.fsck(store=True)
    assert report.problems == [] and report.packs > 0


def test_a_file_is_what_readers_of_files_take(repo: octostore.Repo) -> None:
    commit(repo, "t.csv", "name,n\nä,1\nb,2\n".encode())
    with repo.open_file("data/t.csv") as f, io.TextIOWrapper(f, "utf-8") as text:
        assert list(csv.DictReader(text)) == [{"name": "ä", "n": "1"}, {"name": "b", "n": "2"}]
    buffered = repo.open_file("data/t.csv")
    raw = buffered.raw
    assert isinstance(raw, octostore.File)
    assert raw.size == 16 and raw.read_at(7, 2) == "ä".encode() and raw.tell() == 0
    raw.close()
    with pytest.raises(ValueError, match="closed"):
        raw.tell()
    with repo.open_file(repo.work_dir / "data/t.csv", buffering=0) as unbuffered:
        assert unbuffered.readall() == "name,n\nä,1\nb,2\n".encode() and unbuffered.read() == b""


def test_names_of_any_bytes_come_back(repo: octostore.Repo) -> None:
    for name in [b"a b", b"new\nline", b"\xff\xfe", "ä".encode()]:
        commit(repo, name, name * 10)
        assert repo.open_file(b"data/" + name).read() == name * 10
    paths = {os.fsencode(e.path) for e in repo.ls()}
    assert b"data/\xff\xfe" in paths and b"data/new\nline" in paths


def test_progress_is_heard_and_what_it_raises_ends_the_call(repo: octostore.Repo) -> None:
    (repo.work_dir / "data/big").write_bytes(os.urandom(30_000_000))
    heard: list[octostore.Progress] = []
    repo.add("data/big", progress=heard.append)
    assert {p.phase for p in heard} == {"add"} and heard[-1].total_bytes == 30_000_000

    def refuse(_: octostore.Progress) -> None:
        raise ZeroDivisionError

    (repo.work_dir / "data/big").write_bytes(os.urandom(30_000_000))
    with pytest.raises(ZeroDivisionError):
        repo.add("data/big", progress=refuse)


def test_a_call_is_cancelled_from_another_thread(repo: octostore.Repo) -> None:
    (repo.work_dir / "data/big").write_bytes(os.urandom(50_000_000))
    cancel = octostore.Cancel()
    began = threading.Event()
    failure: list[BaseException] = []

    def add() -> None:
        try:
            repo.add("data/big", progress=lambda _: began.set(), cancel=cancel)
        except octostore.Error as e:
            failure.append(e)

    thread = threading.Thread(target=add)
    thread.start()
    assert began.wait(10)
    cancel.cancel()
    thread.join(10)
    assert cancel.cancelled and isinstance(failure[0], octostore.CancelledError)  # type: ignore[attr-defined,unused-ignore]
    assert repo.ls() == []
    repo.add("data/big")
    assert len(repo.ls()) == 1


def test_other_threads_go_on_during_a_call(repo: octostore.Repo) -> None:
    (repo.work_dir / "data/big").write_bytes(os.urandom(100_000_000))
    stop = threading.Event()
    count = 0

    def spin() -> None:
        nonlocal count
        while not stop.is_set():
            count += 1

    thread = threading.Thread(target=spin)
    thread.start()
    before = count
    repo.add("data/big")
    during = count - before
    stop.set()
    thread.join()
    assert during > 1000, "the interpreter was blocked"


def test_ctrl_c_stops_a_call(repo: octostore.Repo) -> None:
    script = """
import octostore, os, signal, sys
repo = octostore.open(sys.argv[1])
pressed = []
def press(p):
    if p.done_bytes and len(pressed) < 2:
        pressed.append(os.kill(os.getpid(), signal.SIGINT))
try:
    repo.add("data/big", progress=press)
except KeyboardInterrupt:
    sys.exit(42)
"""
    (repo.work_dir / "data/big").write_bytes(os.urandom(80_000_000))
    done = subprocess.run([sys.executable, "-c", script, os.fspath(repo.work_dir)], stderr=subprocess.PIPE)
    assert done.returncode == 42, done.stderr.decode()
    assert repo.ls() == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_child_after_fork_opens_its_own(repo: octostore.Repo) -> None:
    commit(repo, "x", b"x" * 100_000)
    child = os.fork()
    if child == 0:
        ok = octostore.open(repo.work_dir).open_file("data/x").read() == b"x" * 100_000
        os._exit(0 if ok else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_git_works_where_only_the_package_is_installed(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = [f for f in os.environ["PATH"].split(os.pathsep) if not (Path(f) / "octostore").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join(folders))
    work = tmp_path / "work"
    (work / "data").mkdir(parents=True)
    git(work, "init", "-q", "-b", "main")
    git(work, "config", "user.name", "A")
    git(work, "config", "user.email", "a@example.org")
    repo = octostore.init(work, store=tmp_path / "store")
    repo.track("data/")
    data = os.urandom(5_000_000)
    (work / "data/x").write_bytes(data)
    git(work, "add", ".")
    git(work, "commit", "-qm", "x")
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(work, "push", "-q", os.fspath(tmp_path / "remote.git"), "main")
    assert repo.status()[0].pushed
    (work / "data/x").unlink()
    git(work, "checkout", "--", "data/x")
    assert (work / "data/x").read_bytes() == data
