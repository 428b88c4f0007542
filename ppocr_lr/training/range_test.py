"""The learning-rate range test: which rates a model can be trained with, from one short ramp."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from ppocr_lr.errors import key_error
from ppocr_lr.numbers_text import amount, rate_text
from ppocr_lr.schedules import Decay, ExponentialRise, Schedule

if TYPE_CHECKING:
    from paddle.amp import GradScaler
    from paddle.nn import Layer
    from paddle.optimizer import Optimizer

Ramp = Literal["exponential", "linear"]

_FEWEST = 10  # updates; below that no fall can be told from noise
_NOISES = 3.0  # a fall is one when it is so many times the noise of a single loss
_STRETCH = 4  # the fall is looked for along a 1/_STRETCH of the updates to the minimum; shorter ones show noise


class Choice(NamedTuple):
    """A rate, or none, and the rule that gave it."""

    rate: float | None
    reason: str


class Stretch(NamedTuple):
    """Some updates in a row, with the straight line over log(rate) through their losses."""

    rates: NDArray[np.float64]
    line: NDArray[np.float64]
    middle: float


@dataclass(frozen=True, eq=False)
class RangeTest:
    """What a range test measured. The arrays hold one entry for each update; `losses` are all finite."""

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    smoothing: float
    stopped: str | None
    """Why the ramp ended before `end`; None when it did not."""

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
        """The middle of the stretch in which the loss falls steepest on a logarithmic axis; None when it does not fall.

        A stretch is a quarter of the updates up to the smoothed loss's minimum; its fall is the slope of the straight
        line through its losses, by least squares. The losses are not smoothed for that, so that nothing lags.
        """
        return self.choice.rate

    @property
    def tenth_of_minimum(self) -> float | None:
        """Another common rule: a tenth of the rate at the smoothed loss's minimum; None without a minimum inside."""
        return None if self.suggestion is None or self._lowest_at_the_end else float(self.rates[self.lowest]) / 10

    @cached_property
    def lowest(self) -> int:
        """The update at which the smoothed loss is lowest; where the median is of too few, noise would decide."""
        inside = self.smoothed[self._edge : len(self.losses) - self._edge]
        lowest = np.flatnonzero(inside == inside.min())  # a median of both sides of a valley is flat
        return self._edge + int(lowest[len(lowest) // 2])

    @cached_property
    def steepest(self) -> Stretch:
        """The stretch up to the minimum in which the losses fall steepest; `suggestion` is its middle."""
        return _steepest(self.rates[: self.lowest + 1], self.losses[: self.lowest + 1])

    @cached_property
    def choice(self) -> Choice:
        """`suggestion` with the rule that it follows, or what stands against one."""
        if len(self.losses) < _FEWEST:
            return Choice(None, f"only {amount(len(self.losses), 'update')} before the stop; begin at a lower rate")
        begin = float(self.losses[: max(3, len(self.losses) // 10)].mean())
        if self.lowest == 0 or begin - float(self.smoothed[self.lowest]) <= _NOISES * self._noise:
            return Choice(None, "the loss never falls by more than its noise")
        if self.lowest < _FEWEST:
            return Choice(None, f"the loss is lowest within the first {_FEWEST} updates; begin at a lower rate")
        rule = "where the loss falls steepest on a logarithmic axis, over a quarter of the updates to its minimum"
        if self._lowest_at_the_end:
            rule += "; it is lowest near the highest rate, so a higher end may show a better one"
        return Choice(self.steepest.middle, rule)

    @property
    def _side(self) -> int:
        return round(self.smoothing / (1 - self.smoothing))

    @property
    def _edge(self) -> int:
        """Updates at each end whose median is of less than half as many losses as elsewhere."""
        return min(self._side // 2, len(self.losses) // 4)

    @property
    def _lowest_at_the_end(self) -> bool:
        rises = self.losses[-1] - self.smoothed[self.lowest] > _NOISES * self._noise
        return self.lowest == len(self.losses) - 1 - self._edge and not rises

    @property
    def _noise(self) -> float:
        """Standard deviation of a loss around its trend: second differences know no trend, a median no outlier."""
        return float(np.median(np.abs(np.diff(self.losses, 2)))) / (0.6745 * math.sqrt(6))

    def __str__(self) -> str:
        rate, reason = self.choice
        lines = [f"{len(self.rates)} updates from rate {rate_text(self.rates[0])} to {rate_text(self.rates[-1])}"]
        if self.stopped:
            lines[0] += f"; stopped, {self.stopped}"
        lines.append(f"no suggestion: {reason}" if rate is None else f"suggestion: {rate_text(rate)}, {reason}")
        if self.tenth_of_minimum is not None:
            lines.append(f"another rule: {rate_text(self.tenth_of_minimum)}, a tenth of the rate where it is lowest")
        return "\n".join(lines)

    def save(self, path: str | Path) -> None:
        """Draw loss against rate with the marks of both rules; png, svg or pdf by the ending."""
        from ppocr_lr.plotting.figure import save
        from ppocr_lr.training.range_test_picture import draw_range_test

        save(draw_range_test(self), Path(path))


def lr_range_test(
    step_fn: Callable[[], Any],
    start: float = 1e-7,
    end: float = 10.0,
    num_iters: int = 100,
    *,
    model: Layer | Sequence[Layer],
    optimizer: Optimizer,
    scaler: GradScaler | None = None,
    mode: Ramp = "exponential",
    smoothing: float = 0.9,
    stop_factor: float = 4.0,
) -> RangeTest:
    """Train with a rate that rises from `start` to `end`, watch the loss, and put everything back.

    Update k of N = `num_iters` uses start·(end/start)^(k/(N−1)) (exponential) or start + (end − start)·k/(N−1)
    (linear). The ramp ends early when a loss is not finite, or the average loss, Σ smoothing^j·loss[k−j] /
    Σ smoothing^j, has risen above its lowest by more than (stop_factor − 1) times that (above stop_factor × lowest,
    for a positive loss).

    Args:
        step_fn: one update, as in training: the next batch forward and backward, `optimizer.step()`,
            `optimizer.clear_grad()`; returns the loss as a number or a tensor of one element. It need not
            set the rate, and what it does to a scheduler has no effect on the ramp.
        start, end: learning rates, 0 < start < end.
        num_iters: updates; at least 10.
        model: the layer, or layers, that `step_fn` trains.
        optimizer: its rate may be a number or a scheduler; either comes back.
        scaler: the `GradScaler`, if `step_fn` uses one.
        mode: the form of the ramp.
        smoothing: weight of the past in the average loss, 0 ≤ smoothing < 1.
        stop_factor: above 1.

    Returns:
        A `RangeTest`. Parameters, buffers and gradients, the optimizer with its moments, the scheduler, the
        scaler, and the random generators of Python, NumPy and Paddle's device are then what they were before,
        to the bit, also when `step_fn` raises. The place in a data loader is not: give the test one of its own;
        nor is a `WeightDecayStepper`: step the weight decay in the training loop, not in `step_fn`.

    Raises:
        LRConfigError: an argument is not allowed; names it.
        TypeError: `step_fn` returns something that is not a number, or one of the objects is of another kind.
        ValueError: the very first loss is not finite.
        ImportError: Paddle is not installed.

    Source: Smith 2017, arXiv 1506.01186 (linear); the exponential ramp and stop are those of Howard and
    Gugger's fastai, arXiv 2002.04688.
    """
    ramp = _ramp(start, end, num_iters, mode, smoothing, stop_factor)
    from ppocr_lr.training.paddle_scheduler import to_paddle  # first: it says what to install
    from ppocr_lr.training.paddle_snapshot import restored

    losses: list[float] = []
    stopped, lowest, average = None, math.inf, _Average(smoothing)
    layers = model if isinstance(model, Sequence) else [model]
    with restored(*layers, optimizer, *([scaler] if scaler else [])):
        scheduler = to_paddle(ramp)
        optimizer.set_lr_scheduler(scheduler)
        for k in range(num_iters):
            scheduler.step(k)
            loss = _number(step_fn())
            if not math.isfinite(loss):
                stopped = f"the loss was {loss} at rate {rate_text(scheduler())}"
                if not losses:
                    raise ValueError(f"{stopped}, before any update: there is nothing to test")
                break
            losses.append(loss)
            mean = average.add(loss)
            lowest = min(lowest, mean)
            if mean - lowest > (stop_factor - 1) * abs(lowest):
                stopped = f"the average loss rose above {stop_factor:g} times its lowest"
                break
    return RangeTest(ramp(np.arange(len(losses))), np.array(losses), smoothing, stopped)


class _Average:
    """An exponential moving average without the bias towards 0 of its beginning."""

    def __init__(self, smoothing: float) -> None:
        self._smoothing = smoothing
        self._sum = self._weight = 0.0

    def add(self, value: float) -> float:
        self._sum = self._smoothing * self._sum + value
        self._weight = self._smoothing * self._weight + 1
        return self._sum / self._weight


def _steepest(rates: NDArray[np.float64], losses: NDArray[np.float64]) -> Stretch:
    """The stretch whose losses have the steepest line through them, over log(rate)."""
    length = max(3, len(rates) // _STRETCH)
    places, heights = (np.lib.stride_tricks.sliding_window_view(values, length) for values in (np.log(rates), losses))
    away = places - places.mean(axis=1, keepdims=True)
    slopes = (away * heights).sum(axis=1) / (away**2).sum(axis=1)
    k = int(slopes.argmin())
    return Stretch(np.exp(places[k]), heights[k].mean() + slopes[k] * away[k], float(np.exp(places[k].mean())))


def _ramp(
    start: object, end: object, num_iters: object, mode: object, smoothing: object, stop_factor: object
) -> Schedule:
    """The schedule of the test, once all its arguments are allowed."""
    first, last = (_checked("start", start, 0, "a number above 0"), _checked("end", end, 0, "a number above 0"))
    if last <= first:
        raise _not_allowed("end", end, f"above start, {first!r}")
    if isinstance(num_iters, bool) or not isinstance(num_iters, int) or num_iters < _FEWEST:
        raise _not_allowed("num_iters", num_iters, f"an integer of at least {_FEWEST}")
    if mode not in get_args(Ramp):
        raise _not_allowed("mode", mode, " or ".join(get_args(Ramp)))
    if smoothing != 0 and _checked("smoothing", smoothing, 0, "a number from 0 to below 1") >= 1:
        raise _not_allowed("smoothing", smoothing, "a number from 0 to below 1")
    _checked("stop_factor", stop_factor, 1, "a number above 1")
    return (Decay if mode == "linear" else ExponentialRise)(first, num_iters - 1, last)


def _checked(name: str, value: object, above: float, allowed: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not above < value < math.inf:
        raise _not_allowed(name, value, allowed)
    return float(value)


def _not_allowed(name: str, value: object, allowed: str) -> Exception:
    return key_error(name, value, allowed, section="lr_range_test")


def _number(loss: Any) -> float:
    """The loss as a float; a tensor or an array of one element has `item`."""
    try:
        value = loss.item() if hasattr(loss, "item") else loss
    except (ValueError, RuntimeError):  # of more than one element
        value = None
    if not isinstance(value, (int, float)):
        raise TypeError(f"step_fn must return the loss, a number or a tensor of one, received {loss!r}")
    return float(value)
