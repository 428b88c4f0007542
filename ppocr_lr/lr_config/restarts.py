"""Sections of warm restarts: CosineWarmRestarts."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from ppocr_lr import schedules
from ppocr_lr.language import tr
from ppocr_lr.lr_config import LRConfig, Window, kinds, register_lr_config
from ppocr_lr.lr_config.envelope import BENT, CYCLES, HOLD, TANGENT, WARMUP
from ppocr_lr.lr_config.kinds import key
from ppocr_lr.lr_config.length import Length
from ppocr_lr.numbers_text import amount
from ppocr_lr.schedules import Schedule


@register_lr_config("CosineWarmRestarts")
class CosineWarmRestartsConfig(LRConfig):
    """SGDR: a cosine from the peak to `eta_min`, restarted in cycles of equal or growing length."""

    takes = WARMUP | HOLD | BENT | TANGENT | CYCLES
    learning_rate: kinds.PositiveRate = kinds.PEAK
    T_0: kinds.PositiveLength | None = key("length of the first cycle (epochs)", default=None)
    T_mult: kinds.Growth = key("factor of the length from one cycle to the next", default=1.0)
    cycles: Annotated[tuple[kinds.PositiveLength, ...], kinds.AList] = key(
        "lengths of the first cycles, instead of T_0; the last one then continues as T_0 does (epochs)", default=()
    )
    num_cycles: kinds.Cycles | None = key(
        "number of equal cycles that fill the iterations after warmup and hold, instead of T_0; 1.5 stops within one",
        default=None,
    )
    eta_min: kinds.Rate = key("the rate at the end of each cycle", default=0.0)
    peak_decay: kinds.UpToOne = key("factor of the peak from one cycle to the next", default=1.0)
    eta_min_decay: kinds.UpToOne = key("factor of eta_min from one cycle to the next", default=1.0)
    height_decay: kinds.UpToOne = key("factor of the height of the peak above eta_min", default=1.0)
    decay_shape: kinds.DecayShape = key("shape of each cycle", default="cosine")
    cycle_warmup: kinds.LengthOrNone = key(
        "length of a linear warmup inside each cycle, from eta_min (epochs)", default=Length(0)
    )

    also_called: ClassVar = {"end_lr": "eta_min"}
    nearest_in_paddleocr = "CyclicalCosine, whose cycles are all equally long"
    example: ClassVar = {"learning_rate": 0.001, "T_0": "14.3%", "T_mult": 2}

    def behind(self, window: Window, lead_iters: int) -> Schedule:
        """Cycles whose number is given fill what warmup and hold leave of the run."""
        return self.curve(window.within(lead_iters))

    def curve(self, window: Window) -> Schedule:
        self.check_end("eta_min")
        if [self.T_0 is None, not self.cycles, self.num_cycles is None].count(False) != 1:
            allowed = tr("a length, or cycles a list of lengths, or num_cycles a number: one of the three")
            raise self.error("T_0", allowed)
        rates: dict[str, Any] = {
            "peak": self.learning_rate,
            "end": self.eta_min,
            "peak_decay": self.peak_decay,
            "warmup_iters": window.iters(self.cycle_warmup),
            "shape": self.bent_by_name(self.decay_shape, "eta_min"),
            "end_decay": self.eta_min_decay,
            "height_decay": self.height_decay,
        }
        if self.num_cycles is not None:
            if self.T_mult != 1:
                raise self.error("T_mult", tr("1 with num_cycles, which are equally long"))
            self._check_shortest(window.decay_iters / self.num_cycles, "num_cycles", rates["warmup_iters"], window)
            whole = (window.decay_iters,)
            return self.limited(schedules.DividedRestarts(cycle_iters=whole, cycles=self.num_cycles, **rates))
        lengths = [window.iters(length) for length in self.cycles or (self.T_0,) if length is not None]
        self._check_shortest(min(lengths), "cycles" if self.cycles else "T_0", rates["warmup_iters"], window)
        return self.limited(schedules.WarmRestarts(cycle_iters=tuple(lengths), t_mult=self.T_mult, **rates))

    def _check_shortest(self, iters: float, key: str, warmup_iters: int, window: Window) -> None:
        """Refuse cycles of no iteration, under `key`, and those that their warmup fills."""
        if iters < 1:
            raise self.error(
                key, window.too_short if key != "num_cycles" else tr("at most the iterations that are left")
            )
        if warmup_iters > iters - 1:
            shortest = amount(int(iters), "iteration")
            raise self.error("cycle_warmup", tr("shorter than the shortest cycle, {length}", length=shortest))
