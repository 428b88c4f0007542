"""Triangles: up and down between two rates, again and again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from ppocr_lr.schedules.base import Runs, Schedule, cycle, every
from ppocr_lr.schedules.checks import refused
from ppocr_lr.schedules.compose import Mirrored
from ppocr_lr.schedules.exponential import most_growth
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.kinds import MAX_ITERS, Iters, Positive, Rate
from ppocr_lr.schedules.once import once


@dataclass(frozen=True)
class Cyclic(Schedule):
    """`base + (peak − base)·s·min(j/u, (u + d − j)/d)`, for ever: cyclical learning rates.

    j is the update's number within its cycle of u + d updates, u = `up_iters` and d = `down_iters`. s is 1 for
    `mode` "triangular", 1/2^i in cycle i for "triangular2" and gamma^k in update k for "exp_range", the only
    mode that reads `gamma`. With a gamma above 1 the cycles grow until s is near 10³⁰⁰ and then keep their height.

    Source: Smith (arXiv 1506.01186); PyTorch's and Paddle's `CyclicLR`.
    """

    peak: Rate
    base: Rate
    up_iters: Iters
    down_iters: Iters
    mode: Literal["triangular", "triangular2", "exp_range"] = "triangular"
    gamma: Positive = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.peak < self.base:
            raise refused(self, "peak", self.peak, f"a finite number of at least the base, {self.base:g}")

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        period = self.up_iters + self.down_iters
        j = fn.wrap(k, period)
        height = (self.peak - self.base) * fn.minimum(j / self.up_iters, (period - j) / self.down_iters)
        if self.mode == "triangular2":
            height = height * 0.5 ** (k // period)
        elif self.mode == "exp_range":
            height = height * self.gamma ** (k if self.gamma <= 1 else fn.minimum(k, self._last_growth))
        return self.base + height

    @once
    def _last_growth(self) -> int:
        """The first update of the cycle in which a gamma above 1 stops growing."""
        period = self.up_iters + self.down_iters
        return int(min(most_growth(self.peak, self.gamma), MAX_ITERS)) // period * period

    def opposite(self, low: float, high: float) -> Schedule:
        """The momentum of the cycles: low where the rate is high."""
        return Mirrored(replace(self, peak=high, base=low), low, high)

    def cycle_around(self, k: int) -> tuple[int, int]:
        return cycle(k, self.up_iters + self.down_iters)

    def end_of_cycle(self, k: int) -> float:
        return self.base

    def corner_runs(self) -> Runs:
        """The turning points; with "exp_range" the rate may turn before a rise ends."""
        period = self.up_iters + self.down_iters
        runs = every(period), every(period, self.up_iters)
        if self.mode == "exp_range" and self.gamma < 1:
            # j·gamma^j grows as long as gamma·(j + 1) > j.
            turn = int(self.gamma / (1 - self.gamma)) + 1
            if turn < self.up_iters:
                return *runs, every(period, turn)
        if self.mode == "exp_range" and self.gamma > 1:
            # (d − j)·gamma^j of a fall grows as long as gamma·(d − j − 1) > d − j.
            turn = period - int(min(self.gamma / (self.gamma - 1), period))
            growing = range(turn, self._last_growth, period) if turn > self.up_iters else range(0)
            return *runs, growing, (self._last_growth,)
        return runs
