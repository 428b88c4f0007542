"""Does a logged run follow its plan, and from where on not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ppocr_lr.errors import key_error
from ppocr_lr.logs.train_log import TrainLog
from ppocr_lr.logs.window import Lines, Medians, fitted_medians
from ppocr_lr.training_config.plan import PlannedRun, RunFlags, plan_run

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DEFAULT_WINDOW = 20
_LARGEST_WINDOW = 10_000
_MOST_RESTARTS = 20  # that a log without their marks is believed to have


@dataclass(frozen=True, eq=False)
class Comparison:
    """A log beside its plan, line by line."""

    planned: PlannedRun
    log: TrainLog
    window: int
    lines: Lines
    expected: Medians

    @cached_property
    def follows(self) -> NDArray[np.bool_]:
        """The lines that show the planned rate, within rounding."""
        return self.expected.explain(self.lines.rates)

    @property
    def first_difference(self) -> int | None:
        """The first line that does not, by its index."""
        return None if self.follows.all() else int(np.argmin(self.follows))

    @property
    def positions(self) -> NDArray[np.float64]:
        """Where a dot for each line lies on the curve: in the middle of its window, in updates."""
        return self.lines.updates - 1 - (self.expected.fill - 1) / 2


def plan_logged_run(
    path: str | Path, log: TrainLog, overrides: Iterable[str] = (), flags: RunFlags | None = None
) -> PlannedRun:
    """As `plan_run`; where neither a flag nor the config tells the length of an epoch for sure, the log's is taken.

    Raises:
        LRConfigError: as `plan_run`; also where the log does not say the length either.
    """
    flags, overrides = flags or RunFlags(), list(overrides)
    iters = log.iters_per_epoch
    if iters is None:
        return plan_run(path, overrides, flags)
    planned = plan_run(path, overrides, flags, assumed_iters=iters)
    if not planned.length.estimate:
        return planned
    planned = plan_run(path, overrides, replace(flags, iters_per_epoch=iters, accumulate=1, windows=False))
    return replace(planned, length=replace(planned.length, arithmetic=f"{iters} iterations per epoch, from the log"))


def schedule_length(planned: PlannedRun) -> int:
    """The iterations per epoch that the schedule is built for; the trainer on Windows runs one less."""
    return planned.run.iters_per_epoch + planned.flags.windows


def compare_log(planned: PlannedRun, log: TrainLog) -> Comparison:
    """The log against the plan.

    Raises:
        LRConfigError: `Global.log_smooth_window` is not a positive integer.
    """
    window = _window(planned)
    lines = _lines(log, window)
    bounds = [0, *(np.flatnonzero(np.diff(log.starts)) + 1).tolist(), len(log)]
    for begin, end in pairwise(bounds):
        part = slice(begin, end)
        lines.updates[part] += _missing_updates(planned, log, lines.take(np.arange(begin, end)), begin)
    comparison = Comparison(planned, log, window, lines, fitted_medians(planned.schedule, lines))
    return _with_unmarked_restarts(comparison) or comparison


def _with_unmarked_restarts(comparison: Comparison) -> Comparison | None:
    """The comparison if the window was emptied at some beginnings of epochs; None if that does not explain all lines.

    A log from which the lines between were cut does not tell that a process was resumed.
    """
    log = comparison.log
    for _ in range(_MOST_RESTARTS):
        index = comparison.first_difference
        if index is None:
            return comparison
        if index == 0 or log.starts[index] != log.starts[index - 1] or log.epochs[index] == log.epochs[index - 1]:
            return None
        lines = comparison.lines.started_at(index, comparison.window)
        comparison = replace(comparison, lines=lines, expected=fitted_medians(comparison.planned.schedule, lines))
        if not comparison.follows[index]:
            return None
    return None


def _window(planned: PlannedRun) -> int:
    window = (planned.config.get("Global") or {}).get("log_smooth_window", _DEFAULT_WINDOW)
    if isinstance(window, bool) or not isinstance(window, int) or not 1 <= window <= _LARGEST_WINDOW:
        raise key_error("Global.log_smooth_window", window, f"an integer from 1 to {_LARGEST_WINDOW}", section="")
    return window


def _lines(log: TrainLog, window: int) -> Lines:
    """How full the window was: surely of the updates since the process's first line, at most of all since update 0."""
    firsts = np.flatnonzero(np.diff(log.starts, prepend=-1))
    since = log.counts - log.counts[firsts][np.cumsum(np.diff(log.starts, prepend=log.starts[:1]) > 0)] + 1
    from_the_start = (log.starts == 0) & (log.epochs[0] == log.first_epoch)
    least = np.minimum(np.where(from_the_start, log.counts, since), window)
    return Lines(log.starts, log.counts.copy(), np.maximum(least, 1), np.clip(log.counts, 1, window), log.rates)


def _missing_updates(planned: PlannedRun, log: TrainLog, lines: Lines, begin: int) -> int:
    """How many updates a process left out of its count: PaddleOCR resumes the epoch and the schedule, not the count.

    Other releases keep that too, so where the number of the epoch allows both, the rates decide.
    """
    process = int(log.starts[begin])
    part = slice(begin, begin + len(lines))
    missing = []
    for length in (log.lengths[max(process - 1, 0)], log.lengths[process], planned.run.iters_per_epoch):
        if length:
            epochs_before = int(log.epochs[begin]) - (int(lines.updates[0]) - 1) // length - log.first_epoch
            if epochs_before > 0:
                missing.append(epochs_before * length)
    if not missing:
        return 0
    # A count that is still within one epoch began anew, unless the log begins with it and epochs are short.
    within_one = int(lines.updates[0]) <= (log.lengths[process] or planned.run.iters_per_epoch)
    anew = within_one and (process > 0 or not _one_length_fits(log.epochs[part] - log.first_epoch, lines.updates))
    shifts = missing if anew else [0, *missing]
    return next(
        (shift for shift in shifts if fitted_medians(planned.schedule, lines, shift).explain(lines.rates).all()),
        shifts[0],
    )


def _one_length_fits(epochs_before: NDArray[np.int64], counts: NDArray[np.int64]) -> bool:
    """Could all counts be from the run's first update on, in epochs of some one length?"""
    later = epochs_before > 0
    shortest = -(-counts // (epochs_before + 1)).max()
    return bool(shortest <= ((counts[later] - 1) // epochs_before[later]).min())
