"""What every key of every name is where nothing is written."""

from __future__ import annotations

from typing import Any

import pytest

from ppocr_lr.lr_config import MODELS, Run, parse_lr_config
from ppocr_lr.lr_config.decay import ConstConfig
from ppocr_lr.lr_config.length import Length
from ppocr_lr.lr_config.parse import Section, Stage
from tests.lr_config.tables import EPOCHS, ITERS_EPOCH

RATE = {"learning_rate": 0.1}
EVERY = {"once_per_epoch": False, "floor": None, "ceiling": None}
RESUME = {"last_epoch": -1, **EVERY}
MODE = {"warmup_mode": "linear", "warmup_power": 1.0, "warmup_overlap": "none"}
ANY_WARMUP = {
    **MODE, "warmup_iters": 0, "warmup_ratio": 0.0, "warmup_start_lr": None, "warmup_start_factor": None,
}  # fmt: skip
WARMUP = {**RESUME, **ANY_WARMUP, "warmup_epoch": Length(0)}
HOLD = {"hold_epochs": Length(0)}
DECAY = {**WARMUP, **HOLD}
WITHIN = {"decay_within_run": False}
OVER_THE_RUN = {**WITHIN, "cooldown_epochs": Length(0), "decay_length": None}
K_DECAY = {"k_decay": 1.0}
POWER = {"decay_power": 1.0}
BENT = {**K_DECAY, **POWER}
CYCLES = {"cycle_limit": None}
TANGENT = {"lower": -6.0, "upper": 3.0}
WAVES = {"num_cycles": 0.5}
UNIT = {"step_size": Length(1)}

# name: (a section of the keys that must be written, the defaults of all others)
TABLE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Const": (RATE, WARMUP),
    "Linear": (RATE, {**DECAY, **OVER_THE_RUN, **K_DECAY, "power": 1.0, "end_lr": 0.0}),
    "Cosine": (RATE, {**DECAY, **OVER_THE_RUN, **BENT, **WAVES, "end_lr": 0.0}),
    "LinearWarmupCosine": (
        RATE,
        {
            **RESUME, **MODE, **HOLD, **OVER_THE_RUN, **BENT, **WAVES, "warmup_steps": 5000, "start_lr": 1e-5,
            "min_lr": 1e-8,
        },
    ),
    "Step": ({**RATE, "step_size": Length(1), "gamma": 0.5}, DECAY),
    "Piecewise": ({"decay_epochs": (Length(1),), "values": (0.2, 0.1)}, {**WARMUP, **WITHIN}),
    "MultiStepDecay": ({**RATE, "milestones": (Length(1),), "gamma": 0.5}, {**WARMUP, **WITHIN}),
    "CyclicalCosine": ({**RATE, "cycle": Length(1)}, {**DECAY, **CYCLES, "end_lr": 0.0}),
    "OneCycle": (
        {"max_lr": 0.1},
        {
            **WARMUP, **OVER_THE_RUN, "anneal_strategy": "cos", "three_phase": False, "pct_start": 0.3, "div_factor": 25.0,
            "final_div_factor": 10000.0,
        },
    ),
    "DecayLearningRate": (RATE, {**EVERY, **ANY_WARMUP, **HOLD, **OVER_THE_RUN, **K_DECAY, "factor": 0.9, "min_lr": 0.0}),
    "TwoStepCosine": (RATE, {**DECAY, **OVER_THE_RUN, "first_epochs": None, "end_lr": 0.0}),
    "Polynomial": (
        RATE, {**DECAY, **OVER_THE_RUN, **K_DECAY, "power": 1.0, "end_lr": 0.0, "cycle": False}
    ),
    "LinearLR": (RATE, {**RESUME, "start_factor": 1 / 3, "end_factor": 1.0, "decay_length": Length(5, "it")}),
    "REX": (RATE, {**DECAY, **OVER_THE_RUN, **BENT, "end_lr": 0.0}),
    "KDecay": (RATE, {**DECAY, **OVER_THE_RUN, **POWER, "k": 1.0, "end_lr": 0.0}),
    "Tanh": (RATE, {**DECAY, **OVER_THE_RUN, **BENT, **TANGENT, "end_lr": 0.0}),
    "CosineWarmRestarts": (
        {**RATE, "T_0": Length(5)},
        {
            **DECAY, **BENT, **TANGENT, **CYCLES, "T_mult": 1.0, "cycles": (), "num_cycles": None, "eta_min": 0.0, "peak_decay": 1.0, "eta_min_decay": 1.0,
            "height_decay": 1.0, "decay_shape": "cosine", "cycle_warmup": Length(0),
        },
    ),
    "WSD": (RATE, {**WARMUP, **BENT, **TANGENT, "decay_length": Length(20, "%"), "decay_shape": "1-sqrt", "end_lr": 0.0}),
    "Trapezoid": (RATE, {**WARMUP, **BENT, **TANGENT, "decay_length": Length(20, "%"), "decay_shape": "linear", "end_lr": 0.0}),
    "InverseSqrt": ({**RATE, "warmup_epoch": Length(1)}, {**DECAY, **POWER, "timescale": None}),
    "InverseTime": ({**RATE, "gamma": 0.5}, {**DECAY, **UNIT, "staircase": False}),
    "Noam": ({"d_model": 512}, {**RESUME, "learning_rate": 1.0, "warmup_iters": 4000}),
    "Exponential": ({**RATE, "gamma": 0.5}, {**DECAY, **UNIT, "staircase": False}),
    "NaturalExp": ({**RATE, "gamma": 0.5}, {**DECAY, **UNIT, "staircase": False}),
    "PiecewiseLinear": ({"knots": ((Length(0), 0.1),)}, RESUME),
    "Cyclic": (
        {"max_lr": 0.1, "base_lr": 0.01, "step_size_up": Length(1)},
        {**RESUME, **CYCLES, "step_size_down": None, "mode": "triangular", "gamma": 1.0},
    ),
    "Sequence": ({"stages": ({"learning_rate": 0.1, "until_end": True},)}, RESUME),
    "Scale": ({"schedule": RATE}, {**RESUME, "factor": 1.0, "times": None, "end_lr": 0.0}),
    "ReduceOnPlateau": (
        RATE,
        {
            **{key: value for key, value in WARMUP.items() if key not in (*RESUME, "warmup_overlap")},
            "mode": "min", "factor": 0.1, "patience": 10, "threshold": 1e-4, "threshold_mode": "rel", "cooldown": 0,
            "min_lr": 0.0, "epsilon": 1e-8,
        },
    ),
    "RangeTest": ({}, {**RESUME, "start_lr": 1e-7, "end_lr": 10.0, "updates": 200}),
}  # fmt: skip

INNER = Section(ConstConfig(learning_rate=0.1), {})
# what is made of the sections inside a section
INSIDE: dict[str, dict[str, Any]] = {"Sequence": {"stages": (Stage(INNER, None),)}, "Scale": {"schedule": INNER}}


def test_every_name_is_in_the_table() -> None:
    assert set(TABLE) == set(MODELS)


@pytest.mark.parametrize("name", TABLE)
def test_defaults(name: str) -> None:
    written, defaults = TABLE[name]
    config = parse_lr_config({"name": name, **written}, Run(EPOCHS, ITERS_EPOCH)).config
    found = {key: getattr(config, key) for key in type(config).model_fields}
    expected = {**defaults, **written, **INSIDE.get(name, {})}
    assert found == expected
    assert {key: type(value) for key, value in found.items()} == {key: type(value) for key, value in expected.items()}


@pytest.mark.parametrize("name", TABLE)
def test_writing_the_defaults_changes_nothing(name: str) -> None:
    written, defaults = TABLE[name]
    run = Run(EPOCHS, ITERS_EPOCH)
    with_defaults = {key: value for key, value in {**defaults, **written}.items() if value is not None}
    short = parse_lr_config({"name": name, **written}, run)
    long = parse_lr_config({"name": name, **with_defaults}, run)
    assert (long.curve, long.config, long.remarks) == (short.curve, short.config, short.remarks)
