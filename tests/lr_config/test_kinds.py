"""Every kind of value a key may have, at its bounds: the last value that is taken and the first that is not."""

from __future__ import annotations

from math import inf, nan, nextafter
from typing import Annotated, Any, Literal, get_origin

import pytest
from jsonschema import Draft202012Validator

from ppocr_lr import LRConfigError
from ppocr_lr.lr_config import Run, kinds, parse_lr_config
from ppocr_lr.lr_config.decay import ConstConfig
from ppocr_lr.lr_config.length import Length, as_written, length_of
from ppocr_lr.lr_config.parse import Section, Stage
from ppocr_lr.training_config.schema import lr_schema
from tests.chinese import is_refused_in_chinese
from tests.lr_config.tables import EPOCHS, ITERS_EPOCH

RUN = Run(EPOCHS, ITERS_EPOCH)
TINY = 5e-324  # the smallest float above 0


def below(number: float) -> float:
    return nextafter(number, -inf)


def above(number: float) -> float:
    return nextafter(number, inf)


CONST = {"name": "Const", "learning_rate": 0.1}
LINEAR = {"name": "Linear", "learning_rate": 0.1}
COSINE = {"name": "Cosine", "learning_rate": 0.1}
STEP = {"name": "Step", "learning_rate": 0.1, "step_size": 1, "gamma": 0.5}
DROPS = {"name": "MultiStepDecay", "learning_rate": 0.1, "gamma": 0.5}
ONE_CYCLE = {"name": "OneCycle", "max_lr": 0.1}
LINE = {"name": "LinearLR", "learning_rate": 0.1}
CYCLIC = {"name": "Cyclic", "max_lr": 0.1, "base_lr": 0.01, "step_size_up": 2}
RESTARTS = {"name": "CosineWarmRestarts", "learning_rate": 0.1, "T_0": 5}
PLATEAU = {"name": "ReduceOnPlateau", "learning_rate": 0.1}
TANH = {"name": "Tanh", "learning_rate": 0.1}

NO_NUMBER = [None, True, "", "x", [1], {}, 1j, nan, inf, -inf, 10**400]

# kind, a section, its key; the values that are taken; those that are not, beside what is no number; what is said then
KINDS: list[tuple[str, dict[str, Any], str, list[Any], list[Any], str]] = [
    ("PositiveRate", CONST, "learning_rate", [TINY, 0.5, 1, 2, below(1e100)], [0, -TINY, -0.5, 1e100, 1e200], "a number above 0"),
    ("Rate", LINEAR, "end_lr", [0, TINY, 0.5, 1, below(1e100)], [-TINY, -0.5, 1e100, 1e200], "a number of at least 0"),
    ("EndRate", {"name": "Cosine", "learning_rate": 2}, "end_lr", [0, TINY, 0.5, 1], [-TINY, -0.5, 1e100, 1e200], "a number of at least 0"),
    ("Gamma", STEP, "gamma", [TINY, 0.5, below(1)], [0, -0.5, 1, 1.5], "a number above 0 and below 1"),
    ("Power", LINEAR, "power", [TINY, 0.5, 1, 1e300], [0, -TINY, -0.5], "a number above 0"),
    ("AnyIters", {"name": "LinearWarmupCosine", "learning_rate": 0.1}, "warmup_steps", [-2, -1, 0, 1, 2**60], [0.5, -0.5],
     "a whole number of iterations, 0 for none"),
    ("LastEpoch", CONST, "last_epoch", [-1, 0, 1, 2**53 - 1], [-2, -100, -1.5, -0.5, 0.5, 2**53, 2**63 - 1], "a whole number of at least -1"),
    ("Share", CONST, "warmup_ratio", [0, TINY, 0.5, 1], [-TINY, -0.5, above(1), 1.5], "a share from 0 to 1"),
    ("InnerShare", ONE_CYCLE, "pct_start", [TINY, 0.5, below(1)], [0, -0.5, 1, 1.5], "a share above 0 and below 1"),
    ("Factor", LINE, "start_factor", [TINY, 0.5, 1, 2, below(1e100)], [0, -TINY, -0.5, 1e100, 1e200], "a number above 0"),
    ("FactorOrZero", LINE, "end_factor", [0, TINY, 0.5, 2, below(1e100)], [-TINY, -0.5, 1e100], "a number of at least 0"),
    ("Cycles", COSINE, "num_cycles", [TINY, 0.5, 1.5, 500], [0, -0.5, above(500)], "a number above 0 and at most 500"),
    ("NoIters", CONST, "warmup_iters", [0, 1, 2, 2**53], [-1, -0.5, 0.5, 2**53 + 2, 2**60], "a whole number of iterations, 0 for none"),
    ("Calls", PLATEAU, "patience", [0, 1, 2, 2**53], [-1, -0.5, 0.5, 2**53 + 2, 2**60], "a whole number of calls, 0 for none"),
    ("Iters", {"name": "Noam", "d_model": 4}, "warmup_iters", [1, 2, 2**53], [0, -1, 0.5, 2**53 + 2], "a whole number of iterations above 0, or"),
    ("Count", {"name": "Noam"}, "d_model", [1, 2, 2**53], [0, -1, 0.5, 2**53 + 2, 2**60], "a whole number "),
    ("AtLeastOne", ONE_CYCLE, "div_factor", [1, 1.5, 2, 1e300], [below(1), 0.5, 0, -1], "a number of at least 1"),
    ("Growth", RESTARTS, "T_mult", [1, 1.01, 1.5, 1e6], [below(1), above(1), 1.005, below(1.01), 0, -2, above(1e6), 1e7],
     "1, or a number from 1.01 to 1000000"),
    ("UpToOne", RESTARTS, "peak_decay", [TINY, 0.5, 1], [0, -0.5, above(1), 1.5], "a number above 0 and at most 1"),
    ("Nonnegative", PLATEAU, "threshold", [0, TINY, 0.5, 1, 1e300], [-TINY, -0.5], "a number of at least 0"),
    ("Bound", {**TANH, "upper": 300}, "lower", [-300, -299.5, 0, 299.5], [below(-300), -1000, above(300), 1000], "a number from -300 to 300"),
    ("Bound", {**TANH, "lower": -300}, "upper", [-299.5, 0, 299.5, 300], [below(-300), -1000, above(300), 1000], "a number from -300 to 300"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [(section, key, value) for _, section, key, taken, _, _ in KINDS for value in taken],
    ids=lambda value: value.get("name") if isinstance(value, dict) else str(value),
)
def test_numbers_that_are_taken(section: dict[str, Any], key: str, value: float) -> None:
    config = parse_lr_config({**section, key: value}, RUN).config
    written_in_quotes = parse_lr_config({**section, key: f" {value!r} "}, RUN).config
    assert as_written(getattr(config, key)) == as_written(getattr(written_in_quotes, key)) == value


@pytest.mark.parametrize(
    ("section", "key", "value", "allowed"),
    [(section, key, value, allowed) for _, section, key, _, refused, allowed in KINDS for value in (*refused, *NO_NUMBER)],
    ids=lambda value: value.get("name") if isinstance(value, dict) else str(value)[:20],
)  # fmt: skip
def test_numbers_that_are_refused(section: dict[str, Any], key: str, value: Any, allowed: str) -> None:
    with pytest.raises(LRConfigError) as error:
        parse_lr_config({**section, key: value}, RUN)
    assert str(error.value).startswith(f"Optimizer.lr.{key}: ")
    assert f" is not allowed; it must be {allowed}" in str(error.value)
    is_refused_in_chinese(lambda: parse_lr_config({**section, key: value}, RUN))


# A limit that nobody meets is told only to those who do.
TOO_LARGE: list[tuple[dict[str, Any], str, list[Any], str]] = [
    (CONST, "learning_rate", [1e100, 1e308, "1e308", 10**400, "1e999", inf], "a number above 0 and below 1e+100"),
    (LINEAR, "end_lr", [1e100, 10**400], "a number of at least 0 and below 1e+100"),
    (LINE, "start_factor", [1e300], "a number above 0 and below 1e+100"),
    (LINE, "end_factor", [1e300], "a number of at least 0 and below 1e+100"),
    (CONST, "last_epoch", [2**53, 1e300], "a whole number of at least -1, the last update done before or -1 for none, below 2^53"),
    (PLATEAU, "patience", [2**53 + 2, 1e300], "a whole number of calls, 0 for none, at most 2^53"),
    ({"name": "Noam"}, "d_model", [2**53 + 2, "1e300"], "a whole number from 1 to 2^53"),
    (CONST, "warmup_iters", [2**53 + 2, "1e300it"], 'a whole number of iterations, 0 for none, or a share of the run ("10%"), at most 2^53'),
    ({"name": "Noam", "d_model": 4}, "warmup_iters", [2**60], 'a whole number of iterations above 0, or a share of the run ("10%"), at most 2^53'),
    (RESTARTS, "T_mult", [1e300], "1, or a number from 1.01 to 1000000"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("section", "key", "value", "allowed"),
    [(section, key, value, allowed) for section, key, values, allowed in TOO_LARGE for value in values],
    ids=lambda value: value.get("name") if isinstance(value, dict) else str(value)[:20],
)
def test_a_number_that_is_too_large_is_told_the_upper_bound(
    section: dict[str, Any], key: str, value: Any, allowed: str
) -> None:
    with pytest.raises(LRConfigError) as error:
        parse_lr_config({**section, key: value}, RUN)
    assert str(error.value).endswith(f" is not allowed; it must be {allowed}")
    is_refused_in_chinese(lambda: parse_lr_config({**section, key: value}, RUN))


@pytest.mark.parametrize(
    ("key", "value", "plain"),
    [
        ("learning_rate", "1e\u22123", "1e-3"),
        ("learning_rate", "\u201c0.1\u201d", "0.1"),
        ("learning_rate", "\uff10.\uff11", "0.1"),
        ("learning_rate", "0\u200b.1", "0.1"),
        ("warmup_epoch", "\u2018500it\u2019", "500it"),
        ("warmup_iters", "10\uff05", "10%"),
    ],
)
def test_a_number_in_other_signs_is_told_in_plain_ones(key: str, value: str, plain: str) -> None:
    with pytest.raises(LRConfigError, match=f" is not allowed; it must be .*; in plain signs it is {plain}$"):
        parse_lr_config({**CONST, key: value}, RUN)


@pytest.mark.parametrize(
    ("key", "section"), [("warmup_iters", CONST), ("last_epoch", CONST), ("d_model", {"name": "Noam"})]
)
def test_whole_numbers_become_integers(key: str, section: dict[str, Any]) -> None:
    for value in (3, 3.0, "3", "3e0"):
        found = getattr(parse_lr_config({**section, key: value}, RUN).config, key)
        assert (type(found), found) == (int, 3)


# kind, a section, its key; what is taken; what is not
LENGTHS: list[tuple[str, dict[str, Any], str, list[Any], list[Any]]] = [
    ("AnyLength", CONST, "warmup_epoch", [-1, -TINY, 0, TINY, 0.5, "-1it", "-0.5%", "0it", "1it", "200%"], ["1.5it", "-1.5it", "it"]),
    ("PositiveLength", LINE, "decay_length", [0.1, 0.5, 1, "1it", "0.5%", "200%"], [0, -TINY, -0.5, "0it", "-1it", "0%", "-0.5%", "0.5it"]),
    ("PositiveLength", STEP, "step_size", [0.1, 1, 1e300, "1it", "716it", "5%"], [0, -TINY, "0it", "1.5it"]),
    ("PositiveLength", {"name": "CyclicalCosine", "learning_rate": 0.1}, "cycle", [0.1, 1, "1it", "50%"], [0, "-1it", "0%"]),
    ("AnyIters", {"name": "LinearWarmupCosine", "learning_rate": 0.1}, "warmup_steps", ["-5it", "-5%", "0it", "716it", "5%"], ["1.5it", "it"]),
    ("NoIters", CONST, "warmup_iters", ["0it", "716it", "5%", "150%"], ["-1it", "-5%", "1.5it"]),
    ("Iters", {"name": "Noam", "d_model": 4}, "warmup_iters", ["716it", "5%"], ["0it", "0%", "-5it", "1.5it"]),
    ("LengthOrNone", COSINE, "hold_epochs", [0, TINY, 0.5, 1, "0it", "1it", "0%", "0.5%"], [-TINY, -0.5, "-1it", "-0.5%", "0.5it"]),
]  # fmt: skip
SAID = {
    "AnyLength": "a length, 0 for none: epochs (5)",
    "PositiveLength": "a length above 0: epochs (5)",
    "LengthOrNone": "a length, 0 for none, not below: epochs (5)",
    "Mark": "a mark in time, not below 0: epochs (5)",
    "AnyIters": "a whole number of iterations, 0 for none, or a share",
    "NoIters": "a whole number of iterations, 0 for none, or a share",
    "Iters": "a whole number of iterations above 0, or a share",
}


@pytest.mark.parametrize(
    ("section", "key", "value"), [(section, key, value) for _, section, key, taken, _ in LENGTHS for value in taken]
)
def test_lengths_that_are_taken(section: dict[str, Any], key: str, value: Any) -> None:
    assert getattr(parse_lr_config({**section, key: value}, RUN).config, key) == length_of(value)


@pytest.mark.parametrize(
    ("kind", "section", "key", "value"),
    [(kind, section, key, value) for kind, section, key, _, refused in LENGTHS for value in (*refused, *NO_NUMBER)],
)
def test_lengths_that_are_refused(kind: str, section: dict[str, Any], key: str, value: Any) -> None:
    with pytest.raises(LRConfigError) as error:
        parse_lr_config({**section, key: value}, RUN)
    assert str(error.value).startswith(f"Optimizer.lr.{key}: ")
    assert f" is not allowed; it must be {SAID[kind]}" in str(error.value)
    is_refused_in_chinese(lambda: parse_lr_config({**section, key: value}, RUN))


PAIR = "a pair of when and the rate there, as in [5, 0.1]"
INNER = "an lr section, such as {name: Cosine, learning_rate: 0.001}"

# kind, a section, its key, what is taken and as what; what is not, and what is said
OTHERS: list[tuple[str, dict[str, Any], str, list[tuple[Any, Any]], list[Any], str]] = [
    ("Switch", ONE_CYCLE, "three_phase", [(True, True), (False, False), (1, True), (0, False)],
     [2, -1, 1.0, 0.0, "true", "", None, []], "true or false"),
    ("Mark", DROPS, "milestones", [([0], (Length(0),)), ((TINY, 0.5), (Length(TINY), Length(0.5))), (["1"], (Length(1),)), ([], ()),
                                  (["0it", "5%", "15it"], (Length(0, "it"), Length(5, "%"), Length(15, "it")))], [None, 5, "5", {}, {5: 1}],
     "a list, as in [1, 2]"),
    ("Knot", {"name": "PiecewiseLinear"}, "knots", [([[0, 0.1]], ((Length(0), 0.1),)), (((TINY, 0), (1, TINY)), ((Length(TINY), 0), (Length(1), TINY)))],
     [None, 5, "5", {}], "a list, as in [1, 2]"),
    ("DecayShape", {"name": "WSD", "learning_rate": 0.1}, "decay_shape", [("linear", "linear"), ("half-life", "half-life")],
     ["", "half_life", "Linear", None, 1, ["linear"]], "linear, cosine, 1-sqrt, exponential, half-life or tanh"),
    ("WholeCycles", CYCLIC, "cycle_limit", [(None, None), (1, 1), ("2", 2), (1000, 1000)], [0, -1, 0.5, 1001, True, "x", [1]], "a whole number from 1 to 1000"),
    ("Section", {"name": "Scale", "factor": 2}, "schedule", [(CONST, Section(ConstConfig(learning_rate=0.1), CONST))], [None, 5, "Const", [CONST], {**CONST, 1: 2}], INNER),
    ("Stage", {"name": "Sequence"}, "stages", [([{**CONST, "epochs": "100%"}], (Stage(Section(ConstConfig(learning_rate=0.1), CONST), Length(100, "%")),))], [None, 5, CONST],
     "a list, as in [1, 2]"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("section", "key", "value", "found"),
    [(section, key, *pair) for _, section, key, taken, _, _ in OTHERS for pair in taken],
)
def test_other_values_that_are_taken(section: dict[str, Any], key: str, value: Any, found: Any) -> None:
    config = parse_lr_config({**section, key: value}, RUN).config
    assert getattr(config, key) == found
    assert type(getattr(config, key)) is type(found)


@pytest.mark.parametrize(
    ("section", "key", "value", "allowed"),
    [(section, key, value, allowed) for _, section, key, _, refused, allowed in OTHERS for value in refused],
)
def test_other_values_that_are_refused(section: dict[str, Any], key: str, value: Any, allowed: str) -> None:
    with pytest.raises(LRConfigError) as error:
        parse_lr_config({**section, key: value}, RUN)
    assert str(error.value).startswith(f"Optimizer.lr.{key}: ")
    assert str(error.value).endswith(f" is not allowed; it must be {allowed}")
    is_refused_in_chinese(lambda: parse_lr_config({**section, key: value}, RUN))


@pytest.mark.parametrize(
    ("section", "path", "allowed"),
    [
        ({**DROPS, "milestones": [-TINY]}, "milestones.0", SAID["Mark"]),
        ({**DROPS, "milestones": [-0.5]}, "milestones.0", SAID["Mark"]),
        ({**DROPS, "milestones": [1, "1.5it"]}, "milestones.1", SAID["Mark"]),
        ({**DROPS, "milestones": ["-1%"]}, "milestones.0", SAID["Mark"]),
        ({**DROPS, "milestones": [1, "x"]}, "milestones.1", SAID["Mark"]),
        ({"name": "PiecewiseLinear", "knots": [[0]]}, "knots.0", PAIR),
        ({"name": "PiecewiseLinear", "knots": [[0, 1, 2]]}, "knots.0", PAIR),
        ({"name": "PiecewiseLinear", "knots": ["01"]}, "knots.0", PAIR),
        ({"name": "PiecewiseLinear", "knots": [{0: 1, 1: 2}]}, "knots.0", PAIR),
        ({"name": "PiecewiseLinear", "knots": [[-TINY, 1]]}, "knots.0.0", SAID["Mark"]),
        ({"name": "PiecewiseLinear", "knots": [[0, -TINY]]}, "knots.0.1", "a number of at least 0"),
        ({"name": "Sequence", "stages": [5]}, "stages.0", INNER),
        ({"name": "Sequence", "stages": [{**CONST, 1: 2, "epochs": "100%"}]}, "stages.0", INNER),
    ],
    ids=str,
)
def test_items_that_are_refused(section: dict[str, Any], path: str, allowed: str) -> None:
    with pytest.raises(LRConfigError) as error:
        parse_lr_config(section, RUN)
    assert str(error.value).startswith(f"Optimizer.lr.{path}: ")
    assert f" is not allowed; it must be {allowed}" in str(error.value)
    is_refused_in_chinese(lambda: parse_lr_config(section, RUN))


# What editors are told of a kind, in JSON Schema: values inside, values outside.
SCHEMAS: dict[str, tuple[list[Any], list[Any]]] = {
    "PositiveRate": ([TINY, 0.5, 2], [0, -0.5]),
    "Rate": ([0, 0.5, 2], [-TINY, -0.5]),
    "EndRate": ([0, 0.5, 2], [-TINY, -0.5]),
    "Gamma": ([TINY, 0.5, below(1)], [0, 1]),
    "Power": ([TINY, 0.5, 2], [0, -0.5]),
    "Mark": ([0, 0.5, 2, "0it", "716it", "+5%"], [-TINY, "-1it", "1.5it", "x"]),
    "AnyIters": ([-5, 0, 5, "5%", "-5it"], [0.5, "1.5it", "5"]),
    "Iters": ([1, 2**53, "5%", "716it"], [0, 0.5, 2**53 + 1, "0it", "-5%"]),
    "LastEpoch": ([-1, 0, 5], [-2, 0.5]),
    "Switch": ([True, False], [2, "true"]),
    "Share": ([0, 0.5, 1], [-TINY, above(1)]),
    "InnerShare": ([TINY, 0.5, below(1)], [0, 1]),
    "Factor": ([TINY, 0.5, 2], [0, -0.5]),
    "FactorOrZero": ([0, 0.5, 2], [-TINY]),
    "Cycles": ([TINY, 500], [0, above(500)]),
    "WholeCycles": ([1, 1000], [0, 0.5, 1001]),
    "DecayShape": (["linear", "half-life"], ["poly", 1]),
    "NoIters": ([0, 1, 2**53, "5%", "0it"], [-1, 0.5, 2**53 + 1, "-5%"]),
    "Calls": ([0, 1, 2**53], [-1, 0.5, 2**53 + 1]),
    "Count": ([1, 2**53], [0, 0.5, 2**53 + 1]),
    "AtLeastOne": ([1, 1.5], [below(1)]),
    "Growth": ([1, 1.5, 1e6], [below(1), above(1e6)]),
    "UpToOne": ([TINY, 0.5, 1], [0, above(1)]),
    "Nonnegative": ([0, 0.5], [-TINY]),
    "Bound": ([-300, 0, 300], [below(-300), above(300)]),
    "AnyLength": ([-5, 0, 0.5, "5it", "-5it", "+5 it", " 10% ", "-.5%", "1e3it", "5e-1%"], ["1.5it", "5", "5 epochs", "it", "%"]),
    "PositiveLength": ([TINY, 0.5, "1it", "+1it", "0.5%", "10.0it", "1e3it"], [0, -1, "0it", "0.0%", "-1it", "1.5it", "0e5it"]),
    "LengthOrNone": ([0, 0.5, "0it", "1it", "0%", "+.5%"], [-TINY, "-1it", "-0.5%", "1.5it"]),
    "Knot": ([[0, 0.1], ["5it", 0]], [[0], [0, 0.1, 0.2], [-1, 0.1], [0, -0.1], 5]),
}  # fmt: skip


LR = Draft202012Validator(lr_schema())
LISTS = ("Mark", "Knot")


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_json_schema_has_the_same_bounds(kind: str) -> None:
    section, key = next((row[1], row[2]) for row in (*KINDS, *LENGTHS, *OTHERS) if row[0] == kind)

    def is_valid(value: Any) -> bool:
        return LR.is_valid({**section, key: [value] if kind in LISTS else value})

    inside, outside = SCHEMAS[kind]
    assert [value for value in inside if not is_valid(value)] == []
    assert [value for value in outside if is_valid(value)] == []


def test_every_kind_is_in_the_tables() -> None:
    public = {name for name, kind in vars(kinds).items() if get_origin(kind) in (Annotated, Literal)}
    assert {kind for kind, *_ in (*KINDS, *LENGTHS, *OTHERS)} == public | {"Section", "Stage"}
    assert set(SCHEMAS) == public  # schema.py puts a whole section where one stands inside


def test_every_kind_can_be_hashed_as_types_are() -> None:
    assert len({kind for kind in vars(kinds).values() if get_origin(kind) is Annotated}) > 20
