"""Schedules made of schedules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ppocr_lr.schedules import checks
from ppocr_lr.schedules.base import Runs, Schedule, shifted
from ppocr_lr.schedules.functions import SCALAR, Functions


@dataclass(frozen=True)
class LinearWarmup(Schedule):
    """`start + (peak − start)·k/w` for k < w = `warmup_iters`, then `after(k − w)`.

    The schedule behind the warmup starts when the warmup ends and is not shortened by it: a decay over
    N updates ends at w + N. Past the end it is what `after` is there.

    Source: Goyal et al. (arXiv 1706.02677), Bag of Tricks (arXiv 1812.01187); Paddle's `LinearWarmup`.
    """

    after: Schedule
    warmup_iters: int
    peak: float
    start: float = 0.0

    def __post_init__(self) -> None:
        checks.iterations(self, "warmup_iters")
        checks.numbers(self, "start", at_least=0)
        checks.numbers(self, "peak", above=self.start)
        if not isinstance(self.after, Schedule):
            raise TypeError(f"LinearWarmup: after must be a Schedule, received {self.after!r}")

    def formula(self, k: Any, xp: Functions = SCALAR) -> Any:
        """`start + (peak − start)·k/w`, then `after(k − w)`."""
        if xp is SCALAR:  # what `split` does, without its call: this is the training loop
            return self._early(k) if k < self.warmup_iters else self._late(k, xp)
        return xp.split(k, self.warmup_iters, self._early, self._late)

    def _early(self, k: Any, xp: Functions = SCALAR) -> Any:
        return (self.peak - self.start) * k / self.warmup_iters + self.start

    def _late(self, k: Any, xp: Functions) -> Any:
        return self.after.formula(k - self.warmup_iters, xp)

    def corner_runs(self) -> Runs:
        """The end of the warmup, then the corners of `after`, w updates later."""
        return self._runs

    @cached_property
    def _runs(self) -> Runs:
        w = self.warmup_iters
        return (w,), *(shifted(run, w) for run in self.after.corner_runs())
