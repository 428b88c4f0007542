"""A bar where somebody looks, and silence everywhere else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

WORK = """
import sys
{before}
from ppocr_lr.export.progress import progress
with progress("writing [b]x.csv", after={after}) as tell:
    for done in range(1, 4):
        tell(done, 3)
print("rich.progress" in sys.modules)
"""


def work(terminal: bool, after: float = 0, before: str = "") -> tuple[str, str]:
    """What the work wrote to stderr, a terminal or not, and whether it loaded rich."""
    pty = pytest.importorskip("pty", reason="no terminals to make here")
    ours, theirs = pty.openpty() if terminal else os.pipe()
    environment = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "NO_COLOR")}
    try:
        done = subprocess.run(
            [sys.executable, "-c", WORK.format(after=after, before=before)],
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
            check=True,
            timeout=60,
            env={**environment, "TERM": "xterm", "COLUMNS": "80"},
        )
    finally:
        os.close(theirs)
    written = b""
    try:
        while chunk := os.read(ours, 65536):
            written += chunk
    except OSError:  # how Linux says that the other end of a terminal is closed
        pass
    finally:
        os.close(ours)
    return written.decode(), done.stdout.strip()


def test_a_terminal_sees_a_bar_and_is_left_clean() -> None:
    written, loaded = work(terminal=True)
    assert "writing [b]x.csv" in written
    assert "100%" in written
    assert written.rstrip().endswith("\x1b[2K")  # the line is wiped
    assert loaded == "True"


@pytest.mark.parametrize(
    ("terminal", "after", "before"),
    [
        (False, 0, ""),
        (True, 1e9, ""),
        (True, 0, "sys.stderr = None"),
    ],
    ids=["no terminal", "not long enough", "no stderr"],
)
def test_silence(terminal: bool, after: float, before: str) -> None:
    assert work(terminal, after, before) == ("", "False")


def test_an_error_ends_the_bar_and_passes() -> None:
    from ppocr_lr.export.progress import progress

    with pytest.raises(ZeroDivisionError), progress("x") as tell:  # noqa: PT012  # the block is what is tested
        tell(1, 0)
        raise ZeroDivisionError
    tell(2, 3)  # late, and without effect
