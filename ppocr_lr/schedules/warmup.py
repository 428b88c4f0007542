"""Warmups: a rise, and behind it another schedule from its own beginning."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ppocr_lr.schedules import checks
from ppocr_lr.schedules.base import End, Lead, Runs, Schedule, shifted
from ppocr_lr.schedules.functions import SCALAR, Functions


@dataclass(frozen=True)
class Warmup(Schedule):
    """From `start` at k = 0 towards `peak` at k = w = `warmup_iters`, then `after(k − w)`.

    The schedule behind the warmup starts when the warmup ends and is not shortened by it: a decay over
    N updates ends at w + N. Past the end it is what `after` is there.

    Source: Goyal et al. (arXiv 1706.02677), Bag of Tricks (arXiv 1812.01187).
    """

    after: Schedule
    warmup_iters: int
    peak: float
    start: float = 0.0

    def __post_init__(self) -> None:
        checks.iterations(self, "warmup_iters")
        checks.numbers(self, "start", at_least=0)
        checks.numbers(self, "peak", above=self.start)
        checks.schedule(self, "after", self.after)

    @abstractmethod
    def _early(self, k: Any, fn: Functions = SCALAR) -> Any:
        """The rate of update `k` < w: smooth, and never falling."""

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """The warmup, then `after(k − w)`."""
        if fn is SCALAR:  # what `split` does, without its call: this is the training loop
            return self._early(k) if k < self.warmup_iters else self._late(k, fn)
        return fn.split(k, self.warmup_iters, self._early, self._late)

    def _late(self, k: Any, fn: Functions) -> Any:
        return self.after.formula(k - self.warmup_iters, fn)

    def corner_runs(self) -> Runs:
        """The end of the warmup, and those of `after`, later."""
        return self._runs

    @cached_property
    def _runs(self) -> Runs:
        w = self.warmup_iters
        return (w,), *(shifted(run, w) for run in self.after.corner_runs())

    def lead(self) -> Lead:
        """The warmup, and what holds behind it."""
        inner = self.after.lead()
        if inner.warmup_iters:
            return Lead(self.warmup_iters, 0, self.after, self.start)
        return Lead(self.warmup_iters, inner.hold_iters, inner.behind, self.start)

    def end_of_decay(self) -> End | None:
        """That of `after`, later."""
        end = self.after.end_of_decay()
        return end if end is None or end.step is None else End(self.warmup_iters + end.step, end.rate)

    def cycle_around(self, k: int) -> tuple[int, int] | None:
        """That of `after`, later; None within the warmup."""
        w = self.warmup_iters
        cycle = self.after.cycle_around(k - w) if k >= w else None
        return cycle and (cycle[0] + w, cycle[1] + w)


@dataclass(frozen=True)
class LinearWarmup(Warmup):
    """`start + (peak − start)·k/w` for k < w = `warmup_iters`, then `after(k − w)`.

    Source: Paddle's and PaddleOCR's `LinearWarmup`.
    """

    def _early(self, k: Any, fn: Functions = SCALAR) -> Any:
        return (self.peak - self.start) * k / self.warmup_iters + self.start


@dataclass(frozen=True)
class ConstantWarmup(Warmup):
    """`start` for k < w = `warmup_iters`, then `after(k − w)`.

    Source: ResNet on CIFAR (arXiv 1512.03385, section 4.2); PyTorch's `ConstantLR`.
    """

    def _early(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.start


@dataclass(frozen=True)
class CosineWarmup(Warmup):
    """`start + (peak − start)/2·(1 − cos(π·k/w))` for k < w = `warmup_iters`, then `after(k − w)`.

    Source: the first phase of the 1cycle policy (arXiv 1708.07120).
    """

    def _early(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.start + (self.peak - self.start) * fn.half_cosine(k / self.warmup_iters)


@dataclass(frozen=True)
class ExponentialWarmup(Warmup):
    """`start·(peak/start)^(k/w)` for k < w = `warmup_iters`, then `after(k − w)`; `start` is above 0.

    Source: the rise of Smith's range test (arXiv 1506.01186) as it is mostly run, with equal factors.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.numbers(self, "start", above=0)

    def _early(self, k: Any, fn: Functions = SCALAR) -> Any:
        # Not start·(peak/start)^…: that quotient may be too large for a float.
        return self.peak * (self.start / self.peak) ** (1 - k / self.warmup_iters)
