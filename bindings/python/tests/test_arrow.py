"""Tables in and out: other programs take ours and give theirs, and nothing is copied."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import octostore

from .conftest import commit

pa: Any = pytest.importorskip("pyarrow")
pq: Any = pytest.importorskip("pyarrow.parquet")
pd: Any = pytest.importorskip("pandas")
pl: Any = pytest.importorskip("polars")
duckdb: Any = pytest.importorskip("duckdb")


def addresses(table: Any) -> list[int]:
    """Where the buffers of a table of pyarrow lie."""
    chunks = [chunk for column in table.columns for chunk in column.chunks]
    return [buffer.address for chunk in chunks for buffer in chunk.buffers() if buffer is not None and buffer.size]


def table_of(rows: int) -> Any:
    return pa.table({"n": range(rows), "x": [i / 2 for i in range(rows)], "s": [f"row {i}" for i in range(rows)]})


def test_a_table_is_neither_copied_in_nor_out() -> None:
    given = table_of(1000)
    ours = octostore.Table(given)
    assert (ours.rows, ours.columns, len(ours)) == (1000, 3, 1000)
    back = pa.table(ours)
    assert back.equals(given) and addresses(back) == addresses(given)
    assert addresses(pa.table(ours)) == addresses(given)
    assert pa.schema(ours) == given.schema
    again = pa.table(octostore.Table(ours))
    assert addresses(again) == addresses(given)
    # The rows outlive whoever gave them.
    wanted = given.to_pydict()
    del given, back, again
    gc.collect()
    assert pa.table(ours).to_pydict() == wanted
    last = pa.RecordBatchReader.from_stream(ours)
    ours.close()
    assert last.read_all().to_pydict() == wanted
    with pytest.raises(ValueError, match="Table is closed"):
        ours.rows


def test_the_programs_of_the_field_give_and_take() -> None:
    frame = pd.DataFrame({"n": [1, 2, 3]})
    for giver in (frame, pl.DataFrame(frame), pa.table(frame), duckdb.sql("select unnest([1, 2, 3]) as n")):
        ours = octostore.Table(giver)
        assert pa.table(ours)["n"].to_pylist() == [1, 2, 3]
        assert pl.DataFrame(ours)["n"].to_list() == [1, 2, 3]
        assert duckdb.sql("select sum(n) from ours").fetchall() == [(6,)]
    for nothing in (5, "text", None):
        with pytest.raises(TypeError, match="__arrow_c_stream__"):
            octostore.Table(nothing)  # type: ignore[arg-type]  # pyright: ignore


def test_rows_of_an_old_revision_come_as_a_stream(repo: octostore.Repo) -> None:
    pq.write_table(table_of(10_000), repo.work_dir / "data/t.parquet", row_group_size=1000)
    commit(repo, "t.csv", b"n,s\n1,one\n2,two\n")
    repo.add()
    commit(repo, "t.csv", b"n,s\n3,three\n")
    with repo.read_rows("data/t.csv", rev="HEAD~1") as rows:
        assert pa.table(rows).to_pydict() == {"n": [1, 2], "s": ["one", "two"]}
        with pytest.raises(octostore.InvalidArgumentError, match="given away"):
            rows.__arrow_c_stream__()
    assert pl.DataFrame(repo.read_rows("data/t.csv"))["s"].to_list() == ["three"]
    rows = repo.read_rows(Path("data/t.parquet"), columns=["s", "n"], limit=2500, batch_rows=1000)
    assert pa.schema(rows).names == ["n", "s"]
    batches = list(pa.RecordBatchReader.from_stream(rows))
    assert sum(b.num_rows for b in batches) == 2500 and max(b.num_rows for b in batches) <= 1000
    assert batches[0].column("n").to_pylist()[:3] == [0, 1, 2]
    with pytest.raises(octostore.Error):
        repo.read_rows("data/t.parquet", columns=["height"])
    with pytest.raises(FileNotFoundError):
        repo.read_rows("data/none.csv")
    with pytest.raises(ValueError):
        repo.read_rows("data/t.csv", limit=-1)


def test_rows_are_written_and_read_again(repo: octostore.Repo) -> None:
    given = table_of(5000)
    for name in ("t.parquet", "t.csv", "t.arrow", "t.jsonl"):
        report = repo.write_rows(f"data/{name}", pl.DataFrame(given))
        assert report.rows == 5000 and report.bytes == (repo.work_dir / "data" / name).stat().st_size
        repo.add(f"data/{name}")
        back = octostore.Table(repo.read_rows(f"data/{name}", rev=""))
        assert pl.DataFrame(back).select("n", "x", "s").equals(pl.DataFrame(given)), name
    with pytest.raises(octostore.Error):
        repo.write_rows("data/t.doc", given)


def test_a_stream_that_fails_leaves_no_file(repo: octostore.Repo) -> None:
    def batches() -> Any:
        yield pa.record_batch({"n": [1]})
        raise RuntimeError("the source is gone")

    reader = pa.RecordBatchReader.from_batches(pa.schema({"n": pa.int64()}), batches())
    with pytest.raises(octostore.Error, match="the source is gone"):
        repo.write_rows("data/t.parquet", reader)
    assert os.listdir(repo.work_dir / "data") == []
    broken = pa.RecordBatchReader.from_batches(pa.schema({"n": pa.int64()}), batches())
    with pytest.raises(octostore.Error, match="the source is gone"):
        octostore.Table(broken)


def test_a_capsule_that_was_used_is_refused() -> None:
    class Once:
        """Gives one capsule again and again."""

        def __init__(self) -> None:
            self.capsule = pa.table({"n": [1]}).__arrow_c_stream__()

        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return self.capsule

    once = Once()
    assert octostore.Table(once).rows == 1
    with pytest.raises(octostore.InvalidDataError, match="cannot be taken"):
        octostore.Table(once)
    once.capsule = pa.schema({"n": pa.int64()}).__arrow_c_schema__()
    with pytest.raises(ValueError, match="arrow_array_stream|capsule|Capsule"):
        octostore.Table(once)


def test_a_stream_that_nobody_reads_is_freed(repo: octostore.Repo) -> None:
    import resource

    ours = octostore.Table(pa.table({"n": range(1_000_000)}))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(2000):
        octostore.Table(ours)
        ours.__arrow_c_stream__()
    pa.table(ours)
    gc.collect()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
    commit(repo, "t.csv", b"n\n" + b"1\n" * 100)
    for _ in range(50):
        rows = repo.read_rows("data/t.csv")
        rows.__arrow_c_schema__()
        rows.__arrow_c_stream__()
        rows.close()
    closed = repo.read_rows("data/t.csv")
    closed.close()
    with pytest.raises(ValueError, match="closed"):
        closed.__arrow_c_stream__()


def test_capsules_that_outlive_python_break_nothing(repo: octostore.Repo) -> None:
    commit(repo, "t.csv", b"n\n" + b"1\n" * 100)
    script = """
import octostore, pyarrow, sys
repo = octostore.open(sys.argv[1])
kept = [octostore.Table(pyarrow.table({"n": [1]})).__arrow_c_stream__(), repo.read_rows("data/t.csv").__arrow_c_stream__()]
kept.append(repo.read_rows("data/t.csv").__arrow_c_schema__())
sys.kept = kept
loop = [kept]; loop.append(loop)
"""
    done = subprocess.run([sys.executable, "-c", script, os.fspath(repo.work_dir)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_other_threads_go_on_while_rows_are_read(repo: octostore.Repo) -> None:
    commit(repo, "t.csv", b"n,x\n" + b"".join(b"%d,%d.5\n" % (n, n) for n in range(300_000)))
    steps = 0
    stop = threading.Event()

    def count() -> None:
        nonlocal steps
        while not stop.is_set():
            steps += 1

    thread = threading.Thread(target=count)
    thread.start()
    rows = repo.read_rows("data/t.csv")
    before = steps
    table = octostore.Table(rows)
    during = steps - before
    stop.set()
    thread.join()
    assert table.rows == 300_000 and during > 1000, "the interpreter was blocked"


def test_a_million_rows_cross_without_a_copy() -> None:
    given = pa.table({"n": range(1_000_000), "x": [0.5] * 1_000_000})
    ours = octostore.Table(given)
    assert ours.rows == 1_000_000 and addresses(pa.table(ours)) == addresses(given)


def median_us(call: Any, times: int = 50) -> float:
    spent: list[float] = []
    for _ in range(times):
        started = time.process_time()
        for _ in range(10):
            call()
        spent.append(time.process_time() - started)
    return sorted(spent)[times // 2] * 1e5


def test_a_million_rows_cross_as_fast_as_ten() -> None:
    """A copy of a million rows takes milliseconds; the ratio is what shows that there is none."""
    many, few = (pa.table({"n": range(n), "x": [0.5] * n}) for n in (1_000_000, 10))
    ours_many, ours_few = octostore.Table(many), octostore.Table(few)
    for name, of_many, of_few in (
        ("in", lambda: octostore.Table(many), lambda: octostore.Table(few)),
        ("out", lambda: pa.table(ours_many), lambda: pa.table(ours_few)),
    ):
        slow, fast = median_us(of_many), median_us(of_few)
        print(f"| 1,000,000 rows {name} | {slow:.0f} us of CPU | 10 rows: {fast:.0f} us |")
        assert slow < fast * 5
