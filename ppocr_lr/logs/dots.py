"""The lines of a log as dots beside the curve of their plan, for whatever draws them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from ppocr_lr.curve.axis import Axis, updates_per_unit
from ppocr_lr.language import tr
from ppocr_lr.numbers_text import count_text
from ppocr_lr.plotting.style import MARKERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ppocr_lr.logs.compare import Comparison

_MOST = 2000  # of one log; more than the picture has columns


@dataclass(frozen=True, eq=False)
class Dots:
    """Lines of a log that look alike."""

    name: str
    positions: NDArray[Any]
    """Along the axis: the middle of a line's window."""
    rates: NDArray[Any]
    marker: str
    """As matplotlib calls it."""
    planned: bool
    """They show the plan, and are hollow."""


def dots_of(comparison: Comparison, number: int, axis: Axis, against: str = "") -> Iterator[Dots]:
    """The lines that show the plan, and those that do not, of the log that is drawn as the one with this number.

    `against` names the plan where the picture has several.
    """
    positions = comparison.positions / updates_per_unit(comparison.planned.run, axis)
    rates, follows = comparison.lines.rates, comparison.follows
    log = f"{PurePath(comparison.log.source).name}{against and tr(' against {plan}', plan=against)}"
    for planned in (True, False):
        which = follows if planned else ~follows
        count = int(which.sum())
        if count:
            every = -(-count // _MOST)
            if planned:
                name = tr("{log}: {count} as planned", log=log, count=count_text(count))
            else:
                name = tr("{log}: {count} not as planned", log=log, count=count_text(count))
            marker = MARKERS[number % len(MARKERS)]
            yield Dots(name, positions[which][::every], rates[which][::every], marker, planned)
