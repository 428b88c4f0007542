"""Warmups: a rise, followed by another schedule from its start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ppocr_lr.schedules.base import End, Lead, Runs, Schedule, shifted
from ppocr_lr.schedules.checks import refused
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.kinds import Iters, PositiveRate, Rate
from ppocr_lr.schedules.shapes import LINEAR, Shape


@dataclass(frozen=True)
class Warmup(Schedule):
    """From `start` at k = 0 up to `peak` at k = w = `warmup_iters`, then `after(k − w)`.

    The rise is `shape` backwards in time; with `Power()` it is `start + (peak − start)·k/w`. The schedule after the
    warmup starts when the warmup ends and is not shortened by it: a decay over N updates ends at w + N. Past the end
    the rates are those of `after`.

    Source: Goyal et al. (arXiv 1706.02677), Bag of Tricks (arXiv 1812.01187); Paddle's and PaddleOCR's `LinearWarmup`.
    """

    after: Schedule
    warmup_iters: Iters
    peak: PositiveRate
    start: Rate = 0.0
    shape: Shape = LINEAR

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.peak <= self.start:
            raise refused(self, "peak", self.peak, f"above start, {self.start:g}")
        self.shape.check(self, "start", self.start)

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        if fn is not SCALAR:
            return fn.split(k, self.warmup_iters, self.rise, self._late)
        # What `split` does, but without its call: this is the training loop.
        return self.rise(k) if k < self.warmup_iters else self.after.formula(k - self.warmup_iters)

    def rise(self, k: Any, fn: Functions = SCALAR) -> Any:
        """The rate of an update of the warmup."""
        return self.shape.rate(self.peak, self.start, k / self.warmup_iters, fn)

    def _late(self, k: Any, fn: Functions) -> Any:
        return self.after.formula(k - self.warmup_iters, fn)

    def corner_runs(self) -> Runs:
        w = self.warmup_iters
        return (w,), *(shifted(run, w) for run in self.after.all_corners)

    def lead(self) -> Lead:
        inner = self.after.lead()
        if inner.warmup_iters:
            return Lead(self.warmup_iters, 0, self.after, self.start)
        return Lead(self.warmup_iters, inner.hold_iters, inner.behind, self.start)

    def end_of_decay(self) -> End | None:
        end = self.after.end_of_decay()
        return end if end is None or end.step is None else End(self.warmup_iters + end.step, end.rate)

    def opposite(self, low: float, high: float) -> Schedule | None:
        """`high` during the warmup, then the mirror image of `after`."""
        from ppocr_lr.schedules import Constant, Sequence  # only momentum needs it

        after = self.after.opposite(low, high)
        return after and Sequence(((Constant(high), self.warmup_iters),), after)

    def cycle_around(self, k: int) -> tuple[int, int] | None:
        """The cycle of `after`, later by w; None during the warmup."""
        w = self.warmup_iters
        cycle = self.after.cycle_around(k - w) if k >= w else None
        return cycle and (cycle[0] + w, cycle[1] + w)
