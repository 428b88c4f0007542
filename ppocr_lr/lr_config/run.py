"""The length of a run, and the only place where epochs become iterations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from ppocr_lr.errors import LRConfigError, positive_argument
from ppocr_lr.language import tr
from ppocr_lr.lr_config.length import Length
from ppocr_lr.numbers_text import amount, rate_text
from ppocr_lr.schedules import Schedule
from ppocr_lr.schedules.kinds import MAX_ITERS

NEARLY_0 = 1e-4
"""A rate below this share of the highest is told as nearly 0 where its digits depend on an assumed length."""


@dataclass(frozen=True)
class Run:
    """A training run of `epochs` epochs with `iters_per_epoch` iterations (optimizer updates) each."""

    epochs: int
    iters_per_epoch: int
    assumed: bool = False
    """Nothing says how long an epoch is, so no rate that depends on it is told."""

    def __post_init__(self) -> None:
        for name in ("epochs", "iters_per_epoch"):
            object.__setattr__(self, name, positive_argument(name, getattr(self, name)))
        if self.epochs * self.iters_per_epoch > MAX_ITERS:
            problem = tr(
                "epochs × iters_per_epoch must be at most 2^53, received {epochs} × {iters_per_epoch}",
                epochs=self.epochs,
                iters_per_epoch=self.iters_per_epoch,
            )
            raise LRConfigError(problem)

    @property
    def total_iters(self) -> int:
        """All optimizer updates of the run."""
        return self.epochs * self.iters_per_epoch

    @property
    def window(self) -> Window:
        """The run from its first update to its last one."""
        return Window(self, self.total_iters)

    def iters(self, length: Length) -> int:
        """A length in iterations, as from `Window.iters`."""
        return self.window.iters(length)


class Window(NamedTuple):
    """What a section is planned for: a run, a stage of it, or what warmup and cooldown leave of either."""

    run: Run
    total_iters: int
    """All updates of the run or the stage; shares are shares of them."""
    lead_iters: int = 0
    """Updates before the decay that are taken from it; 0 if the decay is not shortened."""
    tail_iters: int = 0
    """Updates after the decay that are taken from it."""
    length: int | None = None
    """How long a key says the decay lasts, whatever the window."""
    begin: int = 0
    """The update of the run at which a stage begins."""

    @property
    def decay_iters(self) -> int:
        """The updates that a decay over the window lasts; 0 if nothing is left."""
        if self.length is not None:
            return self.length
        return max(0, self.total_iters - self.lead_iters - self.tail_iters)

    def stage(self, iters: int, begin: int = 0) -> Window:
        """A stage of `iters` updates from `begin` on, planned for itself: its shares and decays are the stage's."""
        return Window(self.run, iters, begin=self.begin + begin)

    def within(self, lead_iters: int, tail_iters: int = 0) -> Window:
        """This window for a decay that begins after `lead_iters` updates and ends `tail_iters` before the end."""
        return self._replace(lead_iters=lead_iters, tail_iters=tail_iters)

    def iters(self, length: Length | int) -> int:
        """A length in iterations, `round(epochs·iters_per_epoch)`; a half is rounded to even, as in PaddleOCR.

        An int already counts iterations. A negative length is 0.
        """
        updates = length if isinstance(length, int) else self._updates(length)
        return round(max(0, min(updates, MAX_ITERS)))

    def first_update(self, mark: Length) -> int:
        """The first update at or after `mark`, so that `k ≥ first_update` is `k ≥ epoch·iters_per_epoch`.

        Counted from where the decay begins, if what comes before is taken from it.
        """
        return max(0, math.ceil(min(self._updates(mark), MAX_ITERS)) - self.lead_iters)

    def epochs(self, mark: Length) -> float:
        """The epoch of `mark`, a fraction where it is written in iterations or as a share."""
        return mark.amount if mark.unit == "epochs" else self._updates(mark) / self.run.iters_per_epoch

    def _updates(self, length: Length) -> float:
        if length.unit == "%":  # as it is written: the floats 1.1 and 3000 make more than 33
            return float(Decimal(repr(length.amount)) * self.total_iters / 100)
        return length.amount * (self.run.iters_per_epoch if length.unit == "epochs" else 1)

    def highest(self, schedule: Schedule) -> float:
        """The highest rate of a schedule that is planned for this window."""
        return schedule.extremes(0, self.total_iters - 1)[1]

    def final_text(self, schedule: Schedule, digits: int = 3) -> str:
        """The rate of the last update; where the length of an epoch is assumed, what it comes near with any."""
        rate = schedule(self.total_iters - 1)
        if not self.run.assumed:
            return rate_text(rate, digits)
        lead = schedule.lead()
        end = lead.behind.end_of_decay()
        if end and end.step is not None and lead.iters + end.step <= self.total_iters:
            return rate_text(end.rate, 2) if end.rate else tr("nearly 0")
        return rate_text(rate, 2) if rate > NEARLY_0 * self.highest(schedule) else tr("nearly 0")

    @property
    def too_short(self) -> str:
        """What to say of a length that rounds to no iteration at all."""
        per_epoch = amount(self.run.iters_per_epoch, "iteration")
        return tr("long enough for one iteration; at {per_epoch} per epoch it rounds to 0", per_epoch=per_epoch)
