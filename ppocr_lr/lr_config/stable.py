"""Sections that stay at the peak and decay at the end: WSD, Trapezoid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ppocr_lr import schedules
from ppocr_lr.lr_config.base import ETA_MIN, PeakConfig
from ppocr_lr.lr_config.fields import PositiveLength, Rate, choice
from ppocr_lr.lr_config.length import Length
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.run import Run
from ppocr_lr.schedules import Schedule

Shape = Annotated[
    Literal["linear", "cosine", "1-sqrt", "exponential"], choice("linear", "cosine", "1-sqrt", "exponential")
]
DECAY_SHAPES: Mapping[str, schedules.Shape] = {
    "linear": schedules.Power(),
    "cosine": schedules.Cosine(),
    "1-sqrt": schedules.OneMinusSqrt(),
    "exponential": schedules.Exponential(),
}
"""What `decay_shape` may be."""


@register_lr_config("WSD")
class WSDConfig(PeakConfig):
    """Warmup, stable, decay: constant at the peak, then down to `end_lr` in the last part of the run."""

    decay_length: PositiveLength = Field(
        default=Length(20, "%"), description="length of the decay at the end of the run (epochs)"
    )
    decay_shape: Shape = Field(default="1-sqrt", description="shape of the decay")
    end_lr: Rate = Field(default=0.0, description="the rate at the end of the decay")

    also_called: ClassVar[Mapping[str, str]] = ETA_MIN
    end_key: ClassVar[str] = ""
    nearest_in_paddleocr: ClassVar[str] = "Piecewise, with a few values falling at the end"

    def behind(self, run: Run, lead_iters: int) -> Schedule:
        """What is left of the run between warmup and decay is stable."""
        return self.decay(run.within(lead_iters))

    def decay(self, run: Run) -> Schedule:
        """Constant, then the decay, which ends with the run."""
        self.check_end("end_lr")
        decay = self.some_iters("decay_length", run)
        stable = run.decay_iters - decay
        if stable < 0:
            left = max(0, run.decay_iters)
            raise self.error(
                "decay_length", f"at most the {left} iterations that the warmup leaves of the run's {run.total_iters}"
            )
        if self.decay_shape == "exponential" and not self.end_lr:
            raise self.error("end_lr", "above 0 with an exponential decay, which never reaches 0")
        down = schedules.Decay(self.learning_rate, decay, self.end_lr, DECAY_SHAPES[self.decay_shape])
        return schedules.Sequence(((schedules.Constant(self.learning_rate), stable),), down) if stable else down


@register_lr_config("Trapezoid")
class TrapezoidConfig(WSDConfig):
    """Another name of WSD, with a linear decay."""

    decay_shape: Shape = Field(default="linear", description="shape of the decay")
