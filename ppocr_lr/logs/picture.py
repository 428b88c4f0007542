"""Logged rates as dots over the curve of their plan, by matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib import rc_context
from matplotlib.axes import Axes

from ppocr_lr.curve.axis import Axis, updates_per_unit
from ppocr_lr.language import OF_PICTURES, speaking
from ppocr_lr.logs.dots import dots_of
from ppocr_lr.plotting.style import ALERT, GREY, STYLE
from ppocr_lr.plotting.words import figure_of, put_legend

if TYPE_CHECKING:
    from ppocr_lr.logs.compare import Comparison

_FEW = 100  # dots of a log; more are smaller, so that they do not become a band


@rc_context(STYLE)
def draw_logs(axes: Axes, logs: Sequence[Comparison], axis: Axis, against: Sequence[str]) -> None:
    """Each line of a log as a dot, hollow where it shows the plan; `against` has one for each, as for `dots_of`."""
    for number, (comparison, plan) in enumerate(zip(logs, against, strict=True)):
        with speaking(OF_PICTURES):
            drawn = list(dots_of(comparison, number, axis, plan))
        for dots in drawn:
            few = len(dots.positions) <= _FEW
            axes.plot(
                dots.positions, dots.rates, linestyle="none", label=dots.name, marker=dots.marker,
                markersize=3.5 if few else 3, markeredgewidth=0.7 if few else 0.4,
                markerfacecolor="none" if dots.planned else ALERT, markeredgecolor=GREY if dots.planned else ALERT,
                # The curve is seen through those that follow it, in grey print too.
                zorder=1.5 if dots.planned else 2.5, alpha=0.6 if dots.planned else None,
            )  # fmt: skip
        last = float(comparison.positions.max()) / updates_per_unit(comparison.planned.run, axis)
        axes.set_xlim(right=max(axes.get_xlim()[1], last))
    bottom, top = axes.get_ylim()
    highest = axes.dataLim.y1  # of the dots, where one is above all curves
    axes.set_ylim(top=max(top, highest * 2 if axes.get_yscale() == "log" else bottom + 1.06 * (highest - bottom)))
    put_legend(figure_of(axes))
