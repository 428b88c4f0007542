"""Each name that PaddleOCR does not know, from the section to the rate: values of papers and of other libraries."""

from __future__ import annotations

import math
from math import cos, exp, pi, sqrt, tanh
from typing import Any

import numpy as np
import pytest

pytest.importorskip("paddle")

from paddle.optimizer import lr

from ppocr_lr import LRConfigWarning, build_schedule
from ppocr_lr.lr_config import MODELS
from tests.lr_config.tables import EPOCHS, ITERS_EPOCH, holds
from tests.strategies import BY_NAME

PEAK = {"learning_rate": 0.1}
SGDR = {"name": "CosineWarmRestarts", **PEAK, "T_0": "10it"}
WSD = {"name": "WSD", **PEAK, "decay_length": "100it"}
CYCLE = {"name": "Cyclic", "max_lr": 0.1, "base_lr": 0.02, "step_size_up": 2}
EXPONENTIAL = {"name": "Exponential", **PEAK, "gamma": 0.5, "step_size": "8it"}


def half_cosine(share: float) -> float:
    return (1 + cos(pi * share)) / 2


TABLE: list[tuple[dict[str, Any], dict[int, float]]] = [
    # section, {update: rate}; SGDR's cycles of 10, 30, 90, 270, 810 end at 1210, where Paddle's step(epoch) gives 0
    (SGDR, {0: 0.1, 5: 0.05, 9: 0.1 * half_cosine(0.9), 10: 0.1, 15: 0.05, 1995: 0.05}),
    ({**SGDR, "T_mult": 3}, {0: 0.1, 10: 0.1, 25: 0.05, 40: 0.1, 130: 0.1, 400: 0.1, 1210: 0.1, 1209: 0.1 * half_cosine(809 / 810)}),
    ({**SGDR, "T_mult": 1.5}, {10: 0.1, 25: 0.1, 48: 0.1 * half_cosine(0.5 / 33.75), 82: 0.1 * half_cosine(0.75 / 50.625)}),
    ({**SGDR, "eta_min": 0.01, "peak_decay": 0.5}, {5: 0.055, 10: 0.05, 15: 0.03, 40: 0.01, 45: 0.01}),
    # cycles with their ends as in ignite, in their height as in keras; in straight lines, and bent, as timm's polynomial
    ({**SGDR, "eta_min": 0.04, "eta_min_decay": 0.5}, {5: 0.07, 10: 0.1, 15: 0.06, 25: 0.055}),
    ({**SGDR, "eta_min": 0.02, "height_decay": 0.5, "T_mult": 2}, {0: 0.1, 5: 0.06, 10: 0.06, 20: 0.04, 30: 0.04, 50: 0.03}),
    ({**SGDR, "decay_shape": "linear", "decay_power": 2}, {5: 0.025, 10: 0.1}),
    ({**SGDR, "k_decay": 2}, {5: 0.1 * half_cosine(0.25), 10: 0.1}),
    ({**SGDR, "cycle_warmup": "2it"}, {0: 0, 1: 0.05, 2: 0.1, 6: 0.05, 10: 0, 11: 0.05}),
    ({"name": "CosineWarmRestarts", **PEAK, "cycles": [1, 2, "40it"]}, {10: 0.1, 20: 0.05, 30: 0.1, 50: 0.05, 70: 0.1}),
    # timm's tanh, and its limit: behind the last cycle the rate stays at its end
    ({**SGDR, "decay_shape": "tanh"}, {0: 0.05 * (1 - tanh(-6)), 5: 0.05 * (1 - tanh(-1.5)), 10: 0.05 * (1 - tanh(-6))}),
    ({**SGDR, "decay_shape": "tanh", "lower": -1, "upper": 1, "eta_min": 0.02}, {5: 0.06, 15: 0.06}),
    ({**SGDR, "cycle_limit": 2, "eta_min": 0.02, "eta_min_decay": 0.5, "T_mult": 2}, {5: 0.06, 10: 0.1, 20: 0.055, 30: 0.01, 199: 0.01}),
    ({**SGDR, "cycle_limit": 1, "warmup_epoch": 1}, {10: 0.1, 15: 0.05, 20: 0, 199: 0}),
    ({**CYCLE, "cycle_limit": 2}, {60: 0.1, 79: 0.024, 80: 0.02, 199: 0.02}),
    # transformers' cosine_with_hard_restarts: so many cycles in what the warmup leaves
    ({"name": "CosineWarmRestarts", **PEAK, "num_cycles": 1.5, "eta_min": 0.02, "warmup_epoch": 5},
     {50: 0.1, 100: 0.06, 149: 0.02 + 0.08 * half_cosine(0.99), 150: 0.1, 199: 0.02 + 0.08 * half_cosine(0.49), 200: 0.02}),
    ({"name": "CosineWarmRestarts", **PEAK, "num_cycles": 3, "peak_decay": 0.5}, {66: 0.1 * half_cosine(0.99), 67: 0.05 * half_cosine(0.005), 134: 0.025 * half_cosine(0.01)}),
    ({**SGDR, "warmup_epoch": 1}, {5: 0.05, 10: 0.1, 15: 0.05, 20: 0.1}),
    # MiniCPM and Hägele et al.: constant, then down in the last part of the run
    (WSD, {0: 0.1, 100: 0.1, 125: 0.05, 199: 0.1 * (1 - sqrt(0.99)), 200: 0}),
    ({**WSD, "decay_shape": "linear", "warmup_epoch": 1}, {5: 0.05, 10: 0.1, 100: 0.1, 150: 0.05, 200: 0}),
    ({**WSD, "decay_shape": "cosine", "end_lr": 0.02}, {150: 0.06, 200: 0.02}),
    ({**WSD, "decay_shape": "exponential", "end_lr": 0.001}, {150: 0.01, 200: 0.001, 999: 0.001}),
    # timm's power, and ERNIE's half-life, which is timm's exp
    ({**WSD, "decay_shape": "linear", "k_decay": 2}, {100: 0.1, 150: 0.075, 200: 0}),
    ({**WSD, "decay_shape": "linear", "k_decay": 3, "decay_power": 2, "end_lr": 0.02}, {150: 0.02 + 0.08 * 0.875**2, 200: 0.02}),
    ({**WSD, "decay_shape": "exponential", "end_lr": 0.00001, "k_decay": 2}, {150: 0.01, 200: 0.00001}),
    ({**WSD, "decay_shape": "tanh", "lower": -1, "upper": 1}, {100: 0.05 * (1 + tanh(1)), 150: 0.05, 200: 0.05 * (1 - tanh(1))}),
    ({**WSD, "decay_shape": "half-life"}, {100: 0.1, 150: 0.1 * (sqrt(0.05) - 0.05) / 0.95, 200: 0}),
    ({"name": "WSD", **PEAK}, {160: 0.1, 170: 0.05, 200: 0}),
    ({"name": "Trapezoid", **PEAK, "warmup_iters": 20}, {10: 0.05, 20: 0.1, 160: 0.1, 180: 0.05, 200: 0}),
    # fairseq: peak·√(w/k) in update k of the run; transformers with a timescale of its own
    ({"name": "InverseSqrt", **PEAK, "warmup_iters": 20}, {10: 0.05, 20: 0.1, 80: 0.05, 180: 0.1 / 3, 10**6: 0.1 * sqrt(2e-5)}),
    ({"name": "InverseSqrt", **PEAK, "timescale": 1}, {0: 0.1, 10: 0.1 / sqrt(2), 30: 0.05}),
    ({"name": "InverseSqrt", **PEAK, "timescale": 1, "decay_power": 2}, {0: 0.1, 10: 0.05, 30: 0.025}),
    # Vaswani et al., eq. 3
    ({"name": "Noam", "d_model": 512, "warmup_iters": 100}, {1: 512**-0.5 * 1e-3, 100: 512**-0.5 / 10, 400: 512**-0.5 / 20}),
    ({"name": "Noam", "d_model": 512, "warmup_iters": "50%"}, {1: 512**-0.5 * 1e-3, 100: 512**-0.5 / 10}),
    ({"name": "Noam", "d_model": 16, "learning_rate": 2}, {4000: 2 / 4 / sqrt(4000), 1000: 0.5 * 1000 * 4000**-1.5}),
    (EXPONENTIAL, {0: 0.1, 4: 0.1 * sqrt(0.5), 8: 0.05, 24: 0.0125}),
    ({**EXPONENTIAL, "staircase": True}, {7: 0.1, 8: 0.05, 23: 0.025, 24: 0.0125}),
    ({"name": "Exponential", **PEAK, "gamma": 0.5}, {10: 0.05, 15: 0.1 * 0.5**1.5}),
    ({"name": "NaturalExp", **PEAK, "gamma": 0.5, "step_size": "1it"}, {0: 0.1, 1: 0.1 * exp(-0.5), 30: 0.1 * exp(-15)}),
    ({"name": "NaturalExp", **PEAK, "gamma": 0.5, "step_size": 5, "staircase": True}, {49: 0.1, 50: 0.1 * exp(-0.5), 199: 0.1 * exp(-1.5)}),
    ({"name": "InverseTime", **PEAK, "gamma": 0.5, "step_size": 5, "staircase": True}, {49: 0.1, 50: 0.1 / 1.5, 199: 0.1 / 2.5}),
    ({"name": "InverseTime", **PEAK, "gamma": 0.5}, {0: 0.1, 10: 0.1 / 1.5, 200: 0.1 / 11}),
    ({"name": "Polynomial", **PEAK, "power": 2, "end_lr": 0.02, "decay_length": 10}, {50: 0.04, 100: 0.02, 150: 0.02}),
    ({"name": "Polynomial", **PEAK}, {50: 0.075, 200: 0}),
    # Paddle's cycle=True: behind each end up to a line that is longer by another decay_length
    ({"name": "Polynomial", **PEAK, "decay_length": "50%", "cycle": True}, {100: 0, 101: 0.1 * 99 / 200, 200: 0, 250: 0.1 / 6}),
    ({"name": "LinearLR", **PEAK}, {0: 0.1 / 3, 3: 0.1 * (1 / 3 + 2 / 3 * 3 / 5), 5: 0.1, 99: 0.1}),
    ({"name": "LinearLR", **PEAK, "start_factor": 1, "end_factor": 0.2, "decay_length": 10}, {50: 0.06, 100: 0.02}),
    ({"name": "LinearLR", **PEAK, "start_factor": 1, "end_factor": 0, "decay_length": 10}, {50: 0.05, 100: 0, 150: 0}),
    # REX: peak·(1 − p)/(1 − p/2)
    ({"name": "REX", **PEAK}, {0: 0.1, 100: 0.1 * 0.5 / 0.75, 150: 0.1 * 0.25 / 0.625, 200: 0}),
    ({"name": "REX", **PEAK, "eta_min": 0.04}, {100: 0.08, 200: 0.04, 300: 0.04}),
    ({"name": "KDecay", **PEAK, "k": 2}, {100: 0.1 * half_cosine(0.25), 200: 0, 300: 0}),
    ({"name": "KDecay", **PEAK, "end_lr": 0.02}, {100: 0.06, 200: 0.02}),
    ({"name": "Tanh", **PEAK}, {0: 0.05 * (1 - tanh(-6)), 100: 0.05 * (1 - tanh(-1.5)), 200: 0.05 * (1 - tanh(3))}),
    ({"name": "Tanh", **PEAK, "lower": -1, "upper": 1, "end_lr": 0.02}, {100: 0.06, 999: 0.02 + 0.04 * (1 - tanh(1))}),
    ({"name": "PiecewiseLinear", "knots": [[1, 0], ["30it", 0.1], ["50%", 0.02]]}, {5: 0, 20: 0.05, 30: 0.1, 65: 0.06, 150: 0.02}),
    # Smith
    (CYCLE, {0: 0.02, 10: 0.06, 20: 0.1, 30: 0.06, 40: 0.02, 60: 0.1}),
    ({**CYCLE, "mode": "triangular2", "step_size_down": "10it"}, {20: 0.1, 25: 0.06, 30: 0.02, 50: 0.06, 80: 0.04}),
    ({**CYCLE, "mode": "exp_range", "gamma": 0.99}, {20: 0.02 + 0.08 * 0.99**20, 60: 0.02 + 0.08 * 0.99**60}),
    # Smith's range test: the same factor from each of 101 updates to the next, and then no more
    ({"name": "RangeTest", "start_lr": 1e-4, "end_lr": 1, "updates": 101}, {0: 1e-4, 25: 1e-3, 50: 0.01, 75: 0.1, 100: 1, 199: 1}),
    ({"name": "RangeTest"}, {0: 1e-7, 199: 10, 398: 10}),
    ({"name": "RangeTest", "start_lr": 1, "end_lr": 2, "updates": 2}, {0: 1, 1: 2, 2: 2}),
    ({"name": "Scale", "factor": 0.5, "schedule": {"name": "Linear", **PEAK, "warmup_epoch": 1}}, {5: 0.025, 10: 0.05, 110: 0.025}),
    # torch's ChainedScheduler; an inverse square root with a cooldown, Zhai et al.
    ({"name": "Scale", "schedule": {**EXPONENTIAL, "step_size": 1}, "times": {"name": "LinearLR", "learning_rate": 1, "start_factor": 0.5, "decay_length": 2}},
     {0: 0.05, 10: 0.05 * 0.75, 20: 0.025}),
    ({"name": "Scale", "schedule": {"name": "InverseSqrt", **PEAK, "timescale": 1}, "times": {"name": "Trapezoid", "learning_rate": 1, "decay_length": 10}},
     {30: 0.05, 80: 0.1 / 3, 150: 0.05 / 4, 200: 0}),
    # … down to timm's minimum
    ({"name": "Scale", "schedule": {"name": "InverseSqrt", **PEAK, "timescale": 1}, "times": {"name": "Trapezoid", "learning_rate": 1, "decay_length": 10}, "end_lr": 0.005},
     {30: 0.05, 80: 0.1 / 3, 150: 0.015, 200: 0.005}),
    ({"name": "Sequence", "stages": [{"name": "LinearLR", **PEAK, "start_factor": 0.5, "decay_length": "100%", "epochs": "10%"},
                                     {**PEAK, "epochs": "80it"}, {"name": "Linear", **PEAK, "until_end": True}]},
     {0: 0.05, 10: 0.075, 20: 0.1, 99: 0.1, 100: 0.1, 150: 0.05, 200: 0}),
]  # fmt: skip


@pytest.mark.parametrize(("section", "rates"), TABLE, ids=lambda value: str(value)[:70])
def test_rates(section: dict[str, Any], rates: dict[int, float]) -> None:
    holds(section, rates)


# factors above 1, as PyTorch takes them
GROWING: list[tuple[dict[str, Any], dict[int, float]]] = [
    ({"name": "Exponential", **PEAK, "gamma": 2, "step_size": 10}, {0: 0.1, 50: 0.1 * sqrt(2), 100: 0.2}),
    ({"name": "Exponential", **PEAK, "gamma": 2, "step_size": 10, "staircase": True}, {99: 0.1, 100: 0.2, 199: 0.2}),
    ({**CYCLE, "mode": "exp_range", "gamma": 1.01}, {20: 0.02 + 0.08 * 1.01**20, 60: 0.02 + 0.08 * 1.01**60}),
    ({"name": "Exponential", "learning_rate": 0.1, "gamma": 2, "ceiling": 0.3}, {10: 0.2, 20: 0.3, 200: 0.3}),
]  # fmt: skip


@pytest.mark.parametrize(("section", "rates"), GROWING, ids=lambda value: str(value)[:70])
def test_rates_that_grow_are_said_to(section: dict[str, Any], rates: dict[int, float]) -> None:
    with pytest.warns(LRConfigWarning, match=r"Optimizer\.lr\.gamma: .* is above 1, so the .* grows?, to .* \(LR413\)"):
        holds(section, rates)


def test_every_name_is_in_the_table() -> None:
    assert {section["name"] for section, _ in TABLE} == set(MODELS) - set(BY_NAME) - {"ReduceOnPlateau"}


# Paddle's classes are stepped once an update; the sections say the same in epochs or iterations.
IN_PADDLE: list[tuple[dict[str, Any], lr.LRScheduler]] = [
    ({**SGDR, "T_mult": 3, "eta_min": 0.01}, lr.CosineAnnealingWarmRestarts(0.1, 10, 3, 0.01)),
    ({**CYCLE, "mode": "triangular2", "step_size_down": 3}, lr.CyclicLR(0.02, 0.1, 20, 30, mode="triangular2")),
    ({"name": "Noam", "d_model": 64, "warmup_steps": 50, "learning_rate": 0.3}, lr.NoamDecay(64, 50, 0.3)),
    ({**EXPONENTIAL, "step_size": "1it"}, lr.ExponentialDecay(0.1, 0.5)),
    ({"name": "NaturalExp", **PEAK, "gamma": 0.05, "step_size": "1it"}, lr.NaturalExpDecay(0.1, 0.05)),
    ({"name": "InverseTime", **PEAK, "gamma": 0.5, "step_size": "1it"}, lr.InverseTimeDecay(0.1, 0.5)),
    ({"name": "Polynomial", **PEAK, "decay_length": 3, "end_lr": 0.01, "power": 2, "cycle": True},
     lr.PolynomialDecay(0.1, 30, 0.01, 2.0, cycle=True)),
    ({"name": "LinearLR", **PEAK, "decay_length": 5}, lr.LinearLR(0.1, 50)),
    ({"name": "OneCycle", "max_lr": 0.1, "pct_start": 0.4, "div_factor": 10, "final_div_factor": 100},
     lr.OneCycleLR(0.1, 200, 10, 0.0001, 0.4)),
]  # fmt: skip


@pytest.mark.parametrize(("section", "paddles"), IN_PADDLE, ids=[str(section)[:60] for section, _ in IN_PADDLE])
def test_rates_are_paddles(section: dict[str, Any], paddles: lr.LRScheduler) -> None:
    rates = []
    for _ in range(EPOCHS * ITERS_EPOCH):
        rates.append(paddles())
        paddles.step()
    schedule = build_schedule(section, EPOCHS, ITERS_EPOCH)
    np.testing.assert_allclose(schedule(np.arange(EPOCHS * ITERS_EPOCH)), rates, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("update", [10**12, 2**53])
def test_a_rate_far_away_is_a_rate(update: int) -> None:
    for section, _ in TABLE:
        assert 0 <= build_schedule(section, EPOCHS, ITERS_EPOCH)(update) <= math.inf
