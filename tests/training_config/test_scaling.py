"""Scaled rates: the whole schedule times the factor, and a line to paste that says just that."""

from __future__ import annotations

import copy
import math
import shlex
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppocr_lr import LRConfigError, build_schedule
from ppocr_lr.lr_config import MODELS, LRConfig, Run, Window, parse_lr_config
from ppocr_lr.lr_config.envelope import WARMUP, with_keys
from ppocr_lr.lr_config.kinds import PositiveRate, Rate
from ppocr_lr.schedules import Constant, Schedule
from ppocr_lr.training_config.overrides import with_overrides
from ppocr_lr.training_config.scaling import SCALING_RULES, override_line, rate_keys, scaled_section, scaling_factor
from tests.strategies import planned

RUN = Run(20, 100)


def config_of(section, run=RUN) -> LRConfig:
    return parse_lr_config(section, run).config


def pasted(section, line):
    """The section after the line stood behind `ppocr-lr plot`, in a shell."""
    words = shlex.split(line)
    assert words[:1] == (["-o"] if words else [])
    return with_overrides({"Optimizer": {"lr": section}}, words[1:])["Optimizer"]["lr"]


@pytest.mark.parametrize(
    ("batch", "reference", "rule", "factor"),
    [
        (64, 16, "linear", 4),
        (8192, 256, "linear", 32),
        (16, 64, "linear", 0.25),
        (64, 16, "sqrt", 2),
        (32, 16, "sqrt", math.sqrt(2)),
        (64, 16, "none", 1),
        (16, 16, "linear", 1),
        (16, 16, "sqrt", 1),
        (np.int64(64), 16, "linear", 4),
    ],
)
def test_factor(batch, reference, rule, factor):
    assert scaling_factor(batch, reference, rule) == factor


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 16, "linear"), "batch 0: must be a positive integer"),
        ((-8, 16, "none"), "batch -8: must be a positive integer"),
        ((8.5, 16, "linear"), "batch 8.5: must be a positive integer"),
        ((True, 16, "linear"), "batch true: must be a positive integer"),
        ((None, 16, "linear"), "batch null: must be a positive integer"),
        ((64, 0, "sqrt"), "reference_batch 0: must be a positive integer"),
        ((64, "16", "sqrt"), "reference_batch '16': must be a positive integer"),
        ((64, 16, "liner"), "scaling: 'liner' is not a rule; it must be linear, sqrt, none; did you mean linear?"),
        ((64, 16, None), "scaling: null is not a rule; it must be linear, sqrt, none"),
    ],
)
def test_factor_of_something_wrong(arguments, message):
    with pytest.raises(LRConfigError) as error:
        scaling_factor(*arguments)
    assert message in str(error.value)


START = "warmup_start_lr"

RATE_KEYS = {
    "Const": ["learning_rate", START],
    "Linear": ["learning_rate", "end_lr", START],
    "Cosine": ["learning_rate", "end_lr", START],
    "LinearWarmupCosine": ["learning_rate", "start_lr", "min_lr"],
    "Step": ["learning_rate", START],
    "Piecewise": ["values", START],
    "MultiStepDecay": ["learning_rate", START],
    "CyclicalCosine": ["learning_rate", "end_lr", START],
    "OneCycle": ["max_lr", START],
    "DecayLearningRate": ["learning_rate", "min_lr", START],
    "TwoStepCosine": ["learning_rate", "end_lr", START],
    "Polynomial": ["learning_rate", "end_lr", START],
    "LinearLR": ["learning_rate"],
    "REX": ["learning_rate", "end_lr", START],
    "KDecay": ["learning_rate", "end_lr", START],
    "Tanh": ["learning_rate", "end_lr", START],
    "CosineWarmRestarts": ["learning_rate", "eta_min", START],
    "WSD": ["learning_rate", "end_lr", START],
    "Trapezoid": ["learning_rate", "end_lr", START],
    "InverseSqrt": ["learning_rate", START],
    "InverseTime": ["learning_rate", START],
    "Noam": ["learning_rate"],
    "Exponential": ["learning_rate", START],
    "NaturalExp": ["learning_rate", START],
    "PiecewiseLinear": ["knots"],
    "Cyclic": ["max_lr", "base_lr"],
    "Scale": ["factor"],
    "Sequence": [],  # in its stages
    "ReduceOnPlateau": ["learning_rate", "min_lr", START],
    "RangeTest": ["start_lr", "end_lr"],
}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_the_rates_of_each_model(name):
    bounds = ["floor", "ceiling"] if name != "ReduceOnPlateau" else []
    assert sorted(rate_keys(MODELS[name])) == sorted(RATE_KEYS[name] + bounds)


CASES = [
    ({"name": "Const", "learning_rate": 0.001}, 4, {"learning_rate": 0.004}, "learning_rate=0.004"),
    ({"learning_rate": 1, "warmup_epoch": 2}, 2, {"learning_rate": 2}, "learning_rate=2.0"),
    ({"name": "Cosine", "learning_rate": 1e-5}, 4, {"learning_rate": 4e-5}, "learning_rate=4.0e-05"),
    (
        {"name": "Cosine", "learning_rate": 0.001},
        math.sqrt(2),
        {"learning_rate": 0.00141421},
        "learning_rate=0.00141421",
    ),
    (
        {"name": "Linear", "learning_rate": 0.1, "end_lr": 1e-7, "power": 2},
        0.5,
        {"learning_rate": 0.05, "end_lr": 5e-8},
        "learning_rate=0.05 Optimizer.lr.end_lr=5.0e-08",
    ),
    ({"name": "Linear", "learning_rate": 0.1, "end_lr": 0}, 2, {"learning_rate": 0.2}, "learning_rate=0.2"),
    (
        {"name": "LinearWarmupCosine", "learning_rate": "1e-4", "min_lr": 0},
        4,
        {"learning_rate": 4e-4, "start_lr": 4e-5},
        "learning_rate=0.0004 Optimizer.lr.start_lr=4.0e-05",
    ),
    (
        {"name": "LinearWarmupCosine", "learning_rate": 1e-3},
        2,
        {"learning_rate": 2e-3, "start_lr": 2e-5, "min_lr": 2e-8},
        "learning_rate=0.002 Optimizer.lr.start_lr=2.0e-05 Optimizer.lr.min_lr=2.0e-08",
    ),
    (
        {"name": "Step", "learning_rate": 0.1, "step_size": 5, "gamma": 0.5},
        2,
        {"learning_rate": 0.2},
        "learning_rate=0.2",
    ),
    (
        {"name": "Piecewise", "decay_epochs": [5, 10], "values": [0.1, 0.01, 0], "warmup_epoch": 1},
        4,
        {"values": [0.4, 0.04, 0]},
        "values=[0.4, 0.04, 0]",
    ),
    (
        {"name": "MultiStepDecay", "learning_rate": 0.1, "milestones": [5], "gamma": 0.1},
        2,
        {"learning_rate": 0.2},
        "learning_rate=0.2",
    ),
    ({"name": "CyclicalCosine", "learning_rate": 0.1, "cycle": 5}, 2, {"learning_rate": 0.2}, "learning_rate=0.2"),
    ({"name": "OneCycle", "max_lr": 0.1, "three_phase": True}, 3, {"max_lr": 0.3}, "max_lr=0.3"),
    (
        {"name": "DecayLearningRate", "learning_rate": 0.007, "end_lr": 0},
        2,
        {"learning_rate": 0.014},
        "learning_rate=0.014",
    ),
    ({"name": "TwoStepCosine", "learning_rate": 0.1, "epochs": 20}, 2, {"learning_rate": 0.2}, "learning_rate=0.2"),
    ({"name": "KDecay", "learning_rate": 0.1, "eta_min": 1e-6, "warmup_iters": 5, "warmup_start_lr": 0.01}, 2,
     {"learning_rate": 0.2, "eta_min": 2e-6, "warmup_start_lr": 0.02},
     "learning_rate=0.2 Optimizer.lr.eta_min=2.0e-06 Optimizer.lr.warmup_start_lr=0.02"),
    ({"name": "Noam", "d_model": 512}, 2, {"learning_rate": 2}, "learning_rate=2.0"),
    ({"name": "LinearLR", "learning_rate": 0.1, "start_factor": 0.5}, 2, {"learning_rate": 0.2}, "learning_rate=0.2"),
    ({"name": "PiecewiseLinear", "knots": [[0, 0.1], ["10%", 0.2]]}, 2, {"knots": [[0, 0.2], ["10%", 0.4]]},
     "knots=[[0, 0.2], [10%, 0.4]]"),
    ({"name": "Scale", "factor": 0.5, "schedule": {"learning_rate": 0.1}}, 4, {"factor": 2}, "factor=2.0"),
    ({"name": "Sequence", "stages": [{"learning_rate": 0.1, "epochs": "5it"},
                                     {"name": "Scale", "factor": 2, "schedule": {"learning_rate": 0.1}, "epochs": 3},
                                     {"name": "Linear", "learning_rate": 0.1, "until_end": True}]}, 2,
     {"stages": [{"learning_rate": 0.2, "epochs": "5it"},
                 {"name": "Scale", "factor": 4, "schedule": {"learning_rate": 0.1}, "epochs": 3},
                 {"name": "Linear", "learning_rate": 0.2, "until_end": True}]},
     "stages.0.learning_rate=0.2 Optimizer.lr.stages.1.factor=4.0 Optimizer.lr.stages.2.learning_rate=0.2"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "factor", "changes", "settings"), CASES)
def test_scaled_section_and_the_line_to_paste(section, factor, changes, settings):
    scaled = scaled_section(section, config_of(section), factor)
    assert scaled == {**section, **changes}
    line = override_line(section, scaled)
    assert line.replace('"', "") == f"-o Optimizer.lr.{settings}"
    assert pasted(section, line) == scaled


def test_a_list_is_quoted_for_the_shell():
    section = {"name": "Piecewise", "decay_epochs": [5], "values": [0.1, 0.01]}
    line = override_line(section, scaled_section(section, config_of(section), 2))
    assert line == '-o "Optimizer.lr.values=[0.2, 0.02]"'


def test_a_key_without_effect_stays():
    section = {"name": "Piecewise", "decay_epochs": [5], "values": [0.1, 0.01], "learning_rate": 0.1}
    assert scaled_section(section, config_of(section), 2)["learning_rate"] == 0.1


@given(planned, st.floats(1e-3, 1e3))
def test_the_scaled_schedule_is_the_schedule_times_the_factor(drawn, factor):
    section, epochs, iters_per_epoch = drawn
    scaled = scaled_section(section, config_of(section, Run(epochs, iters_per_epoch)), factor)
    steps = np.arange(epochs * iters_per_epoch)
    before, after = (build_schedule(each, epochs, iters_per_epoch)(steps) for each in (section, scaled))
    # Six digits of each rate; what is left of a cosine at its foot is rounding alone.
    np.testing.assert_allclose(after, factor * before, rtol=1e-5, atol=1e-13 * factor)


@given(planned, st.sampled_from(range(-3, 4)))
def test_an_unrounded_factor_is_exact(drawn, exponent):
    section, epochs, iters_per_epoch = drawn
    factor = 10.0**exponent
    scaled = scaled_section(section, config_of(section, Run(epochs, iters_per_epoch)), factor)
    steps = np.arange(epochs * iters_per_epoch)
    before, after = (build_schedule(each, epochs, iters_per_epoch)(steps) for each in (section, scaled))
    np.testing.assert_allclose(after, factor * before, rtol=1e-12, atol=1e-15 * factor)


@given(planned, st.floats(1e-3, 1e3))
def test_the_line_gives_the_scaled_section_and_nobodys_dict_is_changed(drawn, factor):
    section, epochs, iters_per_epoch = drawn
    untouched = copy.deepcopy(section)
    scaled = scaled_section(section, config_of(section, Run(epochs, iters_per_epoch)), factor)
    line = override_line(section, scaled)
    assert section == untouched
    assert pasted(section, line) == scaled


@given(planned, st.integers(1, 10**6))
def test_none_changes_nothing(drawn, batch):
    section, epochs, iters_per_epoch = drawn
    factor = scaling_factor(batch, 8, "none")
    scaled = scaled_section(section, config_of(section, Run(epochs, iters_per_epoch)), factor)
    assert scaled == section
    assert scaled is not section
    assert override_line(section, scaled) == ""


def test_none_does_not_even_round():
    section = {"name": "Cosine", "learning_rate": 0.123456789}
    assert scaled_section(section, config_of(section), 1) == section


@pytest.mark.parametrize("factor", [0, -1, math.nan, math.inf, True, "2", None, 10**400])
def test_a_factor_that_is_none(factor):
    section = {"name": "Cosine", "learning_rate": 0.1}
    with pytest.raises(LRConfigError, match=r"the scaling factor: .* is not allowed; it must be a number above 0"):
        scaled_section(section, config_of(section), factor)


@pytest.mark.parametrize("factor", [sys.float_info.max, 1e-323])
def test_a_scaled_rate_that_is_none(factor):
    section = {"name": "Piecewise", "decay_epochs": [5], "values": [100.0, 1e-3]}
    with pytest.raises(LRConfigError, match=r"Optimizer\.lr\.values\.[01]: .* is not allowed"):
        scaled_section(section, config_of(section), factor)


def test_a_scaled_rate_beyond_its_bound():
    section = {"name": "Cosine", "learning_rate": 0.1}
    with pytest.raises(LRConfigError, match=r"learning_rate: 1e\+119, after scaling by 1e\+120, is not allowed"):
        scaled_section(section, config_of(section), 1e120)


class _Unmarked(LRConfig):
    learning_rate: float

    def curve(self, window: Window) -> Schedule:
        return Constant(self.learning_rate)


_Own = with_keys(_Unmarked, WARMUP)


class _Marked(_Own):
    learning_rate: PositiveRate
    floor: Rate | None = None
    plateaus: tuple[Rate, ...] = ()
    weight: float = 2.0


def test_a_third_partys_rates_are_found_by_their_types():
    assert rate_keys(_Own) == (START,)
    assert sorted(rate_keys(_Marked)) == ["floor", "learning_rate", "plateaus", START]
    section = {"learning_rate": 0.1, "plateaus": [0.1, 0.2]}
    assert scaled_section(section, _Marked(**section), 2) == {"learning_rate": 0.2, "plateaus": [0.2, 0.4]}


def test_a_third_partys_model_without_marks_is_an_error_and_not_silence():
    with pytest.raises(LRConfigError, match="_Unmarked does not say which of its keys are rates"):
        scaled_section({"learning_rate": 0.1}, _Own(learning_rate=0.1), 2)
    assert scaled_section({"learning_rate": 0.1}, _Own(learning_rate=0.1), 1) == {"learning_rate": 0.1}


def test_the_rules_are_those_of_the_help():
    assert SCALING_RULES == ("linear", "sqrt", "none")
