"""Warmups, holds, and what cures PaddleOCR's schedules; each is off until it is written."""

from __future__ import annotations

from math import cos, pi, sqrt
from typing import Any

import pytest

from ppocr_lr import LRConfigError, LRConfigWarning, build_schedule
from ppocr_lr.lr_config import MODELS
from tests.chinese import is_refused_in_chinese
from tests.lr_config.tables import EPOCHS, ITERS_EPOCH, holds

CONST = {"name": "Const", "learning_rate": 0.1}
COSINE = {"name": "Cosine", "learning_rate": 0.1}
REX = {"name": "REX", "learning_rate": 0.1}
LINEAR = {"name": "Linear", "learning_rate": 0.1}
LONG = {**CONST, "warmup_epoch": 2}
CYCLE = {"name": "OneCycle", "max_lr": 0.1}
STEPS = {"name": "MultiStepDecay", "learning_rate": 0.1, "milestones": [10, 15], "gamma": 0.1}

TABLE: list[tuple[dict[str, Any], dict[int, float]]] = [
    # how long
    ({**CONST, "warmup_epoch": 2}, {0: 0, 10: 0.05, 20: 0.1}),
    ({**CONST, "warmup_epoch": "10%"}, {10: 0.05, 20: 0.1}),
    ({**CONST, "warmup_iters": 20}, {10: 0.05, 20: 0.1}),
    ({**CONST, "warmup_ratio": 0.1}, {10: 0.05, 20: 0.1}),
    ({**CONST, "warmup_ratio": 0.1, "warmup_iters": 0, "warmup_epoch": 0}, {10: 0.05, 20: 0.1}),
    # from where, and how
    ({**LONG, "warmup_start_lr": 0.02}, {0: 0.02, 10: 0.06, 20: 0.1}),
    ({**LONG, "warmup_start_factor": 0.2}, {0: 0.02, 10: 0.06, 20: 0.1}),
    ({**LONG, "warmup_mode": "cosine"}, {0: 0, 5: 0.05 * (1 - sqrt(0.5)), 10: 0.05, 20: 0.1}),
    ({**LONG, "warmup_mode": "constant", "warmup_start_lr": 0.01}, {0: 0.01, 19: 0.01, 20: 0.1}),
    ({**LONG, "warmup_mode": "exponential", "warmup_start_factor": 0.01}, {0: 0.001, 10: 0.01, 20: 0.1}),
    ({"name": "LinearWarmupCosine", "learning_rate": 0.1, "start_lr": 0.001, "warmup_steps": 20, "warmup_mode": "exponential"},
     {0: 0.001, 10: 0.01, 20: 0.1}),
    ({**LONG, "warmup_mode": "1-sqrt"}, {0: 0, 5: 0.1 * (1 - sqrt(0.75)), 15: 0.05, 20: 0.1}),
    ({**LONG, "warmup_power": 2, "warmup_start_lr": 0.02}, {0: 0.02, 10: 0.04, 20: 0.1}),  # PaddleDetection's ExpWarmup
    ({**LONG, "warmup_power": 0.5}, {5: 0.05, 20: 0.1}),
    ({"name": "LinearWarmupCosine", "learning_rate": 0.1, "start_lr": 0, "warmup_steps": 20, "warmup_power": 2,
      "warmup_overlap": "peak", "min_lr": 0}, {10: 0.025, 19: 0.1 * 0.9025, 20: 0.05 * (1 + cos(pi / 10)), 200: 0}),
    # while the decay has begun with it: up to the peak as in timm, or to where the decay is then as in detectron2
    ({**LINEAR, "warmup_epoch": 5, "warmup_overlap": "none"}, {25: 0.05, 50: 0.1, 150: 0.05}),
    ({**LINEAR, "warmup_epoch": 5, "warmup_overlap": "peak"}, {25: 0.05, 49: 0.098, 50: 0.075, 150: 0.025, 200: 0}),
    ({**LINEAR, "warmup_epoch": 5, "warmup_overlap": "decay"}, {25: 0.0375, 49: 0.0735, 50: 0.075, 150: 0.025, 200: 0}),
    ({**LINEAR, "warmup_epoch": 5, "warmup_overlap": "decay", "warmup_start_factor": 0.05}, {0: 0.005, 25: 0.04, 50: 0.075}),
    ({**STEPS, "warmup_epoch": 5, "warmup_overlap": "peak"}, {25: 0.05, 49: 0.098, 50: 0.1, 99: 0.1, 100: 0.01, 150: 0.001}),
    ({**STEPS, "warmup_epoch": 12, "warmup_overlap": "decay"}, {60: 0.005, 120: 0.01, 150: 0.001}),
    ({**LINEAR, "warmup_epoch": 5, "warmup_overlap": "peak", "hold_epochs": 10, "decay_within_run": True},
     {50: 0.1, 99: 0.1, 150: 0.05, 200: 0}),
    ({"name": "WSD", "learning_rate": 0.1, "warmup_epoch": 5, "warmup_overlap": "decay", "decay_shape": "linear"},
     {25: 0.05, 50: 0.1, 160: 0.1, 180: 0.05, 200: 0}),
    ({**COSINE, "warmup_epoch": 5, "warmup_overlap": "peak", "cooldown_epochs": 10}, {50: 0.05, 100: 0, 199: 0}),
    # as a factor of the decay, as mmengine's and PyTorch's chained schedulers
    ({**LINEAR, "warmup_epoch": 5, "warmup_overlap": "product"}, {0: 0, 25: 0.04375, 50: 0.075, 150: 0.025}),
    ({**STEPS, "warmup_epoch": 12, "warmup_overlap": "product", "warmup_start_factor": 0.2}, {0: 0.02, 60: 0.06, 99: 0.1 * 0.86, 110: 0.01 * 14 / 15, 120: 0.01}),
    ({**COSINE, "warmup_epoch": 20, "warmup_overlap": "product", "warmup_mode": "cosine"}, {100: 0.025, 200: 0}),
    # between bounds, behind the warmup
    ({**COSINE, "floor": 0.05, "warmup_epoch": 2}, {0: 0, 10: 0.05, 20: 0.1, 120: 0.05, 200: 0.05}),
    ({"name": "Exponential", "learning_rate": 0.1, "gamma": 0.5, "floor": 0.03}, {10: 0.05, 20: 0.03, 200: 0.03}),
    ({"name": "Scale", "factor": 0.5, "floor": 0.02, "schedule": LINEAR}, {0: 0.05, 100: 0.025, 150: 0.02}),
    ({"name": "Cyclic", "max_lr": 0.1, "base_lr": 0.02, "step_size_up": 2, "floor": 0.06, "ceiling": 0.08}, {0: 0.06, 15: 0.08, 20: 0.08}),
    # by epoch
    ({**LINEAR, "once_per_epoch": True}, {0: 0.1, 9: 0.1, 10: 0.095, 19: 0.095, 199: 0.005, 200: 0}),
    ({**LINEAR, "once_per_epoch": True, "warmup_epoch": 2}, {9: 0, 10: 0.05, 19: 0.05, 20: 0.1, 30: 0.095}),
    ({**CONST, "once_per_epoch": True, "warmup_iters": 15}, {9: 0, 19: 0.1 * 2 / 3, 20: 0.1}),
    ({"name": "CyclicalCosine", "learning_rate": 0.1, "cycle": 2, "once_per_epoch": True}, {9: 0.1, 10: 0.05, 19: 0.05, 20: 0.1}),
    ({"name": "DecayLearningRate", "learning_rate": 0.1, "factor": 2, "once_per_epoch": True}, {109: 0.025, 110: 0.1 * 0.45**2}),
    # a stage that begins within an epoch waits for its end
    ({"name": "Sequence", "stages": [{**CONST, "epochs": "15it"}, {**LINEAR, "once_per_epoch": True, "until_end": True}]},
     {14: 0.1, 19: 0.1, 20: 0.1 * 180 / 185, 29: 0.1 * 180 / 185, 30: 0.1 * 170 / 185, 199: 0.1 * 10 / 185}),
    # hold, then decay: neither is shortened
    ({**LINEAR, "warmup_epoch": 1, "hold_epochs": 3}, {5: 0.05, 10: 0.1, 40: 0.1, 140: 0.05, 199: 0.1 * 41 / 200}),
    ({**LINEAR, "hold_epochs": "50it", "decay_within_run": True}, {50: 0.1, 125: 0.05, 200: 0}),
    # the decay ends with the run: Bag of Tricks
    ({**COSINE, "warmup_epoch": 5, "decay_within_run": True}, {50: 0.1, 125: 0.05, 200: 0}),
    ({**COSINE, "warmup_epoch": 5, "decay_within_run": False}, {50: 0.1, 150: 0.05}),
    ({"name": "MultiStepDecay", "learning_rate": 0.1, "milestones": [10, 15], "gamma": 0.1, "warmup_epoch": 5,
      "decay_within_run": True}, {25: 0.05, 99: 0.1, 100: 0.01, 150: 0.001}),
    ({"name": "Piecewise", "decay_epochs": [10], "values": [0.1, 0.01], "warmup_iters": 30, "decay_within_run": True},
     {15: 0.05, 99: 0.1, 100: 0.01}),
    ({**CYCLE, "warmup_epoch": 5, "decay_within_run": True}, {50: 0.004, 94: 0.1, 199: 0.1 / 250000}),
    # the last rate holds
    ({**COSINE, "cooldown_epochs": 5, "end_lr": 0.02}, {75: 0.06, 150: 0.02, 199: 0.02, 999: 0.02}),
    ({**COSINE, "warmup_epoch": 5, "cooldown_epochs": "50%"}, {50: 0.1, 75: 0.05, 100: 0, 199: 0}),
    # a length that is not the run: a cosine rises again behind it, as in PyTorch and Paddle
    ({**COSINE, "decay_length": 10}, {50: 0.05, 100: 0, 150: 0.05, 200: 0.1}),
    ({**COSINE, "decay_length": "200%", "warmup_epoch": 1}, {10: 0.1, 200: 0.05 * (1 + cos(pi * 190 / 400))}),
    ({**LINEAR, "decay_length": "50it", "hold_epochs": 5}, {50: 0.1, 75: 0.05, 100: 0, 150: 0}),
    # a cycle that ends before the run stays at its last rate: PaddleOCR's formula would rise again, or fall below 0
    ({**CYCLE, "decay_length": 10}, {29: 0.1, 99: 0.1 / 250000, 100: 0.1 / 250000, 199: 0.1 / 250000}),
    ({**CYCLE, "decay_length": 10, "anneal_strategy": "linear"}, {99: 0.1 / 250000, 100: 0.1 / 250000}),
    ({**CYCLE, "cooldown_epochs": 5, "anneal_strategy": "linear"}, {149: 0.1 / 250000, 150: 0.1 / 250000, 199: 0.1 / 250000}),
    # bent: optax' cosine with an exponent, timm's k_decay of a cosine and of a polynomial
    ({**COSINE, "decay_power": 2}, {0: 0.1, 100: 0.025, 200: 0, 300: 0}),
    ({**COSINE, "decay_power": 2, "end_lr": 0.02}, {0: 0.1, 100: 0.04, 200: 0.02}),
    ({**COSINE, "k_decay": 2}, {100: 0.05 * (1 + sqrt(0.5)), 200: 0}),
    ({"name": "KDecay", "learning_rate": 0.1, "k": 2, "decay_power": 2}, {100: 0.1 * ((1 + sqrt(0.5)) / 2) ** 2, 200: 0}),
    ({**LINEAR, "k_decay": 2, "power": 3}, {100: 0.1 * 0.75**3, 200: 0}),
    ({"name": "Polynomial", "learning_rate": 0.1, "k_decay": 2, "decay_length": 10, "end_lr": 0.02}, {50: 0.08, 100: 0.02}),
    ({"name": "DecayLearningRate", "learning_rate": 0.1, "factor": 2, "k_decay": 2}, {100: 0.1 * 0.75**2, 200: 0}),
    ({**REX, "decay_power": 2}, {100: 0.1 * (2 / 3) ** 2, 200: 0}),
    # waves: half of the way, one and a half, FixMatch's 7π/16
    ({**COSINE, "num_cycles": 0.25}, {100: 0.05 * (1 + sqrt(0.5)), 200: 0.05, 300: 0.05}),
    ({**COSINE, "num_cycles": 1.5, "end_lr": 0.02}, {50: 0.02 + 0.04 * (1 - sqrt(0.5)), 100: 0.06, 200: 0.02}),
    ({**COSINE, "num_cycles": 7 / 16, "decay_power": 0.5}, {0: 0.1, 100: 0.1 * cos(pi * 7 / 32), 200: 0.1 * cos(pi * 7 / 16)}),
    ({"name": "LinearWarmupCosine", "learning_rate": 0.1, "warmup_steps": 0, "min_lr": 0.02, "num_cycles": 1},
     {100: 0.02, 200: 0.1, 300: 0.1}),
    # minima
    ({**COSINE, "end_lr": 0.02}, {0: 0.1, 100: 0.06, 200: 0.02}),
    ({"name": "CyclicalCosine", "learning_rate": 0.1, "cycle": 2, "end_lr": 0.02}, {0: 0.1, 10: 0.06, 20: 0.1}),
    ({"name": "CyclicalCosine", "learning_rate": 0.1, "cycle": 2, "end_lr": 0.02, "cycle_limit": 2}, {20: 0.1, 30: 0.06, 40: 0.02, 99: 0.02}),
    ({"name": "DecayLearningRate", "learning_rate": 0.1, "factor": 2, "min_lr": 0.02}, {100: 0.04, 200: 0.02}),
    ({"name": "DecayLearningRate", "learning_rate": 0.1, "warmup_ratio": 0.5}, {50: 0.05, 100: 0.1}),
    # TwoStepCosine: its 200 epochs are fixed in PaddleOCR, and behind them the rate is 0
    ({"name": "TwoStepCosine", "learning_rate": 0.1}, {200: 0.1 * (1 + cos(pi / 10)) / 2, 2000: 0, 2001: 0}),
    ({"name": "TwoStepCosine", "learning_rate": 0.1, "first_epochs": 5}, {25: 0.05, 50: 0, 100: 0.05, 200: 0}),
    ({"name": "TwoStepCosine", "learning_rate": 0.1, "first_epochs": 5, "end_lr": 0.02}, {25: 0.06, 50: 0.02, 100: 0.06}),
    # OneCycle's own parameters
    ({**CYCLE, "pct_start": 0.5, "div_factor": 10, "final_div_factor": 4, "anneal_strategy": "linear"},
     {0: 0.01, 99: 0.1, 199: 0.0025}),
]  # fmt: skip


@pytest.mark.parametrize(("section", "rates"), TABLE, ids=lambda value: str(value)[:90])
def test_rates(section: dict[str, Any], rates: dict[int, float]) -> None:
    holds(section, rates)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({**LONG, "warmup_iters": 20}, "Optimizer.lr: warmup_epoch: 2 and warmup_iters: 20 say the same in two ways"),
    ({**CONST, "warmup_iters": 20, "warmup_ratio": 0.1}, "warmup_iters: 20 and warmup_ratio: 0.1 say the same"),
    ({**LONG, "warmup_start_lr": 0.01, "warmup_start_factor": 0.1}, "warmup_start_lr: 0.01 and warmup_start_factor: 0.1"),
    ({**LONG, "warmup_start_factor": 2}, "warmup_start_factor: 2 is not allowed; it must be a share from 0 to 1"),
    ({**LONG, "warmup_mode": "exponential"}, "'exponential' is not allowed; it must be one of linear, cosine, 1-sqrt, half-life where the warmup"),
    ({**LONG, "warmup_mode": "exponential", "warmup_start_lr": 0}, "one of linear, cosine, 1-sqrt, half-life where the warmup starts at 0"),
    ({**LONG, "warmup_mode": "poly"}, "it must be linear, constant, cosine, 1-sqrt, exponential or half-life"),
    ({**LONG, "warmup_mode": None}, "warmup_mode: null is not allowed"),
    ({**LONG, "warmup_mode": "cosine", "warmup_power": 2}, "warmup_power: 2.0 is not allowed; it must be 1 unless warmup_mode"),
    ({**LONG, "warmup_power": 0}, "warmup_power: 0 is not allowed; it must be a number above 0"),
    ({**LONG, "warmup_overlap": True}, "warmup_overlap: true is not allowed; it must be none, peak, decay or product"),
    ({**LINEAR, "warmup_epoch": 20, "warmup_overlap": "decay"}, "warmup_overlap: 'decay' .* another value: at the end of the warmup the decay is at 0"),
    ({**CONST, "warmup_start_lr": "x"}, "Optimizer.lr.warmup_start_lr: 'x' is not allowed"),
    ({**REX, "eta_min": -1}, "Optimizer.lr.eta_min: -1 is not allowed"),
    ({**COSINE, "floor": 0.2}, "floor: 0.2 is not allowed; it must be at most the peak, 0.1"),
    ({**COSINE, "ceiling": 0.05}, "ceiling: 0.05 is not allowed; it must be at least the peak, 0.1"),
    ({"name": "Cyclic", "max_lr": 0.1, "base_lr": 0.02, "step_size_up": 2, "floor": 0.06, "ceiling": 0.05},
     "ceiling: 0.05 is not allowed; it must be at least the floor, 0.06"),
    ({**COSINE, "floor": -1}, "floor: -1 is not allowed; it must be a number of at least 0"),
    ({**COSINE, "once_per_epoch": 2}, "once_per_epoch: 2 is not allowed; it must be true or false"),
    ({**COSINE, "decay_length": 0}, "decay_length: 0 is not allowed; it must be a length above 0"),
    ({**COSINE, "k_decay": 0}, "k_decay: 0 is not allowed; it must be a number above 0"),
    ({**COSINE, "decay_power": -1}, "power: -1 is not allowed; it must be a number above 0"),
    ({"name": "Polynomial", "learning_rate": 0.1, "cycle": True, "k_decay": 2}, "k_decay: 2.0 is not allowed; it must be 1 with cycle"),
    ({**COSINE, "decay_within_run": "yes"}, "decay_within_run: 'yes' is not allowed; it must be true or false"),
    ({"name": "TwoStepCosine", "learning_rate": 0.1, "warmup_epoch": 30, "decay_within_run": True}, "decay_within_run"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "message"), REFUSED, ids=lambda value: str(value)[:90])
def test_what_is_refused(section: dict[str, Any], message: str) -> None:
    with pytest.raises(LRConfigError, match=message):
        build_schedule(section, EPOCHS, ITERS_EPOCH)
    is_refused_in_chinese(lambda: build_schedule(section, EPOCHS, ITERS_EPOCH))


@pytest.mark.parametrize(
    "shaping",
    [
        {"warmup_start_lr": 0.01},
        {"warmup_start_factor": 0.1},
        {"warmup_mode": "cosine"},
        {"warmup_power": 2},
        {"warmup_overlap": "peak"},
    ],
)
def test_what_shapes_no_warmup_has_no_effect(shaping: dict[str, Any]) -> None:
    with pytest.warns(LRConfigWarning, match="has no effect: there is no warmup"):
        schedule = build_schedule({**COSINE, **shaping}, EPOCHS, ITERS_EPOCH)
    assert schedule == build_schedule(COSINE, EPOCHS, ITERS_EPOCH)


WITHOUT_WARMUP = {"Cyclic", "LinearLR", "Noam", "PiecewiseLinear", "RangeTest", "Scale", "Sequence"}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_name_with_a_warmup_takes_its_keys(name: str) -> None:
    keys = {"warmup_iters", "warmup_ratio", "warmup_mode", "warmup_start_lr", "warmup_start_factor"}
    if name == "LinearWarmupCosine":
        keys = {"warmup_steps", "warmup_mode", "start_lr"}
    keys |= {"warmup_power"} | ({"warmup_overlap"} if name != "ReduceOnPlateau" else set())
    assert (keys <= set(MODELS[name].model_fields)) == (name not in WITHOUT_WARMUP)
