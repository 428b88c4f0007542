"""`--help` of a tool says what it does, and does nothing; nor does a tool that is given an unknown name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

NEEDS_PADDLE = "benchmark_schedules.py"


@pytest.mark.parametrize("tool", sorted(path.name for path in (ROOT / "tools").glob("*.py")))
def test_help_does_nothing(tmp_path: Path, tool: str) -> None:
    if tool == NEEDS_PADDLE:
        pytest.importorskip("paddle")
    command = [sys.executable, ROOT / "tools" / tool, "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, "usage:" in done.stdout.lower()) == (0, True), done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["benchmark.py", "nope"], "no part 'nope'"),
        (["benchmark_hostile.py", "nope"], "no file has 'nope' in its name"),
        (["compare_peers.py", "folder", "nope"], "no library begins with 'nope', the libraries are torch, timm"),
        (["compare_peers.py", "folder", "torch", "nope x"], "no library begins with 'nope x'"),
    ],
)
def test_an_unknown_name_is_refused(tmp_path: Path, words: list[str], message: str) -> None:
    command = [sys.executable, ROOT / "tools" / words[0], *words[1:]]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, message in done.stderr, list(tmp_path.iterdir())) == (2, True, []), done.stderr
