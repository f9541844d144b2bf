"""docs/import.md is a script: its sh blocks run in order."""

from __future__ import annotations

import json
import re
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[2] / "docs/import.md"


def test_the_guide_runs(sh, tmp_path):
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.S)
    assert len(blocks) >= 4
    place = tmp_path / "place"
    place.mkdir()
    said = sh(place, "sh", "-ec", "\n".join(blocks))
    work = place / "project"
    assert "refused, and nothing is staged" in said
    assert "link" in sh.stderr, "it is refused by name"
    assert (work / "data/weather/2024/rain.csv").read_text() == "day,mm\n1,0\n2,7\n3,1\n"
    record = json.loads((work / "data/weather.octo/import.json").read_text())
    assert record["license"] == "CC-BY-4.0"
    assert [f["path"] for o in record["objects"] for f in o["files"]] == ["2024/rain.csv"]
    assert sh(work, "git", "log", "--format=%s", "--", "data/weather").splitlines() == [
        f"{verb} data/weather from file://{place.resolve()}/raw.tar.gz" for verb in ("Update", "Import")
    ]
    assert sh(work, "git", "diff", "--name-only") == "", "git finds nothing that is not staged"
