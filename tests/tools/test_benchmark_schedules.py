"""That `tools/benchmark_schedules.py` leaves no schedule out."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest


def test_every_schedule_is_measured() -> None:
    pytest.importorskip("paddle")
    tool = Path(__file__).parents[2] / "tools" / "benchmark_schedules.py"
    assert runpy.run_path(str(tool))["missing"]() == []
