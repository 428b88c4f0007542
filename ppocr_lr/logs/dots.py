"""Logged rates as dots over the curve of their plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from matplotlib import rc_context
from matplotlib.axes import Axes

from ppocr_lr.curve.axis import Axis, updates_per_unit
from ppocr_lr.numbers_text import count_text
from ppocr_lr.plotting.fonts import drawable
from ppocr_lr.plotting.style import ALERT, STYLE

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
    legend = axes.legend(loc="upper right").get_texts()
    _make_room(axes, 0.04 + 0.05 * len(legend))
    for entry in legend:
        text, families = drawable(entry.get_text())
        entry.set_text(text)
        entry.set_fontfamily(families)
        entry.set_parse_math(False)


def _make_room(axes: Axes, share: float) -> None:
    """Keep a share of the height free above all curves and dots."""
    (bottom, top), highest = axes.get_ylim(), axes.dataLim.y1
    if axes.get_yscale() == "log":
        axes.set_ylim(top=max(top, bottom * (highest / bottom) ** (1 / (1 - share))))
    else:
        axes.set_ylim(top=max(top, bottom + (highest - bottom) / (1 - share)))
