"""`--help` of a tool says what it does, and does nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

NEEDS = {
    "record_torch_values.py": "torch", "mutation.py": "cosmic_ray", "benchmark_schedules.py": "paddle",
    "record_parameter_rates.py": "paddle",
}  # fmt: skip
"""What the environment of the tests need not have."""


@pytest.mark.parametrize("tool", sorted(path.name for path in (ROOT / "tools").glob("*.py")))
def test_help_does_nothing(tmp_path: Path, tool: str) -> None:
    if tool in NEEDS:
        pytest.importorskip(NEEDS[tool])
    command = [sys.executable, ROOT / "tools" / tool, "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, "usage:" in done.stdout.lower()) == (0, True), done.stderr
    assert list(tmp_path.iterdir()) == []
