"""Sections of rates that fall with a power of time: InverseSqrt, Noam, InverseTime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from ppocr_lr import schedules
from ppocr_lr.errors import LRConfigError
from ppocr_lr.lr_config.base import DecayConfig, ResumableConfig, UnitOfTime
from ppocr_lr.lr_config.fields import ITERATIONS, Count, Factor, PositiveLength, PositiveRate
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.run import Run
from ppocr_lr.schedules import Schedule


@register_lr_config("InverseSqrt")
class InverseSqrtConfig(DecayConfig):
    """The peak over the square root of time, as in training Transformers."""

    timescale: PositiveLength | None = Field(
        default=None, description="after so long the rate is peak/√2; without it, the length of the warmup (epochs)"
    )

    nearest_in_paddleocr: ClassVar[str] = "Linear with a power of 2"

    def decay(self, run: Run) -> Schedule:
        """peak·√(t/(k + t)) with t the timescale."""
        if self.timescale is not None:
            return schedules.InverseSqrt(self.learning_rate, self.some_iters("timescale", run))
        if warmup_iters := self.warmup_length(run):
            return schedules.InverseSqrt(self.learning_rate, warmup_iters)
        raise self.error("timescale", "a length where there is no warmup to take it from")


@register_lr_config("InverseTime")
class InverseTimeConfig(DecayConfig, UnitOfTime):
    """peak/(1 + gamma·time)."""

    gamma: Factor = Field(description="how fast the rate falls: after one step_size 1/(1 + gamma) of the peak is left")

    nearest_in_paddleocr: ClassVar[str] = "Linear with a power of 2"

    def decay(self, run: Run) -> Schedule:
        """Inverse in time, for ever."""
        return schedules.InverseTimeDecay(self.learning_rate, self.gamma, self.unit_iters(run))


@register_lr_config("Noam")
class NoamConfig(ResumableConfig):
    """The schedule of "Attention is all you need": linear up for warmup_iters, then with 1/√time."""

    learning_rate: PositiveRate = Field(default=1.0, description="factor of the whole curve; not the peak")
    d_model: Count = Field(description="width of the model")
    warmup_iters: Annotated[Count, ITERATIONS] = Field(default=4000, description="where the peak is (iterations)")

    also_called: ClassVar[Mapping[str, str]] = {"warmup_steps": "warmup_iters"}
    nearest_in_paddleocr: ClassVar[str] = "Linear with warmup_epoch"

    @property
    def warmup_key(self) -> str:
        """`warmup_iters`."""
        return "warmup_iters"

    def to_schedule(self, run: Run) -> Schedule:
        """Noam's curve."""
        try:
            return schedules.Noam(self.d_model, self.warmup_iters, self.learning_rate)
        except LRConfigError:  # each key is inside its own bounds; of very small ones no peak is left
            raise self.error("learning_rate", "large enough for a peak above 0") from None
