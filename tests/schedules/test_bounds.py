"""Every argument of every schedule at its bounds: the last value that is taken and the first that is not."""

from __future__ import annotations

import dataclasses
import sys
from decimal import Decimal
from math import inf, nan, nextafter
from typing import Any, NamedTuple

import numpy as np
import pytest

from ppocr_lr import build_schedule
from ppocr_lr import schedules as lib
from ppocr_lr.errors import LRConfigError
from ppocr_lr.schedules import Constant, CosineWave, Schedule

TINY = 5e-324  # the smallest float above 0
FAR = 2**53
NO_NUMBER = [True, False, "0.5", b"x", None, nan, inf, -inf, [0.5], 1j, Decimal("sNaN"), 10**400]
NO_INTEGER = [True, False, 1.0, "1", None, nan, [1], Decimal(1)]


def below(number: float) -> float:
    return nextafter(number, -inf)


def above(number: float) -> float:
    return nextafter(number, inf)


class Row(NamedTuple):
    """The values that an argument may have, and those that it may not, beside what is of no such kind."""

    name: str
    taken: list[Any]
    refused: list[Any]
    error: type[Exception] = LRConfigError
    beside: dict[str, Any] = {}  # noqa: RUF012  # of a NamedTuple: nobody changes it
    """Other arguments than usual."""


def count(name: str, least: int = 1) -> Row:
    return Row(name, [least, least + 1, FAR, np.int64(3), np.uint8(3)], [least - 1, -1, -FAR, FAR + 1, *NO_INTEGER])


def rate(name: str, **beside: Any) -> Row:
    return Row(name, [0, TINY, 0.5, 1, 1e300, np.float32(0.5)], [-TINY, -0.5, -1, *NO_NUMBER], beside=beside)


def positive(name: str) -> Row:
    return Row(name, [TINY, 0.5, 1, 1e300, np.float32(0.5)], [0, -TINY, -0.5, -1, *NO_NUMBER])


def share(name: str, top: float = 1.0, **beside: Any) -> Row:
    """Above 0 and below `top`."""
    return Row(name, [TINY, top / 2, below(top)], [0, -TINY, -0.5, top, above(top), *NO_NUMBER], beside=beside)


def part(name: str) -> Row:
    return Row(name, [Constant(0.1), CosineWave(0.1, 5)], [0.1, None, "Const", Constant], TypeError)


CONST = Constant(0.1)
RESTARTS = lib.WarmRestarts(1.0, (4, 3))
NO_UPDATES = [None, 5, (0.0, 1.0), ("0", "1")]
PEAK_AND_END = [rate("peak"), rate("end")]
WARMUP = [
    part("after"),
    count("warmup_iters"),
    Row("peak", [above(0.5), 1, 1e300], [0.5, below(0.5), 0, -1, *NO_NUMBER], beside={"start": 0.5}),
]
WARMS_UP = {"after": CONST, "warmup_iters": 4, "peak": 1.0}
FROM_0 = Row("start", [0, TINY, 0.5, below(1)], [-TINY, -0.5, *NO_NUMBER])
PEAK_ABOVE_END = Row("peak", [0.5, above(0.5), 1e300], [below(0.5), 0, -1, *NO_NUMBER], beside={"end": 0.5})

# class: (arguments of a good one, a row for each of its arguments and more)
TABLE: dict[type[Schedule], tuple[dict[str, Any], list[Row]]] = {
    lib.Constant: ({"rate": 0.1}, [rate("rate")]),
    lib.CosineWave: ({"peak": 1.0, "decay_iters": 4}, [*PEAK_AND_END, count("decay_iters")]),
    lib.TwoStepCosine: (
        {"peak": 1.0, "first_iters": 4, "second_iters": 8}, [*PEAK_AND_END, count("first_iters"), count("second_iters")],
    ),
    lib.Decay: (
        {"peak": 1.0, "decay_iters": 4},
        [
            *PEAK_AND_END,
            count("decay_iters"),
            Row("shape", [lib.Power(2), lib.Cosine(), lib.Tanh(), lib.Flat()], ["linear", None, 1, lib.Power], TypeError),
            Row("shape", [lib.Exponential()], [], beside={"end": 0.5}),
            Row("end", [TINY, 0.5, 1], [0, -TINY, -0.5, *NO_NUMBER], beside={"shape": lib.Exponential()}),
            PEAK_ABOVE_END._replace(beside={"end": 0.5, "shape": lib.Exponential()}),
        ],
    ),
    lib.Power: ({"exponent": 2}, [positive("exponent")]),
    lib.Cosine: ({"half_waves": 2}, [Row("half_waves", [TINY, 0.5, 1, 1000], [0, -1, above(1000), *NO_NUMBER])]),
    lib.HalfLife: ({}, [share("rest")]),
    lib.Bent: (
        {"shape": lib.LINEAR},
        [
            Row("shape", [lib.Power(2), lib.Cosine(), lib.Exponential()], ["linear", None, 1, lib.Power], TypeError),
            positive("k_decay"),
            positive("power"),
            Row("power", [1], [2, 0.5], beside={"shape": lib.Exponential()}),
        ],
    ),
    lib.Tanh: (
        {},
        [
            Row("lower", [-300, -1, 0, 1, below(3)], [below(-300), -301, 3, above(3), *NO_NUMBER]),
            Row("upper", [above(-6), 0, 300], [-6, below(-6), -7, above(300), 301, *NO_NUMBER]),
        ],
    ),
    lib.ExponentialDecay: (
        {"peak": 1.0, "gamma": 0.5},
        [
            rate("peak"),
            Row("gamma", [TINY, 0.5, 1], [0, -1, above(1), *NO_NUMBER]),
            count("decay_iters"),
        ],
    ),
    lib.ExponentialGrowth: (
        {"start": 1.0, "gamma": 2.0},
        [
            rate("start"),
            Row("gamma", [above(1), 2, 1e300], [1, 0.5, 0, -1, *NO_NUMBER]),
            count("growth_iters"),
        ],
    ),
    lib.ExponentialRise: (
        {"start": 0.5, "rise_iters": 4, "end": 1.0},
        [
            Row("start", [TINY, 0.5, below(1)], [0, -TINY, -0.5, 1, 2, *NO_NUMBER]),
            Row("end", [above(0.5), 1, 1e300], [0.5, below(0.5), 0, -1, *NO_NUMBER]),
            count("rise_iters"),
        ],
    ),
    lib.NaturalExpDecay: ({"peak": 1.0, "gamma": 0.5}, [rate("peak"), positive("gamma"), count("decay_iters")]),
    lib.InverseTimeDecay: ({"peak": 1.0, "gamma": 0.5}, [rate("peak"), positive("gamma"), count("decay_iters")]),
    lib.InverseSqrt: ({"peak": 1.0, "timescale_iters": 4}, [rate("peak"), count("timescale_iters"), positive("power")]),
    lib.Noam: ({"d_model": 1, "warmup_iters": 1}, [count("d_model"), count("warmup_iters"), positive("scale")]),
    lib.PiecewiseConstant: (
        {"boundaries": (1, 2), "values": (0.3, 0.2, 0.1)},
        [
            Row(
                "boundaries",
                [(0, 0), (0, FAR), [1, 2], np.array([1, 2]), range(1, 3)],
                [(-1, 0), (1, 0), (0, FAR + 1), *NO_UPDATES],
            ),
            Row(
                "values",
                [(0, TINY, 1), [1, 1, 1], np.array([0.3, 0.2, 0.1])],
                [(1, 1), (1, 1, 1, 1), (), (1, 1, -TINY), (-1, 1, 1), *((1, odd, 1) for odd in NO_NUMBER)],
            ),
        ],
    ),
    lib.MultiStepDecay: (
        {"peak": 1.0, "milestones": (2, 5), "gamma": 0.5},
        [
            rate("peak"),
            share("gamma"),
            Row(
                "milestones",
                [(), (0,), (0, 0), (FAR,), [1, 2], np.array([1, 2])],
                [(-1,), (-1, 0), (1, 0), (0, 2, 1), (FAR + 1,), *NO_UPDATES],
            ),
        ],
    ),
    lib.StepDecay: ({"peak": 1.0, "step_iters": 4, "gamma": 0.5}, [rate("peak"), count("step_iters"), share("gamma")]),
    lib.PiecewiseLinear: (
        {"knots": ((0, 0.1), (5, 0.2))},
        [
            Row(
                "knots",
                [((0, 0),), ((0, 1), (1, TINY)), ((FAR, 1),), [[0, 1], [1, 2]], np.array([[0, 1], [1, 2]])],
                [
                    (), None, 5, (0, 1), ((0,),), ((0, 1, 2),), ((1, 1), (0, 1)), ((0, 1), (0, 1)), ((0, 1), (2, 1), (1, 1)),
                    *(((odd, 1),) for odd in (-1, FAR + 1, *NO_INTEGER)), *(((1, odd),) for odd in (-TINY, -1, *NO_NUMBER)),
                ],
            )
        ],
    ),
    lib.CyclicalCosine: ({"peak": 1.0, "cycle_iters": (4,)}, [PEAK_ABOVE_END]),
    lib.CyclicPolynomial: ({"peak": 1.0, "decay_iters": 4}, [*PEAK_AND_END, count("decay_iters"), positive("power")]),
    lib.WarmRestarts: (
        {"peak": 1.0, "cycle_iters": (4, 3)},
        [
            PEAK_ABOVE_END,
            rate("end", peak=1e300),
            Row(
                "cycle_iters",
                [(1,), (FAR,), [3, 1], np.array([3, 1])],
                [(), None, 5, "12", *((1, odd) for odd in (0, -1, FAR + 1, *NO_INTEGER))],
            ),
            Row("t_mult", [1, 1.01, 1.5, 1e6], [below(1), above(1), below(1.01), 0, -2, above(1e6), *NO_NUMBER]),
            *(
                Row(name, [TINY, 0.5, 1], [0, -TINY, -0.5, above(1), 2, *NO_NUMBER])
                for name in ("peak_decay", "end_decay", "height_decay")
            ),
            Row("shape", [lib.Power(2), lib.Cosine(), lib.Flat()], ["linear", None, 1, lib.Power], TypeError),
            Row("shape", [lib.Cosine(0.5), lib.Cosine(1)], [lib.Cosine(above(1)), lib.Bent(lib.Cosine(2), 3)]),
            Row("end", [TINY, 0.5], [0], beside={"shape": lib.Exponential()}),
            Row("warmup_iters", [0, 1, 2, np.int64(2)], [-1, 3, 4, FAR + 1, *NO_INTEGER]),
        ],
    ),
    lib.DividedRestarts: (
        {"peak": 1.0, "cycle_iters": (12,)},
        [
            PEAK_ABOVE_END,
            Row("cycle_iters", [(1,), (FAR,)], [(), (6, 6), None, 5]),
            Row("t_mult", [1], [1.5, 2]),
            Row("cycles", [TINY, 0.5, 1, 1.5, 12], [0, -1, above(12), 13, *NO_NUMBER]),
            Row("cycles", [3, 4], [above(4), 5], beside={"warmup_iters": 2}),
            Row("cycles", [1000], [above(1000)], beside={"cycle_iters": (FAR,)}),
        ],
    ),
    lib.Cyclic: (
        {"peak": 1.0, "base": 0.1, "up_iters": 4, "down_iters": 8},
        [
            count("up_iters"),
            count("down_iters"),
            rate("base", peak=1e300),
            Row("peak", [0.5, above(0.5), 1e300], [below(0.5), 0, -1, *NO_NUMBER], beside={"base": 0.5}),
            Row("mode", ["triangular", "triangular2", "exp_range"], ["", "up", "Triangular", None, 1]),
            positive("gamma"),
        ],
    ),
    lib.OneCycle: (
        {"peak": 1.0, "total_iters": 20},
        [
            rate("peak"),
            count("total_iters"),
            positive("div_factor"),
            positive("final_div_factor"),
            share("pct_start"),
            share("pct_start", 0.5, three_phase=True),
            Row("anneal", ["cos", "linear"], ["", "cosine", "line", "Cos", None, 1]),
        ],
    ),
    lib.Warmup: (
        WARMS_UP,
        [
            *WARMUP, FROM_0,
            Row("shape", [lib.Power(2), lib.Cosine(), lib.Tanh(), lib.Flat()], ["linear", None, 1, lib.Power], TypeError),
            Row("start", [TINY, 0.5, below(1)], [0, -TINY, -0.5, *NO_NUMBER], beside={"shape": lib.Exponential()}),
            Row("shape", [lib.Cosine(0.5), lib.Cosine(1)], [lib.Cosine(above(1)), lib.Bent(lib.Cosine(2), 3)]),
        ],
    ),
    lib.Mirrored: (
        {"schedule": CONST, "low": 0.1, "high": 1.0},
        [
            part("schedule"),
            Row("low", [0, 0.5, 1], [-1, 1.1, *NO_NUMBER]),
            Row("high", [0.5, 1, 1e300], [below(0.5), 0, -1, *NO_NUMBER], beside={"low": 0.5}),
        ],
    ),
    lib.Scaled: ({"schedule": CONST, "factor": 2.0}, [part("schedule"), rate("factor")]),
    lib.Product: ({"schedule": CONST, "by": CONST}, [part("schedule"), part("by"), rate("end")]),
    lib.Staircase: ({"schedule": CONST, "step_iters": 4}, [part("schedule"), count("step_iters")]),
    lib.Bounded: (
        {"schedule": CONST},
        [
            part("schedule"),
            rate("floor"),
            Row("ceiling", [0.5, 1, 1e300], [below(0.5), 0, -1, *NO_NUMBER], beside={"floor": 0.5}),
        ],
    ),
    lib.From: ({"schedule": CONST, "first": 4}, [part("schedule"), count("first", least=0)]),
    lib.EndedAfter: (
        {"schedule": RESTARTS, "cycles": 4},
        [
            Row("schedule", [RESTARTS, lib.Cyclic(1.0, 0.0, 2, 4)], [CONST, CosineWave(0.1, 5, oscillates=True)]),
            Row("schedule", [], [0.1, None, "Const", Constant], TypeError),
            Row("cycles", [1, 1000, np.int64(2)], [0, -1, 1001, FAR, *NO_INTEGER]),
        ],
    ),
    lib.HeldAfter: ({"schedule": CONST, "end_iters": 4}, [part("schedule"), count("end_iters", least=0)]),
    lib.Sequence: (
        {"stages": ((CONST, 4),), "last": CONST},
        [
            part("last"),
            Row(
                "stages",
                [(), ((CONST, 1),), ((CONST, FAR), (CONST, 1)), [[CONST, 2]]],
                [None, 5, (CONST, 1), ((CONST,),), ((CONST, 1, 1),), *(((CONST, odd),) for odd in (0, -1, FAR + 1, *NO_INTEGER))],
            ),
            Row("stages", [], [((0.1, 5),), ((None, 5),), ((CONST, 1), (Constant, 1))], TypeError),
        ],
    ),
}  # fmt: skip

# `WarmRestarts` has them already
UNCHANGED = {"cycle_iters", "t_mult", "end", "peak_decay", "warmup_iters", "shape", "end_decay", "height_decay"}
UNCHANGED_IN = {lib.CyclicalCosine: UNCHANGED, lib.DividedRestarts: UNCHANGED - {"cycle_iters", "t_mult"}}
OF_RESTARTS = {
    "t_mult": 1.0, "end": 0.0, "peak_decay": 1.0, "warmup_iters": 0, "shape": lib.COSINE, "end_decay": 1.0,
    "height_decay": 1.0,
}  # fmt: skip
PARTS = (lib.WarmRestarts, lib.Cyclic, lib.Power, lib.Cosine, lib.Bent, lib.Tanh, lib.Flat, lib.Exponential)
FLAGS = {"oscillates", "recursive", "three_phase"}  # any value is true or false

DEFAULTS: dict[type[Schedule], dict[str, Any]] = {
    lib.CosineWave: {"end": 0.0, "oscillates": False},
    lib.TwoStepCosine: {"recursive": False, "end": 0.0},
    lib.Decay: {"end": 0.0, "shape": lib.LINEAR},
    lib.Power: {"exponent": 1.0},
    lib.Cosine: {"half_waves": 1.0},
    lib.HalfLife: {"rest": 0.05},
    lib.Bent: {"k_decay": 1.0, "power": 1.0},
    lib.Tanh: {"lower": -6.0, "upper": 3.0},
    lib.ExponentialDecay: {"decay_iters": 1},
    lib.ExponentialGrowth: {"growth_iters": 1},
    lib.NaturalExpDecay: {"decay_iters": 1},
    lib.InverseTimeDecay: {"decay_iters": 1},
    lib.InverseSqrt: {"power": 0.5},
    lib.Noam: {"scale": 1.0},
    lib.CyclicalCosine: OF_RESTARTS,
    lib.DividedRestarts: {**OF_RESTARTS, "cycles": 1.0},
    lib.Product: {"end": 0.0},
    lib.CyclicPolynomial: {"end": 0.0, "power": 1.0},
    lib.WarmRestarts: OF_RESTARTS,
    lib.Cyclic: {"mode": "triangular", "gamma": 1.0},
    lib.OneCycle: {
        "anneal": "cos", "three_phase": False, "pct_start": 0.3, "div_factor": 25.0, "final_div_factor": 10000.0,
    },
    lib.Warmup: {"start": 0.0, "shape": lib.LINEAR},
    lib.Bounded: {"floor": 0.0, "ceiling": sys.float_info.max},
}  # fmt: skip

ROWS = [(kind, good | row.beside, row) for kind, (good, rows) in TABLE.items() for row in rows]
EACH_ROW = pytest.mark.parametrize(
    ("kind", "arguments", "row"), ROWS, ids=[f"{kind.__name__}-{row.name}" for kind, _, row in ROWS]
)
EACH_CLASS = pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)


def test_every_class_and_every_argument_is_in_the_table() -> None:
    exported = {item for item in (getattr(lib, name) for name in lib.__all__) if isinstance(item, type)}
    without = {Schedule, lib.Shape, lib.OneMinusSqrt, lib.Reflected, lib.Exponential, lib.Flat}
    assert set(TABLE) == {item for item in exported if issubclass(item, (Schedule, lib.Shape))} - without
    for kind, (_, rows) in TABLE.items():
        fields = {field.name for field in dataclasses.fields(kind) if field.init}  # type: ignore[arg-type]
        assert {row.name for row in rows} == fields - FLAGS - UNCHANGED_IN.get(kind, set())


@EACH_ROW
def test_the_last_value_inside_is_taken(kind: type[Schedule], arguments: dict[str, Any], row: Row) -> None:
    for given in row.taken:
        schedule = kind(**{**arguments, row.name: given})
        found = getattr(schedule, row.name)
        if isinstance(given, (list, tuple, range, np.ndarray)):
            expected = tuple(tuple(item) if isinstance(item, (list, np.ndarray)) else item for item in given)
            assert (type(found), found) == (tuple, expected)
        else:
            assert found == given
            assert type(found) in (float, int, str, Constant, CosineWave, *PARTS)  # nothing of NumPy is kept
        assert hash(schedule) == hash(kind(**{**arguments, row.name: given}))


@EACH_ROW
def test_the_first_value_outside_is_refused(kind: type[Schedule], arguments: dict[str, Any], row: Row) -> None:
    for given in row.refused:
        with pytest.raises((TypeError, ValueError)) as caught:
            kind(**{**arguments, row.name: given})
        assert isinstance(caught.value, row.error)
        message = str(caught.value)
        assert message.startswith(f"{kind.__name__}: ")
        assert row.name in message
        assert ", received " in message


@EACH_CLASS
def test_what_stands_where_nothing_is_given(kind: type[Schedule]) -> None:
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]
    given = {field.name: field.default for field in fields if field.default is not dataclasses.MISSING}
    assert given == DEFAULTS.get(kind, {})


@EACH_CLASS
def test_no_attribute_can_be_set_afterwards(kind: type[Schedule]) -> None:
    schedule = kind(**TABLE[kind][0])
    for field in dataclasses.fields(schedule):  # type: ignore[arg-type]
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(schedule, field.name, getattr(schedule, field.name))
    with pytest.raises(dataclasses.FrozenInstanceError):
        schedule.something_else = 1  # type: ignore[attr-defined]


@EACH_CLASS
def test_equal_schedules_have_equal_hashes(kind: type[Schedule]) -> None:
    good, _ = TABLE[kind]
    assert kind(**good) == kind(**good)
    assert len({kind(**good), kind(**good)}) == 1


def test_noam_of_a_scale_that_leaves_nothing_is_refused() -> None:
    assert lib.Noam(1, 4, 2 * TINY).peak == TINY
    with pytest.raises(ValueError, match=r"Noam: peak must be a finite number above 0, received 0\.0"):
        lib.Noam(4, 4, TINY)


@pytest.mark.parametrize(
    ("kind", "missing"),
    [(Schedule, {"formula", "corner_runs"}), (lib.Shape, {"rate"}), *((kind, set()) for kind in TABLE)],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_the_class_of_a_schedule_must_have(kind: type[Schedule], missing: set[str]) -> None:
    assert kind.__abstractmethods__ == missing


@EACH_CLASS
def test_a_schedule_is_printed_as_it_is_built(kind: type[Schedule]) -> None:
    schedule = kind(**TABLE[kind][0])
    assert "\n" not in repr(schedule)
    assert eval(repr(schedule), {name: getattr(lib, name) for name in lib.__all__}) == schedule


def test_each_length_in_a_printed_schedule_has_its_name() -> None:
    """A bare number may be a rate as well."""
    section = {
        "name": "Sequence",
        "stages": [
            {"name": "Const", "learning_rate": 0.1, "epochs": 2},
            {"name": "Cosine", "learning_rate": 0.1, "until_end": True},
        ],
    }
    assert repr(build_schedule(section, 20, 100)) == (
        "Sequence(stages=(Stage(schedule=Constant(rate=0.1), iters=200),), last=CosineWave(peak=0.1, decay_iters=1800, "
        "end=0.0, oscillates=False))"
    )
