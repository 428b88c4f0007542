"""The logs at a path: a file of whatever kind, or a folder of them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from ppocr_lr.errors import LRConfigError
from ppocr_lr.logs.train_log import TrainLog, read_log
from ppocr_lr.logs.visualdl_records import is_records, read_records, records_in


def logs_at(path: Path) -> list[TrainLog]:
    """The log of a file, or all that a folder holds.

    Raises:
        LRConfigError: none can be read.
        MissingExtraError: it is one of VisualDL's records, and that is not installed.
    """
    if is_records(path):
        return [read_records(path, [path])]
    if not path.is_dir():
        return [read_log(path)]
    found = []
    for file in sorted(set(path.glob("*.log*")) - set(records_in(path))):
        with suppress(LRConfigError):  # another program's
            found.append(read_log(file))
    if found:
        return found
    for folder in (path, path / "vdl"):  # where PaddleOCR writes records
        if folder.is_dir() and (records := records_in(folder)):
            return [read_records(folder, records)]
    raise LRConfigError(f"{path}: holds no .log file with a learning rate of PaddleOCR's trainer")
