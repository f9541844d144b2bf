"""Data sets: what is found out about them, how they are parted, and loading them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import octostore

from .conftest import run_git

pa: Any = pytest.importorskip("pyarrow")
pq: Any = pytest.importorskip("pyarrow.parquet")
pd: Any = pytest.importorskip("pandas")
pl: Any = pytest.importorskip("polars")

# What pyarrow gives has no types.
load: Any = octostore.load

ROWS = 1000
LINES = [f"{n},{18 + n * 37 % 60},{1000 + n * 7919 % 5000}.5,{('Oslo', 'Lima', 'Rome', 'Pune')[n % 4]},{'yes' if n % 3 else 'no'}" for n in range(ROWS)]
HEADER = "id,age,income,city,bought"


def csv(lines: list[str]) -> bytes:
    return "\n".join([HEADER, *lines, ""]).encode()


@pytest.fixture
def people(repo: octostore.Repo) -> octostore.Repo:
    """A repository with a table of a thousand people, staged and committed."""
    (repo.work_dir / "data/people.csv").write_bytes(csv(LINES))
    repo.add()
    committed(repo)
    return repo


def committed(repo: octostore.Repo, what: str = "People") -> None:
    run_git(repo.work_dir, "add", "-A")
    run_git(repo.work_dir, "commit", "-qm", what)


def test_a_profile_is_a_report_and_the_files_that_other_programs_read(people: octostore.Repo) -> None:
    heard: list[octostore.Progress] = []
    profile = people.profile("data/people.csv", progress=heard.append)
    assert profile.answer and heard
    assert profile.data == json.loads(profile.json)
    assert {"statistics.pb", "schema.pbtxt"} <= set(profile.parts)
    assert 'name: "income"' in profile.text("schema.pbtxt")
    assert "statistics.pb" in repr(profile)
    with pytest.raises(KeyError):
        profile.text("nothing.txt")
    assert not (people.work_dir / "data/people.csv.octo").exists(), "only asked"
    again = people.profile("data/people.csv")
    assert again.parts == profile.parts and again != profile, "the report says that nothing was read again"
    assert again == octostore.Document(again.answer, again.json, again.parts)
    written = people.profile("data/people.csv", write=True)
    for name in ("statistics.pb", "schema.pbtxt"):
        assert (people.work_dir / "data/people.csv.octo" / name).read_bytes() == written.parts[name]
    tfdv = people.profile("data/people.csv", tfdv=True, columns="age", slices=["city"], weight="income")
    assert tfdv.parts["statistics.pb"] != profile.parts["statistics.pb"]
    with pytest.raises(octostore.NotFoundError):
        people.profile("data/none.csv")


def test_a_schema_holds_data_to_what_it_was(people: octostore.Repo) -> None:
    schema = people.schema("data/people.csv", infer=True, write=True)
    assert '"Oslo"' in schema.text("schema.pbtxt")
    assert people.validate("data/people.csv").answer
    people.profile("data/people.csv", write=True)
    committed(people, "Profiled")
    odd = [line.replace("Oslo", "Atlantis") if n > 990 else line for n, line in enumerate(LINES)]
    (people.work_dir / "data/people.csv").write_bytes(csv(odd))
    people.add()
    found = people.validate("data/people.csv", rows=2)
    assert not found.answer and "Atlantis" in found.json and "city" in found.json
    assert people.validate("data/people.csv", rev="HEAD").answer
    strict = people.work_dir.parent / "strict.pbtxt"
    strict.write_text('feature { name: "age" type: BYTES }\n')
    assert not people.validate("data/people.csv", rev="HEAD", schema=strict).answer
    people.profile("data/people.csv", write=True)
    changed = people.diff_stats("HEAD")
    assert not changed.answer and "city" in changed.json
    assert people.diff_stats("HEAD", "HEAD").answer


def test_parts_are_disjoint_and_whole_in_every_library(people: octostore.Repo) -> None:
    people.split("data/people.csv", parts={"train": 0.7, "test": 0.3}, seed=1)
    assert people.split("data/people.csv", check=True).answer
    ids: dict[str, set[int]] = {}
    for part in ("train", "test"):
        rows = load("data/people.csv", split=part, repo=people)
        frame = rows.to_pandas()
        ids[part] = set(frame["id"])
        assert len(rows) == len(frame) == len(ids[part])
        assert rows.to_polars()["id"].to_list() == rows.to_arrow()["id"].to_pylist() == frame["id"].tolist()
    assert ids["train"] | ids["test"] == set(range(ROWS)) and not ids["train"] & ids["test"]
    assert 0.6 < len(ids["train"]) / ROWS < 0.8
    with pytest.raises(octostore.Error):
        load("data/people.csv", split="nowhere", repo=people)
    with pytest.raises(octostore.Error):
        people.split("data/people.csv", parts=["train=-1"])


def test_a_data_set_is_read_as_often_as_it_is_asked_for(people: octostore.Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(people.work_dir / "data")
    rows = load("people.csv", columns=["id", "city"])
    assert rows.columns == ["id", "city"] and rows.path == "data/people.csv" and rows.rev == ""
    assert rows.repo.work_dir == people.work_dir
    assert "people.csv" in repr(rows) and "2 columns" in repr(rows)
    assert rows and len(rows) == ROWS
    for _ in range(2):
        assert pa.table(rows).num_rows == ROWS
        assert pl.DataFrame(rows).height == ROWS
    assert pa.schema(rows).names == ["id", "city"]
    batches = list(rows.batches(300))
    assert sum(b.num_rows for b in batches) == ROWS and max(b.num_rows for b in batches) <= 300
    assert octostore.Table(rows).rows == ROWS
    (people.work_dir / "data/people.csv").write_bytes(csv(LINES[:10]))
    people.add()
    assert len(load("people.csv")) == 10
    assert len(load("people.csv", rev="HEAD")) == ROWS
    assert load("people.csv", rev="HEAD", limit=5).to_pandas()["id"].tolist() == [0, 1, 2, 3, 4]
    assert load("people.csv", on_error="skip").to_arrow().num_rows == 10
    for name, error in [("none.csv", FileNotFoundError), ("people.txt", octostore.Error)]:
        with pytest.raises(error):
            load(name)
    with pytest.raises(octostore.Error, match="height"):
        load("people.csv", columns=["height"])


def test_a_sample_is_the_same_wherever_it_is_taken(people: octostore.Repo) -> None:
    tenth = load("data/people.csv", sample=0.1, repo=people)
    ids = set(tenth.to_pandas()["id"])
    assert 50 < len(ids) == len(tenth) < 150
    assert ids == set(load("data/people.csv", sample="0.1", columns="id", repo=people).to_pandas()["id"])
    assert ids < set(load("data/people.csv", sample=0.3, repo=people).to_pandas()["id"]), "nested"
    drawn = people.sample("data/people.csv", rows=40, to="data/forty.csv", seed=3)
    assert "fraction" in drawn.json
    assert len((people.work_dir / "data/forty.csv").read_text().splitlines()) == 41
    with pytest.raises(octostore.Error):
        people.sample("data/people.csv", fraction=2)
    with pytest.raises(TypeError):
        load("data/people.csv", sample=True, repo=people)


def test_a_choice_of_features_is_obeyed_by_loading(people: octostore.Repo) -> None:
    people.profile("data/people.csv", write=True)
    ranked = people.features("data/people.csv", label="bought", save="few")
    assert "income" in ranked.json
    chosen = load("data/people.csv", selection="few", repo=people).columns
    assert "bought" in chosen and set(chosen) <= set(HEADER.split(","))


def shown(what: Any) -> str | None:
    """As Jupyter does it."""
    html: str | None = what._repr_html_()
    return html


def test_a_view_shows_itself_in_notebooks(people: octostore.Repo) -> None:
    assert shown(people.validate("data/people.csv", schema=_schema(people))) is None
    people.profile("data/people.csv", write=True)
    view = people.view("data/people.csv")
    html = shown(view)
    assert html is not None and "income" in html
    rows = load("data/people.csv", repo=people)
    assert shown(rows) == html


def _schema(repo: octostore.Repo) -> Path:
    place = repo.work_dir.parent / "inferred.pbtxt"
    place.write_bytes(repo.schema("data/people.csv", infer=True).parts["schema.pbtxt"])
    return place


def test_examples_are_written_with_the_split(people: octostore.Repo) -> None:
    people.split("data/people.csv", parts={"train": 0.5, "eval": 0.5})
    people.examples("data/people.csv", split="default", format="parquet", to="data/examples", shards=2)
    folders = {p.name for p in (people.work_dir / "data/examples").iterdir() if p.is_dir()}
    assert folders == {"Split-train", "Split-eval"}
    shards = list((people.work_dir / "data/examples").rglob("*.parquet"))
    assert len(shards) == 4 and sum(pq.read_metadata(s).num_rows for s in shards) == ROWS


def test_an_archive_is_imported_and_its_next_edition(repo: octostore.Repo, tmp_path: Path) -> None:
    def publish(lines: list[str]) -> None:
        (tmp_path / "people.csv").write_bytes(csv(lines))
        (tmp_path / "notes.txt").write_text("not a table")
        with tarfile.open(tmp_path / "people.tar.gz", "w:gz") as tar:
            for name in ("people.csv", "notes.txt"):
                tar.add(tmp_path / name, name)

    publish(LINES)
    report = repo.import_(tmp_path / "people.tar.gz", "data/set", only="*.csv", license="CC0-1.0", profile=True)
    assert report.answer and report.data["files"] == 1
    record = (repo.work_dir / report.data["record"]).read_text()
    assert "people.csv" in record and "CC0-1.0" in record and "notes.txt" not in os.listdir(repo.work_dir / "data/set")
    assert sorted(p.name for p in (repo.work_dir / "data/set").iterdir() if p.is_file()) == ["people.csv"]
    committed(repo, "First edition")
    publish(LINES[:500])
    repo.import_([tmp_path / "people.tar.gz"], "data/set", only=["*.csv"], update=True, commit=True)
    assert run_git(repo.work_dir, "status", "--porcelain") == ""
    assert len(octostore.load("data/set/people.csv", rev="HEAD", repo=repo)) == 500
    assert len(octostore.load("data/set/people.csv", rev="HEAD~1", repo=repo)) == ROWS
    with pytest.raises(FileNotFoundError):
        repo.import_(tmp_path / "none.tar.gz", "data/none")


def test_only_statistics_and_schema_are_pulled(people: octostore.Repo, tmp_path: Path) -> None:
    people.profile("data/people.csv", write=True)
    people.sample("data/people.csv", rows=20)
    committed(people, "Profiled")
    people.push()
    light = octostore.clone(people.work_dir, tmp_path / "light", data="none")
    light.pull(only=["statistics", "schema"])
    states = {s.path: s.state for s in light.status()}
    assert states["data/people.csv"] == "pointer"
    assert states["data/people.csv.octo/data/sample.parquet"] == "pointer"
    assert "income" in light.view("data/people.csv").text("fragment.html"), "no data is needed"
    light.fetch(only="sample")
    light.pull(only="sample")
    assert {s.path: s.state for s in light.status()}["data/people.csv.octo/data/sample.parquet"] == "present"
    assert {s.path: s.state for s in light.status()}["data/people.csv"] == "pointer"
    with pytest.raises(octostore.InvalidArgumentError):
        light.pull(only="everything")


def test_each_call_has_a_twin_to_await(people: octostore.Repo, tmp_path: Path) -> None:
    source = tmp_path / "more.csv"
    source.write_bytes(csv(LINES[:7]))

    async def story() -> list[octostore.Document]:
        repo, path = people, "data/people.csv"
        return [
            await repo.import_async(source, "data/more"),
            await repo.profile_async(path, write=True),
            await repo.schema_async(path, write=True),
            await repo.validate_async(path),
            await repo.sample_async(path, rows=3),
            await repo.split_async(path, parts={"a": 0.5, "b": 0.5}),
            await repo.examples_async(path),
            await repo.features_async(path),
            await repo.view_async(path),
            await repo.diff_stats_async("", ""),
        ]

    documents = asyncio.run(story())
    assert all(isinstance(d, octostore.Document) and isinstance(d.data, dict) for d in documents)
    assert [d.answer for d in documents] == [True] * len(documents)


@pytest.mark.parametrize("call", ["profile", "sample", "validate", "import_"])
def test_a_cancelled_call_writes_nothing(people: octostore.Repo, call: str) -> None:
    people.schema("data/people.csv", infer=True, write=True)
    committed(people, "Schema")
    token = octostore.Cancel()
    token.cancel()
    work: dict[str, Callable[[], object]] = {
        "profile": lambda: people.profile("data/people.csv", write=True, cancel=token),
        "sample": lambda: people.sample("data/people.csv", rows=10, cancel=token),
        "validate": lambda: people.validate("data/people.csv", cancel=token),
        "import_": lambda: people.import_(people.work_dir / "data/people.csv", "data/again", cancel=token),
    }
    with pytest.raises(octostore.CancelledError):
        work[call]()
    assert run_git(people.work_dir, "status", "--porcelain") == ""


def test_what_is_wrong_is_said_before_anything_is_done(people: octostore.Repo) -> None:
    wrong: list[Callable[[], object]] = [
        lambda: people.profile("data/people.csv", on_error="explode"),  # type: ignore[arg-type]  # pyright: ignore
        lambda: people.profile("data/people.csv", columns=["height"]),
        lambda: people.sample("data/people.csv", rows=3, key="height"),
        lambda: people.split("data/people.csv", name="nothing", check=True),
        lambda: people.examples("data/people.csv", format="doc"),  # type: ignore[arg-type]  # pyright: ignore
        lambda: people.features("data/people.csv", label="height"),
        lambda: people.diff_stats("no-such-revision"),
        lambda: people.import_([], "data/x"),
    ]
    for call in wrong:
        with pytest.raises(octostore.Error) as failed:
            call()
        assert failed.value.hint, failed.value
    with pytest.raises(ValueError):
        people.sample("data/people.csv", rows=-1)
    with pytest.raises(ValueError):
        people.validate("data/people.csv", rows=-1)
    assert run_git(people.work_dir, "status", "--porcelain") == ""


def test_a_library_that_is_not_there_is_named(people: octostore.Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = octostore.load("data/people.csv", repo=people)
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ModuleNotFoundError, match="pip install polars"):
        rows.to_polars()
    script = "import sys, octostore; octostore.load(sys.argv[1], repo=octostore.open('.')); assert 'pandas' not in sys.modules"
    subprocess.run([sys.executable, "-c", script, "data/people.csv"], cwd=os.fspath(people.work_dir), check=True)
