"""What a metric does to a rate that waits for it: no function of the update, so no `Schedule`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass
class Plateau:
    """A rate, times `factor` when a metric has not improved in more than `patience` evaluations in a row.

    A metric improves on the best one by more than `threshold`, a share of that ("rel") or a difference ("abs"). The
    `cooldown` evaluations behind a drop do not count. The rate is never below `min_lr`, and a drop by no more than
    `epsilon` is left out.

    Source: Paddle's `ReduceOnPlateau`, of which this is the rule alone.
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
        """An evaluation."""
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
