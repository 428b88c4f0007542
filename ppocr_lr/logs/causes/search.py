"""A candidate for what was trained instead of the plan, and the search for the one that the lines show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ppocr_lr.errors import LRConfigError
from ppocr_lr.logs.causes.explanation import Cause, Explanation
from ppocr_lr.logs.compare import Comparison, strays
from ppocr_lr.logs.counts import ANY
from ppocr_lr.logs.integer_search import Best, best_integer, refined
from ppocr_lr.logs.pace import Accumulated
from ppocr_lr.logs.window import Lines, fitted_medians, rough_costs
from ppocr_lr.lr_config import Run
from ppocr_lr.lr_config.parse import Section, read_section
from ppocr_lr.lr_config.run import Window
from ppocr_lr.schedules import Schedule

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAMPLE = 150  # lines that a search examines
_COSTLY = 50  # and its last steps, where a window is wide
_MANY = 2000  # lines that its last steps, and the first test of a candidate, examine
_MOST_FILLS = 64  # that a window may have, where so many lines are examined
_NEAR = 0.2  # of the highest rate, the mean distance at which a number may be the right one


@dataclass(frozen=True)
class Candidate:
    """A section and a run that may have been used instead of the plan's."""

    causes: tuple[Cause, ...]
    section: Section | None
    """None if what was changed makes it unusable."""
    run: Run
    around: tuple[Callable[[Schedule], Schedule], ...] = ()
    """What is put around its schedule, one after the other, such as another pace."""
    shift: int = 0
    factor: float = 1.0

    def schedule(self) -> Schedule | None:
        """The schedule that it makes; None if its numbers make none."""
        schedule = _schedule(self.section, self.run.window)
        return schedule and reduce(lambda inner, put: put(inner), self.around, schedule)

    def because(self, cause: Cause, **changes: Any) -> Candidate:
        """The same candidate, with one more cause and its changes."""
        return replace(self, causes=(*self.causes, cause), **changes)

    def put_into(self, cause: Cause, outer: Callable[[Schedule], Schedule], **changes: Any) -> Candidate:
        """The same candidate, with one more cause and something around its schedule."""
        return self.because(cause, around=(*self.around, outer), **changes)

    def with_section(self, cause: Cause, section: Mapping[str, Any]) -> Candidate:
        """The same candidate, with one more cause and another section."""
        try:
            return self.because(cause, section=read_section(section))
        except LRConfigError:
            return self.because(cause, section=None)


@lru_cache  # candidates that differ in their place or pace have the same one, and one of many values costs time
def _schedule(section: Section | None, window: Window) -> Schedule | None:
    try:
        return section.schedule(window) if section else None
    except LRConfigError:
        return None


class Family(NamedTuple):
    """Candidates that differ in one integer."""

    at: Callable[[int], Candidate]
    steps: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[Any]]
    """Which step of the schedule of `like` an update has under a candidate with such an integer, or about which."""
    like: Candidate
    low: int
    high: int
    around: Iterable[int] = ()
    whole: int = 0
    """If several integers fit, one that is a multiple of it is taken."""


class Search:
    """What the search for causes knows of the lines of some processes, and how well a candidate explains them."""

    def __init__(self, comparison: Comparison, processes: list[int], first: int | None = None) -> None:
        log, planned = comparison.log, comparison.planned
        self.processes = tuple(processes)
        which = np.isin(log.starts, processes)
        lines = comparison.lines
        if first is not None:
            lines = lines.started_at(first, comparison.window)
            which[:first] = False
        self.first = first = int(np.argmax(which))
        self.rate_before = float(log.rates[first - 1]) if first else log.rate_before
        self.planned = planned
        self.lines = lines if which.all() else lines.take(which)
        surely = self.lines.least == self.lines.most
        self.sample = (self.lines.take(surely) if surely.sum() > 20 else self.lines).thinned(_SAMPLE)
        costly = (self.lines.most > _MOST_FILLS).any()
        self.many = self.lines.thinned(_COSTLY if costly else _MANY)
        # Only a process that continues where another one stopped can be at the wrong place of the schedule.
        self.resumed = len(processes) == 1 and log.epochs[first] > log.first_epoch
        self.resumed_in_log = self.resumed and self.rate_before is not None
        # Batches of an epoch, if the log counts batches and several make an update; else 0.
        self.batches = comparison.iters_per_epoch if comparison.schedule != planned.schedule else 0
        by_batches = partial(Accumulated, batches=self.batches, every=planned.flags.accumulate)
        self.plan = Candidate((), read_section(planned.section), planned.built_for, (by_batches,) * bool(self.batches))
        self.logged_length = next((length for each in processes if (length := log.lengths[each])), None)
        self.counted_length = log.processes[processes[0]].length or ANY
        self.logged_epochs = int(log.totals[first])

    def explanation(self, candidate: Candidate, lines: Lines | None = None) -> Explanation:
        """How well a candidate explains all lines, or only these."""
        lines = lines or self.lines
        schedule = candidate.schedule()
        if schedule is None:
            return Explanation(candidate.causes, 0, len(lines), 0, float("inf"), float("inf"))
        shown = fitted_medians(schedule, lines, candidate.shift, candidate.factor)
        explained = shown.explain(lines)
        apart = strays(shown, lines, schedule)
        distance = np.where(apart, 0, shown.distance(lines))
        large = shown.high >= 1e-5
        relative = distance[large] / shown.high[large]
        return Explanation(
            candidate.causes,
            int(explained.sum()),
            len(lines),
            int(apart.sum()),
            float(distance.max()),
            float(np.sqrt(np.mean(relative**2))) if large.any() else 0.0,
        )

    def explains(self, candidate: Candidate) -> bool:
        """Whether a candidate explains every line that can be true."""
        return self.explanation(candidate, self.many).complete and self.explanation(candidate).complete

    def cost(self, candidate: Candidate, lines: Lines, scaled: bool = False) -> float:
        """How far these lines are from those of a candidate, on average, beyond rounding."""
        schedule = candidate.schedule()
        if schedule is None:
            return float("inf")
        factor = None if scaled else 1.0
        return float(fitted_medians(schedule, lines, candidate.shift, factor).excess(lines).mean())

    def rough_cost(self, candidate: Candidate) -> float:
        """About the cost on the sample: with the rate in the middle of each window for its median."""
        schedule = candidate.schedule()
        if schedule is None:
            return float("inf")
        return float(rough_costs(schedule, self.sample, lambda updates: updates[None])[0])

    def may_be_right(self, distance: float) -> bool:
        """A schedule that is this far from the rates of the sample, on average, may have a better one beside it."""
        return distance <= _NEAR * float(self.sample.rates.max()) + 1e-6

    def best(self, family: Family, scaled: bool = False) -> Best | None:
        """Which number explains best, found roughly on a sample of the lines first; None if none comes near."""
        schedule = family.like.schedule()
        if schedule is None:
            return None

        def about(numbers: NDArray[np.int64]) -> NDArray[np.float64]:
            return rough_costs(schedule, self.sample, lambda updates: family.steps(numbers[:, None], updates), scaled)

        near = best_integer(about, family.low, family.high, family.around)
        if not self.may_be_right(about(np.array([near]))[0]):
            return None
        cost = cache(lambda x: self.cost(family.at(x), self.many, scaled))
        stride = max(1, (family.high - family.low) // _SAMPLE)
        return refined(cost, near, family.low, family.high, stride, family.whole)
