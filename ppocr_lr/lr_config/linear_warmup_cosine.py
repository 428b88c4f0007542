"""The section LinearWarmupCosine."""

from __future__ import annotations

from typing import ClassVar

from ppocr_lr.language import tr
from ppocr_lr.lr_config import NoEffect, Window, kinds, register_lr_config
from ppocr_lr.lr_config.cosine import WaveConfig
from ppocr_lr.lr_config.envelope import BENT, HOLD, LAST_EPOCH, OVER_THE_RUN, WARMUP_MODE
from ppocr_lr.lr_config.kinds import key
from ppocr_lr.schedules import Schedule


@register_lr_config("LinearWarmupCosine")
class LinearWarmupCosineConfig(WaveConfig):
    """Warmup from `start_lr`, counted in iterations, then a cosine to `min_lr` over the run."""

    takes = LAST_EPOCH | WARMUP_MODE | HOLD | OVER_THE_RUN | BENT
    warmup_steps: kinds.AnyIters = key("length of the warmup (iterations)", default=5000)
    start_lr: kinds.Rate = key("the rate of the first update", default=1e-5)
    min_lr: kinds.Rate = key("the rate at the end of the cosine", default=1e-8)

    warmup_keys = ("warmup_steps",)
    recursive_in_paddle = True
    example: ClassVar = {"learning_rate": 0.001, "warmup_steps": "5%"}

    # PaddleOCR passes these through float(), under this name alone.
    takes_strings = frozenset({"learning_rate", "start_lr", "min_lr"})
    no_effect: ClassVar = {
        "warmup_epoch": NoEffect(
            "this name counts its warmup in iterations, by warmup_steps",
            lambda config, value, run: value == 0,
        )
    }

    @property
    def warmup_start(self) -> float:
        if self.learning_rate <= self.start_lr:
            allowed = tr("above start_lr, {start_lr}: the warmup goes up to it", start_lr=f"{self.start_lr:g}")
            raise self.error("learning_rate", allowed)
        return self.start_lr

    def curve(self, window: Window) -> Schedule:
        return self.wave(window, self.min_lr)
