"""The losses of a range test from its log."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from ppocr_lr.errors import LRConfigError, MissingError
from ppocr_lr.find_rate.measured import SMOOTHING, RangeTest, Watch
from ppocr_lr.language import tr
from ppocr_lr.logs.compare import compare_log, plan_logged_run
from ppocr_lr.logs.files import logs_at
from ppocr_lr.logs.train_log import TrainLog
from ppocr_lr.training_config.plan import PlannedRun


class LoggedTest(NamedTuple):
    """A range test and the run that it was."""

    test: RangeTest
    planned: PlannedRun


def read_range_tests(path: str | Path) -> list[LoggedTest]:
    """The last range test in a log, or in each log of a folder: a run with `name: RangeTest`, whose config it holds.

    Raises:
        LRConfigError: a log cannot be read, or holds no such run, or no loss.
    """
    return [_last_test(log) for log in logs_at(Path(path))]


def _last_test(log: TrainLog) -> LoggedTest:
    name = ""
    for run in reversed(log.runs(by_config=True)):
        try:
            planned = plan_logged_run(None, run)
        except MissingError as error:  # of what no flag of a range test would give
            raise LRConfigError(error.problems[0]._replace(text=error.problem)) from None
        if planned.parsed.config.tries_rates:
            return LoggedTest(range_test_of(planned, run), planned)
        name = name or planned.name
    said = tr("holds no range test; train with name: RangeTest, not with {name}", name=name)
    raise LRConfigError(said).within(log.source)


def range_test_of(planned: PlannedRun, log: TrainLog) -> RangeTest:
    """What the lines of a run say about its range test, as far as it has come.

    The rates are those of the schedule, in full. A line that shows medians stands for the middle of its updates.

    Raises:
        LRConfigError: no line has a loss.
    """
    comparison = compare_log(planned, log)
    told = ~(np.isnan(log.losses) & log.finite)
    if not told.any():
        raise LRConfigError(tr("no line has a loss")).within(log.source)
    at, losses = comparison.positions[told], log.losses[told]
    begin = np.flatnonzero(np.diff(at) <= 0)[-1:] + 1  # of the last process that did not continue but began anew
    at, losses = (column[int(begin.sum()) :] for column in (at, losses))
    schedule = planned.schedule
    rates = np.sqrt(schedule(np.floor(at).astype(np.int64)) * schedule(np.ceil(at).astype(np.int64)))
    rising = np.diff(rates, prepend=0) > 0  # after the test the rate stays
    gap = float(np.median(np.diff(at))) if len(at) > 1 else 1.0
    return Watch(SMOOTHING**gap).follow(zip(rates[rising].tolist(), losses[rising].tolist(), strict=True)).measured
