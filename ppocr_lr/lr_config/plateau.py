"""The section of the one schedule that is not a function of time: ReduceOnPlateau."""

from typing import ClassVar, Literal

from ppocr_lr.errors import LRConfigError, Problem
from ppocr_lr.language import tr
from ppocr_lr.lr_config import LRConfig, Window, kinds, register_lr_config
from ppocr_lr.lr_config.envelope import WARMUP, Keys
from ppocr_lr.lr_config.kinds import key
from ppocr_lr.schedules import Schedule
from ppocr_lr.schedules.plateau import Plateau


@register_lr_config("ReduceOnPlateau")
class ReduceOnPlateauConfig(LRConfig):
    """The rate times `factor` whenever a metric stops improving; has no fixed curve after its warmup."""

    takes: ClassVar[Keys] = {key: WARMUP[key] for key in WARMUP if key not in ("last_epoch", "warmup_overlap")}
    learning_rate: kinds.PositiveRate = key("the rate at the beginning, where the warmup ends")
    mode: Literal["min", "max"] = key("whether the metric improves by falling or by rising", default=Plateau.mode)
    factor: kinds.Gamma = key("factor of each drop", default=Plateau.factor)
    patience: kinds.Calls = key("calls of step(metric) without improvement before a drop", default=Plateau.patience)
    threshold: kinds.Nonnegative = key(
        "the least improvement that counts, a share or a difference", default=Plateau.threshold
    )
    threshold_mode: Literal["rel", "abs"] = key(
        "whether threshold is a share of the best value or a difference", default=Plateau.threshold_mode
    )
    cooldown: kinds.Calls = key("calls of step(metric) after a drop that do not count", default=Plateau.cooldown)
    min_lr: kinds.Rate = key("the rate never falls below", default=Plateau.min_lr)
    epsilon: kinds.Nonnegative = key("a drop of the rate by less than this is not made", default=Plateau.epsilon)

    has_curve: ClassVar[bool] = False
    nearest_in_paddleocr = "Step or Cosine; PaddleOCR never gives a scheduler its metric"
    example: ClassVar = {"learning_rate": 0.001, "factor": 0.5, "patience": 5}

    def curve(self, window: Window) -> Schedule:
        problem = tr(
            "cannot be here, as a metric decides the rate; it stands alone, or in the last stage of a Sequence"
        )
        raise LRConfigError(Problem(("name",), problem))
