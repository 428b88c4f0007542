"""The section of the one schedule that is not a function of time: ReduceOnPlateau."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ppocr_lr.errors import LRConfigError, Problem
from ppocr_lr.lr_config.base import LRConfig
from ppocr_lr.lr_config.fields import Calls, Gamma, Nonnegative, PositiveRate, Rate, choice
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.run import Run
from ppocr_lr.schedules import Constant, Schedule


@register_lr_config("ReduceOnPlateau")
class ReduceOnPlateauConfig(LRConfig):
    """The rate times `factor` whenever a metric stops improving; has no fixed curve."""

    learning_rate: PositiveRate = Field(description="the rate at the beginning")
    mode: Annotated[Literal["min", "max"], choice("min", "max")] = Field(
        default="min", description="whether the metric improves by falling or by rising"
    )
    factor: Gamma = Field(default=0.1, description="factor of each drop")
    patience: Calls = Field(default=10, description="calls of step(metric) without improvement before a drop")
    threshold: Nonnegative = Field(
        default=1e-4, description="the least improvement that counts, a share or a difference"
    )
    threshold_mode: Annotated[Literal["rel", "abs"], choice("rel", "abs")] = Field(
        default="rel", description="whether threshold is a share of the best value or a difference"
    )
    cooldown: Calls = Field(default=0, description="calls of step(metric) after a drop that do not count")
    min_lr: Rate = Field(default=0.0, description="the rate never falls below")
    epsilon: Nonnegative = Field(default=1e-8, description="a drop of the rate smaller than this is left out")

    nearest_in_paddleocr: ClassVar[str] = "Step or Cosine; PaddleOCR never tells a scheduler its metric"

    def to_schedule(self, run: Run) -> Schedule:
        """There is none.

        Raises:
            LRConfigError: always.
        """
        problem = (
            "ReduceOnPlateau depends on the metric of the training, so it has no fixed curve; "
            "build_lr_scheduler builds it, to be called with step(metric)"
        )
        raise LRConfigError(Problem(("name",), problem))

    def beginning(self, run: Run) -> Schedule:
        """`learning_rate`, until the metric stops improving."""
        return Constant(self.learning_rate)
