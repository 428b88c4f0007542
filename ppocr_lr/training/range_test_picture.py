"""The picture of a range test: loss against rate, with the rates that it suggests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ppocr_lr.numbers_text import rate_text
from ppocr_lr.plotting.style import COLOURS, DASHES, GREY, STYLE, WIDTH, line_style

if TYPE_CHECKING:
    from ppocr_lr.training.range_test import RangeTest


@rc_context(STYLE)
def draw_range_test(result: RangeTest) -> Figure:
    """Each loss as a dot, the smoothed loss as a line, both suggestions as vertical lines with what they come from."""
    figure = Figure(figsize=(9, 5))
    figure.subplots_adjust(left=0.09, right=0.97, top=0.87, bottom=0.11)
    axes = figure.add_subplot()
    axes.plot(result.rates, result.losses, ".", color=GREY, markersize=4, label="loss of each update")
    axes.plot(result.rates, result.smoothed, color=COLOURS[0], linewidth=WIDTH, label="smoothed")
    rate, reason = result.choice
    if rate is not None:
        rates, line, middle = result.steepest
        axes.plot(rates, line, color=COLOURS[2], linewidth=WIDTH, zorder=3)
        axes.plot([middle], [line.mean()], "o", color=COLOURS[2], markersize=6, zorder=3)
    if result.tenth_of_minimum is not None:
        place = result.lowest
        axes.plot(result.rates[place], result.smoothed[place], "o", color=COLOURS[1], markersize=6, zorder=3)
    for mark, colour, style, rule in (
        (rate, COLOURS[2], "-", "steepest fall"),
        (result.tenth_of_minimum, COLOURS[1], line_style(DASHES[1]), "a tenth of the rate where it is lowest"),
    ):
        if mark is not None:
            axes.axvline(mark, color=colour, linestyle=style, linewidth=1.2, label=f"{rate_text(mark)}: {rule}")
    axes.set_xlim(result.rates[0] / 1.5, result.rates[-1] * 1.5)  # first: a single update has no range
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda rate, _: rate_text(rate)))
    lowest, highest = float(result.smoothed.min()), float(result.smoothed[0])
    # Where training blows up the loss is of another order; the fall is what the picture is for.
    room = (highest - lowest or abs(highest) or 1.0) * 0.5
    axes.set_ylim(lowest - room / 2, highest + room)
    axes.set_xlabel("learning rate (logarithmic)")
    axes.set_ylabel("loss")
    axes.legend(loc="lower left")
    title = "no suggestion" if rate is None else f"suggested learning rate {rate_text(rate)}"
    reason = reason.replace("; ", ";\n")  # no line longer than the picture is wide
    details = [reason, f"stopped, {result.stopped}"] if result.stopped else [reason]
    figure.suptitle(f"Range test: {title}")
    axes.set_title("\n".join(details))
    return figure
