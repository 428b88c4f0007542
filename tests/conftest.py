from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine must not fail a property; each example is small.
settings.register_profile("here", deadline=None, max_examples=60)
# Of tools/mutation.py: each mutant meets the same examples, and a run of hundreds of them ends.
settings.register_profile("mutation", deadline=None, max_examples=20, derandomize=True, database=None)
settings.load_profile("here")

ROOT = Path(__file__).parent.parent

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Runs the real command in a process of its own, in an empty folder."""

    def run(*arguments: str, script: Path | None = None) -> subprocess.CompletedProcess[str]:
        start = [str(script)] if script else ["-m", "ppocr_lr"]
        return subprocess.run(
            [sys.executable, *start, *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", "MPLBACKEND": "Agg", "PYTHONUNBUFFERED": ""},
        )

    return run
