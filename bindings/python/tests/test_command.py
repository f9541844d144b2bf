"""The command line that the package brings along: the same one, in a Python process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import octostore

from .conftest import Git, commit

SCRIPT = Path(sys.executable).with_name("octostore")


@pytest.fixture(params=["module", "script"])
def command(request: pytest.FixtureRequest) -> list[str]:
    return [sys.executable, "-m", "octostore"] if request.param == "module" else [os.fspath(SCRIPT)]


def run(command: list[str], *args: str | bytes, cwd: Path | None = None) -> Any:
    return subprocess.run([*command, *args], cwd=cwd, capture_output=True)


def test_it_is_the_whole_command_line(command: list[str], repo: octostore.Repo) -> None:
    commit(repo, "x", b"x" * 100_000)
    version = run(command, "--version")
    assert version.returncode == 0 and octostore.__version__.encode() in version.stdout
    status = run(command, "status", "--json", cwd=repo.work_dir)
    assert [f["path"] for f in json.loads(status.stdout)] == ["data/x"]
    cat = run(command, "cat", "HEAD:data/x", cwd=repo.work_dir)
    assert cat.stdout == b"x" * 100_000
    assert run(command, "push", cwd=repo.work_dir).returncode == 0
    assert run(command, "fsck", "--store", cwd=repo.work_dir).returncode == 0


def test_names_are_bytes_and_errors_have_exit_codes(command: list[str], repo: octostore.Repo, tmp_path: Path) -> None:
    (Path(os.fsdecode(os.fsencode(repo.work_dir) + b"/data/\xff"))).write_bytes(b"y")
    assert run(command, "add", b"data/\xff", cwd=repo.work_dir).returncode == 0
    assert [os.fsencode(e.path) for e in repo.ls()] == [b"data/\xff"]
    nowhere = run(command, "status", cwd=tmp_path)
    assert nowhere.returncode == 3 and b"help:" in nowhere.stderr and b"Traceback" not in nowhere.stderr
    assert run(command, "frobnicate").returncode == 2


def test_git_calls_the_command_that_the_package_installed(
    command: list[str], tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [f for f in os.environ["PATH"].split(os.pathsep) if not (Path(f) / "octostore").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join(folders))
    work = tmp_path / "work"
    git(tmp_path, "init", "-q", "-b", "main", "work")
    git(work, "config", "user.name", "A")
    git(work, "config", "user.email", "a@example.org")
    assert run(command, "init", "--store", os.fspath(tmp_path / "store"), cwd=work).returncode == 0
    assert run(command, "track", "data/", cwd=work).returncode == 0
    assert git(work, "config", "filter.octostore.process").split()[0].strip("'\"") == os.fspath(SCRIPT)
    (work / "data").mkdir()
    (work / "data/x").write_bytes(b"z" * 50_000)
    git(work, "add", ".")
    git(work, "commit", "-qm", "x")
    assert git(work, "show", "HEAD:data/x").startswith("octostore 1")
    (work / "data/x").unlink()
    git(work, "checkout", "--", "data/x")
    assert (work / "data/x").read_bytes() == b"z" * 50_000


def works(pid: int) -> bool:
    """Whether the library has started its threads in a process."""
    try:
        return any("octostore-" in name.read_text() for name in Path(f"/proc/{pid}/task").glob("*/comm"))
    except OSError:
        return False


def test_ctrl_c_ends_it_at_once_and_tidily(command: list[str], repo: octostore.Repo) -> None:
    block = os.urandom(1_000_000)
    with open(repo.work_dir / "data/big", "wb") as f:
        for n in range(300):
            f.write(n.to_bytes(4, "little") * 20 + block[80:])
    process = subprocess.Popen([*command, "--threads", "1", "add", "data/big"], cwd=repo.work_dir, stderr=subprocess.PIPE)
    while not works(process.pid):
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT) and b"Traceback" not in stderr
    assert repo.ls() == []


def test_who_reads_no_more_is_not_told(command: list[str], repo: octostore.Repo) -> None:
    commit(repo, "x", b"x" * 3_000_000)
    process = subprocess.Popen([*command, "cat", "HEAD:data/x"], cwd=repo.work_dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.read(10) == b"x" * 10
    process.stdout.close()
    assert process.stderr is not None and process.stderr.read() == b""
    assert process.wait(10) == 0
