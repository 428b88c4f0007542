"""The length of a run, and the only place where epochs become iterations."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass

from ppocr_lr.errors import LRConfigError, shown

# Whole numbers up to here are exact in float64, so no formula blurs neighbouring updates.
MAX_ITERS = 2**53


@dataclass(frozen=True)
class Run:
    """A training run of `epochs` epochs with `iters_epoch` iterations (optimizer updates) each."""

    epochs: int
    iters_epoch: int

    def __post_init__(self) -> None:
        for name in ("epochs", "iters_epoch"):
            value = getattr(self, name)
            try:
                count = operator.index(value)
            except TypeError:
                count = 0
            if isinstance(value, bool) or count < 1:
                raise LRConfigError(f"{name} must be a positive integer, received {shown(value)}")
            object.__setattr__(self, name, count)
        if self.total_iters > MAX_ITERS:
            raise LRConfigError(
                f"epochs × iters_epoch must be at most 2^53, received {self.epochs} × {self.iters_epoch}"
            )

    @property
    def total_iters(self) -> int:
        """All optimizer updates of the run."""
        return self.epochs * self.iters_epoch

    def iters(self, epochs: float) -> int:
        """A length in iterations, `round(epochs·iters_epoch)`; a half goes to the even side, as in PaddleOCR."""
        return round(min(epochs * self.iters_epoch, MAX_ITERS))

    def first_update(self, epoch: float) -> int:
        """The first update that is not before `epoch`, so that `k ≥ first_update` is `k ≥ epoch·iters_epoch`."""
        return math.ceil(min(epoch * self.iters_epoch, MAX_ITERS))

    @property
    def too_short(self) -> str:
        """What to say of a length that rounds to no iteration at all."""
        return f"long enough for one iteration; at {self.iters_epoch} iterations an epoch it rounds to 0"
