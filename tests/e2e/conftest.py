"""Repositories and stores for the acceptance tests. OCTOSTORE_TEST_STORE puts the stores below another store's URL, such as a
bucket of a real server."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
import uuid
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("OCTOSTORE_TEST_CACHE") or ROOT / "tests/.cache")

#: MLflow's client, the newest of each major version that can be had.
MLFLOW = {version: [f"mlflow-skinny=={version}", "numpy==2.4.6", "pandas==3.1.1", "pyarrow==26.0.1"] for version in ("2.22.5", "3.17.2")}


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


@pytest.fixture(scope="session")
def package(tmp_path_factory) -> Path:
    """The Python package of the same build as the command, with what pip would write about it."""
    built = Path(os.path.realpath(shutil.which("octostore") or "")).parent
    place = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT / "bindings/python/src/octostore", place / "octostore")
    native = place / "octostore/_octostore"
    native.mkdir()
    library = shutil.copy(built / "liboctostore_uniffi.so", native)
    subprocess.run(
        [built / "uniffi-bindgen", "generate", "--no-format", "--language", "python", "--out-dir", native, "--library", library], check=True
    )
    (native / "__init__.py").write_text("from .octostore_uniffi import *\n")
    project = tomllib.loads((ROOT / "bindings/python/pyproject.toml").read_text())["project"]
    info = place / "octostore-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: octostore\nVersion: 0.1.0\n")
    groups = [f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()) for group, points in project["entry-points"].items()]
    (info / "entry_points.txt").write_text("\n".join(groups))
    return place


@pytest.fixture(scope="session")
def python_with():
    """Gives the Python of an environment with these packages, which is made once and kept."""

    def make(packages: list[str]) -> Path:
        key = hashlib.sha256("\n".join(packages).encode()).hexdigest()[:12]
        venv = CACHE / f"python-e2e-{key}"
        CACHE.mkdir(parents=True, exist_ok=True)
        with open(f"{venv}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (venv / ".complete").exists():
                subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
                subprocess.run([venv / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *packages], check=True)
                (venv / ".complete").touch()
        return venv / "bin/python"

    return make
