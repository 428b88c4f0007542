"""A schedule as a small polyline that a picture can draw without visiting every update."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ppocr_lr.schedules import Schedule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLUMNS = 1000  # about the pixels across a picture: more corners than that cannot be told apart


@dataclass(frozen=True, eq=False)
class Curve:
    """Rates at rising update numbers.

    Where `exact`, `low` is `high`, and the points hold every corner with the update before it, so that a
    line through them misses no jump, bend or restart. Otherwise the run has more corners than a picture
    has columns, and point i tells the lowest and the highest rate from `steps[i]` to the next point.
    """

    steps: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    exact: bool


def trace(schedule: Schedule, total_iters: int, columns: int = COLUMNS) -> Curve:
    """The curve of updates 0 … `total_iters` − 1, with at most 3·`columns` points.

    The cost depends on `columns`, not on `total_iters`.
    """
    import numpy as np

    points, exact = curve_points(schedule, total_iters, columns)
    steps = np.array(points, dtype=np.int64)
    if exact:
        rates = np.asarray(schedule(steps))
        return Curve(steps, rates, rates, exact=True)
    low, high = np.array([schedule.extremes(first, after - 1) for first, after in pairwise([*points, total_iters])]).T
    return Curve(steps, low, high, exact=False)


def curve_points(schedule: Schedule, total_iters: int, columns: int = COLUMNS) -> tuple[list[int], bool]:
    """The updates of the points of `trace`, and whether every corner is among them; needs no NumPy."""
    end = total_iters - 1
    count = total_iters if total_iters <= 2 * columns else columns  # a short run is drawn update by update
    steps = max(count - 1, 1)
    samples = {(2 * end * i + steps) // (2 * steps) for i in range(count)}  # rounded, exact for any length
    corners, exact = schedule.corner_steps(end, limit=columns)
    if exact:
        samples.update(corners, (corner - 1 for corner in corners))
    return sorted(samples), exact
