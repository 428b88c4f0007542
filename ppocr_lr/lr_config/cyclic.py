"""Sections of the schedules that come back up: CyclicalCosine, OneCycle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from ppocr_lr.lr_config.base import NoEffect, PeakConfig, WarmupConfig
from ppocr_lr.lr_config.fields import PositiveEpochs, PositiveRate, Switch, refused
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.run import Run
from ppocr_lr.schedules import CyclicalCosine, OneCycle, Schedule


def _anneal(value: Any) -> Any:
    if value not in ("cos", "linear"):
        raise refused("cos or linear")
    return value


@register_lr_config("CyclicalCosine")
class CyclicalCosineConfig(PeakConfig):
    """A cosine from the peak to 0, again and again, each `cycle` epochs long."""

    learning_rate: PositiveRate = Field(description="the rate at the start of each cycle, the peak")
    cycle: PositiveEpochs = Field(description="length of one cycle (epochs, may be a fraction)")

    def decay(self, run: Run) -> Schedule:
        """Cosine cycles for ever."""
        iters = run.iters(self.cycle)
        if iters == 0:
            raise self.error("cycle", run.too_short)
        return CyclicalCosine(self.learning_rate, iters)


@register_lr_config("OneCycle")
class OneCycleConfig(WarmupConfig):
    """Up to `max_lr` in the first 30 % of the run, then down to max_lr/250000."""

    max_lr: PositiveRate = Field(description="the highest rate, the peak")
    anneal_strategy: Annotated[Literal["cos", "linear"], BeforeValidator(_anneal)] = Field(
        default="cos", description="shape of the rise and the fall"
    )
    three_phase: Switch = Field(default=False, description="come down to the first rate symmetrically, then to the end")

    no_effect: ClassVar[Mapping[str, NoEffect]] = {
        "learning_rate": NoEffect(
            "OneCycle takes its peak from max_lr",
            lambda config, value, run: value is None or value == config.max_lr,
        )
    }

    @property
    def peak(self) -> float:
        """`max_lr`, where a warmup before the cycle ends."""
        return self.max_lr

    def decay(self, run: Run) -> Schedule:
        """One cycle over all updates of the run."""
        return OneCycle(self.max_lr, run.total_iters, self.anneal_strategy, self.three_phase)
