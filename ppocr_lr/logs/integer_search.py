"""The integer with the least cost, where the cost may have many valleys and plains."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

_GRID = 120
_VALLEYS = 4

Cost = Callable[[int], float]


class Best(NamedTuple):
    """An integer with the least cost, and the ends of the plain around it."""

    x: int
    low: int
    high: int


def best_integer(cost: Cost, low: int, high: int, around: Iterable[int] = (), origin: int = 0) -> int:
    """From `low` to `high`: a grid, with the points `around`, then downhill from its best points.

    Of several that cost the same the nearest to `origin` is taken.
    """
    spread = np.concatenate([np.geomspace(low, high, _GRID), np.linspace(low, high, _GRID)]).round().astype(int)
    grid = sorted({x for x in (*spread.tolist(), *around) if low <= x <= high})
    starts = sorted(range(len(grid)), key=lambda index: (cost(grid[index]), abs(grid[index] - origin)))[:_VALLEYS]
    bests = []
    for index in starts:
        gap = max(grid[min(index + 1, len(grid) - 1)] - grid[index], grid[index] - grid[max(index - 1, 0)], 1)
        bests.append(_downhill(cost, grid[index], gap, low, high))
    return min(bests, key=lambda x: (round(cost(x), 9), abs(x - origin)))


def refined(cost: Cost, x: int, low: int, high: int, stride: int, whole: int = 0, origin: int = 0) -> Best:
    """Downhill from `x`; of the plain there, the integer a multiple of `whole` from `origin`, if it has one."""
    x = _downhill(cost, x, stride, low, high)
    least, most = _edge(cost, x, low), _edge(cost, x, high)
    if whole and least <= (near := origin + round((x - origin) / whole) * whole) <= most:
        x = near
    return Best(x, least, most)


def _downhill(cost: Cost, x: int, stride: int, low: int, high: int) -> int:
    while stride:
        near = min((y for y in (x - stride, x + stride) if low <= y <= high), key=cost, default=x)
        if cost(near) < cost(x):
            x = near
        else:
            stride //= 2
    return x


def _edge(cost: Cost, x: int, towards: int) -> int:
    """How far from `x` the cost does not rise."""
    way = 1 if towards > x else -1
    highest, stride = cost(x), 1
    while stride:
        y = x + way * stride
        if (towards - y) * way >= 0 and cost(y) <= highest:
            x, stride = y, stride * 2
        else:
            stride //= 2
    return x
