"""A curve drawn with characters, for a server without a display."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ppocr_lr.curve import Curve, trace
from ppocr_lr.numbers_text import count_text, rate_text
from ppocr_lr.training_config import PlannedRun

_LEVELS = "▁▂▃▄▅▆▇█"


def terminal_lines(planned: PlannedRun, width: int = 80, height: int = 16) -> Iterator[str]:
    """The curve of a run: a plot by plotext (extra `terminal`) where that is installed, else one line of bars."""
    run = planned.run
    try:
        import plotext
    except ImportError:
        yield from _sparkline(planned, width)
        return
    curve = trace(planned.schedule, run.total_iters, columns=2 * width)
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plot_size(width, height)
    # A band is drawn by its upper edge; its lower one would hide half of it in characters.
    plotext.plot((curve.steps / run.iters_epoch).tolist(), curve.high.tolist(), marker="braille")
    top = float(curve.high.max())
    plotext.ylim(0, top * 1.05 if top else 1)
    marks = [top * part / 4 for part in range(5)]
    plotext.yticks(marks, [rate_text(mark, 2) for mark in marks])
    plotext.xlabel("epoch")
    yield from (line.rstrip() for line in plotext.uncolorize(plotext.build()).rstrip().splitlines())


def _sparkline(planned: PlannedRun, width: int) -> Iterator[str]:
    count = min(width, planned.run.total_iters)
    curve = _columns(planned, count)
    top = float(curve.high.max()) or 1.0
    yield "".join(_LEVELS[round(rate / top * (len(_LEVELS) - 1))] for rate in curve.high.tolist())
    left, right = "epoch 0", f"epoch {count_text(planned.run.epochs)}, full height {rate_text(top)}"
    yield f"{left}{right:>{max(count - len(left), len(right) + 1)}}"


def _columns(planned: PlannedRun, count: int) -> Curve:
    """The highest rate of each of `count` equal stretches of the run."""
    import numpy as np

    total = planned.run.total_iters
    edges = [total * i // count for i in range(count + 1)]
    bounds = [planned.schedule.extremes(first, after - 1) for first, after in pairwise(edges)]
    low, high = np.array(bounds).T
    return Curve(np.array(edges[:-1]), low, high, exact=False)
