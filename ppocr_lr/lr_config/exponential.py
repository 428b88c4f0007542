"""Sections of rates that fall by a factor in each unit of time: Exponential, NaturalExp."""

from __future__ import annotations

from typing import ClassVar

from ppocr_lr import schedules
from ppocr_lr.lr_config.base import LRConfig
from ppocr_lr.lr_config.envelope import HOLD, WARMUP
from ppocr_lr.lr_config.kinds import Factor, Gamma, PositiveLength, PositiveRate, Switch, key
from ppocr_lr.lr_config.length import Length
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.run import Window
from ppocr_lr.schedules import Schedule


@register_lr_config("Exponential")
class ExponentialConfig(LRConfig):
    """The rate times `gamma` in each `step_size`, continuously or in steps."""

    takes = WARMUP | HOLD
    learning_rate: PositiveRate = key("the rate at the end of the warmup, the peak")
    step_size: PositiveLength = key("the unit of time (epochs)", default=Length(1))
    gamma: Gamma = key("factor of each step_size")
    staircase: Switch = key("the rate falls at the end of each step_size only", default=False)

    end_key: ClassVar[str] = "gamma"
    nearest_in_paddleocr: ClassVar[str] = "Step, which is the same with staircase: true"

    def curve(self, window: Window) -> Schedule:
        """Exponential, for ever."""
        iters = self.some_iters("step_size", window)
        if self.staircase:
            return schedules.StepDecay(self.learning_rate, iters, self.gamma)
        return schedules.ExponentialDecay(self.learning_rate, self.gamma, iters)


@register_lr_config("NaturalExp")
class NaturalExpConfig(LRConfig):
    """The rate times exp(−gamma) in each `step_size`."""

    takes = WARMUP | HOLD
    learning_rate: PositiveRate = key("the rate at the end of the warmup, the peak")
    step_size: PositiveLength = key("the unit of time (epochs)", default=Length(1))
    gamma: Factor = key("how fast the rate falls, per step_size")

    end_key: ClassVar[str] = "gamma"
    nearest_in_paddleocr: ClassVar[str] = "Step with gamma exp(-gamma)"

    def curve(self, window: Window) -> Schedule:
        """Exponential, for ever."""
        return schedules.NaturalExpDecay(self.learning_rate, self.gamma, self.some_iters("step_size", window))
