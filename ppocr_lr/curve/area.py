"""The area under a schedule, at a cost that does not grow with the length of the run."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from math import fsum

from ppocr_lr.curve.pieces import Pieces, pieces_of
from ppocr_lr.schedules import Schedule

_ERROR = 1e-9  # of the highest rate, before the last refinement; where a curve bends much, ten times that is left
_PARTS = 8  # examined before a sum may count as smooth


def mean_rate(schedule: Schedule, total_iters: int) -> float | None:
    """The mean rate of updates 0 … `total_iters` − 1: the area under the curve, per update.

    Off by 1e-8 of the highest rate at most. None for a schedule that cannot be divided (see `pieces_of`).
    """
    pieces = pieces_of(schedule, total_iters)
    if pieces is None:
        return None
    error = _ERROR * schedule.extremes(0, total_iters - 1)[1]
    return fsum(_sum_of(schedule, piece, error) for piece in pieces) / total_iters


def _sum_of(schedule: Schedule, pieces: Pieces, error: float) -> float:
    def one(index: int) -> float:
        first = pieces.begin(index)
        return smooth_sum(lambda step: schedule(first + step), pieces.length, error)

    return smooth_sum(one, pieces.repeats, error * pieces.length)


def smooth_sum(function: Callable[[int], float], count: int, error: float) -> float:
    """`function(0) + … + function(count − 1)` for a smooth, monotone function, off by about `error·count`.

    Simpson's rule for sums, refined where two of its steps disagree: a parabola through three evenly spaced
    integers is summed over all integers between, where the integral has its area.
    """
    value = cache(function)
    last = count - 1
    if value(0) == value(last):
        return count * value(0)

    def estimate(low: int, high: int) -> float:
        """The sum over low … high, the two ends counted half; exact when they are at most 3 apart."""
        if high - low < 2:
            return (high - low) * (value(low) + value(high)) / 2
        if (high - low) % 2:
            return estimate(low, high - 1) + (value(high - 1) + value(high)) / 2
        half = (high - low) // 2
        middle = value(low + half)
        bend = value(low) - 2 * middle + value(high)
        return 2 * half * middle + bend * (2 * half**2 + 1) / (6 * half)

    def refined(low: int, high: int, whole: float) -> float:
        middle = (low + high) // 2
        left, right = estimate(low, middle), estimate(middle, high)
        off = (left + right - whole) / 15  # the rule's order: half the distance, a sixteenth of the error
        if high - low <= 6 or abs(off) <= error * (high - low):
            return left + right + (off if high - low > 6 else 0)
        return refined(low, middle, left) + refined(middle, high, right)

    marks = sorted({last * part // _PARTS for part in range(_PARTS + 1)})
    ends = (value(0) + value(last)) / 2
    return fsum([ends, *(refined(low, high, estimate(low, high)) for low, high in pairwise(marks))])
