"""A curve drawn with characters, for a server without a display."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ppocr_lr.language import labelled, tr
from ppocr_lr.numbers_text import count_text, padded, rate_text
from ppocr_lr.numbers_text import width as width_of
from ppocr_lr.plotting.style import ROOM
from ppocr_lr.training_config.labels import scaling_labels
from ppocr_lr.training_config.plan import PlannedRun

WIDEST = 100
"""Characters; a curve gains nothing from more."""
_LEVELS = "▁▂▃▄▅▆▇█"

Dots = Sequence[tuple[float, float]]
"""Epochs and rates."""


def terminal_lines(planned: PlannedRun, width: int = 80, height: int = 16, dots: Dots = ()) -> Iterator[str]:
    """The curve of a run: in braille by plotille (extra `terminal`) where that is installed, else one line of bars.

    `dots` are put on it, or get a line of bars of their own; so does the config's own curve beside a scaled one.
    """
    try:
        from plotille import Canvas
    except ModuleNotFoundError:
        yield from _sparkline(planned, width, dots)
        return
    curve = _columns(planned.scaled or planned, 2 * width)  # a character in braille is two dots wide
    own = _columns(planned, width // 2) if planned.scaled else []
    epochs, top = planned.run.epochs, max(rate for _, rate in (*curve, *own, *dots)) or 1.0
    parts = [part / 4 for part in range(5)]
    marks = [rate_text(top * part) for part in parts]
    margin = max(map(len, ("epoch", *marks)))
    quarter = max((width - margin - 2) // 4, 1)
    canvas = Canvas(4 * quarter + 1, height - 2, 0, 0, epochs, 1 / (1 - ROOM))
    for (epoch, rate), (next_epoch, next_rate) in pairwise([*curve, curve[-1]]):
        canvas.line(epoch, rate / top, next_epoch, next_rate / top)
    for points, marker in ((own, "·"), (dots, "•")):
        for epoch, rate in points:
            canvas.point(epoch, rate / top, marker=marker)
    rows = {canvas.dots_between(0, 0, 0, part)[1] // 4: mark for part, mark in zip(parts, marks, strict=True)}
    blank = "\u2800"  # without dots, and as wide as a space
    for row, line in zip(reversed(range(canvas.height)), canvas.plot().replace(blank, " ").splitlines(), strict=True):
        yield f"{rows.get(row, ''):>{margin}}{'┤' if row in rows else '│'}{line}".rstrip()
    yield " " * margin + "└" + f"┬{'─' * (quarter - 1)}" * 4 + "┬"
    *starts, end = (count_text(epochs * part) for part in parts)
    below = "".join(f"{start.ljust(quarter - 1)} " for start in starts).rstrip()
    yield f"{'epoch':>{margin}} {below} {end.rjust(canvas.width - len(below) - 1)}"
    if planned.scaled:
        yield from map(labelled, (tr("line"), tr("dots")), scaling_labels(planned))


def _sparkline(planned: PlannedRun, width: int, dots: Dots) -> Iterator[str]:
    rates = [rate for _, rate in _columns(planned.scaled or planned, width)]
    own = [rate for _, rate in _columns(planned, width)] if planned.scaled else []
    top = max([*rates, *own, *(rate for _, rate in dots)]) or 1.0

    def bar(rate: float) -> str:
        return _LEVELS[round(rate / top * (len(_LEVELS) - 1))]

    yield "".join(bar(rate) for rate in rates)
    if own:
        yield "".join(bar(rate) for rate in own)
    if dots:
        last = {int(epoch / planned.run.epochs * len(rates)): rate for epoch, rate in dots}
        bars = "".join(bar(last[column]) if column in last else " " for column in range(len(rates)))
        yield bars.rstrip() + tr(" (log)")
    left = "epoch 0"
    right = tr("epoch {end}, full height {rate}", end=count_text(planned.run.epochs), rate=rate_text(top))
    yield padded(left, max(len(rates) - width_of(right), len(left) + 1)) + right
    if own:
        yield from map(labelled, (tr("first line"), tr("second line")), scaling_labels(planned))


def _columns(planned: PlannedRun, count: int) -> list[tuple[float, float]]:
    """The first epoch and the highest rate of each of `count` equal stretches of the run, or of its updates.

    Where a stretch holds many rates, the lowest would hide half of the curve in characters.
    """
    total = planned.run.total_iters
    count = min(count, total)
    edges = [total * i // count for i in range(count + 1)]
    return [
        (first / planned.run.iters_per_epoch, planned.schedule.extremes(first, after - 1)[1])
        for first, after in pairwise(edges)
    ]
