"""The length of a run, and the only place where epochs become iterations."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass, replace

from ppocr_lr.errors import LRConfigError, shown
from ppocr_lr.lr_config.length import Length

# Whole numbers up to here are exact in float64, so no formula blurs neighbouring updates.
MAX_ITERS = 2**53


@dataclass(frozen=True)
class Run:
    """A training run of `epochs` epochs with `iters_per_epoch` iterations (optimizer updates) each."""

    epochs: int
    iters_per_epoch: int
    stage_iters: int | None = None
    """Length of a stage that is planned like a run of its own; None for the whole run."""
    lead_iters: int = 0
    """Updates before the decay that count against it; 0 where the decay is not shortened."""
    tail_iters: int = 0
    """Updates behind the decay that count against it."""

    def __post_init__(self) -> None:
        for name in ("epochs", "iters_per_epoch"):
            value = getattr(self, name)
            try:
                count = operator.index(value)
            except TypeError:
                count = 0
            if isinstance(value, bool) or count < 1:
                raise LRConfigError(f"{name} must be a positive integer, received {shown(value)}")
            object.__setattr__(self, name, count)
        if self.epochs * self.iters_per_epoch > MAX_ITERS:
            raise LRConfigError(
                f"epochs × iters_per_epoch must be at most 2^53, received {self.epochs} × {self.iters_per_epoch}"
            )

    @property
    def total_iters(self) -> int:
        """All optimizer updates of the run, or of the stage."""
        return self.epochs * self.iters_per_epoch if self.stage_iters is None else self.stage_iters

    @property
    def decay_iters(self) -> int:
        """The updates that a decay over the run lasts."""
        return self.total_iters - self.lead_iters - self.tail_iters

    def stage(self, iters: int) -> Run:
        """A stage of `iters` updates as a run of its own: its shares and decays are those of the stage."""
        return Run(self.epochs, self.iters_per_epoch, iters)

    def within(self, lead_iters: int, tail_iters: int = 0) -> Run:
        """This run for a decay that begins after `lead_iters` updates and ends `tail_iters` before the end."""
        return replace(self, lead_iters=lead_iters, tail_iters=tail_iters)

    def iters(self, length: float | Length) -> int:
        """A length in iterations, `round(epochs·iters_per_epoch)`; a half goes to the even side, as in PaddleOCR.

        A share is that of the run, or of the stage. A negative length is none.
        """
        return round(max(0, min(self._updates(length), MAX_ITERS)))

    def first_update(self, mark: float | Length) -> int:
        """The first update that is not before `mark`, so that `k ≥ first_update` is `k ≥ epoch·iters_per_epoch`.

        Counted from where the decay begins, if what is before counts against it.
        """
        return max(0, math.ceil(min(self._updates(mark), MAX_ITERS)) - self.lead_iters)

    def _updates(self, length: float | Length) -> float:
        if not isinstance(length, Length):
            return length * self.iters_per_epoch
        if length.unit == "%":
            return length.amount * self.total_iters / 100
        return length.amount * (self.iters_per_epoch if length.unit == "epochs" else 1)

    @property
    def too_short(self) -> str:
        """What to say of a length that rounds to no iteration at all."""
        return f"long enough for one iteration; at {self.iters_per_epoch} iterations per epoch it rounds to 0"
