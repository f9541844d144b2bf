"""Story 3: a data scientist logs what she does with MLflow as she always did, runs the file as a whole, and finds everything again, with
the data that it was made from. docs/runs.md is run too."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import MLFLOW
from test_mlflow import lose_empty_folders, read

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs/runs.md"

#: Nothing but MLflow and files, as it stood before she heard of octostore.
TRAIN = """
import argparse, csv, mlflow

parser = argparse.ArgumentParser()
parser.add_argument("--threshold", type=float, default=5.0)
threshold = parser.parse_args().threshold
days = list(csv.DictReader(open("data/weather.csv")))

with mlflow.start_run(run_name="threshold"):
    mlflow.log_param("threshold", threshold)
    for step, limit in enumerate([threshold * share for share in (0.2, 0.6, 1.0)]):
        right = sum((float(day["temp_max"]) < limit) == (day["weather"] == "snow") for day in days)
        mlflow.log_metric("accuracy", right / len(days), step=step)
    mlflow.log_text(f"snow below {limit}", "rule.txt")
    with mlflow.start_run(nested=True, run_name="fold"):
        mlflow.log_metric("accuracy", 0.5)
print("trained on", len(days), "days")
"""

#: The same as she tries it out: magics, a shell line, parameters in a cell of their own.
CELLS = [
    ("parameters", "threshold = 1.0"),
    (None, "%time import csv, mlflow\n!echo a line of the shell"),
    (None, "days = list(csv.DictReader(open('data/weather.csv')))"),
    (None, "async def count():\n    return len(days)\nnumber = await count()\nnumber"),
    (None, "with mlflow.start_run(run_name='in the notebook'):\n    mlflow.log_params({'threshold': threshold, 'days': number})"),
]

#: In a process of her own, with octostore.
BY_HAND = """
import octostore
octostore.open().split("data/weather.csv", parts={"train": 0.7, "test": 0.3}, seed=1)
with octostore.start(experiment="weather", name="by hand") as run:
    train = octostore.Table(octostore.load("data/weather.csv", split="train"))
    test = octostore.Table(octostore.load("data/weather.csv", split="test"))
    octostore.log_params({"train": train.rows, "test": test.rows})
    for step in range(100):
        octostore.log_metric("loss", 1 / (step + 1), step=step)
    octostore.log_metrics({"accuracy": 0.75, "val/accuracy": 0.5})
    octostore.log_text("report/notes.txt", "as expected")
    octostore.log_table("predictions.parquet", test)
    assert octostore.active_run() is run
print(run.id)
"""


def notebook(file: Path) -> None:
    cells = [
        {"cell_type": "code", "id": f"c{n}", "execution_count": None, "outputs": [], "source": source,
         "metadata": {"tags": [tag]} if tag else {}}
        for n, (tag, source) in enumerate(CELLS)
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}}
    file.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))


@pytest.fixture
def work(sh, store, tmp_path) -> Path:
    """A project whose data git add has versioned, and a script and a notebook."""
    work = tmp_path / "project"
    (work / "data").mkdir(parents=True)
    sh(work, "git", "init", "-q")
    sh(work, "octostore", "init", "--store", store())
    sh(work, "octostore", "track", "data/")
    shutil.copy(ROOT / "bindings/cli/tour-data/seattle-weather.csv", work / "data/weather.csv")
    (work / "train.py").write_text(TRAIN)
    notebook(work / "explore.ipynb")
    sh(work, "git", "add", "-A")
    sh(work, "git", "commit", "-qm", "Weather and a rule")
    return work


def test_what_she_did_is_there_again_with_its_data(sh, tmp_path, work, package, python_with):
    python, plugin = python_with(MLFLOW["3.17.2"]), {"PYTHONPATH": os.fspath(package)}

    # Her script as it is: by MLflow alone, then where the package is installed as well; a change that she did not commit is seen.
    said = sh(work, "octostore", "run", "--python", python, "--experiment", "weather", "--name", "whole", "train.py")
    assert "trained on 1461 days" in said
    with open(work / "train.py", "a") as f:
        f.write("# a thought\n")
    sh(work, "octostore", "run", "--python", python, "--experiment", "weather", "--name", "other", "train.py", "--threshold", "3", env=plugin)
    said = sh(work, "octostore", "run", "--python", python, "--experiment", "weather", "--name", "cells", "--param", "threshold=2.5",
              "explore.ipynb")
    assert "a line of the shell" in said and "1461" in said
    by_hand = sh(work, python, "-c", BY_HAND, env=plugin).split()[-1]

    # MLflow's own client, in a process that knows nothing of octostore.
    found = read(sh, python, f"file://{work}/runs", work)
    assert {run["experiment"] for run in found.values()} == {"weather"}
    assert {run["status"] for run in found.values()} == {"FINISHED"}
    parents = {name: run["tags"].get("mlflow.parentRunId") for name, run in found.items()}
    assert parents["in the notebook"] == found["cells"]["id"] and parents["whole"] is None
    # The last of that name is the second script's.
    assert parents["threshold"] in (found["whole"]["id"], found["other"]["id"]) and parents["fold"] == found["threshold"]["id"]
    assert found["in the notebook"]["params"] == {"threshold": "2.5", "days": "1461"}
    assert [step for step, _ in found["threshold"]["history"]["accuracy"]] == [0, 1, 2]
    assert found["threshold"]["artifacts"] == ["rule.txt"]
    commit = sh(work, "git", "rev-parse", "HEAD").strip()
    for name in ("whole", "other", "cells", "by hand"):
        assert found[name]["tags"]["mlflow.source.git.commit"] == commit, name
    hers = found["by hand"]
    assert hers["id"] == by_hand and int(hers["params"]["train"]) + int(hers["params"]["test"]) == 1461
    assert 0.6 < int(hers["params"]["train"]) / 1461 < 0.8
    assert [step for step, _ in hers["history"]["loss"]] == list(range(100)) and hers["metrics"] == ["accuracy", "loss", "val/accuracy"]
    assert {name for name, _, _ in hers["inputs"]} == {"data/weather.csv"}
    assert sorted(hers["artifacts"]) == ["predictions.parquet", "report"]

    # The command says the same.
    listed = {run["name"]: run for run in json.loads(sh(work, "octostore", "--json", "runs", "list", "--experiment", "weather"))["runs"]}
    assert listed["by hand"]["params"] == hers["params"] and listed["by hand"]["metrics"]["loss"]["step"] == 99
    best = json.loads(sh(work, "octostore", "--json", "runs", "list", "--filter", "metrics.loss < 0.1 and params.train != '0'"))["runs"]
    assert [run["id"] for run in best] == [by_hand]
    shown = json.loads(sh(work, "octostore", "--json", "runs", "show", by_hand))
    assert shown["histories"]["loss"]["step"] == list(range(100)) and shown["session"] is not None
    sh(work, "octostore", "runs", "compare", found["whole"]["id"], found["other"]["id"], "--html", "compare.html")
    page = (work / "compare.html").read_text()
    assert found["whole"]["id"] in page and not any(word in page for word in ('src="http', 'href="http', "url(http"))
    assert "a thought" in (work / "runs/weather" / found["other"]["id"] / "octostore/diff.patch").read_text()
    assert "trained on 1461 days" in (work / "runs/weather" / found["whole"]["id"] / "octostore/output.log").read_text()

    # Lineage, both ways; and git has nothing of it to commit.
    assert by_hand[:16] in sh(work, "octostore", "why", "data/weather.csv")
    assert "data/weather.csv" in sh(work, "octostore", "why", by_hand)
    assert "runs" not in sh(work, "git", "status", "--porcelain")

    # Moved, and copied without its empty folders, it is the same for MLflow.
    shutil.copytree(work / "runs", tmp_path / "elsewhere/runs")
    work.rename(tmp_path / "moved")
    lose_empty_folders(tmp_path / "elsewhere/runs")
    same = {name: {k: v for k, v in run.items() if k != "uri"} for name, run in found.items()}
    for place in (tmp_path / "moved", tmp_path / "elsewhere"):
        through = read(sh, python, f"octo:{place}/runs", place, package)
        assert {name: {k: v for k, v in run.items() if k != "uri"} for name, run in through.items()} == same
        sh(place, "octostore", "runs", "list")
        assert {name: run["params"] for name, run in read(sh, python, f"file://{place}/runs", place).items()} == {
            name: run["params"] for name, run in found.items()}


def test_a_program_that_fails_is_a_run_that_failed(sh, tmp_path, python_with):
    python = python_with(MLFLOW["3.17.2"])
    (tmp_path / "fails.py").write_text("import mlflow\nmlflow.log_metric('m', 1)\nraise SystemExit(7)\n")
    sh(tmp_path, "octostore", "run", "--python", python, "--name", "fails", "fails.py", code=7)
    runs = json.loads(sh(tmp_path, "octostore", "--json", "runs", "list", "--filter", "attributes.status = 'FAILED'"))["runs"]
    assert "fails" in {run["name"] for run in runs}
    # Without git, nothing is made up about it.
    assert "mlflow.source.git.commit" not in runs[0]["tags"]


def test_the_guide_runs(sh, tmp_path, package, python_with):
    """Each block is a program of its own: of the shell, or of Python. The command of the same build stands for the package's."""
    python = python_with(MLFLOW["3.17.2"])
    blocks = re.findall(r"```(sh|python)\n(.*?)```", GUIDE.read_text(), re.S)
    assert {language for language, _ in blocks} == {"sh", "python"} and len(blocks) >= 6
    env = {**sh.env, "PYTHONPATH": os.fspath(package), "PATH": os.pathsep.join([os.fspath(python.parent), os.environ["PATH"]])}
    env["VIRTUAL_ENV"] = os.fspath(python.parents[1])
    for language, block in blocks:
        command = ["sh", "-euc", block] if language == "sh" else [python, "-c", block]
        done = subprocess.run(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, f"{block}\n{done.stdout.decode()}"
