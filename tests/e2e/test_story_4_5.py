"""Stories 4 and 5: a loose folder becomes a project that is pushed; a clone of it is ready to work in after one command, or says
before anything else that the machine will not do. docs/environments.md is run too."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

GUIDE = Path(__file__).resolve().parents[2] / "docs/environments.md"


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with a package of our own, so that nothing comes from the network."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = "greeting-1.2.dist-info"
    files = {
        "greeting.py": "def greet(name):\n    return f'hello {name}'\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: greeting\nVersion: 1.2\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(folder / "greeting-1.2-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
        record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
        wheel.writestr(f"{info}/RECORD", record)
    return folder


def test_a_loose_folder_becomes_a_project_and_a_clone_of_it_works(sh, store, tmp_path, wheels):
    folder, remote = tmp_path / "Sales Study", tmp_path / "sales.git"
    folder.mkdir()
    (folder / "sales.csv").write_text("month,sold\n" + "".join(f"{m},{m * 7}\n" for m in range(1, 13)))
    (folder / "report.py").write_text("from greeting import greet\nprint(greet('sales'), len(open('sales.csv').readlines()))\n")
    (folder / "explore.ipynb").write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    (folder / "requirements.txt").write_text(f"--no-index\n--find-links {wheels}\ngreeting\n")
    sh(tmp_path, "git", "init", "-q", "--bare", remote)

    # Story 4. The plan touches nothing.
    plan = json.loads(sh(tmp_path, "octostore", "--json", "create", folder, "--dry-run", "--rewrite"))
    assert {m["from"]: m["to"] for m in plan["moves"]} == {
        "sales.csv": "data/raw/sales.csv", "report.py": "sales_study/report.py", "explore.ipynb": "notebooks/explore.ipynb"}
    assert [(r["file"], r["line"]) for r in plan["references"]] == [("report.py", 2)]
    assert not (folder / ".git").exists()
    sh(tmp_path, "octostore", "create", folder, code=2)
    assert "was not confirmed" in sh.stderr and not (folder / ".git").exists()

    # The environment of the project is made here first, by the same command as in a clone.
    sh(folder, "octostore", "up")
    made = json.loads(sh(tmp_path, "octostore", "--json", "create", folder, "--yes", "--rewrite", "--license", "MIT", "--author", "Ada",
                         "--store", store(), "--push", remote))
    assert made["done"]["captured"] == ["requirements.txt", "pylock.toml"]
    assert "greeting==1.2\n" in (folder / "requirements.txt").read_text()
    assert "blake3" in sh(folder, "git", "cat-file", "-p", "HEAD:data/raw/sales.csv"), "git holds a pointer"
    assert sh(folder, "git", "status", "--porcelain") == ""
    assert "Ada" in (folder / "LICENSE").read_text()
    assert sh(folder, "git", "log", "--format=%s").splitlines() == ["A project of its own: Sales Study", "The folder as it was"]

    # Story 5. A clone, one command, and the script gives its answer.
    clone = tmp_path / "clone"
    sh(tmp_path, "git", "clone", "-q", remote, clone)
    # The lock file rules there; where packages come from, requirements.txt goes on to say.
    up = json.loads(sh(clone, "octostore", "--json", "up"))
    assert up["data"]["files"] == 1 and up["environment"]["folder"].endswith(".venv")
    assert sh(clone, ".venv/bin/python", "sales_study/report.py") == "hello sales 13\n"
    assert sh(clone, "octostore", "check") != ""
    again = json.loads(sh(clone, "octostore", "--json", "up"))
    assert again["environment"]["was_there"] is True

    # What was made can be undone by the command that was printed.
    sh(folder, *made["done"]["undo"].split())
    assert (folder / "sales.csv").read_text().startswith("month,sold\n") and not (folder / "data/raw/sales.csv").exists()


def test_a_machine_that_will_not_do_is_told_before_anything_is_brought(sh, tmp_path):
    work = tmp_path / "work"
    (work / ".octostore").mkdir(parents=True)
    (work / ".octostore/config.toml").write_text('[requirements]\ngpus = 64\ngpu_memory = "900TB"\ncores = 1\n')
    (work / "requirements.txt").write_text("")
    report = json.loads(sh(work, "octostore", "--json", "check", code=1))
    verdicts = {r["about"]: r["verdict"] for r in report["requirements"]}
    assert verdicts == {"gpus": "not-met", "gpu-memory": "not-met", "cores": "met"}
    said = failed(sh, work, "octostore", "up")
    assert "does not meet" in said and "devcontainer" in said
    assert not (work / ".venv").exists()
    sh(work, "octostore", "devcontainer")
    host = json.loads((work / ".devcontainer/devcontainer.json").read_text())["hostRequirements"]
    assert host["cpus"] == 1 and host["gpu"] == {"memory": "921600gb"}


@pytest.mark.parametrize(("name", "text", "said"), [
    ("requirements.txt", "numpy\nscipy=>1\n", "requirements.txt:2:"),
    ("Pipfile", "[packages\n", "Pipfile:1:"),
    ("environment.yml", "name: [\n", "environment.yml:"),
    ("pyproject.toml", "[project\n", "pyproject.toml:1:"),
])
def test_a_file_that_cannot_be_understood_is_named_with_its_line(sh, tmp_path, name, text, said):
    (tmp_path / name).write_text(text)
    report = json.loads(sh(tmp_path, "octostore", "--json", "env", "show", code=1))
    assert report["problems"][0].startswith(said)


def test_a_package_that_cannot_be_had_leaves_the_folder_to_go_on_with(sh, tmp_path, wheels):
    work = tmp_path / "work"
    work.mkdir()
    (work / "requirements.txt").write_text(f"--no-index\n--find-links {wheels}\nno-such-package==1\n")
    assert "no-such-package" in failed(sh, work, "octostore", "up")
    (work / "requirements.txt").write_text(f"--no-index\n--find-links {wheels}\ngreeting==1.2\n")
    sh(work, "octostore", "up")
    assert sh(work, ".venv/bin/python", "-c", "import greeting; print(greeting.greet('all'))") == "hello all\n"


def test_the_guide_runs(sh, tmp_path):
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.S)
    assert len(blocks) >= 6
    said = sh(tmp_path, "sh", "-ec", "\n".join(blocks))
    assert "month,sold" in said, "the script of the new project reads its data"
    assert ".github/workflows/data.yml: new" in said


def failed(sh, where: Path, *command: str | Path) -> str:
    """What a command says that fails."""
    sh(where, *command, code=3)
    return sh.stderr
