"""That `tools/benchmark_logs.py` measures what it is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_word_that_no_kind_has_is_refused() -> None:
    tool = Path(__file__).parents[2] / "tools" / "benchmark_logs.py"
    done = subprocess.run([sys.executable, tool, "follows", "cosnie"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no kind of log has cosnie in its name; the kinds are: follows, three times the rate, " in done.stderr
