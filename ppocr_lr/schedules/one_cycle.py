"""The one-cycle policy: up, down, and far down."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Any, Literal

from ppocr_lr.schedules.base import Runs, Schedule
from ppocr_lr.schedules.checks import refused
from ppocr_lr.schedules.compose import Mirrored
from ppocr_lr.schedules.decay import Constant
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.kinds import Gamma, Iters, Positive, Rate
from ppocr_lr.schedules.once import once


@dataclass(frozen=True)
class OneCycle(Schedule):
    """The 1cycle policy: up to `peak` in the first `pct_start` of the run, then down far below the start.

    With N = `total_iters`, start = peak/div_factor and final = start/final_div_factor, the phases end at
    pct_start·N − 1 (at `peak`) and N − 1 (at final); `three_phase` comes down to start by 2·pct_start·N − 2
    and to final by N − 1. Within a phase from a to b, p of it done: `b + (a − b)/2·(1 + cos(π·p))` for
    `anneal` "cos", `a + (b − a)·p` for "linear".

    Update N, one past the run, extrapolates the last phase as PaddleOCR does (a linear one may fall below
    0 there); later updates, where PaddleOCR raises, hold the rate of update N, but not less than final.

    Source: Smith and Topin (arXiv 1708.07120), PyTorch's `OneCycleLR`, PaddleOCR's `OneCycleDecay`.
    """

    peak: Rate
    total_iters: Iters
    anneal: Literal["cos", "linear"] = "cos"
    pct_start: Gamma = 0.3
    div_factor: Positive = 25.0
    final_div_factor: Positive = 1e4
    three_phase: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.three_phase and self.pct_start >= 0.5:
            raise refused(self, "pct_start", self.pct_start, "below 0.5 with three phases")

    def opposite(self, low: float, high: float) -> Schedule:
        """The momentum of the policy, which returns to `high` at the end."""
        return Mirrored(replace(self, peak=high, div_factor=high / low, final_div_factor=1.0), low, high)

    @property
    def start(self) -> float:
        """The rate of update 0: peak/div_factor."""
        return self.peak / self.div_factor

    @property
    def final(self) -> float:
        """The rate of update N − 1: start/final_div_factor."""
        return self.start / self.final_div_factor

    @once
    def _phases(self) -> tuple[tuple[int, ...], tuple[tuple[float, ...], ...]]:
        """The first updates of the second and later phases; where each phase ends, its length, its rates a and b."""
        rise_end = self.pct_start * self.total_iters - 1
        ends = [rise_end, float(self.total_iters - 1)]
        rates = [self.start, self.peak, self.final]
        if self.three_phase:
            ends.insert(1, 2 * self.pct_start * self.total_iters - 2)
            rates.insert(2, self.start)
        begins = [0.0, *ends[:-1]]
        # A phase of length 0 is skipped, so that nothing is divided by it. The last one always has a length.
        lengths = [end - begin for begin, end in zip(begins, ends, strict=True)]
        # In a run of a few updates phases may end before they begin: the later one counts.
        first_steps = tuple(accumulate((_next(end, begin) for begin, end in pairwise([0.0, *ends[:-1]])), max))
        return first_steps, tuple(zip(ends, lengths, rates[:-1], rates[1:], strict=True))

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        if fn is SCALAR:
            return self._annealed(k, fn) if k <= self.total_iters else self._held
        return fn.split(k, self.total_iters + 1, self._annealed, Constant(self._held).formula)

    def _annealed(self, k: Any, fn: Functions) -> Any:
        first_steps, rows = self._phases
        end, length, a, b = fn.pick_row(rows, fn.count_passed(k, first_steps))
        left = (end - k) / length
        return b + (a - b) * (left if self.anneal == "linear" else fn.half_cosine(left))

    @once
    def _held(self) -> float:
        return max(float(self._annealed(self.total_iters, SCALAR)), self.final)

    def corner_runs(self) -> Runs:
        n = self.total_iters
        return (tuple(sorted({*self._phases[0], n - 1, n, n + 1})),)


def _next(end: float, begin: float) -> int:
    """The first update of the phase after one from `begin` to `end`."""
    return max(0, math.floor(end) + 1 if end > begin else math.ceil(end))
