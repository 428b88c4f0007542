"""`train.log` as PaddleOCR writes it."""

from __future__ import annotations

import sys
from collections import deque
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TextIO

from digits.naming import naming
from digits.trainer import Update
from ppocr_lr.lr_config import Run


class TrainLog:
    """Lines for stdout and for the end of a file.

    Args:
        path: the file; None on the cards that only print.
        window: the printed rate, accuracy and loss are medians over this many updates.
        every: a line after so many updates, and at the end of each epoch.
    """

    def __init__(self, path: Path | None, run: Run, window: int, every: int) -> None:
        self._path = path
        self._file: TextIO | None = path.open("a", encoding="utf-8") if path else None
        self._out = sys.stdout
        self._run, self._every = run, every
        self._values = {key: deque[float](maxlen=window) for key in ("lr", "acc", "loss")}
        self._since: list[Update] = []
        self._seconds, self._updates = 0.0, 0

    def info(self, message: str) -> None:
        """One line."""
        line = f"[{datetime.now():%Y/%m/%d %H:%M:%S}] ppocr INFO: {message}"
        if self._file is not None and self._path is not None:
            with naming(self._path):
                print(line, file=self._file, flush=True)
        # A progress bar puts itself in the place of sys.stdout, to keep below the lines; a file needs no such thing.
        print(line, file=None if self._out.isatty() else self._out, flush=True)

    def update(self, update: Update) -> None:
        """Record an update, and print a line if one is due."""
        for key, value in (("lr", update.rate), ("acc", update.accuracy), ("loss", update.loss)):
            self._values[key].append(value)
        self._since.append(update)
        self._seconds, self._updates = self._seconds + update.seconds, self._updates + 1
        done = update.number + 1
        if done % self._every and done % self._run.iters_per_epoch:
            return
        medians = ", ".join(f"{key}: {median(values):.6f}" for key, values in self._values.items())
        samples = sum(entry.samples for entry in self._since)
        seconds = sum(entry.seconds for entry in self._since)
        left = timedelta(seconds=int((self._run.total_iters - done) * self._seconds / self._updates))
        self.info(
            f"epoch: [{update.epoch + 1}/{self._run.epochs}], global_step: {done}, {medians}, "
            f"avg_reader_cost: {sum(entry.reader_seconds for entry in self._since) / self._every:.5f} s, "
            f"avg_batch_cost: {seconds / self._every:.5f} s, avg_samples: {samples / self._every}, "
            f"ips: {samples / seconds:.5f} samples/s, eta: {left}"
        )
        self._since.clear()
