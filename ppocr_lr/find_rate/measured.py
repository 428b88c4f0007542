"""One range test: its losses by rate, when it ended, and which rate they suggest."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ppocr_lr.language import later, tr
from ppocr_lr.numbers_text import amount, rate_text

FEWEST = 10
"""Updates; below that no fall can be told from noise."""

SMOOTHING = 0.9
"""Weight of earlier losses in the average that ends a test, from one update to the next."""
STOP_FACTOR = 4.0
"""A test ends where the average loss is above this many times its lowest."""

_NOISES = 3.0  # a fall or a rise counts when it is this many times the noise of a single loss
_SHARE = 0.1  # and a rise at least this share of the fall before it
_STRETCH = 4  # the fall is looked for along a 1/_STRETCH of the updates to the minimum; shorter ones show noise
_BELOW = 10  # how far below the rate from which the loss rises a training is safe
_AROUND = 3  # the first step of a search beside the suggestion
_ELSEWHERE = later("the rate is not to blame: look at the data and the labels, or switch AMP off")

Change = Literal["lower start", "higher end", "more updates", ""]
"""What to do differently in the next test."""


class Choice(NamedTuple):
    """The rates that a test suggests, or none, and why."""

    rate: float | None
    """The one to try."""
    reason: str
    low: float = math.nan
    high: float = math.nan
    """The rates from `low` to `high` are worth comparing."""
    change: Change = ""


class Stretch(NamedTuple):
    """Some updates in a row, with the straight line over log(rate) through their losses."""

    rates: NDArray[np.float64]
    line: NDArray[np.float64]
    middle: float


@dataclass(frozen=True, eq=False)
class RangeTest:
    """What a range test measured. The arrays hold one entry for each update; all losses are finite."""

    rates: NDArray[np.float64]
    """The rate of each update."""
    losses: NDArray[np.float64]
    """The loss of each update, as it was measured."""
    smoothing: float
    """Weight of earlier losses in the average that ends a test; it also sets the width of the median in `smoothed`."""
    stop: Callable[[], str] | None
    """Says how the loss ended the test before its last rate; None when it did not."""

    @property
    def stopped(self) -> str | None:
        """How the loss ended the test before its last rate; None when it did not."""
        return self.stop and self.stop()

    @cached_property
    def smoothed(self) -> NDArray[np.float64]:
        """For each rate the median of the losses around it, as many on each side; fewer towards the ends.

        On each side are as many as an average with `smoothing` lags behind, smoothing / (1 − smoothing). A median over
        both sides has no lag, and does not see a loss that blows up before it does.
        """
        last = len(self.losses) - 1
        sides = (min(self._side, k, last - k) for k in range(last + 1))
        return np.array([np.median(self.losses[k - side : k + side + 1]) for k, side in enumerate(sides)])

    @property
    def suggestion(self) -> float | None:
        """The rate to try; None if there is none.

        On a logarithmic axis it is midway between the rate at which the loss falls steepest and a tenth of the
        rate from which it rises. Rates from a third of it to three times it are worth comparing, but none beyond those
        two.
        """
        return self.choice.rate

    @cached_property
    def lowest(self) -> int:
        """The update at which the smoothed loss is lowest; noise would decide where the median has too few losses."""
        inside = self.smoothed[self._edge : len(self.losses) - self._edge]
        lowest = np.flatnonzero(inside == inside.min())  # a median of both sides of a valley is flat
        return self._edge + int(lowest[len(lowest) // 2])

    @cached_property
    def rises(self) -> int | None:
        """The first update after the lowest loss at which the smoothed loss has clearly risen; None if there is none.

        Clearly means by three times the noise of a single loss, and by a tenth of the fall before. A loss that blows up
        all at once has risen at the update before.
        """
        if len(self.losses) < FEWEST:
            return None
        floor = float(self.smoothed[self.lowest])
        clear = max(_NOISES * self._noise, _SHARE * (self._begin - floor))
        risen = np.flatnonzero(self.smoothed[self.lowest :] > floor + clear)
        if len(risen):
            return self.lowest + int(risen[0])
        return len(self.losses) - 1 if self.stopped else None

    @property
    def rises_from(self) -> float | None:
        """The rate from which the loss rises; None when it does not."""
        return None if self.rises is None else float(self.rates[self.rises])

    @cached_property
    def steepest(self) -> Stretch:
        """The stretch up to the minimum in which the losses fall steepest on a logarithmic axis.

        A stretch is a quarter of the updates up to the minimum; its fall is the slope of the straight line through its
        losses, by least squares. The losses are not smoothed for that, so that nothing lags.
        """
        return _steepest(self.rates[: self.lowest + 1], self.losses[: self.lowest + 1])

    @property  # not cached: in a picture the reason is English
    def choice(self) -> Choice:
        """`suggestion` with its range and the rule that it follows, or the reason why there is none."""
        elsewhere = tr(_ELSEWHERE)
        if not len(self.losses):
            told = tr("{stopped}, before any update: {elsewhere}", stopped=self.stopped, elsewhere=elsewhere)
            return Choice(None, told)
        again = tr("; if that stops as early, {elsewhere}", elsewhere=elsewhere) if self.stop else ""
        if len(self.losses) < FEWEST:
            updates = amount(len(self.losses), "update")
            if self.stop:
                told = tr("only {updates} before the stop; begin at a lower rate{again}", updates=updates, again=again)
                return Choice(None, told, change="lower start")
            return Choice(None, tr("only {updates}; make more of them", updates=updates), change="more updates")
        if not np.ptp(self.losses):
            told = later("the loss is {loss} at every rate, so no parameter that is trained changes it")
            return Choice(None, tr(told, loss=f"{self.losses[0]:g}"))
        floor, rises_from = float(self.smoothed[self.lowest]), self.rises_from
        if self.lowest == 0 or self._begin - floor <= _NOISES * self._noise:
            rise = ""
            if rises_from is not None:
                rise = tr("; it rises from {rate} on, so stay far below", rate=rate_text(rises_from))
            told = tr(
                "the loss never falls by more than its noise{rise}; make more updates, or larger batches{again}",
                rise=rise,
                again=again,
            )
            return Choice(None, told, change="more updates")
        if self.lowest < FEWEST:
            told = tr("the loss is lowest within the first {count} updates; begin at a lower rate", count=FEWEST)
            return Choice(None, told, change="lower start")
        if rises_from is None:
            told = later("the loss does not rise up to the last rate, {rate}; end at a higher one")
            if self.lowest == len(self.losses) - 1 - self._edge:
                told = later("the loss still falls at the last rate, {rate}; end at a higher one")
            return Choice(None, tr(told, rate=rate_text(self.rates[-1])), change="higher end")
        fall, safe = self.steepest.middle, rises_from / _BELOW
        told = tr(
            "between {fall}, where the loss falls steepest, and {safe}, a tenth of the rate from which it rises",
            fall=rate_text(fall, 2),
            safe=rate_text(safe, 2),
        )
        rate = math.sqrt(fall * safe)
        return Choice(rate, told, max(min(fall, safe), rate / _AROUND), min(max(fall, safe), rate * _AROUND))

    @property
    def _side(self) -> int:
        return round(self.smoothing / (1 - self.smoothing))

    @property
    def _edge(self) -> int:
        """Updates at each end whose median is of less than half as many losses as elsewhere."""
        return min(self._side // 2, len(self.losses) // 4)

    @property
    def _begin(self) -> float:
        return float(self.losses[: max(3, len(self.losses) // 10)].mean())

    @property
    def _noise(self) -> float:
        """Standard deviation of a loss around its trend: second differences know no trend, a median no outlier."""
        return float(np.median(np.abs(np.diff(self.losses, 2)))) / (0.6745 * math.sqrt(6))

    def __str__(self) -> str:
        rate, reason = self.choice[:2]
        told = f"no suggestion: {reason}" if rate is None else f"suggestion: {rate_text(rate, 2)}, {reason}"
        return f"{self.extent}\n{told}"

    @property
    def extent(self) -> str:
        """How many updates there were, at which rates, and why no more."""
        extent = amount(len(self.rates), "update")
        if len(self.rates):
            first, last = rate_text(self.rates[0]), rate_text(self.rates[-1])
            extent = tr("{updates} from rate {first} to {last}", updates=extent, first=first, last=last)
        return tr("{extent}; stopped, {why}", extent=extent, why=self.stopped) if self.stop else extent

    def save(self, path: str | Path) -> None:
        """Draw loss against rate with the suggestion and its range; png, svg or pdf by the ending."""
        from ppocr_lr.find_rate.picture import draw_range_tests
        from ppocr_lr.plotting.figure import save

        save(draw_range_tests([self], self.choice, self.rises_from), Path(path))


class Watch:
    """Follows a range test loss by loss, and says when it is over.

    It is over when a loss is not finite, or when the average loss, Σ smoothing^j·loss[k−j] / Σ smoothing^j, has risen
    above its lowest by more than (stop_factor − 1) times that (above stop_factor × lowest, for a positive loss).
    """

    def __init__(self, smoothing: float = SMOOTHING, stop_factor: float = STOP_FACTOR) -> None:
        self.stop: Callable[[], str] | None = None
        """Says why the test ended; None while it goes on."""
        self._smoothing, self._stop_factor = smoothing, stop_factor
        self._rates: list[float] = []
        self._losses: list[float] = []
        self._sum = self._weight = 0.0  # both, since an average that begins at 0 would lean towards it
        self._lowest = math.inf

    def add(self, rate: float, loss: float) -> bool:
        """Take the next loss; whether the test goes on."""
        if not math.isfinite(loss):
            self.stop = partial(tr, later("the loss was {loss} at rate {rate}"), loss=loss, rate=rate_text(rate))
            return False
        self._rates.append(rate)
        self._losses.append(loss)
        self._sum = self._smoothing * self._sum + loss
        self._weight = self._smoothing * self._weight + 1
        mean = self._sum / self._weight
        self._lowest = min(self._lowest, mean)
        if mean - self._lowest > (self._stop_factor - 1) * abs(self._lowest):
            told = later("the average loss rose above {factor} times its lowest")
            self.stop = partial(tr, told, factor=f"{self._stop_factor:g}")
        return self.stop is None

    def follow(self, pairs: Iterable[tuple[float, float]]) -> Watch:
        """Take rates with their losses, until it is over."""
        for rate, loss in pairs:
            if not self.add(rate, loss):
                break
        return self

    @property
    def measured(self) -> RangeTest:
        """What has been measured so far."""
        return RangeTest(np.array(self._rates), np.array(self._losses), self._smoothing, self.stop)


def _steepest(rates: NDArray[np.float64], losses: NDArray[np.float64]) -> Stretch:
    """The stretch whose losses have the steepest line through them, over log(rate)."""
    length = max(3, len(rates) // _STRETCH)
    places, heights = (np.lib.stride_tricks.sliding_window_view(values, length) for values in (np.log(rates), losses))
    away = places - places.mean(axis=1, keepdims=True)
    slopes = (away * heights).sum(axis=1) / (away**2).sum(axis=1)
    k = int(slopes.argmin())
    return Stretch(np.exp(places[k]), heights[k].mean() + slopes[k] * away[k], float(np.exp(places[k].mean())))
