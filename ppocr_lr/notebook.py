"""For notebooks and scripts of figures: curves in any matplotlib axes, and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from textwrap import shorten
from typing import TYPE_CHECKING, Any, TypeAlias

from ppocr_lr.builder import build_schedule
from ppocr_lr.curve.axis import AXES, LABELS, Axis, updates_per_unit
from ppocr_lr.curve.polyline import trace
from ppocr_lr.errors import ArgumentError, positive_argument
from ppocr_lr.lr_config import Run
from ppocr_lr.schedules import Schedule

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FAR = 10**9  # updates; what comes later is not shown
_LEAST = 1000  # updates of a curve that does not show its length

Given: TypeAlias = "Mapping[str, Any] | Schedule"
"""An lr section, or a schedule."""


def plot_schedule(
    given: Given | Sequence[Given],
    epochs: int,
    iters_per_epoch: int,
    *,
    ax: Axes | None = None,
    x: Axis = "epochs",
    label: str | Sequence[str] | None = None,
    **line: Any,
) -> Axes:
    """Draw learning-rate curves into matplotlib axes, exact at jumps, whatever the length of the run.

    A curve that turns more often than a picture has columns is a band from its lowest to its highest rate.

    Args:
        given: an lr section such as `{'name': 'Cosine', 'learning_rate': 0.1}`, or a schedule; or several of them.
        epochs, iters_per_epoch: the length of the run, as for `build_schedule`.
        ax: where to draw; by default the current axes of pyplot.
        x: `epochs`, `iters` (optimizer updates) or `progress` (from 0 to 1).
        label: for the legend, one for each curve; you call `ax.legend()`.
        line: for `Axes.plot`, as `color` or `linestyle`.

    Returns:
        The axes, with labels where they had none.

    Raises:
        LRConfigError: a section cannot be used, `x` is none of these, or there are more labels or fewer than curves.
        ImportError: without `ax`, where pyplot cannot be had.
    """
    if x not in AXES:
        raise ArgumentError("x", f"it must be one of {', '.join(AXES)}", x)
    several = [given] if isinstance(given, Mapping | Schedule) else list(given)
    names = [label] * len(several) if label is None or isinstance(label, str) else list(label)
    if len(names) != len(several):
        raise ArgumentError("label", f"there must be one for each of {len(several)} curves", names)
    run = Run(epochs, iters_per_epoch)
    curves = [trace(_schedule(each, run), run.total_iters) for each in several]
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.gca()
    for curve, name in zip(curves, names, strict=True):
        positions = curve.steps / updates_per_unit(run, x)
        if curve.exact:
            ax.plot(positions, curve.high, label=name, **line)
        else:
            ax.fill_between(positions, curve.low, curve.high, step="post", alpha=0.35, label=name, **_filled(line))
    if not ax.get_xlabel():
        ax.set_xlabel(LABELS[x])
    if not ax.get_ylabel():
        ax.set_ylabel("learning rate")
    return ax


def curve_table(given: Given, epochs: int, iters_per_epoch: int, *, every: int = 1) -> Any:
    """The rates of a run as a table with the columns `epoch`, `iteration` and `rate`.

    Args:
        given, epochs, iters_per_epoch: as for `plot_schedule`.
        every: only each `every`-th update, and the last one.

    Returns:
        A pandas `DataFrame` where pandas is installed, else a dict of NumPy arrays: float64, int64, float64.
        `iteration` is the number of the update, from 0 on; `epoch` is the epochs before it, with their fraction.

    Raises:
        LRConfigError: the section cannot be used, or `every` is not a positive integer.
    """
    import numpy as np

    positive_argument("every", every)
    run = Run(epochs, iters_per_epoch)
    last = run.total_iters - 1
    steps = np.arange(0, run.total_iters, every, dtype=np.int64)
    if steps[-1] != last:
        steps = np.append(steps, last)
    columns = {"epoch": steps / run.iters_per_epoch, "iteration": steps, "rate": _schedule(given, run)(steps)}
    try:
        import pandas
    except ModuleNotFoundError:
        return columns
    return pandas.DataFrame(columns)


def picture(schedule: Schedule) -> bytes:
    """The png that a notebook shows for a schedule, over `shown_iters` updates."""
    from matplotlib.figure import Figure

    file = BytesIO()
    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = plot_schedule(schedule, 1, shown_iters(schedule), ax=figure.add_subplot(), x="iters")
    axes.set_title(shorten(repr(schedule), 90, placeholder=" …"), fontsize=8, parse_math=False)
    figure.savefig(file, format="png", dpi=100)
    return file.getvalue()


def shown_iters(schedule: Schedule) -> int:
    """How many updates show what a schedule does: to the end of its decay, else three cycles, else past its last
    corner; it does not know the run.
    """
    lead = schedule.lead()
    end = schedule.end_of_decay()
    if end is not None and end.step is not None:
        return min(max(end.step, 1) + 1, _FAR)
    cycle = lead.iters
    for _ in range(3):
        around = schedule.cycle_around(cycle)
        if around is None:
            break
        cycle = around[1]
    if cycle > lead.iters:
        return min(cycle, _FAR)
    steps, _ = schedule.corner_steps(_FAR)
    return min(max(_LEAST, 10 * lead.iters, 5 * steps[-1] // 4 if steps else 0), _FAR)


def _schedule(given: Given, run: Run) -> Schedule:
    return given if isinstance(given, Schedule) else build_schedule(given, run.epochs, run.iters_per_epoch)


def _filled(line: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a line that a band can have too."""
    names = {"color": "color", "c": "color", "linewidth": "linewidth", "lw": "linewidth", "zorder": "zorder"}
    return {names[name]: value for name, value in line.items() if name in names}
