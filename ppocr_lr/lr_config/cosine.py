"""Sections of the schedules of a cosine: Cosine, LinearWarmupCosine, TwoStepCosine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ppocr_lr.lr_config.base import NoEffect, PeakConfig, ResumableConfig
from ppocr_lr.lr_config.fields import AnyIters, PositiveRate, Rate
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.remarks import Remark
from ppocr_lr.lr_config.run import MAX_ITERS, Run
from ppocr_lr.schedules import CosineDecay, LinearWarmup, Schedule, TwoStepCosine

_FIRST_COSINE_EPOCHS = 200  # written into PaddleOCR's TwoStepCosine


@register_lr_config("Cosine")
class CosineConfig(PeakConfig):
    """Half a cosine from the peak to 0 over the run."""

    def decay(self, run: Run) -> Schedule:
        """A cosine over all updates of the run."""
        return CosineDecay(self.learning_rate, run.total_iters)


@register_lr_config("LinearWarmupCosine")
class LinearWarmupCosineConfig(ResumableConfig):
    """Warmup from `start_lr`, counted in iterations, then a cosine to `min_lr` over the run."""

    learning_rate: PositiveRate = Field(description="the rate at the end of the warmup, the peak")
    warmup_steps: AnyIters = Field(default=5000, description="length of the warmup (iterations)")
    start_lr: Rate = Field(default=1e-5, description="the rate of the first update")
    min_lr: Rate = Field(default=1e-8, description="the rate at the end of the cosine")

    # PaddleOCR passes these through float(), under this name alone.
    takes_strings: ClassVar[frozenset[str]] = frozenset({"learning_rate", "start_lr", "min_lr"})
    no_effect: ClassVar[Mapping[str, NoEffect]] = {
        "warmup_epoch": NoEffect(
            "this name counts its warmup in iterations, by warmup_steps",
            lambda config, value, run: value == 0,
        )
    }

    def to_schedule(self, run: Run) -> Schedule:
        """The cosine, with the warmup before it if there is one."""
        decay = CosineDecay(self.learning_rate, run.total_iters, self.min_lr)
        if self.warmup_steps <= 0:
            return decay
        if self.learning_rate <= self.start_lr:
            raise self.error("learning_rate", f"above start_lr, {self.start_lr:g}: the warmup goes up to it")
        return LinearWarmup(decay, min(self.warmup_steps, MAX_ITERS), self.learning_rate, self.start_lr)

    def remarks(self, run: Run) -> list[Remark]:
        """A negative warmup is accepted by PaddleOCR and means none."""
        if self.warmup_steps < 0:
            return [Remark("LR305", "warmup_steps", f"{self.warmup_steps} is negative, so there is no warmup")]
        return []


@register_lr_config("TwoStepCosine")
class TwoStepCosineConfig(PeakConfig):
    """A cosine over 200 epochs, then the cosine over the run."""

    def decay(self, run: Run) -> Schedule:
        """Two cosines; behind a warmup Paddle asks for the closed form, without one it multiplies ratios."""
        return TwoStepCosine(
            self.learning_rate,
            first_iters=run.iters(_FIRST_COSINE_EPOCHS),
            second_iters=run.total_iters,
            recursive=self.warmup_iters(run) == 0,
        )
