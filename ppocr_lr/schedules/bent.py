"""A shape made of another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ppocr_lr.schedules.checks import refused
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.kinds import Positive
from ppocr_lr.schedules.shapes import Shape


@dataclass(frozen=True)
class Bent(Shape):
    """`shape` with p^k_decay in place of p, and the share of the way that is left raised to `power`.

    With `k_decay` above 1 it stays near the peak for longer; with `power` above 1 it falls faster. A straight line
    becomes `(1 − p^k_decay)^power`.

    Source: k-decay (arXiv 2004.05909), timm's `k_decay`; optax's `cosine_decay_schedule` with its exponent.
    """

    shape: Shape
    k_decay: Positive = 1.0
    power: Positive = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shape.above_0 and self.power != 1:
            raise refused(self, "power", self.power, "1 with a shape that never reaches 0")

    @property
    def above_0(self) -> bool:  # type: ignore[override]  # elsewhere it belongs to the class
        """As `shape`."""
        return self.shape.above_0

    def rate(self, peak: float, end: float, q: Any, fn: Functions = SCALAR) -> Any:
        """The rate of `shape` when q of the bent time is left; its share of the way is raised to `power`."""
        if self.k_decay != 1.0:
            q = 1.0 - (1.0 - q) ** self.k_decay
        if self.power == 1.0:
            return self.shape.rate(peak, end, q, fn)
        return end + (peak - end) * self.shape.rate(1.0, 0.0, q, fn) ** self.power

    def turns(self) -> tuple[float, ...]:
        return tuple(turn ** (1 / self.k_decay) for turn in self.shape.turns())
