"""Children of fork, many threads, a library of another build."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

import octostore

from .conftest import commit

_parents: list[octostore.Repo] = []


def _read(n: int) -> int:
    """In a child: with the parent's repository."""
    (repo,) = _parents
    with repo.open_file("data/x") as f:
        f.seek(n)
        return len(f.read()) + len(repo.status(progress=lambda _: None)) + repo.fsck(store=True).files


def test_children_of_fork_go_on_with_the_parents_repository(repo: octostore.Repo) -> None:
    commit(repo, "x", b"x" * 100_000)
    repo.push()
    _parents[:] = [repo]
    # Its threads are started here, and missing in the child.
    assert _read(0) > 100_000
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(2, mp_context=fork) as pool:
        results = list(pool.map(_read, range(6)))
    assert results == [results[0] - n for n in range(6)]
    assert _read(0) == results[0]


def test_a_child_forked_while_other_threads_call_works(repo: octostore.Repo) -> None:
    commit(repo, "x", b"x" * 1_000_000)
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            repo.status(progress=lambda _: None)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for t in threads:
        t.start()
    try:
        for _ in range(10):
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    ok = len(octostore.open(repo.work_dir).open_file("data/x").read()) == 1_000_000
                    code = 0 if ok and len(repo.status(progress=lambda _: None)) == 1 else 2
                finally:
                    os._exit(code)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        for t in threads:
            t.join()


def test_sixteen_threads_share_a_repository(repo: octostore.Repo) -> None:
    contents = {f"f{n}": os.urandom(200_000) for n in range(4)}
    for name, content in contents.items():
        commit(repo, name, content)
    wrong: list[str] = []

    def work(seed: int) -> None:
        rng = random.Random(seed)
        try:
            for _ in range(30):
                name, content = rng.choice(list(contents.items()))
                choice = rng.randrange(4)
                if choice == 0 and len(repo.status()) != 4:
                    wrong.append("status")
                elif choice == 1 and [e.path for e in repo.ls("HEAD", f"data/{name}")] != [f"data/{name}"]:
                    wrong.append("ls")
                elif choice == 2:
                    token = octostore.Cancel()
                    token.cancel()
                    with pytest.raises(octostore.CancelledError):
                        repo.add(f"data/{name}", cancel=token)
                else:
                    at = rng.randrange(150_000)
                    with repo.open_file(f"data/{name}", buffering=0) as f:
                        if f.read_at(at, 40_000) != content[at : at + 40_000]:
                            wrong.append("read")
        except BaseException as e:
            wrong.append(repr(e))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def other_package(tmp_path: Path) -> Path:
    copy = tmp_path / "site/octostore"
    shutil.copytree(Path(octostore.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def what_import_says(copy: Path) -> str:
    env = {**os.environ, "PYTHONPATH": os.fspath(copy.parent)}
    done = subprocess.run([sys.executable, "-P", "-c", "import octostore"], env=env, capture_output=True, text=True)
    assert done.returncode == 1
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize("version", ["0.0.9", "9.0.0"])
def test_a_library_of_another_version_is_refused_by_name(tmp_path: Path, version: str) -> None:
    copy = other_package(tmp_path)
    native = copy / "_native.py"
    text = native.read_text()
    native.unlink()
    native.write_text(text.replace(f'EXPECTED = "{octostore.__version__}"', f'EXPECTED = "{version}"'))
    said = what_import_says(copy)
    assert said.startswith("ImportError") and version in said and octostore.__version__ in said and "pip install" in said


@pytest.mark.parametrize(
    "change",
    [
        ("_octostore/octostore_uniffi.py", "_checksum_method_repo_add() != ", "_checksum_method_repo_add() == "),
        ("_octostore/octostore_uniffi.py", "bindings_contract_version = ", "bindings_contract_version = 9"),
        ("_octostore/octostore_uniffi.py", "checksum_method_repo_add", "checksum_method_repo_subtract"),
        ("_native.py", "octostore_raw_read_at", "octostore_raw_read_backwards"),
    ],
)
def test_a_library_of_another_build_is_refused_by_name(tmp_path: Path, change: tuple[str, str, str]) -> None:
    copy = other_package(tmp_path)
    name, old, new = change
    text = (copy / name).read_text()
    assert old in text
    (copy / name).unlink()
    (copy / name).write_text(text.replace(old, new))
    said = what_import_says(copy)
    assert said.startswith("ImportError") and "another build" in said and "pip install" in said


def test_a_missing_library_is_an_import_error(tmp_path: Path) -> None:
    copy = other_package(tmp_path)
    for library in (copy / "_octostore").glob("*octostore_uniffi.*so*"):
        library.unlink()
    assert what_import_says(copy).startswith("ImportError")


def test_start_up_is_light() -> None:
    heavy = {"pandas", "numpy", "pyarrow", "fsspec", "tqdm", "asyncio", "logging"}
    script = "import octostore, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert not heavy & set(done.stdout.split())
