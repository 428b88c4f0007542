"""Every update of some runs as CSV or JSON, written in blocks: the memory needed does not depend on the length."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from types import MappingProxyType
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ppocr_lr.curve.summary import simulation_lines, trainer_text
from ppocr_lr.errors import positive_argument
from ppocr_lr.output import JSON_VERSION
from ppocr_lr.schedules import Schedule
from ppocr_lr.training_config.labels import labels
from ppocr_lr.training_config.plan import PlannedRun

Progress: TypeAlias = Callable[[int, int], object]
"""Told after each block: rows written so far, rows in all."""

COLUMNS = ("iteration", "epoch", "rate")

_BLOCK = 1 << 14  # rows at a time; more are no faster, since the text leaves the cache


def write_csv(
    runs: Sequence[PlannedRun],
    file: BinaryIO,
    every: int = 1,
    progress: Progress | None = None,
    beside: Mapping[str, Sequence[Schedule]] = MappingProxyType({}),
) -> None:
    r"""Write the runs as CSV: a header, then a line for each update; UTF-8, lines end in `\n`.

    Where keys of this project alone make a curve another one than PaddleOCR's own trainer would follow, a line that
    begins with `#` says so above the header; others say which metrics a curve is of, and where they reduced the rate.

    Columns: `run` (what tells it from the others; only where there are several), `iteration` (0-based), `epoch`
    (iteration / iterations per epoch), `rate`, and what is `beside`. Numbers are as `repr` writes them, so they
    round-trip exactly.

    Args:
        runs: at least one.
        file: open for writing in binary.
        every: only every so many updates, beginning with update 0; the last update is always there.
        progress: called after each block.
        beside: what else is told of each run, by the name of its column: a schedule for each run.

    Raises:
        LRConfigError: `every` is not a positive integer.
        OSError: the file cannot be written.
    """
    count = _Counter(runs, every, progress)
    columns = (*COLUMNS, *beside)
    several = len(runs) > 1
    for run in runs:
        for said in (*simulation_lines(run), trainer_text(run)):
            if said:
                file.write(_utf8(" ".join(f"# {run.source}: {said}".split())) + b"\n")
    file.write((_csv_line("run", *columns) if several else _csv_line(*columns)) + b"\n")
    for index, (run, label) in enumerate(zip(runs, labels(runs), strict=True)):
        start = _csv_line(_no_formula(label)) + b"," if several else b""
        for text in count.blocks(run, [schedules[index] for schedules in beside.values()]):
            file.write(_with_start(text, start))


def write_json(
    runs: Sequence[PlannedRun],
    file: BinaryIO,
    every: int = 1,
    progress: Progress | None = None,
    beside: Mapping[str, Sequence[Schedule]] = MappingProxyType({}),
) -> None:
    """Write the runs as one JSON document, UTF-8.

    `{"version": 1, "results": [{"config", "name", "label", "trainer", "simulation", "epochs", "iters_per_epoch",
    "columns": ["iteration", "epoch", "rate"], "rows": [[0, 0.0, 0.1], …]}, …]}`, one row a line. `trainer` says how
    PaddleOCR's own trainer differs, null where it does not; `simulation` which metrics the curve is of and each
    reduction, null for a curve without metrics. A rate that is not finite is null.
    Arguments and errors are those of `write_csv`.
    """
    count = _Counter(runs, every, progress, not_finite="null")
    file.write(b'{"version": %d, "results": [' % JSON_VERSION)
    for index, (run, label) in enumerate(zip(runs, labels(runs), strict=True)):
        file.write((b",\n" if index else b"\n") + _json_head(run, label, beside))
        between = b"\n["
        for text in count.blocks(run, [schedules[index] for schedules in beside.values()]):
            file.write(between + text[:-1].replace(b"\n", b"],\n[") + b"]")
            between = b",\n["
        file.write(b"\n]}")
    file.write(b"\n]}\n")


class _Counter:
    """Deals out the rows of the runs in blocks of text, and keeps count of them for `progress`."""

    def __init__(
        self, runs: Sequence[PlannedRun], every: int, progress: Progress | None, not_finite: str | None = None
    ) -> None:
        # No run is longer than that, and NumPy counts no further than 2^63.
        self._every = positive_argument("every", every)
        self._progress = progress
        self._not_finite = not_finite
        self._total = sum(_row_count(run.run.total_iters, every) for run in runs)
        self._done = 0

    def blocks(self, run: PlannedRun, beside: Sequence[Schedule] = ()) -> Iterator[bytes]:
        r"""The rows of one run, `iteration,epoch,rate\n` each, and what is beside; no block is empty."""
        last = run.run.total_iters - 1
        rows = _row_count(run.run.total_iters, self._every)
        for first in range(0, rows, _BLOCK):
            after = min(first + _BLOCK, rows)
            # The last row is the last update, on the grid or not.
            stop = min(after * self._every, last + 1)
            steps = np.arange(first * self._every, stop, self._every, dtype=np.int64)
            if after == rows and (not steps.size or steps[-1] != last):
                steps = np.append(steps, last)
            values = [np.asarray(schedule(steps)) for schedule in (run.schedule, *beside)]
            yield self._text(steps, steps / run.run.iters_per_epoch, *values)
            self._done += after - first
            if self._progress:
                self._progress(self._done, self._total)

    def _text(self, *columns: NDArray[Any]) -> bytes:
        """A line for each row, floats as `repr` writes them; what is not finite as `not_finite`, if given."""
        steps, epochs, rates, *beside = (column.tolist() for column in columns)
        tails: Iterable[str] = repeat("", len(steps))
        for values in beside:
            tails = [f"{tail},{value!r}" for tail, value in zip(tails, values, strict=True)]
        lines = []
        for step, epoch, rate, tail in zip(steps, epochs, rates, tails, strict=True):
            number = repr(rate) if self._not_finite is None or math.isfinite(rate) else self._not_finite
            lines.append(f"{step},{epoch!r},{number}{tail}\n")
        return "".join(lines).encode()


def _row_count(total: int, every: int) -> int:
    return -(-(total - 1) // every) + 1


def _with_start(text: bytes, start: bytes) -> bytes:
    """`start` before every line."""
    return start + text[:-1].replace(b"\n", b"\n" + start) + b"\n" if start else text


def _no_formula(text: str) -> str:
    """A spreadsheet calculates what begins so; an apostrophe makes it text."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _csv_line(*values: str) -> bytes:
    text = io.StringIO()
    # Before Python 3.13 only those line breaks are quoted that end a line.
    csv.writer(text, lineterminator="\r\n").writerow(values)
    return _utf8(text.getvalue().removesuffix("\r\n"))


def _json_head(run: PlannedRun, label: str, beside: Iterable[str] = ()) -> bytes:
    head: dict[str, Any] = {
        "config": run.source,
        "name": run.name,
        "label": label,
        "trainer": trainer_text(run) or None,
        "simulation": _simulation(run),
        "epochs": run.run.epochs,
        "iters_per_epoch": run.run.iters_per_epoch,
        "columns": (*COLUMNS, *beside),
        "rows": [],
    }
    return _utf8(json.dumps(head, ensure_ascii=False).removesuffix("]}"))


def _simulation(run: PlannedRun) -> dict[str, Any] | None:
    if run.simulation is None:
        return None
    keys = ("iteration", "before", "after")
    reductions = [dict(zip(keys, reduction, strict=True)) for reduction in run.simulation.reductions]
    return {"metrics": run.simulation.metrics, "reductions": reductions}


def _utf8(text: str) -> bytes:
    # A file name that is not UTF-8 reaches Python as lone surrogates; as \udcff they are legal in JSON too.
    return text.encode("utf-8", "backslashreplace")
