"""Sections of warm restarts: CosineWarmRestarts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from ppocr_lr import schedules
from ppocr_lr.language import tr
from ppocr_lr.lr_config.base import LRConfig
from ppocr_lr.lr_config.envelope import BENT, HOLD, WARMUP
from ppocr_lr.lr_config.kinds import (
    PEAK,
    AList,
    DecayShape,
    Growth,
    LengthOrNone,
    PositiveLength,
    PositiveRate,
    Rate,
    UpToOne,
    key,
)
from ppocr_lr.lr_config.length import Length
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.run import Window
from ppocr_lr.numbers_text import amount
from ppocr_lr.schedules import Schedule


@register_lr_config("CosineWarmRestarts")
class CosineWarmRestartsConfig(LRConfig):
    """SGDR: a cosine from the peak to `eta_min`, restarted with ever longer cycles."""

    takes = WARMUP | HOLD | BENT
    learning_rate: PositiveRate = PEAK
    T_0: PositiveLength | None = key("length of the first cycle (epochs)", default=None)
    T_mult: Growth = key("factor of the length from one cycle to the next, rounded to iterations", default=1.0)
    cycles: Annotated[tuple[PositiveLength, ...], AList] = key(
        "lengths of the first cycles, instead of T_0; the last one goes on as T_0 does (epochs)", default=()
    )
    eta_min: Rate = key("the rate at the end of each cycle", default=0.0)
    peak_decay: UpToOne = key("factor of the peak from one cycle to the next", default=1.0)
    eta_min_decay: UpToOne = key("factor of eta_min from one cycle to the next", default=1.0)
    height_decay: UpToOne = key("factor of the height of the peak above eta_min", default=1.0)
    decay_shape: DecayShape = key("shape of each cycle", default="cosine")
    cycle_warmup: LengthOrNone = key(
        "length of a linear warmup inside each cycle, from eta_min (epochs)", default=Length(0)
    )

    also_called: ClassVar[Mapping[str, str]] = {"end_lr": "eta_min"}
    nearest_in_paddleocr: ClassVar[str] = "CyclicalCosine, whose cycles are all equally long"

    def curve(self, window: Window) -> Schedule:
        """Cosine cycles."""
        self.check_end("eta_min")
        if (self.T_0 is None) == (not self.cycles):
            raise self.error("T_0", tr("a length, or cycles must be a list of lengths: one of the two"))
        lengths = [window.iters(length) for length in self.cycles or (self.T_0,) if length is not None]
        if not all(lengths):
            raise self.error("cycles" if self.cycles else "T_0", window.too_short)
        warmup = window.iters(self.cycle_warmup)
        if warmup >= min(lengths):
            raise self.error(
                "cycle_warmup",
                tr("shorter than the shortest cycle, {length}", length=amount(min(lengths), "iteration")),
            )
        return schedules.WarmRestarts(
            self.learning_rate,
            tuple(lengths),
            self.T_mult,
            self.eta_min,
            self.peak_decay,
            warmup,
            self.bent_by_name(self.decay_shape, "eta_min"),
            self.eta_min_decay,
            self.height_decay,
        )
