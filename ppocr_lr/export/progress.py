"""A progress bar for long work, where somebody is looking."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_AFTER = 1.0


@contextmanager
def progress(description: str, after: float = _AFTER) -> Iterator[Bar]:
    """A callable `(done, total)` that shows how far the work is, until the `with` block ends.

    A bar appears on stderr when stderr is a terminal and the block has been running for more than `after`
    seconds; otherwise nothing does. It is removed at the end.
    """
    bar = Bar(description, after)
    try:
        yield bar
    finally:
        bar.close()


class Bar:
    """What `progress` gives; made by it."""

    def __init__(self, description: str, after: float) -> None:
        self._description = description
        self._due = time.monotonic() + after
        self._possible = sys.stderr is not None and sys.stderr.isatty()
        self._display: Any = None
        self._task: Any = None

    def __call__(self, done: int, total: int) -> None:
        """Say that `done` of `total` are done, in whatever unit."""
        if self._possible and self._display is None and time.monotonic() > self._due:
            self._open()
        if self._display is not None:
            self._display.update(self._task, completed=done, total=total)

    def close(self) -> None:
        """Remove the bar, if there is one."""
        if self._display is not None:
            self._display.stop()
            self._display = None
        self._possible = False

    def _open(self) -> None:
        # Only now, since rich is slow to import.
        from rich import progress as rich
        from rich.console import Console

        self._display = rich.Progress(
            rich.TextColumn("{task.description}", markup=False),
            rich.BarColumn(),
            rich.TaskProgressColumn(),
            rich.TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._display.add_task(self._description, total=None)
        self._display.start()
