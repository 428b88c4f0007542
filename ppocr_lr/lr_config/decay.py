"""Sections of one line or one polynomial: Const, Linear, DecayLearningRate, Polynomial, LinearLR; and REX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from ppocr_lr import schedules
from ppocr_lr.lr_config.base import (
    ETA_MIN,
    AnyWarmupConfig,
    DecayConfig,
    HoldConfig,
    NoEffect,
    OverTheRun,
    PeakConfig,
    ResumableConfig,
)
from ppocr_lr.lr_config.fields import Factor, Ours, PositiveLength, PositiveRate, Power, Rate, Switch
from ppocr_lr.lr_config.length import Length
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.run import Run
from ppocr_lr.schedules import Schedule


@register_lr_config("Const")
class ConstConfig(PeakConfig):
    """The same rate throughout, after an optional warmup."""

    def decay(self, run: Run) -> Schedule:
        """`learning_rate`."""
        return schedules.Constant(self.learning_rate)


@register_lr_config("Linear")
class LinearConfig(DecayConfig, OverTheRun):
    """A straight (or polynomial) decay to `end_lr` over the run."""

    end_lr: Rate = Field(default=0.0, description="the rate at the end of the decay")
    power: Power = Field(default=1.0, description="exponent of the decay; 1 is a straight line")

    def decay(self, run: Run) -> Schedule:
        """A polynomial over all updates of the run."""
        return schedules.Decay(self.learning_rate, run.decay_iters, self.end_lr, schedules.Power(self.power))


@register_lr_config("DecayLearningRate")
class DecayLearningRateConfig(AnyWarmupConfig, HoldConfig, OverTheRun):
    """A polynomial decay to 0 over the run; without warmup in PaddleOCR."""

    learning_rate: PositiveRate = Field(description="the rate where the decay begins, the peak")
    factor: Power = Field(default=0.9, description="exponent of the decay")
    min_lr: Annotated[Rate, Ours("Linear with power takes an end_lr")] = Field(
        default=0.0, description="the rate at the end of the decay"
    )

    no_effect: ClassVar[Mapping[str, NoEffect]] = {
        "end_lr": NoEffect(
            "PaddleOCR fixes it at 0 under this name; min_lr counts here, Linear with power takes an end_lr",
            lambda config, value, run: value == 0,
        ),
        "warmup_epoch": NoEffect(
            "PaddleOCR has no warmup under this name; warmup_ratio is one here, and Linear with power has one",
            lambda config, value, run: value == 0,
        ),
        "last_epoch": NoEffect("this name always starts at update 0", lambda config, value, run: value == -1),
    }

    @property
    def peak(self) -> float:
        """`learning_rate`."""
        return self.learning_rate

    def decay(self, run: Run) -> Schedule:
        """A polynomial over all updates of the run."""
        self.check_end("min_lr")
        return schedules.Decay(self.learning_rate, run.decay_iters, self.min_lr, schedules.Power(self.factor))


@register_lr_config("Polynomial")
class PolynomialConfig(DecayConfig, OverTheRun):
    """A polynomial decay over any length, once or, with `cycle`, again and again from ever lower rates."""

    end_lr: Rate = Field(default=0.0, description="the rate at the end of the decay")
    power: Power = Field(default=1.0, description="exponent of the decay; 1 is a straight line")
    decay_length: PositiveLength | None = Field(
        default=None, description="length of the decay; without it, the run (epochs)"
    )
    cycle: Switch = Field(default=False, description="start again instead of staying at the end")

    nearest_in_paddleocr: ClassVar[str] = "Linear with power, over the whole run"
    end_key: ClassVar[str] = "decay_length"

    def decay(self, run: Run) -> Schedule:
        """A polynomial."""
        if self.decay_length is not None and (self.decay_within_run or self.cooldown_epochs):
            raise self.error("decay_length", "left out with decay_within_run or cooldown_epochs, which say the length")
        iters = run.decay_iters if self.decay_length is None else self.some_iters("decay_length", run)
        if self.cycle:
            return schedules.CyclicPolynomial(self.learning_rate, iters, self.end_lr, self.power)
        return schedules.Decay(self.learning_rate, iters, self.end_lr, schedules.Power(self.power))


@register_lr_config("LinearLR")
class LinearLRConfig(ResumableConfig):
    """From one share of `learning_rate` to another in a straight line, as Paddle's and PyTorch's LinearLR."""

    learning_rate: PositiveRate = Field(description="the rate that both factors are shares of")
    start_factor: Factor = Field(default=1 / 3, description="the first rate as a share of learning_rate")
    end_factor: Factor = Field(default=1.0, description="the last rate as a share of learning_rate")
    decay_length: PositiveLength = Field(default=Length(5, "it"), description="how long it takes (epochs)")

    nearest_in_paddleocr: ClassVar[str] = "Const with warmup_epoch"
    end_key: ClassVar[str] = "decay_length"

    def to_schedule(self, run: Run) -> Schedule:
        """A straight line, then constant."""
        first, last = self.learning_rate * self.start_factor, self.learning_rate * self.end_factor
        return schedules.Decay(first, self.some_iters("decay_length", run), last)


@register_lr_config("REX")
class REXConfig(DecayConfig, OverTheRun):
    """Reflected exponential: stays high for long, falls fast at the end."""

    end_lr: Rate = Field(default=0.0, description="the rate at the end of the decay")

    also_called: ClassVar[Mapping[str, str]] = ETA_MIN
    nearest_in_paddleocr: ClassVar[str] = "Linear with a power of 0.5"

    def decay(self, run: Run) -> Schedule:
        """REX over all updates of the run."""
        self.check_end("end_lr")
        return schedules.Decay(self.learning_rate, run.decay_iters, self.end_lr, schedules.Reflected())
