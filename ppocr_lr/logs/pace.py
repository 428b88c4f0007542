"""A schedule that a training loop does not step once per update."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from ppocr_lr.schedules import Schedule
from ppocr_lr.schedules.base import MAX_STEP, Runs, every
from ppocr_lr.schedules.functions import SCALAR, Functions


@dataclass(frozen=True)
class Paced(Schedule):
    """`shape(step_of(k))`, with steps that never go back: it falls where `shape` falls and rises where that rises."""

    shape: Schedule

    @abstractmethod
    def step_of(self, k: Any) -> Any:
        """The step of `shape` that update k has."""

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """`shape(step_of(k))`."""
        return self.shape.formula(self.step_of(k), fn)


@dataclass(frozen=True)
class SteppedEvery(Paced):
    """Stepped once in so many updates, as by a loop that steps it once per epoch."""

    updates: int

    def step_of(self, k: Any) -> Any:
        """`k // updates`."""
        return k // self.updates

    def corner_runs(self) -> Runs:
        """Each step is a jump."""
        return (every(self.updates),)


@dataclass(frozen=True)
class SteppedTimes(Paced):
    """Stepped several times per update, as when each of several processes does it."""

    times: int

    def step_of(self, k: Any) -> Any:
        """`k · times`."""
        return k * self.times

    def corner_runs(self) -> Runs:
        """The first corners of `shape`, earlier; more than a log shows."""
        steps, _ = self.shape.corner_steps(MAX_STEP)
        return (tuple(sorted({-(-step // self.times) for step in steps})),)


@dataclass(frozen=True)
class Accumulated(Paced):
    """For a count of batches: so many of them make an update, and those left over in an epoch make none."""

    batches: int
    """Batches of an epoch."""
    every: int
    """Batches that make an update."""

    def step_of(self, k: Any) -> Any:
        """The update that batch `k` is a part of, or the one after it."""
        updates = self.batches // self.every
        return k // self.batches * updates + k % self.batches // self.every

    def corner_runs(self) -> Runs:
        """Each update is a jump."""
        return (every(1 if self.batches % self.every else self.every),)
