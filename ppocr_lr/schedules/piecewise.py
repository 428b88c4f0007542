"""Schedules of pieces: constant between boundaries, or straight between knots."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ppocr_lr.schedules.base import End, Runs, Schedule, every
from ppocr_lr.schedules.checks import refused
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.kinds import Gamma, Iters, Rate, Update


@dataclass(frozen=True)
class PiecewiseConstant(Schedule):
    """`values[i]`, i = how many of `boundaries` are ≤ k.

    Each of `boundaries` is the first update of the next value, in rising order; there is one more value than
    boundaries. The last value holds for ever.

    Source: PaddleOCR's `Piecewise`, Paddle's `PiecewiseDecay`.
    """

    boundaries: tuple[Update, ...]
    values: tuple[Rate, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        _rising(self, "boundaries", self.boundaries)
        if len(self.values) != len(self.boundaries) + 1:
            allowed = f"{len(self.boundaries) + 1} rates, one more than the boundaries"
            raise refused(self, "values", self.values, allowed)

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return fn.pick(self.values, fn.count_passed(k, self.boundaries))

    def corner_runs(self) -> Runs:
        return (self.boundaries,)


@dataclass(frozen=True)
class MultiStepDecay(Schedule):
    """`peak·gamma^n`, n = how many of `milestones` are ≤ k.

    `milestones` are update numbers in rising order, 0 < gamma < 1. After the last one the rate holds.

    Source: PaddleOCR's and Paddle's `MultiStepDecay`.
    """

    peak: Rate
    milestones: tuple[Update, ...]
    gamma: Gamma

    def __post_init__(self) -> None:
        super().__post_init__()
        _rising(self, "milestones", self.milestones)

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.peak * self.gamma ** fn.count_passed(k, self.milestones)

    def corner_runs(self) -> Runs:
        return (self.milestones,)


@dataclass(frozen=True)
class StepDecay(Schedule):
    """`peak·gamma^⌊k/step_iters⌋`, for ever; 0 < gamma < 1.

    Source: PaddleOCR's `Step`, Paddle's `StepDecay`.
    """

    peak: Rate
    step_iters: Iters
    gamma: Gamma

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.peak * self.gamma ** (k // self.step_iters)

    def corner_runs(self) -> Runs:
        return (every(self.step_iters),)


@dataclass(frozen=True)
class PiecewiseLinear(Schedule):
    """A straight line between the two `knots` around k: pairs of an update and its rate, the updates strictly rising.

    Before the first knot the rate is that of the first, after the last knot that of the last.

    Source: Page's "super-convergence" recipes (DAWNBench); optax's `piecewise_interpolate_schedule`.
    """

    knots: tuple[tuple[Update, Rate], ...]
    _steps: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _rates: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "_steps", tuple(step for step, _ in self.knots))
        object.__setattr__(self, "_rates", tuple(rate for _, rate in self.knots))
        if not self.knots or any(a >= b for a, b in pairwise(self._steps)):
            allowed = "one or more pairs of an update and a rate, the updates in rising order"
            raise refused(self, "knots", self.knots, allowed)

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return fn.interpolate(k, self._steps, self._rates)

    def corner_runs(self) -> Runs:
        return (self._steps,)

    def end_of_decay(self) -> End:
        return End(*self.knots[-1])


def _rising(owner: object, name: str, steps: tuple[int, ...]) -> None:
    """Check the order. Two may be equal: fractions of an epoch can fall on the same update."""
    if any(a > b for a, b in pairwise(steps)):
        raise refused(owner, name, steps, "integers of at least 0 in rising order")
