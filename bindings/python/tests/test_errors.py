"""Errors: a class for each code, with all that the library says."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

import octostore

from .conftest import commit


def test_every_code_has_a_class() -> None:
    assert len(octostore.ERRORS) >= 30
    for code, cls in octostore.ERRORS.items():
        assert cls.code == code and issubclass(cls, octostore.Error) and cls.__doc__
        assert getattr(octostore, cls.__name__) is cls and cls.__name__ in octostore.__all__


def test_the_stub_names_every_class() -> None:
    stub = (Path(octostore.__file__).parent / "_errors.pyi").read_text()
    for cls in octostore.ERRORS.values():
        bases = ", ".join(b.__name__ for b in cls.__bases__)
        assert f"class {cls.__name__}({bases}): ..." in stub


def test_an_error_says_what_where_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(octostore.NotARepositoryError) as caught:
        octostore.open(tmp_path)
    error = caught.value
    assert os.fspath(tmp_path) in error.message and "git init" in error.hint
    assert error.name == "not_a_repository" and error.code == 2 and not error.retryable
    assert error.context["path"] == os.fspath(tmp_path)


def test_some_are_the_built_in_errors_too(repo: octostore.Repo) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        repo.add("data/none")
    assert caught.value.filename is not None and caught.value.filename.endswith("data/none")
    assert caught.value.errno == errno.ENOENT
    with pytest.raises(ValueError):
        repo.track("!x")
    with pytest.raises(octostore.StoreUrlInvalidError):
        repo.set_store("ftp://x/y")
    with pytest.raises(octostore.NotTrackedError):
        (repo.work_dir / "code.py").write_text("pass\n")
        repo.add("code.py")
    with pytest.raises(octostore.NotPushedError):
        commit(repo, "unpushed", b"x" * 1000)
        repo.drop("data/unpushed")
    with pytest.raises(octostore.UnsupportedPathError):
        (repo.work_dir / "data/link").symlink_to("unpushed")
        repo.add("data/link")
    with pytest.raises(octostore.PointerInvalidError):
        (repo.work_dir / "data/broken").write_text("octostore 1\noid blake3:zz\n")
        repo.add("data/broken")
    with pytest.raises(octostore.VersionTooNewError):
        (repo.work_dir / "data/broken").write_text("octostore 9\noid x\n")
        repo.add("data/broken")
    with pytest.raises(octostore.NotFoundError):
        repo.open_file("data/x", rev="no-such-revision")


def test_a_foreign_folder_is_no_store(repo: octostore.Repo, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/cat.jpg").write_bytes(b"meow")
    with pytest.raises(octostore.StoreForeignError, match="cat.jpg"):
        repo.set_store(os.fspath(tmp_path / "photos"))
    assert repo.store is not None and repo.store.url.endswith("/store")
