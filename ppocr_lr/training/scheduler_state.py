"""The state of a Paddle scheduler as a checkpoint holds it, and how to continue from it, whatever saved it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ppocr_lr.errors import LRConfigError, shown, value_error
from ppocr_lr.language import tr
from ppocr_lr.numbers_text import count_text, rate_text, times_text
from ppocr_lr.schedules.base import as_step

if TYPE_CHECKING:
    from paddle.optimizer.lr import LRScheduler

OPTIMIZER_KEY = "LR_Scheduler"
"""Where an optimizer's state holds its scheduler's; missing when its rate was a bare number."""
WRAPPED_KEY = "LinearWarmup_LR"
"""Where the state of Paddle's `LinearWarmup` holds that of the scheduler it wraps."""

EQUAL = 1e-9
"""Rates that differ by less, relatively, are the same; Paddle's recursion drifts by some 1e-13."""

# Without a rate for a given update; to the last two step(k) tells a metric.
_RECURSIVE = ("LinearLR", "MultiplicativeDecay", "ReduceOnPlateau", "LedReduceOnPlateau")


@dataclass(frozen=True)
class SchedulerState:
    """Where a scheduler stood when it was saved."""

    update: int
    """The update that comes next, 0-based; as many are done."""
    rate: float
    """The rate of that update."""
    keys: frozenset[str]
    """All keys of the state; they tell the shape of the scheduler that saved it."""

    @property
    def wrapped(self) -> bool:
        """True for a `LinearWarmup` around a scheduler."""
        return WRAPPED_KEY in self.keys


@dataclass(frozen=True)
class LoadedState:
    """What `load_lr_state` did; `str()` says it in a sentence."""

    update: int
    """The update that comes next, 0-based."""
    rate_before: float | None
    """The rate in the state; None when only the update was known."""
    rate_now: float
    """The rate that the scheduler gives for that update."""
    same_shape: bool
    """True when the state was saved by a scheduler of this shape (with or without warmup around it)."""

    @property
    def jump(self) -> float:
        """By what fraction the rate changes, as 0.5 for half as much again; 0 when `rate_before` is not known."""
        return 0.0 if self.rate_before is None else relative_jump(self.rate_before, self.rate_now)

    def __str__(self) -> str:
        shape = "" if self.same_shape else "; the state is of a scheduler of another shape"
        rate = jump_text(self.rate_before, self.rate_now)
        return f"the scheduler is at update {count_text(self.update)}, rate {rate}{shape}"


def scheduler_state(state: Mapping[str, Any]) -> SchedulerState:
    """The scheduler's state from `state`: a scheduler's, or an optimizer's that holds one.

    Raises:
        LRConfigError: there is none, or its `last_epoch` or `last_lr` is impossible.
    """
    state = state.get(OPTIMIZER_KEY, state)
    if not isinstance(state, Mapping):
        raise LRConfigError(tr("{value} is not a scheduler state; it must be a mapping", value=shown(state)))
    if "last_epoch" not in state:
        said = tr(
            "there is no scheduler state: neither {key} nor last_epoch is among the keys; an optimizer saves none when "
            "its rate is a bare number, as PaddleOCR's is for Const without warmup",
            key=OPTIMIZER_KEY,
        )
        raise LRConfigError(said)
    try:
        update = as_step(state["last_epoch"])
    except (TypeError, ValueError):
        raise value_error(("last_epoch",), state["last_epoch"], tr("a whole number from 0 to 2^63 − 1")) from None
    return SchedulerState(update, _rate(state.get("last_lr")), frozenset(map(str, state)))


def load_lr_state(scheduler: LRScheduler, state: Mapping[str, Any], update: int | None = None) -> LoadedState:
    """Have `scheduler` continue where `state` stopped, with its own rate there.

    Args:
        scheduler: this library's, Paddle's or PaddleOCR's; its state is changed, its shape does not matter.
        state: a scheduler's `state_dict()`, or an optimizer's, which holds one under `LR_Scheduler`. One saved
            with or without warmup around it is taken by a scheduler of either shape.
        update: the update to continue at, 0-based, instead of the state's; needed when the state has none.

    Returns:
        The update, the rate before and after, and whether the shapes matched.

    Raises:
        LRConfigError: the state has no update and none is given, or the scheduler has no rate of its own for
            that update; the scheduler is then as before.
    """
    if not isinstance(state, Mapping):
        raise LRConfigError(f"a state must be a mapping, received {shown(state)}")
    found = None
    if update is None or OPTIMIZER_KEY in state or "last_epoch" in state:
        found = scheduler_state(state)
    target = as_step(found.update if update is None and found else update)
    parts = [scheduler, getattr(scheduler, "learning_rate", None)]  # the second: what a LinearWarmup wraps
    for part in parts:
        if type(part).__name__ in _RECURSIVE:
            raise LRConfigError(f"{type(part).__name__} has no rate for a given update; use its set_state_dict")
    before = [(part, dict(vars(part))) for part in parts if hasattr(part, "last_epoch")]
    try:
        scheduler.step(target)
    except ValueError as error:  # OneCycle past its end
        for part, attributes in before:
            vars(part).clear()
            vars(part).update(attributes)
        name = type(scheduler).__name__
        raise LRConfigError(f"{name} cannot be at update {count_text(target)}: {error}") from None
    return LoadedState(
        target,
        None if found is None else found.rate,
        float(scheduler()),
        found is not None and found.keys == frozenset(scheduler.state_dict()),
    )


def relative_jump(before: float, after: float) -> float:
    """`after/before − 1`; 0 when both are 0, infinite when only `before` is."""
    if before == after:
        return 0.0
    return after / before - 1 if before else math.copysign(math.inf, after)


def jump_text(before: float | None, after: float) -> str:
    """`1e-1 → 1e-2, 90 % less`; the new rate alone where there is no old one."""
    if before is None:
        return rate_text(after, 4)
    jump = relative_jump(before, after)
    if abs(jump) < EQUAL:
        return tr("{rate}, unchanged", rate=rate_text(before, 4))
    change = f"{rate_text(before, 4)} → {rate_text(after, 4)}"
    if math.isinf(jump):
        return change
    if jump > 9:
        size = times_text(jump + 1, tr("before"))
    else:
        size = f"{100 * abs(jump):.3g}"
        size = tr("{percent} % more", percent=size) if jump > 0 else tr("{percent} % less", percent=size)
    return tr("{change}, {size}", change=change, size=size)


def _rate(value: Any) -> float:
    try:
        rate = float(value)
    except (TypeError, ValueError, OverflowError):
        rate = math.nan
    if not math.isfinite(rate) or isinstance(value, (bool, str)):
        raise value_error(("last_lr",), value, tr("a number"))
    return rate + 0.0  # which is 0.0 for -0.0
