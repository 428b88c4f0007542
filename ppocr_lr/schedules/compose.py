"""Schedules made of schedules; `warmup.py` has the warmups."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate
from typing import Any, NamedTuple

from ppocr_lr.schedules.base import MAX_STEP, End, Lead, Runs, Schedule, inside, shifted
from ppocr_lr.schedules.checks import refused
from ppocr_lr.schedules.decay import Constant
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.kinds import Cycles, Iters, Rate, Update
from ppocr_lr.schedules.once import once


class Stage(NamedTuple):
    """A part of a `Sequence`."""

    schedule: Schedule
    iters: int


@dataclass(frozen=True)
class Sequence(Schedule):
    """`schedule(k − start)` of the stage of update k, which begins at update `start`.

    `stages[i]` is a `Stage`, or an equal pair: its schedule gives the rates of its own updates 0 … iterations − 1.
    `last` follows them and never ends.

    Source: optax's `join_schedules`, PyTorch's `SequentialLR`.
    """

    stages: tuple[tuple[Schedule, Iters], ...]
    last: Schedule

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "stages", tuple(Stage(*stage) for stage in self.stages))

    @once
    def _schedules(self) -> tuple[Schedule, ...]:
        return *(schedule for schedule, _ in self.stages), self.last

    @once
    def _starts(self) -> tuple[int, ...]:
        return tuple(accumulate((iters for _, iters in self.stages), initial=0))

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        if fn is SCALAR:
            starts = self._starts
            stage = bisect_right(starts, k) - 1
            return self._schedules[stage].formula(k - starts[stage])
        return self._among(0, len(self._starts), k, fn)

    def _among(self, first: int, after: int, k: Any, fn: Functions) -> Any:
        """The rates of updates in the stages `first` … `after` − 1."""
        if after - first == 1:
            return self._schedules[first].formula(k - self._starts[first], fn)
        middle = (first + after) // 2
        before, behind = partial(self._among, first, middle), partial(self._among, middle, after)
        return fn.split(k, self._starts[middle], before, behind)

    def corner_runs(self) -> Runs:
        loose = set(self._starts[1:])
        regular = []
        for (schedule, iters), start in zip(self.stages, self._starts, strict=False):
            for run in schedule.all_corners:
                part = shifted(inside(run, -1, iters), start)
                regular.append(part) if isinstance(part, range) else loose.update(part)
        later = (shifted(run, self._starts[-1]) for run in self.last.all_corners)
        return tuple(sorted(loose)), *(run for run in regular if run), *later

    def lead(self) -> Lead:
        """Stages of one constant rate are a hold before `last`."""
        schedules = {schedule for schedule, _ in self.stages}
        if len(schedules) <= 1 and all(isinstance(schedule, Constant) for schedule in schedules):
            return Lead(0, self._starts[-1], self.last)
        return super().lead()


@dataclass(frozen=True)
class Scaled(Schedule):
    """`factor·schedule(k)`, for ever as `schedule` is; `factor` ≥ 0."""

    schedule: Schedule
    factor: Rate

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.factor * self.schedule.formula(k, fn)

    def corner_runs(self) -> Runs:
        return self.schedule.all_corners

    def lead(self) -> Lead:
        inner = self.schedule.lead()
        behind = Scaled(inner.behind, self.factor)
        return inner._replace(behind=behind, warmup_start=self.factor * inner.warmup_start)

    def end_of_decay(self) -> End | None:
        end = self.schedule.end_of_decay()
        return end and End(end.step, self.factor * end.rate)

    def cycle_around(self, k: int) -> tuple[int, int] | None:
        return self.schedule.cycle_around(k)


@dataclass(frozen=True)
class Mirrored(Schedule):
    """`low + (high − schedule(k))`: rises where `schedule` falls between the two, and falls where it rises."""

    schedule: Schedule
    low: Rate
    high: Rate

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.high < self.low:
            raise refused(self, "high", self.high, f"a finite number of at least low, {self.low:g}")

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.low + (self.high - self.schedule.formula(k, fn))  # near `low` the difference is exact

    def corner_runs(self) -> Runs:
        return self.schedule.all_corners

    def cycle_around(self, k: int) -> tuple[int, int] | None:
        return self.schedule.cycle_around(k)


@dataclass(frozen=True)
class HeldAfter(Schedule):
    """`schedule(min(k, end_iters))`: the rate of update `end_iters` holds for ever.

    A `CosineWave` held after its `decay_iters` does not rise again.
    """

    schedule: Schedule
    end_iters: Update

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.schedule.formula(fn.minimum(k, self.end_iters), fn)

    def corner_runs(self) -> Runs:
        return (self.end_iters,), *(inside(run, -1, self.end_iters) for run in self.schedule.all_corners)

    def lead(self) -> Lead:
        """As `schedule`, if it is over before `end_iters`."""
        inner = self.schedule.lead()
        if not 0 < inner.iters <= self.end_iters:
            return super().lead()
        return inner._replace(behind=HeldAfter(inner.behind, self.end_iters - inner.iters))

    def end_of_decay(self) -> End | None:
        """The end of `schedule`, or `end_iters` if that is earlier."""
        end = self.schedule.end_of_decay()
        if end is None or (end.step is not None and end.step <= self.end_iters):
            return end
        return End(self.end_iters, self(self.end_iters))

    def opposite(self, low: float, high: float) -> Schedule | None:
        inner = self.schedule.opposite(low, high)
        return inner and HeldAfter(inner, self.end_iters)


@dataclass(frozen=True)
class EndedAfter(Schedule):
    """`schedule(k)` for its first `cycles` cycles, then for ever the rate that the last of them ended at.

    Source: timm's `cycle_limit`.
    """

    schedule: Schedule
    cycles: Cycles
    _after: int = field(init=False, repr=False, compare=False)
    """The first update after the last cycle, or the last update there is."""
    _end: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.schedule.end_of_cycle(0) is None:
            raise refused(self, "schedule", self.schedule, "one with cycles that end at a rate")
        cycle = 0, 0
        for _ in range(self.cycles):
            if cycle[1] < MAX_STEP:
                cycle = self.schedule.cycle_around(cycle[1]) or cycle
        object.__setattr__(self, "_after", min(cycle[1], MAX_STEP))
        object.__setattr__(self, "_end", self.schedule.end_of_cycle(cycle[0]))

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        if fn is SCALAR:
            return self.schedule.formula(k) if k < self._after else self._end
        return fn.split(k, self._after, self.schedule.formula, Constant(self._end).formula)

    def corner_runs(self) -> Runs:
        end = self._after
        return (end,), *(inside(run, -1, end) for run in self.schedule.all_corners)

    def cycle_around(self, k: int) -> tuple[int, int] | None:
        return self.schedule.cycle_around(k) if k < self._after else None

    def opposite(self, low: float, high: float) -> Schedule | None:
        inner = self.schedule.opposite(low, high)
        return inner and Sequence(((inner, self._after),), Constant(high))


@dataclass(frozen=True)
class From(Schedule):
    """`schedule(k + first)`: the schedule without its first updates, for ever as `schedule` is.

    After a `Warmup` of `first` updates it is a decay whose clock starts with the warmup.
    """

    schedule: Schedule
    first: Update

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        if fn is SCALAR and (later := k + self.first) <= MAX_STEP:  # saves a call of `minimum`
            return self.schedule.formula(later)
        return self.schedule.formula(fn.minimum(k, MAX_STEP - self.first) + self.first, fn)

    def corner_runs(self) -> Runs:
        return tuple(shifted(run[bisect_right(run, self.first) :], -self.first) for run in self.schedule.all_corners)

    def lead(self) -> Lead:
        """What is left of the hold of `schedule`."""
        inner = self.schedule.lead()
        if inner.warmup_iters:
            return super().lead()
        left = inner.hold_iters - self.first
        return Lead(0, left, inner.behind) if left > 0 else Lead(0, 0, From(inner.behind, -left))

    def end_of_decay(self) -> End | None:
        """The end of `schedule`, earlier by `first`; update 0 and its rate if it had ended before."""
        end = self.schedule.end_of_decay()
        return end if end is None or end.step is None else End(step := max(0, end.step - self.first), self(step))

    def cycle_around(self, k: int) -> tuple[int, int] | None:
        """The cycle of `schedule`, earlier by `first`; the first one is cut short."""
        cycle = self.schedule.cycle_around(k + self.first)
        return cycle and (max(0, cycle[0] - self.first), cycle[1] - self.first)

    def opposite(self, low: float, high: float) -> Schedule | None:
        inner = self.schedule.opposite(low, high)
        return inner and From(inner, self.first)
