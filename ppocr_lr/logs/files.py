"""The logs at a path: a file of whatever kind, or a folder of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ppocr_lr.errors import LRConfigError, printable
from ppocr_lr.language import tr
from ppocr_lr.logs.train_log import TrainLog, read_log
from ppocr_lr.logs.visualdl_records import is_records, read_records, records_in

_MOST_NAMED = 5
_TRAINERS = ("train.log", "train.log.gz")  # what PaddleOCR calls it


def logs_at(path: Path) -> list[TrainLog]:
    """The log of a file, or of a folder its train.log, else all that it holds.

    Raises:
        LRConfigError: none can be read.
        MissingExtraError: it is one of VisualDL's records, and that is not installed.
    """
    if is_records(path):
        return [read_records(path, [path])]
    if not path.is_dir():
        return [read_log(path)]
    records = records_in(path)
    files = sorted(file for file in set(path.glob("*.log*")) - set(records) if file.is_file())  # a pipe has no end
    found = {}
    for file in sorted(files, key=lambda file: file.name not in _TRAINERS):
        with suppress(LRConfigError):  # another program's
            found[file] = read_log(file)
        if file in found and file.name in _TRAINERS:
            inside = [path / "vdl"] if (path / "vdl").is_dir() else []
            return [_beside_others(found[file], sorted({*files, *records, *inside} - {file}))]
    if found:
        return list(found.values())
    for folder in (path, path / "vdl"):  # where PaddleOCR writes records
        if folder.is_dir() and (records := records_in(folder)):
            return [read_records(folder, records)]
    said = tr("holds no .log file with a learning rate of PaddleOCR's trainer")
    below = sorted({str(file.parent) for name in _TRAINERS for file in path.glob(f"*/{name}")})
    if below:  # of several runs
        said += tr("; did you mean {names}?", names=tr(" or ").join(below[:_MOST_NAMED]))
    raise LRConfigError(said).within(str(path))


def _beside_others(log: TrainLog, others: Sequence[Path]) -> TrainLog:
    if not others:
        return log
    *names, last = (printable(path.name) for path in others)
    if not names:
        remark = tr("its folder also holds {file}, which was not read", file=last)
    else:
        if len(names) >= _MOST_NAMED:
            names, last = names[:_MOST_NAMED], tr("{count} more", count=len(names) - _MOST_NAMED + 1)
        several = tr(" and ").join((", ".join(names), last))
        remark = tr("its folder also holds {files}, which were not read", files=several)
    return replace(log, remarks=(*log.remarks, remark))
