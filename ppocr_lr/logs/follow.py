"""Following a log: the plan and the log's dots in a terminal, drawn again while the log grows."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from shutil import get_terminal_size

from ppocr_lr.errors import printable
from ppocr_lr.language import tr
from ppocr_lr.logs.compare import Comparison
from ppocr_lr.logs.lines import LogReader
from ppocr_lr.logs.report import verdict
from ppocr_lr.logs.train_log import TrainLog, nothing_in, put_together, train_log
from ppocr_lr.numbers_text import rate_text
from ppocr_lr.plotting.terminal import WIDEST, terminal_lines

_PAUSE_SECONDS = 0.5
_CLEAR = "\x1b[H\x1b[2J"


def follow(reader: LogReader, compare: Callable[[TrainLog], Comparison]) -> Comparison:
    """Draw until the run's last update is logged, and return what the log then is; Ctrl-C ends it earlier.

    Raises:
        LRConfigError: the log cannot be read, or is another trainer's.
    """
    drawn, waiting = (0, 0), False
    while True:
        if reader.read_on():
            reader = put_together(reader)
        log = train_log(reader)
        if reader.other_trainer:
            raise nothing_in(reader)
        if not len(log) and not waiting:
            print(printable(tr("{log}: waiting for its first line with a learning rate", log=reader.path)), flush=True)
            waiting = True
        if len(log) and (reader.opened, len(log)) != drawn:
            comparison = compare(log)
            _draw(comparison)
            drawn = (reader.opened, len(log))
            if log.is_over(log.iters_per_epoch or comparison.planned.run.iters_per_epoch):
                return comparison
        time.sleep(_PAUSE_SECONDS)


def _draw(comparison: Comparison) -> None:
    log = comparison.log
    epochs = comparison.positions / comparison.planned.run.iters_per_epoch
    dots = list(zip(epochs.tolist(), log.rates.tolist(), strict=True))
    lines = list(terminal_lines(comparison.planned, min(get_terminal_size().columns, WIDEST), dots=dots))
    rate = rate_text(float(log.rates[-1]), 4)
    now = tr("{place} of {epochs}: lr {rate}", place=log.place(-1), epochs=log.totals[-1], rate=rate)
    lines += [now, verdict(comparison)]
    print((_CLEAR if sys.stdout.isatty() else "") + "\n".join(lines) + "\n", flush=True)
