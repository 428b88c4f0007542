"""Sections of a cosine over the run: Cosine. PaddleOCR's other two, which are rarer, are in `cosine_variants.py`."""

from typing import Annotated, ClassVar

from ppocr_lr import schedules
from ppocr_lr.lr_config import LRConfig, Window, kinds, register_lr_config
from ppocr_lr.lr_config.envelope import BENT, HOLD, OVER_THE_RUN, WARMUP
from ppocr_lr.lr_config.kinds import key
from ppocr_lr.schedules import Schedule


class WaveConfig(LRConfig):
    """A cosine over the run of any number of waves."""

    learning_rate: kinds.PositiveRate = kinds.PEAK
    num_cycles: Annotated[kinds.Cycles, kinds.Ours("CyclicalCosine, which jumps back to its peak")] = key(
        "waves of the cosine over the length of the decay; 0.5 is a single fall", default=0.5
    )

    recursive_in_paddle = True

    def wave(self, window: Window, end: float) -> Schedule:
        """The cosine. As in Paddle it rises again past its length; bent, or with another number of waves, it stays."""
        shape = self.bent(schedules.Cosine(2 * self.num_cycles))
        if shape == schedules.Cosine():
            length = window.length
            oscillates = length is not None and self.lead_length(window) + length < window.total_iters
            return schedules.CosineWave(self.learning_rate, window.decay_iters, end, oscillates=oscillates)
        return schedules.Decay(self.learning_rate, window.decay_iters, end, shape)


@register_lr_config("Cosine")
class CosineConfig(WaveConfig):
    """Half a cosine from the peak to 0 over the run."""

    takes = WARMUP | HOLD | OVER_THE_RUN | BENT
    end_lr: kinds.EndRate = key("the rate at the end of the cosine", default=0.0)

    example: ClassVar = {"learning_rate": 0.001, "warmup_epoch": "5%"}

    def curve(self, window: Window) -> Schedule:
        return self.wave(window, self.end_lr)
