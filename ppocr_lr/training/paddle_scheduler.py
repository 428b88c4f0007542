"""A schedule as a Paddle scheduler. With `paddle_snapshot.py` the only module that imports Paddle.

Each class here is Paddle's (or PaddleOCR's) class of the same name with one change: its rate comes from
the schedule, not from a recursion. So `isinstance`, Paddle's attributes and checkpoints are as in PaddleOCR,
`get_lr()` is pure, and `step(k)` is right for every name.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ppocr_lr import schedules
from ppocr_lr.errors import LRConfigWarning, MissingExtraError, shown
from ppocr_lr.lr_config.base import LedPlateau
from ppocr_lr.schedules.base import Schedule, as_step
from ppocr_lr.training.scheduler_state import OPTIMIZER_KEY

try:
    from paddle.optimizer import lr
except ModuleNotFoundError as error:
    otherwise = " for a CPU, up to Python 3.13, or Paddle's own paddlepaddle-gpu for a GPU"
    raise MissingExtraError("Paddle", "paddle", otherwise) from error


def _received(state: Mapping[str, Any]) -> str:
    """The keys of a wrong state, shortened: an optimizer's has thousands."""
    inside = f"; an optimizer holds a scheduler's state under {OPTIMIZER_KEY}" if OPTIMIZER_KEY in state else ""
    return f"received the keys {shown(list(state))}{inside}"


class _FromSchedule(lr.LRScheduler):
    """Mixed in before a Paddle scheduler class; the rate of update `last_epoch` is `schedule(last_epoch)`."""

    def __init__(self, schedule: Schedule, *args: Any, **kwargs: Any) -> None:
        self.schedule = schedule
        super().__init__(*args, **kwargs)

    def get_lr(self) -> float:
        """The rate of update `last_epoch`; changes nothing."""
        return self.schedule(self.last_epoch)

    def step(self, epoch: int | None = None) -> None:
        """Go to the next update, or to update `epoch`."""
        k = self.last_epoch = self.last_epoch + 1 if epoch is None else as_step(epoch)
        self.last_lr = self.schedule.formula(k)  # as __call__ without its checks: this runs in every iteration

    def _step_and_tell(self, epoch: int | None = None) -> None:
        type(self).step(self, epoch)
        print(f"update {self.last_epoch}: {type(self).__name__} sets the learning rate to {self.last_lr}")

    @property
    def verbose(self) -> bool:
        """Whether each rate is printed. Setting it puts another `step` in place: the usual one does not even ask."""
        return self._verbose

    @verbose.setter
    def verbose(self, verbose: bool) -> None:
        self._verbose = verbose
        if verbose:
            self.step = self._step_and_tell  # type: ignore[method-assign]
        else:
            with suppress(AttributeError):  # it is not in place
                del self.step

    def state_dict(self) -> Any:
        """The update and its rate, a plain float: a formula from elsewhere may return a NumPy number."""
        return {**super().state_dict(), "last_lr": float(self.last_lr)}

    def set_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go to the update of the state, with this schedule's rate there.

        A state saved by a scheduler of another shape (with or without warmup) is taken too, with a warning:
        `last_epoch` counts all updates in every shape.

        Raises:
            TypeError: `state_dict` is not a mapping, or its `last_epoch` not an integer.
            KeyError: the state has no `last_epoch`.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"a scheduler state must be a mapping, received {state_dict!r}")
        if "last_epoch" not in state_dict:
            raise KeyError(f"a scheduler state needs last_epoch, {_received(state_dict)}")
        self.step(as_step(state_dict["last_epoch"]))
        if set(state_dict) != set(self.state_dict()):
            warnings.warn(
                f"the state was saved by a scheduler of another shape (keys {list(state_dict)}); "
                f"training continues at update {self.last_epoch} with this config's rate, {self.last_lr:g}",
                LRConfigWarning,
                stacklevel=2,
            )

    set_dict = set_state_dict


class ScheduleLR(_FromSchedule):
    """Any schedule that neither Paddle nor PaddleOCR has a class for."""


class ConstantLR(_FromSchedule, lr.LambdaDecay):
    """A constant rate. Being a `LambdaDecay`, it also loads an optimizer state without a scheduler's (since
    Paddle 3), which is what PaddleOCR saves for `Const`: it gives the optimizer a bare float."""


class PolynomialDecay(_FromSchedule, lr.PolynomialDecay):
    """Paddle's, read from the schedule."""


class CosineAnnealingDecay(_FromSchedule, lr.CosineAnnealingDecay):
    """Paddle's, read from the schedule."""


class StepDecay(_FromSchedule, lr.StepDecay):
    """Paddle's, read from the schedule."""


class PiecewiseDecay(_FromSchedule, lr.PiecewiseDecay):
    """Paddle's, read from the schedule."""


class MultiStepDecay(_FromSchedule, lr.MultiStepDecay):
    """Paddle's, read from the schedule."""


class NoamDecay(_FromSchedule, lr.NoamDecay):
    """Paddle's, read from the schedule."""


class ExponentialDecay(_FromSchedule, lr.ExponentialDecay):
    """Paddle's, read from the schedule; `gamma` is the factor of one update."""


class NaturalExpDecay(_FromSchedule, lr.NaturalExpDecay):
    """Paddle's, read from the schedule; `gamma` is that of one update."""


class InverseTimeDecay(_FromSchedule, lr.InverseTimeDecay):
    """Paddle's, read from the schedule; `gamma` is that of one update."""


class CyclicLR(_FromSchedule, lr.CyclicLR):
    """Paddle's, read from the schedule."""


class CosineAnnealingWarmRestarts(_FromSchedule, lr.CosineAnnealingWarmRestarts):
    """Paddle's, read from the schedule; right after a restore and after `step(k)` to a restart, as Paddle's is not."""

    schedule: schedules.WarmRestarts

    @property
    def T_cur(self) -> int:  # noqa: N802  # Paddle's name
        """Updates since the last restart."""
        return self.last_epoch - self.schedule.cycle_around(self.last_epoch)[0]

    @T_cur.setter
    def T_cur(self, value: int) -> None:  # noqa: N802
        """Nothing: Paddle's constructor sets what the schedule knows."""

    @property
    def T_i(self) -> int:  # noqa: N802  # Paddle's name
        """Length of this cycle."""
        begin, after = self.schedule.cycle_around(self.last_epoch)
        return after - begin

    @T_i.setter
    def T_i(self, value: int) -> None:  # noqa: N802
        """Nothing, as for T_cur."""


class OneCycleDecay(_FromSchedule, lr.OneCycleLR):
    """PaddleOCR's class of this name, here on Paddle's `OneCycleLR`, which came later."""


class CyclicalCosineDecay(_FromSchedule):
    """PaddleOCR's class of this name."""


class TwoStepCosineDecay(_FromSchedule):
    """PaddleOCR's class of this name."""


class LinearWarmup(_FromSchedule, lr.LinearWarmup):
    """Paddle's, read from the schedule; keeps the wrapped scheduler where Paddle's would have it."""

    schedule: schedules.Warmup

    def __init__(self, schedule: schedules.Warmup, wrapped: float | lr.LRScheduler, *args: Any, **kwargs: Any) -> None:
        self._wrapped = wrapped if isinstance(wrapped, _FromSchedule) else None
        self._rise = schedule.shape.rate  # `schedule.rise` without its call
        self._rate_after = schedule.after.formula
        super().__init__(schedule, wrapped, *args, **kwargs)

    def step(self, epoch: int | None = None) -> None:
        """Go to the next update, or to update `epoch`, and take the wrapped scheduler along."""
        if epoch is None:
            k = self.last_epoch = self.last_epoch + 1
        else:
            k = self.last_epoch = as_step(epoch)
            if self._wrapped is not None and k < self.warmup_steps:  # it may come back from behind the warmup
                self._wrapped.step(0)
        if k < self.warmup_steps:
            self.last_lr = self._rise(self.end_lr, self.start_lr, k / self.warmup_steps)
        else:
            after = k - self.warmup_steps
            rate_after = self._rate_after
            self.last_lr = rate = rate_after(after)
            if (wrapped := self._wrapped) is not None:
                wrapped.last_epoch = after
                wrapped.last_lr = rate


def to_paddle(schedule: Schedule, done_iters: int = 0) -> lr.LRScheduler:
    """The Paddle scheduler for `schedule`, at update `done_iters`."""
    scheduler = _scheduler(schedule)
    if done_iters:
        scheduler.step(done_iters)
    return scheduler


class LedReduceOnPlateau(lr.LRScheduler):
    """A schedule of the update, and then Paddle's `ReduceOnPlateau`.

    `step()` counts an update; `step(metric)` reports an evaluation, which counts from the update on at which the
    plateau begins; before that it changes nothing.
    """

    def __init__(self, before: Schedule, before_iters: int, plateau: lr.ReduceOnPlateau) -> None:
        self.before, self.before_iters, self.plateau = before, before_iters, plateau
        super().__init__(before(0))

    def get_lr(self) -> float:
        """The rate of update `last_epoch`; changes nothing."""
        k = self.last_epoch
        return float(self.before(k) if k < self.before_iters else self.plateau.last_lr)

    def step(self, metrics: Any = None) -> None:
        """Go to the next update; with a metric, stay there and let the plateau know."""
        if metrics is None:
            self.last_epoch += 1
        elif self.last_epoch >= self.before_iters:
            self.plateau.step(metrics)
        self.last_lr = self.get_lr()

    def state_dict(self) -> Any:
        """The update, and the state of the plateau."""
        return {"last_epoch": self.last_epoch, "last_lr": self.last_lr, "ReduceOnPlateau": self.plateau.state_dict()}

    def set_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from the state.

        Raises:
            KeyError: it was saved by a scheduler of another shape, which knows nothing of the metrics so far.
        """
        if not {"last_epoch", "ReduceOnPlateau"} <= set(state_dict):
            needed = "a state of this scheduler has last_epoch and ReduceOnPlateau"
            raise KeyError(f"{needed}, {_received(state_dict)}")
        last_epoch = as_step(state_dict["last_epoch"])  # its error comes before anything is changed
        self.plateau.set_state_dict(state_dict["ReduceOnPlateau"])
        self.last_epoch = last_epoch
        self.last_lr = self.get_lr()

    set_dict = set_state_dict


def on_plateau(led: LedPlateau, done_iters: int = 0) -> lr.LRScheduler:
    """Paddle's scheduler for a metric, with the section's keys as its arguments, after what leads up to it."""
    names = inspect.signature(lr.ReduceOnPlateau).parameters
    keys = {key: value for key, value in led.plateau.model_dump().items() if key in names}
    plateau = lr.ReduceOnPlateau(**keys)
    if not led.iters:
        return plateau
    scheduler = LedReduceOnPlateau(led.before, led.iters, plateau)
    scheduler.last_epoch = done_iters
    scheduler.last_lr = scheduler.get_lr()
    return scheduler


def _scheduler(schedule: Schedule) -> lr.LRScheduler:
    match schedule:
        case schedules.Constant():
            return ConstantLR(schedule, schedule.rate, _one)
        case schedules.Decay(shape=schedules.Power(exponent=power)):
            return PolynomialDecay(schedule, schedule.peak, schedule.decay_iters, schedule.end, power)
        case schedules.CosineWave():
            return CosineAnnealingDecay(schedule, schedule.peak, schedule.decay_iters, schedule.end)
        case schedules.TwoStepCosine():
            return TwoStepCosineDecay(schedule, schedule.peak)
        case schedules.StepDecay():
            return StepDecay(schedule, schedule.peak, schedule.step_iters, schedule.gamma)
        case schedules.PiecewiseConstant() if schedule.boundaries:  # Paddle's class refuses to have none
            return PiecewiseDecay(schedule, list(schedule.boundaries), list(schedule.values))
        case schedules.MultiStepDecay():
            # Fractional milestones can fall on one update, which Paddle's constructor refuses.
            distinct = list(dict.fromkeys(schedule.milestones))
            return MultiStepDecay(schedule, schedule.peak, distinct, schedule.gamma)
        case schedules.CyclicalCosine():
            return CyclicalCosineDecay(schedule, schedule.peak)
        case schedules.CyclicPolynomial(peak=peak, decay_iters=iters, end=end, power=power):
            return PolynomialDecay(schedule, peak, iters, end, power, cycle=True)
        case schedules.Noam():
            return NoamDecay(schedule, schedule.d_model, schedule.warmup_iters, schedule.scale)
        case schedules.ExponentialDecay():
            gamma = schedule.gamma ** (1 / schedule.decay_iters)
            if gamma < 1:  # over very many updates it rounds to 1, which Paddle's constructor refuses
                return ExponentialDecay(schedule, schedule.peak, gamma)
        case schedules.NaturalExpDecay():
            return NaturalExpDecay(schedule, schedule.peak, schedule.gamma / schedule.decay_iters)
        case schedules.InverseTimeDecay():
            return InverseTimeDecay(schedule, schedule.peak, schedule.gamma / schedule.decay_iters)
        case schedules.Cyclic(base=base, peak=peak, up_iters=up, down_iters=down):
            return CyclicLR(schedule, base, peak, up, down, schedule.mode, schedule.gamma)
        case schedules.WarmRestarts(peak=peak, cycle_iters=(first, *_), t_mult=t_mult, end=end):
            # Another one is more than Paddle's class knows.
            if schedule == schedules.WarmRestarts(peak, (first,), t_mult, end) and t_mult.is_integer():
                return CosineAnnealingWarmRestarts(schedule, peak, first, int(t_mult), end)
        case schedules.OneCycle(peak=peak, total_iters=iters, div_factor=factor, final=final, pct_start=share):
            return OneCycleDecay(schedule, peak, iters, factor, final, share, schedule.anneal, schedule.three_phase)
        case schedules.Warmup(shape=schedules.LINEAR, after=after):
            # PaddleOCR wraps the bare number for Const, and the state of a checkpoint shows the difference.
            wrapped = after.rate if isinstance(after, schedules.Constant) else _scheduler(after)
            return LinearWarmup(schedule, wrapped, schedule.warmup_iters, schedule.start, schedule.peak)
    return ScheduleLR(schedule, schedule(0))


def _one(step: int) -> float:
    return 1.0
