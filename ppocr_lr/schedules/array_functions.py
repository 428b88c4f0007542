"""The functions of `functions.py` for arrays. NumPy is slow to import, and the text commands need no arrays."""

# ruff: noqa: D103  # documented in functions.py

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import cos, exp, log, maximum, minimum, sin, sqrt, tanh, where
from numpy import interp as interpolate

from ppocr_lr.schedules.scalar_functions import HALF_PI

__all__ = [
    "cos", "count_passed", "exp", "half_cosine", "interpolate", "log", "maximum", "minimum", "pick", "pick_row", "sin",
    "split", "sqrt", "tanh", "where", "wrap",
]  # fmt: skip


def half_cosine(q: Any) -> Any:
    # sin² = t²/(1 + t²) with t = tan: NumPy has a vectorised tangent (on AVX-512) but no vectorised sine.
    t = np.tan(q * HALF_PI)
    t *= t
    return t / (1 + t)


def wrap(k: Any, period: int) -> Any:
    # An integer remainder costs as much as the cosine it is for; most runs never need it.
    return k if k.size == 0 or k.max() < period else k % period


def count_passed(k: Any, boundaries: Sequence[int]) -> Any:
    return np.searchsorted(np.asarray(boundaries, dtype=np.int64), k, side="right")


def pick(values: Sequence[float], index: Any) -> Any:
    return np.asarray(values, dtype=np.float64)[index]


def pick_row(rows: Sequence[tuple[float, ...]], index: Any) -> tuple[Any, ...]:
    return tuple(np.asarray(column)[index] for column in zip(*rows, strict=True))


def split(k: Any, at: int, before: Any, after: Any) -> Any:
    late = np.asarray(k >= at)
    early_count = late.size - int(np.count_nonzero(late))
    if early_count == 0:
        return after(k, _THESE)
    if early_count == late.size:
        return before(k, _THESE)
    rates = np.empty(late.shape)
    if not late[:early_count].any():
        # Steps in order, the usual case: two slices, where masks would copy everything twice.
        rates[:early_count] = before(k[:early_count], _THESE)
        rates[early_count:] = after(k[early_count:], _THESE)
    else:
        rates[~late] = before(k[~late], _THESE)
        rates[late] = after(k[late], _THESE)
    return rates


_THESE: Any = sys.modules[__name__]
