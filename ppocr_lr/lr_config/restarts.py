"""Sections of warm restarts: CosineWarmRestarts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from ppocr_lr import schedules
from ppocr_lr.lr_config.base import DecayConfig
from ppocr_lr.lr_config.fields import AList, Growth, LengthOrNone, PositiveLength, Rate, UpToOne
from ppocr_lr.lr_config.length import Length
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.run import Run
from ppocr_lr.schedules import Schedule


@register_lr_config("CosineWarmRestarts")
class CosineWarmRestartsConfig(DecayConfig):
    """SGDR: a cosine from the peak to `eta_min`, restarted with ever longer cycles."""

    T_0: PositiveLength | None = Field(default=None, description="length of the first cycle (epochs)")
    T_mult: Growth = Field(
        default=1.0, description="factor of the length from one cycle to the next, rounded to iterations"
    )
    cycles: Annotated[tuple[PositiveLength, ...], AList] = Field(
        default=(), description="lengths of the first cycles, instead of T_0; the last one goes on as T_0 does (epochs)"
    )
    eta_min: Rate = Field(default=0.0, description="the rate at the end of each cycle")
    peak_decay: UpToOne = Field(default=1.0, description="factor of the peak from one cycle to the next")
    cycle_warmup: LengthOrNone = Field(
        default=Length(0), description="length of a linear warmup inside each cycle, from eta_min (epochs)"
    )

    also_called: ClassVar[Mapping[str, str]] = {"end_lr": "eta_min"}
    nearest_in_paddleocr: ClassVar[str] = "CyclicalCosine, whose cycles are all equally long"

    def decay(self, run: Run) -> Schedule:
        """Cosine cycles."""
        self.check_end("eta_min")
        if (self.T_0 is None) == (not self.cycles):
            raise self.error("T_0", "a length, or cycles must be a list of lengths: one of the two")
        lengths = [run.iters(length) for length in self.cycles or (self.T_0,) if length is not None]
        key = "cycles" if self.cycles else "T_0"
        if not all(lengths):
            raise self.error(key, run.too_short)
        warmup = run.iters(self.cycle_warmup)
        if warmup >= min(lengths):
            raise self.error("cycle_warmup", f"shorter than the shortest cycle, {min(lengths)} iterations")
        return schedules.WarmRestarts(
            self.learning_rate, tuple(lengths), self.T_mult, self.eta_min, self.peak_decay, warmup
        )
