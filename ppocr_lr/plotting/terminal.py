"""A curve drawn with characters, for a server without a display."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from ppocr_lr.numbers_text import count_text, rate_text
from ppocr_lr.plotting.style import ROOM
from ppocr_lr.training_config.labels import scaling_labels
from ppocr_lr.training_config.plan import PlannedRun

_LEVELS = "▁▂▃▄▅▆▇█"

Dots = Sequence[tuple[float, float]]
"""Epochs and rates."""


def terminal_lines(planned: PlannedRun, width: int = 80, height: int = 16, dots: Dots = ()) -> Iterator[str]:
    """The curve of a run: a plot by plotext where that is installed (extra `terminal`), else one line of bars.

    `dots` are put on it, or stand in a line of bars of their own; so does the config's own curve beside a scaled one.
    """
    run = planned.run
    try:
        import plotext
    except ModuleNotFoundError:
        yield from _sparkline(planned, width, dots)
        return
    positions, rates = _columns(planned.scaled or planned, 2 * width)  # a character in braille is two dots wide
    own = list(zip(*_columns(planned, width // 2), strict=True)) if planned.scaled else []
    top = max([*rates, *(rate for _, rate in (*own, *dots))])
    marks = [top * part / 4 for part in range(5)]
    draw = _with_plotext_5 if hasattr(plotext, "plot") else _with_plotext_6
    text = draw(
        plotext,
        (width, height),
        (positions, rates),
        [(list(zip(*points, strict=True)), mark) for points, mark in ((own, "·"), (dots, "•")) if points],
        (run.epochs, top / (1 - ROOM) if top else 1),
        (marks, [rate_text(mark, 2) for mark in marks]),
    )
    yield from (line.rstrip() for line in plotext.uncolorize(text).rstrip().splitlines())
    if planned.scaled:
        yield from map(": ".join, zip(("line", "dots"), scaling_labels(planned), strict=True))


def _with_plotext_5(plotext: Any, size: Any, curve: Any, dots: Any, limits: Any, marks: Any) -> str:
    """The plot as text, by functions of the module."""
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plot_size(*size)
    plotext.plot(*curve, marker="braille")
    for points, mark in dots:
        plotext.scatter(*points, marker=mark)
    plotext.xlim(0, limits[0])
    plotext.ylim(0, limits[1])
    plotext.yticks(*marks)
    plotext.xlabel("epoch")
    return str(plotext.build())


def _with_plotext_6(plotext: Any, size: Any, curve: Any, dots: Any, limits: Any, marks: Any) -> str:
    """The same by methods of a figure: plotext 6 shares no name of these with the versions before."""
    figure = plotext.figure.clear()
    figure.plot_size(*size)
    figure.draw(figure.signal(*curve, marker="braille").lines())
    for points, mark in dots:
        figure.draw(figure.signal(*points, marker=mark))
    across, up = figure.ruler("x"), figure.ruler("y")
    across.lim(0, limits[0])
    across.frequency(5)
    up.lim(0, limits[1])
    up.ticks(*marks)
    figure.label("epoch", "x")
    return str(figure.build().string())


def _sparkline(planned: PlannedRun, width: int, dots: Dots) -> Iterator[str]:
    _, rates = _columns(planned.scaled or planned, width)
    _, own = _columns(planned, width) if planned.scaled else ([], [])
    top = max([*rates, *own, *(rate for _, rate in dots)]) or 1.0

    def bar(rate: float) -> str:
        return _LEVELS[round(rate / top * (len(_LEVELS) - 1))]

    yield "".join(bar(rate) for rate in rates)
    if own:
        yield "".join(bar(rate) for rate in own)
    if dots:
        last = {int(epoch / planned.run.epochs * len(rates)): rate for epoch, rate in dots}
        yield "".join(bar(last[column]) if column in last else " " for column in range(len(rates))).rstrip() + " (log)"
    left, right = "epoch 0", f"epoch {count_text(planned.run.epochs)}, full height {rate_text(top)}"
    yield f"{left}{right:>{max(len(rates) - len(left), len(right) + 1)}}"
    if own:
        yield from map(": ".join, zip(("first line", "second line"), scaling_labels(planned), strict=True))


def _columns(planned: PlannedRun, count: int) -> tuple[list[float], list[float]]:
    """The first epoch and the highest rate of each of `count` equal stretches of the run, or of its updates.

    Where a stretch holds many rates, the lowest would hide half of the curve in characters.
    """
    total = planned.run.total_iters
    count = min(count, total)
    edges = [total * i // count for i in range(count + 1)]
    rates = [planned.schedule.extremes(first, after - 1)[1] for first, after in pairwise(edges)]
    return [edge / planned.run.iters_per_epoch for edge in edges[:-1]], rates
