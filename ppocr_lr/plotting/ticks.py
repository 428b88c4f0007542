"""The ticks of a picture's axes, and the numbers at them, none of which covers another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, Locator, MaxNLocator

from ppocr_lr.numbers_text import PLAIN, count_text, plain_text, rate_text
from ppocr_lr.plotting.style import GREY
from ppocr_lr.plotting.words import figure_of

_STEPS = (1, 2, 5, 10)  # between ticks, times a power of ten
_MOST_TICKS = 10
_LEFT = 0.7  # inches of width for what stands beside the axes
_DIGIT = 0.64  # width of a digit, as a multiple of its font's size
_FEW_TICKS = 4  # all of which have room for their texts in a small panel


def count_ticks(axes: Axes, end: float, factors: Sequence[int]) -> None:
    """Ticks from 0 to `end`, as many as have room for their numbers times any of `factors`."""
    ticks = MaxNLocator(_MOST_TICKS, steps=_STEPS, integer=end > 10)
    ticks.set_params(nbins=_room_for(axes, (tick * factor for tick in ticks.tick_values(0, end) for factor in factors)))
    axes.xaxis.set_major_locator(ticks)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda position, _: count_text(position)))


def _room_for(axes: Axes, numbers: Iterable[float]) -> int:
    """How many ticks along the axis can have such numbers beside each other."""
    letters = 1 + max(len(count_text(number)) for number in numbers)
    room = 72 * (figure_of(axes).get_figwidth() - _LEFT) / (_DIGIT * rcParams["font.size"])
    return max(2, min(_MOST_TICKS, int(room / letters)))


def number_ticks(axes: Axes) -> None:
    """Rates at the ticks as people write them, all in one spelling."""

    def text(rate: float) -> str:
        return rate_text(rate) if any(0 < tick < PLAIN for tick in _told(axes)) else plain_text(rate)

    texts_at_ticks(axes, text)


def texts_at_ticks(axes: Axes, text: Callable[[float], str]) -> None:
    """What stands at the ticks of the upright axis; a logarithmic one has a few small ticks with texts if need be."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: text(value)))
    if axes.get_yscale() == "log":
        axes.yaxis.set_minor_formatter(FuncFormatter(lambda value, _: text(value) if value in _told(axes) else ""))


def _told(axes: Axes) -> list[float]:
    """The ticks with texts: the large ones, and small ones of a logarithmic axis with fewer than two powers of ten."""
    low, high = sorted(axes.get_ylim())
    large, small = (
        [tick for tick in ticks if low <= tick <= high]
        for ticks in (axes.yaxis.get_majorticklocs(), axes.yaxis.get_minorticklocs())
    )
    some = small if len(small) <= _FEW_TICKS else [tick for tick in small if f"{tick:.0e}"[0] in "25"]
    return large if len(large) > 1 else [*large, *(some if len(large) + len(some) > 1 else small)]


def iterations_above(axes: Axes, iters_per_epoch: int) -> None:
    """A scale of iterations along the upper edge, with its ticks where those of the epochs are."""
    there_and_back = lambda epochs: epochs * iters_per_epoch, lambda iters: iters / iters_per_epoch
    above = axes.secondary_xaxis("top", functions=there_and_back)
    above.xaxis.set_major_locator(_SameTicks(axes, iters_per_epoch))
    above.xaxis.set_major_formatter(FuncFormatter(lambda iters, _: count_text(iters)))
    above.tick_params(colors=GREY, labelsize="small", length=3)
    above.set_xlabel("iteration (optimizer update)", color=GREY, fontsize="small")


class _SameTicks(Locator):
    """Where the axes have theirs."""

    def __init__(self, axes: Axes, factor: int) -> None:
        self._axes, self._factor = axes, factor

    def __call__(self) -> Any:
        return self._factor * np.asarray(self._axes.get_xticks())

    def tick_values(self, vmin: float, vmax: float) -> Any:
        return self()
