"""The integer with the least cost, where the cost may have many valleys and plateaus."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

_GRID = 120
_VALLEYS = 4
_FINER = 30  # points across each of them
_MOST_ROUNDS = 40

Cost: TypeAlias = Callable[[int], float]
Costs: TypeAlias = Callable[[NDArray[np.int64]], NDArray[np.float64]]


class Best(NamedTuple):
    """An integer with the least cost, and the ends of the plateau around it."""

    x: int
    low: int
    high: int


def best_integer(costs: Costs, low: int, high: int, around: Iterable[int] = (), origin: int = 0) -> int:
    """From `low` to `high`: on a grid with the points `around`, then on finer ones across its best points.

    Of several that cost the same the nearest to `origin` is taken.
    """
    below = min(low - 1, 0)  # equal ratios need numbers above 0
    ratios = below + np.geomspace(low - below, high - below, _GRID)
    points = np.concatenate([ratios, np.linspace(low, high, _GRID), [*around]])
    for _ in range(_MOST_ROUNDS):
        grid = np.unique(points[(low <= points) & (points <= high)].round().astype(np.int64))
        best = np.lexsort((np.abs(grid - origin), costs(grid)))[:_VALLEYS]
        before, after = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, len(grid) - 1)]
        if (after - before <= 2).all():
            break
        points = np.concatenate([np.linspace(before, after, _FINER).ravel(), grid[best]])
    return int(grid[best[0]])


def refined(cost: Cost, x: int, low: int, high: int, stride: int, whole: int = 0) -> Best:
    """Downhill from `x`; of the plateau there, the nearest multiple of `whole`, if it has one."""
    x = _downhill(cost, x, stride, low, high)
    least, most = _edge(cost, x, low), _edge(cost, x, high)
    if whole and (multiples := range(-(-least // whole), most // whole + 1)):
        x = whole * min(max(round(x / whole), multiples[0]), multiples[-1])
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
