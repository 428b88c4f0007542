"""The rule by which a metric lowers a rate. It is not a function of the update, so it is no `Schedule`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass
class Plateau:
    """A rate that is multiplied by `factor` when a metric has not improved for more than `patience` evaluations.

    A metric has improved if it beats the best so far by more than `threshold`, a share of that ("rel") or a difference
    ("abs"). The `cooldown` evaluations after a drop do not count. The rate never falls below `min_lr`, and it does not
    drop by `epsilon` or less.

    Source: Paddle's `ReduceOnPlateau`, whose rule this is.
    """

    rate: float
    mode: Literal["min", "max"] = "min"
    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    threshold_mode: Literal["rel", "abs"] = "rel"
    cooldown: int = 0
    min_lr: float = 0.0
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        self._best: float | None = None
        self._in_a_row = self._to_skip = 0

    def tell(self, metric: float) -> None:
        """Take in the metric of an evaluation."""
        if self._to_skip:
            self._to_skip -= 1
        elif self._best is None or self._improves(metric, self._best):
            self._best, self._in_a_row = metric, 0
        else:
            self._in_a_row += 1
            if self._in_a_row > self.patience:
                self._in_a_row, self._to_skip = 0, self.cooldown
                lower = max(self.rate * self.factor, self.min_lr)
                if self.rate - lower > self.epsilon:
                    self.rate = lower

    def _improves(self, metric: float, best: float) -> bool:
        by = best * self.threshold if self.threshold_mode == "rel" else self.threshold
        return metric < best - by if self.mode == "min" else metric > best + by
