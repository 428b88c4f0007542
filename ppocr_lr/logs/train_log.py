"""PaddleOCR's training log: how many updates were done when it told which learning rate.

A line of the newer format, `global_step: n`, is written after n updates; one of the older format, `iter: k`, at
update k (0-based), so after k + 1. Both read the rate before the update and tell the median of the last
`Global.log_smooth_window` updates of this process: the window is empty after each start.
"""

from __future__ import annotations

import codecs
import gzip
import heapq
import os
import re
import zlib
from array import array
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ppocr_lr.errors import LRConfigError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The rate must be followed by something: a number at the end of a torn line is not whole.
_LINE = re.compile(
    r"epoch: \[(\d{1,9})/(\d{1,9})\], (?:(global_step)|iter): (\d{1,15}),"
    r"[^\[\r\n]*?\blr'?: (\d*\.?\d+(?:[eE][+-]?\d{1,3})?)(?=[,\s])"
)
# PaddleOCR says these once, when a training process starts.
_START = re.compile(r"train dataloader has (\d{1,12}) iters|During the training process, after the|INFO: resume from ")

_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 16
_RECENT = 16  # lines back at which another rank may repeat a line
_ENCODINGS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}  # what PowerShell's > writes


@dataclass(frozen=True, eq=False)
class TrainLog:
    """The lines of a log that tell a rate, as arrays of one item a line, in the order of the file."""

    source: str
    starts: NDArray[np.int64]
    """Which process wrote the line: 0, and 1 more after each start or resume."""
    epochs: NDArray[np.int64]
    totals: NDArray[np.int64]
    """The epochs of the run, the 100 of `[3/100]`."""
    counts: NDArray[np.int64]
    """Updates done, this one counted in: the line's last update is `counts - 1`."""
    rates: NDArray[np.float64]
    lengths: tuple[int | None, ...]
    """Iterations per epoch, for each process; None where the log does not say."""
    step_key: str
    """What the log calls the count: `global_step`, which is `counts`, or `iter`, which is `counts - 1`."""

    def __len__(self) -> int:
        return len(self.rates)

    @property
    def first_epoch(self) -> int:
        """The number of the first epoch of a run: 1, and 0 in the oldest releases."""
        return 0 if len(self) and not self.epochs.min() else 1

    def place(self, index: int) -> str:
        """Where a line stands, in the words of the log."""
        step = int(self.counts[index]) - (self.step_key == "iter")
        return f"{self.step_key} {step} in epoch {self.epochs[index]}"

    @property
    def iters_per_epoch(self) -> int | None:
        """Iterations per epoch, as the last process that logs it has them."""
        return next((length for length in reversed(self.lengths) if length), None)

    def is_over(self, iters_per_epoch: int) -> bool:
        """The last update of the run is logged: an epoch's last line is its only one that is sure to be written."""
        last_epoch = int(self.totals[-1]) - 1 + self.first_epoch if len(self) else 0
        return len(self) > 0 and self.epochs[-1] >= last_epoch and int(self.counts[-1]) % iters_per_epoch == 0


def read_log(path: str | Path) -> TrainLog:
    """The lines with a rate of a log, plain or gzip, streamed.

    Raises:
        LRConfigError: the file cannot be read, or no line of it has a rate.
    """
    reader = LogReader(path)
    reader.read_on()
    log = reader.log()
    if not len(log):
        raise LRConfigError(
            f"{path}: holds no line with a learning rate; PaddleOCR writes them as "
            "`epoch: [3/100], global_step: 90, lr: 0.000513, …`"
        )
    return log


class LogReader:
    """Reads a log, and then what is added to it."""

    def __init__(self, path: str | Path) -> None:
        self.path = path
        self._open()

    def read_on(self) -> bool:
        """Read what is new; False where nothing is. A file that was replaced or became shorter is read anew."""
        if self._replaced():
            self._file.close()
            self._open()
        some = False
        try:
            while block := self._stream.read(_CHUNK):
                some = True
                self._add(self._decoder.decode(block))
        except (OSError, EOFError, zlib.error) as error:
            raise LRConfigError(f"{self.path}: cannot be read: {error}") from None
        # The last line may be whole without its end; if it is not, or comes again with its end, nothing is lost.
        self._found.add(self._rest)
        return some

    def log(self) -> TrainLog:
        """What has been read so far."""
        return self._found.log(str(self.path))

    def _open(self) -> None:
        try:
            self._file: BinaryIO = open(self.path, "rb")  # noqa: SIM115  # read on in later calls
            start = self._file.read(4)
            self._file.seek(0)
        except OSError as error:
            raise LRConfigError(f"{self.path}: cannot be read: {error.strerror or error}") from None
        packed = start[:2] == b"\x1f\x8b"
        self._stream: BinaryIO | gzip.GzipFile = gzip.GzipFile(fileobj=self._file) if packed else self._file
        encoding = _ENCODINGS.get(start[:2], "utf-8")
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._rest = ""
        self._found = _Found()

    def _replaced(self) -> bool:
        ours = os.fstat(self._file.fileno())
        try:
            theirs = os.stat(self.path)
        except OSError:
            return False  # between the removal of the old file and the new one
        return (ours.st_dev, ours.st_ino) != (theirs.st_dev, theirs.st_ino) or theirs.st_size < self._file.tell()

    def _add(self, text: str) -> None:
        text = self._rest + text
        end = text.rfind("\n") + 1
        self._rest = text[end:][-_LONGEST_LINE:]
        self._found.add(text[:end])


class _Found:
    """Collects lines, and tells a restart from a line that another rank repeats."""

    def __init__(self) -> None:
        self._starts, self._epochs, self._totals, self._steps = (array("q") for _ in range(4))
        self._rates = array("d")
        self._older = array("b")
        self._falls: list[int] = []  # older lines that begin an epoch with a lower step than the line before
        self._rises = 0  # older lines that begin one with a higher step
        self._recent: deque[tuple[int, int, float]] = deque(maxlen=_RECENT)
        self._restarted = True
        self._said: int | None = None
        self._declared: dict[int, int | None] = {}  # by the line with which a process begins

    def add(self, text: str) -> None:
        for match in heapq.merge(_LINE.finditer(text), _START.finditer(text), key=re.Match.start):
            if match.re is _START:
                self._restarted = True
                self._said = int(match[1]) if match[1] and int(match[1]) else self._said
            else:
                epoch, total, newer, step, rate = match.groups()
                self._line(int(epoch), int(total), int(step), float(rate), not newer)

    def _line(self, epoch: int, total: int, step: int, rate: float, older: bool) -> None:
        if (epoch, step, rate) in self._recent and step <= self._steps[-1] and not self._restarted:
            return
        begins = self._restarted or older != self._older[-1] or epoch < self._epochs[-1]
        if not begins and older and epoch == self._epochs[-1] + 1:
            if step <= self._steps[-1]:
                self._falls.append(len(self._steps))
            else:
                self._rises += 1
        elif not begins:
            begins = step <= self._steps[-1]
        if begins:
            self._recent.clear()
            self._declared[len(self._steps)] = self._said
            self._said = None
        self._recent.append((epoch, step, rate))
        self._starts.append((self._starts[-1] + begins) if self._starts else 0)
        for column, value in ((self._epochs, epoch), (self._totals, total), (self._steps, step), (self._older, older)):
            column.append(value)
        self._rates.append(rate)
        self._restarted = False

    def log(self, source: str) -> TrainLog:
        import numpy as np

        # Copies: an array that a view looks into cannot grow.
        starts, epochs, totals, steps = (
            np.array(column, dtype=np.int64) for column in (self._starts, self._epochs, self._totals, self._steps)
        )
        older = np.array(self._older, dtype=bool)
        counts = steps + older
        within = bool(self._falls) and not self._rises
        if not within:  # the count starts again with the process, as where it is not kept across a resume
            begun = np.zeros_like(starts)
            begun[self._falls] = 1
            starts = starts + np.cumsum(begun)
        declared = {int(starts[line]): length for line, length in self._declared.items()}
        processes = range(int(starts[-1]) + 1 if len(starts) else 0)
        lengths = [declared.get(number) for number in processes]
        if within:  # each epoch counts anew, and its last line is always written
            lengths = [length or int(counts[np.array(self._falls) - 1].max()) for length in lengths]
            counts = counts + older * (epochs - (0 if not epochs.min() else 1)) * np.array(lengths)[starts]
        else:
            first_epoch = 0 if len(epochs) and not epochs.min() else 1
            ends = np.searchsorted(starts, [*processes], side="right").tolist()
            lengths = [
                length or _counted_length(epochs[begin:end], counts[begin:end], first_epoch)
                for length, begin, end in zip(lengths, [0, *ends], ends, strict=False)
            ]
        step_key = "iter" if len(older) and older[-1] else "global_step"
        return TrainLog(source, starts, epochs, totals, counts, np.array(self._rates), tuple(lengths), step_key)


def _counted_length(epochs: NDArray[np.int64], counts: NDArray[np.int64], first_epoch: int) -> int | None:
    """From the last lines of epochs, which PaddleOCR always writes (not on Windows: there the counts disagree)."""
    import numpy as np

    last = np.flatnonzero(epochs[1:] > epochs[:-1])
    if len(last) > 1:
        lengths = set((np.diff(counts[last]) / np.diff(epochs[last])).tolist())
    elif len(last) and epochs[0] == first_epoch:
        lengths = {float(counts[last[0]] / (epochs[last[0]] - first_epoch + 1))}
    else:
        return None
    length = lengths.pop()
    return int(length) if not lengths and length.is_integer() and length >= 1 else None
