"""Every bad or surprising lr section and what is said about it."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest

from ppocr_lr import LRConfigError, LRConfigWarning, build_schedule
from ppocr_lr.errors import Place, Problem, printable, shown
from ppocr_lr.language import speaking
from ppocr_lr.lr_config import Run, parse_lr_config
from tests.chinese import is_refused_in_chinese, not_chinese


def bomb(depth: int = 12, width: int = 12) -> list[Any]:
    value: list[Any] = [0]
    for _ in range(depth):
        value = [value] * width
    return value


COSINE = {"name": "Cosine", "learning_rate": 0.1}
PIECEWISE = {"name": "Piecewise", "decay_epochs": [3, 5], "values": [0.3, 0.2, 0.1]}
MULTI = {"name": "MultiStepDecay", "learning_rate": 0.1, "milestones": [3, 5], "gamma": 0.1}
STEP = {"name": "Step", "learning_rate": 0.1, "step_size": 2, "gamma": 0.1}
CYCLE = {"name": "CyclicalCosine", "learning_rate": 0.1, "cycle": 2}
LWC = {"name": "LinearWarmupCosine", "learning_rate": 1e-4}
NUMBER = "a number above 0"

ERRORS = [
    # section, what the message must hold
    ({**COSINE, "name": "Cosin"}, ["Optimizer.lr.name: 'Cosin' is not a schedule; did you mean Cosine", "OneCycle"]),
    ({**COSINE, "name": "cosine"}, ["did you mean Cosine?"]),
    ({**COSINE, "name": "two_step_cosine"}, ["did you mean TwoStepCosine?"]),
    ({**COSINE, "name": "CosineAnnealingDecay"}, ["did you mean Cosine?"]),
    ({**COSINE, "name": "CosineAnnealingWarmRestarts"}, ["did you mean CosineWarmRestarts?"]),
    ({**COSINE, "name": "ExponentialDecay"}, ["did you mean Exponential (with step_size: 1it)?"]),
    ({**COSINE, "name": "LambdaDecay"}, ["did you mean Sequence or PiecewiseLinear (a section holds no function)?"]),
    ({**COSINE, "name": None}, ["Optimizer.lr.name: null is not a schedule; the schedules are Const, Cosine", "more with import"]),
    ({**COSINE, "name": 3}, ["Optimizer.lr.name: 3 is not a schedule"]),
    ({**COSINE, "name": ["Cosine"]}, ["Optimizer.lr.name: ['Cosine'] is not a schedule"]),
    ({"name": "Cosine"}, ["Optimizer.lr.learning_rate: is missing; Cosine needs it"]),
    ({"warmup_epoch": 2}, ["Optimizer.lr.learning_rate: is missing; Const (no name is given) needs it"]),
    ({"name": "Cosine", "learning_rat": 0.1}, ["learning_rate: is missing", "learning_rat is not read"]),
    ({"name": "Cosine", "base_lr": 0.1}, ["learning_rate: is missing", "base_lr is not read"]),
    ({"name": "Cosine", "base_lr": 0.1, "learning_rat": 0.1}, ["; base_lr is not read under this name"]),
    ({"name": "Cosine", "learning_rat": 0.1, "peak_lr": 0.1}, ["; peak_lr is not read under this name"]),
    ({"name": "Cosine", "lr": 0.1, "learningrate": 0.1, "base_lr": 0.1}, ["; lr is not read under this name"]),
    ({"name": "Cosine", "learningrate": 0.1, "learning_rat": 0.1}, ["; learningrate is not read under this name"]),
    ({"name": "Step", "learning_rate": 0.1, "step_size": 2}, ["Optimizer.lr.gamma: is missing; Step needs it"]),
    ({"name": "OneCycle", "learning_rate": 0.1}, ["Optimizer.lr.max_lr: is missing", "learning_rate is not read"]),
    *(
        ({**COSINE, "learning_rate": bad}, [f"Optimizer.lr.learning_rate: {shown} is not allowed", NUMBER])
        for bad, shown in (
            ("abc", "'abc'"), ("", "''"), ("1e", "'1e'"), ("nan", "'nan'"), ("inf", "'inf'"), ("0x10", "'0x10'"),
            (True, "true"), (None, "null"), (0, "0"), (0.0, "0.0"), (1e200, "1e+200"), (-0.1, "-0.1"), (math.nan, "nan"),
            (math.inf, "inf"), ([0.1], "[0.1]"), ({"a": 1}, "{'a': 1}"), (1j, "1j"),
        )
    ),
    ({**COSINE, "learning_rate": 10**400}, ["Optimizer.lr.learning_rate: 10000", NUMBER]),
    ({**COSINE, "learning_rate": 10**5000}, ["Optimizer.lr.learning_rate: an int", NUMBER]),
    ({"name": "DecayLearningRate", "learning_rate": 0.1, "factor": -1}, ["Optimizer.lr.factor: -1"]),
    ({**PIECEWISE, "values": [0.1]}, ["Optimizer.lr.values: [0.1]", "3 rates, one more than the 2 decay_epochs"]),
    ({**PIECEWISE, "values": [0.4, 0.3, 0.2, 0.1]}, ["3 rates, one more than the 2 decay_epochs"]),
    ({**PIECEWISE, "values": 0.1}, ["Optimizer.lr.values: 0.1", "a list"]),
    ({**PIECEWISE, "values": "0.1"}, ["Optimizer.lr.values: '0.1'", "a list"]),
    ({**PIECEWISE, "values": [0.1, None, 0.1]}, ["Optimizer.lr.values.1: null", "at least 0"]),
    ({**PIECEWISE, "values": [0, 0, 0]}, ["Optimizer.lr.values: [0.0, 0.0, 0.0]", "a rate above 0"]),
    ({**PIECEWISE, "values": [0, 1, 1], "warmup_epoch": 1}, ["starts with a rate above 0"]),
    ({**PIECEWISE, "decay_epochs": [5, 3]}, ["Optimizer.lr.decay_epochs: [5, 3]", "rising order", "3 comes after 5"]),
    ({**PIECEWISE, "decay_epochs": [3, 3]}, ["Optimizer.lr.decay_epochs: [3, 3]", "3 comes twice"]),
    ({**PIECEWISE, "decay_epochs": [-1, 3]}, ["Optimizer.lr.decay_epochs.0: -1", "not below 0"]),
    ({**PIECEWISE, "decay_epochs": []}, ["Optimizer.lr.decay_epochs: []", "name: Const"]),
    ({**PIECEWISE, "decay_epochs": 700}, ["Optimizer.lr.decay_epochs: 700", "a list"]),
    ({"name": "Piecewise", "decay_epochs": [3]}, ["Optimizer.lr.values: is missing"]),
    ({**MULTI, "milestones": [5, 3]}, ["Optimizer.lr.milestones: [5, 3]", "rising order"]),
    ({**MULTI, "milestones": [5, 5]}, ["5 comes twice"]),
    ({**MULTI, "milestones": [5, "500it"]}, ["Optimizer.lr.milestones: [5, '500it']", "500it comes after 5"]),
    ({**MULTI, "milestones": ["30%", 5]}, ["Optimizer.lr.milestones: ['30%', 5]", "5 comes after 30%"]),
    ({**MULTI, "milestones": 5}, ["Optimizer.lr.milestones: 5", "a list"]),
    ({**MULTI, "gamma": 1}, ["Optimizer.lr.gamma: 1", "above 0 and below 1"]),
    ({"name": "OneCycle", "max_lr": 0.1, "anneal_strategy": "cosine"}, ["'cosine'", "cos or linear"]),
    ({"name": "Cosine", "a\x1b[31m\n" + "b" * 10**6: 1}, ["learning_rate: is missing"]),
    ("Cosine", ["Optimizer.lr: must be a mapping", "'Cosine'"]),
    (None, ["Optimizer.lr: must be a mapping", "null"]),
    ([COSINE], ["Optimizer.lr: must be a mapping"]),
    (bomb(), ["Optimizer.lr: must be a mapping"]),
    ({**PIECEWISE, "decay_epochs": bomb()}, ["Optimizer.lr.decay_epochs.0", "a mark in time"]),
    ({**STEP, "gamma": 3, "step_size": 0}, ["Optimizer.lr.gamma: 3", "Optimizer.lr.step_size: 0"]),
]  # fmt: skip


@pytest.mark.parametrize(("section", "parts"), ERRORS, ids=lambda value: shown(value)[:60])
def test_what_cannot_be_used(section: Any, parts: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(LRConfigError) as caught:
            build_schedule(section, 20, 100)
        is_refused_in_chinese(lambda: build_schedule(section, 20, 100))
    for part in parts:
        assert part in str(caught.value)
    assert all(len(line) < 600 for line in str(caught.value).splitlines())


WARNINGS = [
    # section, schedule it is equal to, what the warning must hold
    ({**COSINE, "warmup_epochs": 3}, COSINE, "warmup_epochs: is not a key of Cosine and has no effect; did you mean w"),
    ({**COSINE, "warmup_steps": 300}, COSINE, "warmup_steps: is not a key of Cosine.*did you mean warmup_iters or warmup_e"),
    ({**COSINE, "T_max": 300}, COSINE, "T_max: is not a key of Cosine.*the length of the run is Global.epoch_num"),
    ({**COSINE, 3: 4}, COSINE, "Optimizer.lr.3: is not a key"),
    ({"type": "Cosine", "learning_rate": 0.1}, {"learning_rate": 0.1}, "Optimizer.lr.type: is not a key of Const.*; did you mean name?"),
    ({**COSINE, "\u200bwarmup_epoch": 3}, COSINE, "warmup_epoch: is not a key of Cosine.*did you mean warmup_epoch?"),
    ({**COSINE, "“warmup_epoch”": 3}, COSINE, "warmup_epoch”: is not a key of Cosine.*did you mean warmup_epoch?"),
    ({**COSINE, "a\x1b[31m\n" + "b" * 10**6: 1}, COSINE, r"^Optimizer.lr.a\\x1b\[31m\\nb{72,75}…: is not a key.{0,250}$"),
    ({**COSINE, "learning_rate": "1e-1"}, COSINE, "learning_rate: '1e-1' is a string.*PaddleOCR itself fails"),
    ({**COSINE, "learning_rate": " 1e-5 "}, {**COSINE, "learning_rate": 1e-5}, "write 1.0e-05"),
    ({**COSINE, "warmup_epoch": "2"}, {**COSINE, "warmup_epoch": 2}, "warmup_epoch: '2' is a string"),
    ({**COSINE, "warmup_epoch": -2}, COSINE, "warmup_epoch: -2 is negative, so there is no warmup"),
    ({**COSINE, "epochs": 21}, COSINE, "epochs: 21 has no effect: the length of the run is Global.epoch_num"),
    ({**COSINE, "step_each_epoch": 7}, COSINE, "step_each_epoch: 7 has no effect"),
    ({**PIECEWISE, "learning_rate": 0.5}, PIECEWISE, "learning_rate: 0.5 has no effect: Piecewise takes"),
    ({**PIECEWISE, "values": ["3e-1", 0.2, 0.1]}, PIECEWISE, "values.0: '3e-1' is a string"),
    ({**PIECEWISE, "values": [0.3, 0.2]}, {**PIECEWISE, "values": [0.3, 0.2, 0.2]},
     "2 values for 2 decay_epochs: the last one, 0.2, holds.*they take 3 values"),
    ({**MULTI, "milestones": []}, {**MULTI, "milestones": []}, "milestones: the list is empty"),
    ({**PIECEWISE, "decay_epochs": [3, 5, 7], "values": [0.3, 0.2, 0.1]},
     {**PIECEWISE, "decay_epochs": [3, 5, 7], "values": [0.3, 0.2, 0.1, 0.1]},
     "3 values for 3 decay_epochs: the last one, 0.1, holds to the end and the boundary at epoch 7 changes nothing.*they take 4 values"),
    ({**STEP, "step_size": 1.5}, {**STEP, "step_size": 1.5}, "1.5 epochs is taken as 150 iterations"),
    ({"name": "OneCycle", "max_lr": 0.1, "learning_rate": 0.2}, {"name": "OneCycle", "max_lr": 0.1}, "from max_lr"),
    ({"name": "OneCycle", "max_lr": 0.1, "base_momentum": 0.4}, {"name": "OneCycle", "max_lr": 0.1}, "base_momentum"),
    ({**LWC, "warmup_epoch": 2}, LWC, "warmup_epoch: 2 has no effect: this name counts its warmup in iterations"),
    ({**LWC, "warmup_steps": "1e2"}, {**LWC, "warmup_steps": 100}, "warmup_steps: '1e2' is a string"),
    ({**LWC, "warmup_steps": -3}, {**LWC, "warmup_steps": 0}, "warmup_steps: -3 is negative"),
    ({"name": "DecayLearningRate", "learning_rate": 0.1, "end_lr": 1e-5},
     {"name": "DecayLearningRate", "learning_rate": 0.1}, "end_lr: 1e-05 has no effect: PaddleOCR fixes it at 0"),
    ({"name": "DecayLearningRate", "learning_rate": 0.1, "warmup_epoch": 2},
     {"name": "DecayLearningRate", "learning_rate": 0.1}, "warmup_epoch: 2 has no effect: PaddleOCR has no warmup under this name"),
    ({"name": "DecayLearningRate", "learning_rate": 0.1, "last_epoch": 2},
     {"name": "DecayLearningRate", "learning_rate": 0.1}, "last_epoch: 2 has no effect"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "same", "message"), WARNINGS, ids=lambda value: str(value)[:60])
def test_what_is_used_with_a_warning(section: dict[Any, Any], same: dict[str, Any], message: str) -> None:
    with pytest.warns(LRConfigWarning, match=message) as caught:
        schedule = build_schedule(section, 20, 100)
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert schedule == build_schedule(same, 20, 100)
    with speaking("zh"):
        assert not_chinese("\n".join(remark.message for remark in parse_lr_config(section, Run(20, 100)).remarks)) == []


QUIET = [
    COSINE,
    {**COSINE, "epochs": 20, "step_each_epoch": 100, "warmup_epoch": 0, "last_epoch": -1},
    {**PIECEWISE, "learning_rate": 0.3},
    {**PIECEWISE, "learning_rate": None},
    {"name": "Piecewise", "decay_epochs": (3, 4.5), "values": (0.1, 0.2, 0)},
    {"name": "DecayLearningRate", "learning_rate": 0.1, "end_lr": 0, "epochs": 20, "warmup_epoch": 0},
    {**LWC, "learning_rate": "1e-4", "start_lr": "1e-5", "min_lr": "1e-8", "warmup_steps": 5000},
    {**LWC, "learning_rate": 1e-6, "warmup_steps": 0},
    {**CYCLE, "cycle": 0.006},
    {"name": "OneCycle", "max_lr": 0.1, "three_phase": 1, "learning_rate": 0.1},
    {"learning_rate": np.float32(0.5), "warmup_epoch": np.int64(2)},
]


@pytest.mark.parametrize("section", QUIET, ids=str)
def test_what_says_nothing(section: dict[str, Any]) -> None:
    assert parse_lr_config(section, Run(20, 100)).remarks == ()


@pytest.mark.parametrize("key", ["warmup_epochs", "T_max", 3])
def test_strict_refuses_unknown_keys(key: Any) -> None:
    with pytest.raises(LRConfigError, match=rf"Optimizer\.lr\.{key}: is not a key of Cosine"):
        build_schedule({**COSINE, key: 3}, 20, 100, strict=True)


def test_strict_takes_what_paddleocr_sets_itself() -> None:
    assert build_schedule({**COSINE, "epochs": 20}, 20, 100, strict=True) == build_schedule(COSINE, 20, 100)


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ({**COSINE, "learning_rate": "0.1"}, "LR102"),
        ({**COSINE, "epochs": 21}, "LR104"),
        ({**COSINE, "warmup_epoch": -1}, "LR305"),
        ({**STEP, "step_size": 1.5}, "LR502"),
    ],
    ids=str,
)
def test_strict_only_remarks_what_is_no_unknown_key(section: dict[str, Any], code: str) -> None:
    assert [remark.code for remark in parse_lr_config(section, Run(20, 100), strict=True).remarks] == [code]


@pytest.mark.parametrize(
    ("epochs", "iters_per_epoch", "message"),
    [
        (0, 1, "epochs 0: must be a positive integer"),
        (1, -1, "iters_per_epoch -1: must be a positive integer"),
        (1.0, 1, r"epochs 1\.0: must be a positive integer"),
        (True, 1, "epochs true: must be a positive integer"),
        ("3", 1, "epochs '3': must be a positive integer"),
        (1, None, "iters_per_epoch null: must be a positive integer"),
        (2**30, 2**30, r"epochs × iters_per_epoch must be at most 2\^53"),
    ],
)
def test_the_length_of_a_run(epochs: Any, iters_per_epoch: Any, message: str) -> None:
    with pytest.raises(LRConfigError, match=message):
        build_schedule(COSINE, epochs, iters_per_epoch)


def test_numpy_integers_are_lengths() -> None:
    assert build_schedule(COSINE, np.int32(20), np.int64(100)) == build_schedule(COSINE, 20, 100)


def test_a_warmup_longer_than_any_run_is_still_a_schedule() -> None:
    for section in (
        {**COSINE, "warmup_epoch": 1e308},
        {**LWC, "warmup_steps": 1e30},
        {**CYCLE, "cycle": 1e308},
        {**PIECEWISE, "decay_epochs": [1, 1e308]},
    ):
        schedule = build_schedule(section, 20, 100)
        np.testing.assert_allclose(schedule(np.array([0, 10**15])), [schedule(0), schedule(10**15)], rtol=1e-12)


BAD = {"learning_rate": -1, "warmup_epoch": None, "end_lr": "x", "hold_epochs": -1, "power": 0, "last_epoch": -5}


@pytest.mark.parametrize(("wrong", "told"), [(1, 1), (2, 2), (4, 4), (5, 5), (6, 5)])
def test_five_errors_of_a_section_are_told_at_most(wrong: int, told: int) -> None:
    section = {"name": "Linear", "learning_rate": 0.1, **dict(list(BAD.items())[:wrong])}
    with pytest.raises(LRConfigError) as error:
        parse_lr_config(section, Run(20, 100))
    lines = str(error.value).splitlines()
    assert len(lines) == told
    assert {line.partition(":")[0] for line in lines} <= {f"Optimizer.lr.{key}" for key in list(BAD)[:wrong]}


# another library's word for the rate at the end, where no schedule comes of it; and whether the key here takes it
@pytest.mark.parametrize(("value", "taken"), [("abc", False), (-1, False), (None, False), (0.2, True), ([1], False)])
def test_a_word_whose_value_cannot_be_used_is_told_without_an_end(value: Any, taken: bool) -> None:
    (remark,) = parse_lr_config({**COSINE, "eta_min": value}, Run(20, 100)).remarks
    assert (remark.code, remark.key) == ("LR101", "eta_min")
    assert ("did you mean end_lr" in remark.message) is taken
    assert "the run ends at" not in remark.message


def test_the_ends_are_told_beside_keys_of_any_kind() -> None:
    remarks = parse_lr_config({**COSINE, 3: 4, "aaa": 1, "zzz": 2, "eta_min": 1e-5}, Run(20, 100)).remarks
    assert [remark.key for remark in remarks] == ["3", "aaa", "zzz", "eta_min"]
    assert ["the run ends at" in remark.message for remark in remarks] == [False, False, False, True]


@pytest.mark.parametrize(("first", "second"), [("eta_min", "end_lr"), ("end_lr", "eta_min")])
def test_two_spellings_of_a_key_are_told_as_they_are_written(first: str, second: str) -> None:
    section = {3: 4, "cooldown_epochs": 1, "name": "REX", "zzz": 1, "learning_rate": 0.1, first: 0, second: 0}
    with pytest.raises(LRConfigError) as error:
        parse_lr_config(section, Run(20, 100))
    assert str(error.value) == f"Optimizer.lr: {first} and {second} are the same key; write one of them"


def test_a_name_without_a_curve_has_a_first_rate() -> None:
    parsed = parse_lr_config({"name": "ReduceOnPlateau", "learning_rate": 0.1}, Run(20, 100))
    assert parsed.curve is None
    assert parsed.config.peak == 0.1
    with pytest.raises(LRConfigError, match=r"Optimizer\.lr\.name: this schedule depends on a metric"):
        _ = parsed.schedule


KEYS_OF_CONST = "it takes learning_rate and keys around the curve, such as the warmup's"

# a name, a key that it does not know; what is said of it
UNKNOWN: list[tuple[dict[str, Any], Any, str]] = [
    ({"name": "Const", "learning_rate": 0.1}, "zzz", f"is not a key of Const and has no effect; {KEYS_OF_CONST}"),
    ({"learning_rate": 0.1}, "zzz", f"is not a key of Const (no name is given) and has no effect; {KEYS_OF_CONST}"),
    (COSINE, "T_max", "is not a key of Cosine and has no effect; the length of the run is Global.epoch_num"),
    (COSINE, "total_iters", "is not a key of Cosine and has no effect; the length of the run is Global.epoch_num"),
    ({"name": "LinearLR", "learning_rate": 0.1}, "total_iters", "is not a key of LinearLR and has no effect; did you mean decay_length?"),
    (COSINE, "warmup", "is not a key of Cosine and has no effect; did you mean warmup_epoch?"),
    (COSINE, "Warmup_Epoch", "is not a key of Cosine and has no effect; did you mean warmup_epoch?"),
    ({"name": "Const", "learning_rate": 0.1}, "values", f"is not a key of Const and has no effect; {KEYS_OF_CONST}; values is a key of Piecewise"),
    ({"name": "Const", "learning_rate": 0.1}, "gamma", f"is not a key of Const and has no effect; {KEYS_OF_CONST}; gamma is a key of MultiStepDecay and Step"),
    ({"learning_rate": 0.1}, "decay_epoch", f"is not a key of Const (no name is given) and has no effect; {KEYS_OF_CONST}"),  # no slip of last_epoch
    (COSINE, "cycle", "is not a key of Cosine and has no effect; it takes end_lr, learning_rate, num_cycles and keys around the curve, such as the warmup's; cycle is a key of CyclicalCosine"),  # a length, no slip of num_cycles
    (COSINE, 3, "is not a key of Cosine and has no effect"),
    (COSINE, None, "is not a key of Cosine and has no effect"),
    ({"name": "REX", "learning_rate": 0.1}, "min_lr", "is not a key of REX and has no effect; did you mean end_lr?"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "key", "said"), UNKNOWN, ids=lambda value: str(value)[:40])
def test_what_is_said_of_a_key_that_is_not_known(section: dict[Any, Any], key: Any, said: str) -> None:
    (remark,) = parse_lr_config({**section, key: 0.001}, Run(20, 100)).remarks
    assert (remark.code, remark.key, remark.message) == ("LR101", shown(key) if key is None else str(key), said)
    with speaking("zh"):
        (remark,) = parse_lr_config({**section, key: 0.001}, Run(20, 100)).remarks
    assert not_chinese(remark.message) == []


@pytest.mark.parametrize(
    ("key", "as_shown"),
    [
        ("b" * 79, "b" * 79),
        ("b" * 81, "b" * 80 + "…"),
        ("b" * 1000, "b" * 80 + "…"),
        ("a\tb\x1b[31m", "a\tb\x1b[31m"),
        (2.5, "2.5"),
        (True, "True"),
        ((1, 2), "[1, 2]"),
    ],
    ids=lambda value: str(len(value)) if isinstance(value, str) and len(value) > 20 else repr(value),
)
def test_how_a_key_is_shown(key: Any, as_shown: str) -> None:
    (remark,) = parse_lr_config({**COSINE, key: 1}, Run(20, 100)).remarks
    assert remark.key == as_shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("训练 c.yml é", "训练 c.yml é"),
        ("a\x1b[31m", r"a\x1b[31m"),
        ("a\n::error file=x::pwn", r"a\n::error file=x::pwn"),
        ("a\u202eb\u2066", r"a\u202eb\u2066"),
        ("\x9b\x00\r\t", r"\x9b\x00\r\t"),
        ("\udc80", r"\udc80"),
        ("全　角", "全　角"),  # a space of full width is one
        ("", ""),
    ],
)
def test_text_from_anywhere_is_fit_for_a_terminal(text: str, expected: str) -> None:
    assert printable(text) == expected
    assert str(Problem((text,), "is wrong", Place(f"{text}.yml"))).startswith(f"{expected}.yml: ")
