"""Showing progress, and whose token a call uses up: nobody's but its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import octostore

from .conftest import Git


def run_on_terminal(script: str, *args: str) -> str:
    """What a script says to a terminal."""
    import fcntl
    import pty
    import struct
    import termios

    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = subprocess.Popen([sys.executable, "-c", script, *args], stdin=child, stdout=child, stderr=child)
    os.close(child)
    said = b""
    while True:
        try:
            piece = os.read(parent, 65536)
        except OSError:
            break
        if not piece:
            break
        said += piece
    os.close(parent)
    assert process.wait() == 0, said.decode()
    return said.decode()


ADD = "import octostore, sys; octostore.open(sys.argv[1]).add('data/big', progress=True)"
WITHOUT_TQDM = "import sys; sys.modules['tqdm.auto'] = None\n"


@pytest.fixture
def work(repo: octostore.Repo) -> str:
    (repo.work_dir / "data/big").write_bytes(os.urandom(30_000_000))
    return os.fspath(repo.work_dir)


def test_a_terminal_shows_a_bar(work: str) -> None:
    said = run_on_terminal(ADD, work)
    assert "add" in said and "28.6M/28.6M" in said and "100%" in said


def test_a_terminal_shows_a_line_where_tqdm_is_missing(work: str) -> None:
    said = run_on_terminal(WITHOUT_TQDM + ADD, work)
    assert "add: 28.6 of 28.6 MiB" in said and "\r" in said


def test_elsewhere_a_short_call_says_nothing(work: str) -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_TQDM + ADD, work], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_show_progress_holds_for_all_calls_that_do_not_say_otherwise(work: str) -> None:
    script = """
import octostore, sys
octostore.show_progress()
repo = octostore.open(sys.argv[1])
heard = []
repo.add("data/big", progress=heard.append)
repo.fsck(progress=False)
assert heard
print("so far nothing is shown")
repo.fsck()
octostore.show_progress(False)
repo.fsck()
print("end")
"""
    said = run_on_terminal(script, work)
    before, _, after = said.partition("so far nothing is shown")
    assert "%" not in before and after.count("100%") >= 1


def test_bars_work_in_a_notebooks_loop(work: str) -> None:
    script = """
import asyncio, octostore, sys
async def main():
    await octostore.open(sys.argv[1]).add_async("data/big", progress=True)
asyncio.run(main())
"""
    assert "100%" in run_on_terminal(script, work)


def test_a_callback_that_raises_leaves_the_callers_token_alone(work: str) -> None:
    repo = octostore.open(work)
    token = octostore.Cancel()

    def refuse(_: octostore.Progress) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        repo.add("data/big", progress=refuse, cancel=token)
    assert not token.cancelled and repo.ls() == []
    assert len(repo.add("data/big", cancel=token).files) == 1


def test_one_token_stops_several_calls_and_later_ones(work: str) -> None:
    repo = octostore.open(work)
    token = octostore.Cancel()
    together = threading.Barrier(3)
    stopped: list[str] = []

    def run(name: str) -> None:
        first = True

        def wait(_: octostore.Progress) -> None:
            nonlocal first
            if first:
                first = False
                together.wait(10)
                while not token.cancelled:
                    pass

        try:
            repo.add("data/big", progress=wait, cancel=token) if name == "add" else repo.status(progress=wait, cancel=token)
        except octostore.CancelledError:
            stopped.append(name)

    other = octostore.open(work)
    assert other.status()[0].state == "untracked"
    threads = [threading.Thread(target=run, args=("add",)) for _ in range(2)]
    for t in threads:
        t.start()
    together.wait(10)
    token.cancel()
    for t in threads:
        t.join(20)
    assert stopped == ["add", "add"]
    with pytest.raises(octostore.CancelledError):
        repo.add("data/big", cancel=token)


def test_ctrl_c_leaves_the_callers_token_alone_and_nothing_half_done(work: str) -> None:
    script = """
import octostore, os, signal, sys
repo = octostore.open(sys.argv[1])
token = octostore.Cancel()
pressed = []
def press(p):
    if p.done_bytes and len(pressed) < 3:
        pressed.append(os.kill(os.getpid(), signal.SIGINT))
try:
    repo.add("data/big", progress=press, cancel=token)
except KeyboardInterrupt:
    pass
else:
    sys.exit("no interrupt")
assert pressed and not token.cancelled and repo.ls() == []
assert len(repo.add("data/big", cancel=token).files) == 1
"""
    done = subprocess.run([sys.executable, "-c", script, work], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_signal_handler_may_stop_a_call(work: str) -> None:
    script = """
import octostore, os, signal, sys
repo = octostore.open(sys.argv[1])
token = octostore.Cancel()
signal.signal(signal.SIGUSR1, lambda *_: token.cancel())
try:
    repo.add("data/big", progress=lambda p: os.kill(os.getpid(), signal.SIGUSR1), cancel=token)
except octostore.CancelledError:
    sys.exit(0)
sys.exit("it went on")
"""
    done = subprocess.run([sys.executable, "-c", script, work], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL


def test_a_log_tells_of_the_work(repo: octostore.Repo, caplog: pytest.LogCaptureFixture, git: Git) -> None:
    import logging

    records: list[octostore.LogRecord] = []
    (repo.work_dir / "data/x").write_bytes(b"x" * 1000)
    with octostore.Context(log=records.append, level="debug") as context:
        octostore.open(repo.work_dir, context=context).add()
    assert records and {r.level for r in records} <= {"error", "warn", "info", "debug"}
    caplog.set_level(logging.DEBUG, logger="data")
    with octostore.Context(log=logging.getLogger("data"), level="debug") as context:
        octostore.open(repo.work_dir, context=context).status()
    assert any(r.name == "data" for r in caplog.records)
    with pytest.raises(ValueError, match="level"):
        octostore.Context(log=records.append, level="loud")  # type: ignore[arg-type]  # pyright: ignore


def test_a_log_that_fails_stops_nothing(repo: octostore.Repo, capfd: pytest.CaptureFixture[str]) -> None:
    def fail(_: octostore.LogRecord) -> None:
        raise ZeroDivisionError("in the log")

    with octostore.Context(log=fail, level="debug") as context:
        assert octostore.open(repo.work_dir, context=context).status() == []
    assert "in the log" in capfd.readouterr().err


def test_what_is_closed_says_so(repo: octostore.Repo, tmp_path: Path) -> None:
    context = octostore.Context(threads=1)
    with octostore.open(repo.work_dir, context=context) as opened:
        assert opened.ls() == [] and not opened.closed
    assert opened.closed and "closed" in repr(opened)
    with pytest.raises(ValueError, match="Repo is closed"):
        opened.ls()
    opened.close()
    context.close()
    with pytest.raises(ValueError, match="Context is closed"):
        octostore.open(repo.work_dir, context=context)
    with pytest.raises(ValueError, match="closed"), opened:
        pass
