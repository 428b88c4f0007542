"""The few functions a formula needs, for one int, in plain Python; `array_functions.py` has them for arrays.

A formula written with them stands in one place and still costs no NumPy call for a single step.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Protocol

Part = Callable[[Any, "Functions"], Any]
"""A part of a formula: takes steps and functions, as `Schedule.formula` does."""


class Functions(Protocol):
    """What `formula(k, fn)` may call on `fn`; `k` is an int or an int64 array."""

    def half_cosine(self, q: Any) -> Any:
        """`(1 − cos(π·q))/2` for −1 ≤ q ≤ 1: of a cosine decay, the share left when q of its time is left."""

    def minimum(self, a: Any, b: Any) -> Any:
        """The smaller of both, element by element."""

    def maximum(self, a: Any, b: Any) -> Any:
        """The larger of both, element by element."""

    def exp(self, x: Any) -> Any:
        """`e^x`."""

    def log(self, x: Any) -> Any:
        """The natural logarithm."""

    def sqrt(self, x: Any) -> Any:
        """The square root."""

    def sin(self, x: Any) -> Any:
        """The sine of `x` radians."""

    def cos(self, x: Any) -> Any:
        """The cosine of `x` radians."""

    def tanh(self, x: Any) -> Any:
        """The hyperbolic tangent."""

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        """`a` where `condition` holds, else `b`; both have been computed, unlike those of `split`."""

    def wrap(self, k: Any, period: int) -> Any:
        """`k % period`, exact for any `k`."""

    def count_passed(self, k: Any, boundaries: Sequence[int]) -> Any:
        """How many of the sorted `boundaries` are ≤ k."""

    def pick(self, values: Sequence[float], index: Any) -> Any:
        """`values[index]`."""

    def pick_row(self, rows: Sequence[tuple[float, ...]], index: Any) -> tuple[Any, ...]:
        """`rows[index]`, column by column."""

    def interpolate(self, k: Any, steps: Sequence[int], rates: Sequence[float]) -> Any:
        """The straight lines from each of (`steps`, `rates`) to the next; the first and the last rate outside."""

    def split(self, k: Any, at: int, before: Part, after: Part) -> Any:
        """`before(k, fn)` where k < at, `after(k, fn)` from there on; each sees only its own steps."""


# (1 - cos x)/2 = t²/(1 + t²) with t = tan(x/2): no digits are lost near the end of a decay, it is exactly 0 there
# and exactly 1 at the beginning, and NumPy has a vectorised tangent (on AVX-512) but no vectorised cosine.
HALF_PI = math.pi / 2


class _Scalar:
    @staticmethod
    def half_cosine(q: float) -> float:
        t = math.tan(q * HALF_PI)
        t *= t
        return t / (1.0 + t)  # Python adds two floats faster than an int and a float

    minimum = staticmethod(min)
    maximum = staticmethod(max)
    exp, log, sqrt, sin, cos, tanh = map(staticmethod, (math.exp, math.log, math.sqrt, math.sin, math.cos, math.tanh))
    where = staticmethod(lambda condition, a, b: a if condition else b)
    pick = staticmethod(lambda values, index: values[index])

    @staticmethod
    def wrap(k: int, period: int) -> int:
        return k % period

    @staticmethod
    def count_passed(k: int, boundaries: Sequence[int]) -> int:
        return bisect_right(boundaries, k)

    @staticmethod
    def pick_row(rows: Sequence[tuple[float, ...]], index: int) -> tuple[float, ...]:
        return rows[index]

    @staticmethod
    def interpolate(k: int, steps: Sequence[int], rates: Sequence[float]) -> float:
        after = bisect_right(steps, k)
        if after in (0, len(steps)):
            return rates[max(0, after - 1)]
        (start, end), (a, b) = steps[after - 1 : after + 1], rates[after - 1 : after + 1]
        return a + (b - a) * ((k - start) / (end - start))

    def split(self, k: int, at: int, before: Part, after: Part) -> Any:
        return before(k, self) if k < at else after(k, self)


SCALAR: Functions = _Scalar()
