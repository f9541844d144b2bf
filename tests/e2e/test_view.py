"""The page that `octostore view` writes, as a browser's parser takes it, of a table that does its worst."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

VOID = {"meta", "input", "br", "img", "link", "hr"}
HOSTILE = "<script>alert(1)</script>"
TURNED = "\u202egnp.exe"


class Page(HTMLParser):
    """Elements, in order, with their attributes; text; and that each element is closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs), f"<{tag}> has an attribute twice"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("style", "script"):
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture
def project(sh, tmp_path):
    work = tmp_path / "project"
    work.mkdir()
    sh(work, "git", "init", "-q")
    sh(work, "octostore", "init")
    sh(work, "octostore", "track", "*.csv")
    return work


def write(work: Path, sh, ages: range) -> None:
    with (work / "people.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["age", HOSTILE, 'quote"d', TURNED])
        for age in ages:
            rows.writerow([age, HOSTILE if age % 2 else "' onload='alert(1)", f"{age / 4}", TURNED])
    sh(work, "git", "add", ".")
    sh(work, "octostore", "profile", "people.csv", "--write")
    sh(work, "git", "commit", "-qm", f"people {ages}")


def test_the_page_is_whole_offline_and_shows_the_statistics(sh, project):
    write(project, sh, range(100))
    sh(project, "octostore", "view", "people.csv", "-o", "page.html")
    text = (project / "page.html").read_text()
    page = Page(text)

    assert len(page.all("script")) == 1 and not any(a for a in page.all("script"))
    assert not any(tag in ("img", "link", "iframe", "object", "embed", "base") for tag, _ in page.elements)
    for tag, attrs in page.elements:
        for name, value in attrs.items():
            assert not name.startswith("on"), f"<{tag} {name}>"
            assert name not in ("src", "srcset", "action", "formaction"), f"<{tag} {name}>"
            assert name != "href" or (value or "").startswith("#"), f"<{tag} {name}={value}>"
    assert not re.search(r"https?:|url\(|@import", text)
    assert "default-src 'none'" in next(a["content"] for a in page.all("meta") if "http-equiv" in a)
    assert TURNED[0] not in text and "U+202E" in page.words

    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert all(a["href"][1:] in ids for a in page.all("a"))
    assert all("scope" in a for a in page.all("th"))
    assert all(a.get("role") == "img" and a.get("aria-label") for a in page.all("svg"))
    assert page.all("html")[0]["lang"] == "en" and len(page.all("h1")) == 1

    shown = {a["value"] for a in page.all("data")}
    assert {"49.5", "99", "100", "12.375"} <= shown
    assert HOSTILE in page.words


def test_two_versions_stand_side_by_side_and_their_difference_is_told(sh, project):
    write(project, sh, range(100))
    write(project, sh, range(50, 250))
    said = sh(project, "octostore", "view", "people.csv", "--against", "HEAD~1", "-o", "page.html", "--json")
    age = next(c for c in json.loads(said)["columns"] if c["name"] == "age")
    assert age["distance"]["jensen_shannon"] > 0.1
    assert "people.csv at HEAD~1" in "".join(Page((project / "page.html").read_text()).words)
    told = sh(project, "octostore", "diff", "HEAD~1", "HEAD", "--stats", code=1)
    assert "people.csv: 100 → 200 rows" in told and "~ age:" in told
    assert sh(project, "octostore", "diff", "HEAD", "HEAD", "--stats") == "The statistics do not differ.\n"
