"""What would explain a log that does not follow its plan.

Each candidate is the plan's own schedule, built again from its section with something changed, and held against every
line. The simplest that explain all lines come back: first what the log itself says of its length, then one cause,
then causes that the log speaks against, then a cause together with a constant factor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ppocr_lr.errors import LRConfigError
from ppocr_lr.finding import Proposal
from ppocr_lr.logs.compare import Comparison, compare_log, schedule_length, strays
from ppocr_lr.logs.integer_search import Best, best_integer, refined
from ppocr_lr.logs.intervals import most_agree
from ppocr_lr.logs.lines import SIX_DECIMALS
from ppocr_lr.logs.pace import Accumulated, SteppedEvery, SteppedTimes
from ppocr_lr.logs.window import Lines, fitted_medians, least_squares, medians, rough_costs
from ppocr_lr.lr_config import Run, parse_lr_config
from ppocr_lr.lr_config.in_paddleocr import read_by_paddleocr
from ppocr_lr.lr_config.parse import read_section
from ppocr_lr.numbers_text import amount, count_text, rate_text, times_text
from ppocr_lr.schedules import Schedule
from ppocr_lr.schedules.kinds import MAX_ITERS
from ppocr_lr.training.resumed import ResumedByPaddle
from ppocr_lr.training_config.plan import plan_config
from ppocr_lr.training_config.scaling import overrides_to, scaled_section

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAMPLE = 150  # lines that a search looks at
_MANY = 2000  # lines that its last steps, and the first look at a candidate, look at
_VERY_MANY = 1 << 17  # lines that tell a factor
_MOST = 0.9  # of the lines are true
_STRAYS_AT_BENDS = 50  # of so many one
_PLAIN, _NOT_FOUND = 3, 100  # strange: what one cause explains, and what none does
_MOST_ALONE = 3  # processes that are diagnosed one by one
_NEAREST = 3
_NEAR = 0.2  # of the highest rate, the mean distance at which a number may be the right one
_LONG = 1000  # updates of a warmup whose rates tell those of any other
_MOST_TIMES = 1024  # processes that each step the schedule
_DIGITS = 12  # of a scaled rate: with fewer, a rate on the edge of its rounding would be told as another one
_MOST_AHEAD = 200  # updates, of a process that was not resumed
_PACES = tuple(range(2, 17))  # of accumulation, and of processes
_OTHER_NAMES = ("Cosine", "Linear", "DecayLearningRate", "OneCycle", "TwoStepCosine")


@dataclass(frozen=True)
class Cause:
    """One thing that was not as planned."""

    kind: str
    words: str
    proposal: Proposal | None = None
    """What makes the plan what was run, as far as this cause goes; None where nothing does, or where that was tried and
    the causes together lead to another plan than the one of the log."""

    @property
    def flag(self) -> str:
        """What to add to the command line for that."""
        return self.proposal.line if self.proposal else ""


@dataclass(frozen=True)
class Explanation:
    """Causes that together would make the log what it is, and how well."""

    causes: tuple[Cause, ...]
    explained: int
    lines: int
    strays: int
    """Lines that cannot be true if the others are explained."""
    largest: float
    """The largest distance of a logged rate from the explained one; rounding alone makes 5e-7."""
    rms: float
    """Root of the mean squared relative distance, over the lines whose rate is at least 1e-5."""
    of_these_lines: bool = False
    """The proposal plans these lines alone, and others of the log do not follow it."""

    @property
    def proposal(self) -> Proposal | None:
        """What makes the plan what was run."""
        proposals = [cause.proposal for cause in self.causes if cause.proposal]
        if not self.causes or len(proposals) < len(self.causes):
            return None
        overrides, flags = ([each for one in proposals for each in getattr(one, of)] for of in ("overrides", "flags"))
        return Proposal(tuple(overrides), tuple(flags))

    @property
    def complete(self) -> bool:
        """Every line that can be true is explained, within rounding; of many strays a few lie at a bend, untold."""
        left = self.lines - self.explained - self.strays
        return left == 0 or (left <= self.strays // _STRAYS_AT_BENDS and self.largest < 20 * SIX_DECIMALS)


@dataclass(frozen=True)
class Diagnosis:
    """What would explain the lines of some processes; if `found`, any of `explanations` does."""

    processes: tuple[int, ...]
    first: int
    """The first of these lines, by its index in the log."""
    explanations: tuple[Explanation, ...]
    found: bool


@dataclass(frozen=True)
class _Candidate:
    """A section and a run that may have been used instead of the plan's."""

    causes: tuple[Cause, ...]
    section: Mapping[str, Any]
    run: Run
    shift: int = 0
    factor: float = 1.0
    loaded: tuple[int, float] | None = None
    """An update and the rate that it had instead."""
    stepped_every: int = 1
    """Updates for one step of the schedule."""
    stepped_times: int = 1
    """Steps of the schedule for one update."""
    batches: int = 0
    """Of an epoch, where the log counts those,"""
    accumulated: int = 1
    """and how many make an update."""

    def schedule(self) -> Schedule | None:
        try:
            schedule = read_section(self.section).schedule(self.run.window)
        except LRConfigError:
            return None
        if self.loaded:
            return ResumedByPaddle(schedule, *self.loaded)
        if self.accumulated > 1:
            schedule = Accumulated(schedule, self.batches, self.accumulated)
        if self.stepped_every > 1:
            return SteppedEvery(schedule, self.stepped_every)
        return SteppedTimes(schedule, self.stepped_times) if self.stepped_times > 1 else schedule

    def because(self, cause: Cause, **changes: Any) -> _Candidate:
        return replace(self, causes=(*self.causes, cause), **changes)


class _Family(NamedTuple):
    """Candidates that differ in one integer."""

    at: Callable[[int], _Candidate]
    steps: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[Any]]
    """Which step of the schedule of `like` an update has under a candidate with such an integer, or about which."""
    like: _Candidate
    low: int
    high: int
    around: Iterable[int] = ()
    whole: int = 0
    """Of the integers that fit, a multiple of it from `origin` is taken."""
    origin: int = 0


def diagnose(comparison: Comparison) -> list[Diagnosis]:
    """What would explain each process that does not follow the plan; those with one explanation together."""
    return [
        replace(each, explanations=tuple(_with_tried(comparison, each, one) for one in each.explanations))
        for each in _likeliest(comparison)
    ]


def _with_tried(comparison: Comparison, diagnosis: Diagnosis, explanation: Explanation) -> Explanation:
    """Without its proposals, where its lines of the log do not follow the plan that they make."""
    proposal = explanation.proposal
    if proposal and explanation.complete:
        try:
            config, flags = comparison.planned.with_proposal(proposal)
            tried = compare_log(plan_config(config, comparison.planned.source, flags), comparison.log)
        except LRConfigError:
            tried = None
        if tried and tried.as_planned:
            return explanation
        which = np.isin(comparison.log.starts, diagnosis.processes)
        which[: diagnosis.first] = False
        to_the_end = which[-1] and tried and tried.ends_early_or_late
        if tried and tried.follows[which].all() and not to_the_end:
            return replace(explanation, of_these_lines=True)
    return replace(explanation, causes=tuple(replace(cause, proposal=None) for cause in explanation.causes))


def _likeliest(comparison: Comparison) -> list[Diagnosis]:
    """Of the diagnoses under each window that the log may show, those with the fewest causes."""
    found = sorted(_diagnoses(comparison), key=lambda diagnosis: diagnosis.first)
    strange = max(map(_strangeness, found), default=0)
    if strange <= _PLAIN or (strange < _NOT_FOUND and comparison.window_is_told):
        return found
    for other in comparison.with_other_windows:
        others = _with_another_window(other)
        if others and (less := max(map(_strangeness, others))) <= strange:
            found = others if less < strange else _either(found, others)
            strange = less
    return found


def _strangeness(diagnosis: Diagnosis) -> int:
    """By how many causes explain it; a schedule that is so many updates ahead or behind is rarely the true one."""
    if not diagnosis.found:
        return _NOT_FOUND
    kinds = ([cause.kind for cause in each.causes] for each in diagnosis.explanations)
    return min(2 * len(each) + ("offset" in each) for each in kinds)


def _either(some: list[Diagnosis], others: list[Diagnosis]) -> list[Diagnosis]:
    """The explanations of both, where they are of the same processes; else the first."""
    if [each.processes for each in some] != [each.processes for each in others]:
        return some
    pairs = zip(some, others, strict=True)
    return [replace(one, explanations=one.explanations + other.explanations) for one, other in pairs]


def _with_another_window(comparison: Comparison) -> list[Diagnosis] | None:
    """The diagnoses, if there is one for each process."""
    window = comparison.window
    shows = "each rate as it was used" if window == 1 else f"the median of {amount(window, 'update')}"
    words = f"the log shows {shows}, not {'the median ' * (window == 1)}of {comparison.asked_window}"
    cause = Cause("window", words, _override(f"Global.log_smooth_window={window}"))
    if comparison.first_difference is None:
        return [_Search(comparison, np.unique(comparison.log.starts).tolist()).as_planned_but_for(cause)]
    found = []
    for diagnosis in _diagnoses(comparison):
        if not diagnosis.found:
            return None
        explanations = (replace(each, causes=(*each.causes, cause)) for each in diagnosis.explanations)
        found.append(replace(diagnosis, explanations=tuple(explanations)))
    return sorted(found, key=lambda diagnosis: diagnosis.first)


def _override(*overrides: str) -> Proposal | None:
    return Proposal(overrides) if overrides else None


def _flag(name: str, value: int | str) -> Proposal:
    return Proposal(flags=((name, value),))


def _diagnoses(comparison: Comparison) -> Iterator[Diagnosis]:
    log = comparison.log
    groups: dict[tuple[int, int | None], list[int]] = {}
    for process in np.unique(log.starts[~comparison.follows]).tolist():
        first = int(np.searchsorted(log.starts, process))
        groups.setdefault((int(log.totals[first]), log.lengths[process]), []).append(process)
    left = _MOST_ALONE
    for processes in list(groups.values())[:_MOST_ALONE]:
        together = _Search(comparison, processes).diagnosis()
        if together.found:
            yield together
            continue
        for process in processes[:left]:
            whole = together if len(processes) == 1 else _Search(comparison, [process]).diagnosis()
            yield _from_a_difference_on(comparison, process, whole)
        left -= len(processes[:left])


def _from_a_difference_on(comparison: Comparison, process: int, whole: Diagnosis) -> Diagnosis:
    """Of all lines of a process, or of those from the first difference on: a log may not tell where it was resumed."""
    differing = np.flatnonzero((comparison.log.starts == process) & ~comparison.follows)
    if whole.found or differing[0] == whole.first:
        return whole
    rest = _Search(comparison, [process], int(differing[0])).diagnosis()
    return rest if rest.found else whole


class _Search:
    """The search for what explains the lines of some processes."""

    def __init__(self, comparison: Comparison, processes: list[int], first: int | None = None) -> None:
        log, planned = comparison.log, comparison.planned
        self._processes = tuple(processes)
        which = np.isin(log.starts, processes)
        lines = comparison.lines
        if first is not None:
            lines = lines.started_at(first, comparison.window)
            which[:first] = False
        self._first = first = int(np.argmax(which))
        self._rate_before = float(log.rates[first - 1]) if first else log.rate_before
        self._planned = planned
        self._lines = lines if which.all() else lines.take(which)
        surely = self._lines.least == self._lines.most
        self._sample = (self._lines.take(surely) if surely.sum() > 20 else self._lines).thinned(_SAMPLE)
        self._many = self._lines.thinned(_MANY)
        # Only a process that goes on where another one stopped can stand at the wrong place of the schedule.
        self._resumed = len(processes) == 1 and log.epochs[first] > log.first_epoch
        self._resumed_in_log = self._resumed and self._rate_before is not None
        self._plan = _Candidate((), planned.section, Run(planned.run.epochs, schedule_length(planned)))
        if comparison.schedule != planned.schedule:
            batches, every = comparison.iters_per_epoch, planned.flags.accumulate
            self._plan = replace(self._plan, batches=batches, accumulated=every)
        self._logged_length = log.lengths[processes[0]]
        self._told = self._told_differences(int(log.totals[first]))

    def diagnosis(self) -> Diagnosis:
        """The simplest explanations, or the nearest where none explains every line."""
        tried: list[tuple[Explanation, _Candidate]] = []
        levels = (self._what_the_log_says, self._one_cause, self._stepped_otherwise, self._against_the_log)
        for level in (*levels, self._with_a_factor):
            new = [(self._explanation(candidate, self._many), candidate) for candidate in level()]
            promising = [(self._explanation(candidate), candidate) for first, candidate in new if first.complete]
            complete = [self._without_idle_causes(*pair) for pair in promising if pair[0].complete]
            if complete:
                return Diagnosis(self._processes, self._first, _distinct(_without_detours(complete)), True)
            tried += new
        nearest = {candidate.causes: candidate for _, candidate in sorted(tried, key=lambda pair: _rank(pair[0]))}
        best = [self._explanation(candidate) for candidate in list(nearest.values())[:_NEAREST]]
        return Diagnosis(self._processes, self._first, tuple(sorted(best, key=_rank)), False)

    def as_planned_but_for(self, cause: Cause) -> Diagnosis:
        """That the plan with this cause alone explains the lines."""
        return Diagnosis(self._processes, self._first, (self._explanation(self._plan.because(cause)),), True)

    # The levels, from the simplest on.

    def _what_the_log_says(self) -> Iterator[_Candidate]:
        for count in range(1, len(self._told) + 1):
            for differences in combinations(self._told, count):
                yield self._with_told(differences)

    def _one_cause(self) -> Iterator[_Candidate]:
        base = self._with_told(self._told)
        yield from self._trained_by_paddleocr(base)
        if self._resumed_in_log:
            yield from self._with_a_loaded_rate(base)
            yield from self._at_another_place(base)
        yield from self._scaled(base)
        yield from self._changed(base)
        yield from self._constant(base)
        if self._logged_length is None:
            yield from self._epoch_length(base)
        if not self._resumed_in_log:
            yield from self._at_another_place(base)

    def _stepped_otherwise(self) -> Iterator[_Candidate]:
        base = self._with_told(self._told)
        if not self._resumed_in_log:
            yield from self._ahead_or_behind(base)
        yield from self._at_another_pace(base)
        if base.accumulated == 1:
            yield from self._accumulated(base)

    def _against_the_log(self) -> Iterator[_Candidate]:
        base = self._plan
        if self._told:
            yield from self._at_another_place(base)
            yield from self._scaled(base)
            yield from self._changed(base)
        if self._logged_length is not None:
            yield from self._epoch_length(base)

    def _with_a_factor(self) -> Iterator[_Candidate]:
        base = self._with_told(self._told)
        for candidate in (
            *self._at_another_place(base, scaled=True),
            *self._changed(base, scaled=True),
            *self._epoch_length(base, scaled=True),
        ):
            yield from self._scaled(candidate)

    # The causes.

    def _told_differences(self, epochs: int) -> tuple[str, ...]:
        run, logged = self._plan.run, self._logged_length or 1
        longest = MAX_ITERS // max(epochs, run.epochs)  # a damaged log may count more than a run can have
        told = []
        if logged <= longest and self._logged_length not in (
            None,
            run.iters_per_epoch,
            self._planned.run.iters_per_epoch,
            self._plan.batches,
        ):
            told.append("length")
        if epochs != run.epochs and max(logged, run.iters_per_epoch) <= longest:
            told.append("epochs")
        self._logged_epochs = epochs
        return tuple(told)

    def _with_told(self, differences: Iterable[str]) -> _Candidate:
        candidate = self._plan
        for difference in differences:
            run = candidate.run
            if difference == "length" and self._logged_length is not None:
                cause = self._length_cause(self._logged_length)
                candidate = candidate.because(cause, run=Run(run.epochs, self._logged_length))
            else:
                words = f"the run has {amount(self._logged_epochs, 'epoch')}, not {run.epochs}"
                cause = Cause("epochs", words, _flag("epochs", self._logged_epochs))
                candidate = candidate.because(cause, run=Run(self._logged_epochs, run.iters_per_epoch))
        return candidate

    def _length_cause(self, iters: int) -> Cause:
        words = f"an epoch has {amount(iters, 'iteration')}, not {self._plan.run.iters_per_epoch}"
        if self._logged_length not in (None, iters):
            logged = f"those of the log have {self._logged_length}"
            words = f"the schedule is built for epochs of {amount(iters, 'iteration')}, {logged}"
        return Cause("epoch length", words, _flag("iters_per_epoch", iters))

    def _trained_by_paddleocr(self, base: _Candidate) -> Iterator[_Candidate]:
        if self._planned.paddleocr_schedule is not None:
            words = f"trained by PaddleOCR, which ignores {', '.join(self._planned.own_keys)}"
            cause = Cause("trainer", words, _flag("trainer", "paddleocr"))
            yield base.because(cause, section=read_by_paddleocr(base.section))

    def _scaled(self, base: _Candidate) -> Iterator[_Candidate]:
        schedule = base.schedule()
        if schedule is None or self._lines.rates.max() <= 1e-6:  # one digit tells no factor
            return
        lines = self._lines.thinned(_VERY_MANY)
        shown = medians(schedule, lines, base.shift)
        low, high, agreeing = most_agree(*shown.factors(lines))
        config = parse_lr_config(base.section, base.run).config
        peak = float(getattr(config, "peak", 0) or getattr(config, "learning_rate", 0))
        likely = agreeing.mean() >= _MOST
        factor = _plainest_factor(low, high, peak) if likely else least_squares(shown, lines.rates)
        if factor <= 0 or not np.isfinite(factor) or f"{factor:.6g}" == "1":
            return
        try:
            proposal = _override(*overrides_to(base.section, scaled_section(base.section, config, factor, _DIGITS)))
        except LRConfigError:  # a third party's section that marks no rates
            proposal = None
        words = "the rate is " + times_text(factor, "the plan's", 6)
        yield base.because(Cause("factor", words, proposal), factor=factor)

    def _changed(self, base: _Candidate, scaled: bool = False) -> Iterator[_Candidate]:
        """Another warmup, or another schedule."""
        if base.schedule() is None:
            return
        config = parse_lr_config(base.section, base.run).config
        key = config.warmup_key if "warmup_mode" in type(config).model_fields else None
        warmup = config.warmup_length(base.run.window)
        if key is not None and warmup > 0:
            section = {**base.section, key: 0}
            cause = Cause("no warmup", "there is no warmup", _override(*overrides_to(base.section, section)))
            none = base.because(cause, section=section)
            yield none
            if self._explanation(none).complete:
                key = None  # any warmup that is over before the first line would do as well
        if key is not None:
            yield from self._warmup(base, key, warmup, scaled)
        peak = getattr(config, "peak", None) or getattr(config, "learning_rate", None)
        for name in _OTHER_NAMES:
            if name != self._planned.name and peak:
                section = {"name": name, "max_lr" if name == "OneCycle" else "learning_rate": peak}
                if name != "DecayLearningRate" and warmup:
                    section["warmup_epoch"] = warmup / base.run.iters_per_epoch
                cause = Cause("name", f"the schedule is {name}, not {self._planned.name}")
                yield base.because(cause, section=section)

    def _warmup(self, base: _Candidate, key: str, planned: int, scaled: bool) -> Iterator[_Candidate]:
        iters_per_epoch = base.run.iters_per_epoch
        # What the number under the key counts; a ratio is of the run.
        unit = {"warmup_epoch": iters_per_epoch, "warmup_ratio": base.run.total_iters}.get(key, 1)

        def with_length(iters: int) -> _Candidate:
            section = {**base.section, key: iters / unit if iters % unit else iters // unit}
            before = count_text(planned / unit if key == "warmup_epoch" else planned) if planned else "none"
            length = amount(round(iters / unit, 3), "epoch") if key == "warmup_epoch" else amount(iters, "iteration")
            proposal = _override(*overrides_to(base.section, section))
            cause = Cause("warmup", f"the warmup has {length}, not {before}", proposal)
            return base.because(cause, section=section)

        last = max(2, min(base.run.total_iters, int(self._lines.updates.max()) * 2))
        some = max(planned, min(last, _LONG))

        def steps(iters: NDArray[np.int64], updates: NDArray[np.int64]) -> NDArray[Any]:
            return np.where(updates < iters, updates * (some / iters), some + updates - iters)

        around = [round(planned * part) for part in (0.5, 0.9, 1.1, 2)]
        best = self._best(_Family(with_length, steps, with_length(some), 1, last, around, iters_per_epoch), scaled)
        if best is not None and best.x != planned:
            yield with_length(best.x)

    def _epoch_length(self, base: _Candidate, scaled: bool = False) -> Iterator[_Candidate]:
        planned = base.run.iters_per_epoch
        if self._lines.span.any():  # the log tells of epochs alone
            return

        def with_length(iters: int) -> _Candidate:
            return base.because(self._length_cause(iters), run=Run(base.run.epochs, iters))

        def steps(iters: NDArray[np.int64], updates: NDArray[np.int64]) -> NDArray[Any]:
            return updates * (planned / iters) + 0.5

        around = [max(1, round(planned * factor)) for factor in (1 / 8, 1 / 4, 1 / 2, 0.99, 1.01, 2, 4, 8)]
        most = min(planned * 30, MAX_ITERS // base.run.epochs)
        family = _Family(with_length, steps, base, max(1, planned // 30), most, around)
        best = self._best(family, scaled)
        if best is not None and best.x != planned:
            yield with_length(best.x)

    def _resumed_at(self, base: _Candidate) -> tuple[int, int]:
        """The length of an epoch, and its first update, at which PaddleOCR resumes."""
        length = self._logged_length or base.run.iters_per_epoch
        return length, (int(self._lines.updates[0]) - 1) // length * length

    def _with_a_loaded_rate(self, base: _Candidate) -> Iterator[_Candidate]:
        schedule = base.schedule()
        if schedule is None or self._rate_before is None:
            return
        _, begin = self._resumed_at(base)
        shown = float(self._lines.rates[0])
        done = int(self._lines.updates[0]) - begin
        # The first line tells the mean of two rates; behind more the median only tells which side the first is on.
        rate = {1: shown, 2: max(0.0, 2 * shown - schedule(begin + 1))}.get(done, self._rate_before)
        words = (
            "after the resume the first update had the checkpoint's rate, as in PaddleOCR, and the next ones the plan's"
        )
        yield base.because(Cause("loaded rate", words), loaded=(begin, rate))

    def _at_another_place(self, base: _Candidate, scaled: bool = False) -> Iterator[_Candidate]:
        if not self._resumed:
            return
        first = int(self._lines.updates[0])
        length, begin = self._resumed_at(base)

        def at(place: int, fitting: str = "") -> _Candidate:
            shift = place - first
            if place <= length:
                cause = Cause("started over", "the schedule started over at the resume instead of going on")
            else:
                cause = _offset(shift, fitting)
            return base.because(cause, shift=shift)

        over = at(first - begin)
        if begin and self._explanation(over).complete:
            yield over
            return
        high = first + base.run.total_iters
        family = _Family(
            at, lambda place, updates: updates + (place - first), base, 1, high, [first - begin], length, first
        )
        best = self._best(family, scaled)
        if best is not None and best.x != first:
            ends = sorted((abs(best.low - first), abs(best.high - first)))
            yield at(best.x, f" ({ends[0]} to {ends[1]} fit)" if best.low < best.high else "")

    def _ahead_or_behind(self, base: _Candidate) -> Iterator[_Candidate]:
        """As where the schedule is stepped before the optimizer, or a loop steps it before its first update."""

        def at(place: int) -> _Candidate:
            shift = place - _MOST_AHEAD - 1
            return base.because(_offset(shift), shift=shift)

        origin = _MOST_AHEAD + 1
        family = _Family(
            at, lambda place, updates: updates + (place - origin), base, 1, 2 * _MOST_AHEAD + 1,
            [origin - 1, origin + 1], origin=origin,
        )  # fmt: skip
        best = self._best(family)
        if best is not None and best.x != origin:
            yield at(best.x)

    def _at_another_pace(self, base: _Candidate) -> Iterator[_Candidate]:
        iters = self._logged_length or base.run.iters_per_epoch

        def every(updates: int) -> _Candidate:
            once = "once an epoch" if updates == iters else f"once in {updates} updates of the log"
            cause = Cause("pace", f"the schedule was stepped {once}, not at each")
            return base.because(cause, stepped_every=updates)

        def times(steps: int) -> _Candidate:
            words = f"the schedule was stepped {steps} times an update, as where each of {steps} processes steps it"
            return base.because(Cause("pace", words), stepped_times=steps)

        for family in (
            _Family(every, lambda by, updates: updates // by, base, 2, max(iters, *_PACES), [iters, *_PACES]),
            _Family(times, lambda by, updates: updates * by, base, 2, _MOST_TIMES, _PACES),
        ):
            best = self._best(family)
            if best is not None:
                yield family.at(best.x)

    def _accumulated(self, base: _Candidate) -> Iterator[_Candidate]:
        """The log counts batches, and the schedule is built for the updates."""
        batches, schedule = self._logged_length or base.run.iters_per_epoch, base.schedule()
        if schedule is None or not self._may_be_right(medians(schedule, self._sample).distance(self._sample).mean()):
            return

        def made_of(every: int) -> _Candidate:
            words = f"the log counts batches, and {every} of them make an update of the schedule"
            cause = Cause("accumulation", words, _flag("accumulate", every))
            run = Run(base.run.epochs, batches // every)
            return base.because(cause, run=run, batches=batches, accumulated=every)

        def carried_over(every: int, updates: int) -> _Candidate:
            words = f"the log counts batches, and {every} of them make an update of the schedule, across epochs too"
            return base.because(Cause("accumulation", words), run=Run(base.run.epochs, updates), stepped_every=every)

        paces = [every for every in _PACES if every <= batches]
        uneven = [every for every in paces if batches % every]
        carried = [carried_over(every, batches // every + up) for every in uneven for up in (0, 1)]
        for candidates in ([made_of(every) for every in paces], carried):
            near = sorted(candidates, key=lambda candidate: self._cost(candidate, self._sample))[:_NEAREST]
            if near:
                yield min(near, key=lambda candidate: self._cost(candidate, self._many))

    def _constant(self, base: _Candidate) -> Iterator[_Candidate]:
        """A rate that does not change is written the same in every line."""
        rates, lines = np.unique(self._lines.rates, return_counts=True)
        rate = float(rates[lines.argmax()])
        config = self._planned.parsed.config
        bare = not config.warmup_length(base.run.window)
        plainly = bare or abs(getattr(config, "learning_rate", 0) - rate) <= SIX_DECIMALS
        if lines.max() < _MOST * len(self._lines) or (self._planned.name == "Const" and plainly):
            return  # of a Const a factor, or no warmup, says the same
        words = f"the rate is constant, {rate_text(rate, 6)}" if rate > 0 else "the rate is below 5e-7 throughout"
        section = {"name": "Const", "learning_rate": max(rate, 1e-7)}
        yield base.because(Cause("constant", words), section=section, shift=0)

    # How well a candidate does.

    def _explanation(self, candidate: _Candidate, lines: Lines | None = None) -> Explanation:
        """How well a candidate explains all lines, or only these."""
        lines = lines or self._lines
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

    def _without_idle_causes(self, explanation: Explanation, candidate: _Candidate) -> Explanation:
        """What the log says of the length may make no difference to the rates."""
        for kind, run in (
            ("epoch length", Run(candidate.run.epochs, self._plan.run.iters_per_epoch)),
            ("epochs", Run(self._plan.run.epochs, candidate.run.iters_per_epoch)),
        ):
            fewer = tuple(cause for cause in candidate.causes if cause.kind != kind)
            if 0 < len(fewer) < len(candidate.causes):
                simpler = replace(candidate, causes=fewer, run=run)
                if (better := self._explanation(simpler)).complete:
                    explanation, candidate = better, simpler
        return explanation

    def _cost(self, candidate: _Candidate, lines: Lines, scaled: bool = False) -> float:
        schedule = candidate.schedule()
        if schedule is None:
            return float("inf")
        factor = least_squares(medians(schedule, lines, candidate.shift), lines.rates) if scaled else 1.0
        return float(fitted_medians(schedule, lines, candidate.shift, factor).excess(lines).mean())

    def _may_be_right(self, distance: float) -> bool:
        """A schedule that is so far from the rates of the sample, in the mean, may have a better one beside it."""
        return distance <= _NEAR * float(self._sample.rates.max()) + 1e-6

    def _best(self, family: _Family, scaled: bool = False) -> Best | None:
        """Which number explains best, found about on a sample of the lines first; None where none comes near."""
        schedule = family.like.schedule()
        if schedule is None:
            return None

        def about(numbers: NDArray[np.int64]) -> NDArray[np.float64]:
            return rough_costs(schedule, self._sample, lambda updates: family.steps(numbers[:, None], updates), scaled)

        near = best_integer(about, family.low, family.high, family.around, family.origin)
        if not self._may_be_right(about(np.array([near]))[0]):
            return None
        cost = cache(lambda x: self._cost(family.at(x), self._many, scaled))
        stride = max(1, (family.high - family.low) // _SAMPLE)
        return refined(cost, near, family.low, family.high, stride, family.whole, family.origin)


def _offset(shift: int, fitting: str = "") -> Cause:
    way = "behind" if shift < 0 else "ahead of"
    return Cause("offset", f"the schedule is {amount(abs(shift), 'update')} {way} the count of the log{fitting}")


def _rank(explanation: Explanation) -> tuple[int, float]:
    return -explanation.explained, explanation.rms


def _plainest_factor(low: float, high: float, peak: float) -> float:
    """A whole factor, or one over a whole one; else the factor that makes the peak a plain number."""
    for whole in range(2, 1025):
        for factor in (float(whole), 1 / whole):
            if low <= factor <= high:
                return factor
    return _plainest(low * peak, high * peak) / peak if peak else _plainest(low, high)


def _plainest(low: float, high: float) -> float:
    """The number of fewest digits between two."""
    middle = (low + high) / 2 if np.isfinite(high) else low
    return next((x for digits in range(12) if low <= (x := float(f"{middle:.{digits}e}")) <= high), middle)


def _without_detours(explanations: list[Explanation]) -> list[Explanation]:
    """Where no warmup at all would do, a short one or short epochs would too."""
    kinds = [{cause.kind for cause in explanation.causes} for explanation in explanations]
    if not any("no warmup" in each for each in kinds):
        return explanations
    return [
        explanation
        for explanation, each in zip(explanations, kinds, strict=True)
        if "no warmup" in each or not each & {"warmup", "epoch length"}
    ]


def _distinct(explanations: Iterable[Explanation]) -> tuple[Explanation, ...]:
    return tuple({explanation.causes: explanation for explanation in explanations}.values())
