"""What a training log says of its run: its starts, how many updates were done at each line, how long an epoch is.

A line of the newer format, `global_step: n`, is written after n updates; one of the older format, `iter: k`, at
update k (0-based), so after k + 1. Both read the rate before the update and show the median of the last
`Global.log_smooth_window` updates of this process: the window is empty after each start.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ppocr_lr.errors import LRConfigError
from ppocr_lr.language import tr
from ppocr_lr.logs.intervals import most_agree
from ppocr_lr.logs.lines import MOST_CONFIGS, UNCOUNTED, LogReader
from ppocr_lr.logs.order import Order, in_order
from ppocr_lr.lr_config import Run
from ppocr_lr.numbers_text import amount
from ppocr_lr.training_config.logged_config import decisive

_MOST = 0.9  # of the lines agree, where one length is believed and the others are not
_UNBOUNDED = 1 << 62
_MOST_STARTS = 1000  # of one log
_RECENT = 4  # lengths of epochs that a process may continue with


class Length(NamedTuple):
    """Iterations per epoch, as the lines of one start show them; `most` is None if nothing bounds them."""

    least: int
    most: int | None
    likely: int
    """What the last lines of its epochs say, which only the trainer on Windows leaves out."""

    @property
    def exact(self) -> int | None:
        """The length, if only one is possible."""
        return self.least if self.least == self.most else None

    def allows(self, iters: int) -> bool:
        """Whether an epoch can have so many iterations."""
        return self.least <= iters <= (self.most or iters)

    def __str__(self) -> str:
        return f"{self.least} or more" if self.most is None else f"{self.least} to {self.most}"


def _exactly(iters: int) -> Length:
    return Length(iters, iters, iters)


@dataclass(frozen=True, eq=False)
class TrainLog:
    """The lines of a log that have a rate, as arrays with one item per line, in the order of training."""

    source: str
    starts: NDArray[np.int64]
    """Which process wrote the line: 0, and 1 more after each start or resume."""
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
    ranges: tuple[Length | None, ...]
    """Iterations per epoch, for each process; None if its lines agree on none."""
    anew: tuple[bool | None, ...]
    """The process counts from its first epoch on, not from the run's; None where both may be."""
    configs: tuple[Mapping[str, Any] | None, ...]
    """The config that each process has, as it or one before it wrote it into the log; None if none did."""
    batches: int
    """Batches of an epoch, if the data loader of the last process says it and the lines count them; else 0."""
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
        return tuple(length and length.exact for length in self.ranges)

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

    @property
    def iters_per_epoch(self) -> int | None:
        """Iterations per epoch, as the last process that logs it has them."""
        return next((length for length in reversed(self.lengths) if length), None)

    @property
    def possible_lengths(self) -> Length:
        """What the log allows: the last process that shows it for sure, else what all processes allow."""
        if exact := self.iters_per_epoch:
            return _exactly(exact)
        told = [length for length in self.ranges if length] or [Length(1, None, 1)]
        least = max(length.least for length in told)
        most = min((length.most for length in told if length.most), default=None)
        return Length(least, most, told[-1].likely) if most is None or least <= most else told[-1]

    @property
    def config(self) -> Mapping[str, Any] | None:
        """The config that the last process has, if one was written into the log."""
        return self.configs[int(self.starts[-1])] if len(self) else None

    def runs(self, by_config: bool) -> list[TrainLog]:
        """The log in parts that were planned alike: of one number of epochs and, `by_config`, of one config.

        A run that is resumed with more epochs, or after its config was changed, has a new plan from there on.
        """
        bounds = [*np.flatnonzero(np.diff(self.starts, prepend=-1)).tolist(), len(self)]
        begins: list[int] = []
        plan: tuple[int, Mapping[str, Any] | None] | None = None
        for begin, end in pairwise(bounds):
            process = self.take(slice(begin, end))
            total = Counter(process.totals.tolist()).most_common(1)[0][0]
            before, plan = plan, (total, decisive(process.config or {}) if by_config else None)
            begins += [begin] * (plan != before)
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
        last_epoch = int(self.totals[-1]) - 1 + self.first_epoch if len(self) else 0
        return len(self) > 0 and self.epochs[-1] >= last_epoch and int(self.counts[-1]) % iters_per_epoch == 0


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
                "is a log of {trainer}; only those of PaddleOCR can be compared",
                trainer=reader.other_trainer,
            )
        ).within(str(reader.path))
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
    within, processes = _counts_within_epochs(order.starts, epochs, steps, older)
    before_these, processes = processes[:-_MOST_STARTS], processes[-_MOST_STARTS:]
    first_epoch = _first_epoch(epochs[np.concatenate(processes)]) if processes else 1
    counts = np.zeros_like(steps) if by_epoch else steps + older
    ranges: list[Length | None] = []
    anew, kept, configs, loaders, windows = [], [], [], [], reader.windows
    lengths: deque[int] = deque(maxlen=_RECENT)
    whole: set[int] = set()  # lengths of which all iterations run
    for number, process in enumerate(processes):
        start = int(marks[process[0]]) - 1
        said = int(declared[start])
        before = epochs[process] - first_epoch
        if within and older[process[0]]:  # each epoch counts anew, and its last line is always written
            counts[process] += before * (said or int(counts[process].max()))
        goes_on = number > 0 and counts[process[0]] > counts[processes[number - 1][-1]]
        from_zero = bool(older[process[0]]) and first_epoch == 1
        if by_epoch:
            agreed = _Agreed(Length(1, None, 1), False, 0, np.ones(len(process), dtype=bool))
        else:
            agreed = _agreed(before, counts[process], said, {said, said - 1, *lengths}, goes_on, from_zero)
        if said in whole and agreed.length == _exactly(said - 1):  # a count that lacks an epoch looks so too
            agreed = _disagreeing(said, len(process))
        length = agreed.length
        if length and not length.exact and not by_epoch:
            ended = bool(epochs[process[-1]] - first_epoch + 1 >= totals[process[-1]])
            length = _at_ends(before - agreed.base, counts[process], length, ended)
        windows |= length is not None and length.exact == said - 1
        beyond = counts[process] > (before - agreed.base + 1) * (said - 1)  # what the trainer on Windows runs
        if length == _exactly(said) and beyond[agreed.lines].mean() > 1 - _MOST:
            whole.add(said)
        configs.append(next((config for first, config in reversed(reader.configs) if first <= start), None))
        loaders.append(said if length and length.exact in (said, said - 1) else 0)
        ranges.append(length)
        if length and length.exact and length.exact not in lengths:
            lengths.append(length.exact)
        anew.append(agreed.anew)
        kept.append(process[agreed.lines])
    if windows:  # the few lines of a short process may allow both
        ranges = [_exactly(said - 1) if said > 1 else length for length, said in zip(ranges, loaders, strict=True)]
    which = np.concatenate(kept) if kept else np.zeros(0, dtype=np.int64)
    if len(which) < len(lines) or (np.diff(which) < 0).any():  # a large log is not copied where all is in order
        epochs, totals, counts = epochs[which], totals[which], counts[which]
    torn = reader.torn + (0 if by_epoch else int((~counted).sum()))
    left_out = read + reader.torn - torn - len(which) - order.repeated - sum(map(len, before_these))
    return TrainLog(
        str(reader.path), np.repeat(np.arange(len(kept)), [len(process) for process in kept]),
        epochs, totals, counts, lines["rate"][which], lines["rounding"][which],
        lines["finite"][which], lines["loss"][which], tuple(ranges), tuple(anew), tuple(configs),
        loaders[-1] if loaders else 0, windows, first_epoch,
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
    of = f"of {amount(lines, 'line')}"
    if torn:
        yield f"{torn} {of} cannot be read"
    if impossible:
        contradict = "contradicts its neighbours" if impossible == 1 else "contradict their neighbours"
        yield f"{impossible} {of} {contradict}"
    if order.repeated:
        yield f"{order.repeated} {of} {'is' if order.repeated == 1 else 'are'} repeated"
    if order.shuffled:
        yield f"{order.shuffled} {of} are in no order; they were sorted"
    if starts:
        yield f"the training was started {starts + _MOST_STARTS} times; the last {_MOST_STARTS} starts are examined"


def _first_epoch(epochs: NDArray[np.int64]) -> int:
    return 0 if len(epochs) and not epochs.min() else 1


def _counts_within_epochs(
    processes: Sequence[NDArray[np.int64]],
    epochs: NDArray[np.int64],
    steps: NDArray[np.int64],
    older: NDArray[np.bool_],
) -> tuple[bool, Sequence[NDArray[np.int64]]]:
    """Whether the step of the older format falls with nearly each new epoch, and the processes.

    Where it does not, a step that falls began again with a process, as where it is not kept across a resume.
    """
    lines = np.concatenate([np.zeros(0, dtype=np.int64), *processes])
    same = np.diff(np.repeat(np.arange(len(processes)), list(map(len, processes)))) == 0
    later = same & older[lines[1:]] & (np.diff(epochs[lines]) > 0)
    falls = later & (np.diff(steps[lines]) <= 0)
    if falls.sum() > _MOST * later.sum() or not falls.any():
        return bool(falls.any()), processes
    return False, np.split(lines, np.flatnonzero(~same | falls) + 1)


class _Agreed(NamedTuple):
    """What most lines of a process agree on."""

    length: Length | None
    anew: bool | None
    base: int
    """Epochs before the one that the process counts from."""
    lines: NDArray[np.bool_]


def _agreed(
    before: NDArray[np.int64], counts: NDArray[np.int64], said: int, known: set[int], goes_on: bool, from_zero: bool
) -> _Agreed:
    """Does the process count from the run's first epoch or from its own, and which lengths does that allow.

    Args:
        before: epochs before that of each line.
        counts: updates done at each line.
        said: the length that the process gave; 0 if it gave none.
        known: lengths that an epoch may have, by which a first line shows in which epoch the process began.
        goes_on: the count is higher than all before it, so it is none that began anew.
        from_zero: the first epoch of the run may be number 0, not 1.
    """
    begins = {int(before[0] - (counts[0] - 1) // length) for length in known if length > 0} | {int(before[0])}
    anew = [] if goes_on else sorted((base for base in begins if base > 0), reverse=True)
    found = [(base, *_allowed(before - base, counts, said)) for base in (0, *[-1] * from_zero, *anew)]
    base, length, lines = max(found, key=lambda each: (int(each[2].sum()), each[1].exact == said))
    if lines.mean() < _MOST:  # a count from before the process had another length, or one of updates
        updates = _agreed(before, counts, 0, known, goes_on, from_zero) if said else None
        if updates and updates.length and _of_several_batches(updates.length, said):
            return updates
        return _disagreeing(said, len(counts))
    as_many = {each[0] > 0 for each in found if each[2].sum() == lines.sum()}
    return _Agreed(length, None if len(as_many) > 1 else base > 0, base, lines)


def _disagreeing(said: int, lines: int) -> _Agreed:
    """If the lines agree on nothing, what the data loader says is believed."""
    return _Agreed(_exactly(said) if said else None, None, 0, np.ones(lines, dtype=bool))


def _of_several_batches(updates: Length, batches: int) -> bool:
    """Whether an epoch of so many batches, or of one less, has so many updates of several batches each."""
    ways = ((each, each // updates.least) for each in (batches, batches - 1))
    return any(of_one > 1 and updates.allows(each // of_one) for each, of_one in ways)


def _allowed(before: NDArray[np.int64], counts: NDArray[np.int64], said: int) -> tuple[Length, NDArray[np.bool_]]:
    """The lengths that most lines allow, and these lines: in epoch e, count g says g/e ≤ length < g/(e − 1)."""
    least = -(-counts // (before + 1))
    most = np.where(before > 0, (counts - 1) // np.maximum(before, 1), _UNBOUNDED)
    if said:  # on Windows it runs one less
        agreeing = {iters: (least <= iters) & (iters <= most) for iters in (said, said - 1)}
        iters = max(agreeing, key=lambda iters: int(agreeing[iters].sum()))
        return _exactly(iters), agreeing[said] | agreeing[said - 1]
    low, high, lines = most_agree(least, most)
    return Length(low, high if high < _UNBOUNDED else None, low), lines


def _at_ends(before: NDArray[np.int64], counts: NDArray[np.int64], allowed: Length, ended: bool) -> Length:
    """The length by the last lines of epochs: for sure where their count is none at which a line is written anyway."""
    gaps = Counter(np.diff(counts, prepend=0 if before[0] == 0 else counts[0]).tolist())
    del gaps[0]
    usual = max(gaps, key=lambda gap: (gaps[gap], gap), default=1)
    last = np.append(before[1:] > before[:-1], ended)
    sure = counts % usual != 0
    if ended:
        sure[-1] = True
    for ends in (sure, last):
        lengths = Counter(
            count // epochs
            for epochs, count in zip((before[ends] + 1).tolist(), counts[ends].tolist(), strict=True)
            if count % epochs == 0 and allowed.allows(count // epochs)
        )
        length, votes = (lengths.most_common(1) or [(0, 0)])[0]
        if 2 * votes > int(ends.sum()):
            return _exactly(length) if ends is sure else allowed._replace(likely=length)
    return allowed
