"""The log beside a checkpoint: whether both count the same updates, and how long an epoch is."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ppocr_lr.errors import LRConfigError, printable
from ppocr_lr.finding import Finding, Severity
from ppocr_lr.language import tr
from ppocr_lr.logs.train_log import TrainLog, read_log
from ppocr_lr.numbers_text import amount, count_text
from ppocr_lr.resume.checkpoint import Checkpoint


def count_remarks(checkpoint: Checkpoint, path: Path) -> list[Finding]:
    """A note if the log at `path` counts other updates in the checkpoint's epoch than the checkpoint does."""
    if checkpoint.epoch is None or checkpoint.count is None:
        return []
    try:
        log = read_log(path)
    except LRConfigError:  # a file without a rate has no count
        return []
    if not log.step_key:
        return []
    told = [range_ for start in np.unique(log.starts) if (range_ := _allowed(log, int(start), checkpoint))]
    if not told or any(checkpoint.count in allowed for allowed in told):
        return []
    message = tr(
        "the checkpoint counts {updates} in epoch {epoch}, {log} beside it {logged}: they are from different runs, or "
        "earlier epochs had another length",
        updates=amount(checkpoint.count, "update"),
        epoch=checkpoint.epoch,
        log=path.name,
        logged=_text(told[-1]),
    )
    return [Finding((), printable(message), severity=Severity.NOTE)]


def batches_in(path: Path) -> tuple[int, bool]:
    """Batches of an epoch as the data loader of the log has them, 0 if it does not tell; and if it ran on Windows."""
    try:
        log = read_log(path)
    except LRConfigError:
        return 0, False
    return log.batches, log.windows


def _allowed(log: TrainLog, start: int, checkpoint: Checkpoint) -> range | None:
    """The counts at which one process of the log can have saved the checkpoint; None if it lacks that epoch."""
    own = log.starts == start
    epochs, counts = log.epochs[own], log.counts[own]
    if not (epochs == checkpoint.epoch).any():
        return None
    last = int(counts[epochs <= checkpoint.epoch].max())
    # The last line of an epoch may be missing, on Windows, but no more than is otherwise between two lines.
    gap = int(np.diff(counts).max(initial=1))
    before, after = counts[epochs < checkpoint.epoch], counts[epochs > checkpoint.epoch]
    least = int(before.max(initial=0)) if checkpoint.within_epoch else last
    return range(least, int(after.min(initial=last + gap)))


def _text(counts: range) -> str:
    first, last = count_text(counts.start), count_text(counts.stop - 1)
    return first if last == first else tr("{low} to {high}", low=first, high=last)
