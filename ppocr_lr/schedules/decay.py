"""A constant, a decay of any shape, and PaddleOCR's cosine, which rises again."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from ppocr_lr.schedules.base import End, Runs, Schedule, cycle, every
from ppocr_lr.schedules.checks import refused
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.kinds import Iters, Rate
from ppocr_lr.schedules.shapes import LINEAR, Shape


@dataclass(frozen=True)
class Constant(Schedule):
    """`rate`, at every update, for ever.

    Source: PaddleOCR's `Const`.
    """

    rate: Rate

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.rate

    def corner_runs(self) -> Runs:
        return ()


@dataclass(frozen=True)
class Decay(Schedule):
    """From `peak` at k = 0 to `end` at k = N = `decay_iters`, where it stays; the share done is p = min(k, N)/N.

    `shape` is the curve between the two. Rates are learning rates, `decay_iters` counts optimizer updates. An `end`
    above `peak` makes it a rise. A shape that turns may end at another rate than `end`.
    """

    peak: Rate
    decay_iters: Iters
    end: Rate = 0.0
    shape: Shape = LINEAR

    def __post_init__(self) -> None:
        super().__post_init__()
        self.shape.check(self, "end", self.end, may_turn=True)
        if self.shape.above_0 and self.peak < self.end:
            raise refused(self, "peak", self.peak, f"a finite number of at least the end, {self.end:g}")

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        n = self.decay_iters
        if fn is SCALAR:  # without the call of `minimum`: this is the training loop
            return self.shape.rate(self.peak, self.end, (n - k) / n if k < n else 0.0, fn)
        return self.shape.rate(self.peak, self.end, (n - fn.minimum(k, n)) / n, fn)

    def corner_runs(self) -> Runs:
        turns = {math.ceil(turn * self.decay_iters) for turn in self.shape.turns()}
        return (tuple(sorted({*turns, self.decay_iters})),)

    def end_of_decay(self) -> End | None:
        if self.shape.turns():
            return None
        return End(self.decay_iters, float(self.formula(self.decay_iters)))


@dataclass(frozen=True)
class CosineWave(Schedule):
    """`end + (peak − end)/2·(1 + cos(π·k/N))` with N = `decay_iters`.

    From `peak` at k = 0 to `end` at k = N. Past N the cosine continues and rises again, as Paddle's does,
    back to `peak` at 2N; `Decay` with the shape `Cosine()` stays at `end`. Rates are learning rates, `decay_iters`
    counts optimizer updates. With `oscillates` it is meant to continue, and counts as cycles, not as one decay.

    Source: SGDR (arXiv 1608.03983, eq. 5 without restarts); PaddleOCR's `Cosine`, Paddle's
    `CosineAnnealingDecay`.
    """

    peak: Rate
    decay_iters: Iters
    end: Rate = 0.0
    oscillates: bool = field(default=False, kw_only=True)

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        n, end = self.decay_iters, self.end
        if fn is not SCALAR or k > n:  # most runs end before
            k = fn.wrap(k, 2 * n)
        return end + (self.peak - end) * fn.half_cosine((n - k) / n)

    def corner_runs(self) -> Runs:
        """The turning points N, 2N, …: the curve is smooth there, but not monotone."""
        return (every(self.decay_iters),)

    def end_of_decay(self) -> End | None:
        return None if self.oscillates else End(self.decay_iters, self.end)

    def cycle_around(self, k: int) -> tuple[int, int] | None:
        return cycle(k, 2 * self.decay_iters) if self.oscillates else None
