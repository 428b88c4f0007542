"""The kinds of numbers that schedules are made of: each bound is written here, once."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Gt, Le, Lt

from ppocr_lr.bounds import MAX_COUNT

MAX_ITERS = MAX_COUNT
"""Whole numbers up to here are exact in float64, so no formula blurs neighbouring updates."""

FAR = 300.0  # e^(2·300) is still a float, and 1/(1 + e^(2·300)) is as good as 0

Update = Annotated[int, Ge(0), Le(MAX_ITERS)]
Iters = Annotated[int, Ge(1), Le(MAX_ITERS)]
Rate = Annotated[float, Ge(0)]
PositiveRate = Annotated[float, Gt(0)]
Positive = Annotated[float, Gt(0)]
Gamma = Annotated[float, Gt(0), Lt(1)]
AboveOne = Annotated[float, Gt(1)]
UpToOne = Annotated[float, Gt(0), Le(1)]
Cycles = Annotated[int, Ge(1), Le(1000)]
HalfWaves = Annotated[float, Gt(0), Le(1000)]
Growth = Annotated[float, Ge(1), Le(1e6)]
OnTheTangent = Annotated[float, Ge(-FAR), Le(FAR)]

SMALLEST_GROWTH = 1.01
"""At this growth there are about 4000 restarts up to the last int64, all of which are kept in a table."""


def is_growth(factor: float) -> bool:
    """Whether cycles may grow by `factor`: it is 1, or not too close to 1."""
    return factor == 1 or factor >= SMALLEST_GROWTH
