"""Story 1, git for data, with nothing but the command line and git."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEATHER = ROOT / "bindings/cli/tour-data/seattle-weather.csv"

SCRIPT = """#!/bin/sh
awk -F, 'NR > 1 { n++; sum += $3 } END { printf "%.3f\\n", sum / n }' data/weather.csv
"""


@pytest.fixture
def project(sh, store, tmp_path):
    """A code repository whose data is in a bucket, and its remote."""
    work = tmp_path / "project"
    (work / "data").mkdir(parents=True)
    (work / "mean.sh").write_text(SCRIPT)
    (work / "data/weather.csv").write_bytes(WEATHER.read_bytes())
    (work / "data/noise.bin").write_bytes(random.Random(1).randbytes(20_000_000))
    sh(tmp_path, "git", "init", "-q", "--bare", "remote.git")
    sh(work, "git", "init", "-q")
    sh(work, "git", "remote", "add", "origin", tmp_path / "remote.git")
    sh(work, "octostore", "init", "--store", store())
    sh(work, "octostore", "track", "data/**")
    sh(work, "git", "add", ".")
    sh(work, "git", "commit", "-qm", "data beside code")
    sh(work, "git", "push", "-q", "-u", "origin", "main")
    return work


def test_data_travels_with_git(sh, store, tmp_path, project):
    answer = sh(project, "sh", "mean.sh")
    clone = tmp_path / "clone"
    sh(tmp_path, "octostore", "clone", "remote.git", "clone", "--copy-to", store("hers"))
    assert sh(clone, "sh", "mean.sh") == answer
    assert (clone / "data/noise.bin").read_bytes() == (project / "data/noise.bin").read_bytes()
    assert json.loads(sh(clone, "octostore", "store", "show", "--json"))["local_only"] is True

    sh(clone, "git", "switch", "-qc", "summers")
    sh(clone, "sh", "-c", "awk -F, 'NR == 1 || substr($1, 6, 2) ~ /06|07|08/' data/weather.csv > t && mv t data/weather.csv")
    summers = sh(clone, "sh", "mean.sh")
    assert summers != answer
    sh(clone, "git", "add", "data/weather.csv")
    sh(clone, "git", "commit", "-qm", "only summers")
    sh(clone, "git", "push", "-q", "origin", "summers")
    for branch, wanted in [("main", answer), ("summers", summers), ("main", answer)]:
        sh(clone, "git", "switch", "-q", branch)
        assert sh(clone, "sh", "mean.sh") == wanted
        assert sh(clone, "git", "status", "--porcelain") == ""
    sh(clone, "octostore", "fsck", "--store")


def test_a_plain_clone_works_without_octostore_and_becomes_one_with_it(sh, tmp_path, project):
    clone = tmp_path / "plain"
    sh(tmp_path, "git", "clone", "-q", "remote.git", "plain")
    assert (clone / "data/weather.csv").read_text().startswith("octostore 1\n")
    sh(clone, "octostore", "init")
    sh(clone, "octostore", "pull", code=3)
    assert "you have not accepted" in sh.stderr and "octostore store accept" in sh.stderr
    url = json.loads(sh(clone, "octostore", "store", "show", "--json"))["url"]
    sh(clone, "octostore", "store", "accept", url)
    sh(clone, "octostore", "pull")
    assert sh(clone, "sh", "mean.sh") == sh(project, "sh", "mean.sh")


def test_two_clones_push_one_after_the_other(sh, tmp_path, project):
    for name in ["a", "b"]:
        sh(tmp_path, "octostore", "clone", "remote.git", name)
        (tmp_path / name / f"data/{name}.bin").write_bytes(random.Random(name).randbytes(3_000_000))
        sh(tmp_path / name, "git", "add", "data")
        sh(tmp_path / name, "git", "commit", "-qm", name)
    sh(tmp_path / "a", "git", "push", "-q")
    sh(tmp_path / "b", "git", "pull", "-q", "--no-rebase", "--no-edit")
    sh(tmp_path / "b", "git", "push", "-q")
    sh(project, "git", "pull", "-q")
    for name in ["a", "b"]:
        assert (project / f"data/{name}.bin").read_bytes() == random.Random(name).randbytes(3_000_000)
    sh(project, "octostore", "fsck", "--store")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("verb", ["add", "push", "pull"])
def test_a_stopped_command_is_run_again(sh, tmp_path, project, verb, stop):
    """Stopped at several moments, from at once to nearly done; then the same command does its work."""
    target = project
    if verb == "pull":
        sh(tmp_path, "octostore", "clone", "remote.git", "clone", "--data", "none")
        target = tmp_path / "clone"
    for n, delay in enumerate([0.005, 0.02, 0.05, 0.1]):
        if verb != "pull":
            (project / "data/more.bin").write_bytes(random.Random(n).randbytes(40_000_000))
        if verb == "push":
            sh(project, "octostore", "add")
            sh(project, "git", "commit", "-qm", f"more {n}")
        running = subprocess.Popen(["octostore", verb], cwd=target, env=sh.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        running.send_signal(stop)
        assert running.wait(30) in (0, 130, -stop)
    sh(target, "octostore", verb)
    if verb == "pull":
        assert (target / "data/noise.bin").read_bytes() == (project / "data/noise.bin").read_bytes()
    sh(target, "octostore", "fsck")
    assert not [n for n in os.listdir(target / "data") if n.startswith(".octostore")] or stop == signal.SIGKILL
    if verb != "add":
        sh(target, "octostore", "fsck", "--store")
    assert not (target / ".git/index.lock").exists()
    status = json.loads(sh(target, "octostore", "status", "--json"))
    assert all(f["state"] == "present" and f["cached"] for f in status)


def test_a_store_that_holds_other_data_is_refused(sh, tmp_path, project):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/cat.jpg").write_bytes(b"meow")
    before = sh(project, "git", "status", "--porcelain")
    sh(project, "octostore", "store", "set", os.fspath(tmp_path / "photos"), code=3)
    assert "cat.jpg" in sh.stderr
    assert sh(project, "git", "status", "--porcelain") == before
    assert os.listdir(tmp_path / "photos") == ["cat.jpg"]


def test_a_store_out_of_reach_is_named_within_seconds(sh, project):
    closed = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "x"}
    began = time.monotonic()
    sh(project, "octostore", "store", "set", "s3://nowhere/x", code=3, env=closed)
    assert "s3://nowhere/x does not answer" in sh.stderr and "help:" in sh.stderr
    assert time.monotonic() - began < 30
