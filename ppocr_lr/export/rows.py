"""Every update of some runs as CSV or JSON, written in blocks: the memory needed does not depend on the length."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ppocr_lr.curve.summary import simulation_lines, trainer_text
from ppocr_lr.errors import ArgumentError, dotted, positive_argument
from ppocr_lr.export.progress import Progress
from ppocr_lr.language import OF_DATA, speaking, tr
from ppocr_lr.output import JSON_VERSION
from ppocr_lr.schedules import Schedule
from ppocr_lr.training_config.groups import Group
from ppocr_lr.training_config.labels import labels
from ppocr_lr.training_config.plan import PlannedRun

COLUMNS = ("iteration", "epoch", "rate")

MOST_ROWS = 10**8
"""In one file: some gigabytes, and more than any training has updates."""

_BLOCK = 1 << 14  # rows at a time; more are no faster, since the text leaves the cache


def write_csv(
    runs: Sequence[PlannedRun],
    file: BinaryIO,
    every: int = 1,
    progress: Progress | None = None,
    beside: Mapping[str, Sequence[Schedule]] = MappingProxyType({}),
    names: Sequence[str] = (),
) -> None:
    r"""Write the runs as CSV: a header, then a line for each update; UTF-8, lines end in `\n`.

    Where this project's own keys make a curve differ from the one that PaddleOCR's own trainer would follow, a line
    that begins with `#` says so above the header; others name the metrics of a curve, and where they reduced the rate.

    Columns: `run` (what tells it from the others; only where there are several), `iteration` (0-based), `epoch`
    (iteration / iterations per epoch), `rate`, `rate*0.1` for each other factor at which PaddleOCR trains some
    parameters of one of the runs, empty in a run without it, and those of `beside`. Numbers are as `repr` writes them,
    so they round-trip exactly.

    Args:
        runs: at least one.
        file: open for writing in binary.
        every: only every so many updates, beginning with update 0; the last update is always there.
        progress: called after each block with the rows written so far and the rows in all.
        beside: further columns, by name: a schedule for each run.
        names: one for each run; without them, what tells it from the others.

    Raises:
        LRConfigError: `every` is not a positive integer, or makes more than `MOST_ROWS` rows.
        OSError: the file cannot be written.
    """
    texts = _Rows(runs, every, progress)
    several = len(runs) > 1
    for run in runs:
        for comment in _comments(run):
            file.write(_utf8(" ".join(comment.split()) + "\n"))
    further = _further(runs, beside)
    columns = (*COLUMNS, *dict.fromkeys(column for each in further for column in each))
    file.write(_utf8((_csv_line("run", *columns) if several else _csv_line(*columns)) + "\n"))
    for run, label, schedules in zip(runs, names or _labels(runs), further, strict=True):
        start = f"{_csv_line(_no_formula(label))}," if several else ""
        for rows in texts.blocks(run, [schedules.get(column) for column in columns[len(COLUMNS) :]]):
            file.write(_utf8(start + f"\n{start}".join(rows) + "\n"))


def write_json(
    runs: Sequence[PlannedRun],
    file: BinaryIO,
    every: int = 1,
    progress: Progress | None = None,
    beside: Mapping[str, Sequence[Schedule]] = MappingProxyType({}),
) -> None:
    """Write the runs as one JSON document, UTF-8.

    `{"version": 1, "results": [{"config", "name", "label", "trainer", "simulation", "epochs", "iters_per_epoch",
    "groups", "columns": ["iteration", "epoch", "rate"], "rows": [[0, 0.0, 0.1], …]}, …]}`, one row a line. `trainer`
    says how PaddleOCR's own trainer differs, null where it does not; `simulation` which metrics the curve is of and
    each reduction, null for a curve without metrics. `groups` is what PaddleOCR trains at another rate: `{"label",
    "factor", "parameters", "key", "column"}`, where `column` is null if it does not train at all. A rate that is not
    finite is null.
    Arguments, without `names`, and errors are those of `write_csv`.
    """
    texts = _Rows(runs, every, progress, not_finite="null")
    file.write(b'{"version": %d, "results": [' % JSON_VERSION)
    for index, (run, label, schedules) in enumerate(zip(runs, _labels(runs), _further(runs, beside), strict=True)):
        file.write((b",\n" if index else b"\n") + _json_head(run, label, schedules))
        between = "\n["
        for rows in texts.blocks(run, list(schedules.values())):
            file.write((between + "],\n[".join(rows) + "]").encode())
            between = ",\n["
        file.write(b"\n]}")
    file.write(b"\n]}\n")


class _Rows:
    """The rows of the runs as text, in blocks; counts them for `progress`."""

    def __init__(
        self, runs: Sequence[PlannedRun], every: int, progress: Progress | None, not_finite: str | None = None
    ) -> None:
        self._every = positive_argument("every", every)  # at most 2^53, as a run is; NumPy counts to 2^63
        self._progress = progress
        self._not_finite = not_finite
        self._total = sum(map(self._count, runs))
        if self._total > MOST_ROWS:
            few = -(-sum(run.run.total_iters for run in runs) // MOST_ROWS) + 1
            said = tr(
                "would write {rows} rows, more than {most}; {few} is enough", rows=self._total, most=MOST_ROWS, few=few
            )
            raise ArgumentError("every", said, every)
        self._done = 0

    def _count(self, run: PlannedRun) -> int:
        return -(-(run.run.total_iters - 1) // self._every) + 1

    def blocks(self, run: PlannedRun, further: Sequence[Schedule | None]) -> Iterator[list[str]]:
        """The rows of one run, each `iteration,epoch,rate`, with further columns; no block is empty."""
        last = run.run.total_iters - 1
        rows = self._count(run)
        for first in range(0, rows, _BLOCK):
            after = min(first + _BLOCK, rows)
            # The last row is the last update, on the grid or not.
            stop = min(after * self._every, last + 1)
            steps = np.arange(first * self._every, stop, self._every, dtype=np.int64)
            if after == rows and (not steps.size or steps[-1] != last):
                steps = np.append(steps, last)
            values = [None if each is None else np.asarray(each(steps)) for each in (run.schedule, *further)]
            yield self._rows(steps, steps / run.run.iters_per_epoch, values)
            self._done += after - first
            if self._progress:
                self._progress(self._done, self._total)

    def _rows(self, steps: NDArray[Any], epochs: NDArray[Any], rates: Sequence[NDArray[Any] | None]) -> list[str]:
        """Floats are as `repr` writes them; what is not finite as `not_finite`, if given."""
        columns = [self._numbers(each) if each is not None else [""] * len(steps) for each in rates]
        numbers = columns[0] if len(columns) == 1 else map(",".join, zip(*columns, strict=True))
        rows = zip(steps.tolist(), epochs.tolist(), numbers, strict=True)
        return [f"{step},{epoch!r},{number}" for step, epoch, number in rows]

    def _numbers(self, rates: NDArray[Any]) -> list[str]:
        if self._not_finite is None:
            return [repr(rate) for rate in rates.tolist()]
        return [repr(rate) if math.isfinite(rate) else self._not_finite for rate in rates.tolist()]


def _column(group: Group) -> str:
    return f"rate*{group.factor_text}"


def _further(runs: Sequence[PlannedRun], beside: Mapping[str, Sequence[Schedule]]) -> list[dict[str, Schedule]]:
    """For each run its columns after the rate."""
    return [
        {_column(group): schedule for group, schedule in run.other_curves}
        | {column: schedules[index] for column, schedules in beside.items()}
        for index, run in enumerate(runs)
    ]


def _no_formula(text: str) -> str:
    """A spreadsheet would evaluate text that begins like this; an apostrophe keeps it text."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _csv_line(*values: str) -> str:
    text = io.StringIO()
    # Before Python 3.13 only those line breaks are quoted that end a line.
    csv.writer(text, lineterminator="\r\n").writerow(values)
    return text.getvalue().removesuffix("\r\n")


_labels = speaking(OF_DATA)(labels)


@speaking(OF_DATA)
def _comments(run: PlannedRun) -> list[str]:
    return [f"# {run.source}: {said}" for said in (*simulation_lines(run), trainer_text(run)) if said]


@speaking(OF_DATA)
def _json_head(run: PlannedRun, label: str, further: Iterable[str]) -> bytes:
    head: dict[str, Any] = {
        "config": run.source,
        "name": run.name,
        "label": label,
        "trainer": trainer_text(run) or None,
        "simulation": _simulation(run),
        "epochs": run.run.epochs,
        "iters_per_epoch": run.run.iters_per_epoch,
        "groups": [
            {
                "label": group.label,
                "factor": group.factor,
                "parameters": group.parameters,
                "key": dotted(group.key),
                "column": _column(group) if group.trains else None,
            }
            for group in run.groups
        ],
        "columns": (*COLUMNS, *further),
        "rows": [],
    }
    return _utf8(json.dumps(head, ensure_ascii=False).removesuffix("]}"))


def _simulation(run: PlannedRun) -> dict[str, Any] | None:
    if run.simulation is None:
        return None
    keys = ("iteration", "before", "after")
    reductions = [dict(zip(keys, reduction, strict=True)) for reduction in run.simulation.reductions]
    return {"metrics": run.simulation.metrics(), "reductions": reductions}


def _utf8(text: str) -> bytes:
    # A file name that is not UTF-8 reaches Python as lone surrogates; as \udcff they are legal in JSON too.
    return text.encode("utf-8", "backslashreplace")
