"""What happens when PaddleOCR resumes a checkpoint with a config, foretold.

PaddleOCR loads the optimizer's state, the scheduler's in it, and goes on with the epoch after the one in
`.states`. What its schedulers do with a loaded state was measured on Paddle's classes; the tests do it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from ppocr_lr.errors import LRConfigError
from ppocr_lr.lr_config import Run, parse_lr_config
from ppocr_lr.lr_config.registry import IN_PADDLEOCR
from ppocr_lr.resume.checkpoint import Checkpoint
from ppocr_lr.schedules import Constant, CosineDecay, LinearWarmup, Schedule, TwoStepCosine
from ppocr_lr.schedules.base import Runs
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.training.scheduler_state import WRAPPED_KEY, relative_jump
from ppocr_lr.training_config.plan import PlannedRun

EQUAL = 1e-9
"""Rates that differ by less, relatively, are the same; Paddle's recursion drifts by some 1e-13."""

_MOST_EPOCHS = 1000  # lengths of the saved run that are tried


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

    def formula(self, k: Any, xp: Functions = SCALAR) -> Any:
        """`rate`, then `floor + factor·(shape(k) − floor)`, then `shape(k)`."""
        return xp.split(k, self.first + 1, Constant(self.rate).formula, self._later)

    def _later(self, k: Any, xp: Functions) -> Any:
        return xp.split(k, self.turn + 1, self._scaled, self.shape.formula)

    def _scaled(self, k: Any, xp: Functions) -> Any:
        return self.floor + self.factor * (self.shape.formula(k, xp) - self.floor)

    def corner_runs(self) -> Runs:
        """The first two updates, and the corners of `shape`."""
        return (self.first, self.first + 1), *self.shape.corner_runs()


def resumed_by_paddle(schedule: Schedule, update: int, rate: float) -> ResumedByPaddle:
    """The rates of a plain Paddle scheduler for `schedule` that has loaded `rate` at `update`."""
    shape, floor = schedule, 0.0
    if isinstance(schedule, CosineDecay):
        floor, period = schedule.end, schedule.decay_iters
    elif isinstance(schedule, TwoStepCosine) and schedule.recursive:
        period = schedule.first_iters
        if update >= period:
            period = schedule.second_iters
            shape = CosineDecay(schedule.peak, period)
    else:
        return ResumedByPaddle(schedule, update, rate)
    turn = period * ((update // period + 1) | 1)  # the next odd multiple of the period
    scaled, planned = rate - floor, shape(update) - floor
    if not planned:  # from the very end of a cosine Paddle adds the next difference instead of multiplying
        planned = shape(update + 1) - floor
        scaled += planned
    return ResumedByPaddle(shape, update, rate, scaled / planned if planned else 1.0, floor, turn)


@dataclass(frozen=True)
class Resume:
    """A checkpoint, the run that shall go on from it, and what comes of that."""

    planned: PlannedRun
    checkpoint: Checkpoint

    @property
    def schedule(self) -> Schedule:
        """The config's."""
        return self.planned.schedule

    @cached_property
    def update(self) -> int:
        """The update that comes next; the one after whole epochs, where only the epoch is known."""
        state = self.checkpoint.state
        return state.update if state else (self.checkpoint.epoch or 0) * self.planned.run.iters_epoch

    @cached_property
    def rate_before(self) -> float | None:
        """The rate in the checkpoint."""
        return self.checkpoint.state.rate if self.checkpoint.state else None

    @cached_property
    def rate_now(self) -> float:
        """The config's rate at `update`, which this library goes on with."""
        return self.schedule(self.update)

    @property
    def jump(self) -> float | None:
        """From the checkpoint's rate to the config's, as a fraction."""
        return None if self.rate_before is None else relative_jump(self.rate_before, self.rate_now)

    @property
    def bare_number(self) -> bool:
        """True where PaddleOCR gives the optimizer a number instead of a scheduler."""
        return isinstance(self.schedule, Constant)

    @property
    def known_to_paddleocr(self) -> bool:
        """False for a schedule that PaddleOCR does not have."""
        return self.planned.name in IN_PADDLEOCR

    @cached_property
    def failure(self) -> str:
        """The exception with which PaddleOCR stops while it loads the state; empty when it loads."""
        state = self.checkpoint.state
        if not self.known_to_paddleocr:
            return f"AttributeError: it has no schedule {self.planned.name}"
        if self.bare_number:
            return ""
        if state is None:
            return "AssertionError: LR_Scheduler state must be included (Paddle 2: KeyError: 'LR_Scheduler')"
        wraps = isinstance(self.schedule, LinearWarmup) and not isinstance(self.schedule.after, Constant)
        return f"KeyError: '{WRAPPED_KEY}'" if wraps and not state.wrapped else ""

    @cached_property
    def paddleocr(self) -> Schedule | None:
        """PaddleOCR's rates from `update` on; None when it cannot load the state."""
        if self.failure:
            return None
        if self.bare_number or self.rate_before is None:
            return self.schedule
        return resumed_by_paddle(self.schedule, self.update, self.rate_before)

    @property
    def follows_config(self) -> bool:
        """False where PaddleOCR goes on multiplying the rate of the checkpoint."""
        return not isinstance(self.paddleocr, ResumedByPaddle) or abs(self.paddleocr.factor - 1) < EQUAL

    @property
    def first_epoch(self) -> int:
        """The epoch, counted from 1, that PaddleOCR starts with."""
        return (self.checkpoint.epoch or 0) + 1

    @property
    def end(self) -> int:
        """The update at which the schedule stands when PaddleOCR's last epoch is over."""
        epochs_left = max(0, self.planned.run.epochs + 1 - self.first_epoch)
        return self.update + epochs_left * self.planned.run.iters_epoch

    @property
    def saved_iters_epoch(self) -> int | None:
        """Iterations in an epoch of the saved run, if it was saved after whole epochs of one length."""
        state, epoch = self.checkpoint.state, self.checkpoint.epoch
        # PaddleOCR saves `best_accuracy` within an epoch, the others after one.
        if not state or not epoch or state.update % epoch or self.checkpoint.path.name.startswith("best_accuracy"):
            return None
        return state.update // epoch or None

    def saved_run(self) -> Run | None:
        """The length of run with which this config gives the rate in the checkpoint; None if no length does."""
        if self.rate_before is None:
            return None
        written = self.planned.run.epochs
        nearby = sorted(range(self.first_epoch, _MOST_EPOCHS + 1), key=lambda epochs: abs(epochs - written))
        lengths = {self.saved_iters_epoch or 0, self.planned.run.iters_epoch} - {0}
        for epochs, iters_epoch in product((written, *nearby), sorted(lengths)):
            try:
                run, built_for = (Run(epochs, iters_epoch + more) for more in (0, self.planned.flags.windows))
                rate = parse_lr_config(self.planned.section, built_for).schedule(self.update)
            except LRConfigError:
                continue
            if abs(relative_jump(self.rate_before, rate)) < EQUAL:
                return run
        return None
