"""Story 2: somebody else's data set, from tarballs behind HTTP to a training run that reads one part of it."""

from __future__ import annotations

import http.server
import io
import json
import os
import sys
import tarfile
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEADER, *DAYS = (ROOT / "bindings/cli/tour-data/seattle-weather.csv").read_text().splitlines()
NORMALS = (ROOT / "bindings/cli/tour-data/seattle-weather-hourly-normals.csv").read_text().splitlines()
LABEL = "weather"


def archive(place: Path, name: str, files: dict[str, list[str]]) -> None:
    """A tar.gz as other people make them: a folder with tables, and something that is no table."""
    with tarfile.open(place / name, "w:gz") as tar:
        for path, lines in {**files, "README.md": ["Daily weather of Seattle"]}.items():
            raw = "".join(f"{line}\n" for line in lines).encode()
            member = tarfile.TarInfo(f"seattle/{path}")
            member.size, member.mtime = len(raw), 1_700_000_000
            tar.addfile(member, io.BytesIO(raw))


@pytest.fixture
def bucket(tmp_path: Path):
    """Somebody else's place on the web: its address, and what publishes the next edition there."""
    place = tmp_path / "elsewhere"
    place.mkdir()
    years = {year: [HEADER, *(d for d in DAYS if d.startswith(year))] for year in ("2012", "2013", "2014", "2015")}
    archive(place, "weather.tar.gz", {f"{year}.csv": years[year] for year in ("2012", "2013")})
    archive(place, "normals.tar.gz", {"normals.csv": NORMALS})
    # What is there a year later, under the same name: more, and something that was never seen before.
    years["2015"] = [day.replace(",rain", ",hail") if day.startswith("2015-03") else day for day in years["2015"]]
    (place / "later").mkdir()
    archive(place / "later", "weather.tar.gz", {f"{year}.csv": lines for year, lines in years.items()})

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, directory=os.fspath(place), **kwargs)

        def log_message(self, *_):
            pass

    def publish() -> None:
        (place / "later/weather.tar.gz").replace(place / "weather.tar.gz")

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", publish
        server.shutdown()


def committed(sh, work: Path, what: str) -> None:
    sh(work, "git", "add", "-A")
    sh(work, "git", "commit", "-qm", what)


def test_a_data_set_from_elsewhere_becomes_ours(sh, store, tmp_path, bucket, package):
    url, publish = bucket
    work, beside = tmp_path / "work", tmp_path / "work/data/weather.octo"
    sh(tmp_path, "git", "init", "-q", "--bare", "remote.git")
    sh(tmp_path, "git", "init", "-q", "work")
    sh(work, "git", "remote", "add", "origin", tmp_path / "remote.git")
    sh(work, "octostore", "init", "--store", store())
    sh(work, "octostore", "track", "data/")
    committed(sh, work, "Data goes here")

    # The first set: full and sampled, with statistics, a schema, a split and examples.
    sh(work, "octostore", "import", f"{url}/weather.tar.gz", "--to", "data/weather", "--only", "*.csv")
    assert len(list((work / "data/weather").rglob("*.csv"))) == 2 and not list((work / "data/weather").rglob("*.md"))
    profile = json.loads(sh(work, "octostore", "profile", "data/weather", "--write", "--json"))
    assert "731" in json.dumps(profile), "366 and 365 days"
    for name in ("statistics.pb", "statistics.json", "schema.pbtxt"):
        assert (beside / name).stat().st_size > 100, name
    sh(work, "octostore", "sample", "data/weather", "--rows", "50")
    assert (beside / "data/sample.parquet").exists()
    schema = sh(work, "octostore", "schema", "infer", "data/weather")
    assert '"drizzle"' in schema and "hail" not in schema
    sh(work, "octostore", "validate", "data/weather")
    sh(work, "octostore", "split", "data/weather", "--train", "0.7", "--test", "0.3", "--seed", "1")
    sh(work, "octostore", "split", "data/weather", "--check")
    sh(work, "octostore", "examples", "data/weather", "--split", "default")
    shards = {p.parent.name for p in (beside / "data/examples").rglob("*tfrecord*")}
    assert shards == {"Split-train", "Split-test"}
    committed(sh, work, "The weather of two years")
    sh(work, "git", "push", "-q", "-u", "origin", "main")

    # A second set comes with everything at once.
    sh(work, "octostore", "import", f"{url}/normals.tar.gz", "--to", "data/normals", "--only", "*.csv", "--profile", "--commit")
    assert sh(work, "git", "status", "--porcelain") == ""
    assert sh(work, "git", "log", "-1", "--format=%s") != "The weather of two years\n"

    # The next edition of the first one is not what the schema says, and that is said with its place.
    publish()
    sh(work, "octostore", "import", f"{url}/weather.tar.gz", "--to", "data/weather", "--only", "*.csv", "--update")
    said = sh(work, "octostore", "validate", "data/weather", code=1)
    assert "hail" in said and "2015.csv" in said and LABEL in said
    sh(work, "octostore", "profile", "data/weather", "--write")
    committed(sh, work, "The weather of four years")
    sh(work, "git", "push", "-q", "origin", "main")

    # Somebody fetches statistics and schemas only, and chooses features by them: no byte of the data is needed.
    hers = tmp_path / "hers"
    sh(tmp_path, "octostore", "clone", "remote.git", "hers", "--data", "none")
    sh(hers, "octostore", "pull", "--only", "statistics,schema")
    away = Path(store().removeprefix("file://"))
    if store().startswith("file://"):
        away.rename(tmp_path / "away")
    ranked = json.loads(sh(hers, "octostore", "features", "data/weather", "--label", LABEL, "--save", "chosen", "--json"))
    assert "temp_max" in json.dumps(ranked)
    assert (hers / ".octostore/selections/chosen.toml").read_text().count(LABEL) >= 1
    drift = sh(hers, "octostore", "diff", "--stats", "HEAD~1", "HEAD", "data/weather", code=1)
    assert LABEL in drift
    sh(hers, "octostore", "view", "data/weather", "-o", "weather.html")
    page = (hers / "weather.html").read_text()
    assert "temp_max" in page and "drizzle" in page
    assert not any(word in page for word in ('src="http', "src='http", 'href="http', "@import", "url(http")), "it works offline"
    assert all(f["state"] == "pointer" for f in json.loads(sh(hers, "octostore", "status", "--json")) if ".octo/" not in f["path"])
    if (tmp_path / "away").exists():
        (tmp_path / "away").rename(away)

    # And loads what she chose of the part to train on, without a pull.
    script = """
import json, octostore
parts = {name: octostore.load("data/weather", rev="HEAD", split=name, selection="chosen") for name in ("train", "test")}
rows = {name: octostore.Table(part).rows for name, part in parts.items()}
assert rows == {name: len(part) for name, part in parts.items()}
print(json.dumps([rows, parts["train"].columns]))
"""
    rows, columns = json.loads(sh(hers, sys.executable, "-c", script, env={"PYTHONPATH": os.fspath(package)}))
    assert rows["train"] + rows["test"] == len(DAYS) and 0.6 < rows["train"] / len(DAYS) < 0.8
    assert LABEL in columns and len(columns) >= 2
