"""The picture of a comparison: accuracy, loss and rate, one column for each question."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from digits.results import Course, Result
from ppocr_lr.curve.polyline import trace
from ppocr_lr.plotting.style import GREY, STYLE, line_style, look


@rc_context(STYLE)
def draw(titles: Sequence[str], groups: Sequence[Sequence[Result]]) -> Figure:
    """A column for each group; lines are means over the seeds, bands go from the worst to the best seed."""
    pairs = [len(groups[start : start + 2]) for start in range(0, len(groups), 2)]  # more of them are small on a page
    figure = Figure(figsize=(3.8 * pairs[0], 5.2 * len(pairs)), layout="constrained")
    figure.supxlabel("mean of all seeds; bands from the worst seed to the best", fontsize=8.5, color=GREY)
    parts = zip(figure.subfigures(len(pairs), squeeze=False).flat, pairs, strict=True)
    columns = [axes for part, width in parts for axes in part.subplots(3, width, sharex="col", squeeze=False).T]
    for (accuracy, loss, rate), title, group in zip(columns, titles, groups, strict=True):
        accuracy.set_title(title, fontsize=9.5)
        for index, result in enumerate(group):
            colour, dashes = look(index)
            _band(accuracy, result, lambda course: [100 * share for share in course.accuracies], index)
            _band(loss, result, lambda course: course.losses, index)
            curve = trace(result.planned.schedule, result.planned.run.total_iters)
            rate.plot(
                curve.steps / result.planned.run.iters_per_epoch, curve.high, color=colour, linestyle=line_style(dashes)
            )
        accuracy.set_ylabel("test accuracy in %")
        worst = min(100 * course.accuracy for result in group for course in result.courses)
        accuracy.set_ylim(max(0, worst - 5), 100)  # the ends can be told apart; the first epochs may be below
        loss.set_ylabel("training loss")
        loss.set_yscale("log")
        lowest, highest = loss.get_ylim()
        # A decade alone may hold no power of ten; with some of them there is no room for more.
        loss.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if highest < 100 * lowest else (1,), numticks=6))
        loss.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        loss.yaxis.set_minor_formatter(NullFormatter())
        rate.set_ylabel("learning rate")
        rate.set_ylim(bottom=0)
        rate.set_xlabel("epoch")
        handles, labels = accuracy.get_legend_handles_labels()
        rate.legend(handles, labels, loc="upper center", bbox_to_anchor=(0.5, -0.35), fontsize=8)  # covers nothing
        rate.set_xlim(0, max(result.planned.run.epochs for result in group))
        rate.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def _band(axes: Axes, result: Result, values: Callable[[Course], Sequence[float]], index: int) -> None:
    colour, dashes = look(index)
    # A run that diverged is missing from where it did.
    table = np.full((len(result.courses), result.planned.run.epochs), np.nan)
    for row, course in zip(table, result.courses, strict=True):
        row[: len(values(course))] = values(course)
    table = table[:, ~np.isnan(table).all(axis=0)]
    epochs = np.arange(1, table.shape[1] + 1)
    marker = "." if len(epochs) == 1 else None  # a line through one point is none
    mean = np.nanmean(table, axis=0)
    axes.plot(epochs, mean, color=colour, linestyle=line_style(dashes), marker=marker, label=result.label)
    low, high = np.nanmin(table, axis=0), np.nanmax(table, axis=0)
    axes.fill_between(epochs, low, high, color=colour, alpha=0.13, linewidth=0)
