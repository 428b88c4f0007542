"""What a validated section is: what it may hold, what its class must say, and where its checks begin."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from pydantic import ValidationError

from ppocr_lr import LRConfigError, build_schedule
from ppocr_lr.lr_config import MODELS, LRConfig, Run, parse_lr_config
from ppocr_lr.lr_config.in_paddleocr import OwnKey, own_keys, read_by_paddleocr
from ppocr_lr.lr_config.length import Length
from ppocr_lr.schedules import Constant, Decay, OneMinusSqrt, Sequence, TwoStepCosine
from tests.lr_config.tables import EPOCHS, ITERS_EPOCH
from tests.lr_config.test_defaults import TABLE as GOOD

RUN = Run(EPOCHS, ITERS_EPOCH)  # 200 iterations
PEAK = {"learning_rate": 0.1}
CONST = {"name": "Const", **PEAK}
COSINE = {"name": "Cosine", **PEAK}
POWER = {"name": "DecayLearningRate", **PEAK}
BY_STEPS = {"name": "LinearWarmupCosine", **PEAK, "warmup_steps": 20}
WSD = {"name": "WSD", **PEAK}
PIECEWISE = {"name": "Piecewise", "decay_epochs": [5], "values": [0.1, 0.01]}
STEP = {"name": "Step", **PEAK, "step_size": 2, "gamma": 0.5}
ONE_CYCLE = {"name": "OneCycle", "max_lr": 0.1}


def config_of(section: dict[str, Any]) -> Any:
    return parse_lr_config(section, RUN).config


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_validated_section_cannot_be_changed(name: str) -> None:
    config = config_of({"name": name, **GOOD[name][0]})
    for key in type(config).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(config, key, getattr(config, key))


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_model_takes_its_own_keys_alone(name: str) -> None:
    assert MODELS[name](**GOOD[name][0])
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        MODELS[name](**GOOD[name][0], something_else=1)


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        (LRConfig, {"curve"}),
        *((MODELS[name], set()) for name in sorted(MODELS)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_the_class_of_a_section_must_say(kind: type[LRConfig], missing: set[str]) -> None:
    assert kind.__abstractmethods__ == missing


@pytest.mark.parametrize(
    ("section", "done"),
    [
        (CONST, 0),
        ({**CONST, "last_epoch": -1}, 0),
        ({**CONST, "last_epoch": 0}, 1),
        ({**CONST, "last_epoch": 41}, 42),
        (POWER, 0),
        ({"name": "ReduceOnPlateau", **PEAK}, 0),
    ],
    ids=str,
)
def test_how_many_updates_are_done(section: dict[str, Any], done: int) -> None:
    assert config_of(section).done_iters == done


@pytest.mark.parametrize(
    ("section", "key", "length", "start"),
    [
        (CONST, "warmup_epoch", 0, 0),
        ({**CONST, "warmup_epoch": 2}, "warmup_epoch", 20, 0),
        ({**CONST, "warmup_iters": 20, "warmup_start_lr": 0.02}, "warmup_iters", 20, 0.02),
        ({**CONST, "warmup_ratio": 0.1, "warmup_start_factor": 0.5}, "warmup_ratio", 20, 0.05),
        ({**CONST, "warmup_epoch": 0, "warmup_ratio": 0.1, "warmup_start_lr": 0}, "warmup_ratio", 20, 0),
        (POWER, "warmup_iters", 0, 0),
        ({**POWER, "warmup_ratio": 0.1}, "warmup_ratio", 20, 0),
        (BY_STEPS, "warmup_steps", 20, 1e-5),
        ({**BY_STEPS, "warmup_steps": "5%"}, "warmup_steps", 10, 1e-5),
        ({**BY_STEPS, "warmup_steps": "15it"}, "warmup_steps", 15, 1e-5),
        ({**POWER, "warmup_iters": "5%"}, "warmup_iters", 10, 0),
        ({**BY_STEPS, "warmup_steps": 0, "start_lr": 0}, "warmup_steps", 0, 0),
        ({**BY_STEPS, "warmup_steps": -1}, "warmup_steps", 0, 1e-5),
        ({**BY_STEPS, "warmup_steps": 2**60}, "warmup_steps", 2**53, 1e-5),
    ],
    ids=str,
)
def test_the_warmup_of_a_section(section: dict[str, Any], key: str, length: int, start: float) -> None:
    config = config_of(section)
    assert (config.warmup_key, config.warmup_length(RUN.window), config.warmup_start) == (key, length, start)


@pytest.mark.parametrize(
    ("section", "rate"),
    [
        (COSINE, 0.1),
        (ONE_CYCLE, 0.1),  # the key's, which the curve misses by a little
        ({"name": "ReduceOnPlateau", "learning_rate": 0.1}, 0.1),
        ({"name": "Cyclic", "max_lr": 0.1, "base_lr": 0.01, "step_size_up": 2}, 0.1),
        ({"name": "LinearLR", "learning_rate": 0.4, "start_factor": 0.25, "end_factor": 0}, 0.1),
        ({"name": "PiecewiseLinear", "knots": [[0, 0.01], [5, 0.1], [20, 0]]}, 0.1),
        ({"name": "PiecewiseLinear", "knots": [[0, 0.1], [EPOCHS, 0.1], [EPOCHS + 1, 0.2]]}, 0.1),  # of the run
        ({"name": "Noam", "d_model": 1, "warmup_iters": 100}, 0.1),
        ({"name": "Scale", "factor": 0.5, "schedule": {"name": "Const", "learning_rate": 0.2}}, 0.1),
        (
            {
                "name": "Sequence",
                "stages": [{**CONST, "epochs": 5}, {**CONST, "learning_rate": 0.01, "until_end": True}],
            },
            0.1,
        ),
    ],
)
def test_every_name_tells_its_highest_rate(section: dict[str, Any], rate: float) -> None:
    assert config_of(section).highest_rate(RUN.window) == pytest.approx(rate, rel=1e-12)


def up(number: float) -> float:
    return math.nextafter(number, math.inf)


def down(number: float) -> float:
    return math.nextafter(number, -math.inf)


NOT_WITH_COOLDOWN = "left out with decay_within_run or cooldown_epochs"

# a section, one of its keys; the last values that go with the others and the run, the first that do not; what is said
TOGETHER: list[tuple[dict[str, Any], str, list[Any], list[Any], str]] = [
    *(
        ({"name": name, **PEAK, **more}, key, [0.1, down(0.1)], [up(0.1), 0.2], "at most the peak, 0.1")
        for name, key, more in [
            ("Cosine", "end_lr", {}), ("CyclicalCosine", "end_lr", {"cycle": 5}), ("TwoStepCosine", "end_lr", {}), ("KDecay", "end_lr", {}),
            ("Tanh", "end_lr", {}), ("REX", "end_lr", {}), ("WSD", "end_lr", {}), ("DecayLearningRate", "min_lr", {}),
            ("CosineWarmRestarts", "eta_min", {"T_0": 5}),
        ]
    ),
    ({**CONST, "warmup_epoch": 2}, "warmup_start_lr", [0, down(0.1)], [0.1, up(0.1), 1], "below the peak, 0.1"),
    ({**CONST, "warmup_epoch": 2}, "warmup_start_factor", [0, 0.5, 0.999], [1], "below 1"),
    ({"name": "RangeTest", "start_lr": 0.1}, "end_lr", [up(0.1), 1], [0.1, down(0.1), 0.01], "above start_lr, 0.1"),
    ({**BY_STEPS, "start_lr": 0.01}, "learning_rate", [up(0.01), 1], [0.01, down(0.01), 0.001], "above start_lr, 0.01"),
    ({**BY_STEPS, "start_lr": 0.01, "warmup_steps": 0}, "learning_rate", [0.01, 0.001], [], ""),
    ({**COSINE, "decay_within_run": True}, "warmup_iters", [198, 199], [], ""),
    ({**COSINE, "warmup_iters": 199}, "decay_within_run", [True, False], [], ""),
    ({**COSINE, "warmup_iters": 200}, "decay_within_run", [False], [True],
     "false: 200 iterations of warmup and hold and 0 of cooldown leave nothing of the run's 200"),
    ({**COSINE, "warmup_iters": 201}, "decay_within_run", [False], [True], "false: 201 iterations"),
    (COSINE, "cooldown_epochs", ["1it", "199it"], ["200it", "201it", 20, "100%"], "shorter: 0 iterations of warmup and hold and 2"),
    ({**COSINE, "warmup_epoch": 5, "hold_epochs": 2}, "cooldown_epochs", ["129it"], ["130it"],
     "shorter: 70 iterations of warmup and hold and 130 of cooldown leave nothing"),
    (WSD, "decay_length", ["1it", "199it", "200it", 20, "100%"], ["201it", "101%"], "at most the 200 iterations that the warmup leaves"),
    ({**WSD, "warmup_epoch": 5}, "decay_length", ["150it"], ["151it"], "at most the 150 iterations that the warmup leaves of the run's 200"),
    ({**WSD, "warmup_epoch": 20}, "decay_length", [], ["1it"], "at most the 0 iterations"),
    ({**WSD, "warmup_epoch": 21}, "decay_length", [], ["1it"], "at most the 0 iterations"),
    ({**WSD, "decay_shape": "exponential"}, "end_lr", [5e-324, 0.1], [0], "above 0 with an exponential decay"),
    ({**WSD, "decay_shape": "exponential", "end_lr": 0.01}, "decay_power", [1], [2, 0.5], "1 with an exponential decay"),
    ({"name": "CosineWarmRestarts", **PEAK, "T_0": 5, "decay_shape": "exponential"}, "eta_min", [0.1], [0], "above 0 with an exponential decay"),
    ({"name": "Tanh", **PEAK, "lower": 1}, "upper", [up(1), 2], [1, down(1), 0], "above lower, 1"),
    ({**WSD, "decay_shape": "tanh", "lower": 1}, "upper", [up(1), 2], [1, down(1), 0], "above lower, 1"),
    (WSD, "lower", [-6.0], [-7, 0], "left out unless decay_shape is tanh"),
    ({"name": "CosineWarmRestarts", **PEAK, "T_0": 5, "decay_shape": "tanh"}, "upper", [3, 0], [-6, -7], "above lower, -6"),
    ({"name": "CosineWarmRestarts", **PEAK}, "num_cycles", [0.5, 1.5, 200], [up(200), 201], "at most the iterations that are left"),
    ({"name": "CosineWarmRestarts", **PEAK, "warmup_epoch": 10}, "num_cycles", [100], [up(100)], "at most the iterations that are left"),
    ({"name": "CosineWarmRestarts", **PEAK, "num_cycles": 2.5}, "cycle_warmup", [0, "79it"], ["80it"], "shorter than the shortest cycle, 80"),
    ({"name": "CosineWarmRestarts", **PEAK, "num_cycles": 2.5}, "T_mult", [1], [2], "1 with num_cycles"),
    ({"name": "CosineWarmRestarts", **PEAK, "num_cycles": 2.5}, "T_0", [], [5], "a length, or cycles a list of lengths, or num_cycles a number: one of the three"),
    ({"name": "Scale", "schedule": {**CONST, "learning_rate": 0.1}, "times": {"name": "Linear", "learning_rate": 1}}, "end_lr", [0, 0.1], [up(0.1), 1],
     "at most the highest rate of schedule, 0.1"),
    ({"name": "Scale", "schedule": {**CONST, "learning_rate": 0.1}}, "end_lr", [0], [0.1], "left out without times"),
    ({**ONE_CYCLE, "three_phase": True}, "pct_start", [down(0.5), 0.3], [0.5, up(0.5), 0.9], "below 0.5 with three_phase"),
    (ONE_CYCLE, "pct_start", [0.5, 0.9], [], ""),
    ({**ONE_CYCLE, "div_factor": 4}, "final_div_factor", [0.25, 1], [down(0.25), 0.1], "at least 1/div_factor, 0.25"),
    ({"name": "Cyclic", "max_lr": 0.1, "step_size_up": 2}, "base_lr", [0, down(0.1), 0.1], [up(0.1), 1], "at most max_lr, 0.1"),
    ({"name": "CosineWarmRestarts", **PEAK, "T_0": "9it"}, "cycle_warmup", [0, "8it"], ["9it", 1], "shorter than the shortest cycle, 9"),
    ({"name": "CosineWarmRestarts", **PEAK, "cycles": [3, "9it", 4]}, "cycle_warmup", ["8it"], ["9it", 1], "shorter than the shortest cycle, 9"),
    ({"name": "Polynomial", **PEAK, "decay_within_run": True}, "decay_length", [], [5], NOT_WITH_COOLDOWN),
    ({"name": "Polynomial", **PEAK, "cooldown_epochs": 1}, "decay_length", [], [5], NOT_WITH_COOLDOWN),
    ({"name": "Polynomial", **PEAK, "cooldown_epochs": 0, "decay_within_run": False}, "decay_length", [5], [], ""),
    # a length that is no iteration: 0.05 epochs are half of one, which goes to the even side
    *(
        ({"name": name, **PEAK, **more}, key, [0.051, 0.1], [0.05, 0.01], "long enough for one iteration; at 10 iterations per epoch it rounds to 0")
        for name, key, more in [
            ("Step", "step_size", {"gamma": 0.5}), ("Exponential", "step_size", {"gamma": 0.5}), ("InverseTime", "step_size", {"gamma": 0.5}),
            ("CyclicalCosine", "cycle", {}), ("TwoStepCosine", "first_epochs", {}), ("Polynomial", "decay_length", {}), ("Cosine", "decay_length", {}), ("LinearLR", "decay_length", {}),
            ("WSD", "decay_length", {}), ("InverseSqrt", "timescale", {}), ("CosineWarmRestarts", "T_0", {}),
        ]
    ),
    *(({"name": "Cyclic", "max_lr": 0.1, "base_lr": 0, **more}, key, [0.051], [0.05], "long enough for one iteration")
      for key, more in (("step_size_up", {}), ("step_size_down", {"step_size_up": 1}))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("section", "key", "good", "bad", "said"), TOGETHER, ids=[f"{row[0]['name']}-{row[1]}" for row in TOGETHER]
)
def test_values_that_depend_on_each_other(
    section: dict[str, Any], key: str, good: list[Any], bad: list[Any], said: str
) -> None:
    for value in good:
        assert parse_lr_config({**section, key: value}, RUN).schedule(0) >= 0
    for value in bad:
        with pytest.raises(LRConfigError) as error:
            build_schedule({**section, key: value}, EPOCHS, ITERS_EPOCH)
        assert str(error.value).startswith(f"Optimizer.lr.{key}: ")
        assert f" is not allowed; it must be {said}" in str(error.value)


def test_a_decay_over_the_whole_run_has_nothing_before_it() -> None:
    assert build_schedule({**WSD, "decay_length": "200it"}, EPOCHS, ITERS_EPOCH) == Decay(
        0.1, 200, shape=OneMinusSqrt()
    )
    stable = Sequence(((Constant(0.1), 1),), Decay(0.1, 199, shape=OneMinusSqrt()))
    assert build_schedule({**WSD, "decay_length": "199it"}, EPOCHS, ITERS_EPOCH) == stable


# a section, a key that has no effect there; the values that happen anyway, and those of which a word is said
NO_EFFECT: list[tuple[dict[str, Any], str, list[Any], list[Any]]] = [
    (POWER, "end_lr", [0, 0.0], [-1, -1e-9, 1e-9, 1e-5, 1, "x", None]),
    (POWER, "warmup_epoch", [0, 0.0], [-1, 0.5, 1, 2, "x", None]),
    (POWER, "last_epoch", [-1, -1.0], [-2, 0, 1, 5, "x", None]),
    (BY_STEPS, "warmup_epoch", [0, 0.0], [-1, 0.5, 1, 2, "x", None]),
    (ONE_CYCLE, "learning_rate", [0.1, None], [0, 0.05, down(0.1), up(0.1), 0.2, "x"]),
    (PIECEWISE, "learning_rate", [0.1, None], [0, 0.05, down(0.1), up(0.1), 0.01, 0.2, "x"]),
    *((section, "epochs", [20, 20.0], [0, 19, 21, "20", None]) for section in (CONST, POWER, ONE_CYCLE)),
    *((section, "step_each_epoch", [10], [0, 9, 11, 20, None]) for section in (CONST, POWER, ONE_CYCLE)),
]


@pytest.mark.parametrize(
    ("section", "key", "anyway", "told"), NO_EFFECT, ids=[f"{row[0]['name']}-{row[1]}" for row in NO_EFFECT]
)
def test_a_key_without_effect_is_told_unless_it_says_what_happens_anyway(
    section: dict[str, Any], key: str, anyway: list[Any], told: list[Any]
) -> None:
    as_it_is = parse_lr_config(section, RUN)
    for value in (*anyway, *told):
        parsed = parse_lr_config({**section, key: value}, RUN)
        assert (parsed.config, parsed.schedule) == (as_it_is.config, as_it_is.schedule)
        found = [(remark.code, remark.key) for remark in parsed.remarks]
        assert found == ([("LR104", key)] if value in told else [])


SHAPES_NOTHING = "has no effect: there is no warmup"

# a section, one of its keys; the values of which nothing is said, and those of which something is; the code; what
REMARKS: list[tuple[dict[str, Any], str, list[Any], list[Any], str, str]] = [
    (CONST, "warmup_epoch", [0, 0.5, 1], [-5e-324, -0.5, -1, "-1it"], "LR305", "is negative, so there is no warmup"),
    (BY_STEPS, "warmup_steps", [0, 1, 20], [-1, -2], "LR305", "is negative, so there is no warmup"),
    (STEP, "step_size", [1, 2, 2.0, "15it", "2.5%"], [0.5, 1.5], "LR502", "PaddleOCR itself fails on a fraction"),
    (PIECEWISE, "values", [[0.1, 0.01]], [[0.1], [0.2]], "LR501", "1 values for 1 decay_epochs"),
    ({"name": "MultiStepDecay", **PEAK, "gamma": 0.5}, "milestones", [[0], [5]], [[]], "LR402", "the list is empty"),
    (CONST, "warmup_mode", ["linear"], ["constant", "cosine", "exponential"], "LR104", SHAPES_NOTHING),
    (CONST, "warmup_start_lr", [0, 0.0], [5e-324, 0.05, 1], "LR104", SHAPES_NOTHING),
    (CONST, "warmup_start_factor", [0, 0.0], [5e-324, 0.5, 1], "LR104", SHAPES_NOTHING),
    ({**CONST, "warmup_epoch": 2}, "warmup_mode", ["linear", "cosine"], [], "", ""),
    ({**CONST, "warmup_epoch": 2}, "warmup_start_lr", [0, 0.05], [], "", ""),
    ({**CONST, "warmup_epoch": 2}, "warmup_start_factor", [0, 0.5], [], "", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("section", "key", "quiet", "told", "code", "said"), REMARKS, ids=[f"{row[0]['name']}-{row[1]}" for row in REMARKS]
)
def test_what_is_remarked_of_a_value(
    section: dict[str, Any], key: str, quiet: list[Any], told: list[Any], code: str, said: str
) -> None:
    for value in quiet:
        assert parse_lr_config({**section, key: value}, RUN).remarks == ()
    for value in told:
        (remark,) = parse_lr_config({**section, key: value}, RUN).remarks
        assert (remark.code, remark.key) == (code, key)
        assert said in remark.message


@pytest.mark.parametrize(
    ("lead", "recursive"),
    [
        ({}, True),
        ({"warmup_epoch": 0, "hold_epochs": 0}, True),
        ({"warmup_epoch": 2}, False),
        ({"hold_epochs": 2}, False),
        ({"warmup_epoch": 2, "hold_epochs": 2}, False),
        ({"first_epochs": 200}, False),
    ],
    ids=str,
)
def test_two_cosines_multiply_their_rates_where_nothing_is_before_them(lead: dict[str, Any], recursive: bool) -> None:
    config = config_of({"name": "TwoStepCosine", **PEAK, **lead})
    assert config.curve(RUN.window) == TwoStepCosine(0.1, 2000, 200, recursive=recursive)


PIECEWISE_HOLDS = "Piecewise, whose last value holds"

# a section; its keys that PaddleOCR does not take so
OWN_KEYS: list[tuple[dict[str, Any], list[OwnKey]]] = [
    (COSINE, []),
    ({**COSINE, "warmup_epoch": 2, "last_epoch": 5}, []),
    ({**COSINE, "end_lr": 0, "hold_epochs": 0, "warmup_mode": "linear", "decay_within_run": False}, []),  # as in PaddleOCR
    ({**COSINE, "cooldown_epochs": 5}, [OwnKey("cooldown_epochs", PIECEWISE_HOLDS)]),
    ({**COSINE, "cooldown_epochs": "5it", "warmup_epoch": "5it"},
     [OwnKey("cooldown_epochs", PIECEWISE_HOLDS), OwnKey("warmup_epoch", "", Length(5, "it"))]),
    ({**COSINE, "warmup_epoch": "0it"}, [OwnKey("warmup_epoch", "", Length(0, "it"))]),
    ({**COSINE, "warmup_epoch": "10%", "eta_min": 0.01, "epochs": 20}, [OwnKey("warmup_epoch", "", Length(10, "%"))]),
    ({**COSINE, "warmup_mode": "cosine"}, [OwnKey("warmup_mode", "the warmup of PaddleOCR is always linear")]),
    ({"name": "KDecay", **PEAK, "eta_min": 0}, []),
    ({"name": "KDecay", **PEAK, "eta_min": 0.01}, [OwnKey("eta_min", "end_lr, which is its name there")]),
    ({"name": "KDecay", **PEAK, "end_lr": 0.01}, []),
    ({"name": "CosineWarmRestarts", **PEAK, "T_0": 5, "end_lr": 0}, []),
    ({"name": "CosineWarmRestarts", **PEAK, "T_0": 5, "end_lr": 0.01}, [OwnKey("end_lr", "eta_min, which is its name there")]),
    ({"name": "Noam", "d_model": 4, "warmup_steps": 4000}, []),
    ({"name": "Noam", "d_model": 4, "warmup_steps": 5}, [OwnKey("warmup_steps", "warmup_iters, which is its name there")]),
    ({**STEP, "step_size": "10it"}, [OwnKey("step_size", "", Length(10, "it"))]),
    ({**PIECEWISE, "decay_epochs": [5]}, []),
    ({**PIECEWISE, "decay_epochs": [5, "60it", "50%"], "values": [4, 3, 2, 1]}, [OwnKey("decay_epochs", "", Length(60, "it"))]),
    ({**BY_STEPS, "warmup_steps": "5%"}, [OwnKey("warmup_steps", "", Length(5, "%"))]),
    ({**COSINE, "decay_length": 5, "decay_power": 2, "num_cycles": 1, "k_decay": 1},
     [OwnKey("decay_length", "the decay lasts the whole run"), OwnKey("decay_power", "Linear has a power"),
      OwnKey("num_cycles", "CyclicalCosine, which jumps back to its peak")]),
    ({"name": "Linear", **PEAK, "power": 2}, []),
    ({**WSD, "decay_length": "20%"}, [OwnKey("decay_length", "", Length(20, "%"))]),
    ({**WSD, "decay_length": 4}, []),
]  # fmt: skip


@pytest.mark.parametrize(("section", "expected"), OWN_KEYS, ids=lambda value: str(value)[:90])
def test_the_keys_that_paddleocr_does_not_take(section: dict[str, Any], expected: list[OwnKey]) -> None:
    assert list(own_keys(section, config_of(section))) == expected


def test_what_paddleocr_reads_is_the_rest() -> None:
    section = {**COSINE, "end_lr": 0.01, "warmup_epoch": "10%", "eta_min": 0.01, 5: 6}
    assert read_by_paddleocr(section) == {**COSINE, "warmup_epoch": "10%", "eta_min": 0.01, 5: 6}


@pytest.mark.parametrize("thing", [RUN, Length(5, "it")], ids=repr)
def test_runs_and_lengths_are_values(thing: Any) -> None:
    twin = type(thing)(*[getattr(thing, key) for key in thing.__dataclass_fields__])
    assert thing == twin
    assert len({thing, twin}) == 1
    for key in thing.__dataclass_fields__:
        with pytest.raises(FrozenInstanceError):
            setattr(thing, key, getattr(thing, key))


@pytest.mark.parametrize(
    ("length", "written"),
    [(Length(5), 5), (Length(0.5), 0.5), (Length(5, "it"), "5it"), (Length(2.5, "%"), "2.5%")],
)
def test_a_length_is_written_and_built_again(length: Length, written: float | str) -> None:
    assert length.written == written
    assert eval(repr(length)) == length


@pytest.mark.parametrize(
    ("amount", "unit", "is_some"),
    [(0, "epochs", False), (0, "it", False), (-1, "epochs", True), (0.5, "%", True), (1, "it", True)],
)
def test_a_length_of_0_is_none(amount: float, unit: Any, is_some: bool) -> None:
    assert bool(Length(amount, unit)) is is_some
