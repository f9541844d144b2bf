"""octostore:// for the programs that read through fsspec: an old revision, as they would read a file."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

import octostore

from .conftest import Git

duckdb: Any = pytest.importorskip("duckdb")
fsspec: Any = pytest.importorskip("fsspec")
pd: Any = pytest.importorskip("pandas")
pl: Any = pytest.importorskip("polars")
pa: Any = pytest.importorskip("pyarrow")
pq: Any = pytest.importorskip("pyarrow.parquet")
dataset: Any = pytest.importorskip("pyarrow.dataset")

CSV = "octostore://@v1/data/t.csv"
PARQUET = "octostore://@v1/data/deep/t.parquet"
N = [1, 2, 3]


@pytest.fixture
def work(repo: octostore.Repo, git: Git, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two revisions, of which v1 is the old one."""
    (repo.work_dir / "data/deep").mkdir()
    for n, tag in ((N, "v1"), ([9], "feature/x@2")):
        (repo.work_dir / "data/t.csv").write_text("n,s\n" + "".join(f"{i},row {i}\n" for i in n))
        pq.write_table(pa.table({"n": n}), repo.work_dir / "data/deep/t.parquet")
        repo.add()
        git(repo.work_dir, "add", ".gitattributes", ".octostore")
        git(repo.work_dir, "commit", "-qm", tag)
        git(repo.work_dir, "tag", tag)
    monkeypatch.chdir(repo.work_dir)
    return repo.work_dir


@pytest.fixture
def fs(work: Path) -> Any:
    return fsspec.filesystem("octostore", skip_instance_cache=True)


def test_pandas_reads_an_old_revision(work: Path) -> None:
    assert pd.read_csv(CSV)["n"].tolist() == N
    assert pd.read_parquet(PARQUET)["n"].tolist() == N
    assert pd.read_csv("octostore://data/t.csv")["n"].tolist() == [9]
    assert pd.read_csv("octostore://data/t.csv", storage_options={"rev": "v1"})["n"].tolist() == N


def test_a_repository_elsewhere_is_named_by_its_path(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert pd.read_csv(f"octostore://{work}@v1/data/t.csv")["n"].tolist() == N
    assert pd.read_csv("octostore://./work@v1/data/t.csv")["n"].tolist() == N
    options = {"repo": os.fspath(work), "rev": "v1"}
    assert pd.read_parquet("octostore://data/deep/t.parquet", storage_options=options)["n"].tolist() == N
    assert pd.read_csv(f"octostore://{work}@feature%2Fx%402/data/t.csv")["n"].tolist() == [9]


def test_pyarrow_reads_an_old_revision(work: Path, fs: Any) -> None:
    assert pq.read_table("@v1/data/deep/t.parquet", filesystem=fs)["n"].to_pylist() == N
    assert pq.read_table(f"fsspec+{PARQUET}")["n"].to_pylist() == N
    folder = dataset.dataset("@v1/data/deep", filesystem=fs, format="parquet")
    assert folder.to_table(filter=dataset.field("n") > 1)["n"].to_pylist() == [2, 3]


def test_polars_reads_an_old_revision(work: Path, fs: Any) -> None:
    assert pl.read_parquet(PARQUET, use_pyarrow=True)["n"].to_list() == N
    assert pl.read_csv(CSV, use_pyarrow=True)["n"].to_list() == N
    with fs.open("@v1/data/t.csv") as f:
        assert pl.read_csv(f)["n"].to_list() == N
    with fsspec.open(PARQUET) as f:
        assert pl.read_parquet(f)["n"].to_list() == N
    lazy = pl.scan_pyarrow_dataset(dataset.dataset("@v1/data/deep", filesystem=fs, format="parquet"))
    assert lazy.filter(pl.col("n") > 2).collect()["n"].to_list() == [3]


def test_duckdb_reads_an_old_revision_and_sees_a_new_one(work: Path, fs: Any, git: Git) -> None:
    with duckdb.connect() as con:
        con.register_filesystem(fs)
        assert con.sql(f"select n from read_csv('{CSV}')").fetchall() == [(n,) for n in N]
        assert con.sql(f"select sum(n) from '{PARQUET}'").fetchall() == [(6,)]
        assert con.sql("from read_parquet('octostore://@v1/data/*/*.parquet')").fetchall() == [(n,) for n in N]
        head = "select n from read_parquet('octostore://data/deep/t.parquet')"
        assert con.sql(head).fetchall() == [(9,)]
        pq.write_table(pa.table({"n": [8]}), work / "data/deep/t.parquet")
        octostore.open(work).add()
        git(work, "commit", "-qm", "third")
        assert con.sql(head).fetchall() == [(8,)], "what was read before is remembered"


def test_folders_are_listed_and_searched(fs: Any) -> None:
    assert fs.ls("@v1", detail=False) == ["@v1/data"]
    assert fs.ls("octostore://@v1/data", detail=False) == ["@v1/data/deep", "@v1/data/t.csv"]
    assert fs.ls("", detail=False) == ["data"]
    assert [(p, d, f) for p, d, f in fs.walk("data")] == [("data", ["deep"], ["t.csv"]), ("data/deep", [], ["t.parquet"])]
    assert fs.glob("@v1/**/*.parquet") == ["@v1/data/deep/t.parquet"] and fs.find("@v1") == ["@v1/data/deep/t.parquet", "@v1/data/t.csv"]
    info = fs.info(CSV)
    assert info["type"] == "file" and info["size"] == len("n,s\n") + 3 * len("1,row 1\n") and info["oid"].startswith("blake3:")
    assert fs.isdir("@v1/data") and fs.isfile("@v1/data/t.csv") and not fs.exists("@v1/none") and not fs.exists("@none/data")
    assert fs.checksum(CSV) != fs.checksum("data/t.csv") and fs.modified(CSV) != fs.modified("data/t.csv")
    with pytest.raises(FileNotFoundError):
        fs.ls("@v1/none")
    with pytest.raises(FileNotFoundError):
        fs.info("@none/data")
    with pytest.raises(IsADirectoryError):
        fs.open("data")
    with pytest.raises(ValueError, match="REVISION"):
        fs.ls("/some/where/data")


def test_many_ranges_come_at_once(fs: Any) -> None:
    got = fs.cat_ranges([CSV, "data/t.csv", "data/none", CSV], [0, 4, 0, -8], [3, None, 1, None])
    assert got[:2] == [b"n,s", b"9,row 9\n"] and isinstance(got[2], FileNotFoundError) and got[3] == b"3,row 3\n"
    with pytest.raises(FileNotFoundError):
        fs.cat_ranges(["data/none"], [0], [1], on_error="raise")
    assert fs.cat_file(CSV, 4, 7) == b"1,r"
    assert fs.cat("@v1/data/*.csv") == {"@v1/data/t.csv": b"n,s\n1,row 1\n2,row 2\n3,row 3\n"}


def test_nothing_can_be_written(fs: Any, work: Path) -> None:
    before = sorted(os.listdir(work / "data"))
    changes: list[Any] = [
        lambda: fs.open("data/t.csv", "wb"),
        lambda: fs.rm("data/t.csv"),
        lambda: fs.mkdir("data/more"),
        lambda: fs.pipe_file("data/y", b"y"),
        lambda: fs.mv("data/t.csv", "data/u.csv"),
        lambda: fs.touch("data/t.csv"),
    ]
    for change in changes:
        with pytest.raises(OSError, match="read-only"):
            change()
    assert sorted(os.listdir(work / "data")) == before


def test_files_are_files_and_the_file_system_travels(fs: Any, work: Path, tmp_path: Path) -> None:
    with fsspec.open(CSV, "rt") as text:
        assert text.readline() == "n,s\n"
    with fs.open(CSV) as f:
        assert f.size == 28 and f.seek(-8, os.SEEK_END) == 20 and f.read() == b"3,row 3\n"
    assert pickle.loads(pickle.dumps(fs)).ls("data", detail=False) == ["data/deep", "data/t.csv"]
    fs.get("@v1/data", os.fspath(tmp_path / "got"), recursive=True)
    assert (tmp_path / "got/t.csv").read_text().startswith("n,s\n1,row 1\n")
    os.chdir("/")
    assert fsspec.filesystem("octostore", repo=os.fspath(work), rev="v1").cat_file("data/t.csv")[4:5] == b"1"
