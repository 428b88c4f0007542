"""Each schedule against the library's own class: Paddle's stepped here, PyTorch's as recorded."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("paddle")

from paddle.optimizer import lr

from ppocr_lr.schedules import (
    Bent,
    Constant,
    Cosine,
    Cyclic,
    CyclicPolynomial,
    Decay,
    ExponentialDecay,
    InverseSqrt,
    InverseTimeDecay,
    NaturalExpDecay,
    Noam,
    OneCycle,
    PiecewiseConstant,
    Power,
    Schedule,
    Sequence,
    StepDecay,
    Tanh,
    WarmRestarts,
    Warmup,
)

TORCH = json.loads((Path(__file__).parent.parent / "data" / "torch_lr.json").read_text(encoding="utf-8"))["cases"]
N = 240

IN_TORCH: dict[str, Schedule] = {
    "CosineAnnealingWarmRestarts T_mult=1": WarmRestarts(0.1, (30,), 1, end=1e-4),
    "CosineAnnealingWarmRestarts T_mult=2": WarmRestarts(0.1, (10,), 2),
    "CosineAnnealingWarmRestarts T_mult=3": WarmRestarts(0.1, (10,), 3, end=1e-3),
    "CyclicLR triangular": Cyclic(0.1, 0.01, 20, 30),
    "CyclicLR triangular2": Cyclic(0.1, 0.01, 20, 10, "triangular2"),
    "CyclicLR exp_range": Cyclic(0.1, 0.0, 40, 40, "exp_range", 0.97),
    "OneCycleLR pct_start": OneCycle(0.1, N, pct_start=0.4, div_factor=10, final_div_factor=100),
    "OneCycleLR three_phase": OneCycle(0.1, N, "linear", three_phase=True, pct_start=0.2),
    "ExponentialLR": ExponentialDecay(0.1, 0.98),
    "LinearLR": Decay(0.025, 50, end=0.1),
    "ConstantLR": PiecewiseConstant((40,), (0.02, 0.1)),
    "PolynomialLR": Decay(0.1, 100, shape=Power(0.9)),
    "SequentialLR": Sequence(
        ((Decay(0.01, 20, end=0.1), 20), (ExponentialDecay(0.1, 0.95), 70)), Decay(0.1, 80, shape=Power(2))
    ),
}

IN_PADDLE: list[tuple[Schedule, Callable[[], lr.LRScheduler]]] = [
    (WarmRestarts(0.1, (30,), end=1e-4), lambda: lr.CosineAnnealingWarmRestarts(0.1, 30, 1, 1e-4)),
    (WarmRestarts(0.1, (10,), 3), lambda: lr.CosineAnnealingWarmRestarts(0.1, 10, 3)),
    (Cyclic(0.1, 0.01, 20, 30), lambda: lr.CyclicLR(0.01, 0.1, 20, 30)),
    (Cyclic(0.1, 0.01, 20, 20, "triangular2"), lambda: lr.CyclicLR(0.01, 0.1, 20, mode="triangular2")),
    (Cyclic(0.1, 0.0, 40, 10, "exp_range", 0.9), lambda: lr.CyclicLR(0.0, 0.1, 40, 10, "exp_range", 0.9)),
    (CyclicPolynomial(0.1, 70, 0.01, 0.5), lambda: lr.PolynomialDecay(0.1, 70, 0.01, 0.5, cycle=True)),
    (ExponentialDecay(0.1, 0.9), lambda: lr.ExponentialDecay(0.1, 0.9)),
    (NaturalExpDecay(0.1, 0.02), lambda: lr.NaturalExpDecay(0.1, 0.02)),
    (InverseTimeDecay(0.1, 0.3), lambda: lr.InverseTimeDecay(0.1, 0.3)),
    (Noam(512, 50, 2.0), lambda: lr.NoamDecay(512, 50, 2.0)),
    (Noam(64, 1), lambda: lr.NoamDecay(64, 1)),
    (Decay(0.025, 50, end=0.1), lambda: lr.LinearLR(0.1, 50, 0.25, 1.0)),
    (StepDecay(0.1, 7, 0.9), lambda: lr.StepDecay(0.1, 7, 0.9)),
]


def stepped(scheduler: lr.LRScheduler, updates: int = N) -> list[float]:
    rates = []
    for _ in range(updates):
        rates.append(scheduler())
        scheduler.step()
    return rates


def test_every_recorded_case_is_compared() -> None:
    assert set(TORCH) == set(IN_TORCH)


def short(value: object) -> str:
    return str(value)[:50] if isinstance(value, Schedule) else "expected"  # a function's text has its address


@pytest.mark.parametrize("name", IN_TORCH)
def test_torch(name: str) -> None:
    np.testing.assert_allclose(IN_TORCH[name](np.arange(N)), TORCH[name], rtol=1e-9, atol=1e-16)


@pytest.mark.parametrize(("schedule", "make"), IN_PADDLE, ids=short)
def test_paddle(schedule: Schedule, make: Callable[[], lr.LRScheduler]) -> None:
    # A Paddle class that multiplies its last rate adds up its roundings.
    np.testing.assert_allclose(schedule(np.arange(N)), stepped(make()), rtol=1e-12, atol=1e-16)


FORMULAS: list[tuple[Schedule, Callable[[int], float]]] = [
    (  # fairseq's inverse_sqrt
        Warmup(InverseSqrt(5e-4, 40), 40, 5e-4, 1e-7),
        lambda k: 1e-7 + k * (5e-4 - 1e-7) / 40 if k < 40 else 5e-4 * 40**0.5 * k**-0.5,
    ),
    (  # transformers' get_inverse_sqrt_schedule, timescale 100
        Warmup(InverseSqrt(0.1, 100), 20, 0.1),
        lambda k: 0.1 * (k / 20 if k < 20 else 1 / math.sqrt((k + 80) / 100)),
    ),
    (  # T5: constant, then 1/√k
        Sequence(((Constant(0.01), 100),), InverseSqrt(0.01, 100)),
        lambda k: 0.1 / math.sqrt(max(k, 100)),
    ),
    (  # Vaswani et al., eq. 3, counted from 1
        Noam(512, 40),
        lambda k: 512**-0.5 * min(k**-0.5, k * 40**-1.5) if k else 0.0,
    ),
    (  # timm's cosine with k_decay
        Decay(0.1, 200, 1e-3, shape=Bent(Cosine(), 1.5)),
        lambda k: 1e-3 + 0.5 * (0.1 - 1e-3) * (1 + math.cos(math.pi * k**1.5 / 200**1.5)) if k < 200 else 1e-3,
    ),
    (  # timm's tanh
        Decay(0.1, 240, 1e-3, shape=Tanh(-7.0, 3.0)),
        lambda k: 1e-3 + 0.5 * (0.1 - 1e-3) * (1 - math.tanh(-7 * (1 - k / 240) + 3 * k / 240)),
    ),
]


@pytest.mark.parametrize(("schedule", "formula"), FORMULAS, ids=short)
def test_as_published(schedule: Schedule, formula: Callable[[int], float]) -> None:
    np.testing.assert_allclose(schedule(np.arange(N)), [formula(k) for k in range(N)], rtol=1e-11, atol=1e-16)


def test_paddle_jumps_beside_a_restart_and_this_does_not() -> None:
    """Paddle takes a logarithm to find the cycle: at 1210, a restart of (10, ×3), it lands at the end of the last."""
    paddle = lr.CosineAnnealingWarmRestarts(0.1, 10, 3)
    paddle.step(1210)
    assert paddle() == pytest.approx(0.0, abs=1e-12)
    ours = WarmRestarts(0.1, (10,), 3)
    restarts = [10, 40, 130, 400, 1210]
    assert [ours(k) for k in restarts] == [0.1] * 5
    np.testing.assert_array_equal(ours(np.array(restarts)), [0.1] * 5)
    np.testing.assert_allclose(
        stepped(lr.CosineAnnealingWarmRestarts(0.1, 10, 3), 1211)[-1], 0.1
    )  # stepped, it is right


def test_paddle_forgets_its_cycle_in_a_checkpoint_and_this_has_none_to_forget() -> None:
    paddle = lr.CosineAnnealingWarmRestarts(0.1, 10, 2)
    stepped(paddle, 25)
    resumed = lr.CosineAnnealingWarmRestarts(0.1, 10, 2)
    resumed.set_state_dict(paddle.state_dict())
    after: list[list[float]] = [stepped(scheduler, 20) for scheduler in (paddle, resumed)]
    ours: Any = WarmRestarts(0.1, (10,), 2)(np.arange(25, 45))
    np.testing.assert_allclose(after[0], ours, rtol=1e-12, atol=1e-16)
    assert np.abs(np.array(after[1]) - ours).max() > 0.05
