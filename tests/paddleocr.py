"""Plain Paddle schedulers, wired as PaddleOCR wires them: what this project is compared with.

`tests/test_builder.py` holds this against values recorded from PaddleOCR itself.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

pytest.importorskip("paddle")

from paddle.optimizer import lr


class CyclicalCosineDecay(lr.LRScheduler):
    def __init__(self, peak: float, cycle: int) -> None:
        self.cycle = cycle
        super().__init__(peak)

    def get_lr(self) -> float:
        return self.base_lr / 2 * (1 + math.cos(math.pi * (self.last_epoch % self.cycle) / self.cycle))


class TwoStepCosineDecay(lr.LRScheduler):
    """Stepped, it multiplies ratios like Paddle's cosine; sent to a step, it has a closed form."""

    def __init__(self, peak: float, first: int, second: int) -> None:
        self.first, self.second = first, second
        super().__init__(peak)

    def _period(self) -> int:
        return self.first if self.last_epoch <= self.first else self.second

    def get_lr(self) -> float:
        k, period = self.last_epoch, self._period()
        if k == 0:
            return self.base_lr
        if (k - 1 - period) % (2 * period) == 0:
            return self.last_lr + self.base_lr * (1 - math.cos(math.pi / period)) / 2
        factor = (1 + math.cos(math.pi * k / period)) / (1 + math.cos(math.pi * (k - 1) / period))
        return factor * self.last_lr

    def _get_closed_form_lr(self) -> float:
        return self.base_lr * (1 + math.cos(math.pi * self.last_epoch / self._period())) / 2


def build(section: dict[str, Any], epochs: int, iters_epoch: int) -> lr.LRScheduler | float:
    """What PaddleOCR's `build_lr_scheduler` gives for a section that it accepts."""
    section = {key: float(value) if isinstance(value, str) and key != "name" and key != "anneal_strategy"
               else value for key, value in section.items()}  # fmt: skip
    name = section.get("name", "Const")
    total = epochs * iters_epoch
    rate = section.get("learning_rate")
    warmup_start, warmup = 0.0, round(section.get("warmup_epoch", 0) * iters_epoch)
    if name == "Const":
        decay: lr.LRScheduler | float = rate
    elif name == "Linear":
        decay = lr.PolynomialDecay(rate, total, section.get("end_lr", 0.0), section.get("power", 1.0))
    elif name == "Cosine":
        decay = lr.CosineAnnealingDecay(rate, total)
    elif name == "LinearWarmupCosine":
        warmup, warmup_start = section.get("warmup_steps", 5000), section.get("start_lr", 1e-5)
        decay = lr.CosineAnnealingDecay(rate, total, section.get("min_lr", 1e-8))
    elif name == "Step":
        decay = lr.StepDecay(rate, section["step_size"] * iters_epoch, section["gamma"])
    elif name == "Piecewise":
        values, boundaries = list(section["values"]), [iters_epoch * e for e in section["decay_epochs"]]
        rate = values[0]
        if len(values) == len(boundaries):
            values.append(values[-1])  # Paddle's check of the count is newer than PaddleOCR's configs
        decay = lr.PiecewiseDecay(boundaries, values)
    elif name == "MultiStepDecay":
        decay = lr.MultiStepDecay(rate, [iters_epoch * e for e in section["milestones"]], section["gamma"])
    elif name == "CyclicalCosine":
        decay = CyclicalCosineDecay(rate, round(section["cycle"] * iters_epoch))
    elif name == "OneCycle":
        rate = section["max_lr"]
        decay = lr.OneCycleLR(
            rate,
            total,
            end_learning_rate=rate / 25 / 1e4,
            anneal_strategy=section.get("anneal_strategy", "cos"),
            three_phase=section.get("three_phase", False),
        )
    elif name == "DecayLearningRate":
        warmup = 0
        decay = lr.PolynomialDecay(rate, total, 0.0, section.get("factor", 0.9))
    elif name == "TwoStepCosine":
        decay = TwoStepCosineDecay(rate, 200 * iters_epoch, total)
    else:
        raise AssertionError(name)
    return lr.LinearWarmup(decay, warmup, warmup_start, rate) if warmup > 0 else decay
