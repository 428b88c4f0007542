"""Exponential decays, for ever. In steps they are `StepDecay`, to an end that is given, `Decay`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ppocr_lr.schedules.base import End, Runs, Schedule
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.kinds import Gamma, Iters, Positive, Rate


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """`peak·gamma^(k/N)` with N = `decay_iters`, for ever; 0 < gamma < 1.

    Times `gamma` every N updates, smoothly; far away it is 0.

    Source: PyTorch's `ExponentialLR` and Paddle's `ExponentialDecay`, both with N = 1.
    """

    peak: Rate
    gamma: Gamma
    decay_iters: Iters = 1

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """`peak·gamma^(k/N)`."""
        return self.peak * self.gamma ** (k / self.decay_iters)

    def corner_runs(self) -> Runs:
        """None."""
        return ()

    def end_of_decay(self) -> End:
        """Never; ever nearer to 0."""
        return End(None, 0.0)


@dataclass(frozen=True)
class NaturalExpDecay(Schedule):
    """`peak·e^(−gamma·k/N)` with N = `decay_iters`, for ever; far away it is 0.

    Source: Paddle's `NaturalExpDecay`, with N = 1.
    """

    peak: Rate
    gamma: Positive
    decay_iters: Iters = 1

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """`peak·e^(−gamma·k/N)`."""
        return self.peak * fn.exp(-self.gamma * (k / self.decay_iters))

    def corner_runs(self) -> Runs:
        """None."""
        return ()

    def end_of_decay(self) -> End:
        """Never; ever nearer to 0."""
        return End(None, 0.0)
