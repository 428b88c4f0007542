from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppocr_lr import Schedule
from ppocr_lr.curve.area import mean_rate, smooth_sum
from ppocr_lr.schedules import (
    Bent,
    Constant,
    Cosine,
    CosineWave,
    CyclicalCosine,
    Decay,
    OneCycle,
    PiecewiseConstant,
    Power,
    StepDecay,
    TwoStepCosine,
    Warmup,
)
from ppocr_lr.schedules.base import every
from tests.curve.test_pieces import Regular, Zigzag
from tests.strategies import long_runs, schedules

TRILLION = 10**12


@given(st.one_of(schedules, long_runs))
def test_the_mean_is_that_of_every_update(drawn: tuple[Schedule, int]) -> None:
    schedule, total = drawn
    rates = schedule(np.arange(total))
    assert mean_rate(schedule, total) == pytest.approx(math.fsum(rates) / total, rel=0, abs=1e-8 * rates.max())


@pytest.mark.parametrize(
    ("schedule", "total", "mean"),
    [
        (Constant(0.1), TRILLION, 0.1),
        (Decay(1.0, 88, shape=Bent(Cosine(), 2.0, 2.0)), 88, 0.59818907277106),
        (CosineWave(1.0, TRILLION), TRILLION, 0.5),
        (CosineWave(1.0, TRILLION), TRILLION // 4, 0.5 + math.sin(math.pi / 4) / (2 * math.pi / 4)),
        (CosineWave(1.0, 1000, 0.5), TRILLION, 0.75),
        (CyclicalCosine(1.0, (10**6,)), TRILLION, 0.5 + 0.5e-6),
        (CyclicalCosine(1.0, (3,)), 3 * 10**11, (1 + 0.75 + 0.25) / 3),
        (Warmup(CosineWave(1.0, TRILLION), TRILLION // 2, 1.0), TRILLION, 0.5 + 1 / (2 * math.pi)),
        (Decay(1.0, TRILLION, 0.0, Power(0.5)), TRILLION, 2 / 3),
        (Decay(1.0, TRILLION, 0.0, Power(999)), TRILLION, 1e-3),
        (PiecewiseConstant((TRILLION // 4,), (1.0, 0.1)), TRILLION, 0.25 + 0.075),
        (StepDecay(1.0, 10**6, 0.5), TRILLION, 2e-6),
        (StepDecay(1.0, 100, 1 - 1e-9), 10**11, 1 - 1 / math.e),
        (TwoStepCosine(1.0, 10**11, TRILLION, recursive=True), TRILLION, 0.05),
        (OneCycle(1.0, TRILLION, "linear"), TRILLION, 0.3 * (1 + 1 / 25) / 2 + 0.7 * (1 + 1 / 250000) / 2),
        (Zigzag(10, 4), TRILLION, 0.5),
    ],
    ids=str,
)
def test_the_mean_of_a_long_run(schedule: Schedule, total: int, mean: float) -> None:
    assert mean_rate(schedule, total) == pytest.approx(mean, rel=0, abs=1e-8)


def test_what_cannot_be_divided_has_no_mean() -> None:
    assert mean_rate(Regular((every(10_007), every(10_009))), TRILLION) is None


@pytest.mark.parametrize("count", [1, 2, 3, 10, 1001, 10**4])
@pytest.mark.parametrize("function", [lambda k: 5.0, lambda k: k**3, lambda k: 0.9**k, lambda k: math.sqrt(10**4 - k)])
def test_smooth_sum(function: Callable[[int], float], count: int) -> None:
    expected = math.fsum(map(function, range(count)))
    assert smooth_sum(function, count, 1e-9) == pytest.approx(expected, rel=1e-12, abs=1e-8 * count)


@pytest.mark.parametrize(
    "schedule",
    [Decay(1.0, TRILLION, 0.0, Power(0.5)), CyclicalCosine(1.0, (10**6,)), StepDecay(1.0, 9, 0.9999)],
    ids=str,
)
def test_few_updates_are_asked(schedule: Schedule, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    formula = type(schedule).formula
    monkeypatch.setattr(type(schedule), "formula", lambda self, k, *fn: asked.append(k) or formula(self, k, *fn))
    mean_rate(schedule, TRILLION)
    assert 0 < len(asked) < 2500
