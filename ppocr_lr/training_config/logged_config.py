"""The config that PaddleOCR's trainer writes into its log when it starts, one `key : value` a line, sorted by key.

[2022/09/29 02:59:03] ppocr INFO: Optimizer :
[2022/09/29 02:59:03] ppocr INFO:     lr :
[2022/09/29 02:59:03] ppocr INFO:         learning_rate : 0.001
"""

from __future__ import annotations

import ast
import gzip
import re
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import BufferedReader
from itertools import islice
from math import inf
from os.path import isfile
from pathlib import Path
from typing import Any, NamedTuple

from ppocr_lr.errors import LRConfigError, LRConfigWarning, printable, reason
from ppocr_lr.language import tr
from ppocr_lr.training_config.log_text import GZIP, LogDecoder, plain
from ppocr_lr.training_config.run_flags import LoggedLength

_INDENT = 4
# A log inside JSON, as of Docker or of a notebook, has `\n"` or `\r\n"` at its line ends, or `"` and what comes in an
# object, with more backslashes where that is inside JSON again; one in a web page has tags there.
_ESCAPES = r"\\{1,8}"
_QUOTE = r"\\{0,8}\""
DUMPED = re.compile(
    rf"INFO: ((?: {{{_INDENT}}})*)([^\s:][^:\r\n]*?) : ?"
    rf"((?:(?!(?:{_ESCAPES}r)?{_ESCAPES}n{_QUOTE}|{_QUOTE}(?:\}}|, ?{_QUOTE}\w+{_QUOTE} ?:)|<br|</\w)[^\r\n])*)"
)
"""A line of the config: indentation, key, value."""

DATALOADER = "train dataloader has"
ITERS = rf"{DATALOADER} (\d{{1,9}}) iters"
"""What the trainer says once, after the config: the iterations of an epoch."""

# Before it may be what other tools put before each line (a time, a rank, a line number, a quotation mark). In a YAML
# such a line is a comment.
_LOG_LINE = re.compile(r"[^#]{0,200}?\[\d{4}[/-]\d\d[/-]\d\d \d\d:\d\d:\d\d\S*\] \S+ [A-Z]+: ")
# Within which a log has one of these; libraries that the trainer loads write their lines before.
_FIRST_LINES = 1000
_FIRST_BYTES = 1 << 24
_LONGEST_LINE = 1 << 16
_MOST_LINES = 5_000  # of a config
_MOST_IN_LISTS = 1 << 19  # characters, in all configs of a log: Python's parser takes long for them
_MOST_DEPTH = 60
_CHUNK = 1 << 16
_TORN = (EOFError, zlib.error, gzip.BadGzipFile)
_FRAME = ' \t|│",'  # what a table, a pane of a terminal or a list of strings puts behind each line
_WORDS = {"None": None, "True": True, "False": False}


_DECISIVE = (
    "Optimizer",
    "Global.epoch_num",
    "Global.log_smooth_window",
    "Train.loader.batch_size_per_card",
    "Train.loader.drop_last",
    "Train.dataset.label_file_list",
    "Train.dataset.ratio_list",
)
"""What decides the rates that a log shows."""


def decisive(config: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a config that decide the rates in the log of its run, by dotted key."""
    return {
        key: value
        for key, value in _leaves(config)
        if any(f"{key}.".startswith(f"{decisive}.") for decisive in _DECISIVE)
    }


def _leaves(value: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inside in value.items():
            yield from _leaves(inside, f"{above}.{key}" if above else str(key))
    else:
        yield above, value


class _Line(NamedTuple):
    depth: int
    key: str
    value: str


class LoggedRun(NamedTuple):
    """What a log says of its last run."""

    config: Mapping[str, Any]
    length: LoggedLength | None
    """None where the data loader's words are missing."""


class LoggedConfig:
    """Collects the lines of a config."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._in_lists = 0

    def add(self, found: re.Match[str]) -> None:
        """Take a line that `DUMPED` has found."""
        line = _Line(len(found[1]) // _INDENT, found[2], found[3].rstrip(_FRAME))
        again = self._lines[-1:] == [line]  # two processes wrote into one file, or one into two files that were joined
        if again or line.depth > _MOST_DEPTH or len(self._lines) >= _MOST_LINES:
            return
        if line.value.startswith("["):
            self._in_lists += len(line.value)
            if self._in_lists > _MOST_IN_LISTS:
                return
        self._lines.append(line)

    def end(self) -> Mapping[str, Any] | None:
        """What the lines say, if they are a training config; the next line begins another one."""
        if not self._lines:
            return None
        config, self._lines = _value(self._lines), []
        if isinstance(config, list):  # a process stopped before it trained, and then came the next one
            config = config[-1]
        return config if "Optimizer" in config else None


def is_log(path: str | Path) -> bool:
    """Whether a file, plain or gzip, is a log of PaddleOCR's trainer; a pipe is not, as it can be read only once."""
    if not isfile(path):
        return False
    with suppress(*_TORN), _opened(path) as stream:
        return any(map(_LOG_LINE.match, islice(_lines(stream, _FIRST_BYTES), _FIRST_LINES)))
    return False


def run_in_log(path: str | Path) -> LoggedRun:
    """The last config in a log, and what its data loader says.

    Raises:
        LRConfigError: the file cannot be read, or holds none.

    Warns:
        LRConfigWarning: it is a truncated archive, so what came after that config is not known.
    """
    collected, config, iters, torn = LoggedConfig(), None, 0, False
    try:
        with _opened(path) as stream:
            for line in _lines(stream):
                if found := DUMPED.search(line):
                    collected.add(found)
                elif _LOG_LINE.match(line):
                    if later := collected.end():
                        config, iters = later, 0
                    if found := re.search(ITERS, line):
                        iters = int(found[1])
    except _TORN:
        torn = True
    if later := collected.end():
        config, iters = later, 0
    if config is None:
        said = tr("is a log without a config; PaddleOCR writes it there, indented, when it starts")
        raise LRConfigError(said).within(str(path))
    if torn:
        said = tr("{path}: is a truncated archive; a later config in it could not be unpacked", path=path)
        warnings.warn(printable(said), LRConfigWarning, stacklevel=2)
    return LoggedRun(config, LoggedLength(iters, config.get("Train") or {}) if iters else None)


@contextmanager
def _opened(path: str | Path) -> Iterator[BufferedReader | gzip.GzipFile]:
    try:
        with open(path, "rb") as file:
            packed = file.peek(2).startswith(GZIP)
            yield gzip.GzipFile(fileobj=file) if packed else file
    except gzip.BadGzipFile:
        raise
    except OSError as error:
        said = tr("cannot be read: {reason}", reason=reason(error))
        raise LRConfigError(said).within(str(path)) from None


def _lines(stream: BufferedReader | gzip.GzipFile, most: float = inf) -> Iterator[str]:
    """The lines of a stream, or of about the first `most` bytes."""
    decoder, rest, taken = LogDecoder(stream.peek(2)), "", 0
    while taken < most and (block := stream.read1(_CHUNK)):
        taken += len(block)
        text = (rest[-_LONGEST_LINE:] + decoder.decode(block)).replace("\r\n", "\n").replace("\r", "\n")
        whole, ended, rest = text.rpartition("\n")
        if ended:
            yield from plain(whole).split("\n")
    yield plain(rest)


def _value(lines: Sequence[_Line]) -> dict[str, Any] | list[dict[str, Any]]:
    """The mapping, or the list of mappings, that lines of one depth and the lines inside them describe.

    The keys of a mapping are sorted, so one that does not come after the key before it belongs to the next item of a
    list.
    """
    items: list[dict[str, Any]] = [{}]
    last, begin = "", 0
    while begin < len(lines):
        depth, key, text = lines[begin]
        end = begin + 1
        while end < len(lines) and lines[end].depth > depth:
            end += 1
        if items[-1] and key <= last:
            items.append({})
        items[-1][key] = _value(lines[begin + 1 : end]) if end > begin + 1 else _scalar(text)
        last, begin = key, end
    return items[0] if len(items) == 1 else items


def _scalar(text: str) -> Any:
    """The value that Python prints like this; what it prints for no other type is a string."""
    if text in _WORDS:
        return _WORDS[text]
    for number in (int, float):
        with suppress(ValueError):
            if str(value := number(text)) == text:
                return value
    if text.startswith("[") and "{" not in text:
        with suppress(ValueError, SyntaxError, MemoryError, RecursionError), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about backslashes that escape nothing
            return ast.literal_eval(text)
    return text
