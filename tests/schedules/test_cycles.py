"""Where cycles begin and end, and OneCycle's phases, worked out apart from the schedules' own code."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from ppocr_lr.schedules import (
    Bounded,
    Constant,
    CosineWave,
    Cyclic,
    CyclicalCosine,
    Decay,
    DividedRestarts,
    End,
    EndedAfter,
    ExponentialDecay,
    From,
    HeldAfter,
    InverseSqrt,
    Lead,
    Mirrored,
    OneCycle,
    PiecewiseLinear,
    Scaled,
    Schedule,
    Sequence,
    Staircase,
    StepDecay,
    TwoStepCosine,
    WarmRestarts,
    Warmup,
)
from ppocr_lr.schedules.base import MAX_STEP

FAR = 10**12

# a schedule with cycles; (update, the first update of its cycle, the first of the next one)
CYCLES: list[tuple[Cyclic | WarmRestarts, list[tuple[int, int, int]]]] = [
    (Cyclic(1.0, 0.0, 2, 4), [(0, 0, 6), (1, 0, 6), (5, 0, 6), (6, 6, 12), (7, 6, 12), (11, 6, 12), (6 * FAR + 5, 6 * FAR, 6 * FAR + 6)]),
    (Cyclic(1.0, 0.0, 1, 1), [(0, 0, 2), (1, 0, 2), (2, 2, 4), (3, 2, 4)]),
    (WarmRestarts(1.0, (4,)), [(0, 0, 4), (3, 0, 4), (4, 4, 8), (5, 4, 8), (4 * FAR + 3, 4 * FAR, 4 * FAR + 4)]),
    (WarmRestarts(1.0, (1,)), [(0, 0, 1), (1, 1, 2), (FAR, FAR, FAR + 1)]),
    # listed lengths, of which the last one repeats
    (
        WarmRestarts(1.0, (7, 2, 5)),
        [
            (0, 0, 7), (6, 0, 7), (7, 7, 9), (8, 7, 9), (9, 9, 14), (13, 9, 14), (14, 14, 19), (15, 14, 19), (18, 14, 19),
            (9 + 5 * FAR, 9 + 5 * FAR, 14 + 5 * FAR), (13 + 5 * FAR, 9 + 5 * FAR, 14 + 5 * FAR),
        ],
    ),
    # … or grows: 7, 3, 6, 12, …
    (WarmRestarts(1.0, (7, 3), 2), [(6, 0, 7), (7, 7, 10), (9, 7, 10), (10, 10, 16), (15, 10, 16), (16, 16, 28), (27, 16, 28)]),
    (WarmRestarts(1.0, (10,), 2), [(0, 0, 10), (9, 0, 10), (10, 10, 30), (29, 10, 30), (30, 30, 70), (10 * 2**40 - 11, 10 * 2**39 - 10, 10 * 2**40 - 10)]),
    # 3 in 20 updates, and half of another one
    (DividedRestarts(1.0, (20,), cycles=3), [(0, 0, 7), (6, 0, 7), (7, 7, 14), (13, 7, 14), (14, 14, 20), (19, 14, 20), (20, 20, 27)]),
    (DividedRestarts(1.0, (20,), cycles=2.5), [(0, 0, 8), (7, 0, 8), (8, 8, 16), (16, 16, 24), (20, 16, 24)]),
    # 10, 15, 22.5, 33.75: from 47.5 and 81.25 on
    (WarmRestarts(1.0, (10,), 1.5), [(24, 10, 25), (25, 25, 48), (47, 25, 48), (48, 48, 82), (81, 48, 82), (82, 82, 132)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("schedule", "update", "begin", "after"),
    [(schedule, *row) for schedule, rows in CYCLES for row in rows],
    ids=lambda value: str(value)[:70],
)
def test_the_cycle_around_an_update(schedule: Cyclic | WarmRestarts, update: int, begin: int, after: int) -> None:
    assert schedule.cycle_around(update) == (begin, after)


# a schedule with cycles and how many of them; the first update behind them, and the rate there
ENDED: list[tuple[Cyclic | WarmRestarts, int, int, float]] = [
    (Cyclic(1.0, 0.1, 2, 4), 3, 18, 0.1),
    (CyclicalCosine(1.0, (4,), end=0.2), 1000, 4000, 0.2),
    (WarmRestarts(1.0, (7, 2, 5), end=0.5, end_decay=0.5), 1, 7, 0.5),
    (WarmRestarts(1.0, (7, 2, 5), end=0.5, end_decay=0.5), 4, 19, 0.0625),
    (WarmRestarts(1.0, (10,), 2, end=0.5, end_decay=0.5), 3, 70, 0.125),
    (DividedRestarts(1.0, (20,), cycles=3, end=0.2), 2, 14, 0.2),
]


@pytest.mark.parametrize(("schedule", "cycles", "after", "rate"), ENDED, ids=str)
def test_the_rate_stays_where_the_last_cycle_comes_down_to(
    schedule: Cyclic | WarmRestarts, cycles: int, after: int, rate: float
) -> None:
    ended = EndedAfter(schedule, cycles)
    steps = np.arange(after + 50)
    np.testing.assert_array_equal(ended(steps), np.where(steps < after, schedule(steps), rate))
    assert (ended(after), ended(2**63 - 1)) == (rate, rate)
    assert ended.cycle_around(after - 1) == schedule.cycle_around(after - 1)
    assert [ended.cycle_around(behind) for behind in (after, after + 1, 10 * after)] == [None] * 3
    assert max(ended.corner_steps(10 * after, 10**5)[0]) == after


TWICE = EndedAfter(WarmRestarts(1.0, (10,), end=0.125), 2)
# where the cycles of a schedule end, whatever is made of it
ENDS_OF_CYCLES: list[tuple[Schedule, End | None]] = [
    (Constant(1.0), None),
    (TWICE.schedule, None),
    (DividedRestarts(1.0, (20,), cycles=2), None),
    (TWICE, End(20, 0.125)),
    (Scaled(TWICE, 2.0), End(20, 0.25)),
    (Mirrored(TWICE, 0.0, 1.0), End(20, 0.875)),
    (Bounded(TWICE, floor=0.5), End(20, 0.5)),
    (Staircase(TWICE, 5), End(20, 0.125)),
    (Staircase(TWICE, 8), End(24, 0.125)),
    (From(TWICE, 5), End(15, 0.125)),
    (Staircase(Warmup(TWICE, 10, 1.0), 5).lead().behind, End(20, 0.125)),
    (EndedAfter(WarmRestarts(1.0, (10,), 2, end=0.5), 1000), End(MAX_STEP, 0.5)),
]


@pytest.mark.parametrize(("schedule", "end"), ENDS_OF_CYCLES, ids=str)
def test_where_its_cycles_end(schedule: Schedule, end: End | None) -> None:
    assert schedule.end_of_cycles() == end


def test_more_cycles_than_there_are_updates_never_end() -> None:
    growing = WarmRestarts(1.0, (10,), 2, end=0.5)
    steps = [0, 10**6, 2**62, 2**63 - 2]
    assert [EndedAfter(growing, 1000)(step) for step in steps] == [growing(step) for step in steps]


def test_hard_restarts_are_those_of_transformers() -> None:
    for n, cycles, end in product((7, 20, 101), (0.5, 1, 1.5, 2.3, 3), (0.0, 0.25)):
        phases = [(k * round(10 * cycles) % (10 * n)) / (10 * n) for k in range(n)]
        expected = [end + (1 - end) * (1 + math.cos(math.pi * phase)) / 2 for phase in phases]
        schedule = DividedRestarts(1.0, (n,), end=end, cycles=cycles)
        np.testing.assert_allclose(schedule(np.arange(n + 9)), [*expected, *[end] * 9], rtol=0, atol=1e-14)


# a schedule between two rates; where it ends
BOUNDED: list[tuple[Bounded, End | None]] = [
    (Bounded(Constant(1.0), 0.25), None),
    (Bounded(Decay(1.0, 40), 0.25), End(30, 0.25)),
    (Bounded(Decay(1.0, 40), 0.0, 0.5), End(40, 0.0)),
    (Bounded(Decay(1.0, 40, 0.25), 0.25), End(40, 0.25)),
    (Bounded(CosineWave(1.0, 40), 0.5), End(20, 0.5)),
    (Bounded(Decay(0.0, 40, 1.0), ceiling=0.25), End(10, 0.25)),
    (Bounded(InverseSqrt(1.0, 5), 0.5), End(15, 0.5)),
    (Bounded(InverseSqrt(1.0, 5)), End(None, 0.0)),
    (Bounded(InverseSqrt(1.0, 2**53), 1e-5), End(None, 1e-5)),  # not within 2^62 updates
    # up, down, or down and up again: the last time that it comes to the bound
    (Bounded(PiecewiseLinear(((0, 0.0), (10, 1.0), (60, 0.5), (100, 0.0))), 0.25), End(80, 0.25)),
    (Bounded(PiecewiseLinear(((0, 1.0), (10, 0.0), (50, 1.0))), ceiling=0.5), End(30, 0.5)),
    (Bounded(PiecewiseLinear(((0, 0.0), (10, 0.125), (20, 0.0))), 0.25), End(0, 0.25)),
]


@pytest.mark.parametrize(("schedule", "end"), BOUNDED, ids=str)
def test_where_a_schedule_between_two_rates_ends(schedule: Bounded, end: End | None) -> None:
    assert schedule.end_of_decay() == end


HELD = Sequence(((Constant(1.0), 10),), CosineWave(1.0, 40))
# a schedule without its first updates; its hold, the end of its decay, the cycle around its update 3
WITHOUT_THE_FIRST: list[tuple[From, int, End | None, tuple[int, int] | None]] = [
    (From(CosineWave(1.0, 40), 15), 0, End(25, 0.0), None),
    (From(CosineWave(1.0, 40), 80), 0, End(0, 1.0), None),  # it has risen again
    (From(Decay(1.0, 40, 0.5), 50), 0, End(0, 0.5), None),
    (From(CosineWave(1.0, 40, oscillates=True), 50), 0, None, (0, 30)),
    (From(ExponentialDecay(1.0, 0.5), 15), 0, End(None, 0.0), None),
    (From(HELD, 4), 6, None, None),
    (From(HELD, 10), 0, None, None),
    (From(WarmRestarts(1.0, (10,)), 4), 0, None, (0, 6)),
    (From(WarmRestarts(1.0, (10,)), 18), 0, None, (2, 12)),
]


@pytest.mark.parametrize(("schedule", "hold", "end", "around"), WITHOUT_THE_FIRST, ids=str)
def test_what_a_schedule_without_its_first_updates_answers(
    schedule: From, hold: int, end: End | None, around: tuple[int, int] | None
) -> None:
    lead = schedule.lead()
    assert (lead.warmup_iters, lead.hold_iters, schedule.end_of_decay(), schedule.cycle_around(3)) == (
        0,
        hold,
        end,
        around,
    )
    assert [lead.behind(k) for k in range(5)] == [schedule(k + hold) for k in range(5)]


LINE = Decay(1.0, 40)
TWO_RATES = Sequence(((Constant(0.5), 5), (Constant(1.0), 5)), LINE)
UNEVEN = Staircase(HELD, 4)
# a schedule; its hold, and what is behind it
HOLDS: list[tuple[Schedule, int, Schedule]] = [
    (Sequence((), LINE), 0, LINE),
    (HELD, 10, HELD.last),
    (Sequence(((Constant(1.0), 5), (Constant(1.0), 5)), LINE), 10, LINE),
    (TWO_RATES, 0, TWO_RATES),
    (From(HELD, 4), 6, HELD.last),
    (From(HELD, 10), 0, From(HELD.last, 0)),
    (From(HELD, 25), 0, From(HELD.last, 15)),
    (Staircase(HELD, 5), 10, Staircase(HELD.last, 5)),
    (UNEVEN, 10, From(UNEVEN, 10)),
    (Scaled(Staircase(HELD, 5), 1.0), 10, Scaled(Staircase(HELD.last, 5), 1.0)),
]


@pytest.mark.parametrize(("schedule", "hold", "behind"), HOLDS, ids=str)
def test_what_is_behind_a_hold(schedule: Schedule, hold: int, behind: Schedule) -> None:
    assert schedule.lead() == Lead(0, hold, behind)
    assert [behind(k) for k in range(20)] == [schedule(k + hold) for k in range(20)]
    assert all(schedule(k) == 1.0 for k in range(hold))


def test_a_schedule_that_is_held_keeps_the_warmup_and_the_hold_before_that() -> None:
    whole = Warmup(HELD, 5, 1.0, 0.25)
    assert [HeldAfter(whole, end).lead() for end in (15, 30)] == [
        Lead(5, 10, HeldAfter(HELD.last, end), 0.25) for end in (0, 15)
    ]
    early = HeldAfter(whole, 14)
    assert early.lead() == Lead(0, 0, early)


def test_a_scaled_decay_ends_at_a_scaled_rate() -> None:
    scaled = Scaled(CosineWave(1.0, 40, 0.2), 0.5)
    assert (scaled.end_of_decay(), scaled(40)) == (End(40, 0.1), 0.1)


def published_one_cycle(cycle: OneCycle, k: int) -> float:
    """PyTorch's and PaddleOCR's loop over phases, which end at a fraction of an update."""
    n, start, final = (
        cycle.total_iters,
        cycle.peak / cycle.div_factor,
        cycle.peak / cycle.div_factor / cycle.final_div_factor,
    )
    phases = [(cycle.pct_start * n - 1, start, cycle.peak)]
    if cycle.three_phase:
        phases += [(2 * cycle.pct_start * n - 2, cycle.peak, start), (n - 1, start, final)]
    else:
        phases += [(n - 1, cycle.peak, final)]
    begin = 0.0
    for end, first, last in phases:
        if (k <= end and end != begin) or end == n - 1:
            done = (k - begin) / (end - begin)
            return first + (last - first) * (done if cycle.anneal == "linear" else (1 - math.cos(math.pi * done)) / 2)
        begin = end
    raise AssertionError


@pytest.mark.parametrize("three_phase", [False, True])
@pytest.mark.parametrize("anneal", ["cos", "linear"])
@pytest.mark.parametrize("pct_start", [0.01, 0.1, 0.25, 0.3, 0.45, 0.49])
def test_one_cycle_is_the_published_loop(pct_start: float, anneal: str, three_phase: bool) -> None:
    for n, (div, final_div) in product((2, 3, 4, 5, 8, 10, 20, 41, 100), ((25.0, 1e4), (10.0, 100.0), (2.0, 0.5))):
        cycle = OneCycle(0.8, n, anneal, pct_start, div, final_div, three_phase=three_phase)  # type: ignore[arg-type]
        expected = [published_one_cycle(cycle, k) for k in range(n + 1)]
        np.testing.assert_allclose([cycle(k) for k in range(n + 1)], expected, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(cycle(np.arange(n + 1)), expected, rtol=1e-9, atol=1e-12)
        held = max(expected[n], cycle.final)
        np.testing.assert_allclose([cycle(k) for k in (n + 1, n + 2, 10**9)], held, rtol=1e-9, atol=1e-12)


def test_one_cycle_tells_its_ends() -> None:
    cycle = OneCycle(0.8, 20, div_factor=4.0, final_div_factor=10.0)
    assert (cycle.start, cycle.final) == (0.2, 0.02)
    assert (cycle(0), cycle(19)) == pytest.approx((0.2, 0.02))


# N, pct_start, three phases?, the corners up to 2N
ONE_CYCLE_CORNERS: list[tuple[int, float, bool, list[int]]] = [
    (20, 0.3, False, [6, 19, 20, 21]),  # the peak is at 5: 6 is the first update of the fall
    (20, 0.31, False, [6, 19, 20, 21]),  # 5.2
    (20, 0.35, False, [7, 19, 20, 21]),
    (20, 0.3, True, [6, 11, 19, 20, 21]),
    (20, 0.31, True, [6, 11, 19, 20, 21]),  # 5.2, 10.4
    (20, 0.1, False, [2, 19, 20, 21]),  # the peak is at 1
    (20, 0.1, True, [2, 3, 19, 20, 21]),
    (20, 0.075, False, [1, 19, 20, 21]),  # 0.5
    (20, 0.075, True, [1, 2, 19, 20, 21]),  # 0.5, 1
    (20, 0.01, False, [19, 20, 21]),  # there is no rise
    (20, 0.01, True, [19, 20, 21]),
    (20, 0.05, True, [19, 20, 21]),  # the rise ends at 0, where it begins, and so does the fall
    (2, 0.3, False, [1, 2, 3]),
    (1, 0.3, False, [1, 2]),
]  # fmt: skip


@pytest.mark.parametrize(("n", "pct_start", "three_phase", "corners"), ONE_CYCLE_CORNERS)
def test_where_one_cycle_bends(n: int, pct_start: float, three_phase: bool, corners: list[int]) -> None:
    cycle = OneCycle(1.0, n, three_phase=three_phase, pct_start=pct_start)
    assert cycle.corner_steps(2 * n + 1) == (corners, True)


# T1, T2, recursive; the first update of the second cosine: behind T1, or behind the first of T2, 3·T2, … from T1 on
SECOND_BEGIN: list[tuple[int, int, bool, int]] = [
    (4, 8, False, 5), (8, 4, False, 9), (4, 8, True, 9), (8, 8, True, 9), (9, 8, True, 25), (24, 8, True, 25), (25, 8, True, 41),
    (4, 1, True, 6), (1, 1, True, 2), (5, 1, True, 6), (20, 50, True, 51),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "recursive", "begin"), SECOND_BEGIN)
def test_where_the_second_cosine_begins(first: int, second: int, recursive: bool, begin: int) -> None:
    schedule = TwoStepCosine(1.0, first, second, 0.25, recursive=recursive)
    assert schedule.second_begin == begin
    # up to the update before it the rate is at the end; from it on that of the cosine over T2 updates
    assert all(schedule(k) == 0.25 for k in range(first + 1, begin))
    for k in range(begin, begin + 3 * second):
        expected = 0.25 + 0.375 * (1 + math.cos(math.pi * k / second))
        assert schedule(k) == pytest.approx(expected, abs=1e-9)
    assert schedule.corners(begin + 4 * second).complete


# j·gamma^j, the height in the rise of an exp_range, is highest at the first j ≥ gamma/(1 − gamma)
TURNS: list[tuple[float, int, list[int]]] = [
    (0.5, 10, [2, 10, 14, 16]), (0.75, 10, [4, 10, 14, 18]), (0.8, 10, [5, 10, 14, 19]), (0.9, 10, [10, 14]), (0.9, 11, [10, 11, 15]),
    (0.1, 10, [1, 10, 14, 15]), (1.0, 10, [10, 14]),
]  # fmt: skip


@pytest.mark.parametrize(("gamma", "up", "corners"), TURNS)
def test_where_an_exponential_triangle_turns(gamma: float, up: int, corners: list[int]) -> None:
    cyclic = Cyclic(1.0, 0.0, up, 4, "exp_range", gamma)
    assert cyclic.corner_steps(19)[0] == corners


@pytest.mark.parametrize("mode", ["triangular", "triangular2"])
def test_other_triangles_turn_at_their_corners_alone(mode: str) -> None:
    assert Cyclic(1.0, 0.0, 10, 4, mode, 0.5).corner_steps(30)[0] == [10, 14, 24, 28]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "schedule",
    [
        WarmRestarts(1.0, (7,), peak_decay=0.9, end=0.1),
        WarmRestarts(1.0, (3, 7, 2), end_decay=0.5, end=0.1, warmup_iters=1),
        WarmRestarts(1.0, (3, 5), 1.5, height_decay=0.7),
        DividedRestarts(1.0, (40,), cycles=2.6, peak_decay=0.5),
    ],
    ids=str,
)
def test_the_rate_does_not_depend_on_what_was_asked_before(schedule: WarmRestarts) -> None:
    steps = [*range(60), *range(59, -1, -1), 0, FAR, 1, 59, FAR + 1, 2, 41, 3]
    twin = pickle.loads(pickle.dumps(schedule))
    rates = [twin(step) for step in steps]
    assert rates == [replace(schedule)(step) for step in steps]
    assert rates == pytest.approx(list(schedule(steps)), rel=1e-13)
    assert (twin, hash(twin), repr(twin)) == (schedule, hash(schedule), repr(schedule))


def test_a_cosine_cycle_restarts_on_multiples() -> None:
    assert CyclicalCosine(1.0, (4,)).corner_steps(13) == ([4, 8, 12], True)


def test_regular_corners_are_told_as_far_as_2_to_the_62() -> None:
    steps, complete = StepDecay(1.0, 2**53, 0.5).corner_steps(2**62 - 1)
    assert (len(steps), steps[0], steps[-1], complete) == (511, 2**53, 511 * 2**53, True)
    assert StepDecay(1.0, 1, 0.5).corner_steps(2**62 - 1, 3) == ([1, 2, 3], False)
