"""A schedule that a training loop does not step once an update."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ppocr_lr.schedules import Schedule
from ppocr_lr.schedules.base import MAX_STEP, Runs, every
from ppocr_lr.schedules.functions import SCALAR, Functions


@dataclass(frozen=True)
class SteppedEvery(Schedule):
    """`shape(k // updates)`: stepped once in so many updates, as by a loop that steps it once an epoch."""

    shape: Schedule
    updates: int

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """`shape(k // updates)`."""
        return self.shape.formula(k // self.updates, fn)

    def corner_runs(self) -> Runs:
        """Each step is a jump."""
        return (every(self.updates),)


@dataclass(frozen=True)
class SteppedTimes(Schedule):
    """`shape(k · times)`: stepped several times an update, as where each of several processes does it."""

    shape: Schedule
    times: int

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """`shape(k · times)`."""
        return self.shape.formula(k * self.times, fn)

    def corner_runs(self) -> Runs:
        """The first corners of `shape`, earlier; more than a log shows."""
        steps, _ = self.shape.corner_steps(MAX_STEP)
        return (tuple(sorted({-(-step // self.times) for step in steps})),)


@dataclass(frozen=True)
class Accumulated(Schedule):
    """`shape` for a count of batches: so many of them make an update, and what is left of an epoch makes none."""

    shape: Schedule
    batches: int
    """Of an epoch."""
    every: int
    """Batches that make an update."""

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """`shape` at the update that batch `k` is a part of."""
        return self.shape.formula(k // self.batches * (self.batches // self.every) + k % self.batches // self.every, fn)

    def corner_runs(self) -> Runs:
        """Each update is a jump."""
        return (every(1 if self.batches % self.every else self.every),)
