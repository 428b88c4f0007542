"""Schedules made of others whose corners have to be searched for: a product, bounds, a staircase."""

from __future__ import annotations

import math
import sys
from abc import abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from heapq import merge
from itertools import groupby, islice, pairwise
from typing import Any

from ppocr_lr.schedules.base import FOR_EVER, End, Lead, Runs, Schedule, inside, stretches
from ppocr_lr.schedules.checks import refused
from ppocr_lr.schedules.compose import From
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.kinds import Iters, PositiveRate, Rate

_MANY = 2000  # pieces of a regular pattern that are examined one by one
_IN_ALL = 10 * _MANY  # the same, for all patterns of a schedule together
_PLACES = 200  # of corners in the pattern that two cycles make together
_SAMPLES = 64  # rates sampled in a piece to find its turns


def _pieces(first: int, after: int, runs: list[range], most: int) -> list[tuple[int, int]]:
    """The first pieces into which the corners of `runs` divide a stretch, as (first update, the one after the last)."""
    corners = list(islice((corner for corner, _ in groupby(merge(*runs))), most))
    return list(pairwise([first, *corners, *([after] if len(corners) < most else [])]))


class _Searched(Schedule):
    """A schedule that finds corners of its own inside the pieces of its parts."""

    def _with_own(self, given: Runs) -> Runs:
        """The corners of its parts, and those found between them."""
        loose: set[int] = set()
        regular: list[range] = []
        left = _IN_ALL
        for first, after, runs in stretches(given):
            loose.add(first)
            most = min(_MANY, left) if runs else 2
            pieces = _pieces(first, after, runs, most)
            left -= len(pieces) if runs else 0
            found = [corner for piece in pieces for corner in self._corners_in(*piece)]
            if len(pieces) < most:  # they are all that there are
                loose.update(begin for begin, _ in pieces)
            else:
                regular += self._regular(first, after, runs)
                regular += self._repeated(found, after, runs)
            loose.update(found)
        return tuple(sorted(loose - {0})), *regular

    def _repeated(self, found: list[int], after: int, runs: list[range]) -> list[range]:
        """The corners that recur in each period of the pattern, if they all do."""
        begin, period = max(run[0] for run in runs), math.lcm(*(2 * run.step for run in runs))
        once = [corner for corner in found if begin <= corner < begin + period]
        twice = [corner for corner in found if begin + period <= corner < begin + 2 * period]
        again = all(self(corner - back) == self(corner - back + period) for corner in once for back in (0, 1))
        if not again or [corner + period for corner in once] != twice:
            return []
        return [range(corner, after, period) for corner in once]

    @abstractmethod
    def _corners_in(self, first: int, after: int) -> Iterable[int]:
        """Its own corners in a piece where its parts are smooth and monotone."""

    def _regular(self, first: int, after: int, runs: list[range]) -> list[range]:
        """The regular corners of a stretch, in runs along which the rates are monotone; refused if there are none."""
        return runs


@dataclass(frozen=True)
class Bounded(_Searched):
    """`min(max(schedule(k), floor), ceiling)` at every update k: a schedule kept between two rates.

    Source: optax's `exponential_decay` with an `end_value`; Paddle's `ReduceOnPlateau` with a `min_lr`.
    """

    schedule: Schedule
    floor: Rate = 0.0
    ceiling: PositiveRate = sys.float_info.max

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.ceiling < self.floor:
            raise refused(self, "ceiling", self.ceiling, f"a finite number of at least the floor, {self.floor:g}")

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        rate = self.schedule.formula(k, fn)
        if fn is SCALAR:  # without two calls: this is the training loop
            return self.floor if rate < self.floor else self.ceiling if rate > self.ceiling else rate
        return fn.minimum(fn.maximum(rate, self.floor), self.ceiling)

    def corner_runs(self) -> Runs:
        return self._with_own(self.schedule.all_corners)

    def _corners_in(self, first: int, after: int) -> Iterator[int]:
        """Where a bound is crossed."""
        for bound in (self.floor, self.ceiling):
            yield from _change(partial(self._above, bound), first, after - 1)

    def _above(self, bound: float, k: int) -> bool:
        return self.schedule(k) > bound

    def lead(self) -> Lead:
        inner = self.schedule.lead()
        if not inner.iters:
            return super().lead()
        return inner._replace(behind=Bounded(inner.behind, self.floor, self.ceiling), warmup_start=self(0))

    def end_of_decay(self) -> End | None:
        """The end of `schedule`, or from where on it stays at the bound that it passes before."""
        end = self.schedule.end_of_decay()
        if end is None or self.floor <= end.rate <= self.ceiling:
            return end
        bound = self.floor if end.rate < self.floor else self.ceiling
        last = FOR_EVER if end.step is None else end.step
        step = bisect_left(range(last), True, key=lambda k: self.extremes(k, last) == (bound, bound))
        return End(step if step < last else end.step, bound)

    def cycle_around(self, k: int) -> tuple[int, int] | None:
        return self.schedule.cycle_around(k)

    def opposite(self, low: float, high: float) -> Schedule | None:
        return self.schedule.opposite(low, high)


@dataclass(frozen=True)
class Product(_Searched):
    """`end + (schedule(k) − end)·by(k)` at every update k: a schedule times another one, whose rates are factors.

    `end` is the rate at a factor of 0; if it is 0, this is `schedule(k)·by(k)`.

    If one of the two goes up and down for ever, the other one must fall or stay constant: only then can all corners
    be listed. If both start over for ever, the pattern that their cycles make together must be short.

    Source: PyTorch's `ChainedScheduler`, mmengine's overlapping schedulers; Zhai et al. (arXiv 2106.04560); timm's
    `WSDLRScheduler` for one with an end.
    """

    schedule: Schedule
    by: Schedule
    end: Rate = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.all_corners  # refuses those that cannot be listed

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        if not self.end:
            return self.schedule.formula(k, fn) * self.by.formula(k, fn)
        return self.end + (self.schedule.formula(k, fn) - self.end) * self.by.formula(k, fn)

    def corner_runs(self) -> Runs:
        return self._with_own((*self.schedule.all_corners, *self.by.all_corners))

    def _corners_in(self, first: int, after: int) -> Iterable[int]:
        """Where the fall of one of the two begins to outweigh the rise of the other, or the reverse."""
        rates, factors = ([part(first), part(after - 1)] for part in (self.schedule, self.by))
        # Below `end`, a rising factor lowers the rate.
        ways = {_way(*factors) * _way(self.end, rate) for rate in rates} | {_way(*rates)}
        return _turns(self, first, after - 1) if {-1, 1} <= ways else ()

    def _regular(self, first: int, after: int, runs: list[range]) -> list[range]:
        ways, jumps = zip(*(self._ways(part, first, after) for part in (self.schedule, self.by)), strict=True)
        if self.end and ways[1] != {0} and self.schedule.extremes(first, after - 1)[0] < self.end:
            allowed = f"at most the lowest rate of the schedule, which has {_MANY} corners and more here"
            raise refused(self, "end", self.end, allowed)
        if {0} not in ways and {-1, 1} <= ways[0] | ways[1]:
            allowed = f"one that is constant or falls, like the other one, which has {_MANY} corners and more here"
            raise refused(self, "by", self.by, allowed)
        if not all({-1, 1} <= way | jump for way, jump in zip(ways, jumps, strict=True)):
            return runs
        # Both come back up: only at the same place in the cycles of both are both of them monotone.
        period = math.lcm(*(2 * run.step for run in runs))
        if sum(period // run.step for run in runs) > _PLACES:
            raise refused(self, "by", self.by, "one whose cycles come together with those of the other one sooner")
        return [run[at :: period // run.step] for run in runs for at in range(period // run.step) if run[at:]]

    def _ways(self, part: Schedule, first: int, after: int) -> tuple[set[int], set[int]]:
        """The directions of one of the two in the first pieces of a stretch and along its corners; those of jumps."""
        given = [run for run in part.all_corners if isinstance(run, range) and run.start < after and first < run.stop]
        own = [corners for run in given if (corners := inside(run, first, after))]
        pairs = [(begin, end - 1) for begin, end in _pieces(first, after, own, 16)]
        # The change from corner to corner counts as well: a piece of a single update has no direction.
        pairs += [(run[at], run[at + apart]) for run in own for at in (0, 1) for apart in (1, 2) if run[at + apart :]]
        jumps = [(corner - 1, corner) for run in own for corner in run[:16]]
        ways, over = ({_way(part(one), part(other)) for one, other in some} for some in (pairs, jumps))
        return ways, over

    def lead(self) -> Lead:
        """The longer of the two warmups."""
        warmup = max(self.schedule.lead().warmup_iters, self.by.lead().warmup_iters)
        return Lead(warmup, 0, From(self, warmup), self(0)) if warmup else super().lead()

    def opposite(self, low: float, high: float) -> Schedule | None:
        return self.schedule.opposite(low, high)

    def end_of_decay(self) -> End | None:
        """Where both have ended; earlier, where one of them alone brings the rate to `end`."""
        ends = [_end(self.schedule), _end(self.by)]
        known = [end for end in ends if end is not None]
        if len(known) < len(ends) or not any(part.end_of_decay() for part in (self.schedule, self.by)):
            return None
        known[0] = known[0]._replace(rate=known[0].rate - self.end)
        zeros = [end.step for end in known if end.rate == 0 and end.step is not None]
        steps = [end.step for end in known if end.step is not None]
        step = min(zeros) if zeros else max(steps) if len(steps) == len(known) else None
        return End(step, self.end + math.prod(end.rate for end in known) if step is None else self(step))


@dataclass(frozen=True)
class Staircase(Schedule):
    """`schedule(k − k mod n)` at update k, n = `step_iters`: the rate changes only every n updates.

    Source: TensorFlow's decays with `staircase`; PaddleClas's `by_epoch`, with the length of an epoch.
    """

    schedule: Schedule
    step_iters: Iters

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.all_corners  # refuses those that cannot be listed

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.schedule.formula(k - k % self.step_iters, fn)

    def corner_runs(self) -> Runs:
        """The multiples of n, grouped by their place in the cycles of `schedule`, if it has any."""
        n = self.step_iters
        loose: set[int] = set()
        regular: list[range] = []
        for first, after, runs in stretches(self.schedule.all_corners):
            steps = range(self._up(first), self._up(after), n)
            # The rates are monotone along every second corner, so a pattern is two of each step.
            period = math.lcm(n, *(2 * run.step for run in runs)) // n
            if period > _MANY < len(steps):
                allowed = "a length that divides the cycles of the schedule"
                raise refused(self, "step_iters", n, allowed)
            if len(steps) <= (_MANY if runs else 2):
                loose.update(steps)
                continue
            loose.update(steps[:period])  # the update before one of these may be in another stretch
            regular += [steps[period + at :: period] for at in range(period) if steps[period + at :: period]]
        return tuple(sorted(loose - {0})), *regular

    def _up(self, k: int) -> int:
        """The first multiple of n at or after `k`."""
        return -(-k // self.step_iters) * self.step_iters

    def opposite(self, low: float, high: float) -> Schedule | None:
        inner = self.schedule.opposite(low, high)
        return inner and Staircase(inner, self.step_iters)

    def lead(self) -> Lead:
        """As `schedule`; the steps continue after it."""
        inner = self.schedule.lead()
        if inner.iters % self.step_iters:
            return inner._replace(behind=From(self, inner.iters))
        return inner._replace(behind=Staircase(inner.behind, self.step_iters))

    def end_of_decay(self) -> End | None:
        """The first step at or after the end of `schedule`, and its rate."""
        end = self.schedule.end_of_decay()
        return end if end is None or end.step is None else End(step := self._up(end.step), self(step))

    def cycle_around(self, k: int) -> tuple[int, int] | None:
        cycle = self.schedule.cycle_around(k - k % self.step_iters)
        return cycle and (self._up(cycle[0]), self._up(cycle[1]))


def _end(part: Schedule) -> End | None:
    """The end of a decay, or of a schedule that becomes constant."""
    runs = part.all_corners
    if (end := part.end_of_decay()) is not None or any(isinstance(run, range) for run in runs):
        return end
    last = max((run[-1] for run in runs if run), default=0)
    return End(last, part(last)) if part(last) == part(FOR_EVER) else None


def _change(holds: Callable[[int], bool], first: int, last: int) -> Iterator[int]:
    """The first update at which `holds` differs from its value at `first`; it changes at most once."""
    before = holds(first)
    if holds(last) != before:
        yield bisect_left(range(first, last), True, key=lambda k: holds(k) != before) + first


def _way(before: float, after: float) -> int:
    """1 up, −1 down, 0 neither."""
    return (after > before) - (after < before)


def _turns(schedule: Schedule, first: int, last: int) -> list[int]:
    """The updates at which a smooth curve turns, as far as samples of it show."""
    length = last - first
    near = [2**power for power in range(length.bit_length())]
    offsets = {length * part // _SAMPLES for part in range(_SAMPLES + 1)} | {*near} | {length - step for step in near}
    steps = sorted(first + offset for offset in offsets)
    rates = [schedule(step) for step in steps]
    found = []
    way, moved_from = 0, first
    for (before, begin), (after, end) in pairwise(zip(rates, steps, strict=True)):
        now = _way(before, after)
        if now and way and now != way:
            # The turn is in the piece before or in this one: the first update from which the direction is the new one.
            found += [turn + 1 for turn in _change(lambda k: schedule(k + 1) > schedule(k), moved_from, end - 1)]
        if now:
            way, moved_from = now, begin
    return found
