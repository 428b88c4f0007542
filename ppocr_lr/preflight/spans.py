"""How long a schedule is where; exact, and independent of the length of the run."""

from __future__ import annotations

from itertools import pairwise

from ppocr_lr.schedules import Schedule

_MOST_CORNERS = 2000


def count_below(schedule: Schedule, total_iters: int, limit: float) -> int | None:
    """How many of the updates 0 … `total_iters` − 1 have a rate below `limit`.

    Between neighbouring corners a schedule is monotone, so each piece is searched by halving; None for a schedule
    with thousands of corners, where that would take long.
    """
    corners, complete = schedule.corner_steps(total_iters - 1, _MOST_CORNERS)
    if not complete:
        return None
    return sum(_below_in_piece(schedule, *piece, limit) for piece in pairwise([0, *corners, total_iters]))


def _below_in_piece(schedule: Schedule, first: int, after: int, limit: float) -> int:
    at_first, at_last = schedule(first) < limit, schedule(after - 1) < limit
    if at_first == at_last:
        return after - first if at_first else 0
    low, high = first, after - 1
    while high - low > 1:
        middle = (low + high) // 2
        if (schedule(middle) < limit) == at_first:
            low = middle
        else:
            high = middle
    return high - first if at_first else after - high
