"""The few functions a formula needs; `scalar_functions.py` has them for one int, `array_functions.py` for arrays.

A formula is thus written once, and a single step needs no NumPy call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ppocr_lr.schedules import scalar_functions

Part = Callable[[Any, "Functions"], Any]
"""A part of a formula: takes steps and functions, as `Schedule.formula` does."""


class Functions(Protocol):
    """What `formula(k, fn)` may call on `fn`; `k` is an int or an int64 array."""

    def half_cosine(self, q: Any) -> Any:
        """`(1 − cos(π·q))/2` for −1 ≤ q ≤ 1: of a cosine decay, the share left when q of its time is left."""

    def minimum(self, a: Any, b: Any) -> Any:
        """The smaller of the two, element by element."""

    def maximum(self, a: Any, b: Any) -> Any:
        """The larger of the two, element by element."""

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


SCALAR: Functions = scalar_functions
