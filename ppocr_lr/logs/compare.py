"""Does a logged run follow its plan, and from where on not."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ppocr_lr.errors import LRConfigError, MissingError
from ppocr_lr.language import tr
from ppocr_lr.logs.counts import Length
from ppocr_lr.logs.integer_search import best_integer, refined
from ppocr_lr.logs.lines import SIX_DECIMALS
from ppocr_lr.logs.pace import Accumulated
from ppocr_lr.logs.train_log import TrainLog
from ppocr_lr.logs.window import Lines, Medians, each, fitted_medians, least_squares, medians, rough_costs, smooth
from ppocr_lr.lr_config import Run
from ppocr_lr.schedules import Schedule
from ppocr_lr.schedules.kinds import MAX_ITERS
from ppocr_lr.training_config.plan import PlannedRun, plan_config, plan_run, plan_sections
from ppocr_lr.training_config.run_flags import RunFlags
from ppocr_lr.training_config.sections import GlobalSection, read

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WINDOW = "log_smooth_window"
_MOST_RESTARTS = 20  # that a log without their marks is believed to have
_LONGEST_STRAY = 5  # lines
_MOST = 0.9  # of the lines are true
_MOST_STRAYS = 1 / 3  # of the lines, where they are far off
_SAMPLE = 200  # lines that a search for the length of an epoch examines
_FEW_LENGTHS = 64  # that are all examined
_LONG = 1000
_EVERY = 10  # updates from line to line, as in PaddleOCR's configs
_WINDOWS = (20, 10, 50, 100, 5, 1, 2, 30, 200, 500, 1000)  # of updates, that people choose
_MOST_TIMES = 10_000  # the counts of a first epoch, where nothing bounds its length


@dataclass(frozen=True, eq=False)
class Comparison:
    """A log beside its plan, line by line."""

    planned: PlannedRun
    log: TrainLog
    window: int
    """Updates whose median a line shows."""
    asked_window: int
    """What the config says of it, or PaddleOCR's usual."""
    lines: Lines
    expected: Medians
    schedule: Schedule
    """The plan's, for the steps that the log counts."""
    iters_per_epoch: int
    """As the log counts them: the plan's, or batches, of which several make an update."""

    @cached_property
    def matches(self) -> NDArray[np.bool_]:
        """The lines that show the planned rate, within rounding."""
        return self.expected.explain(self.lines)

    @cached_property
    def strays(self) -> NDArray[np.bool_]:
        """The few lines that cannot be true beside their neighbours."""
        return strays(self.expected, self.lines, self.schedule)

    @cached_property
    def follows(self) -> NDArray[np.bool_]:
        """The lines that do not speak against the plan."""
        return self.matches | self.strays

    @property
    def first_difference(self) -> int | None:
        """The first line that does, by its index."""
        return None if self.follows.all() else int(np.argmin(self.follows))

    @cached_property
    def ends_early_or_late(self) -> bool:
        """The run that the log counts is of another length than the plan, and ends at another rate."""
        logged, planned = int(self.log.totals[-1]), self.planned.run.epochs
        ends = [epochs * self.planned.run.iters_per_epoch - 1 for epochs in (logged, planned)]
        last = [self.planned.schedule(end) for end in ends]
        return logged != planned and abs(last[0] - last[1]) > SIX_DECIMALS

    @property
    def as_planned(self) -> bool:
        """The run follows the plan, in its rates and in its length."""
        return self.first_difference is None and not self.ends_early_or_late

    @property
    def shows_usual_window(self) -> bool:
        """The run follows the plan where a line shows what the config says of it, or PaddleOCR's usual."""
        return self.window == self.asked_window and self.first_difference is None

    @property
    def window_is_told(self) -> bool:
        """The config says what a line shows."""
        return _WINDOW in (self.planned.config.get("Global") or {})

    @cached_property
    def with_other_windows(self) -> tuple[Comparison, ...]:
        """As if each line showed a rate as it was used, or the median of as many updates as fit its rates best."""
        likely = min(_WINDOWS, key=self._cost_of_window)
        windows = dict.fromkeys([likely, 1])  # the likely one first
        return tuple(
            _compare(self.planned, self.log, window, self.asked_window) for window in windows if window != self.window
        )

    def _cost_of_window(self, window: int) -> float:
        """How far the rates are from those in windows of so many updates, on average, whatever their factor."""
        of_window = _lines(self.log, window, self.iters_per_epoch)
        lines = replace(of_window, updates=self.lines.updates).thinned(_SAMPLE)
        shown = medians(self.schedule, lines)
        return float(shown.times(least_squares(shown, lines.rates)).excess(lines).mean())

    @property
    def positions(self) -> NDArray[np.float64]:
        """Where a dot for each line lies on the curve, in updates: in the middle of its window.

        The lines of an epoch that count no updates share it equally, each in the middle of its part.
        """
        lines = self.lines
        begins = np.flatnonzero(np.diff(lines.updates, prepend=-1) | np.diff(lines.process, prepend=-1))
        of_epoch, place = each(np.diff(begins, append=len(lines)))
        before_end = 1 - (place + 0.5) / np.bincount(of_epoch)[of_epoch]
        counted = lines.updates - 1 - np.where(lines.span, lines.span * before_end, (self.expected.fill - 1) / 2)
        return np.asarray(counted * (self.planned.run.iters_per_epoch / self.iters_per_epoch), dtype=np.float64)


def compare_runs(
    path: str | Path | None, log: TrainLog, overrides: Iterable[str] = (), flags: RunFlags | None = None
) -> list[Comparison]:
    """Each run of a log against its plan: that of `path`, those before it with what the log says of their length.

    Args:
        path: the config of the last run; None for what each run wrote into the log, or for `config.yml` beside it.
        log, overrides, flags: as for `plan_logged_run`.

    Raises:
        LRConfigError: as `plan_logged_run` and `compare_log`.
    """
    flags, overrides = flags or RunFlags(), list(overrides)
    runs = log.runs(by_config=path is None)
    compared = []
    for run in runs:
        of_run = flags if run is runs[-1] else flags._replace(epochs=int(run.totals[-1]))
        own = run.possible_lengths
        if not own.also(runs[-1].possible_lengths):  # the config's data, and what is given, are the last run's
            iters = run.batches or own.likely + run.windows
            of_run = of_run._replace(iters_per_epoch=iters, iters_from=tr("from the log"))
        compared.append(compare_log(plan_logged_run(path, run, overrides, of_run), run))
    return compared


def plan_logged_run(
    path: str | Path | None, log: TrainLog, overrides: Iterable[str] = (), flags: RunFlags | None = None
) -> PlannedRun:
    """As `plan_run`; if neither an argument nor the config gives the length of an epoch for sure, the log does.

    Of the lengths that its counts allow, one is taken that fits its rates.

    Args:
        path: the config; None for the one that the log holds, or else for `config.yml` beside it.
        log, overrides, flags: as for `plan_run`.

    Raises:
        LRConfigError: as `plan_run`; or there is no config.
    """
    flags = flags or RunFlags()
    flags, overrides = flags._replace(windows=flags.windows or log.windows), list(overrides)
    allowed = log.possible_lengths
    assumed = (allowed.likely if log.step_key else _LONG) + flags.windows
    planned = (
        _plan_of_its_config(log, overrides, flags, assumed)
        if path is None
        else plan_run(path, overrides, flags, assumed)
    )
    if not planned.length.estimate:
        return planned

    def with_length(iters: int, told: str = "", accumulate: int = 1, windows: bool = flags.windows) -> PlannedRun:
        exactly = flags._replace(
            iters_per_epoch=iters + windows, iters_from=told, accumulate=accumulate, windows=windows
        )
        return plan_config(planned.config, planned.source, exactly)

    if not log.step_key:
        plans = [with_length(planned.run.iters_per_epoch, tr("assumed, since the log counts none"))]
        if short := _length_by_lines(planned, log):
            plans.append(with_length(short, tr("estimated from its lines, since the log counts none")))
        return next((plan for plan in plans if compare_log(plan, log).shows_usual_window), plans[0])
    iters, words = _length_by_rates(log, allowed, with_length)
    # Where several batches make an update, it counts those or else updates, on Windows perhaps fewer than elsewhere.
    told, several = tr("from the log") + words, flags.accumulate > 1 and not log.batches
    updates = told + tr(", which counts no batches")
    by_updates = (with_length(iters, updates, windows=less) for less in {flags.windows, False} if several)
    counted = (plan for plan in by_updates if compare_log(plan, log).first_difference is None)
    return next(counted, None) or with_length(iters, told, flags.accumulate)


def _plan_of_its_config(log: TrainLog, overrides: Iterable[str], flags: RunFlags, assumed: int) -> PlannedRun:
    """By the config that a log holds, or else by `config.yml` beside it."""
    folder = Path(log.source).parent
    beside = (folder.parent if folder.name == "vdl" else folder) / "config.yml"  # where PaddleOCR writes it
    if log.config is not None:
        try:
            return plan_sections(log.config, log.source, overrides, flags, assumed)
        except LRConfigError:  # lines of it may be cut off
            if not beside.is_file():
                raise
    elif not beside.is_file():
        said = tr("holds no config, indented as PaddleOCR writes it, and there is no {file}", file=beside)
        raise MissingError(said, "config").within(log.source)
    return plan_run(beside, overrides, flags, assumed)


def _length_by_lines(planned: PlannedRun, log: TrainLog) -> int:
    """About the length of an epoch that has so many lines: one at each multiple of a number, and one at its end."""
    every = (planned.config.get("Global") or {}).get("print_batch_step", _EVERY)
    lines = len(log) / len(set(zip(log.starts.tolist(), log.epochs.tolist(), strict=True))) - 1
    return max(0, min(int(lines * every), planned.run.iters_per_epoch)) if isinstance(every, int) else 0


def _length_by_rates(log: TrainLog, allowed: Length, with_length: Callable[[int], PlannedRun]) -> tuple[int, str]:
    """A length that the rates fit, and what else the log allows, in words."""
    if allowed.exact:
        return allowed.exact, ""
    compared = compare_log(with_length(allowed.likely), log)
    any_of_them = tr(": its counts allow {lengths}, the verdict is the same for all", lengths=allowed)
    if len(set(log.rates.tolist())) == 1 and compared.first_difference is None:
        return allowed.likely, any_of_them
    lines = compared.lines.thinned(_SAMPLE)
    most = min(allowed.most or allowed.likely * _MOST_TIMES, MAX_ITERS // compared.planned.run.epochs)
    long = max(allowed.likely, min(most, _LONG))  # so that its rates tell those of any other length
    stretched = with_length(long).schedule

    def about(lengths: NDArray[np.int64]) -> NDArray[np.float64]:
        return rough_costs(stretched, lines, lambda updates: updates * (long / lengths[:, None]) + 0.5)

    @cache
    def cost(iters: int) -> float:
        """The mean excess of most lines and, of a few that may be damaged, that they do not fit."""
        excess = np.sort(fitted_medians(with_length(iters).schedule, lines).excess(lines))
        misfits = np.minimum(excess, SIX_DECIMALS).mean()
        return float(excess[: math.ceil(_MOST * len(excess))].mean() + misfits)

    every = range(allowed.least, most + 1)
    if len(every) <= _FEW_LENGTHS:
        near = min(every, key=cost)
    else:
        near = best_integer(about, allowed.least, most, [allowed.likely], allowed.likely)
    best = refined(cost, near, allowed.least, most, max(1, len(every) // _SAMPLE))
    if cost(best.x) > (1 - _MOST) * SIX_DECIMALS:
        return best.x, tr(": its counts allow {lengths}, the rates fit none of them", lengths=allowed)
    iters = (best.low + best.high) // 2
    if (best.low, best.high) == (allowed.least, most):
        return iters, any_of_them
    fitting = tr("{low} to {high}", low=best.low, high=best.high) if best.high > best.low else best.low
    return iters, tr(": its counts allow {lengths}, its rates {fitting}", lengths=allowed, fitting=fitting)


def compare_log(planned: PlannedRun, log: TrainLog) -> Comparison:
    """The log against the plan.

    Where a config does not say `Global.log_smooth_window`, PaddleOCR's usual 20 is assumed, or, if that does not
    fit, what the log shows.

    Raises:
        LRConfigError: `Global.log_smooth_window` cannot be used.
    """
    window = read(GlobalSection, planned.config.get("Global"), ("Global",), _WINDOW).log_smooth_window
    comparison = _compare(planned, log, window, window)
    if comparison.first_difference is None or comparison.window_is_told:
        return comparison
    for other in comparison.with_other_windows:
        if (other.lines.least < other.lines.most).all():
            continue  # a wide one, of which the log does not show how full it is, makes any delay
        better = max(2 * comparison.follows.mean(), 1 - _MOST_STRAYS)
        if other.follows.all() or (other.window == 1 and other.follows.mean() > better):
            return other
    return comparison


def _compare(planned: PlannedRun, log: TrainLog, window: int, asked: int) -> Comparison:
    schedule, run = planned.schedule, planned.run
    if batches := _batches(planned, log):
        schedule, run = Accumulated(schedule, batches, planned.flags.accumulate), Run(run.epochs, batches)
    log = log.in_run(run)
    lines = _lines(log, window, run.iters_per_epoch)
    lines.updates[:] += _missing_updates(schedule, run, log, lines)
    expected = fitted_medians(schedule, lines)
    comparison = Comparison(planned, log, window, asked, lines, expected, schedule, run.iters_per_epoch)
    return _with_unmarked_restarts(comparison) or comparison


def _batches(planned: PlannedRun, log: TrainLog) -> int:
    """How many batches an epoch has, if the log counts those and several make an update; else 0."""
    allowed, updates, every = log.possible_lengths, planned.run.iters_per_epoch, planned.flags.accumulate
    if every == 1 or not log.step_key or allowed.allows(updates):
        return 0
    least = max(every * updates, allowed.least)
    return least if least < every * (updates + 1) and allowed.allows(least) else 0


def strays(shown: Medians, lines: Lines, schedule: Schedule) -> NDArray[np.bool_]:
    """The lines that a schedule does not explain and that cannot be true if it explains their neighbours.

    No schedule leaves its curve for a line or two and comes back, unless at a jump or a bend, where it may have come
    there sooner or later; and at the beginning of a process the first rate may be another. Where many lines are off by
    less than rounding makes them, the schedule is a little off, not the lines.
    """
    excess = shown.excess(lines)
    matches = excess == 0
    found = np.zeros(len(matches), dtype=bool)
    edges = np.flatnonzero(np.diff(matches, prepend=True, append=True))
    begins, ends = edges[::2], edges[1::2]
    inside = (begins > 0) & (ends < len(matches)) & (ends - begins <= _LONGEST_STRAY)
    begins, ends = begins[inside], ends[inside]
    before = begins - 1
    same = lines.process[before] == lines.process[ends]
    level = smooth(schedule, lines.updates[before] - lines.most[before], lines.updates[ends])
    owners, places = each(np.where(same, ends - begins, 0))
    rows = begins[owners] + places
    off, one, other = lines.rates[rows], lines.rates[before][owners], lines.rates[ends][owners]
    found[rows] = level[owners] | (off < np.minimum(one, other)) | (off > np.maximum(one, other))
    clear = found.any() and np.median(excess[found] / lines.rounding[found]) > 1
    return found if found.mean() <= (_MOST_STRAYS if clear else 1 - _MOST) else np.zeros_like(found)


def _with_unmarked_restarts(comparison: Comparison) -> Comparison | None:
    """The comparison if the window was emptied at some beginnings of epochs; None if that does not explain all lines.

    A log from which the lines between were cut does not show that a process was resumed.
    """
    log, left = comparison.log, _MOST_RESTARTS
    for index in np.flatnonzero(~comparison.matches).tolist():
        if comparison.matches[index]:  # by now
            continue
        begin = int(np.argmax((log.starts == log.starts[index]) & (log.epochs == log.epochs[index])))
        lines = comparison.lines.started_at(begin, comparison.window)
        if begin > 0 and log.starts[begin] == log.starts[begin - 1] and lines.least[index] < comparison.window:
            tried = replace(comparison, lines=lines, expected=fitted_medians(comparison.schedule, lines))
            comparison = tried if tried.matches[index] else comparison
        left -= 1
        if not left or not comparison.follows[index]:
            break
    return comparison if comparison.first_difference is None else None


def _lines(log: TrainLog, window: int, iters_per_epoch: int) -> Lines:
    """How full the window was: surely of the updates since the process's first line, at most of all since update 0."""
    firsts = np.flatnonzero(np.diff(log.starts, prepend=-1))
    since = log.counts - log.counts[firsts][np.cumsum(np.diff(log.starts, prepend=log.starts[:1]) > 0)] + 1
    from_the_start = (log.starts == 0) & (log.epochs[0] == log.first_epoch)
    least = np.minimum(np.where(from_the_start, log.counts, since), window)
    most = np.clip(log.counts, 1, window)
    span = np.full_like(log.counts, 0 if log.step_key else iters_per_epoch - 1)
    least = np.maximum(least, 1) if log.step_key else most
    return Lines(log.starts, log.counts.copy(), least, most, log.rates, log.rounding, span)


def _missing_updates(schedule: Schedule, run: Run, log: TrainLog, lines: Lines) -> NDArray[np.int64]:
    """How many updates each line's process left out of its count, which PaddleOCR does not resume with the schedule.

    Other releases keep that too, so where the number of the epoch allows both, the rates decide.
    """
    begins = np.flatnonzero(np.diff(log.starts, prepend=-1))
    shifts = [_possible_shifts(run, log, begin) for begin in begins.tolist()]
    lengths = np.diff(begins, append=len(log))
    chosen = np.array([each[0] for each in shifts], dtype=np.int64)
    decided = np.array([len(each) == 1 for each in shifts])
    for number in range(max(map(len, shifts))):
        undecided = np.flatnonzero(~decided)
        if not len(undecided):
            break
        tried = np.array([shifts[process][min(number, len(shifts[process]) - 1)] for process in undecided.tolist()])
        rows = lines.take(np.repeat(~decided, lengths))
        rows.updates[:] += np.repeat(tried, lengths[undecided])
        explained = fitted_medians(schedule, rows).explain(rows)
        fits = np.logical_and.reduceat(explained, np.cumsum(lengths[undecided]) - lengths[undecided])
        chosen[undecided[fits]] = tried[fits]
        decided[undecided[fits]] = True
    return np.repeat(chosen, lengths)


def _possible_shifts(run: Run, log: TrainLog, begin: int) -> list[int]:
    """By how many updates the count of the process whose first line is `begin` may be too low, likelier ones first."""
    process = int(log.starts[begin])
    own = [each.length.likely for each in log.processes[max(process - 1, 0) : process + 1] if each.length]
    epoch, done = int(log.epochs[begin]) - log.first_epoch, int(log.counts[begin]) - 1
    missing = [(epoch - done // length) * length for length in (*own, run.iters_per_epoch) if epoch > done // length]
    anew = log.processes[process].anew
    if not missing or anew is False:
        return [0]
    return missing if anew else [0, *missing]
