"""Tables of (schedule, steps, expected) worked out by hand from each formula."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ppocr_lr.schedules import (
    LINEAR,
    Bent,
    Bounded,
    Constant,
    Cosine,
    CosineWave,
    Cyclic,
    CyclicalCosine,
    CyclicPolynomial,
    Decay,
    Exponential,
    ExponentialDecay,
    ExponentialGrowth,
    ExponentialRise,
    Flat,
    From,
    HalfLife,
    HeldAfter,
    InverseSqrt,
    InverseTimeDecay,
    Mirrored,
    MultiStepDecay,
    NaturalExpDecay,
    Noam,
    OneCycle,
    OneMinusSqrt,
    PiecewiseConstant,
    PiecewiseLinear,
    Power,
    Product,
    Reflected,
    Scaled,
    Schedule,
    Sequence,
    Staircase,
    StepDecay,
    Tanh,
    TwoStepCosine,
    WarmRestarts,
    Warmup,
)

HALF = math.sqrt(0.5)

TABLE = [
    (Constant(0.1), [0, 10**12], [0.1, 0.1]),
    (Decay(1.0, 4), [0, 1, 2, 4, 5, 10**15], [1, 0.75, 0.5, 0, 0, 0]),
    (Decay(1.0, 4, end=0.2, shape=Power(2)), [0, 2, 4, 9], [1, 0.4, 0.2, 0.2]),
    (Decay(0.1, 4, end=0.5), [0, 2, 4], [0.1, 0.3, 0.5]),
    (CosineWave(1.0, 4), [0, 1, 2, 3, 4], [1, (1 + HALF) / 2, 0.5, (1 - HALF) / 2, 0]),
    (CosineWave(1.0, 4, end=0.5), [0, 2, 4], [1, 0.75, 0.5]),
    # Past its end a cosine rises again, as Paddle's does, and is exact at any distance.
    (CosineWave(1.0, 4), [6, 8, 12, 8 * 10**14, 8 * 10**14 + 2], [0.5, 1, 0, 1, 0.5]),
    (StepDecay(1.0, 3, 0.5), [0, 2, 3, 5, 6, 30, 10**12], [1, 1, 0.5, 0.5, 0.25, 2**-10, 0]),
    (PiecewiseConstant((2, 5), (0.3, 0.2, 0.1)), [0, 1, 2, 4, 5, 10**12], [0.3, 0.3, 0.2, 0.2, 0.1, 0.1]),
    (PiecewiseConstant((), (0.3,)), [0, 7], [0.3, 0.3]),
    (MultiStepDecay(1.0, (2, 5), 0.5), [0, 1, 2, 4, 5, 10**12], [1, 1, 0.5, 0.5, 0.25, 0.25]),
    (MultiStepDecay(1.0, (2, 2), 0.5), [1, 2], [1, 0.25]),
    (MultiStepDecay(1.0, (), 0.5), [0, 9], [1, 1]),
    (CyclicalCosine(1.0, (4,)), [0, 2, 3, 4, 6, 4 * 10**14], [1, 0.5, (1 - HALF) / 2, 1, 0.5, 1]),
    (CyclicalCosine(1.0, (1,)), [0, 1, 2], [1, 1, 1]),
    (CyclicalCosine(1.0, (4,), end=0.5), [2, 4], [0.75, 1]),
    # 20 updates: up until 0.3·20 − 1 = 5, down until 19.
    (OneCycle(1.0, 20), [0, 5, 12, 19], [0.04, 1, (1 + 4e-6) / 2, 4e-6]),
    (OneCycle(1.0, 20, "linear"), [0, 5, 12, 19], [0.04, 1, (1 + 4e-6) / 2, 4e-6]),
    # Three phases: up until 5, back down until 10, to the end at 19.
    (OneCycle(1.0, 20, "linear", three_phase=True), [0, 5, 10, 19], [0.04, 1, 0.04, 4e-6]),
    # PaddleOCR raises past update 20; here the rate holds, and is never negative.
    (OneCycle(1.0, 20, "linear"), [21, 10**12], [4e-6, 4e-6]),
    (OneCycle(1.0, 4, pct_start=0.25), [0, 3], [1, 4e-6]),  # the rise ends where it begins
    (OneCycle(1.0, 1), [0, 10], [4e-6, OneCycle(1.0, 1)(1)]),
    (Warmup(Constant(1.0), 4, 1.0), [0, 1, 3, 4, 9], [0, 0.25, 0.75, 1, 1]),
    (Warmup(Constant(1.0), 4, 1.0, 0.2), [0, 2, 4], [0.2, 0.6, 1]),
    # The decay behind a warmup starts when the warmup ends and keeps its length.
    (Warmup(CosineWave(1.0, 4), 2, 1.0), [0, 1, 2, 4, 6], [0, 0.5, 1, 0.5, 0]),
    (Warmup(StepDecay(1.0, 2, 0.5), 3, 1.0), [2, 3, 4, 5], [2 / 3, 1, 1, 0.5]),
    # The second cosine of two counts from 0 too, so behind the first the rate jumps up.
    (
        TwoStepCosine(1.0, 4, 8),
        [0, 2, 4, 5, 6, 8],
        [1, 0.5, 0, CosineWave(1.0, 8)(5), CosineWave(1.0, 8)(6), 0],
    ),
    # Multiplying ratios, PaddleOCR's class stays at 0 until the second cosine's own zero is over.
    (TwoStepCosine(1.0, 4, 8, recursive=True), [2, 4, 5, 8, 9, 16], [0.5, 0, 0, 0, CosineWave(1.0, 8)(9), 1]),
    (TwoStepCosine(1.0, 4, 1, recursive=True), [3, 4, 5, 6, 7], [(1 - HALF) / 2, 0, 0, 1, 0]),
    (Decay(1.0, 4, shape=LINEAR), [0, 1, 4, 10**15], [1, 0.75, 0, 0]),
    (
        Decay(1.0, 4, 0.5, shape=Cosine()),
        [0, 2, 4, 6, 8],
        [1, 0.75, 0.5, 0.5, 0.5],
    ),  # a cosine that does not rise again
    (Decay(1.0, 4, 0.5, shape=OneMinusSqrt()), [0, 1, 4, 5], [1, 0.75, 0.5, 0.5]),
    (Decay(1.0, 4, 0.01, shape=Exponential()), [0, 2, 4, 5], [1, 0.1, 0.01, 0.01]),
    (Decay(1.0, 4, shape=Reflected()), [0, 2, 3, 4, 5], [1, 2 / 3, 0.4, 0, 0]),
    (Decay(1.0, 4, shape=Bent(Cosine(), 2)), [0, 2, 4, 9], [1, (1 + HALF) / 2, 0, 0]),
    (Decay(1.0, 4, shape=Bent(LINEAR, 2)), [0, 2, 3, 4, 9], [1, 0.75, 7 / 16, 0, 0]),  # 1 − p²
    (Decay(1.0, 4, 0.5, shape=Bent(LINEAR, 0.5, 2)), [0, 1, 4], [1, 0.625, 0.5]),
    (Decay(1.0, 4, shape=Bent(Cosine(), power=2)), [0, 2, 4], [1, 0.25, 0]),
    (Decay(1.0, 4, 0.0001, shape=Bent(Exponential(), 2)), [0, 2, 4, 5], [1, 0.1, 0.0001, 0.0001]),
    (Decay(1.0, 4, shape=HalfLife(0.25)), [0, 2, 4, 5], [1, 1 / 3, 0, 0]),
    (Decay(1.0, 4, 0.5, shape=HalfLife(0.25)), [0, 2, 4, 5], [1, 2 / 3, 0.5, 0.5]),
    # Half a way down; down, up, and down again; FixMatch's cos(7π/16·p).
    (Decay(1.0, 4, shape=Cosine(0.5)), [0, 2, 4, 9], [1, (1 + HALF) / 2, 0.5, 0.5]),
    (Decay(1.0, 4, 0.5, shape=Cosine(3)), [0, 1, 2, 3, 4, 9], [1, (3 - HALF) / 4, 0.75, (3 + HALF) / 4, 0.5, 0.5]),
    (
        Decay(1.0, 16, shape=Bent(Cosine(7 / 8), power=0.5)),
        [0, 8, 16],
        [1, math.cos(math.pi * 7 / 32), math.cos(math.pi * 7 / 16)],
    ),
    (Decay(1.0, 4, 0.5, shape=Cosine()), [1, 2, 4], [(3 + HALF) / 4, 0.75, 0.5]),
    (
        Decay(1.0, 4, 0.5, shape=Tanh(-1, 1)),
        [0, 2, 4, 9],
        [1 - 0.5 / (1 + math.e**2), 0.75, *[0.5 + 0.5 / (1 + math.e**2)] * 2],
    ),
    (ExponentialRise(0.01, 4, 1.0), [0, 1, 2, 3, 4, 5, 10**12], [0.01, 10**-1.5, 0.1, 10**-0.5, 1, 1, 1]),
    (ExponentialDecay(1.0, 0.25, 4), [0, 2, 4, 8, 10**12], [1, 0.5, 0.25, 0.0625, 0]),
    (NaturalExpDecay(1.0, 2.0, 4), [0, 2, 4, 10**12], [1, 1 / math.e, math.e**-2, 0]),
    (InverseTimeDecay(1.0, 3.0, 4), [0, 4, 8, 4 * 10**12], [1, 0.25, 1 / 7, 1 / (1 + 3e12)]),
    (InverseSqrt(1.0, 5), [0, 15, 120, 5 * 10**12 - 5], [1, 0.5, 0.2, 1e-6]),
    (InverseSqrt(1.0, 5, 2.0), [0, 5, 15, 5 * 10**12 - 5], [1, 0.25, 0.0625, 1e-24]),
    # The base model of Vaswani et al.: 7·10⁻⁴ at the end of the warmup.
    (Noam(512, 4000), [0, 1000, 4000, 16000], [0, 1.746928107421711e-4, 6.987712429686844e-4, 3.493856214843422e-4]),
    (PiecewiseLinear(((2, 0.1), (4, 0.5), (8, 0.1))), [0, 2, 3, 4, 6, 8, 10**12], [0.1, 0.1, 0.3, 0.5, 0.3, 0.1, 0.1]),
    (PiecewiseLinear(((0, 0.1),)), [0, 9], [0.1, 0.1]),
    (Cyclic(1.0, 0.5, 2, 4), [0, 1, 2, 3, 4, 6, 6 * 10**12 + 2], [0.5, 0.75, 1, 0.875, 0.75, 0.5, 1]),
    (Cyclic(1.0, 0.5, 2, 2, "triangular2"), [0, 2, 6, 10, 4 * 10**12 + 2], [0.5, 1, 0.75, 0.625, 0.5]),
    (Cyclic(1.0, 0.5, 2, 2, "exp_range", 0.5), [0, 1, 2, 6, 10**12], [0.5, 0.625, 0.625, 0.5 + 2**-7, 0.5]),
    # A line to N, then longer and longer ones: at 5 of 8, 6 of 8, 9 of 12.
    (
        CyclicPolynomial(1.0, 4),
        [0, 2, 4, 5, 6, 8, 9, 4 * 10**12 + 2],
        [1, 0.5, 0, 0.375, 0.25, 0, 0.25, 2 / (4e12 + 4)],
    ),
    (CyclicPolynomial(1.0, 1, 0.5), [0, 1, 2], [1, 0.5, 0.5]),
    # Cycles of 4, 8, 16, …, of which the last of these begins at 4·(2^40 − 1).
    (WarmRestarts(1.0, (4,), 2), [0, 2, 4, 8, 12, 4 * (2**40 - 1)], [1, 0.5, 1, 0.5, 1, 1]),
    (WarmRestarts(1.0, (4,), 1, 0.5, 0.9), [0, 2, 4, 6, 8, 4 * 10**12], [1, 0.75, 0.9, 0.7, 0.81, 0.5]),
    # A list of lengths: the last one repeats, or grows.
    (WarmRestarts(1.0, (2, 4), peak_decay=0.5), [0, 1, 2, 4, 6, 8, 10], [1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125]),
    (WarmRestarts(1.0, (6, 4), 2), [0, 3, 6, 8, 10, 14, 18, 26], [1, 0.5, 1, 0.5, 1, 0.5, 1, 0.5]),
    (WarmRestarts(1.0, (6,), 1, 0.2, 0.5, 2), [0, 1, 2, 4, 6, 7, 8, 10], [0.2, 0.6, 1, 0.6, 0.2, 0.35, 0.5, 0.35]),
    (WarmRestarts(1.0, (4,), 2, warmup_iters=2), [0, 1, 2, 3, 4, 5, 6, 9, 12], [0, 0.5, 1, 0.5, 0, 0.5, 1, 0.5, 0]),
    # With their ends, in their heights, in straight lines.
    (WarmRestarts(1.0, (4,), 1, 0.5, end_decay=0.5), [0, 2, 4, 6, 10], [1, 0.75, 1, 0.625, 0.5625]),
    (WarmRestarts(1.0, (4,), 1, 0.5, 0.5, end_decay=0.25), [2, 4, 6], [0.75, 0.5, 0.3125]),
    (WarmRestarts(1.0, (4,), 2, 0.5, height_decay=0.5), [0, 2, 4, 8, 12, 20], [1, 0.75, 0.75, 0.625, 0.625, 0.5625]),
    (WarmRestarts(1.0, (4,), shape=LINEAR), [0, 1, 3, 4, 5], [1, 0.75, 0.25, 1, 0.75]),
    (WarmRestarts(1.0, (6,), warmup_iters=2, shape=Bent(LINEAR, 2)), [0, 1, 2, 4, 6], [0, 0.5, 1, 0.75, 0]),
    (WarmRestarts(1.0, (6,), warmup_iters=2), [0, 1, 2, 4, 6, 7, 8], [0, 0.5, 1, 0.5, 0, 0.5, 1]),
    (WarmRestarts(1.0, (4,), 1, 0.01, shape=Exponential()), [0, 2, 4, 6], [1, 0.1, 1, 0.1]),
    (Warmup(Constant(1.0), 4, 1.0, 0.2, shape=Flat()), [0, 3, 4, 9], [0.2, 0.2, 1, 1]),
    (Warmup(Constant(1.0), 4, 1.0, 0.5, shape=Cosine()), [0, 1, 2, 4], [0.5, (3 - HALF) / 4, 0.75, 1]),
    (Warmup(Decay(1.0, 4), 4, 1.0, 0.01, shape=Exponential()), [0, 2, 4, 6], [0.01, 0.1, 1, 0.5]),
    (Scaled(CosineWave(1.0, 4), 0.1), [0, 2, 4, 8], [0.1, 0.05, 0, 0.1]),
    # Growth, which ends where floats do.
    (ExponentialGrowth(1.0, 2.0, 4), [0, 2, 4, 8], [1, math.sqrt(2), 2, 4]),
    (ExponentialDecay(0.5, 1.0), [0, 10**12], [0.5, 0.5]),
    (Cyclic(1.0, 0.5, 2, 2, "exp_range", 2.0), [0, 1, 2, 3, 4, 6], [0.5, 1, 2.5, 2.5, 0.5, 32.5]),
    # The product of a rise and a fall turns; of two falls it falls faster.
    (Product(Decay(1.0, 4), Decay(0.0, 4, 1.0)), [0, 1, 2, 3, 4, 9], [0, 3 / 16, 0.25, 3 / 16, 0, 0]),
    (Product(InverseSqrt(1.0, 5), Decay(1.0, 30, 0.5)), [0, 15, 30, 120], [1, 0.375, 0.5 * math.sqrt(1 / 7), 0.1]),
    (
        Product(CyclicalCosine(1.0, (4,)), Warmup(Constant(1.0), 4, 1.0, 0.5)),
        [0, 2, 3, 4, 6],
        [0.5, 0.375, 0.875 * (1 - HALF) / 2, 1, 0.5],
    ),
    (Bounded(Decay(1.0, 4), 0.3, 0.6), [0, 1, 2, 3, 4], [0.6, 0.6, 0.5, 0.3, 0.3]),
    (Bounded(CosineWave(1.0, 4), 0.5), [0, 2, 4, 6, 8, 8 * 10**14], [1, 0.5, 0.5, 0.5, 1, 1]),
    (Staircase(Decay(1.0, 8), 3), [0, 2, 3, 5, 6, 8, 9, 10**12], [1, 1, 0.625, 0.625, 0.25, 0.25, 0, 0]),
    (
        Staircase(InverseTimeDecay(1.0, 3.0, 4), 4),
        [0, 3, 4, 7, 8, 4 * 10**12 + 3],
        [1, 1, 0.25, 0.25, 1 / 7, 1 / (1 + 3e12)],
    ),
    (Staircase(ExponentialDecay(1.0, 0.5, 3), 3), [0, 2, 3, 5, 6, 30, 10**12], [1, 1, 0.5, 0.5, 0.25, 2**-10, 0]),
    (Staircase(CyclicalCosine(1.0, (4,)), 2), [0, 1, 2, 3, 4, 5, 4 * 10**14 + 2], [1, 1, 0.5, 0.5, 1, 1, 0.5]),
    (From(CosineWave(1.0, 4), 0), [0, 2, 4], [1, 0.5, 0]),
    (From(CosineWave(1.0, 4), 2), [0, 2, 6, 8 * 10**14], [0.5, 0, 1, 0.5]),
    (From(Sequence(((Constant(1.0), 3),), StepDecay(1.0, 2, 0.5)), 1), [0, 1, 2, 3, 4, 6], [1, 1, 1, 1, 0.5, 0.25]),
    (Mirrored(CosineWave(1.0, 4), 0.0, 1.0), [0, 2, 4, 6], [0, 0.5, 1, 0.5]),
    (Mirrored(Decay(0.9, 4, 0.5), 0.5, 0.9), [0, 1, 4, 9], [0.5, 0.6, 0.9, 0.9]),
    (HeldAfter(CosineWave(1.0, 4), 4), [0, 2, 4, 6, 10**15], [1, 0.5, 0, 0, 0]),
    (HeldAfter(StepDecay(1.0, 3, 0.5), 4), [2, 3, 4, 6, 10**15], [1, 0.5, 0.5, 0.5, 0.5]),
    # Warmup, stable, decay; each stage counts from its own beginning.
    (
        Warmup(Sequence(((Constant(1.0), 3),), Decay(1.0, 4, shape=OneMinusSqrt())), 2, 1.0),
        [0, 1, 2, 4, 5, 6, 9, 10**12],
        [0, 0.5, 1, 1, 1, 0.5, 0, 0],
    ),
    (
        Sequence(((CyclicalCosine(1.0, (2,)), 3), (Constant(0.7), 1)), StepDecay(1.0, 2, 0.5)),
        [0, 1, 2, 3, 4, 5, 6, 9],
        [1, 0.5, 1, 0.7, 1, 1, 0.5, 0.25],
    ),
    (Sequence((), Constant(0.3)), [0, 5], [0.3, 0.3]),
]


@pytest.mark.parametrize(("schedule", "steps", "expected"), TABLE, ids=lambda value: str(value)[:70])
def test_table(schedule: Schedule, steps: list[int], expected: list[float]) -> None:
    np.testing.assert_allclose([schedule(step) for step in steps], expected, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(schedule(np.array(steps)), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("total", [10**3, 10**6, 10**9, 10**12, 2**53])
def test_a_cosine_keeps_its_digits_to_the_end(total: int) -> None:
    """(1 − cos x)/2 is x²/4 for small x; 1 + cos(π − x), in floats, would be anything."""
    expected = (math.pi / total) ** 2 / 4 * (1 - (math.pi / total) ** 2 / 12)
    cosine = CosineWave(1.0, total)
    others = [
        CyclicalCosine(1.0, (total,)),
        WarmRestarts(1.0, (total,)),
        WarmRestarts(1.0, (total,), 2),
        Decay(1.0, total, shape=Cosine()),
    ]
    for schedule in (cosine, *others, TwoStepCosine(1.0, total, total)):
        assert schedule(total - 1) == pytest.approx(expected, rel=1e-10, abs=0)
        assert schedule(np.array([total - 1]))[0] == pytest.approx(expected, rel=1e-10, abs=0)
    assert (cosine(0), cosine(total), cosine(2 * total)) == (1.0, 0.0, 1.0)
    assert [schedule(total) for schedule in others] == [1.0, 1.0, 1.0, 0.0]


@pytest.mark.parametrize("total", [1, 3, 7, 49, 10**6 + 1, 2**53])
def test_a_decay_begins_at_its_peak_and_stays_at_its_end_exactly(total: int) -> None:
    decays: list[Schedule] = [
        Decay(1.0, total), Decay(1.0, total, shape=Power(0.3)), Decay(1.0, total, shape=Cosine()), Decay(1.0, total, shape=Bent(Cosine(), 2.5)),
        *(Decay(1.0, total, shape=shape) for shape in (OneMinusSqrt(), Reflected(), HalfLife(), Bent(LINEAR, 2, 0.5))), HeldAfter(CosineWave(1.0, total), total),
        Decay(1.0, total, shape=Cosine(3)), Decay(1.0, total, shape=Bent(Cosine(5), power=0.3)),
    ]  # fmt: skip
    for decay in decays:
        assert [decay(0), decay(total), decay(total + 1), decay(2 * total)] == [1.0, 0.0, 0.0, 0.0]
        assert list(decay(np.array([0, total, total + 1, 2 * total]))) == [1.0, 0.0, 0.0, 0.0]


def test_one_cycle_holds_the_update_past_its_end() -> None:
    cycle = OneCycle(1.0, 20)
    assert cycle(21) == cycle(10**9) == cycle(20) > cycle.final


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Constant(-1), "Constant: rate must be a finite number of at least 0, received -1"),
        (lambda: Constant(True), "rate must be a finite number of at least 0, received True"),
        (lambda: Constant(math.nan), "received nan"),
        (lambda: Constant("0.1"), "received '0.1'"),
        (
            lambda: CosineWave(0.1, 0),
            "CosineWave: decay_iters must be an integer of at least 1, received 0",
        ),
        (lambda: CosineWave(0.1, 2.5), "received 2.5"),
        (lambda: CosineWave(0.1, True), "received True"),
        (lambda: Decay(0.1, 5, shape=Power(0)), "Power: exponent must be a finite number above 0, received 0"),
        (lambda: StepDecay(0.1, 5, 1.0), "gamma must be a finite number above 0 and below 1, received 1.0"),
        (
            lambda: MultiStepDecay(0.1, (5, 3), 0.5),
            r"integers of at least 0 in rising order, received \(5, 3\)",
        ),
        (lambda: MultiStepDecay(0.1, (1.5,), 0.5), "each of milestones must be an integer of at least 0, received 1.5"),
        (lambda: PiecewiseConstant((1, 2), (0.1, 0.2)), "values must be 3 rates, one more than the boundaries"),
        (lambda: PiecewiseConstant((1,), (0.1, -0.2)), "each of values must be a finite number of at least 0"),
        (lambda: Warmup(Constant(0.1), 5, 0.1, 0.1), "peak must be above start, 0.1"),
        (lambda: OneCycle(0.1, 5, "cosine"), "anneal must be 'cos' or 'linear', received 'cosine'"),
        (lambda: OneCycle(0.1, 5, three_phase=True, pct_start=0.5), "pct_start must be below 0.5 with three phases"),
        (
            lambda: CosineWave(0.1, 2**53 + 1),
            r"decay_iters must be an integer from 1 to 2\^53, received 9007199254740993",
        ),
        (lambda: Decay(0.1, 5, shape=Exponential()), "Decay: end must be a finite number above 0, received 0"),
        (
            lambda: Decay(0.1, 5, 0.2, shape=Exponential()),
            "peak must be a finite number of at least the end, 0.2, received 0.1",
        ),
        (lambda: Decay(0.1, 5, shape=Cosine(0)), "half_waves must be a finite number above 0 and at most 1000"),
        (lambda: Warmup(Constant(1.0), 5, 1.0, shape=Cosine(2)), "shape must be one that does not turn"),
        (lambda: Decay(0.1, 5, shape=Tanh(lower=3, upper=3)), "Tanh: upper must be above lower, 3"),
        (
            lambda: ExponentialRise(0.1, 5, 0.1),
            "ExponentialRise: end must be a finite number above start, 0.1, received 0.1",
        ),
        (lambda: ExponentialDecay(0.1, 0.0), "gamma must be a finite number above 0 and at most 1, received 0.0"),
        (lambda: Cyclic(0.1, 0.2, 5, 5), "peak must be a finite number of at least the base, 0.2"),
        (
            lambda: Cyclic(0.1, 0.0, 5, 5, "up"),
            "mode must be 'triangular', 'triangular2' or 'exp_range', received 'up'",
        ),
        (
            lambda: Cyclic(0.1, 0.0, 5, 5, gamma=-1.1),
            "gamma must be a finite number above 0, received -1.1",
        ),
        (lambda: WarmRestarts(0.1, ()), r"cycle_iters must be one or more integers of at least 1, received \(\)"),
        (lambda: WarmRestarts(0.1, 10), "cycle_iters must be a sequence, received 10"),
        (lambda: WarmRestarts(0.1, (10,), 1.001), "t_mult must be 1 or at least 1.01, received 1.001"),
        (lambda: WarmRestarts(0.1, (10,), 0.5), "t_mult must be a finite number from 1 to"),
        (
            lambda: WarmRestarts(0.1, (10, 5), warmup_iters=5),
            "below the shortest cycle, 5, which would never reach its peak, received 5",
        ),
        (lambda: WarmRestarts(0.1, (10, 0)), "each of cycle_iters must be an integer of at least 1, received 0"),
        (lambda: PiecewiseLinear(()), "one or more pairs of an update and a rate, the updates in rising order"),
        (lambda: PiecewiseLinear(((-1, 0.1),)), "each of knots must be an integer of at least 0, received -1"),
        (lambda: MultiStepDecay(0.1, (5, 2**60), 0.5), r"each of milestones must be an integer from 0 to 2\^53"),
        (lambda: PiecewiseLinear(((5, 0.1), (5, 0.2))), "in rising order"),
        (lambda: PiecewiseLinear((5, 0.1)), "each of knots must be a sequence, received 5"),
        (lambda: PiecewiseLinear(((5, 0.1, 3),)), "each of knots must be 2 values"),
        (lambda: PiecewiseLinear(((5, -0.1),)), "each of knots must be a finite number of at least 0, received -0.1"),
        (
            lambda: Warmup(Constant(0.1), 5, 0.1, shape=Exponential()),
            "Warmup: start must be a finite number above 0",
        ),
        (
            lambda: Sequence(((Constant(0.1), 0),), Constant(0.1)),
            "each of stages must be an integer of at least 1, received 0",
        ),
        (lambda: Sequence((Constant(0.1), 5), Constant(0.1)), "each of stages must be a sequence"),
    ],
)
def test_parameters_are_checked_when_the_schedule_is_made(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Warmup(0.1, 5, 0.1), r"Warmup: after must be a Schedule, received 0\.1"),
        (lambda: Decay(0.1, 5, shape="cosine"), "Decay: shape must be a Shape, received 'cosine'"),
        (
            lambda: Sequence(((0.1, 5),), Constant(0.1)),
            r"Sequence: each of stages must be a Schedule, received 0\.1",
        ),
        (lambda: Sequence((), 0.1), r"Sequence: last must be a Schedule, received 0\.1"),
    ],
)
def test_a_schedule_of_schedules_needs_schedules(make: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        make()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("cycles", "t_mult", "restarts"),
    [
        ((10,), 3, [10, 40, 130, 400, 1210, 3640]),
        ((7, 3), 2, [7, 10, 16, 28]),
        ((7, 3), 1, [7, 10, 13, 16]),
    ],
)
def test_restarts_fall_on_exact_integers(cycles: tuple[int, ...], t_mult: float, restarts: list[int]) -> None:
    schedule = WarmRestarts(1.0, cycles, t_mult)
    assert list(schedule.corners(restarts[-1]).steps) == restarts
    assert list(schedule(np.array(restarts))) == [1.0] * len(restarts)
    assert (schedule(np.array(restarts) - 1) < 1).all()


@pytest.mark.parametrize(
    ("first", "t_mult", "restarts"),
    [
        (10, 1.5, [10, 25, 48, 82]),  # lengths 10, 15, 22.5, 33.75: at 47.5 and 81.25
        (5, 1.1, [5, 11, 17, 24]),  # at 10.5, 16.55 and 23.205
        (50, 1.1, [50, 105, 166]),  # at 105 and 165.5, though 1.1 as a float is a little more
    ],
)
def test_restarts_between_updates_fall_on_the_next(first: int, t_mult: float, restarts: list[int]) -> None:
    schedule = WarmRestarts(1.0, (first,), t_mult)
    assert list(schedule.corners(restarts[-1]).steps) == restarts
    begin, length = 0.0, float(first)
    for restart in restarts:
        begin, length = begin + length, length * t_mult
        for step in (restart, restart + 1):
            assert schedule(step) == pytest.approx((1 + math.cos(math.pi * (step - begin) / length)) / 2, rel=1e-13)
            assert schedule(np.array([step]))[0] == pytest.approx(schedule(step), rel=1e-15)


@pytest.mark.parametrize("t_mult", [2, 3, 10])
def test_restarts_are_exact_as_far_as_int64_goes(t_mult: int) -> None:
    schedule = WarmRestarts(1.0, (10,), t_mult, end=0.1)
    restart, length = 0, 10
    while restart < 2**63:
        assert schedule(restart) == schedule(np.array([restart]))[0] == 1.0
        assert restart == 0 or schedule(restart - 1) < 0.13
        restart, length = restart + length, length * t_mult
    assert length > 2**62


EXTREME = [
    Constant(1.0),
    Decay(1.0, 2**53, shape=Power(1e300)),
    Decay(1.0, 2**53, 5e-324, shape=Exponential()),
    Decay(1.0, 1, shape=Reflected()),
    Decay(1.0, 2**53, shape=Bent(Cosine(), 1e300)),
    Decay(1.0, 2**53, shape=Bent(Cosine(1000), 5e-324, 1e300)),
    Decay(1.0, 2**53, shape=Cosine(1000)),
    Decay(1.0, 3, shape=HalfLife(5e-324)),
    Decay(1.0, 2**53, shape=HalfLife(math.nextafter(1, 0))),
    WarmRestarts(1.0, (1,), 1.01, 0.5, end_decay=5e-324, height_decay=5e-324),
    Decay(1.0, 1, shape=Tanh(lower=-300, upper=300)),
    ExponentialDecay(1.0, 5e-324),
    ExponentialRise(5e-324, 2**53, 1.0),
    ExponentialDecay(1.0, math.nextafter(1, 0), 2**53),
    NaturalExpDecay(1.0, 1e280),
    NaturalExpDecay(1.0, 5e-324, 2**53),
    InverseTimeDecay(1.0, 1e280),
    InverseTimeDecay(1.0, 5e-324, 2**53),
    InverseSqrt(1.0, 1),
    InverseSqrt(1.0, 2**53),
    InverseSqrt(1.0, 1, 1e300),
    Noam(2**53, 2**53),
    PiecewiseLinear(((0, 0.0), (2**53, 1.0))),
    Cyclic(1.0, 0.0, 1, 2**53, "triangular2"),
    Cyclic(1.0, 0.0, 2**53, 1, "exp_range", math.nextafter(1, 0)),
    Cyclic(1.0, 0.0, 1, 1, "exp_range", 5e-324),
    CyclicPolynomial(1.0, 2**53, power=1e300),
    CyclicPolynomial(1.0, 1),
    WarmRestarts(1.0, (1,), 1.01, peak_decay=5e-324),
    WarmRestarts(1.0, (2**53,), 1e6),
    WarmRestarts(1.0, (2**53,) * 2000),
    WarmRestarts(1.0, (2,), 1, peak_decay=0.999, warmup_iters=1),
    Warmup(Constant(1.0), 2**53, 1.0, 5e-324, shape=Exponential()),
    Warmup(Constant(1.0), 1, 1e-300, 5e-324, shape=Exponential()),
    Sequence(((Constant(1.0), 2**53),) * 2000, CosineWave(1.0, 2**53)),
    HeldAfter(StepDecay(1.0, 1, 0.5), 2**53),
]


@pytest.mark.parametrize("schedule", EXTREME, ids=lambda schedule: str(schedule)[:60])
def test_no_parameter_and_no_step_breaks_a_formula(schedule: Schedule) -> None:
    """Inside the checks, each rate is finite, between 0 and the peak, at any update that fits into int64."""
    steps = [0, 1, 2, 3, 10, 10**6, 2**31, 2**53 - 1, 2**53, 10**18, 2**62, 2**63 - 1]
    with np.errstate(all="raise", under="ignore"):
        rates = schedule(np.array(steps))
    assert ((rates >= 0) & (rates <= 1)).all()
    np.testing.assert_allclose([schedule(step) for step in steps], rates, rtol=1e-12, atol=1e-15)
    low, high = schedule.extremes(0, 2**63 - 1)
    # A scalar's power and an array's may differ in the last bit.
    assert low <= rates.min() * (1 + 1e-15)
    assert high >= rates.max() * (1 - 1e-15)
