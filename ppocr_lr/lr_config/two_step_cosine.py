"""The section TwoStepCosine."""

from __future__ import annotations

from typing import Annotated

from ppocr_lr import schedules
from ppocr_lr.lr_config import LRConfig, Window, kinds, register_lr_config
from ppocr_lr.lr_config.envelope import HOLD, OVER_THE_RUN, WARMUP
from ppocr_lr.lr_config.kinds import key
from ppocr_lr.lr_config.length import Length
from ppocr_lr.schedules import Schedule

_FIRST_EPOCHS = Length(200)  # fixed in PaddleOCR


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
        self.check_end("end_lr")
        led = self.warmup_length(window) or window.iters(self.around("hold_epochs"))
        return schedules.TwoStepCosine(
            self.learning_rate,
            self.first_iters(window),
            window.decay_iters,
            self.end_lr,
            recursive=self.first_epochs is None and not led,
        )

    def first_iters(self, window: Window) -> int:
        """How many iterations the first cosine lasts."""
        return window.iters(_FIRST_EPOCHS) if self.first_epochs is None else self.some_iters("first_epochs", window)
