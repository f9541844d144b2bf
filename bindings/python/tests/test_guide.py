"""docs/python.md and docs/rows.md are programs: their code blocks run in order."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[3] / "docs"
GUIDE = DOCS / "python.md"
ROWS = DOCS / "rows.md"


def test_the_guide_runs(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.S)
    assert len(blocks) >= 4
    done = subprocess.run([sys.executable, "-c", "\n".join(blocks)], cwd=tmp_path, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr.decode()


def test_the_guide_of_rows_runs(tmp_path: Path) -> None:
    """Each block is a program of its own: of the shell, or of Python."""
    pytest.importorskip("pandas")
    blocks = re.findall(r"```(sh|python)\n(.*?)```", ROWS.read_text(), re.S)
    assert {language for language, _ in blocks} == {"sh", "python"} and len(blocks) >= 8
    # The command of the same package.
    env = {**os.environ, "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])}
    for language, block in blocks:
        command = ["sh", "-euc", block] if language == "sh" else [sys.executable, "-c", block]
        done = subprocess.run(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert done.returncode == 0, f"{block}\n{done.stdout.decode()}\n{done.stderr.decode()}"
    for page in ("people.html", "light.html"):
        assert "income" in (tmp_path / page).read_text()
