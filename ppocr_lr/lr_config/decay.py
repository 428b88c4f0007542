"""Sections of the plainest schedules: Const, Linear, DecayLearningRate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ppocr_lr.lr_config.base import LRConfig, NoEffect, PeakConfig
from ppocr_lr.lr_config.fields import PositiveRate, Power, Rate
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.run import Run
from ppocr_lr.schedules import Constant, PolynomialDecay, Schedule


@register_lr_config("Const")
class ConstConfig(PeakConfig):
    """The same rate throughout, after an optional warmup."""

    def decay(self, run: Run) -> Schedule:
        """`learning_rate`."""
        return Constant(self.learning_rate)


@register_lr_config("Linear")
class LinearConfig(PeakConfig):
    """A straight (or polynomial) decay to `end_lr` over the run."""

    end_lr: Rate = Field(default=0.0, description="the rate at the end of the decay")
    power: Power = Field(default=1.0, description="exponent of the decay; 1 is a straight line")

    def decay(self, run: Run) -> Schedule:
        """A polynomial over all updates of the run."""
        return PolynomialDecay(self.learning_rate, run.total_iters, self.end_lr, self.power)


@register_lr_config("DecayLearningRate")
class DecayLearningRateConfig(LRConfig):
    """A polynomial decay to 0 over the run, without warmup."""

    learning_rate: PositiveRate = Field(description="the rate of the first update, the peak")
    factor: Power = Field(default=0.9, description="exponent of the decay")

    no_effect: ClassVar[Mapping[str, NoEffect]] = {
        "end_lr": NoEffect(
            "PaddleOCR fixes it at 0 under this name; Linear with power takes an end_lr",
            lambda config, value, run: value == 0,
        ),
        "warmup_epoch": NoEffect(
            "this name has no warmup; Linear with power has one", lambda config, value, run: value == 0
        ),
        "last_epoch": NoEffect("this name always starts at update 0", lambda config, value, run: value == -1),
    }

    def to_schedule(self, run: Run) -> Schedule:
        """A polynomial over all updates of the run."""
        return PolynomialDecay(self.learning_rate, run.total_iters, power=self.factor)
