"""The lines of PaddleOCR's training log that have a rate, streamed; what cannot be read is counted.

[2022/09/29 02:59:23] ppocr INFO: epoch: [3/100], global_step: 90, lr: 0.000513, acc: 0.000000, loss: 1.692174, …
[2021/03/20 11:54:28] root INFO: epoch: [4/10], iter: 29, lr: 0.000820, loss: 0.973238, …

Other people's loops, modelled on the trainer's, may leave the count out.
"""

from __future__ import annotations

import gzip
import heapq
import math
import os
import re
import stat
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ppocr_lr.errors import LRConfigError, errors_within, reason
from ppocr_lr.language import tr
from ppocr_lr.training_config.log_text import GZIP, START, LogDecoder, plain, refuse_packed
from ppocr_lr.training_config.logged_config import DATALOADER, DUMPED, ITERS, LoggedConfig

# The rate must be followed by something: a number at the end of a cut line is not whole, nor is one whose last digits
# are on the next line, or after a comma. All epochs together have at most 2^53 iterations.
_LINE = re.compile(
    r"epoch:[ \t]*\[(\d{1,6})/(\d{1,6})\](?:,[ \t]*iter: \[\d+/\d+\])?"
    r"(?:,?[ \t]*(?:(global_step)|iter):[ \t]*(\d{1,15})(?=[, \t]))?"
    r"([^\[\r\n]*?)\blr'?:[ \t]*((?:\d{0,20}\.)?\d{1,20}(?:[eE][+-]?\d{1,3})?)"
    r"(?=,(?!\d)|(?!\s[\s>|]{0,20}\d+,)\s)([^\[\r\n]*)"
)
MOST_EPOCHS = 999_999
"""That a line may have; more are damage."""
# The trainer writes the rate behind the count, with six decimals; where the line ends with fewer, it was cut there.
_SHORT = r"\d*\.?\d{0,5}|\S*e[+-]?\d"
_CUT = re.compile(_SHORT, re.IGNORECASE)
_ENDS_SHORT = re.compile(rf"\blr:[ \t]*(?:{_SHORT})$", re.IGNORECASE | re.MULTILINE)
_MARGIN = " \t>|"  # of a quotation, or of indented text
_LINE_BEGINS = re.compile(r"epoch:[ \t]*\[\d")
# The trainer's own lines begin with the time; before it may be what other tools put before each line.
_STAMP = r"[^\n]{0,60}?\[\d{4}[/-]\d\d[/-]\d\d "
# PaddleOCR says these once, when a training process starts.
_STARTS = (DATALOADER, "During the training process, after the", "INFO: resume from ")
_WHEN = r"(?: (\d{1,15})th iteration, an evaluation is run every (\d{1,15}) iterations)?"
_START = re.compile("|".join((ITERS, _STARTS[1] + _WHEN, _STARTS[2])))
_EVALUATED = "cur metric, "
_EVALUATION = re.compile(rf"{_EVALUATED}([^\r\n]*)")
# It fills a number up to eight places with x: `nan` is written `nanxxx`.
_NO_LOSS = re.compile(r"loss'?: -?(?:nan|inf)x*\b", re.IGNORECASE)
# The backslash may be one of JSON, with which a notebook or Docker ends a line, so it must stand before a file's name.
_SAVED_ON_WINDOWS = re.compile(
    r"INFO: save (?:model in|best model is to) (?:\w:)?[^:\r\n]*\\(?:latest|best_accuracy|iter_epoch_)"
)
_LOSS = re.compile(r"\bloss'?: (-?(?:nan|inf|\d*\.?\d+(?:e[+-]?\d{1,3})?))", re.IGNORECASE)
_OTHER_TRAINERS = {
    "PaddleOCR 1": re.compile(r"INFO: epoch: \d+, iter: \d+, "),
    "PaddleDetection": re.compile(r"Epoch: \[\d+\] \[ *\d+/ *\d+\] learning_rate: "),
    "PaddleClas": re.compile(r"\[Train\] ?\[Epoch \d+/\d+\] ?\[Iter: \d+/\d+\]"),
    "OpenMMLab, such as MMOCR": re.compile(r"Epoch *(?:\(train\))? *\[\d+\]\[ *\d+/ *\d+\]\s+(?:base_)?lr: "),
    "PaddleSeg": re.compile(r"\[TRAIN\] epoch: \d+, iter: \d+/\d+, loss: "),
}

_CHUNK = 1 << 20
MOST_BYTES = 1 << 30
MOST_LINES = 1_200_000  # with a rate, damaged ones, and those of configs: half a gigabyte of memory
_LONGEST_LINE = 1 << 16
_MOST_BEFORE = 1 << 24  # bytes; a log has its first line after the config and a few thousand lines at most
_HIGHEST = 1e6  # no learning rate; what is beyond is a damaged number
MOST_CONFIGS = 20  # one after the other in a log; more are damage

UNCOUNTED = -1
"""The step of a line without one."""

_FEWEST_DECIMALS = 3  # with which a rate says anything
SIX_DECIMALS = 0.5e-6
"""The rounding of the trainer's own lines."""


class Line(NamedTuple):
    """A line with a rate."""

    epoch: int
    total: int
    step: int
    """`UNCOUNTED` if the line has none."""
    older: bool
    """`iter: k` is written at update k, `global_step: n` after n of them."""
    rate: float
    rounding: float
    """How far the rate that was used may be from the one that is written."""
    finite: bool
    """No loss of the line is NaN or infinite."""
    loss: float
    """As it is written, nan if there is none: the median of the last updates, as the rate."""
    start: bool
    """A training process started between the line before and this one."""
    length: int
    """Iterations per epoch, as the process said when it started; 0 if it did not."""


_ROW = np.dtype(list(zip(Line._fields, ("<i4", "<i4", "<i8", "?", "<f8", "<f8", "?", "<f8", "?", "<i8"), strict=True)))


class LogReader:
    """Reads a log, from its byte `begin` on, and then what is added to it.

    Args:
        path, begin: the file, and where in it.
        wrapped: the lines were broken by a terminal or an editor, and are put together.

    Raises:
        LRConfigError: the file cannot be read, or is not a log of PaddleOCR's trainer.
    """

    def __init__(self, path: str | Path, begin: int = 0, wrapped: bool = False) -> None:
        self.path, self.begin, self.wrapped = path, begin, wrapped
        self.opened = 0
        """How often the file was opened: once more each time that it was replaced."""
        self._decoder: LogDecoder | None
        self._open()

    def close(self) -> None:
        """Read no further."""
        self._file.close()

    def read_on(self) -> bool:
        """Read what is new; False if nothing is. A file that was replaced or became shorter is read anew."""
        if self._replaced():
            self._file.close()
            self._open()
        refuse_packed(self._start, self.path)
        some = self.torn_archive = False
        with errors_within(str(self.path)):
            try:
                while block := self._stream.read1(_CHUNK):
                    some = True
                    self._read += len(block)
                    if self._decoder is None:
                        self._decoder = LogDecoder(block)
                    self._add(self._decoder.decode(block).replace("\r", "\n"))
                    self._check_size()
            except (OSError, EOFError, zlib.error) as error:
                if self._read and isinstance(error, (EOFError, zlib.error, gzip.BadGzipFile)):
                    self.torn_archive = True
                    return some
                raise LRConfigError(tr("cannot be read: {reason}", reason=error)) from None
        return some

    def _check_size(self) -> None:
        if self._read > MOST_BYTES:
            raise LRConfigError(tr("holds more than {most} GiB; give a part of it", most=MOST_BYTES >> 30))
        if self.whole + self.torn + self.said.lines + len(self.said.evaluations) > MOST_LINES:
            raise LRConfigError(tr("holds more than {most} training lines; give a part of it", most=MOST_LINES))
        if not self.lines and self._read > _MOST_BEFORE:
            raise LRConfigError(
                tr(
                    "holds no line with a learning rate in its first {most} MiB, so it is no log of "
                    "PaddleOCR's trainer",
                    most=_MOST_BEFORE >> 20,
                )
            )

    @property
    def whole(self) -> int:
        """How many lines with a rate there are, but for one without its end."""
        return len(self.lines) // _ROW.itemsize

    @property
    def rounding(self) -> float:
        """The rounding of all rates: that of the trainer's, or of fewer decimals if a loop writes that many of each."""
        written = self.said.decimals
        fixed = min(written, default=0) if self.said.padded and len(written) == 1 else 0
        return max(SIX_DECIMALS, 0.5 * 10.0**-fixed) if fixed >= _FEWEST_DECIMALS else SIX_DECIMALS

    def so_far(self) -> NDArray[np.void]:
        """All lines that have been read, with the fields of a `Line`; the last may be whole without its end.

        Nothing can be read on while this is kept.
        """
        said = replace(self.said, logged=LoggedConfig(), evaluations=[])
        last = np.array([*_lines(self._together(self._rest), said)], _ROW)
        return np.frombuffer(self.lines + last.tobytes() if len(last) else self.lines, _ROW)

    def _open(self) -> None:
        try:
            self._file = open(self.path, "rb")  # noqa: SIM115  # read on in later calls
            start = self._file.peek(START)[:START]
            if self.begin:  # a pipe has no other position
                self._file.seek(self.begin)
        except (OSError, ValueError) as error:  # a name that no file can have
            raise LRConfigError(tr("cannot be read: {reason}", reason=reason(error))).within(str(self.path)) from None
        packed = start.startswith(GZIP)
        self._stream = gzip.GzipFile(fileobj=self._file) if packed else self._file
        self._decoder = None if packed else LogDecoder(start)
        self._start = b"" if packed else start
        self.opened += 1
        self._rest = ""
        self._read = self._width = 0
        self._margin = ""
        self.said = Said()
        self.lines = bytearray()
        self._starts = 0
        self.configs: list[tuple[int, Mapping[str, Any]]] = []
        """The last configs that processes said they have, with the number of the start that each is the first of."""
        self.torn = 0
        """Lines that begin like one with a rate but cannot be read."""
        self.torn_archive = False
        """The end of a .gz is missing, or it cannot be unpacked from some point on."""
        self.windows = False
        """A model was saved under a path with a backslash."""
        self.other_trainer: str | None = None
        """Whose log it is, if another trainer's."""

    def _replaced(self) -> bool:
        ours = os.fstat(self._file.fileno())
        if not stat.S_ISREG(ours.st_mode):
            return False
        try:
            theirs = os.stat(self.path)
        except OSError:
            return False  # between the removal of the old file and the new one
        return (ours.st_dev, ours.st_ino) != (theirs.st_dev, theirs.st_ino) or theirs.st_size < self._file.tell()

    def _add(self, text: str) -> None:
        text = plain(self._rest + text)
        if self.wrapped:  # a line may continue in what comes
            text = self._without_margin(text)
            end = max((found.end() for found in re.finditer(rf"\n(?={_STAMP})", text)), default=0)
        else:
            end = text.rfind("\n") + 1
        self._rest = text[end:][-_LONGEST_LINE:]
        text = self._together(text[:end])
        found = []
        for line in _lines(text, self.said):
            found.append(line)
            if line.start:
                config, self.said.config = self.said.config, None
                if config is not None and (not self.configs or self.configs[-1][1] != config):  # it is another one
                    self.configs = [*self.configs[-MOST_CONFIGS:], (self._starts, config)]
                self._starts += 1
        self.lines += np.array(found, _ROW).tobytes()
        self.torn += sum(1 for _ in _LINE_BEGINS.finditer(text)) - len(found)
        self.windows = self.windows or _SAVED_ON_WINDOWS.search(text) is not None
        if not self.lines and self.other_trainer is None:
            self.other_trainer = next((name for name, line in _OTHER_TRAINERS.items() if line.search(text)), None)

    def _without_margin(self, text: str) -> str:
        """Wrapped lines without what all of them begin with, whose width is known then."""
        if not self._width:
            lines = [line for line in text.split("\n")[:-1] if line.strip()] or [text]
            self._margin = min((line[: len(line) - len(line.lstrip(_MARGIN))] for line in lines), key=len)
            self._width = max(map(len, lines)) - len(self._margin)
            text = f"\n{text}"
        return text.replace(f"\n{self._margin}", "\n")

    def _together(self, text: str) -> str:
        """Wrapped lines as they were.

        A break after as many characters as the widest line has may be in a word; an earlier one was a space.
        """
        if not self.wrapped:
            return text
        full = rf"(^[^\n]{{{self._width}}})?\n+(?!\n|{_STAMP}|\Z)"
        return re.sub(full, lambda found: found[1] or " ", text, flags=re.MULTILINE)


@dataclass
class Said:
    """What a log says beside its lines with a rate; the first four until the next of these comes."""

    logged: LoggedConfig = field(default_factory=LoggedConfig)
    config: Mapping[str, Any] | None = None
    started: bool = True
    length: int = 0
    lines: int = 0
    """How many lines of configs there were."""
    rates: int = 0
    """How many lines with a rate there were."""
    evaluations: list[tuple[int, str]] = field(default_factory=list)
    """How many lines with a rate come before each evaluation, and its metrics as they are written."""
    evaluates: tuple[int, int] | None = None
    """The update after which evaluations begin, and how many there are from one to the next, if it is known."""
    decimals: set[int] = field(default_factory=set)
    """How many the rates have."""
    padded: bool = False
    """Some of these are zeros that only a fixed number of decimals has."""

    def note_decimals(self, written: str) -> None:
        """What a rate shows of how it was rounded."""
        self.decimals.add(len(written.partition(".")[2]) if "e" not in written.lower() else 0)
        self.padded = self.padded or written.endswith("0")

    def end_of_config(self) -> None:
        """No more lines of it."""
        if config := self.logged.end():
            self.config, self.started = config, True


def _lines(text: str, said: Said) -> Iterator[Line]:
    regexes = (
        _LINE,
        DUMPED,
        *[_START] * any(words in text for words in _STARTS),
        *[_EVALUATION] * (_EVALUATED in text),
    )
    ends = [(text.rfind("\n", 0, found.start()), found.end()) for found in _ENDS_SHORT.finditer(text)]
    # The trainer's log is cut at one width; a loop of somebody's own may have nothing after a short rate.
    one_width = len({end - begin for begin, end in ends}) == 1
    for match in heapq.merge(*(regex.finditer(text) for regex in regexes), key=re.Match.start):
        if match.re is DUMPED:
            said.lines += 1
            said.logged.add(match)
            continue
        said.end_of_config()
        if match.re is _EVALUATION:
            said.evaluations.append((said.rates, match[1]))
            continue
        if match.re is _START:
            said.started = True
            said.length = int(match[1] or 0) or said.length
            said.evaluates = (int(match[2]), int(match[3])) if match[2] else said.evaluates
            continue
        epoch, total, newer, step, between, written, rest = match.groups()
        rate = float(written)
        cut = (
            one_width
            and step
            and text.endswith("INFO: ", 0, match.start())
            and not between.strip(", \t")
            and not rest
            and _CUT.fullmatch(written)
        )
        if rate < _HIGHEST and not cut:
            said.note_decimals(written)
            loss = _LOSS.search(rest)
            yield Line(
                int(epoch), int(total), int(step or UNCOUNTED), bool(step and not newer),
                rate, _rounding(rate, written.lower()), _NO_LOSS.search(rest) is None,
                float(loss[1]) if loss else math.nan, said.started, said.length,
            )  # fmt: skip
            said.started, said.length = False, 0
            said.rates += 1


def _rounding(rate: float, written: str) -> float:
    """Half a unit of the last digit of a rate like `1.23e-03`; below 1e-4 Python writes six decimals like that too."""
    mantissa, exponent, power = written.partition("e")
    if not exponent or rate < 1e-4:
        return SIX_DECIMALS
    return max(SIX_DECIMALS, 0.5 * 10.0 ** (int(power) - len(mantissa.partition(".")[2])))
