"""The picture of range tests: loss against rate, with the rate that they suggest and its range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ppocr_lr.numbers_text import rate_text
from ppocr_lr.plotting.style import ALERT, COLOURS, DASHES, GREY, STYLE, WIDTH, line_style, look

if TYPE_CHECKING:
    from ppocr_lr.find_rate.measured import Choice, RangeTest

_SUGGESTED = COLOURS[4]


@rc_context(STYLE)
def draw_range_tests(
    tests: Sequence[RangeTest], choice: Choice, rises_from: float | None, own_rate: float | None = None
) -> Figure:
    """Each loss as a dot, the smoothed ones as lines, the suggestion as a dot on each with its range as a shade.

    Args:
        tests: at least one, each with a loss.
        choice: what they say together.
        rises_from: the rate from which the loss rises.
        own_rate: the rate of the config.
    """
    figure = Figure(figsize=(9, 5))
    figure.subplots_adjust(left=0.09, right=0.97, top=0.87, bottom=0.11)
    axes = figure.add_subplot()
    if choice.rate is not None:
        span = f"{rate_text(choice.low, 2)} to {rate_text(choice.high, 2)}: worth comparing"
        axes.axvspan(choice.low, choice.high, color=_SUGGESTED, alpha=0.15, linewidth=0, label=span)
    for number, test in enumerate(tests):
        colour, dashes = look(number)
        several = f" of test {number + 1}" if len(tests) > 1 else ""
        axes.plot(test.rates, test.losses, ".", color=GREY if len(tests) == 1 else colour, markersize=4, alpha=0.6)
        axes.plot(
            test.rates, test.smoothed, color=colour, linestyle=line_style(dashes), linewidth=WIDTH,
            label=f"loss{several}, smoothed",
        )  # fmt: skip
        if choice.rate is not None:
            height = float(np.interp(np.log(choice.rate), np.log(test.rates), test.smoothed))
            axes.plot([choice.rate], [height], "o", color=_SUGGESTED, markersize=8, zorder=3)
    for mark, colour, dashes, words in (
        (choice.rate, _SUGGESTED, (), "suggestion"),
        (own_rate, GREY, DASHES[1], "of the config"),
        (rises_from, ALERT, DASHES[2], "the loss rises"),
    ):
        if mark is not None:
            style = line_style(dashes)
            axes.axvline(mark, color=colour, linestyle=style, linewidth=1.2, label=f"{rate_text(mark, 2)}: {words}")
    _scales(axes, tests)
    axes.legend(loc="lower left")
    title = "no suggestion" if choice.rate is None else f"try a learning rate of {rate_text(choice.rate, 2)}"
    figure.suptitle(f"Range test: {title}")
    stops = [f"stopped, {tests[0].stopped}"] if len(tests) == 1 and tests[0].stopped else []
    # No line longer than the picture is wide.
    axes.set_title("\n".join([choice.reason.replace("; ", ";\n"), *stops]))
    return figure


def _scales(axes: Axes, tests: Sequence[RangeTest]) -> None:
    first, last = min(test.rates[0] for test in tests), max(test.rates[-1] for test in tests)
    axes.set_xlim(first / 1.5, last * 1.5)  # first: a single update has no range
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda rate, _: rate_text(rate)))
    lowest = min(float(test.smoothed.min()) for test in tests)
    highest = max(float(test.smoothed[0]) for test in tests)
    # Where training blows up the loss is of another order; the fall is what the picture is for.
    room = (highest - lowest or abs(highest) or 1.0) * 0.5
    axes.set_ylim(lowest - room / 2, highest + room)
    axes.set_xlabel("learning rate (logarithmic)")
    axes.set_ylabel("loss")
