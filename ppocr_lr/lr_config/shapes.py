"""Sections of a decay over the run whose shape is no line and no plain cosine: KDecay, Tanh, REX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ppocr_lr import schedules
from ppocr_lr.lr_config.base import ETA_MIN, LRConfig
from ppocr_lr.lr_config.envelope import BENT, HOLD, OVER_THE_RUN, POWER, TANGENT, WARMUP
from ppocr_lr.lr_config.kinds import END, PEAK, PositiveRate, Power, Rate, key
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.run import Window
from ppocr_lr.schedules import Schedule


@register_lr_config("KDecay")
class KDecayConfig(LRConfig):
    """A cosine of a power of time: with `k` above 1 it stays high for longer."""

    takes = WARMUP | HOLD | OVER_THE_RUN | POWER
    learning_rate: PositiveRate = PEAK
    k: Power = key("exponent of time; 1 is a cosine", default=1.0)
    end_lr: Rate = END

    also_called: ClassVar[Mapping[str, str]] = {**ETA_MIN, "k_decay": "k"}
    nearest_in_paddleocr: ClassVar[str] = "Cosine"

    def curve(self, window: Window) -> Schedule:
        """The bent cosine over all updates of the run."""
        self.check_end("end_lr")
        shape = self.bent(schedules.Cosine(), self.k)
        return schedules.Decay(self.learning_rate, window.decay_iters, self.end_lr, shape)


@register_lr_config("Tanh")
class TanhConfig(LRConfig):
    """A hyperbolic tangent: a slow start, a fall, a slow end."""

    takes = WARMUP | HOLD | OVER_THE_RUN | BENT | TANGENT
    learning_rate: PositiveRate = PEAK
    end_lr: Rate = key("the rate that the decay goes down to", default=0.0)

    also_called: ClassVar[Mapping[str, str]] = ETA_MIN
    nearest_in_paddleocr: ClassVar[str] = "Cosine"

    def curve(self, window: Window) -> Schedule:
        """The tangent over all updates of the run."""
        self.check_end("end_lr")
        return schedules.Decay(self.learning_rate, window.decay_iters, self.end_lr, self.bent(self.tangent))


@register_lr_config("REX")
class REXConfig(LRConfig):
    """Reflected exponential: stays high for long, falls fast at the end."""

    takes = WARMUP | HOLD | OVER_THE_RUN | BENT
    learning_rate: PositiveRate = PEAK
    end_lr: Rate = END

    also_called: ClassVar[Mapping[str, str]] = ETA_MIN
    nearest_in_paddleocr: ClassVar[str] = "Linear with a power of 0.5"

    def curve(self, window: Window) -> Schedule:
        """REX over all updates of the run."""
        self.check_end("end_lr")
        return schedules.Decay(self.learning_rate, window.decay_iters, self.end_lr, self.bent(schedules.Reflected()))
