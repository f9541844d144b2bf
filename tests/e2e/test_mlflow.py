"""MLflow's own client on our folders of runs: through the plugin, and without it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from conftest import MLFLOW

# The newest that keeps files, and with --long what came before its third version.
OLD = pytest.mark.skipif(not os.environ.get("OCTOSTORE_LONG"), reason="MLflow 2: only with --long")
VERSIONS = pytest.mark.parametrize("version", [pytest.param(v, marks=OLD if v.startswith("2.") else ()) for v in MLFLOW])

WRITES = """
import sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("My study v1.2")
with mlflow.start_run(run_name="outer") as outer:
    mlflow.log_params({"depth": 3, "kind": "tree"})
    for step in range(5):
        mlflow.log_metric("val/loss", 1 / (step + 1), step=step)
    mlflow.log_metric("odd", float("nan"))
    mlflow.log_text("notes", "notes/a.txt")
    with mlflow.start_run(nested=True, run_name="inner"):
        mlflow.set_tag("fold", "1")
print(outer.info.run_id)
"""

READS = """
import sys, json, mlflow
from mlflow.entities import ViewType
mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
found = {}
for experiment in client.search_experiments(view_type=ViewType.ALL):
    for run in client.search_runs([experiment.experiment_id]):
        run = client.get_run(run.info.run_id)
        found[run.info.run_name] = {
            "experiment": experiment.name, "folder": experiment.experiment_id, "status": run.info.status, "id": run.info.run_id,
            "params": run.data.params, "metrics": sorted(run.data.metrics), "tags": run.data.tags,
            "history": {k: [[m.step, repr(m.value)] for m in client.get_metric_history(run.info.run_id, k)] for k in run.data.metrics},
            "inputs": [[i.dataset.name, i.dataset.digest, i.dataset.source_type] for i in run.inputs.dataset_inputs],
            "artifacts": [a.path for a in client.list_artifacts(run.info.run_id)], "uri": run.info.artifact_uri,
        }
print(json.dumps(found))
"""


def read(sh, python: Path, uri: str, where: Path, package: Path | None = None) -> dict:
    """What MLflow's client tells, in a process of its own; without the package it is MLflow alone."""
    env = {"MLFLOW_ALLOW_FILE_STORE": "true"} if package is None else {"PYTHONPATH": os.fspath(package)}
    return json.loads(sh(where, python, "-c", READS, uri, env=env).splitlines()[-1])


def lose_empty_folders(folder: Path) -> int:
    """As git does, which keeps none."""
    lost = 0
    for place, _, _ in os.walk(folder, topdown=False):
        if not os.listdir(place):
            os.rmdir(place)
            lost += 1
    return lost


@VERSIONS
def test_the_plugin_keeps_runs_that_can_be_moved_and_cut(sh, tmp_path, package, python_with, version):
    python, plugin = python_with(MLFLOW[version]), {"PYTHONPATH": os.fspath(package)}
    sh(tmp_path, python, "-c", WRITES, "octo:store", env=plugin)
    assert (tmp_path / "store/My-study-v1-2/meta.yaml").exists(), "a folder has its experiment's name"
    assert not (tmp_path / "store/0").exists()
    stock = read(sh, python, f"file://{tmp_path}/store", tmp_path)
    assert stock == read(sh, python, "octo:store", tmp_path, package), "MLflow alone reads the same"
    assert stock["outer"]["history"]["val/loss"] == [[step, repr(1 / (step + 1))] for step in range(5)]
    assert stock["outer"]["history"]["odd"] == [[0, "nan"]] and stock["outer"]["params"] == {"depth": "3", "kind": "tree"}
    assert stock["inner"]["tags"]["mlflow.parentRunId"] == stock["outer"]["id"]

    # Moved, without what git does not keep, and with a line that a crash cut off.
    shutil.move(tmp_path / "store", tmp_path / "clone")
    assert lose_empty_folders(tmp_path / "clone") >= 3
    run = tmp_path / "clone/My-study-v1-2" / stock["outer"]["id"]
    with open(run / "metrics/val/loss", "a") as f:
        f.write("17000000")
    clone = read(sh, python, "octo:clone", tmp_path, package)
    assert clone["outer"]["artifacts"] == ["notes"] and clone["outer"]["uri"] == (run / "artifacts").as_uri()
    assert {k: v for k, v in clone["outer"].items() if k != "uri"} == {k: v for k, v in stock["outer"].items() if k != "uri"}
    assert clone["inner"]["artifacts"] == []

    # Who writes on takes the cut line away, and then MLflow alone reads it too.
    script = f"import mlflow; mlflow.set_tracking_uri('octo:clone'); mlflow.MlflowClient().log_metric('{run.name}', 'val/loss', 0.1, step=5)"
    sh(tmp_path, python, "-c", script, env=plugin)
    again = read(sh, python, f"file://{tmp_path}/clone", tmp_path)
    assert again["outer"]["history"]["val/loss"][-1] == [5, "0.1"] and len(again["outer"]["history"]["val/loss"]) == 6


@VERSIONS
@pytest.mark.parametrize("told", ["", "file", "sqlite"])
def test_runs_of_a_program_nest_below_its_run_wherever_they_are_told_to_go(sh, tmp_path, package, python_with, version, told):
    python = python_with(MLFLOW[version])
    script = f"""
import os, mlflow, octostore
with octostore.start(experiment="session", name="whole"):
    {f'mlflow.set_tracking_uri("{told}:///{tmp_path}/elsewhere")' if told else ''}
    {'mlflow.set_experiment("Her own")' if told != "file" else 'del os.environ["MLFLOW_EXPERIMENT_NAME"]'}
    with mlflow.start_run(run_name="first"):
        mlflow.log_metric("m", 1.0)
        mlflow.start_run(nested=True, run_name="inner")
        mlflow.end_run()
    with mlflow.start_run(run_name="second"):
        pass
"""
    (tmp_path / "work").mkdir()
    sh(tmp_path / "work", python, "-c", script, env={"PYTHONPATH": os.fspath(package)})
    found = read(sh, python, f"file://{tmp_path}/work/runs", tmp_path)
    parents = {name: run["tags"].get("mlflow.parentRunId") for name, run in found.items()}
    whole, first = found["whole"]["id"], found["first"]["id"]
    assert parents == {"whole": None, "first": whole, "inner": first, "second": whole}
    assert {run["status"] for run in found.values()} == {"FINISHED"}
    assert found["first"]["folder"] == ("session" if told == "file" else "Her-own")
    assert not (tmp_path / "elsewhere").exists()
