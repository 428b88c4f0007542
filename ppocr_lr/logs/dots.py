"""Logged rates as dots over the curve of their plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from matplotlib import rc_context
from matplotlib.axes import Axes

from ppocr_lr.curve.axis import Axis, updates_per_unit
from ppocr_lr.numbers_text import count_text
from ppocr_lr.plotting.style import ALERT, STYLE
from ppocr_lr.plotting.words import figure_of, put_legend

if TYPE_CHECKING:
    from ppocr_lr.logs.compare import Comparison

_MARKERS = "osD^v"
_MOST_DOTS = 2000  # of one log; more than the picture has columns


@rc_context(STYLE)
def draw_logs(axes: Axes, logs: Sequence[Comparison], axis: Axis, against: str = "") -> None:
    """Each line of a log as a dot in the middle of its window: hollow where it shows the plan, else filled.

    `against` names the plan where the picture has several.
    """
    for number, comparison in enumerate(logs):
        positions = comparison.positions / updates_per_unit(comparison.planned.run, axis)
        rates, follows = comparison.lines.rates, comparison.follows
        name = f"{PurePath(comparison.log.source).name}{against and f' against {against}'}"
        for which, face, edge, words in (
            (follows, "none", "black", "as planned"),
            (~follows, ALERT, ALERT, "not as planned"),
        ):
            count = int(which.sum())
            if count:
                every = -(-count // _MOST_DOTS)
                axes.plot(
                    positions[which][::every], rates[which][::every], linestyle="none", zorder=2.5,
                    marker=_MARKERS[number % len(_MARKERS)], markersize=3.5, markeredgewidth=0.7,
                    markerfacecolor=face, markeredgecolor=edge, label=f"{name}: {count_text(count)} {words}",
                )  # fmt: skip
        axes.set_xlim(right=max(axes.get_xlim()[1], float(positions.max())))
    bottom, top = axes.get_ylim()
    highest = axes.dataLim.y1  # of the dots, where one is above all curves
    axes.set_ylim(top=max(top, highest * 2 if axes.get_yscale() == "log" else bottom + 1.06 * (highest - bottom)))
    put_legend(figure_of(axes))
