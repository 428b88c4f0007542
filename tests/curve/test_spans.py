from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppocr_lr import Schedule
from ppocr_lr.curve.spans import count_below
from ppocr_lr.schedules import CosineWave, CyclicalCosine, StepDecay, Warmup
from ppocr_lr.schedules.base import every
from tests.curve.test_pieces import Zigzag, zigzags
from tests.strategies import long_runs, schedules


@dataclass(frozen=True)
class LowerAndLower(Schedule):
    """Ten updates from `1 − i/10⁵` down to 0 in cycle i: sooner or later each passes a limit at another place."""

    def formula(self, k: Any, fn: Any = None) -> Any:
        return (1 - k // 10 / 10**5) * (1 - k % 10 / 9)

    def corner_runs(self) -> Any:
        return (every(10),)


@given(
    st.one_of(
        schedules,
        long_runs,
        st.tuples(zigzags, st.integers(1, 9000)),
        st.tuples(st.just(LowerAndLower()), st.integers(1, 15_000)),
    ),
    st.floats(0, 1),
)
def test_it_counts_every_update(drawn: tuple[Schedule, int], share: float) -> None:
    schedule, total = drawn
    rates = schedule(np.arange(total))
    for limit in (0.0, float(np.median(rates)), float(rates.max()), share * float(rates.max()), 1e-6):
        # A rate within rounding of the limit may fall on either side.
        sure = int((rates < limit * (1 - 1e-9)).sum()), int((rates < limit * (1 + 1e-9)).sum())
        count = count_below(schedule, total, limit)
        assert count is not None
        assert sure[0] <= count <= sure[1]


@pytest.mark.parametrize(
    ("schedule", "total", "limit", "count"),
    [
        (CyclicalCosine(1.0, (10,)), 10**12, 0.45, 4 * 10**11),
        (CyclicalCosine(1.0, (10,)), 10**12, 0.01, 0),
        (CosineWave(1.0, 10), 10**12 + 3, 0.6, 55 * 10**10),
        (Warmup(CyclicalCosine(1.0, (10,)), 10, 1.0), 10**12, 0.45, 5 + 4 * (10**11 - 1)),
        (StepDecay(1.0, 100, 0.5), 10**12, 0.3, 10**12 - 200),
        (StepDecay(0.1, 7, 1 - 1e-9), 10**12, 0.0, 0),
        (Zigzag(10, 5), 10**12, 0.3, 3 * 10**11),
    ],
    ids=str,
)
def test_a_very_long_run(schedule: Schedule, total: int, limit: float, count: int) -> None:
    assert count_below(schedule, total, limit) == count


def test_thousands_of_different_pieces_are_not_guessed() -> None:
    assert count_below(LowerAndLower(), 10**6, 0.5) is None
