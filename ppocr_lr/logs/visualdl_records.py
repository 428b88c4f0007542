"""The rates in VisualDL's records (`Global.use_visualdl`): one for each update, with its step, without its epoch.

Until 2022 PaddleOCR wrote two for a step, the median that the log has and the rate as it was used; and in 2020 it
wrote `step` k at update k (0-based), since then after k of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ppocr_lr.errors import LRConfigError, MissingExtraError, printable, reason
from ppocr_lr.language import tr
from ppocr_lr.logs.counts import ANY
from ppocr_lr.logs.lines import SIX_DECIMALS
from ppocr_lr.logs.order import in_order
from ppocr_lr.logs.train_log import Process, TrainLog, what_was_done

_RATE, _LOSS = "train/lr", "train/loss"
_MOST_TAGS = 100  # that are named, of a file without the rate


class _Record(NamedTuple):
    step: int
    rate: float
    finite: bool
    """The loss of that step is a number."""
    loss: float
    """The loss; nan if there is none."""


def is_records(path: Path) -> bool:
    """By the name that VisualDL gives its files, and knows them by."""
    return "vdlrecords" in path.name and not path.is_dir()


def records_in(folder: Path) -> list[Path]:
    """The files of a folder, the first process first."""
    return sorted(filter(is_records, folder.iterdir()))


def read_records(path: Path, files: Sequence[Path]) -> TrainLog:
    """The rates in the records of a run, one file for each process, as a log whose epochs the plan has to supply.

    Args:
        path: what the log is called.
        files: the files.

    Raises:
        LRConfigError: a file cannot be read, or none has a rate.
        MissingExtraError: VisualDL is not installed.
    """
    read = _Read()
    processes = [list(_records(file, read)) for file in files]
    records = [record for process in processes for record in process]
    if not records:
        others = tr(", only {tags}", tags=", ".join(map(printable, sorted(read.tags)))) if read.tags else ""
        raise LRConfigError(tr("holds no rate under TRAIN/lr{others}", others=others)).within(str(path))
    steps = np.array([record.step for record in records], dtype=np.int64)
    rates = np.array([record.rate for record in records])
    marks = np.repeat(np.arange(len(files), dtype=np.int32), [len(process) for process in processes])
    nothing = np.zeros_like(steps)
    order = in_order(nothing, steps, rates, nothing != 0, marks)
    which, starts = np.concatenate(order.starts), len(order.starts)
    older = int(steps.min() == 0)
    process = Process(ANY._replace(likely=int(steps.max()) + older), False, None)
    return TrainLog(
        str(path), np.repeat(np.arange(starts), list(map(len, order.starts))), nothing[which], nothing[which],
        steps[which] + older, rates[which], np.full(len(which), SIX_DECIMALS),
        np.array([record.finite for record in records])[which], np.array([record.loss for record in records])[which],
        (process,) * starts, False, 1, "iter" if older else "global_step", None,
        (*what_was_done(len(steps) + read.torn, read.torn, len(steps) - len(which) - order.repeated, order),
         tr("VisualDL's records have no epochs; those of the plan are used")),
    )  # fmt: skip


@dataclass
class _Read:
    """What else was found in files."""

    tags: set[str] = field(default_factory=set)
    torn: int = 0


def _records(path: Path, read: _Read) -> Iterator[_Record]:
    loss, finite, last = math.nan, True, None
    for tag, step, value in _scalars(path, read):
        if tag.lower() == _LOSS:
            loss, finite = value, math.isfinite(value)
        elif tag.lower() != _RATE:
            if len(read.tags) < _MOST_TAGS:
                read.tags.add(tag)
        elif step != last and step >= 0 and math.isfinite(value):
            yield _Record(step, round(value, 6), finite, loss)
            last = step


def _scalars(path: Path, read: _Read) -> Iterator[tuple[str, int, float]]:
    """Tag, step and value of each scalar, up to where the file is damaged."""
    try:
        from visualdl.proto import record_pb2
        from visualdl.reader.record_reader import RecordReader
    except ModuleNotFoundError:
        raise MissingExtraError("visualdl", "visualdl") from None
    try:
        with suppress(StopIteration):
            reader, record = RecordReader(filepath=str(path)), record_pb2.Record()
            while True:
                record.ParseFromString(reader.get_next())
                for value in record.values:
                    if value.WhichOneof("one_value") == "value":
                        yield value.tag, value.id, value.value
    except OSError as error:
        raise LRConfigError(tr("cannot be read: {reason}", reason=reason(error))).within(str(path)) from None
    except Exception:  # whatever its parts raise for bytes that are no record
        read.torn += 1
