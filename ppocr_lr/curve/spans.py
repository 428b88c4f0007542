"""How much of a run a schedule spends below a rate; exact, and independent of the length of the run."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from itertools import pairwise

from ppocr_lr.curve.pieces import Pieces, pieces_of
from ppocr_lr.schedules import Schedule

_MOST_PIECES = 2000  # counted one by one


def count_below(schedule: Schedule, total_iters: int, limit: float) -> int | None:
    """How many of the updates 0 … `total_iters` − 1 have a rate below `limit`.

    A piece between neighbouring corners is monotone and searched by halving, and so is a row of such pieces. None if
    that is not enough: thousands of pieces that each pass `limit` at another place.
    """
    pieces = pieces_of(schedule, total_iters)
    if pieces is None:
        return None
    counts = [_below_in_pieces(schedule, piece, limit) for piece in pieces]
    return None if None in counts else sum(count for count in counts if count is not None)


def _below_in_pieces(schedule: Schedule, pieces: Pieces, limit: float) -> int | None:
    def ends(index: int) -> tuple[float, float]:
        first = pieces.begin(index)
        return schedule(first), schedule(first + pieces.length - 1)

    def count(index: int) -> int:
        first = pieces.begin(index)
        change = _change(lambda step: schedule(first + step) < limit, pieces.length)
        return change if schedule(first) < limit else pieces.length - change

    first_change = _change(lambda index: ends(index)[0] < limit, pieces.repeats)
    last_change = _change(lambda index: ends(index)[1] < limit, pieces.repeats)
    total = 0
    for begin, after in pairwise(sorted({0, first_change, last_change, pieces.repeats})):
        # First and last rates that are monotone along the pieces are the same in all where they are at both ends.
        below = [rate < limit for rate in ends(begin)]
        if below[0] == below[1] or ends(begin) == ends(after - 1):
            total += (after - begin) * count(begin)
        elif after - begin <= _MOST_PIECES:
            total += sum(map(count, range(begin, after)))
        else:
            return None
    return total


def _change(holds: Callable[[int], bool], count: int) -> int:
    """The first of 0 … `count` − 1 at which `holds` differs from its value at 0; `count` if there is none."""
    at_first = holds(0)
    if holds(count - 1) == at_first:
        return count
    return bisect_left(range(count - 1), True, key=lambda at: holds(at) != at_first)
