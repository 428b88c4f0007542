"""Decays that start over: cosine and polynomial cycles, warm restarts."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Any, TypeAlias

from ppocr_lr.schedules.base import MAX_STEP, Runs, Schedule, cycle, every
from ppocr_lr.schedules.checks import refused
from ppocr_lr.schedules.decay import Constant
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.kinds import (
    SMALLEST_GROWTH,
    Growth,
    HalfWaves,
    Iters,
    Positive,
    Rate,
    Update,
    UpToOne,
    is_growth,
)
from ppocr_lr.schedules.once import once
from ppocr_lr.schedules.shapes import COSINE, Shape

if TYPE_CHECKING:
    from fractions import Fraction


@dataclass(frozen=True)
class CyclicPolynomial(Schedule):
    """`(peak − end)·(1 − k/D)^power + end` with D = N·max(1, ⌈k/N⌉), N = `decay_iters`, for ever.

    From `peak` at k = 0 to `end` at every multiple of N; after each the rate jumps up to a curve that starts at k = 0
    too and is longer by another N. `power` 1 is a straight line.

    Source: Paddle's `PolynomialDecay` with `cycle=True`.
    """

    peak: Rate
    decay_iters: Iters
    end: Rate = 0.0
    power: Positive = 1.0

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        if fn is SCALAR:
            return self._behind_zero(k, fn) if k else self.peak
        return fn.split(k, 1, Constant(self.peak).formula, self._behind_zero)

    def _behind_zero(self, k: Any, fn: Functions) -> Any:
        left = -k % self.decay_iters  # D − k, exact at any distance
        return (self.peak - self.end) * (left / (1.0 * k + left)) ** self.power + self.end

    def corner_runs(self) -> Runs:
        """The jumps after N, 2N, …"""
        return (every(self.decay_iters, self.decay_iters + 1),)

    def cycle_around(self, k: int) -> tuple[int, int]:
        return cycle(k, self.decay_iters)


_FAR = 10**300  # updates: as good as endless, and still a float

_Cycle: TypeAlias = "tuple[int, int, float, float, float, float]"
"""A cycle of `WarmRestarts`: its first update, the one behind its last, how much of it is over by its first update, its
length, peak and end. A plain tuple is unpacked fastest: this is the training loop.
"""


@dataclass(frozen=True)
class WarmRestarts(Schedule):
    """Cycles, each from a peak P down to an end E; they may get longer, start and end lower, and have a warmup each.

    In update j of cycle i, which lasts T updates: `E + (P − E)·j/w` while j < w = `warmup_iters`, from there
    on `shape` from P to E in T − w updates: `E + (P − E)/2·(1 + cos(π·(j − w)/(T − w)))` by default.
    E is end·end_decay^i, and P = E + (max(peak·peak_decay^i, E) − E)·height_decay^i.

    `cycle_iters` are the lengths of the first cycles; a single one is SGDR's T_0. After those, the n-th further
    cycle lasts `t_mult`^n times the last of them (10, 15, 22.5, 33.75, … for 10 and 1.5). It need not be a whole number
    of updates: it starts with the first update at or after its exact beginning (10, 25, 48, 82, …), when a part of its
    T has already passed. `t_mult` is taken as the decimal number it is written as, so that restarts are exact at any
    distance. With `t_mult` 1 the last length repeats for ever. A cycle of whole updates stops one update short of E.

    Source: SGDR (arXiv 1608.03983, eq. 5); PyTorch's and Paddle's `CosineAnnealingWarmRestarts`; fractional lengths as
    in timm and keras; falling peaks as timm's `cycle_decay`, but never below the end; falling ends as in ignite;
    falling heights as keras's `m_mul`.
    """

    peak: Rate
    cycle_iters: tuple[Iters, ...]
    t_mult: Growth = 1.0
    end: Rate = 0.0
    peak_decay: UpToOne = 1.0
    warmup_iters: Update = 0
    shape: Shape = COSINE
    end_decay: UpToOne = 1.0
    height_decay: UpToOne = 1.0
    _plain: bool = field(init=False, repr=False, compare=False)
    """The same cosine again and again."""
    _latest: _Cycle = field(init=False, repr=False, compare=False)
    """The cycle of the last single update that was asked for: a training loop stays in it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.cycle_iters:
            raise refused(self, "cycle_iters", self.cycle_iters, "one or more integers of at least 1")
        if self.peak < self.end:
            raise refused(self, "peak", self.peak, f"a finite number of at least the end, {self.end:g}")
        if not is_growth(self.t_mult):
            raise refused(self, "t_mult", self.t_mult, f"1 or at least {SMALLEST_GROWTH}")
        if self.warmup_iters >= (shortest := min(self.cycle_iters)):
            allowed = f"below the shortest cycle, {shortest}, which would never reach its peak"
            raise refused(self, "warmup_iters", self.warmup_iters, allowed)
        self.shape.check(self, "end", self.end)
        plain = self._repeat_from == 0 and self._alike and not self.warmup_iters and self.shape is COSINE
        object.__setattr__(self, "_plain", plain)
        object.__setattr__(self, "_latest", (0, 0, 0, 0, 0, 0))

    @once
    def _alike(self) -> bool:
        """All cycles have the same rates."""
        return self.peak_decay == self.end_decay == self.height_decay == 1

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        if fn is not SCALAR:
            if self._repeat_from is None:
                return self._listed(k, fn)
            return fn.split(k, self._repeat_from, self._listed, self._repeated)
        if self._plain:  # the usual case
            n = self.cycle_iters[0]
            return self.end + (self.peak - self.end) * fn.half_cosine((n - k % n) / n)
        first, after, over, length, peak, end = self._latest
        if not first <= k < after:
            cycle = self._cycle(k)
            object.__setattr__(self, "_latest", cycle)
            first, _, over, length, peak, end = cycle
        # What `_in_cycle` does, but without its calls: this is the training loop.
        j, w = k - first + over, self.warmup_iters
        if not w:
            return self.shape.rate(peak, end, (length - j) / length)
        if j < w:
            return end + (self.shape.rate(peak, end, 1.0) - end) * (j / w)
        return self.shape.rate(peak, end, (length - j) / (length - w))

    def _cycle(self, k: int) -> _Cycle:
        """The cycle of update `k`."""
        if self._repeat_from is None or k < self._repeat_from:
            return self._rows[bisect_right(self._starts, k) - 1]
        length = self.cycle_iters[-1]
        repeats, j = divmod(k - self._repeat_from, length)
        rates = self._rates(len(self.cycle_iters) - 1 + repeats, SCALAR)
        return k - j, k - j + length, 0, length, *rates

    def _listed(self, k: Any, fn: Functions) -> Any:
        first, _, over, length, peak, end = fn.pick_row(self._rows, fn.count_passed(k, self._starts) - 1)
        return self._in_cycle(k - first + over, length, peak, end, fn)

    def _repeated(self, k: Any, fn: Functions) -> Any:
        k, length, listed = k - self._repeat_from, self.cycle_iters[-1], len(self.cycle_iters) - 1
        peak, end = (self.peak, self.end) if self._alike else self._rates(listed + k // length, fn)
        return self._in_cycle(fn.wrap(k, length), length, peak, end, fn)

    def _in_cycle(self, j: Any, length: Any, peak: Any, end: Any, fn: Functions) -> Any:
        w = self.warmup_iters
        if not w:
            return self.shape.rate(peak, end, (length - j) / length, fn)
        down = self.shape.rate(peak, end, fn.minimum(length - j, length - w) / (length - w), fn)
        return fn.where(j < w, end + (down - end) * (j / w), down)

    def _rates(self, cycle: Any, fn: Functions) -> tuple[Any, Any]:
        """The peak and the end of a cycle."""
        least = math.ulp(0.0) if self.shape.above_0 else 0.0  # where the float would be 0
        end = self.end if self.end_decay == 1.0 else fn.maximum(self.end * self.end_decay**cycle, least)
        peak = self.peak if self.peak_decay == 1.0 else fn.maximum(self.peak * self.peak_decay**cycle, end)
        return peak if self.height_decay == 1.0 else end + (peak - end) * self.height_decay**cycle, end

    @once
    def _repeat_from(self) -> int | None:
        """The first update of the cycles that repeat; None where none does."""
        return sum(self.cycle_iters[:-1]) if self.t_mult == 1 else None

    def _cycles(self) -> Iterator[tuple[int, float, float]]:
        """The cycles that do not repeat, endless with `t_mult` above 1: the first update of each, how much of it has
        passed by then, and its length.
        """
        *listed, last = self.cycle_iters
        begin = 0
        for length in listed:
            yield begin, 0.0, float(length)
            begin += length
        if self.t_mult == 1:
            yield begin, 0.0, float(last)
            return
        from fractions import Fraction  # loads decimal, which few need

        # The n-th begins after last·(growth^n − 1)/(growth − 1). No Fraction: it looks for a common divisor each time.
        growth = Fraction(str(self.t_mult))
        p, q, to_the_n = growth.numerator, growth.denominator, (1, 1)
        while True:
            numerator, denominator = to_the_n
            parts = (p - q) * denominator  # of an update
            whole, over = divmod(-last * q * (numerator - denominator), parts)
            yield begin - whole, over / parts, last * numerator / denominator
            to_the_n = numerator * p, denominator * q

    @once
    def _rows(self) -> tuple[_Cycle, ...]:
        """The cycles of `_cycles`, as far as there are updates."""
        cycles = [*takewhile(lambda cycle: cycle[0] <= MAX_STEP, self._cycles())]
        rows: list[_Cycle] = []
        for index, (first, over, length) in enumerate(cycles):
            after = first + math.ceil(length - over)
            if index + 1 < len(cycles):  # rounding may put the last update of a cycle slightly past its end
                after = cycles[index + 1][0]
                length = max(length, after - 1 - first + over)
            rows.append((first, after, over, length, *self._rates(index, SCALAR)))
        return tuple(rows)

    @once
    def _starts(self) -> tuple[int, ...]:
        return tuple(first for first, *_ in self._rows)

    def cycle_around(self, k: int) -> tuple[int, int]:
        return self._cycle(k)[:2]

    def end_of_cycle(self, k: int) -> float:
        return self._cycle(k)[-1]

    def corner_runs(self) -> Runs:
        offsets = (0, self.warmup_iters) if self.warmup_iters else (0,)
        listed = tuple(sorted(start + offset for start in self._starts for offset in offsets))
        if self._repeat_from is None:
            return (listed,)
        return listed, *(every(self.cycle_iters[-1], self._repeat_from + offset) for offset in offsets)


@dataclass(frozen=True)
class DividedRestarts(WarmRestarts):
    """`cycles` cycles of `WarmRestarts` in N updates, with `cycle_iters` = (N,); after them the rate is `end`.

    Each lasts N/`cycles` updates, which need not be a whole number: cycle i starts with the first update at or after
    i·N/`cycles`. The last one is cut off if `cycles` is not a whole number.

    Source: transformers' `get_cosine_with_hard_restarts_schedule_with_warmup`.
    """

    cycles: HalfWaves = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.cycle_iters) > 1 or self.t_mult != 1:
            raise refused(self, "cycle_iters", self.cycle_iters, "one length of all cycles together, with t_mult 1")
        if self.cycles * (self.warmup_iters + 1) > self.cycle_iters[0]:
            raise refused(self, "cycles", self.cycles, "fewer: each must be longer than its warmup")

    @once
    def _repeat_from(self) -> None:
        """None: the cycles are listed, and with them one that stays at the end."""

    @once
    def _length(self) -> Fraction:
        """The length of a cycle; `cycles` is taken as the decimal number it is written as."""
        from fractions import Fraction

        return self.cycle_iters[0] / Fraction(str(self.cycles))

    @once
    def _rows(self) -> tuple[_Cycle, ...]:
        *rows, (first, _, over, length, peak, end) = super()._rows
        n = self.cycle_iters[0]
        return *rows, (first, n, over, length, peak, end), (n, MAX_STEP + 1, self.warmup_iters, 2 * MAX_STEP, end, end)

    def _cycles(self) -> Iterator[tuple[int, float, float]]:
        length = self._length
        for index in range(math.ceil(self.cycles)):
            begin = math.ceil(length * index)
            yield begin, float(begin - length * index), float(length if length < _FAR else _FAR)

    def cycle_around(self, k: int) -> tuple[int, int]:
        """The first updates of the cycle around update `k` and of the next one, as if they continued past N."""
        cycle = k // self._length
        return math.ceil(self._length * cycle), math.ceil(self._length * (cycle + 1))

    def corner_runs(self) -> Runs:
        """The restarts, the end of the warmup in each cycle, and N."""
        n = self.cycle_iters[0]
        tops = {math.ceil(self._length * i + self.warmup_iters) for i in range(math.ceil(self.cycles))}
        return (tuple(sorted({*self._starts, *(top for top in tops if top < n)})),)


@dataclass(frozen=True)
class CyclicalCosine(WarmRestarts):
    """`end + (peak − end)/2·(1 + cos(π·(k mod c)/c))`, for ever: `WarmRestarts` of one length, `cycle_iters` = (c,).

    Each cycle starts at `peak` and stops one update short of `end`; restarts fall on exact multiples of c. It is a
    class of its own because PaddleOCR has one.

    Source: SGDR (arXiv 1608.03983) with equal cycles; PaddleOCR's `CyclicalCosineDecay`.
    """
