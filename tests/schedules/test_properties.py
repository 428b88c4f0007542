"""What holds for every schedule."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ppocr_lr import schedules as lib
from ppocr_lr.errors import LRConfigError
from ppocr_lr.schedules import (
    CosineWave,
    CyclicalCosine,
    Decay,
    OneCycle,
    PiecewiseConstant,
    Schedule,
    StepDecay,
    TwoStepCosine,
    Warmup,
)
from ppocr_lr.schedules.base import MAX_STEP
from tests import strategies
from tests.schedules.strategies import BY_CLASS, any_schedule

CLOSE = {"rtol": 1e-12, "atol": 1e-15}
far = st.integers(0, 10**13)
schedules = st.one_of(any_schedule, strategies.schedules)


def test_every_class_is_drawn() -> None:
    exported = (getattr(lib, name) for name in lib.__all__)
    classes = {item for item in exported if isinstance(item, type) and issubclass(item, Schedule)}
    assert set(BY_CLASS) == classes - {lib.Schedule}


@given(schedules, st.lists(far, min_size=1, max_size=30))
def test_array_is_scalar(drawn: tuple[Schedule, int], steps: list[int]) -> None:
    schedule, _ = drawn
    np.testing.assert_allclose(schedule(np.array(steps)), [schedule(step) for step in steps], **CLOSE)


@given(
    schedules,
    st.sampled_from([(), (0,), (1,), (5,), (2, 3), (2, 0, 3), (2, 2, 2)]),
    st.sampled_from([np.int8, np.uint8, np.int32, np.int64, np.uint64]),
    st.randoms(use_true_random=False),
)
def test_shape_is_kept_and_the_input_is_not_touched(
    drawn: tuple[Schedule, int], shape: tuple[int, ...], dtype: Any, random: Any
) -> None:
    schedule, _ = drawn
    size = int(np.prod(shape))
    steps = np.array([random.randint(0, 100) for _ in range(size)], dtype=dtype).reshape(shape)
    before = steps.copy()
    rates = schedule(steps)
    assert isinstance(rates, np.ndarray)
    assert (rates.shape, rates.dtype) == (shape, np.float64)
    np.testing.assert_array_equal(steps, before)
    steps.flags.writeable = False
    np.testing.assert_array_equal(schedule(steps), rates)


@given(schedules)
def test_a_view_with_strides_is_as_good(drawn: tuple[Schedule, int]) -> None:
    schedule, total = drawn
    steps = np.arange(total + 5)
    np.testing.assert_array_equal(schedule(steps[::-2]), schedule(steps)[::-2])


@given(schedules, st.integers(0, 10**6))
def test_numpy_integers_and_lists_are_steps(drawn: tuple[Schedule, int], step: int) -> None:
    schedule, _ = drawn
    rate = schedule(step)
    assert type(rate) is float
    assert type(schedule(np.int64(step))) is float
    assert schedule(np.int64(step)) == rate
    np.testing.assert_allclose(schedule([step, step]), [rate, rate], **CLOSE)


@given(schedules)
def test_immutable_hashable_picklable(drawn: tuple[Schedule, int]) -> None:
    schedule, total = drawn
    schedule(total)
    twin = pickle.loads(pickle.dumps(schedule))
    assert twin == schedule
    assert hash(twin) == hash(schedule)
    with pytest.raises(AttributeError):
        schedule.peak = 1.0  # type: ignore[attr-defined]


@given(schedules)
def test_corners_are_complete(drawn: tuple[Schedule, int]) -> None:
    schedule, total = drawn
    assert_corners_are_complete(schedule, total + 40)


@given(schedules)
def test_what_a_schedule_says_of_itself_is_so(drawn: tuple[Schedule, int]) -> None:
    schedule, total = drawn
    end, lead, ended = schedule.end_of_decay(), schedule.lead(), schedule.end_of_cycles()
    if end is not None and end.step is not None:
        assert schedule(end.step) == pytest.approx(end.rate, rel=1e-9, abs=1e-15)
    for k in (0, 1, total):
        assert lead.behind(k) == pytest.approx(schedule(k + lead.iters), rel=1e-9, abs=1e-15)
        cycle = schedule.cycle_around(k)
        assert cycle is None or cycle[0] <= k < cycle[1]
    assert ended is None or schedule(min(ended.step + total, MAX_STEP)) == ended.rate


@pytest.mark.parametrize("kind", BY_CLASS, ids=lambda kind: kind.__name__)
@settings(max_examples=20)
@given(st.data())
def test_each_class_keeps_its_promises(kind: type[Schedule], data: st.DataObject) -> None:
    schedule = data.draw(BY_CLASS[kind])
    assert type(schedule) is kind
    assert_corners_are_complete(schedule, 300)
    first, last = sorted(data.draw(st.tuples(st.integers(0, 300), st.integers(0, 300))))
    steps = np.arange(first, last + 1)
    rates = schedule(steps)
    np.testing.assert_allclose(rates, [schedule(int(step)) for step in steps], **CLOSE)
    np.testing.assert_allclose(schedule.extremes(first, last), (rates.min(), rates.max()), **CLOSE)
    np.testing.assert_allclose(schedule(steps[::-1]), rates[::-1], **CLOSE)  # masks, not slices, behind a `split`


def assert_corners_are_complete(schedule: Schedule, end: int) -> None:
    """Between two neighbouring corners the rate is monotone and bends smoothly."""
    corners = schedule.corners(end, limit=10_000)
    assert corners.complete
    assert corners.steps.dtype == np.int64
    assert list(corners.steps) == sorted(set(corners.steps))
    assert all(0 <= step <= end for step in corners.steps)
    rates = schedule(np.arange(end + 1))
    noise = 1e-12 * np.abs(rates).max()
    for first, after in zip([0, *corners.steps], [*corners.steps, end + 1], strict=True):
        differences = np.diff(rates[first:after])
        assert (differences >= -noise).all() or (differences <= noise).all()
        # A kink or a jump inside a piece of some length stands out among its second differences.
        bends = np.abs(np.diff(differences))
        if len(bends) >= 12 and bends.max() > 1e-9 * rates.max():
            inner = bends[4:-4]
            assert inner.max(initial=0) <= 3 * max(np.partition(bends, -3)[-3], bends[:4].max(), bends[-4:].max())


@pytest.mark.parametrize(
    ("schedule", "corners"),
    [
        (Decay(1.0, 30), [30]),
        (CosineWave(1.0, 30), [30, 60, 90]),
        (TwoStepCosine(1.0, 20, 50), [20, 21, 50, 100]),
        (TwoStepCosine(1.0, 20, 50, recursive=True), [20, 21, 51, 100]),
        (OneCycle(1.0, 80), [24, 79, 80, 81]),
        (OneCycle(1.0, 80, three_phase=True), [24, 47, 79, 80, 81]),
        (Warmup(Warmup(StepDecay(1.0, 30, 0.5), 10, 1.0), 5, 1.0), [5, 15, 45, 75]),
        (PiecewiseConstant((0, 7, 7, 200), (0.1, 0.2, 0.3, 0.4, 0.5)), [7]),
        (lib.Decay(1.0, 30, shape=lib.Cosine()), [30]),
        (lib.Decay(1.0, 30, shape=lib.Cosine(0.5)), [30]),
        (lib.Decay(1.0, 30, shape=lib.Cosine(4)), [8, 15, 23, 30]),
        (lib.Decay(1.0, 30, shape=lib.Bent(lib.Cosine(4), 0.5)), [2, 8, 17, 30]),
        (lib.Decay(1.0, 30, shape=lib.Tanh()), [30]),
        (lib.ExponentialDecay(1.0, 0.9), []),
        (lib.ExponentialRise(0.001, 30, 1.0), [30]),
        (lib.InverseSqrt(1.0, 30), []),
        (lib.Noam(64, 30), [30]),
        (lib.PiecewiseLinear(((0, 0.1), (20, 1.0), (50, 0.0))), [20, 50]),
        (lib.Cyclic(1.0, 0.1, 30, 15), [30, 45, 75, 90]),
        # j·0.94^j is highest at 16.
        (lib.Cyclic(1.0, 0.1, 30, 15, "exp_range", 0.94), [16, 30, 45, 61, 75, 90]),
        (lib.Cyclic(1.0, 0.1, 10, 35, "exp_range", 0.94), [10, 45, 55, 90, 100]),
        (lib.CyclicPolynomial(1.0, 30), [31, 61, 91]),
        (lib.WarmRestarts(1.0, (30, 25), 2, warmup_iters=5), [5, 30, 35, 55, 60]),
        (lib.WarmRestarts(1.0, (30, 40, 20)), [30, 70, 90]),
        (lib.WarmRestarts(1.0, (30, 40), warmup_iters=5), [5, 30, 35, 70, 75]),
        (lib.HeldAfter(StepDecay(1.0, 10, 0.5), 35), [10, 20, 30, 35]),
        (lib.HeldAfter(StepDecay(1.0, 10, 0.5), 30), [10, 20, 30]),
        (lib.Product(lib.Decay(1.0, 30), lib.Decay(0.0, 30, 1.0)), [16, 30]),
        (lib.Product(StepDecay(1.0, 40, 0.5), Warmup(lib.Constant(1.0), 50, 1.0)), [40, 50, 80]),
        (lib.Product(lib.Constant(1.0), StepDecay(1.0, 40, 0.5)), [40, 80]),
        (lib.Bounded(lib.Decay(1.0, 40), 0.25, 0.75), [10, 30, 40]),
        (lib.Bounded(CosineWave(1.0, 20), 0.5), [10, 20, 31, 40, 50, 60, 71, 80, 90, 100]),
        (lib.Staircase(lib.Decay(1.0, 50), 20), [20, 40, 60, 80, 100]),
        (lib.Staircase(PiecewiseConstant((25, 70), (0.3, 0.2, 0.1)), 20), [20, 40, 60, 80, 100]),
        (lib.ExponentialGrowth(1.0, 10.0, 10), []),
        # (10 − j)·1.5^j is highest at 7.
        (lib.Cyclic(1.0, 0.1, 30, 10, "exp_range", 1.5), [30, 37, 40, 70, 77, 80]),
        (lib.From(StepDecay(1.0, 10, 0.5), 75), [5, 15, 25, 35, 45, 55, 65, 75, 85, 95]),
        (lib.From(StepDecay(1.0, 10, 0.5), 10), [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]),
        (lib.From(PiecewiseConstant((3, 7, 9), (0.1, 0.2, 0.3, 0.4)), 7), [2]),
        (lib.Scaled(StepDecay(1.0, 40, 0.5), 0.1), [40, 80]),
        (
            lib.Sequence(((StepDecay(1.0, 10, 0.5), 25), (CosineWave(1.0, 10), 10)), CosineWave(1.0, 50)),
            [10, 20, 25, 35, 85],
        ),
        (
            lib.Sequence(
                ((lib.Constant(1.0), 35), (StepDecay(1.0, 10, 0.5), 25), (StepDecay(1.0, 9, 0.5), 9)),
                CosineWave(1.0, 4),
            ),
            [35, 45, 55, 60, 69, 73, 77, 81, 85, 89, 93, 97],
        ),
        (
            lib.Sequence(
                ((PiecewiseConstant((0, 3, 7), (0.1, 0.2, 0.3, 0.4)), 7),) * 2, PiecewiseConstant((3,), (0.1, 0.2))
            ),
            [3, 7, 10, 14, 17],
        ),
        (lib.HeldAfter(PiecewiseConstant((3, 7, 9), (0.1, 0.2, 0.3, 0.4)), 7), [3, 7]),
        (lib.HeldAfter(CosineWave(1.0, 30), 0), []),
        (lib.Sequence((), StepDecay(1.0, 40, 0.5)), [40, 80]),
    ],
    ids=str,
)
def test_where_the_corners_are(schedule: Schedule, corners: list[int]) -> None:
    assert list(schedule.corners(100).steps) == corners


@given(
    st.one_of(
        st.builds(TwoStepCosine, st.just(1.0), st.integers(1, 60), st.integers(1, 60), recursive=st.booleans()),
        st.builds(CyclicalCosine, st.just(1.0), st.tuples(st.integers(1, 9)), end=st.sampled_from([0.0, 0.5])),
        st.builds(CosineWave, st.just(1.0), st.integers(1, 9)),
        st.builds(
            OneCycle, st.just(1.0), st.integers(1, 40), st.sampled_from(["cos", "linear"]),
            pct_start=st.sampled_from([0.05, 0.25, 0.3, 0.5, 0.9]),
        ),
        st.builds(
            OneCycle, st.just(1.0), st.integers(1, 40), three_phase=st.just(True),
            pct_start=st.sampled_from([0.05, 0.25, 0.3, 0.45]),
        ),
    ),
    st.integers(0, 150), st.integers(0, 150),
)  # fmt: skip
def test_extremes_of_small_schedules(schedule: Schedule, first: int, more: int) -> None:
    rates = schedule(np.arange(first, first + more + 1))
    assert np.isfinite(rates).all()
    np.testing.assert_allclose(schedule.extremes(first, first + more), (rates.min(), rates.max()), **CLOSE)


@given(schedules, st.data())
def test_extremes_are_those_of_every_update(drawn: tuple[Schedule, int], data: st.DataObject) -> None:
    schedule, total = drawn
    first = data.draw(st.integers(0, total + 20))
    last = data.draw(st.integers(first, total + 40))
    rates = schedule(np.arange(first, last + 1))
    np.testing.assert_allclose(schedule.extremes(first, last), (rates.min(), rates.max()), **CLOSE)


@dataclass(frozen=True)
class Forgetful(Schedule):
    def formula(self, k: Any, fn: Any = None) -> float:
        return 0.5

    def corner_runs(self) -> tuple[()]:
        return ()


def test_a_formula_that_forgets_the_shape_is_given_it() -> None:
    for shape in ((), (5,), (2, 3), (40_000,)):
        rates = Forgetful()(np.ones(shape, dtype=int))
        assert rates.shape == shape
        assert (rates == 0.5).all()


def test_extremes_of_very_many_corners() -> None:
    section = StepDecay(1.0, 1, 0.9999)
    assert section.extremes(0, 10**12) == (0.0, 1.0)
    assert CosineWave(1.0, 2).extremes(5, 10**12) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("schedule", "by"),
    [
        (lib.WarmRestarts(1.0, (32,), peak_decay=0.9), CyclicalCosine(1.0, (7,))),
        (CyclicalCosine(1.0, (7,)), lib.WarmRestarts(1.0, (32,), peak_decay=0.9)),
        (CyclicalCosine(1.0, (4,)), lib.CyclicPolynomial(1.0, 32)),
        (CyclicalCosine(1.0, (13,), end=0.1), CyclicalCosine(1.0, (11,), end=0.2)),
        (lib.Product(CyclicalCosine(1.0, (2,)), CyclicalCosine(1.0, (3,))), CyclicalCosine(1.0, (5,))),
        (CyclicalCosine(1.0, (13,)), StepDecay(1.0, 32, 0.99)),
    ],
    ids=str,
)
def test_extremes_of_a_product_of_cycles(schedule: Schedule, by: Schedule) -> None:
    product = lib.Product(schedule, by)
    rates = product(np.arange(1500))
    for first in range(0, 1000, 37):
        for last in range(first, 1500, 113):
            some = rates[first : last + 1]
            np.testing.assert_allclose(product.extremes(first, last), (some.min(), some.max()), **CLOSE)


@pytest.mark.parametrize(
    ("limit", "found", "complete"),
    [(1, [2], False), (2, [2, 4], False), (4, [2, 4, 6, 8], True), (100, [2, 4, 6, 8], True)],
)
def test_too_many_corners_are_said_so(limit: int, found: list[int], complete: bool) -> None:
    corners = StepDecay(1.0, 2, 0.5).corners(9, limit)
    assert list(corners.steps) == found
    assert corners.complete is complete


def test_regular_corners_stay_ranges_inside_other_schedules() -> None:
    """As many as there may be, none of them is visited."""
    steps = StepDecay(1.0, 10, 0.5)
    forever = 2**62
    assert steps.corner_runs() == (range(10, forever, 10),)
    stages = lib.Sequence(((steps, 35), (lib.PiecewiseLinear(((0, 0.1), (5, 0.2))), 9)), steps)
    assert stages.corner_runs() == ((35, 40, 44), range(10, 40, 10), range(54, forever + 44, 10))
    assert Warmup(steps, 5, 1.0).corner_runs() == ((5,), range(15, forever + 5, 10))
    assert lib.HeldAfter(steps, 30).corner_runs() == ((30,), range(10, 30, 10))


def test_what_is_looked_for_stays_regular_too() -> None:
    bounded = lib.Bounded(CyclicalCosine(1.0, (100,)), 0.5)
    assert bounded.corners(10**12 + 60, 10**6).complete is False
    assert bounded.extremes(10**12, 10**12 + 200) == (0.5, 1.0)
    assert [step for run in bounded.corner_runs() if isinstance(run, range) for step in run[:2]] == [
        100, 200, 150, 350, 250, 450
    ]  # fmt: skip
    stairs = lib.Staircase(CyclicalCosine(1.0, (100,)), 50)
    assert [run[:2] for run in stairs.corner_runs() if isinstance(run, range)] == [
        range(first, first + 400, 200) for first in (200, 250, 300, 350)
    ]
    assert list(stairs.corners(420).steps) == [50, 100, 150, 200, 250, 300, 350, 400]


def test_corners_are_worked_out_once() -> None:
    asked = []

    @dataclass(frozen=True)
    class Counting(StepDecay):
        def corner_runs(self) -> Any:
            asked.append(self)
            return super().corner_runs()

    steps = Counting(1.0, 10, 0.5)
    for schedule in (steps, Warmup(steps, 5, 1.0), lib.Scaled(steps, 2.0)):
        schedule.extremes(0, 99)
        schedule.corner_steps(99)
    assert len(asked) == 1


def test_only_so_many_pieces_are_looked_at_in_all() -> None:
    """Thousands of cycles, each with no end of steps in it, are 4000 times 2000 pieces."""
    asked = []

    @dataclass(frozen=True)
    class Counting(lib.Staircase):
        def formula(self, k: Any, fn: Any = lib.SCALAR) -> Any:
            asked.append(k)
            return super().formula(k, fn)

    lib.Bounded(Counting(lib.WarmRestarts(1.0, (10,), 1.01, warmup_iters=3), 7), 0.1).corner_runs()
    assert len(asked) < 10**6


@pytest.mark.parametrize(
    "make",
    [
        lambda: lib.Product(lib.Cyclic(1.0, 0.0, 5, 5), lib.ExponentialDecay(1.0, 0.999)),
        lambda: lib.Product(StepDecay(1.0, 1, 0.999), Warmup(lib.Constant(1.0), 10**6, 1.0)),
        # Up and down at each update: its pieces are too short to go anywhere.
        lambda: lib.Product(lib.CyclicPolynomial(1.0, 20, 0.0, 0.3), TwoStepCosine(1.0, 1, 1)),
        # The pattern that both make together is too long.
        lambda: lib.Product(CyclicalCosine(1.0, (101,)), CyclicalCosine(1.0, (103,))),
        lambda: lib.Staircase(CyclicalCosine(1.0, (1001,)), 2003),
    ],
)
def test_what_would_never_end_is_refused(make: Any) -> None:
    with pytest.raises(LRConfigError):
        make()


def test_corners_far_away_are_counted_without_visiting_them() -> None:
    assert not StepDecay(1.0, 1, 0.5).corners(10**15, 1000).complete
    assert not PiecewiseConstant(tuple(range(1, 2000)), (0.1,) * 2000).corners(10**15, 1000).complete
