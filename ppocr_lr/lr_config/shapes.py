"""Sections of decays that are neither a line nor a plain cosine: KDecay, Tanh, REX; WSD and Trapezoid at the end."""

from typing import Annotated, ClassVar

from ppocr_lr import schedules
from ppocr_lr.language import tr
from ppocr_lr.lr_config import LRConfig, Window, kinds, register_lr_config
from ppocr_lr.lr_config.envelope import BENT, HOLD, OVER_THE_RUN, POWER, TANGENT, WARMUP
from ppocr_lr.lr_config.kinds import key
from ppocr_lr.lr_config.length import Length
from ppocr_lr.numbers_text import amount
from ppocr_lr.schedules import Schedule


@register_lr_config("KDecay")
class KDecayConfig(LRConfig):
    """A cosine of a power of time: with `k` above 1 it stays high for longer."""

    takes = WARMUP | HOLD | OVER_THE_RUN | POWER
    learning_rate: kinds.PositiveRate = kinds.PEAK
    k: kinds.Power = key("exponent of time; 1 is a cosine", default=1.0)
    end_lr: Annotated[kinds.Rate, kinds.UP_TO_PEAK] = kinds.END

    also_called: ClassVar = {**kinds.ETA_MIN, "k_decay": "k"}
    nearest_in_paddleocr = "Cosine"
    example: ClassVar = {"learning_rate": 0.001, "k": 2}

    def curve(self, window: Window) -> Schedule:
        return schedules.Decay(self.learning_rate, window.decay_iters, self.end_lr, self.bent(schedules.Cosine()))


@register_lr_config("Tanh")
class TanhConfig(LRConfig):
    """A hyperbolic tangent: a slow start, a fall, a slow end."""

    takes = WARMUP | HOLD | OVER_THE_RUN | BENT | TANGENT
    learning_rate: kinds.PositiveRate = kinds.PEAK
    end_lr: Annotated[kinds.Rate, kinds.UP_TO_PEAK] = kinds.END

    also_called = kinds.ETA_MIN
    nearest_in_paddleocr = "Cosine"

    def curve(self, window: Window) -> Schedule:
        return schedules.Decay(self.learning_rate, window.decay_iters, self.end_lr, self.bent(self.tangent))


@register_lr_config("REX")
class REXConfig(LRConfig):
    """Reflected exponential: stays high for long, falls fast at the end."""

    takes = WARMUP | HOLD | OVER_THE_RUN | BENT
    learning_rate: kinds.PositiveRate = kinds.PEAK
    end_lr: Annotated[kinds.Rate, kinds.UP_TO_PEAK] = kinds.END

    also_called = kinds.ETA_MIN
    nearest_in_paddleocr = "Linear with a power of 0.5"

    def curve(self, window: Window) -> Schedule:
        return schedules.Decay(self.learning_rate, window.decay_iters, self.end_lr, self.bent(schedules.Reflected()))


@register_lr_config("WSD")
class WSDConfig(LRConfig):
    """Warmup, stable, decay: constant at the peak, then down to `end_lr` in the last part of the run."""

    takes = WARMUP | BENT | TANGENT
    learning_rate: kinds.PositiveRate = kinds.PEAK
    decay_length: kinds.PositiveLength = key(
        "length of the decay at the end of the run (epochs)", default=Length(20, "%")
    )
    decay_shape: kinds.DecayShape = key("shape of the decay", default="1-sqrt")
    end_lr: Annotated[kinds.Rate, kinds.UP_TO_PEAK] = kinds.END

    also_called = kinds.ETA_MIN
    end_key: ClassVar[str] = ""
    fills_the_run = True
    nearest_in_paddleocr = "Piecewise, with a few values falling at the end"
    example: ClassVar = {"learning_rate": 0.001, "warmup_ratio": 0.05, "decay_length": "20%"}

    def curve(self, window: Window) -> Schedule:
        """What is left of the run between warmup and decay is constant."""
        decay = self.some_iters("decay_length", window)
        stable = window.decay_iters - decay
        if stable < 0:
            left = amount(window.decay_iters, "iteration")
            total = window.total_iters
            allowed = tr("at most the {left} that the warmup leaves of the run's {total}", left=left, total=total)
            raise self.error("decay_length", allowed)
        shape = self.bent_by_name(self.decay_shape, "end_lr")
        down = schedules.Decay(self.learning_rate, decay, self.end_lr, shape)
        return schedules.Sequence(((schedules.Constant(self.learning_rate), stable),), down) if stable else down


@register_lr_config("Trapezoid")
class TrapezoidConfig(WSDConfig):
    """Another name of WSD, with a linear decay."""

    decay_shape: kinds.DecayShape = key("shape of the decay", default="linear")

    example: ClassVar = {"learning_rate": 0.001, "warmup_epoch": "10%", "decay_length": "20%"}
