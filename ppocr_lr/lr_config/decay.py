"""Sections of one line or one polynomial: Const, Linear, DecayLearningRate, Polynomial, LinearLR."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from ppocr_lr import schedules
from ppocr_lr.language import tr
from ppocr_lr.lr_config import LRConfig, NoEffect, Window, kinds, register_lr_config
from ppocr_lr.lr_config.envelope import HOLD, K_DECAY, OVER_THE_RUN, WARMUP, WARMUP_WITHOUT_EPOCHS
from ppocr_lr.lr_config.kinds import key
from ppocr_lr.lr_config.length import Length
from ppocr_lr.schedules import LINEAR, Schedule


@register_lr_config("Const")
class ConstConfig(LRConfig):
    """The same rate throughout, after an optional warmup."""

    takes = WARMUP
    learning_rate: kinds.PositiveRate = kinds.PEAK

    def curve(self, window: Window) -> Schedule:
        return schedules.Constant(self.learning_rate)

    def types_in_paddle(self, window: Window) -> Mapping[str, type]:
        """Without a warmup there is no scheduler, and Paddle's optimizers take a float."""
        warmup: Length = self.around("warmup_epoch")
        return {} if window.iters(warmup) else {"learning_rate": float}


@register_lr_config("Linear")
class LinearConfig(LRConfig):
    """A straight (or polynomial) decay to `end_lr` over the run."""

    takes = WARMUP | HOLD | OVER_THE_RUN | K_DECAY
    learning_rate: kinds.PositiveRate = kinds.PEAK
    end_lr: kinds.Rate = kinds.END
    power: kinds.Power = key("exponent of the decay; 1 is a straight line", default=1.0)

    def curve(self, window: Window) -> Schedule:
        return schedules.Decay(self.learning_rate, window.decay_iters, self.end_lr, self.bent(LINEAR))


@register_lr_config("DecayLearningRate")
class DecayLearningRateConfig(LRConfig):
    """A polynomial decay to 0 over the run; without warmup in PaddleOCR."""

    takes = WARMUP_WITHOUT_EPOCHS | HOLD | OVER_THE_RUN | K_DECAY
    learning_rate: kinds.PositiveRate = key("the rate where the decay begins, the peak")
    factor: kinds.Power = key("exponent of the decay", default=0.9)
    min_lr: Annotated[kinds.Rate, kinds.UP_TO_PEAK, kinds.Ours("Linear with power takes an end_lr")] = kinds.END

    no_effect: ClassVar = {
        "end_lr": NoEffect(
            "PaddleOCR fixes it at 0 under this name; min_lr counts here, Linear with power takes an end_lr"
        ),
        "warmup_epoch": NoEffect(
            "PaddleOCR has no warmup under this name; warmup_ratio is one here, and Linear with power has one"
        ),
        "last_epoch": NoEffect("this name always starts at update 0", lambda config, value, run: value == -1),
    }

    def curve(self, window: Window) -> Schedule:
        shape = self.bent(schedules.Power(self.factor))
        return schedules.Decay(self.learning_rate, window.decay_iters, self.min_lr, shape)


@register_lr_config("Polynomial")
class PolynomialConfig(LRConfig):
    """A polynomial decay over any length, once or, with `cycle`, again and again from ever lower rates."""

    takes = WARMUP | HOLD | OVER_THE_RUN | K_DECAY
    learning_rate: kinds.PositiveRate = kinds.PEAK
    end_lr: kinds.Rate = kinds.END
    power: kinds.Power = key("exponent of the decay; 1 is a straight line", default=1.0)
    cycle: kinds.Switch = key("start again instead of staying at the end", default=False)

    nearest_in_paddleocr = "Linear with power, over the whole run"
    example: ClassVar = {"learning_rate": 0.001, "power": 2}

    def curve(self, window: Window) -> Schedule:
        if not self.cycle:
            return schedules.Decay(self.learning_rate, window.decay_iters, self.end_lr, self.bent(LINEAR))
        if self.around("k_decay") != 1:
            raise self.error("k_decay", tr("1 with cycle"))
        return schedules.CyclicPolynomial(self.learning_rate, window.decay_iters, self.end_lr, self.power)


@register_lr_config("LinearLR")
class LinearLRConfig(LRConfig):
    """From one share of `learning_rate` to another in a straight line, as Paddle's and PyTorch's LinearLR."""

    learning_rate: kinds.PositiveRate = key("the rate that both factors are shares of")
    start_factor: kinds.Factor = key("the first rate as a share of learning_rate", default=1 / 3)
    end_factor: kinds.FactorOrZero = key("the last rate as a share of learning_rate", default=1.0)
    decay_length: kinds.PositiveLength = key("how long it takes (epochs)", default=Length(5, "it"))

    end_key: ClassVar[str] = "decay_length"
    nearest_in_paddleocr = "Const with warmup_epoch"
    example: ClassVar = {"learning_rate": 0.001, "start_factor": 0.1}

    def curve(self, window: Window) -> Schedule:
        first, last = self.learning_rate * self.start_factor, self.learning_rate * self.end_factor
        return schedules.Decay(first, self.some_iters("decay_length", window), last)
