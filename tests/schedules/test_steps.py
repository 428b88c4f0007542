"""What a schedule may be asked: every kind of step, arrays of any shape and size, stretches of updates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ppocr_lr.errors import LRConfigError
from ppocr_lr.schedules import (
    Constant,
    CosineWave,
    CyclicPolynomial,
    Decay,
    HeldAfter,
    MultiStepDecay,
    OneCycle,
    PiecewiseConstant,
    PiecewiseLinear,
    Product,
    Scaled,
    Schedule,
    Sequence,
    StepDecay,
    TwoStepCosine,
    WarmRestarts,
    Warmup,
)
from ppocr_lr.schedules.base import MAX_STEP, as_step

LINE = Decay(1.0, 4)  # 1, 0.75, 0.5, 0.25, 0, 0, …

# a step; its rate
SCALARS: list[tuple[Any, float]] = [
    (0, 1.0), (1, 0.75), (3, 0.25), (4, 0.0), (2**53, 0.0), (MAX_STEP, 0.0),
    *((kind(1), 0.75) for kind in (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64)),
    (np.uint64(MAX_STEP), 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("step", "rate"), SCALARS, ids=lambda value: f"{type(value).__name__} {value}")
def test_an_integer_gives_a_float(step: Any, rate: float) -> None:
    found = LINE(step)
    assert (type(found), found) == (float, rate)


# steps; their rates
ARRAYS: list[tuple[Any, Any]] = [
    ([], []), ((), []), (range(0), []), (np.array([]), []), (np.empty((0, 3)), np.empty((0, 3))), ([[], []], np.empty((2, 0))),
    ([2], [0.5]), ((0, 3), [1, 0.25]), (range(5), [1, 0.75, 0.5, 0.25, 0]), ([3, 0, 9, 1], [0.25, 1, 0, 0.75]),
    ([[0, 1], [3, 2]], [[1, 0.75], [0.25, 0.5]]), ([[1], [9]], [[0.75], [0]]), (np.array(3), 0.25), (np.array(3, dtype=np.uint8), 0.25),
    ([0, MAX_STEP], [1, 0]), (np.array([1, MAX_STEP], dtype=np.uint64), [0.75, 0]), (np.array([1, 255], dtype=np.uint8), [0.75, 0]),
    (np.array([0], dtype=np.uint64), [1]), (np.array([], dtype=np.uint64), []),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "rates"), ARRAYS, ids=lambda value: f"{type(value).__name__} {str(value)[:30]}")
def test_integers_of_any_shape_give_an_array_of_that_shape(steps: Any, rates: Any) -> None:
    found, expected = LINE(steps), np.array(rates, dtype=np.float64)
    assert (type(found), found.dtype, found.shape) == (np.ndarray, np.float64, expected.shape)
    np.testing.assert_array_equal(found, expected)


REFUSED: list[tuple[Any, type[Exception], str]] = [
    (-1, ValueError, "a step is an update number and cannot be negative, received -1"),
    (np.int8(-1), ValueError, "cannot be negative, received -1"),
    ([0, -1], ValueError, "cannot be negative, received -1"),
    ([[0], [-5]], ValueError, "cannot be negative, received -5"),
    (MAX_STEP + 1, ValueError, "a step must fit into int64"),
    (10**400, ValueError, "a step must fit into int64"),
    (np.uint64(MAX_STEP + 1), ValueError, "a step must fit into int64"),
    (np.array([0, MAX_STEP + 1], dtype=np.uint64), ValueError, "must fit into int64, received 9223372036854775808"),
    (True, TypeError, "must be an integer, received True"),
    (np.True_, TypeError, "must be an integer, received"),
    (0.0, TypeError, r"must be an integer, received 0\.0"),
    (np.float64(1), TypeError, "must be an integer, received"),
    (None, TypeError, "must be an integer, received None"),
    (1j, TypeError, "must be an integer, received 1j"),
    ([True], TypeError, "steps must be integers, received an array of bool"),
    ([0.5], TypeError, "steps must be integers, received an array of float64"),
    (["1"], TypeError, "steps must be integers, received an array of <U1"),
    ("1", TypeError, "steps must be integers, received an array of <U1"),
    ("", TypeError, "steps must be integers, received an array of <U"),
    ({}, TypeError, "steps must be integers, received an array of object"),
    ([None], TypeError, "steps must be integers, received an array of object"),
    ([2**64], TypeError, "steps must be integers, received an array of object"),
]


@pytest.mark.parametrize(
    ("step", "error", "message"), REFUSED, ids=[f"{type(step).__name__} {step}"[:30] for step, *_ in REFUSED]
)
def test_what_is_no_step_is_told(step: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        LINE(step)


@pytest.mark.parametrize("end", [0, 1, MAX_STEP, np.uint64(MAX_STEP)])
def test_bounds_of_a_stretch_are_steps(end: Any) -> None:
    assert as_step(end) == end
    assert type(as_step(end)) is int
    assert LINE.corner_steps(end) == ([4] if end >= 4 else [], True)
    assert LINE.extremes(0, end) == ({0: 1.0, 1: 0.75}.get(int(end), 0.0), 1.0)


@pytest.mark.parametrize("bad", [-1, True, 1.0, "1", MAX_STEP + 1])
def test_what_is_no_bound_of_a_stretch(bad: Any) -> None:
    for ask in (
        LINE.corners,
        LINE.corner_steps,
        lambda end: LINE.extremes(0, end),
        lambda first: LINE.extremes(first, 9),
    ):
        with pytest.raises((TypeError, ValueError), match="step"):
            ask(bad)
    with pytest.raises((TypeError, ValueError)):
        LINE.corners(9, bad)


def test_a_limit_is_at_least_one_corner() -> None:
    with pytest.raises(LRConfigError, match="limit must be a positive integer, received 0"):
        LINE.corners(9, 0)


def test_a_stretch_may_be_one_update_and_no_less() -> None:
    assert LINE.extremes(1, 1) == (0.75, 0.75)
    with pytest.raises(ValueError, match="last must not be below first, received 2 and 1"):
        LINE.extremes(2, 1)


# Each of these is cut somewhere: an array of its updates goes through more than one formula.
CUT: list[Schedule] = [
    LINE,
    CosineWave(1.0, 3),
    Warmup(StepDecay(1.0, 2, 0.5), 4, 1.0),
    Sequence(((Constant(0.5), 3), (CosineWave(1.0, 4), 2), (Constant(0.25), 1)), LINE),
    TwoStepCosine(1.0, 2, 5),
    TwoStepCosine(1.0, 2, 5, recursive=True),
    OneCycle(1.0, 9),
    OneCycle(1.0, 9, "linear", three_phase=True),
    CyclicPolynomial(1.0, 4),
    WarmRestarts(1.0, (2, 3), warmup_iters=1, peak_decay=0.5),
    WarmRestarts(1.0, (2, 3), 2, end=0.1),
    PiecewiseLinear(((2, 0.1), (4, 0.5), (8, 0.1))),
    PiecewiseConstant((2, 5), (0.3, 0.2, 0.1)),
    HeldAfter(CosineWave(1.0, 3), 5),
    Scaled(LINE, 0.5),
]
ORDERS: list[Any] = [
    [*range(12)], [*range(11, -1, -1)], [0, 9, 1, 8, 2, 7, 3, 6, 4, 5], [11, 0], [3, 3, 4, 4, 0, 0], [[0, 1, 2], [3, 4, 5], [9, 9, 0]],
    [[5, 4], [3, 2], [1, 0]], [[0], [1], [2], [5], [9]], [[9], [5], [2], [1], [0]], [[[0, 9], [1, 8]], [[2, 7], [4, 5]]], [[*range(12)]],
]  # fmt: skip


@pytest.mark.parametrize("schedule", CUT, ids=lambda schedule: str(schedule)[:60])
def test_steps_in_any_order_and_shape_have_their_own_rates(schedule: Schedule) -> None:
    for order in ORDERS:
        steps = np.array(order)
        expected = np.array([schedule(step) for step in steps.ravel().tolist()]).reshape(steps.shape)
        np.testing.assert_allclose(schedule(steps), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("size", [2**16 - 1, 2**16, 2**16 + 1, 2**17, 2**17 + 1])
def test_an_array_of_any_length_is_asked_as_a_whole(size: int) -> None:
    steps = np.arange(size)
    np.testing.assert_array_equal(PiecewiseConstant((2**16,), (0.5, 0.25))(steps), np.where(steps < 2**16, 0.5, 0.25))
    line = Decay(1.0, 2**18)
    np.testing.assert_array_equal(line(steps), 1 - steps / 2**18)
    np.testing.assert_array_equal(line(steps.reshape(-1, 1)), (1 - steps / 2**18).reshape(-1, 1))
    np.testing.assert_array_equal(Constant(0.5)(steps), np.full(size, 0.5))


@pytest.mark.parametrize(
    "ask", [StepDecay(1.0, 1, 0.5).corner_steps, StepDecay(1.0, 1, 0.5).corners], ids=["list", "array"]
)
def test_a_thousand_corners_are_told_unless_more_are_asked_for(ask: Any) -> None:
    assert list(ask(1000)[0]) == [*range(1, 1001)]
    assert ask(1000)[1] is True
    assert list(ask(1001)[0]) == [*range(1, 1001)]
    assert ask(1001)[1] is False
    assert list(ask(1001, 1001)[0]) == [*range(1, 1002)]
    assert ask(1001, 1001)[1] is True


# first, last; the lowest and the highest rate
EXTREMES: list[tuple[Schedule, int, int, float, float]] = [
    # one value in the middle: at a corner, just before one, just behind it
    *((PiecewiseConstant((at, at + 1), (0.2, high, 0.2)), 5, 9, min(0.2, high), max(0.2, high))
      for at in range(5, 10) for high in (0.1, 0.9)),
    (PiecewiseConstant((4, 5), (0.2, 0.9, 0.2)), 5, 9, 0.2, 0.2),
    (PiecewiseConstant((10, 11), (0.2, 0.9, 0.2)), 5, 9, 0.2, 0.2),
    # 1/2^n: as many drops as there are, few or many
    *((StepDecay(1.0, 1, 0.5), 0, drops, 0.5**drops, 1.0) for drops in range(1, 25)),
    *((StepDecay(1.0, 1, 0.5), 3, 3 + drops, 0.5 ** (3 + drops), 0.125) for drops in range(1, 25)),
    (MultiStepDecay(1.0, tuple(range(2, 300)), 0.99), 0, 10**6, 0.99**298, 1.0),
]  # fmt: skip


@pytest.mark.parametrize(("schedule", "first", "last", "low", "high"), EXTREMES, ids=lambda value: str(value)[:60])
def test_the_lowest_and_the_highest_rate_of_a_stretch(
    schedule: Schedule, first: int, last: int, low: float, high: float
) -> None:
    assert schedule.extremes(first, last) == pytest.approx((low, high), rel=1e-12)


def test_corners_that_are_moved_beyond_the_last_step_are_none() -> None:
    restarts = Warmup(WarmRestarts(0.1, (1,), 2.0), 3, 0.1)
    assert max(restarts.corner_steps(MAX_STEP)[0]) <= MAX_STEP
    assert Product(restarts, Warmup(Constant(1.0), 19, 1.0))(MAX_STEP) == restarts(MAX_STEP)
