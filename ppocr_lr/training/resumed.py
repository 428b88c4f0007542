"""The rates of Paddle's own schedulers after they have loaded a state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ppocr_lr.schedules import LINEAR, Constant, CosineWave, Schedule, TwoStepCosine, Warmup
from ppocr_lr.schedules.base import Runs
from ppocr_lr.schedules.functions import SCALAR, Functions


@dataclass(frozen=True)
class ResumedByPaddle(Schedule):
    """`rate` at update `first`, then `floor + factor·(shape(k) − floor)` up to `turn`, then `shape(k)`.

    Paddle's schedulers use the loaded rate once. Then most compute the config's (`factor` 1); a cosine
    without warmup around it multiplies the last rate, and so keeps its distance from the config's until it
    next begins to rise, where it adds the config's difference to its minimum. Meant for k ≥ `first`.
    """

    shape: Schedule
    first: int
    rate: float
    factor: float = 1.0
    floor: float = 0.0
    turn: int = 0

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """`rate`, then `floor + factor·(shape(k) − floor)`, then `shape(k)`."""
        return fn.split(k, self.first + 1, Constant(self.rate).formula, self._later)

    def _later(self, k: Any, fn: Functions) -> Any:
        return fn.split(k, self.turn + 1, self._scaled, self.shape.formula)

    def _scaled(self, k: Any, fn: Functions) -> Any:
        return self.floor + self.factor * (self.shape.formula(k, fn) - self.floor)

    def corner_runs(self) -> Runs:
        """The first two updates, and the corners of `shape`."""
        return (self.first, self.first + 1), *self.shape.all_corners


def is_bare_number(schedule: Schedule) -> bool:
    """PaddleOCR gives the optimizer a number for this schedule, and no scheduler."""
    return isinstance(schedule, Constant)


def wraps_a_scheduler(schedule: Schedule) -> bool:
    """Paddle's `LinearWarmup` for this schedule has a scheduler inside, whose state is in checkpoints."""
    return isinstance(schedule, Warmup) and schedule.shape == LINEAR and not is_bare_number(schedule.after)


def resumed_by_paddle(schedule: Schedule, update: int, rate: float) -> ResumedByPaddle:
    """The rates of a plain Paddle scheduler for `schedule` that has loaded `rate` at `update`."""
    shape, floor = schedule, 0.0
    if isinstance(schedule, CosineWave):
        floor, period = schedule.end, schedule.decay_iters
    elif isinstance(schedule, TwoStepCosine) and schedule.recursive:
        period = schedule.first_iters
        if update >= period:
            period = schedule.second_iters
            shape = CosineWave(schedule.peak, period)
    else:
        return ResumedByPaddle(schedule, update, rate)
    turn = period * ((update // period + 1) | 1)  # the next odd multiple of the period
    scaled, planned = rate - floor, shape(update) - floor
    if not planned:  # from the very end of a cosine Paddle adds the next difference instead of multiplying
        planned = shape(update + 1) - floor
        scaled += planned
    return ResumedByPaddle(shape, update, rate, scaled / planned if planned else 1.0, floor, turn)
