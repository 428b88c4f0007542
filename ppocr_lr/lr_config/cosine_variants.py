"""PaddleOCR's other cosines over the run: LinearWarmupCosine, TwoStepCosine."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from ppocr_lr import schedules
from ppocr_lr.language import tr
from ppocr_lr.lr_config import LRConfig, NoEffect, Window, kinds, register_lr_config
from ppocr_lr.lr_config.cosine import WaveConfig
from ppocr_lr.lr_config.envelope import BENT, HOLD, LAST_EPOCH, OVER_THE_RUN, WARMUP, WARMUP_MODE
from ppocr_lr.lr_config.kinds import key
from ppocr_lr.lr_config.length import Length
from ppocr_lr.schedules import Schedule

_FIRST_EPOCHS = Length(200)  # fixed in PaddleOCR


@register_lr_config("LinearWarmupCosine")
class LinearWarmupCosineConfig(WaveConfig):
    """Warmup from `start_lr`, counted in iterations, then a cosine to `min_lr` over the run."""

    takes = LAST_EPOCH | WARMUP_MODE | HOLD | OVER_THE_RUN | BENT
    warmup_steps: kinds.AnyIters = key("length of the warmup (iterations)", default=5000)
    start_lr: kinds.Rate = key("the rate of the first update", default=1e-5)
    min_lr: kinds.Rate = key("the rate at the end of the cosine", default=1e-8)

    warmup_keys = ("warmup_steps",)
    example: ClassVar = {"learning_rate": 0.001, "warmup_steps": "5%"}

    # PaddleOCR passes these through float(), under this name alone.
    takes_strings = frozenset({"learning_rate", "start_lr", "min_lr"})
    no_effect: ClassVar = {"warmup_epoch": NoEffect("this name counts its warmup in iterations, by warmup_steps")}

    @property
    def warmup_start(self) -> float:
        if self.learning_rate <= self.start_lr:
            allowed = tr("above start_lr, {start_lr}: the warmup goes up to it", start_lr=f"{self.start_lr:g}")
            raise self.error("learning_rate", allowed)
        return self.start_lr

    def curve(self, window: Window) -> Schedule:
        return self.wave(window, self.min_lr)

    def types_in_paddle(self, window: Window) -> Mapping[str, type]:
        """Paddle's LinearWarmup counts whole steps."""
        return {"warmup_steps": int} if self.warmup_length(window) else {}


@register_lr_config("TwoStepCosine")
class TwoStepCosineConfig(LRConfig):
    """A cosine over 200 epochs, then the cosine over the run."""

    takes = WARMUP | HOLD | OVER_THE_RUN
    learning_rate: kinds.PositiveRate = kinds.PEAK
    first_epochs: Annotated[kinds.PositiveLength | None, kinds.Ours("Cosine decays over the whole run")] = key(
        "length of the first cosine (epochs); without it 200, as in PaddleOCR", default=None
    )
    end_lr: kinds.EndRate = key("the rate at the end of both cosines", default=0.0)

    recursive_in_paddle = True

    def curve(self, window: Window) -> Schedule:
        """Two cosines; after a warmup Paddle uses the closed form, without one it multiplies ratios."""
        led = self.warmup_length(window) or window.iters(self.around("hold_epochs"))
        recursive = self.first_epochs is None and not led
        first, second = self.first_iters(window), window.decay_iters
        return schedules.TwoStepCosine(self.learning_rate, first, second, self.end_lr, recursive=recursive)

    def first_iters(self, window: Window) -> int:
        """How many iterations the first cosine lasts."""
        return window.iters(_FIRST_EPOCHS) if self.first_epochs is None else self.some_iters("first_epochs", window)
