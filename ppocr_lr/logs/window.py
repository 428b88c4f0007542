"""What a log shows of a schedule: the median of a window of updates, rounded to six decimals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ppocr_lr.logs.pace import Paced
from ppocr_lr.schedules import Schedule

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HALF = 1e-11  # a half may be rounded either way
_RELATIVE = 1e-9  # Paddle multiplies ratios where a schedule here has a closed form
_BLOCK = 1 << 14  # lines at a time
_CELLS = 1 << 15  # updates asked at a time: arrays that stay in the processor's cache
_TABLE = 1 << 20  # updates whose rates are kept
_FARTHEST = 2.0**62
_FEW_FILLS = 64
_WIDE = 1024  # updates, of a window of which
_POINTS = 64  # of them tell the median, to
_OFF = 2  # places of these: each piece between two corners has as many of them as of the updates, but for one
_MOST_FITTED = 1 << 15  # lines, each with every fill that its window may have


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines of a log: after `updates` updates the window held `least` to `most` of them, with the median `rates`.

    Where only the epoch of a line is known, it may have been written up to `span` updates earlier.
    """

    process: NDArray[np.int64]
    updates: NDArray[np.int64]
    least: NDArray[np.int64]
    most: NDArray[np.int64]
    rates: NDArray[np.float64]
    rounding: NDArray[np.float64]
    span: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rates)

    def take(self, which: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Lines:
        """Some of the lines."""
        return Lines(**{name: column[which] for name, column in vars(self).items()})

    def started_at(self, index: int, window: int) -> Lines:
        """The same lines, if a process began at some update between the line `index` and the one before."""
        number = np.arange(len(self))
        since = self.updates - self.updates[index] + 1
        same = (self.process == self.process[index]) & (number >= index)
        least = np.where(same, np.clip(since, 1, np.minimum(self.most, window)), self.least)
        return replace(self, process=self.process + (number >= index), least=least)

    def thinned(self, count: int) -> Lines:
        """At most `count` of the lines, evenly spread."""
        if len(self) <= count:
            return self
        return self.take(np.unique(np.linspace(0, len(self) - 1, count).round().astype(np.int64)))


@dataclass(frozen=True, eq=False)
class Medians:
    """The rates that lines would show under a schedule; `low` is `high` where the fill of the window is known."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    fill: NDArray[np.int64]
    """How many updates the window held, as far as that is known."""

    def distance(self, lines: Lines) -> NDArray[np.float64]:
        """How far logged rates are from these."""
        return np.maximum(np.maximum(self.low - lines.rates, lines.rates - self.high), 0.0)

    def excess(self, lines: Lines) -> NDArray[np.float64]:
        """How much farther logged rates are from these than rounding makes them."""
        return np.maximum(self.distance(lines) - lines.rounding - _HALF - _RELATIVE * self.high, 0.0)

    def explain(self, lines: Lines) -> NDArray[np.bool_]:
        """Where logged rates are these within rounding."""
        return np.asarray(self.excess(lines) == 0)

    def factors(self, lines: Lines) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """For each line, the least and the greatest factor that makes these the logged rate."""
        rates, rounding = lines.rates, lines.rounding + _HALF
        with np.errstate(divide="ignore", invalid="ignore"):
            low = np.where(self.high > 0, (rates - rounding) / self.high, np.where(rates > rounding, np.inf, 0))
            high = np.where(self.low > 0, (rates + rounding) / self.low, np.inf)
        return np.maximum(low, 0.0), high

    def times(self, factor: float) -> Medians:
        """The medians of all rates times `factor`."""
        return Medians(self.low * factor, self.high * factor, self.fill)


def medians(schedule: Schedule, lines: Lines, shift: int = 0) -> Medians:
    """What `lines` would show if update k used the rate `schedule(k + shift)`."""
    low, high = np.empty(len(lines)), np.empty(len(lines))
    for start in range(0, len(lines), _BLOCK):
        part = slice(start, start + _BLOCK)
        low[part], high[part] = _of_block(schedule, lines.take(part), shift)
    return Medians(low, high, lines.most.copy())


def _of_block(schedule: Schedule, lines: Lines, shift: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if lines.span.any():
        return _extremes(schedule, lines, shift)
    last = np.maximum(lines.updates - 1 + shift, 0)
    # Between two corners a curve is monotone, and the median is the rate in the middle.
    first, second = (_middle(schedule, last, fills) for fills in (lines.least, lines.most))
    low, high = np.minimum(first, second), np.maximum(first, second)
    turning = ~_monotone(schedule, last - lines.most + 1, last)
    known = lines.least == lines.most
    # Where the fill is not known, many are tried, so that a narrower window is a wide one.
    for rows, widest in ((np.flatnonzero(turning & known), _WIDE), (np.flatnonzero(turning & ~known), _POINTS)):
        if not len(rows):
            continue
        of_rows = lines.take(rows)
        counts = np.minimum(of_rows.most - of_rows.least + 1, _FEW_FILLS)
        owners, places = each(counts)
        span = (of_rows.most - of_rows.least)[owners] * places / np.maximum(counts[owners] - 1, 1)
        fills = of_rows.least[owners] + span.round().astype(np.int64)
        some_low, some_high = _filled(schedule, of_rows.take(owners), fills, shift, widest)
        begins = np.cumsum(counts) - counts
        low[rows], high[rows] = np.minimum.reduceat(some_low, begins), np.maximum.reduceat(some_high, begins)
    return low, high


def _extremes(schedule: Schedule, lines: Lines, shift: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lowest and the highest rate of all updates that a line may show."""
    last, some, back = np.unique(np.maximum(lines.updates - 1 + shift, 0), return_index=True, return_inverse=True)
    first = np.maximum(last - (lines.span + lines.most)[some] + 1, 0)
    steps, complete = schedule.corners(int(last.max()))
    if complete:
        begins, ends = (np.searchsorted(steps, end, side="right") for end in (first, last))
        owners, places = each(ends - begins)
        inside = steps[begins[owners] + places]
        owners, at = np.concatenate([owners, owners]), np.concatenate([inside, inside - 1])
    else:  # so many that a few updates show what is in between
        owners, places = each(np.full(len(last), _FEW_FILLS))
        at = first[owners] + (last - first)[owners] * places // _FEW_FILLS
    rates, (low, high) = schedule(at), np.sort([schedule(first), schedule(last)], axis=0)
    np.minimum.at(low, owners, rates)
    np.maximum.at(high, owners, rates)
    return low[back], high[back]


def each(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each index as often as it counts, and beside it 0, 1, … up to that."""
    owners = np.repeat(np.arange(len(counts)), counts)
    return owners, np.arange(len(owners)) - (np.cumsum(counts) - counts)[owners]


def smooth(schedule: Schedule, first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the curve has no corner from an update to another."""
    steps, complete = schedule.corners(int(last.max(initial=0)))
    if not complete:
        return np.zeros(len(last), dtype=bool)
    return np.asarray(np.searchsorted(steps, first, side="right") == np.searchsorted(steps, last, side="right"))


def _monotone(schedule: Schedule, first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the curve surely only falls, or only rises, from an update to another."""
    if isinstance(schedule, Paced):  # its jumps go the way of its shape
        first, last = (schedule.step_of(np.maximum(update, 0)) for update in (first, last))
        return _monotone(schedule.shape, first, last)
    corners, complete = schedule.corners(int(last.max(initial=0)))
    if not complete:
        return np.zeros(len(last), dtype=bool)
    marks = np.unique([0, *corners, *(corners - 1), last.max(initial=0)])
    way = np.diff(schedule(marks))
    begins, ends = np.searchsorted(marks, np.maximum(first, 0), side="right") - 1, np.searchsorted(marks, last)
    rises, falls = (np.cumsum([0, *some]) for some in (way > 0, way < 0))
    return np.asarray((rises[ends] == rises[begins]) | (falls[ends] == falls[begins]))


def _middle(schedule: Schedule, last: NDArray[np.int64], fills: NDArray[np.int64]) -> NDArray[np.float64]:
    lower, upper = (schedule(np.maximum(last - back, 0)) for back in (fills // 2, (fills - 1) // 2))
    return np.asarray(lower + upper) / 2


def least_squares(shown: Medians, rates: NDArray[np.float64]) -> float:
    """The factor that makes `shown` most like these rates."""
    middle = (shown.low + shown.high) / 2
    square = float((middle * middle).sum())
    return float((middle * rates).sum()) / square if square and rates.any() else 1.0


def rough_costs(
    schedule: Schedule,
    lines: Lines,
    steps: Callable[[NDArray[np.int64]], NDArray[Any]],
    scaled: bool = False,
) -> NDArray[np.float64]:
    """How far, on average, lines are from the rates in the middle of their windows, under many candidates at once.

    Args:
        schedule: what the candidates make a part of, or stretch.
        lines: the lines.
        steps: a row for each candidate: the steps of the schedule that updates have.
        scaled: each candidate with the factor that fits it best.
    """
    middle = lines.updates - 1 - np.maximum(lines.most - 1, lines.span) // 2
    at = np.clip(steps(middle), 0, _FARTHEST).astype(np.int64)
    rates = schedule(at)
    if scaled:
        squares = (rates**2).sum(axis=1)
        rates *= np.divide(rates @ lines.rates, squares, out=np.ones_like(squares), where=squares > 0)[:, None]
    return np.asarray(np.maximum(np.abs(rates - lines.rates) - lines.rounding, 0).mean(axis=1))


def fitted_medians(schedule: Schedule, lines: Lines, shift: int = 0, factor: float | None = 1.0) -> Medians:
    """As `medians`, with the one start of each process that fits its first lines best.

    All rates are times `factor`, or times the one that fits best if it is None.
    """
    shown = medians(schedule, lines, shift)
    if factor is None:
        factor = least_squares(shown, lines.rates)
    shown = shown.times(factor)
    unknown = np.flatnonzero(lines.least < lines.most)
    rows = lines.take(unknown)
    firsts = np.flatnonzero(np.diff(rows.process, prepend=-1))
    process = np.cumsum(np.diff(rows.process, prepend=-1) != 0) - 1
    spread = (rows.most - rows.least)[firsts]
    tries = np.where(spread < _FEW_FILLS, spread + 1, 0)[process]
    if not 0 < tries.sum() <= _MOST_FITTED:
        return shown
    owners, more = each(tries)
    since = (rows.updates - rows.updates[firsts][process])[owners]
    tried = rows.take(owners)
    fills = np.clip(rows.least[firsts][process][owners] + more + since, 1, tried.most)
    of_fills = medians(schedule, replace(tried, least=fills, most=fills), shift).times(factor)
    # Of each process the fill that explains most lines, and comes nearest to the others.
    shape, groups = (len(firsts), _FEW_FILLS), process[owners] * _FEW_FILLS + more
    explained, distance = (
        np.bincount(groups, weights, len(firsts) * _FEW_FILLS).reshape(shape)
        for weights in (of_fills.explain(tried), of_fills.distance(tried))
    )
    possible = np.arange(_FEW_FILLS) <= spread[:, None]
    most = np.where(possible, explained, -1).max(axis=1, keepdims=True)
    best = np.where(possible & (explained == most), distance, np.inf).argmin(axis=1)
    chosen = np.flatnonzero(more == best[process][owners])
    at = unknown[owners[chosen]]
    shown.low[at], shown.high[at], shown.fill[at] = of_fills.low[chosen], of_fills.high[chosen], fills[chosen]
    return shown


def _filled(
    schedule: Schedule, lines: Lines, fills: NDArray[np.int64], shift: int, widest: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Between which rates the medians of windows lie that hold so many updates; of one beyond `widest` some tell."""
    low, high = np.empty(len(lines)), np.empty(len(lines))
    wide = int(fills.max()) > widest
    depth = _POINTS if wide else int(fills.max())
    places = np.arange(depth)
    block = max(1, _CELLS // depth)
    first = max(0, int((lines.updates - fills).min()) + shift)
    after = max(first, int(lines.updates.max()) + shift) + 1
    # Windows that overlap ask for the same updates.
    table = schedule(np.arange(first, after)) if after - first < min(depth * len(lines), _TABLE) else None
    last = lines.updates - 1 + shift - (0 if table is None else first)
    for start in range(0, len(lines), block):
        part = slice(start, start + block)
        of = fills[part, None]
        back = (of - 1) * places // (depth - 1) if wide else places
        at = np.maximum(last[part, None] - back, 0)
        rates = schedule(at) if table is None else table[at]
        if wide:
            rates.sort(axis=1)
            low[part], high[part] = rates[:, (depth - 1) // 2 - _OFF], rates[:, depth // 2 + _OFF]
            continue
        rates[back >= of] = np.inf
        rates.sort(axis=1)
        lower, upper = (np.take_along_axis(rates, middle, 1) for middle in ((of - 1) // 2, of // 2))
        low[part] = high[part] = ((lower + upper) / 2)[:, 0]
    return low, high
