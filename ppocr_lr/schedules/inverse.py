"""Inverse powers of the time, for ever: inverse square root, Noam, inverse time."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from ppocr_lr.schedules.base import End, Endless, Lead, Runs, Schedule
from ppocr_lr.schedules.checks import refused
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.kinds import Iters, Positive, Rate
from ppocr_lr.schedules.once import once
from ppocr_lr.schedules.warmup import Warmup


@dataclass(frozen=True)
class InverseSqrt(Endless):
    """`peak·√(τ/(τ + k))` with τ = `timescale_iters`, for ever: half of `peak` at k = 3τ. With another `power` than
    0.5, `peak·(τ/(τ + k))^power`.

    k counts from the end of the warmup, as for every decay. After a warmup of w = τ updates this is peak·√(w/k) in
    update k of the run.

    Source: fairseq's `inverse_sqrt` (τ = w), transformers' `get_inverse_sqrt_schedule` (any τ); with a power timm's
    `WSDLRScheduler` where its `stable_fn` is one.
    """

    peak: Rate
    timescale_iters: Iters
    power: Positive = 0.5

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.peak * (1.0 / (1.0 + k / self.timescale_iters)) ** self.power


@dataclass(frozen=True)
class Noam(Schedule):
    """`scale·d_model^−0.5·min(k^−0.5, k·w^−1.5)` with w = `warmup_iters`, for ever; 0 at k = 0.

    A linear warmup to `peak` = scale/√(d_model·w) at k = w, and an inverse square root.

    Source: Vaswani et al. (arXiv 1706.03762, eq. 3), whose first update is k = 1; Paddle's `NoamDecay`, whose
    first is k = 0, as here.
    """

    d_model: Iters
    warmup_iters: Iters
    scale: Positive = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.peak:  # the scale is so small that it underflowed
            raise refused(self, "peak", self.peak, "a finite number above 0")

    @property
    def peak(self) -> float:
        """The rate of update w, the highest."""
        return self.scale / math.sqrt(self.d_model) / math.sqrt(self.warmup_iters)

    @once
    def _schedule(self) -> Warmup:
        return Warmup(InverseSqrt(self.peak, self.warmup_iters), self.warmup_iters, self.peak)

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self._schedule.formula(k, fn)

    def corner_runs(self) -> Runs:
        return self._schedule.all_corners

    def lead(self) -> Lead:
        return self._schedule.lead()

    def end_of_decay(self) -> End | None:
        return self._schedule.end_of_decay()


@dataclass(frozen=True)
class InverseTimeDecay(Endless):
    """`peak/(1 + gamma·k/N)` with N = `decay_iters`, for ever.

    Source: Paddle's `InverseTimeDecay`, with N = 1.
    """

    peak: Rate
    gamma: Positive
    decay_iters: Iters = 1
    _slope: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "_slope", self.gamma / self.decay_iters)

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.peak / (1.0 + self._slope * k)
