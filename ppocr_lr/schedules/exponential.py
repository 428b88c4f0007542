"""Exponential schedules: endless decays, a growth and a rise. In steps they are `StepDecay`, to an end `Decay`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ppocr_lr.schedules.base import MAX_STEP, End, Endless, Runs, Schedule
from ppocr_lr.schedules.checks import refused
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.kinds import AboveOne, Iters, Positive, PositiveRate, Rate, UpToOne
from ppocr_lr.schedules.once import once
from ppocr_lr.schedules.shapes import Exponential

_SHAPE = Exponential()


def most_growth(rate: float, gamma: float) -> float:
    """The exponent at which rate·gamma^exponent, gamma above 1, is 10³⁰⁰, or gamma^exponent 10³⁰⁸: floats end there."""
    return max(0.0, min(300 - math.log10(rate), 308.0)) / math.log10(gamma) if rate else 0.0


@dataclass(frozen=True)
class ExponentialDecay(Endless):
    """`peak·gamma^(k/N)` with N = `decay_iters`, for ever; in the end the float is 0.

    The rate is multiplied by `gamma` every N updates, smoothly; 0 < gamma ≤ 1. Above 1 it is `ExponentialGrowth`.

    Source: PyTorch's `ExponentialLR` and Paddle's `ExponentialDecay`, both with N = 1.
    """

    peak: Rate
    gamma: UpToOne
    decay_iters: Iters = 1

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.peak * self.gamma ** (k / self.decay_iters)

    def end_of_decay(self) -> End | None:
        """As of any such decay, if it falls at all."""
        return super().end_of_decay() if self.gamma < 1 else None


@dataclass(frozen=True)
class ExponentialGrowth(Schedule):
    """`start·gamma^(k/N)` with N = `growth_iters`, up to 10³⁰⁰, or 10³⁰⁸ times `start`, where it stays; gamma > 1.

    Source: PyTorch's `ExponentialLR` with such a gamma.
    """

    start: Rate
    gamma: AboveOne
    growth_iters: Iters = 1

    @once
    def _most(self) -> float:
        """The largest exponent, at which the rate stays."""
        return most_growth(self.start, self.gamma)

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.start * self.gamma ** fn.minimum(k / self.growth_iters, self._most)

    def corner_runs(self) -> Runs:
        stays = math.ceil(self._most * self.growth_iters)
        return ((stays,),) if stays <= MAX_STEP else ()


@dataclass(frozen=True)
class NaturalExpDecay(Endless):
    """`peak·e^(−gamma·k/N)` with N = `decay_iters`, for ever; in the end the float is 0.

    Source: Paddle's `NaturalExpDecay`, with N = 1.
    """

    peak: Rate
    gamma: Positive
    decay_iters: Iters = 1

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.peak * fn.exp(-self.gamma * k / self.decay_iters)


@dataclass(frozen=True)
class ExponentialRise(Schedule):
    """`start·(end/start)^(k/N)` up to k = N = `rise_iters`, where it stays at `end`; 0 < start < end.

    Each update multiplies the rate by the same factor.

    Source: the range test of Smith (arXiv 1506.01186), exponential as in fastai (arXiv 2002.04688).
    """

    start: PositiveRate
    rise_iters: Iters
    end: PositiveRate

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.end <= self.start:
            raise refused(self, "end", self.end, f"a finite number above start, {self.start:g}")

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return _SHAPE.rate(self.end, self.start, fn.minimum(k, self.rise_iters) / self.rise_iters, fn)

    def corner_runs(self) -> Runs:
        return ((self.rise_iters,),)
