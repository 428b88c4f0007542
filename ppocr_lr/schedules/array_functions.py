"""The functions of `functions.py` for arrays. NumPy is slow to import, and the text commands need no arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ppocr_lr.schedules.functions import HALF_PI, Functions, Part


class _Array:
    @staticmethod
    def half_cosine(q: Any) -> Any:
        t = np.tan(q * HALF_PI)
        t *= t
        return t / (1 + t)

    minimum = staticmethod(np.minimum)
    maximum = staticmethod(np.maximum)
    exp, log, sqrt, sin, cos, tanh = map(staticmethod, (np.exp, np.log, np.sqrt, np.sin, np.cos, np.tanh))
    where = staticmethod(np.where)

    @staticmethod
    def wrap(k: Any, period: int) -> Any:
        # An integer remainder costs as much as the cosine it is for; most runs never need it.
        return k if k.size == 0 or k.max() < period else k % period

    @staticmethod
    def count_passed(k: Any, boundaries: Sequence[int]) -> Any:
        return np.searchsorted(np.asarray(boundaries, dtype=np.int64), k, side="right")

    @staticmethod
    def pick(values: Sequence[float], index: Any) -> Any:
        return np.asarray(values, dtype=np.float64)[index]

    @staticmethod
    def pick_row(rows: Sequence[tuple[float, ...]], index: Any) -> tuple[Any, ...]:
        return tuple(np.asarray(column)[index] for column in zip(*rows, strict=True))

    interpolate = staticmethod(np.interp)

    def split(self, k: Any, at: int, before: Part, after: Part) -> Any:
        late = np.asarray(k >= at)
        early_count = late.size - int(np.count_nonzero(late))
        if early_count == 0:
            return after(k, self)
        if early_count == late.size:
            return before(k, self)
        rates = np.empty(late.shape)
        if not late[:early_count].any():
            # Steps in order, the usual case: two slices, where masks would copy everything twice.
            rates[:early_count] = before(k[:early_count], self)
            rates[early_count:] = after(k[early_count:], self)
        else:
            rates[~late] = before(k[~late], self)
            rates[late] = after(k[late], self)
        return rates


ARRAY: Functions = _Array()
