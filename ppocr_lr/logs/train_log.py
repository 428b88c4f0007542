"""What a training log says of its run: its starts, how many updates were done at each line, how long an epoch is.

A line of the newer format, `global_step: n`, is written after n updates; one of the older format, `iter: k`, at
update k (0-based), so after k + 1. Both read the rate before the update and show the median of the last
`Global.log_smooth_window` updates of this process: the window is empty after each start.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ppocr_lr.errors import LRConfigError
from ppocr_lr.language import tr
from ppocr_lr.logs.counts import ANY, Counted, Length, Lengths, change_of_length, counted_within_epochs, exactly
from ppocr_lr.logs.lines import MOST_CONFIGS, UNCOUNTED, LogReader
from ppocr_lr.logs.order import Order, in_order
from ppocr_lr.lr_config import Run
from ppocr_lr.numbers_text import amount
from ppocr_lr.training_config.logged_config import decisive

_MOST_STARTS = 1000  # of one log


class Process(NamedTuple):
    """A start or resume of the training."""

    length: Length | None
    """Iterations per epoch; None if its lines agree on none."""
    anew: bool | None
    """It counts from its first epoch on, not from the run's; None where both may be."""
    config: Mapping[str, Any] | None
    """As it or one before it wrote it into the log; None if none did."""
    batches: int = 0
    """Batches of an epoch, if its data loader says it and the lines count them; else 0."""


@dataclass(frozen=True, eq=False)
class TrainLog:
    """The lines of a log that have a rate, as arrays with one item per line, in the order of training."""

    source: str
    starts: NDArray[np.int64]
    """Which of the processes wrote the line."""
    epochs: NDArray[np.int64]
    totals: NDArray[np.int64]
    """The epochs of the run, the 100 of `[3/100]`; 0 if the log has neither them nor the epoch of a line."""
    counts: NDArray[np.int64]
    """Updates done, this one included: the line's last update is `counts - 1`. 0 if the log counts none."""
    rates: NDArray[np.float64]
    rounding: NDArray[np.float64]
    """How far the rate that was used may be from the one that is written."""
    finite: NDArray[np.bool_]
    """No loss of the line is NaN or infinite."""
    losses: NDArray[np.float64]
    """As they are written, nan if there is none."""
    processes: tuple[Process, ...]
    """In the order of training."""
    windows: bool
    """The trainer runs one iteration less in each epoch than its data loader has, as on Windows."""
    first_epoch: int
    """The number of the first epoch of a run: 1, and 0 in the oldest releases."""
    step_key: str
    """What the log calls the count: `global_step`, which is `counts`, or `iter`, which is `counts - 1`; else empty."""
    rate_before: float | None
    """The rate of the line before the first, where these are a part of a log."""
    remarks: tuple[str, ...]
    """What was done to lines that cannot be read or cannot be true."""

    def __len__(self) -> int:
        return len(self.rates)

    @cached_property
    def lengths(self) -> tuple[int | None, ...]:
        """Iterations per epoch, for each process; None where the log does not say for sure."""
        return tuple(process.length and process.length.exact for process in self.processes)

    def in_run(self, run: Run) -> TrainLog:
        """This log, with the epochs or the counts that its lines have in this run, if it has none itself.

        A line that has only an epoch was written before the epoch's last update was done, or then.
        """
        if not self.step_key:
            return replace(self, counts=(self.epochs - self.first_epoch + 1) * run.iters_per_epoch)
        if self.totals.any():
            return self
        epochs = (self.counts - 1) // run.iters_per_epoch + self.first_epoch
        return replace(self, epochs=epochs, totals=np.full_like(epochs, run.epochs))

    def place(self, index: int) -> str:
        """The place of a line, in the words of the log."""
        if not self.step_key:
            return tr("epoch {epoch}", epoch=self.epochs[index])
        step = int(self.counts[index]) - (self.step_key == "iter")
        return tr("{step} in epoch {epoch}", step=f"{self.step_key} {step}", epoch=self.epochs[index])

    @cached_property
    def own(self) -> tuple[Process, ...]:
        """The processes of these lines; others are of the runs before and after, where this is a part of a log."""
        return tuple(self.processes[start] for start in np.unique(self.starts).tolist())

    @property
    def iters_per_epoch(self) -> int | None:
        """Iterations per epoch, as the last process that logs it has them."""
        return self.possible_lengths.exact

    @cached_property
    def possible_lengths(self) -> Length:
        """What the lines allow: the last process that shows it for sure, else what all processes allow.

        Of another run the length is taken only if these lines allow it.
        """
        told = [process.length for process in self.own if process.length] or [ANY]
        if exact := next((length for length in reversed(told) if length.exact), None):
            return exact
        allowed = reduce(lambda some, length: some.also(length) or length, told)
        others = (length for length in reversed(self.lengths) if length and allowed.allows(length))
        return exactly(other) if (other := next(others, 0)) else allowed

    @property
    def config(self) -> Mapping[str, Any] | None:
        """The config that the last process has, if one was written into the log."""
        return self.processes[int(self.starts[-1])].config if len(self) else None

    @property
    def batches(self) -> int:
        """Batches of an epoch, if the data loader of the last process says it and the lines count them; else 0."""
        return self.own[-1].batches if self.own else 0

    def runs(self, by_config: bool) -> list[TrainLog]:
        """The log in parts that were planned alike: of one number and length of epochs, `by_config` of one config.

        A run that is resumed with more epochs or other data, or after its config was changed, has a new plan from there
        on.
        """
        bounds = [*np.flatnonzero(np.diff(self.starts, prepend=-1)).tolist(), len(self)]
        begins: list[int] = []
        plan: tuple[int, Mapping[str, Any] | None] | None = None
        length: Length | None = None
        for begin, end in pairwise(bounds):
            process = self.processes[int(self.starts[begin])]
            total = Counter(self.totals[begin:end].tolist()).most_common(1)[0][0]
            before, plan = plan, (total, decisive(process.config or {}) if by_config else None)
            own = process.length or ANY
            fitting = length.also(own) if length and plan == before else None
            begins += [begin] * (fitting is None)
            length = fitting or own
        if len(begins) > MOST_CONFIGS:
            return [self]
        first, *later = (self.take(slice(begin, end)) for begin, end in pairwise([*begins, len(self)]))
        rates = (float(self.rates[begin - 1]) for begin in begins[1:])
        return [first, *(replace(run, rate_before=rate, remarks=()) for run, rate in zip(later, rates, strict=True))]

    def take(self, lines: slice) -> TrainLog:
        """Some of the lines."""
        columns = ("starts", "epochs", "totals", "counts", "rates", "rounding", "finite", "losses")
        return replace(self, **{name: getattr(self, name)[lines] for name in columns})

    def is_over(self, iters_per_epoch: int) -> bool:
        """The last update of the run is logged: an epoch's last line is its only one that is sure to be written."""
        last_epoch = int(self.totals[-1]) - 1 + self.first_epoch
        return self.epochs[-1] >= last_epoch and int(self.counts[-1]) % iters_per_epoch == 0


def read_log(path: str | Path, begin: int = 0) -> TrainLog:
    """The lines with a rate of a log, plain or gzip, streamed; of a plain one those after its byte `begin`.

    Raises:
        LRConfigError: the file cannot be read, or no line of it has a rate.
    """
    reader = LogReader(path, begin)
    try:
        reader.read_on()
        reader = put_together(reader)
    finally:
        reader.close()
    log = train_log(reader)
    if not len(log):
        raise nothing_in(reader)
    return log


def put_together(reader: LogReader) -> LogReader:
    """A reader of the same file that joins wrapped lines, if most are wrapped; else `reader` itself."""
    most_can_be_read = 2 * reader.torn < reader.whole
    if reader.begin or reader.wrapped or most_can_be_read or reader.other_trainer or not Path(reader.path).is_file():
        return reader
    joined = LogReader(reader.path, wrapped=True)
    joined.read_on()
    better, worse = (joined, reader) if joined.whole > 2 * reader.whole else (reader, joined)
    worse.close()
    return better


def nothing_in(reader: LogReader) -> LRConfigError:
    """The error for a log without a rate."""
    if reader.other_trainer:
        return LRConfigError(
            tr(
                "is a log of {trainer}; only those of PaddleOCR from 2.0 on can be compared",
                trainer=reader.other_trainer,
            )
        ).within(str(reader.path))
    if reader.begin:
        return LRConfigError(tr("has no new line with a learning rate")).within(str(reader.path))
    torn = ""
    if reader.torn:
        torn = tr(", {lines} with `epoch: [` in another form or cut off", lines=amount(reader.torn, "line"))
    return LRConfigError(
        tr(
            "holds no line with a learning rate{torn}; PaddleOCR writes them as {example}",
            torn=torn,
            example="`epoch: [3/100], global_step: 90, lr: 0.000513, …`",
        )
    ).within(str(reader.path))


def train_log(reader: LogReader) -> TrainLog:
    """What the lines that have been read so far say."""
    lines = reader.so_far()
    read = len(lines)
    marks = np.cumsum(lines["start"], dtype=np.int32)
    declared = np.maximum.reduceat(lines["length"], np.flatnonzero(lines["start"])) if read else marks
    counted = lines["step"] != UNCOUNTED
    by_epoch = not counted.any()
    # Where other lines have a count, one without it is damaged. Nothing has been done at `global_step: 0`, so no line
    # is written there; and no epoch is beyond the last.
    possible = (lines["epoch"] <= lines["total"]) & (by_epoch | counted & (lines["older"] | (lines["step"] > 0)))
    if not possible.all():
        lines, marks = lines[possible], marks[possible]
    epochs, totals, steps = (lines[name].astype(np.int64) for name in ("epoch", "total", "step"))
    older = lines["older"]
    order = in_order(epochs, np.arange(len(lines)) if by_epoch else steps, lines["rate"], older, marks)
    within, starts = counted_within_epochs(order.starts, epochs, steps, older)
    before_these, starts = starts[:-_MOST_STARTS], starts[-_MOST_STARTS:]
    first_epoch = min([1, *(int(epochs[rows].min()) for rows in starts)])
    counts = np.zeros_like(steps) if by_epoch else steps + older
    found: list[Process] = []
    kept: list[NDArray[np.int64]] = []
    lengths = Lengths(reader.windows)
    last = 0  # count of the process before
    waiting = deque((rows, int(declared[marks[rows[0]] - 1])) for rows in starts)
    while waiting:
        rows, said = waiting.popleft()
        mark = int(marks[rows[0]]) - 1
        config = next((config for first, config in reversed(reader.configs) if first <= mark), None)
        if by_epoch:
            found.append(Process(ANY, False, config))
            kept.append(rows)
            continue
        before = epochs[rows] - first_epoch
        if within and older[rows[0]]:  # each epoch counts anew, and its last line is always written
            counts[rows] += before * (said or int(counts[rows].max()))
        ended = bool(before[-1] + 1 >= totals[rows[-1]])
        if not within and (change := change_of_length(before, counts[rows], ended)):
            index, length = change
            waiting.appendleft((rows[index:], length))
            rows, before, ended = rows[:index], before[:index], False
        from_zero = bool(older[rows[0]]) and first_epoch == 1
        goes_on = 0 < last < counts[rows[0]]
        agreed = lengths.of(
            Counted(before, counts[rows], int(older[rows[0]]), said, not found, goes_on, from_zero, ended)
        )
        last = int(counts[rows[-1]])
        batches = said if agreed.length and agreed.length.exact in (said, said - 1) else 0
        found.append(Process(agreed.length, agreed.anew, config, batches))
        kept.append(rows[agreed.lines])
    if lengths.windows:  # the few lines of a short process may allow both
        found = [each._replace(length=exactly(each.batches - 1)) if each.batches > 1 else each for each in found]
    which = np.concatenate(kept) if kept else np.zeros(0, dtype=np.int64)
    if len(which) < len(lines) or (np.diff(which) < 0).any():  # a large log is not copied where all is in order
        epochs, totals, counts = epochs[which], totals[which], counts[which]
    torn = reader.torn + (0 if by_epoch else int((~counted).sum()))
    left_out = read + reader.torn - torn - len(which) - order.repeated - sum(map(len, before_these))
    return TrainLog(
        str(reader.path), np.repeat(np.arange(len(kept)), [len(process) for process in kept]),
        epochs, totals, counts, lines["rate"][which], np.maximum(lines["rounding"][which], reader.rounding),
        lines["finite"][which], lines["loss"][which], tuple(found), lengths.windows, first_epoch,
        "" if by_epoch else "iter" if len(which) and older[which[-1]] else "global_step", None,
        (*_of_the_file(reader), *what_was_done(read + reader.torn, torn, left_out, order, len(before_these))),
    )  # fmt: skip


def _of_the_file(reader: LogReader) -> Iterator[str]:
    if reader.torn_archive:
        yield tr("the file is a truncated archive: what comes after these lines could not be unpacked")
    if reader.wrapped:
        yield tr("the lines of the file are wrapped; their parts were joined")


def what_was_done(lines: int, torn: int, impossible: int, order: Order, starts: int = 0) -> Iterator[str]:
    """The remarks about lines that cannot be read, or are in no order.

    Args:
        lines: all of them.
        torn: how many cannot be read.
        impossible: how many cannot be true.
        order: what was found about their order.
        starts: how many starts are left out.
    """
    of = amount(lines, "line")
    if torn:
        yield tr("{count} of {lines} cannot be read", count=torn, lines=of)
    if impossible == 1:
        yield tr("1 of {lines} contradicts its neighbours", lines=of)
    elif impossible:
        yield tr("{count} of {lines} contradict their neighbours", count=impossible, lines=of)
    if order.repeated == 1:
        yield tr("1 of {lines} is repeated", lines=of)
    elif order.repeated:
        yield tr("{count} of {lines} are repeated", count=order.repeated, lines=of)
    if order.shuffled:
        yield tr("{count} of {lines} are in no order; they were sorted", count=order.shuffled, lines=of)
    if starts:
        yield tr(
            "the training was started {count} times; the last {examined} starts are examined",
            count=starts + _MOST_STARTS,
            examined=_MOST_STARTS,
        )
