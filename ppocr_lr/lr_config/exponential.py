"""Sections of rates that fall by a factor in each unit of time: Exponential, NaturalExp."""

from __future__ import annotations

from typing import ClassVar

from ppocr_lr import schedules
from ppocr_lr.finding import Finding
from ppocr_lr.language import tr
from ppocr_lr.lr_config.base import LRConfig
from ppocr_lr.lr_config.envelope import HOLD, WARMUP
from ppocr_lr.lr_config.kinds import LARGEST_RATE, PEAK, Factor, PositiveLength, PositiveRate, Switch, key
from ppocr_lr.lr_config.length import Length
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.run import Window
from ppocr_lr.numbers_text import rate_text
from ppocr_lr.schedules import Schedule


@register_lr_config("Exponential")
class ExponentialConfig(LRConfig):
    """The rate times `gamma` in each `step_size`, continuously or in steps."""

    takes = WARMUP | HOLD
    learning_rate: PositiveRate = PEAK
    step_size: PositiveLength = key("the unit of time (epochs)", default=Length(1))
    gamma: Factor = key("factor of each step_size; above 1 the rate grows")
    staircase: Switch = key("the rate falls at the end of each step_size only", default=False)

    end_key: ClassVar[str] = "gamma"
    nearest_in_paddleocr: ClassVar[str] = "Step, which is the same with staircase: true"

    def curve(self, window: Window) -> Schedule:
        """Exponential, for ever."""
        iters = self.some_iters("step_size", window)
        if self.staircase and self.gamma < 1:
            return schedules.StepDecay(self.learning_rate, iters, self.gamma)
        kind = schedules.ExponentialGrowth if self.gamma > 1 else schedules.ExponentialDecay
        smooth = kind(self.learning_rate, self.gamma, iters)
        if not self._last(smooth, window) < LARGEST_RATE:
            raise self.error("gamma", tr("smaller: the rates would be {rate} and more", rate=f"{LARGEST_RATE:g}"))
        return schedules.Staircase(smooth, iters) if self.staircase else smooth

    def remarks(self, window: Window) -> list[Finding]:
        """A rate that grows is said to."""
        remarks = super().remarks(window)
        if self.gamma > 1:
            last = rate_text(self._last(self.to_schedule(window), window))
            said = tr(
                "{gamma} is above 1, so the rate grows, to {last} at the end of the run",
                gamma=f"{self.gamma:g}",
                last=last,
            )
            remarks.append(Finding(("gamma",), said, code="LR413"))
        return remarks

    def _last(self, schedule: Schedule, window: Window) -> float:
        return schedule(window.total_iters - 1)


@register_lr_config("NaturalExp")
class NaturalExpConfig(LRConfig):
    """The rate times exp(−gamma) in each `step_size`."""

    takes = WARMUP | HOLD
    learning_rate: PositiveRate = PEAK
    step_size: PositiveLength = key("the unit of time (epochs)", default=Length(1))
    gamma: Factor = key("how fast the rate falls, per step_size")
    staircase: Switch = key("the rate falls at the end of each step_size only", default=False)

    end_key: ClassVar[str] = "gamma"
    nearest_in_paddleocr: ClassVar[str] = "Step with gamma exp(-gamma)"

    def curve(self, window: Window) -> Schedule:
        """Exponential, for ever."""
        iters = self.some_iters("step_size", window)
        smooth = schedules.NaturalExpDecay(self.learning_rate, self.gamma, iters)
        return schedules.Staircase(smooth, iters) if self.staircase else smooth
