"""Warmups, holds, and what cures PaddleOCR's schedules; each is off until it is written."""

from __future__ import annotations

from math import cos, pi, sqrt
from typing import Any

import pytest

from ppocr_lr import LRConfigError, LRConfigWarning, build_schedule
from ppocr_lr.lr_config import MODELS
from tests.lr_config.tables import EPOCHS, ITERS_EPOCH, holds

CONST = {"name": "Const", "learning_rate": 0.1}
COSINE = {"name": "Cosine", "learning_rate": 0.1}
REX = {"name": "REX", "learning_rate": 0.1}
LINEAR = {"name": "Linear", "learning_rate": 0.1}
LONG = {**CONST, "warmup_epoch": 2}
CYCLE = {"name": "OneCycle", "max_lr": 0.1}

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
    # minima
    ({**COSINE, "end_lr": 0.02}, {0: 0.1, 100: 0.06, 200: 0.02}),
    ({"name": "CyclicalCosine", "learning_rate": 0.1, "cycle": 2, "end_lr": 0.02}, {0: 0.1, 10: 0.06, 20: 0.1}),
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
    ({**LONG, "warmup_start_lr": 0.1}, "warmup_start_lr: 0.1 is not allowed; it must be below the peak, 0.1"),
    ({**LONG, "warmup_start_factor": 1}, "warmup_start_factor: 1.0 is not allowed; it must be below 1"),
    ({**LONG, "warmup_start_factor": 2}, "warmup_start_factor: 2 is not allowed; it must be a share from 0 to 1"),
    ({**LONG, "warmup_mode": "exponential"}, "'exponential' is not allowed; it must be linear or cosine where the warmup"),
    ({**LONG, "warmup_mode": "exponential", "warmup_start_lr": 0}, "linear or cosine where the warmup starts at 0"),
    ({**LONG, "warmup_mode": "poly"}, "it must be linear, constant, cosine or exponential"),
    ({**LONG, "warmup_mode": None}, "warmup_mode: null is not allowed"),
    ({**CONST, "warmup_iters": 1.5}, "warmup_iters: 1.5 is not allowed; it must be a whole number of iterations"),
    ({**CONST, "warmup_iters": -1}, "warmup_iters: -1 is not allowed"),
    ({**CONST, "warmup_iters": "1.5it"}, "warmup_iters: '1.5it' is not allowed"),
    ({**CONST, "warmup_ratio": 10}, "warmup_ratio: 10 is not allowed; it must be a share from 0 to 1"),
    ({**CONST, "warmup_start_lr": "x"}, "Optimizer.lr.warmup_start_lr: 'x' is not allowed"),
    ({**COSINE, "end_lr": 0.2}, "Optimizer.lr.end_lr: 0.2 is not allowed; it must be at most the peak, 0.1"),
    ({**REX, "eta_min": 0.2}, "Optimizer.lr.eta_min: 0.2 is not allowed; it must be at most the peak, 0.1"),
    ({**REX, "eta_min": -1}, "Optimizer.lr.eta_min: -1 is not allowed"),
    ({**REX, "eta_min": 0.01, "end_lr": 0.01}, "eta_min and end_lr are the same key|end_lr and eta_min are the same"),
    ({**COSINE, "hold_epochs": -1}, "hold_epochs: -1 is not allowed; it must be a length, 0 for none, not below: epochs"),
    ({**COSINE, "cooldown_epochs": "100%"}, "cooldown_epochs: '100%' is not allowed; it must be shorter: 0 iterations"),
    ({**COSINE, "warmup_epoch": 20, "decay_within_run": True}, "decay_within_run: true is not allowed; it must be false"),
    ({**COSINE, "decay_within_run": "yes"}, "decay_within_run: 'yes' is not allowed; it must be true or false"),
    ({**CYCLE, "pct_start": 1}, "pct_start: 1 is not allowed; it must be a share above 0 and below 1"),
    ({**CYCLE, "pct_start": 0.5, "three_phase": True}, "pct_start: 0.5 is not allowed; it must be below 0.5 with three"),
    ({**CYCLE, "final_div_factor": 0.01}, "final_div_factor: 0.01 is not allowed; it must be at least 1/div_factor, 0.04"),
    ({**CYCLE, "div_factor": 0.5}, "div_factor: 0.5 is not allowed; it must be a number of at least 1"),
    ({"name": "TwoStepCosine", "learning_rate": 0.1, "first_epochs": 0.01}, "first_epochs: 0.01 .*rounds to 0"),
    ({"name": "TwoStepCosine", "learning_rate": 0.1, "warmup_epoch": 30, "decay_within_run": True}, "decay_within_run"),
    ({"name": "DecayLearningRate", "learning_rate": 0.1, "min_lr": 0.2}, "min_lr: 0.2 .* at most the peak, 0.1"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "message"), REFUSED, ids=lambda value: str(value)[:90])
def test_what_is_refused(section: dict[str, Any], message: str) -> None:
    with pytest.raises(LRConfigError, match=message):
        build_schedule(section, EPOCHS, ITERS_EPOCH)


@pytest.mark.parametrize(
    "shaping", [{"warmup_start_lr": 0.01}, {"warmup_start_factor": 0.1}, {"warmup_mode": "cosine"}]
)
def test_what_shapes_no_warmup_has_no_effect(shaping: dict[str, Any]) -> None:
    with pytest.warns(LRConfigWarning, match="has no effect: there is no warmup"):
        schedule = build_schedule({**COSINE, **shaping}, EPOCHS, ITERS_EPOCH)
    assert schedule == build_schedule(COSINE, EPOCHS, ITERS_EPOCH)


WITHOUT_WARMUP = {"Cyclic", "LinearLR", "Noam", "PiecewiseLinear", "RangeTest", "ReduceOnPlateau", "Scale", "Sequence"}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_name_with_a_warmup_takes_its_keys(name: str) -> None:
    keys = {"warmup_iters", "warmup_ratio", "warmup_mode", "warmup_start_lr", "warmup_start_factor"}
    if name == "LinearWarmupCosine":
        keys = {"warmup_steps", "warmup_mode", "start_lr"}
    assert (keys <= set(MODELS[name].model_fields)) == (name not in WITHOUT_WARMUP)
