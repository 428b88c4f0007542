"""Sections of decays that never end: Exponential, NaturalExp, InverseSqrt, InverseTime, Noam."""

from collections.abc import Callable, Iterator
from typing import ClassVar

from ppocr_lr import schedules
from ppocr_lr.errors import LRConfigError
from ppocr_lr.finding import Finding
from ppocr_lr.language import tr
from ppocr_lr.lr_config import LRConfig, Window, kinds, register_lr_config
from ppocr_lr.lr_config.envelope import HOLD, POWER, WARMUP
from ppocr_lr.lr_config.kinds import key
from ppocr_lr.lr_config.length import Length
from ppocr_lr.schedules import Schedule


class _TimedConfig(LRConfig):
    """A decay by `gamma` in units of time, smooth or in steps."""

    takes = WARMUP | HOLD
    learning_rate: kinds.PositiveRate = kinds.PEAK
    step_size: kinds.PositiveLength = key("the unit of time (epochs)", default=Length(1))
    gamma: kinds.Factor
    staircase: kinds.Switch = key("the rate falls only at the end of each step_size", default=False)

    end_key: ClassVar[str] = "gamma"

    def timed(self, decay: Callable[[float, float, int], Schedule], window: Window) -> Schedule:
        """The decay by `gamma` in each `step_size`, in steps of that if the section asks for them."""
        iters = self.some_iters("step_size", window)
        smooth = decay(self.learning_rate, self.gamma, iters)
        return schedules.Staircase(smooth, iters) if self.staircase else smooth


@register_lr_config("Exponential")
class ExponentialConfig(_TimedConfig):
    """The rate times `gamma` in each `step_size`, continuously or in steps."""

    gamma: kinds.Factor = key("factor of each step_size; above 1 the rate grows")

    nearest_in_paddleocr = "Step, which is the same with staircase: true"
    example: ClassVar = {"learning_rate": 0.001, "step_size": "10%", "gamma": 0.7}

    def curve(self, window: Window) -> Schedule:
        if self.staircase and self.gamma < 1:
            return schedules.StepDecay(self.learning_rate, self.some_iters("step_size", window), self.gamma)
        curve = self.timed(schedules.ExponentialGrowth if self.gamma > 1 else schedules.ExponentialDecay, window)
        self.check_growth("gamma", curve, window)
        return curve

    def remarks(self, window: Window) -> Iterator[Finding]:
        yield from super().remarks(window)
        if self.gamma > 1:
            yield self.grows(self.gamma, window)


@register_lr_config("NaturalExp")
class NaturalExpConfig(_TimedConfig):
    """The rate times exp(−gamma) in each `step_size`."""

    gamma: kinds.Factor = key("how fast the rate falls, per step_size")

    nearest_in_paddleocr = "Step with gamma exp(-gamma)"
    example: ClassVar = {"learning_rate": 0.001, "step_size": "10%", "gamma": 0.3}

    def curve(self, window: Window) -> Schedule:
        return self.timed(schedules.NaturalExpDecay, window)


@register_lr_config("InverseSqrt")
class InverseSqrtConfig(LRConfig):
    """The peak over the square root of time, as in training Transformers."""

    takes = WARMUP | HOLD | POWER
    learning_rate: kinds.PositiveRate = kinds.PEAK
    timescale: kinds.PositiveLength | None = key(
        "time after which the rate is peak/√2; by default the length of the warmup (epochs)", default=None
    )

    nearest_in_paddleocr = "Linear with a power of 2"
    example: ClassVar = {"learning_rate": 0.001, "warmup_epoch": "10%"}

    def curve(self, window: Window) -> Schedule:
        """peak·√(t/(k + t)) with t the timescale, or another power of it."""
        warmup_iters = self.warmup_length(window)
        if self.timescale is None and not warmup_iters:
            raise self.error("timescale", tr("a length, as there is no warmup to take it from"))
        timescale = warmup_iters if self.timescale is None else self.some_iters("timescale", window)
        return schedules.InverseSqrt(self.learning_rate, timescale, self.around("decay_power") / 2)


@register_lr_config("InverseTime")
class InverseTimeConfig(_TimedConfig):
    """peak/(1 + gamma·time)."""

    gamma: kinds.Factor = key("how fast the rate falls: after one step_size 1/(1 + gamma) of the peak is left")

    nearest_in_paddleocr = "Linear with a power of 2"
    example: ClassVar = {"learning_rate": 0.001, "step_size": "10%", "gamma": 0.5}

    def curve(self, window: Window) -> Schedule:
        return self.timed(schedules.InverseTimeDecay, window)


@register_lr_config("Noam")
class NoamConfig(LRConfig):
    """The schedule of "Attention is all you need": linear up for warmup_iters, then with 1/√time."""

    learning_rate: kinds.PositiveRate = key("factor of the whole curve; not the peak", default=1.0)
    d_model: kinds.Count = key("width of the model")
    warmup_iters: kinds.Iters = key("where the peak is (iterations)", default=4000)

    also_called: ClassVar = {"warmup_steps": "warmup_iters"}
    nearest_in_paddleocr = "Linear with warmup_epoch"
    example: ClassVar = {"d_model": 512, "warmup_iters": "10%"}

    def curve(self, window: Window) -> Schedule:
        iters = self.some_iters("warmup_iters", window)
        try:
            return schedules.Noam(self.d_model, iters, self.learning_rate)
        except LRConfigError:  # each key is within its bounds, but very small ones leave no peak
            raise self.error("learning_rate", tr("large enough for a peak above 0")) from None
