from __future__ import annotations

import pytest
from hypothesis import given

from ppocr_lr import Schedule
from ppocr_lr.curve.phases import phases_of
from ppocr_lr.schedules import (
    Constant,
    CosineWave,
    Cyclic,
    CyclicalCosine,
    OneCycle,
    PiecewiseConstant,
    PiecewiseLinear,
    Sequence,
    StepDecay,
    TwoStepCosine,
    WarmRestarts,
    Warmup,
)
from tests.strategies import schedules

TABLE: list[tuple[Schedule, int, list[tuple[str, int, int]]]] = [
    (Constant(0.1), 10, [("plateau", 0, 9)]),
    (Warmup(CosineWave(1.0, 20), 5, 1.0), 20, [("warmup", 0, 4), ("decay", 5, 19)]),
    (Warmup(Constant(1.0), 30, 1.0), 20, [("warmup", 0, 19)]),
    (PiecewiseConstant((4, 8), (3, 2, 1)), 12, [("plateau", 0, 3), ("plateau", 4, 7), ("plateau", 8, 11)]),
    (CyclicalCosine(1.0, (5,)), 12, [("decay", 0, 4), ("restart", 5, 9), ("restart", 10, 11)]),
    # the run ends with the first update of a cycle
    (CyclicalCosine(1.0, (5,)), 11, [("decay", 0, 4), ("restart", 5, 9), ("restart", 10, 10)]),
    (OneCycle(1.0, 20), 20, [("rise", 0, 5), ("decay", 6, 19)]),
    (TwoStepCosine(1.0, 10, 20), 20, [("decay", 0, 10), ("restart", 11, 19)]),
    (CosineWave(1.0, 5), 10, [("decay", 0, 4), ("rise", 5, 9)]),
    # the top of a rise is no restart, a jump is one
    (Cyclic(1.0, 0.1, 4, 4), 14, [("rise", 0, 3), ("decay", 4, 7), ("rise", 8, 11), ("decay", 12, 13)]),
    (Cyclic(1.0, 0.1, 2, 3, "triangular2"), 9, [("rise", 0, 1), ("decay", 2, 4), ("rise", 5, 6), ("decay", 7, 8)]),
    (Cyclic(1.0, 0.1, 1, 3), 8, [("plateau", 0, 0), ("restart", 1, 4), ("restart", 5, 7)]),
    (CosineWave(1.0, 5), 15, [("decay", 0, 4), ("rise", 5, 9), ("decay", 10, 14)]),
    (WarmRestarts(1.0, (5,), warmup_iters=2), 10, [("rise", 0, 1), ("decay", 2, 4), ("rise", 5, 6), ("decay", 7, 9)]),
    (
        Sequence(((PiecewiseLinear(((0, 0.1), (5, 0.2))), 5),), CosineWave(1.0, 5)),
        10,
        [("rise", 0, 4), ("restart", 5, 9)],
    ),
    (Sequence(((Constant(0.1), 5),), CosineWave(1.0, 5)), 10, [("plateau", 0, 4), ("restart", 5, 9)]),
]


@pytest.mark.parametrize(("schedule", "total", "expected"), TABLE, ids=str)
def test_phases(schedule: Schedule, total: int, expected: list[tuple[str, int, int]]) -> None:
    phases, complete = phases_of(schedule, total)
    assert complete
    assert [(phase.kind, phase.first, phase.last) for phase in phases] == expected
    for phase in phases:
        assert (phase.first_rate, phase.last_rate) == (schedule(phase.first), schedule(phase.last))


def test_too_many_phases_are_said_so() -> None:
    phases, complete = phases_of(StepDecay(1.0, 2, 0.5), 1000, limit=5)
    assert not complete
    assert len(phases) == 5


@given(schedules)
def test_phases_cover_the_run(drawn: tuple[Schedule, int]) -> None:
    schedule, total = drawn
    phases, complete = phases_of(schedule, total, limit=10_000)
    assert complete
    assert [phase.first for phase in phases] == [0, *(phase.last + 1 for phase in phases[:-1])]
    assert phases[-1].last == total - 1
