"""The range test for a training loop of your own; it puts everything back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, get_args

from ppocr_lr.errors import value_error
from ppocr_lr.find_rate.measured import FEWEST, SMOOTHING, STOP_FACTOR, RangeTest, Watch
from ppocr_lr.lr_config.values import number_of
from ppocr_lr.schedules import Decay, ExponentialRise, Schedule

if TYPE_CHECKING:
    from paddle.amp import GradScaler
    from paddle.nn import Layer
    from paddle.optimizer import Optimizer

Ramp = Literal["exponential", "linear"]


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
    smoothing: float = SMOOTHING,
    stop_factor: float = STOP_FACTOR,
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

    watch = Watch(smoothing, stop_factor)
    layers = model if isinstance(model, Sequence) else [model]
    with restored(*layers, optimizer, *([scaler] if scaler else [])):
        scheduler = to_paddle(ramp)
        optimizer.set_lr_scheduler(scheduler)
        for k in range(num_iters):
            scheduler.step(k)
            if not watch.add(scheduler(), _number(step_fn())):
                break
    if not len(watch.measured.losses):
        raise ValueError(f"{watch.measured.stopped}, before any update: there is nothing to test")
    return watch.measured


def _ramp(
    start: object, end: object, num_iters: object, mode: object, smoothing: object, stop_factor: object
) -> Schedule:
    """The schedule of the test, once all its arguments are allowed."""
    first, last = (_checked("start", start, 0, "a number above 0"), _checked("end", end, 0, "a number above 0"))
    if last <= first:
        raise _not_allowed("end", end, f"above start, {first!r}")
    if isinstance(num_iters, bool) or not isinstance(num_iters, Integral) or num_iters < FEWEST:
        raise _not_allowed("num_iters", num_iters, f"an integer of at least {FEWEST}")
    if mode not in get_args(Ramp):
        raise _not_allowed("mode", mode, " or ".join(get_args(Ramp)))
    if smoothing != 0 and _checked("smoothing", smoothing, 0, "a number from 0 to below 1") >= 1:
        raise _not_allowed("smoothing", smoothing, "a number from 0 to below 1")
    _checked("stop_factor", stop_factor, 1, "a number above 1")
    return (Decay if mode == "linear" else ExponentialRise)(first, int(num_iters) - 1, last)


def _checked(name: str, value: object, above: float, allowed: str) -> float:
    number = None if isinstance(value, str) else number_of(value)
    if number is None or number <= above:
        raise _not_allowed(name, value, allowed)
    return number


def _not_allowed(name: str, value: object, allowed: str) -> Exception:
    return value_error(("lr_range_test", name), value, allowed)


def _number(loss: Any) -> float:
    """The loss as a float; a tensor or an array of one element has `item`."""
    try:
        value = loss.item() if hasattr(loss, "item") else loss
    except (ValueError, RuntimeError):  # of more than one element
        value = None
    if not isinstance(value, Real):
        raise TypeError(f"step_fn must return the loss, a number or a tensor of one, received {loss!r}")
    return float(value)
