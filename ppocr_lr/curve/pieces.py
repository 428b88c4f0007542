"""A run divided into pieces in which its curve is smooth and monotone, however many of them there are."""

from __future__ import annotations

from itertools import pairwise
from math import lcm
from typing import NamedTuple

from ppocr_lr.schedules import Schedule
from ppocr_lr.schedules.base import inside, stretches

_MOST_CORNERS = 2000  # of regular runs, listed one by one where they do not repeat


class Pieces(NamedTuple):
    """`repeats` pieces of `length` updates: the first begins at `first`, each other `period` after the one before.

    Along the pieces the first rates are monotone, and so are the last ones.
    """

    first: int
    length: int
    period: int = 0
    repeats: int = 1

    def begin(self, index: int) -> int:
        """The first update of piece `index`."""
        return self.first + index * self.period


def pieces_of(schedule: Schedule, total_iters: int) -> list[Pieces] | None:
    """Pieces that hold each of the updates 0 … `total_iters` − 1 once, by the promises of `Schedule.corner_runs`.

    The cost depends on the irregular corners alone, not on the length of the run. None where regular runs of
    corners do not fit together: too many of them before their pattern repeats.
    """
    runs = [inside(run, 0, total_iters) for run in schedule.all_corners]
    found: list[Pieces] = []
    for first, after, regular in stretches(runs, total_iters):
        divided = _divided(regular, first, after)
        if divided is None:
            return None
        found += divided
    return found


def _divided(regular: list[range], first: int, after: int) -> list[Pieces] | None:
    """What comes before all of `regular` have begun, whole periods of the pattern they make, and the rest."""
    begin = max((run[0] for run in regular), default=after)
    # The rates are monotone along every second corner, so that a pattern is two of the longest steps at least.
    period = lcm(*(2 * run.step for run in regular))
    count = (after - begin) // period
    found: list[Pieces] = []
    for low, high, repeated in (
        (first, begin, (0, 1)),
        (begin, begin + min(count, 1) * period, (period, count)),
        (begin + count * period, after, (0, 1)),
    ):
        corners = [inside(run, low, high) for run in regular]
        if sum(map(len, corners)) > _MOST_CORNERS:
            return None
        marks = sorted({low, high, *(step for run in corners for step in run)})
        found += [Pieces(step, end - step, *repeated) for step, end in pairwise(marks)]
    return found
