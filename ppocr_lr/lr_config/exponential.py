"""Sections of rates that fall by a factor in each unit of time: Exponential, NaturalExp."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ppocr_lr import schedules
from ppocr_lr.lr_config.base import DecayConfig, UnitOfTime
from ppocr_lr.lr_config.fields import Factor, Gamma, Switch
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.run import Run
from ppocr_lr.schedules import Schedule


@register_lr_config("Exponential")
class ExponentialConfig(DecayConfig, UnitOfTime):
    """The rate times `gamma` in each `step_size`, continuously or in steps."""

    gamma: Gamma = Field(description="factor of each step_size")
    staircase: Switch = Field(default=False, description="the rate falls at the end of each step_size only")

    nearest_in_paddleocr: ClassVar[str] = "Step, which is the same with staircase: true"

    def decay(self, run: Run) -> Schedule:
        """Exponential, for ever."""
        iters = self.unit_iters(run)
        if self.staircase:
            return schedules.StepDecay(self.learning_rate, iters, self.gamma)
        return schedules.ExponentialDecay(self.learning_rate, self.gamma, iters)


@register_lr_config("NaturalExp")
class NaturalExpConfig(DecayConfig, UnitOfTime):
    """The rate times exp(−gamma) in each `step_size`."""

    gamma: Factor = Field(description="how fast the rate falls, per step_size")

    nearest_in_paddleocr: ClassVar[str] = "Step with gamma exp(-gamma)"

    def decay(self, run: Run) -> Schedule:
        """Exponential, for ever."""
        return schedules.NaturalExpDecay(self.learning_rate, self.gamma, self.unit_iters(run))
