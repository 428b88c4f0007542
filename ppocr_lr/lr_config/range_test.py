"""The section of the learning-rate range test: RangeTest."""

from typing import ClassVar

from ppocr_lr import schedules
from ppocr_lr.language import tr
from ppocr_lr.lr_config import LRConfig, Window, kinds, register_lr_config
from ppocr_lr.lr_config.kinds import key
from ppocr_lr.schedules import Schedule


@register_lr_config("RangeTest")
class RangeTestConfig(LRConfig):
    """The rate rises from `start_lr` to `end_lr` update by update, to show where the loss falls and where it rises."""

    start_lr: kinds.PositiveRate = key("the rate of the first update", default=1e-7)
    end_lr: kinds.PositiveRate = key("the rate of the last update of the test, held from then on", default=10.0)
    updates: kinds.Iters = key("length of the test (iterations), both ends included", default=200)

    peak_key = "end_lr"
    tries_rates = True
    nearest_in_paddleocr = "Const with a warmup_epoch as long as the run, which rises in a straight line"
    example: ClassVar = {"start_lr": 1e-7, "end_lr": 1}

    def curve(self, window: Window) -> Schedule:
        """The rise; the run may end before it does."""
        if self.end_lr <= self.start_lr:
            raise self.error("end_lr", tr("above start_lr, {start_lr}", start_lr=f"{self.start_lr:g}"))
        return schedules.ExponentialRise(self.start_lr, self.length(window) - 1, self.end_lr)

    def length(self, window: Window) -> int:
        """How many updates the test lasts, both ends counted in."""
        iters = window.iters(self.updates)
        if iters < 2:
            raise self.error("updates", tr("at least 2 iterations: the first rate and the last"))
        return iters
