"""Shapes of the way from one rate to another, of which decays and warmups are made."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from ppocr_lr.schedules.checks import Checked, refused
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.kinds import Gamma, HalfWaves, OnTheTangent, Positive


@dataclass(frozen=True)
class Shape(Checked, ABC):
    """A way from one rate to another, monotone except for its turns; immutable and hashable.

    In the formulas p is the share of the time that has passed, from 0 to 1, and q = 1 − p is what is left of it.
    """

    above_0: ClassVar[bool] = False
    """It never reaches 0, so the lower of the two rates must be above 0."""

    def turns(self) -> tuple[float, ...]:
        """The shares of the time, between 0 and 1 and rising, at which it turns; by default it never does."""
        return ()

    @abstractmethod
    def rate(self, peak: float, end: float, q: Any, fn: Functions = SCALAR) -> Any:
        """The rate when q of the time is left: `peak` at q = 1, `end` at q = 0."""

    def check(self, owner: object, name: str, end: float, *, may_turn: bool = False) -> None:
        """Refuse a lower rate that this shape cannot have, under `name`, and turns where there may be none."""
        if self.turns() and not may_turn:
            raise refused(owner, "shape", self, "one that does not turn")
        if self.above_0 and end <= 0:
            raise refused(owner, name, end, "a finite number above 0")


@dataclass(frozen=True)
class Power(Shape):
    """`(peak − end)·(1 − p)^exponent + end`; `exponent` 1 is a straight line.

    Source: PaddleOCR's `Linear` and `DecayLearningRate`, Paddle's `PolynomialDecay` and `LinearLR`.
    """

    exponent: Positive = 1.0

    def rate(self, peak: float, end: float, q: Any, fn: Functions = SCALAR) -> Any:
        return end + (peak - end) * (q if self.exponent == 1.0 else q**self.exponent)


LINEAR = Power()


@dataclass(frozen=True)
class Cosine(Shape):
    """`end + (peak − end)/2·(1 + cos(π·h·p))`. With h = `half_waves` 1 it falls once, below 1 it stops on the
    way, above 1 it turns at `end` and rises again.

    Source: SGDR (arXiv 1608.03983); for other numbers of waves transformers' `get_cosine_schedule_with_warmup`.
    """

    half_waves: HalfWaves = 1.0

    def rate(self, peak: float, end: float, q: Any, fn: Functions = SCALAR) -> Any:
        """`end + (peak − end)/2·(1 + cos(π·h·(1 − q)))`."""
        if self.half_waves != 1.0:
            q = (1.0 - self.half_waves * (1.0 - q)) % 2.0  # exactly 0 at the end of a fall
        return end + (peak - end) * fn.half_cosine(q)

    def turns(self) -> tuple[float, ...]:
        return tuple(wave / self.half_waves for wave in range(1, math.ceil(self.half_waves)))


COSINE = Cosine()


@dataclass(frozen=True)
class Tanh(Shape):
    """`end + (peak − end)/2·(1 − tanh(lower + (upper − lower)·p))`.

    It starts and ends slightly off `peak` and `end`: with the default bounds by 6·10⁻⁶ and 0.25 % of the way.

    Source: hyperbolic-tangent decay (arXiv 1806.01593); timm's `TanhLRScheduler`.
    """

    lower: OnTheTangent = -6.0
    upper: OnTheTangent = 3.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.upper <= self.lower:
            raise refused(self, "upper", self.upper, f"above lower, {self.lower:g}")

    def rate(self, peak: float, end: float, q: Any, fn: Functions = SCALAR) -> Any:
        """`end + (peak − end)/(1 + e^(2x))` with x = upper − (upper − lower)·q: it is (1 − tanh x)/2."""
        return end + (peak - end) / (1.0 + fn.exp(2.0 * (self.upper - (self.upper - self.lower) * q)))


class OneMinusSqrt(Shape):
    """`end + (peak − end)·(1 − √p)`.

    Source: Hägele et al. (arXiv 2405.18392).
    """

    def rate(self, peak: float, end: float, q: Any, fn: Functions = SCALAR) -> Any:
        return end + (peak - end) * (1.0 - (1.0 - q) ** 0.5)


class Reflected(Shape):
    """`end + (peak − end)·2·(1 − p)/(2 − p)`, the reflected exponential.

    Source: REX (arXiv 2107.04197).
    """

    def rate(self, peak: float, end: float, q: Any, fn: Functions = SCALAR) -> Any:
        return end + (peak - end) * (2.0 * q / (1.0 + q))


class Exponential(Shape):
    """`peak·(end/peak)^p`, 0 < end ≤ peak: a straight line in the logarithm.

    Source: WSD in MiniCPM (arXiv 2404.06395); as a rise the range test (arXiv 1506.01186) as it is mostly run.
    """

    above_0: ClassVar[bool] = True

    def rate(self, peak: float, end: float, q: Any, fn: Functions = SCALAR) -> Any:
        """`peak·(end/peak)^(1 − q)`; the other quotient may be too large for a float."""
        return peak * (end / peak) ** (1.0 - q)


@dataclass(frozen=True)
class HalfLife(Shape):
    """`end + (peak − end)·(rest^p − rest)/(1 − rest)`: an exponential, shifted so that it reaches `end`.

    Source: the decay of ERNIE's WSD (`half_life`, with `rest` 0.05).
    """

    rest: Gamma = 0.05

    def rate(self, peak: float, end: float, q: Any, fn: Functions = SCALAR) -> Any:
        return end + (peak - end) * ((self.rest ** (1.0 - q) - self.rest) / (1.0 - self.rest))


class Flat(Shape):
    """`end` everywhere but at p = 0, where it is `peak`: as a warmup this is a low, constant rate and then a jump.

    Source: ResNet on CIFAR (arXiv 1512.03385, section 4.2); PyTorch's `ConstantLR`.
    """

    def rate(self, peak: float, end: float, q: Any, fn: Functions = SCALAR) -> Any:
        if fn is SCALAR:
            return end if q < 1.0 else peak
        return fn.where(q < 1.0, end, peak)
