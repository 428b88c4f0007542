"""PaddleOCR's two cosines, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ppocr_lr.schedules.base import Runs, Schedule, every
from ppocr_lr.schedules.decay import Constant, CosineWave
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.kinds import Iters, Rate
from ppocr_lr.schedules.once import once


@dataclass(frozen=True)
class TwoStepCosine(Schedule):
    """`end + (peak − end)/2·(1 + cos(π·k/T))`, T = T1 = `first_iters` for k ≤ T1, else T2 = `second_iters`.

    The second cosine counts from k = 0 as well, so the rate jumps up after T1 when T2 > T1, and rises again
    past T2.

    Without a warmup around it, PaddleOCR's class multiplies its last rate, which is 0 at T1: the rate then stays at
    0 until the second cosine next leaves a zero of its own (T2, 3·T2, …), which is never within a run of T2 ≥ T1
    updates. That is `recursive`; where `end` is above 0, the rate stays at `end`.

    Source: PaddleOCR's `TwoStepCosineDecay`, which fixes T1 at 200 epochs.
    """

    peak: Rate
    first_iters: Iters
    second_iters: Iters
    end: Rate = 0.0
    recursive: bool = field(default=False, kw_only=True)

    @once
    def _first(self) -> CosineWave:
        return CosineWave(self.peak, self.first_iters, self.end)

    @once
    def _second(self) -> CosineWave:
        return CosineWave(self.peak, self.second_iters, self.end)

    @once
    def second_begin(self) -> int:
        """The first update whose rate comes from the second cosine."""
        t1, t2 = self.first_iters, self.second_iters
        if not self.recursive:
            return t1 + 1
        odd_multiples = max(0, -(-(t1 - t2) // (2 * t2)))
        return t2 * (2 * odd_multiples + 1) + 1

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        if fn is SCALAR:
            return self._first.formula(k) if k <= self.first_iters else self._behind_first(k, fn)
        return fn.split(k, self.first_iters + 1, self._first.formula, self._behind_first)

    def _behind_first(self, k: Any, fn: Functions) -> Any:
        return fn.split(k, self.second_begin, Constant(self.end).formula, self._second.formula)

    def corner_runs(self) -> Runs:
        first_turn = -(-self.second_begin // self.second_iters) * self.second_iters
        switch = tuple(sorted({self.first_iters, self.first_iters + 1, self.second_begin}))
        return switch, every(self.second_iters, first_turn)
