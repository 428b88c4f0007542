"""What a log shows of a schedule: the median of a window of updates, rounded to six decimals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ppocr_lr.schedules import Schedule

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HALF = 1e-11  # a half may be rounded either way
_RELATIVE = 1e-9  # Paddle multiplies ratios where a schedule here has a closed form
_CELLS = 1 << 19  # updates asked at a time
_FEW_FILLS = 64
FEW_PROCESSES = 200  # that are looked at one by one


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines of a log: after `updates` updates the window held `least` to `most` of them, with the median `rates`."""

    process: NDArray[np.int64]
    updates: NDArray[np.int64]
    least: NDArray[np.int64]
    most: NDArray[np.int64]
    rates: NDArray[np.float64]
    rounding: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rates)

    def take(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> Lines:
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
    last = np.maximum(lines.updates - 1 + shift, 0)
    # Between two corners a curve is monotone, and the median is the rate in the middle.
    first, second = (_middle(schedule, last, fills) for fills in (lines.least, lines.most))
    low, high = np.minimum(first, second), np.maximum(first, second)
    rows = np.flatnonzero(~smooth(schedule, last - lines.most + 1, last))
    depth = int(lines.most[rows].max()) if len(rows) else 1
    block = max(1, _CELLS // depth)
    for start in range(0, len(rows), block):
        part = rows[start : start + block]
        low[part], high[part] = _block(schedule, lines.take(part), shift)
    return Medians(low, high, lines.most.copy())


def smooth(schedule: Schedule, first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the curve has no corner from an update to another."""
    steps, complete = schedule.corners(int(last.max(initial=0)))
    if not complete:
        return np.zeros(len(last), dtype=bool)
    return np.asarray(np.searchsorted(steps, first, side="right") == np.searchsorted(steps, last, side="right"))


def _middle(schedule: Schedule, last: NDArray[np.int64], fills: NDArray[np.int64]) -> NDArray[np.float64]:
    lower, upper = (schedule(np.maximum(last - back, 0)) for back in (fills // 2, (fills - 1) // 2))
    return np.asarray(lower + upper) / 2


def fitted_medians(schedule: Schedule, lines: Lines, shift: int = 0, factor: float = 1.0) -> Medians:
    """As `medians`, of all rates times `factor`, with the one start of each process that fits its first lines best."""
    shown = medians(schedule, lines, shift).times(factor)
    unknown = np.flatnonzero(lines.least < lines.most)
    bounds = np.flatnonzero(np.diff(lines.process[unknown], prepend=-1, append=-1)).tolist()
    if len(bounds) > FEW_PROCESSES:
        return shown
    for begin, end in pairwise(bounds):
        rows = unknown[begin:end]
        if lines.most[rows[0]] - lines.least[rows[0]] < _FEW_FILLS:
            sure = _fitted(schedule, lines.take(rows), shift, factor)
            shown.low[rows], shown.high[rows], shown.fill[rows] = sure.low, sure.high, sure.fill
    return shown


def _fitted(schedule: Schedule, lines: Lines, shift: int, factor: float) -> Medians:
    best_score = (-1, 0.0)
    first = int(lines.updates[0])
    for fill in _fills(lines.take(np.array([0]))):
        fills = np.clip(fill + lines.updates - first, 1, lines.most)  # the counts of damaged lines fall
        shown = medians(schedule, replace(lines, least=fills, most=fills), shift).times(factor)
        score = (int(shown.explain(lines).sum()), -float(shown.distance(lines).sum()))
        if score > best_score:
            best, best_score = shown, score
    return best


def _block(schedule: Schedule, lines: Lines, shift: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    depth = int(lines.most.max())
    steps = lines.updates[:, None] - 1 + shift - np.arange(depth)
    rates = schedule(np.maximum(steps, 0))
    low, high = np.full(len(lines), np.inf), np.full(len(lines), -np.inf)
    for fill in _fills(lines):
        rows = np.flatnonzero((lines.least <= fill) & (fill <= lines.most))
        if len(rows):
            middle = np.median(rates[:, :fill] if len(rows) == len(lines) else rates[rows, :fill], axis=1)
            low[rows], high[rows] = np.minimum(low[rows], middle), np.maximum(high[rows], middle)
    return low, high


def _fills(lines: Lines) -> list[int]:
    unknown = lines.least < lines.most
    between: list[int] = []
    if unknown.any():
        first, last = int(lines.least[unknown].min()), int(lines.most[unknown].max())
        between = np.linspace(first, last, min(last - first + 1, _FEW_FILLS)).round().astype(int).tolist()
    return sorted({*np.unique(lines.least).tolist(), *np.unique(lines.most).tolist(), *between})
