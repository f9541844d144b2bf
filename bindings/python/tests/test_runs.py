"""Runs: the session of a program, what is written, and what is found again."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, assert_type

import pytest

import octostore

from .conftest import commit


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is no repository; no run of a test outlives it."""
    folder = tmp_path / "study"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("OCTOSTORE_RUN_ID", "OCTOSTORE_RUNS", "MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
        monkeypatch.delenv(name, raising=False)
    yield folder
    while octostore.active_run() is not None:
        octostore.end("KILLED")


def lines(run: octostore.Run, key: str) -> list[list[str]]:
    return [line.split(" ") for line in (run.dir / "metrics" / key).read_text().splitlines()]


def shown(run: octostore.Run | str) -> Any:
    return octostore.Runs().show(run if isinstance(run, str) else run.id).data


def test_a_run_is_written_as_it_goes_and_found_again(here: Path) -> None:
    with octostore.start("My study", "first", tags={"idea": 7}) as run:
        assert_type(run, octostore.Run)
        assert octostore.active_run() is run and run.experiment == "My study" and not run.ended
        assert run.dir.parents[1] == here / "runs" and run.dir.name == run.id and run.artifacts == run.dir / "artifacts"
        octostore.log_metric("loss", 0.5)
        octostore.log_metric("loss", 0.25, 1, time_ms=17)
        assert [line[1:] for line in lines(run, "loss")] == [["0.5", "0"], ["0.25", "1"]], "each line is there at once"
        assert lines(run, "loss")[1][0] == "17"
        octostore.log_metrics({"val/a": 1, "b": math.nan}, step=3)
        octostore.log_param("rate", 0.1)
        octostore.log_params({"kind": "tree", "depth": None})
        octostore.set_tag("note", "x")
        octostore.set_tags({"note": "y"})
        octostore.log_text("deep/notes.txt", "as expected")
        (here / "model.bin").write_bytes(b"weights")
        octostore.log_artifact("model.bin")
        octostore.log_artifact("model.bin", "models/best.bin")
    assert run.ended and octostore.active_run() is None
    record = shown(run)
    assert (record["status"], record["name"], record["experiment"]) == ("FINISHED", "first", "My study")
    assert record["params"] == {"rate": "0.1", "kind": "tree", "depth": "None"}
    assert record["tags"]["note"] == "y" and record["tags"]["idea"] == "7"
    assert record["histories"]["loss"]["value"] == [0.5, 0.25] and record["metrics"]["val/a"]["step"] == 3
    assert sorted(record["artifacts"]) == ["deep/notes.txt", "model.bin", "models/best.bin"]
    assert (run.dir / "artifacts/models/best.bin").read_bytes() == b"weights"


@pytest.mark.parametrize(("raised", "status"), [(ValueError, "FAILED"), (KeyboardInterrupt, "KILLED"), (SystemExit, "FINISHED")])
def test_a_run_ends_as_its_block_does(raised: type[BaseException], status: str) -> None:
    run = octostore.start()
    with pytest.raises(raised), run:
        raise raised
    assert shown(run)["status"] == status
    with pytest.raises(ValueError, match="has ended"):
        run.log_metric("a", 1)
    run.end()


def test_runs_nest_and_only_when_asked() -> None:
    outer = octostore.start(experiment="deep")
    with pytest.raises(octostore.InvalidArgumentError, match=outer.id):
        octostore.start()
    with octostore.start(nested=True, name="inner") as inner:
        octostore.log_metric("a", 1)
        assert inner.experiment == "deep"
    octostore.log_metric("a", 2)
    octostore.end()
    octostore.end()
    assert shown(inner)["tags"]["mlflow.parentRunId"] == outer.id
    assert shown(outer)["histories"]["a"]["value"] == [2]
    with pytest.raises(octostore.InvalidArgumentError, match="no run is active"):
        octostore.log_metric("a", 3)


def test_programs_that_are_started_meanwhile_write_to_the_run() -> None:
    script = """
import octostore
with octostore.start(tags={"child": "1"}) as run: octostore.log_metric("a", 1)
with octostore.start() as again: octostore.log_metric("a", 2)
assert run.id == again.id
octostore.log_param("late", "yes")
"""
    before = dict(os.environ)
    with octostore.start() as run:
        octostore.log_metric("a", 0)
        subprocess.run([sys.executable, "-c", script], check=True)
        assert shown(run)["status"] == "RUNNING", "the run is its beginner's to end"
        octostore.log_metric("a", 3)
        assert os.environ["MLFLOW_TRACKING_URI"] == (Path.cwd() / "runs").as_uri()
    assert dict(os.environ) == before
    record = shown(run)
    assert record["histories"]["a"]["value"] == [0, 1, 2, 3] and record["params"] == {"late": "yes"} and record["tags"]["child"] == "1"


@pytest.mark.parametrize(
    ("end", "status"), [("", "FINISHED"), ("raise ValueError", "FAILED"), ("import os; os._exit(0)", "KILLED")]
)
def test_a_program_that_forgets_its_run(end: str, status: str) -> None:
    script = f"import octostore\nprint(octostore.start().id, flush=True)\noctostore.log_metric('a', 1)\n{end}"
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    found = octostore.Runs().search().data["runs"]
    assert [(run["id"], run["status"]) for run in found] == [(done.stdout.decode().strip(), status)]


def test_data_is_recorded_where_a_run_was_asked_for(repo: octostore.Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(repo, "rain.csv", b"day,mm\n" + b"".join(b"%d,%d\n" % (n, n % 7) for n in range(1000)))
    monkeypatch.chdir(repo.work_dir)
    repo.split("data/rain.csv", parts={"train": 0.7, "test": 0.3})
    octostore.load("data/rain.csv")
    assert not (repo.work_dir / "runs").exists(), "loading alone begins nothing"
    with octostore.start() as run:
        octostore.load("data/rain.csv", "HEAD", split="train")
        (repo.work_dir / "loose.txt").write_text("not tracked")
        octostore.log_input("loose.txt", context="training")
    inputs = {data["name"]: data for data in shown(run)["inputs"]}
    assert set(inputs) == {"data/rain.csv", "loose.txt"}
    oid = repo.ls("HEAD")[0].oid.removeprefix("blake3:")
    assert inputs["data/rain.csv"]["digest"] == oid[:36] and inputs["loose.txt"]["context"] == "training"
    assert run.id in json.dumps(octostore.Runs().why("data/rain.csv").data)
    of_run = json.dumps(octostore.Runs().why(run.id).data)
    assert oid in of_run and "train" in of_run, "the whole version, and which part of it"
    status = subprocess.run(["git", "status", "--porcelain"], cwd=repo.work_dir, stdout=subprocess.PIPE, check=True)
    assert b"runs" not in status.stdout


def test_in_a_notebook_the_first_data_begins_the_run(repo: octostore.Repo, tmp_path: Path) -> None:
    commit(repo, "rain.csv", b"day,mm\n1,2\n")
    script = """
import sys, types
ipython = sys.modules["IPython"] = types.ModuleType("IPython")
ipython.get_ipython = lambda: object()
import octostore
octostore.load("data/rain.csv")
first = octostore.active_run()
assert octostore.start() is first
second = octostore.start(experiment="other")
assert first.ended and octostore.active_run() is second
print(first.id, second.id)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=repo.work_dir, stdout=subprocess.PIPE, check=True)
    for id in done.stdout.decode().split():
        record = octostore.Runs(repo.work_dir).show(id).data
        assert record["status"] == "FINISHED" and [data["name"] for data in record["inputs"]] == ["data/rain.csv"]


@pytest.mark.parametrize("key", ["", "../x", "a/../b", "/a", "a\nb", "a" * 251])
def test_what_no_metric_may_be_called(key: str) -> None:
    with octostore.start(capture=False) as run:
        with pytest.raises(octostore.InvalidArgumentError):
            octostore.log_metric(key, 1)
        with pytest.raises(octostore.InvalidArgumentError):
            octostore.log_metrics({"good": 1, key: 2})
        assert not list((run.dir / "metrics").iterdir()), "nothing is written"


def test_values_that_are_not_or_do_not_fit() -> None:
    with octostore.start(capture=False) as run:
        wrong: Any = "high"
        with pytest.raises(TypeError):
            octostore.log_metric("a", wrong)
        with pytest.raises(TypeError):
            octostore.log_metrics({"a": wrong})
        with pytest.raises(OverflowError):
            octostore.log_metric("a", 1, step=1 << 63)
        octostore.log_metric("a", -math.inf, step=-(1 << 63))
        octostore.log_metrics({})
        assert [line[1:] for line in lines(run, "a")] == [["-inf", str(-(1 << 63))]]
        octostore.log_param("p", 1)
        octostore.log_param("p", 1)
        with pytest.raises(octostore.AlreadyExistsError):
            octostore.log_param("p", 2)
        with pytest.raises(FileNotFoundError):
            octostore.log_artifact("there is none")
        with pytest.raises(octostore.InvalidArgumentError):
            octostore.log_text("../out.txt", "")
        with pytest.raises(TypeError, match="__arrow_c_stream__"):
            octostore.log_table("t.parquet", wrong)
        with pytest.raises(ValueError, match="parquet"):
            octostore.log_table("t.csv", wrong)


def test_numbers_of_numpy_are_numbers() -> None:
    numpy = pytest.importorskip("numpy")
    with octostore.start(capture=False) as run:
        octostore.log_metric("a", numpy.float32(0.5), step=numpy.int64(3))
        octostore.log_metrics({"a": numpy.float64(0.25)}, step=numpy.int32(4))
        assert [line[1:] for line in lines(run, "a")] == [["0.5", "3"], ["0.25", "4"]]


def test_tables_and_figures_are_artifacts() -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")

    class Figure:
        def savefig(self, fname: str, **options: Any) -> None:
            Path(fname).write_text(f"{Path(fname).suffix} {options}")

    with octostore.start(capture=False) as run:
        octostore.log_table("rows/all.parquet", pyarrow.table({"n": [1, 2, 3]}))
        octostore.log_figure("curve.png", Figure(), dpi=100)
    assert parquet.read_table(run.dir / "artifacts/rows/all.parquet").to_pydict() == {"n": [1, 2, 3]}
    assert (run.dir / "artifacts/curve.png").read_text() == ".png {'dpi': 100}"


def test_many_threads_write_to_one_run() -> None:
    with octostore.start(capture=False) as run:

        def write(name: str) -> None:
            for step in range(500):
                octostore.log_metrics({name: step, "all": step}, step)

        threads = [threading.Thread(target=write, args=(f"t{n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(lines(run, "all")) == 2000
        assert [int(step) for _, _, step in lines(run, "t3")] == list(range(500))


def test_runs_of_a_folder(here: Path) -> None:
    runs = octostore.Runs(here)
    assert runs.search().data["runs"] == [] and not (here / "runs").exists(), "looking makes nothing"
    made = [runs.start("e", f"run {n}", capture=False) for n in range(4)]
    for n, run in enumerate(made):
        run.log_metric("loss", n)
        run.log_param("n", n)
        run.end("FAILED" if n == 3 else "FINISHED")
    names = [run["name"] for run in runs.search("metrics.loss < 3", order_by="metrics.loss DESC", limit=2).data["runs"]]
    assert names == ["run 2", "run 1"]
    assert [run["name"] for run in runs.search("attributes.status = 'FAILED'", experiment="e").data["runs"]] == ["run 3"]
    compared = runs.compare([made[0].id, made[1].id])
    assert "loss" in json.dumps(compared.data) and made[0].id in compared.text("compare.html")
    with runs.resume(made[3].id) as again:
        again.log_metric("loss", 9, step=1)
    assert shown(made[3].id)["status"] == "FINISHED" and shown(made[3].id)["histories"]["loss"]["value"] == [3, 9]
    runs.remove(made[3].id)
    assert len(runs.search().data["runs"]) == 3
    for name in ("runs.csv", "runs.jsonl", "runs.parquet"):
        runs.export(name)
        assert (here / name).stat().st_size > 10
    with pytest.raises(octostore.InvalidArgumentError):
        runs.search("metrics.loss <")
    with pytest.raises(octostore.NotFoundError):
        runs.show("0" * 32)


def test_a_program_is_run_as_a_run(here: Path) -> None:
    (here / "fails.py").write_text("import sys\nprint('seen', sys.argv[1:])\nsys.exit(3)\n")
    runs = octostore.Runs()
    assert runs.execute(["fails.py"], name="it", params={"rate": 0.1}) == 3
    [run] = runs.search().data["runs"]
    assert (run["name"], run["status"], run["params"]) == ("it", "FAILED", {"rate": "0.1"})
    assert "--rate=0.1" in (Path(run["dir"]) / "octostore/output.log").read_text()


def test_a_run_whose_folder_is_taken_away_says_so_and_data_is_there_all_the_same(
    repo: octostore.Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(repo, "rain.csv", b"day,mm\n1,2\n")
    monkeypatch.chdir(repo.work_dir)
    run = octostore.start(capture=False)
    shutil.rmtree(run.dir)
    with pytest.warns(RuntimeWarning, match="rain.csv"):
        rows = octostore.load("data/rain.csv")
    assert len(rows) == 1
    with pytest.raises(octostore.NotFoundError):
        octostore.log_text("a", "b")
    with pytest.raises(octostore.NotFoundError):
        octostore.end()
    with octostore.start(capture=False):
        octostore.log_text("a", "b")
