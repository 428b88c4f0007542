"""Schedules that go down once: constant, polynomial, cosine, and PaddleOCR's cosine in two steps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ppocr_lr.schedules import checks
from ppocr_lr.schedules.base import End, Runs, Schedule, every
from ppocr_lr.schedules.functions import SCALAR, Functions


@dataclass(frozen=True)
class Constant(Schedule):
    """`rate`, at every update.

    Source: PaddleOCR's `Const`.
    """

    rate: float

    def __post_init__(self) -> None:
        checks.numbers(self, "rate", at_least=0)

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """`rate`."""
        return self.rate

    def corner_runs(self) -> Runs:
        """None."""
        return ()


@dataclass(frozen=True)
class PolynomialDecay(Schedule):
    """`(peak − end)·(1 − min(k, N)/N)^power + end` with N = `decay_iters`.

    From `peak` at k = 0 to `end` at k = N; past N it stays at `end`. Rates are learning rates,
    `decay_iters` counts optimizer updates. `power` 1 is linear decay.

    Source: PaddleOCR's `Linear` and `DecayLearningRate`, Paddle's `PolynomialDecay` and `LinearLR`.
    """

    peak: float
    decay_iters: int
    end: float = 0.0
    power: float = 1.0

    def __post_init__(self) -> None:
        checks.iterations(self, "decay_iters")
        checks.numbers(self, "peak", "end", at_least=0)
        checks.numbers(self, "power", above=0)

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """`(peak − end)·(1 − min(k, N)/N)^power + end`."""
        done = fn.minimum(k, self.decay_iters) / self.decay_iters
        return (self.peak - self.end) * (1 - done) ** self.power + self.end

    def corner_runs(self) -> Runs:
        """The end of the decay."""
        return ((self.decay_iters,),)

    def end_of_decay(self) -> End:
        """`end`, at N."""
        return End(self.decay_iters, self.end)


@dataclass(frozen=True)
class CosineDecay(Schedule):
    """`end + (peak − end)/2·(1 + cos(π·k/N))` with N = `decay_iters`.

    From `peak` at k = 0 to `end` at k = N. Past N the cosine goes on and rises again, as Paddle's does,
    back to `peak` at 2N. Rates are learning rates, `decay_iters` counts optimizer updates.

    Source: SGDR (arXiv 1608.03983, eq. 5 without restarts); PaddleOCR's `Cosine`, Paddle's
    `CosineAnnealingDecay`.
    """

    peak: float
    decay_iters: int
    end: float = 0.0

    def __post_init__(self) -> None:
        checks.iterations(self, "decay_iters")
        checks.numbers(self, "peak", "end", at_least=0)

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """`end + (peak − end)/2·(1 + cos(π·k/N))`."""
        left = self.decay_iters - fn.wrap(k, 2 * self.decay_iters)
        return self.end + (self.peak - self.end) * fn.half_cosine(left / self.decay_iters)

    def corner_runs(self) -> Runs:
        """The turning points N, 2N, …: smooth, but not monotone across."""
        return (every(self.decay_iters),)

    def end_of_decay(self) -> End:
        """`end`, at N."""
        return End(self.decay_iters, self.end)


@dataclass(frozen=True)
class TwoStepCosine(Schedule):
    """`end + (peak − end)/2·(1 + cos(π·k/T))`, T = T1 = `first_iters` for k ≤ T1, else T2 = `second_iters`.

    The second cosine counts from k = 0 as well, so the rate jumps up behind T1 when T2 > T1, and rises again
    past T2.

    Without a warmup around it, PaddleOCR's class multiplies its last rate, which is 0 at T1: the rate then stays at
    0 until the second cosine next leaves a zero of its own (T2, 3·T2, …), which is never within a run of T2 ≥ T1
    updates. That is `recursive`; where `end` is above 0, the rate stays at `end`.

    Source: PaddleOCR's `TwoStepCosineDecay`, which fixes T1 at 200 epochs.
    """

    peak: float
    first_iters: int
    second_iters: int
    recursive: bool = False
    end: float = 0.0

    def __post_init__(self) -> None:
        checks.iterations(self, "first_iters", "second_iters")
        checks.numbers(self, "peak", "end", at_least=0)

    @cached_property
    def _first(self) -> CosineDecay:
        return CosineDecay(self.peak, self.first_iters, self.end)

    @cached_property
    def _second(self) -> CosineDecay:
        return CosineDecay(self.peak, self.second_iters, self.end)

    @cached_property
    def second_begin(self) -> int:
        """The first update whose rate comes from the second cosine."""
        t1, t2 = self.first_iters, self.second_iters
        if not self.recursive:
            return t1 + 1
        odd_multiples = max(0, -(-(t1 - t2) // (2 * t2)))
        return t2 * (2 * odd_multiples + 1) + 1

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """`end + (peak − end)/2·(1 + cos(π·k/T))`, T by the part of the run."""
        if fn is SCALAR:
            return self._first.formula(k) if k <= self.first_iters else self._behind_first(k, fn)
        return fn.split(k, self.first_iters + 1, self._first.formula, self._behind_first)

    def _behind_first(self, k: Any, fn: Functions) -> Any:
        return fn.split(k, self.second_begin, Constant(self.end).formula, self._second.formula)

    def corner_runs(self) -> Runs:
        """The switch, and the turning points of the second cosine behind it."""
        first_turn = -(-self.second_begin // self.second_iters) * self.second_iters
        switch = tuple(sorted({self.first_iters, self.first_iters + 1, self.second_begin}))
        return switch, every(self.second_iters, first_turn)
