"""The functions of `functions.py` for one int, in plain Python.

This is the training loop: Python calls a function of a module faster than a method, and a function in C fastest.
"""

# ruff: noqa: D103  # documented in functions.py

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Sequence
from math import cos, exp, log, pi, sin, sqrt, tanh
from operator import getitem as pick
from operator import getitem as pick_row
from operator import mod as wrap
from typing import Any

__all__ = [
    "cos", "count_passed", "exp", "half_cosine", "interpolate", "log", "maximum", "minimum", "pick", "pick_row", "sin",
    "split", "sqrt", "tanh", "where", "wrap",
]  # fmt: skip

# (1 - cos x)/2 = sin²(x/2): no digits are lost near the end of a decay, it is exactly 0 there and exactly 1 at the
# beginning.
HALF_PI = pi / 2


def half_cosine(q: float) -> float:
    s = sin(q * HALF_PI)
    return s * s


def minimum(a: Any, b: Any) -> Any:
    return a if a < b else b


def maximum(a: Any, b: Any) -> Any:
    return a if a > b else b


def where(condition: bool, a: Any, b: Any) -> Any:
    return a if condition else b


def count_passed(k: int, boundaries: Sequence[int]) -> int:
    return bisect_right(boundaries, k)


def interpolate(k: int, steps: Sequence[int], rates: Sequence[float]) -> float:
    after = bisect_right(steps, k)
    if not after:
        return rates[0]
    start, a = steps[after - 1], rates[after - 1]
    return a + (rates[after] - a) * ((k - start) / (steps[after] - start)) if after < len(steps) else a


def split(k: int, at: int, before: Any, after: Any) -> Any:
    return before(k, _THESE) if k < at else after(k, _THESE)


_THESE: Any = sys.modules[__name__]
