"""A schedule as a small polyline that a picture can draw without visiting every update."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ppocr_lr.schedules import Schedule

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COLUMNS = 1000  # about the pixels across a picture: more corners than that cannot be told apart


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


def trace(schedule: Schedule, total_iters: int, columns: int = _COLUMNS) -> Curve:
    """The curve of updates 0 … `total_iters` − 1, with at most 3·`columns` points.

    The cost depends on `columns`, not on `total_iters`.
    """
    end = total_iters - 1
    count = total_iters if total_iters <= 2 * columns else columns  # a short run is drawn update by update
    samples = np.unique(np.linspace(0, end, count).round().astype(np.int64))
    corners = schedule.corners(end, limit=columns)
    if corners.complete:
        steps = np.union1d(samples, np.concatenate([corners.steps, corners.steps - 1]))
        rates = schedule(steps)
        return Curve(steps, rates, rates, exact=True)
    lasts = np.append(samples[1:] - 1, end)
    bounds = [schedule.extremes(int(first), int(last)) for first, last in zip(samples, lasts, strict=True)]
    low, high = np.array(bounds).T
    return Curve(samples, low, high, exact=False)
