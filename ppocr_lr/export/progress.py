"""A progress bar for long work, where somebody is looking."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

Progress: TypeAlias = Callable[[int, int], object]
"""Called with how much is done, and how much there is in all."""

_AFTER = 1.0


@contextmanager
def progress(description: str, after: float = _AFTER) -> Iterator[Progress]:
    """A callable `(done, total)` that shows how far the work is, until the `with` block ends.

    A bar appears on stderr when stderr is a terminal and the block has been running for more than `after`
    seconds; otherwise nothing does. It is removed at the end.
    """
    due = time.monotonic() + after
    is_possible = sys.stderr is not None and sys.stderr.isatty()
    bar: Any = None

    def tell(done: int, total: int) -> None:
        nonlocal bar
        if is_possible and bar is None and time.monotonic() > due:
            bar = _started(description)
        if bar is not None:
            bar.update(bar.task_ids[0], completed=done, total=total)

    try:
        yield tell
    finally:
        is_possible = False  # a call that comes late begins no bar that nobody would stop
        if bar is not None:
            bar.stop()


def _started(description: str) -> Any:
    # Only now, since rich is slow to import.
    from rich import progress as rich
    from rich.console import Console

    bar = rich.Progress(
        rich.TextColumn("{task.description}", markup=False),
        rich.BarColumn(),
        rich.TaskProgressColumn(),
        rich.TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    bar.add_task(description, total=None)
    bar.start()
    return bar
