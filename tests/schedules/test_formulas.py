"""Tables of (schedule, steps, expected) worked out by hand from each formula."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ppocr_lr.schedules import (
    Constant,
    CosineDecay,
    CyclicalCosine,
    LinearWarmup,
    MultiStepDecay,
    OneCycle,
    PiecewiseConstant,
    PolynomialDecay,
    Schedule,
    StepDecay,
    TwoStepCosine,
)

HALF = math.sqrt(0.5)

TABLE = [
    (Constant(0.1), [0, 10**12], [0.1, 0.1]),
    (PolynomialDecay(1.0, 4), [0, 1, 2, 4, 5, 10**15], [1, 0.75, 0.5, 0, 0, 0]),
    (PolynomialDecay(1.0, 4, end=0.2, power=2), [0, 2, 4, 9], [1, 0.4, 0.2, 0.2]),
    (PolynomialDecay(0.1, 4, end=0.5), [0, 2, 4], [0.1, 0.3, 0.5]),
    (CosineDecay(1.0, 4), [0, 1, 2, 3, 4], [1, (1 + HALF) / 2, 0.5, (1 - HALF) / 2, 0]),
    (CosineDecay(1.0, 4, end=0.5), [0, 2, 4], [1, 0.75, 0.5]),
    # Past its end a cosine rises again, as Paddle's does, and is exact at any distance.
    (CosineDecay(1.0, 4), [6, 8, 12, 8 * 10**14, 8 * 10**14 + 2], [0.5, 1, 0, 1, 0.5]),
    (StepDecay(1.0, 3, 0.5), [0, 2, 3, 5, 6, 30, 10**12], [1, 1, 0.5, 0.5, 0.25, 2**-10, 0]),
    (PiecewiseConstant((2, 5), (0.3, 0.2, 0.1)), [0, 1, 2, 4, 5, 10**12], [0.3, 0.3, 0.2, 0.2, 0.1, 0.1]),
    (PiecewiseConstant((), (0.3,)), [0, 7], [0.3, 0.3]),
    (MultiStepDecay(1.0, (2, 5), 0.5), [0, 1, 2, 4, 5, 10**12], [1, 1, 0.5, 0.5, 0.25, 0.25]),
    (MultiStepDecay(1.0, (2, 2), 0.5), [1, 2], [1, 0.25]),
    (MultiStepDecay(1.0, (), 0.5), [0, 9], [1, 1]),
    (CyclicalCosine(1.0, 4), [0, 2, 3, 4, 6, 4 * 10**14], [1, 0.5, (1 - HALF) / 2, 1, 0.5, 1]),
    (CyclicalCosine(1.0, 1), [0, 1, 2], [1, 1, 1]),
    (CyclicalCosine(1.0, 4, end=0.5), [2, 4], [0.75, 1]),
    # 20 updates: up until 0.3·20 − 1 = 5, down until 19.
    (OneCycle(1.0, 20), [0, 5, 12, 19], [0.04, 1, (1 + 4e-6) / 2, 4e-6]),
    (OneCycle(1.0, 20, "linear"), [0, 5, 12, 19], [0.04, 1, (1 + 4e-6) / 2, 4e-6]),
    # Three phases: up until 5, back down until 10, to the end at 19.
    (OneCycle(1.0, 20, "linear", True), [0, 5, 10, 19], [0.04, 1, 0.04, 4e-6]),
    # PaddleOCR raises past update 20; here the rate holds, and is never negative.
    (OneCycle(1.0, 20, "linear"), [21, 10**12], [4e-6, 4e-6]),
    (OneCycle(1.0, 4, pct_start=0.25), [0, 3], [1, 4e-6]),  # the rise ends where it begins
    (OneCycle(1.0, 1), [0, 10], [4e-6, OneCycle(1.0, 1)(1)]),
    (LinearWarmup(Constant(1.0), 4, 1.0), [0, 1, 3, 4, 9], [0, 0.25, 0.75, 1, 1]),
    (LinearWarmup(Constant(1.0), 4, 1.0, 0.2), [0, 2, 4], [0.2, 0.6, 1]),
    # The decay behind a warmup starts when the warmup ends and keeps its length.
    (LinearWarmup(CosineDecay(1.0, 4), 2, 1.0), [0, 1, 2, 4, 6], [0, 0.5, 1, 0.5, 0]),
    (LinearWarmup(StepDecay(1.0, 2, 0.5), 3, 1.0), [2, 3, 4, 5], [2 / 3, 1, 1, 0.5]),
    # The second cosine of two counts from 0 too, so behind the first the rate jumps up.
    (
        TwoStepCosine(1.0, 4, 8),
        [0, 2, 4, 5, 6, 8],
        [1, 0.5, 0, CosineDecay(1.0, 8)(5), CosineDecay(1.0, 8)(6), 0],
    ),
    # Multiplying ratios, PaddleOCR's class stays at 0 until the second cosine's own zero is over.
    (TwoStepCosine(1.0, 4, 8, True), [2, 4, 5, 8, 9, 16], [0.5, 0, 0, 0, CosineDecay(1.0, 8)(9), 1]),
    (TwoStepCosine(1.0, 4, 1, True), [3, 4, 5, 6, 7], [(1 - HALF) / 2, 0, 0, 1, 0]),
]


@pytest.mark.parametrize(("schedule", "steps", "expected"), TABLE, ids=lambda value: str(value)[:70])
def test_table(schedule: Schedule, steps: list[int], expected: list[float]) -> None:
    np.testing.assert_allclose([schedule(step) for step in steps], expected, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(schedule(np.array(steps)), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("total", [10**3, 10**6, 10**9, 10**12, 2**53])
def test_a_cosine_keeps_its_digits_to_the_end(total: int) -> None:
    """(1 − cos x)/2 is x²/4 for small x; 1 + cos(π − x), in floats, would be anything."""
    expected = (math.pi / total) ** 2 / 4 * (1 - (math.pi / total) ** 2 / 12)
    cosine = CosineDecay(1.0, total)
    assert cosine(total - 1) == pytest.approx(expected, rel=1e-10)
    assert cosine(np.array([total - 1]))[0] == pytest.approx(expected, rel=1e-10)
    assert (cosine(0), cosine(total), cosine(2 * total)) == (1.0, 0.0, 1.0)


def test_one_cycle_holds_the_update_past_its_end() -> None:
    cycle = OneCycle(1.0, 20)
    assert cycle(21) == cycle(10**9) == cycle(20) > cycle.final


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Constant(-1), "Constant: rate must be a finite number at least 0, received -1"),
        (lambda: Constant(True), "rate must be a finite number at least 0, received True"),
        (lambda: Constant(math.nan), "received nan"),
        (lambda: Constant("0.1"), "received '0.1'"),
        (
            lambda: CosineDecay(0.1, 0),
            "CosineDecay: decay_iters must be an integer of at least 1, received 0",
        ),
        (lambda: CosineDecay(0.1, 2.5), "received 2.5"),
        (lambda: CosineDecay(0.1, True), "received True"),
        (lambda: PolynomialDecay(0.1, 5, power=0), "power must be a finite number above 0, received 0"),
        (lambda: StepDecay(0.1, 5, 1.0), "gamma must be a finite number above 0 and below 1, received 1.0"),
        (
            lambda: MultiStepDecay(0.1, (5, 3), 0.5),
            r"integers of at least 0 in rising order, received \(5, 3\)",
        ),
        (lambda: MultiStepDecay(0.1, (1.5,), 0.5), "a sequence of integers"),
        (lambda: PiecewiseConstant((1, 2), (0.1, 0.2)), "2 boundaries need 3 values, received 2"),
        (lambda: PiecewiseConstant((1,), (0.1, -0.2)), "values must be a finite number at least 0"),
        (lambda: LinearWarmup(Constant(0.1), 5, 0.1, 0.1), "peak must be a finite number above 0.1"),
        (lambda: OneCycle(0.1, 5, "cosine"), "anneal must be 'cos' or 'linear', received 'cosine'"),
        (lambda: OneCycle(0.1, 5, three_phase=True, pct_start=0.5), "above 0 and below 0.5"),
    ],
)
def test_parameters_are_checked_when_the_schedule_is_made(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]


def test_a_warmup_needs_a_schedule_behind_it() -> None:
    with pytest.raises(TypeError, match=r"after must be a Schedule, received 0\.1"):
        LinearWarmup(0.1, 5, 0.1)  # type: ignore[arg-type]
