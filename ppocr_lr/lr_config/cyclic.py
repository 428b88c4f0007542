"""Sections of the schedules that come back up: CyclicalCosine, CosineWarmRestarts, OneCycle, Cyclic."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from ppocr_lr import schedules
from ppocr_lr.finding import Finding
from ppocr_lr.language import tr
from ppocr_lr.lr_config import LRConfig, NoEffect, Window, kinds, register_lr_config
from ppocr_lr.lr_config.base import is_peak
from ppocr_lr.lr_config.envelope import BENT, CYCLES, HOLD, LAST_EPOCH, OVER_THE_RUN, TANGENT, WARMUP
from ppocr_lr.lr_config.kinds import key
from ppocr_lr.lr_config.length import Length
from ppocr_lr.numbers_text import amount
from ppocr_lr.schedules import Schedule


@register_lr_config("CyclicalCosine")
class CyclicalCosineConfig(LRConfig):
    """A cosine from the peak to 0, again and again, each `cycle` epochs long."""

    takes = WARMUP | HOLD | CYCLES
    learning_rate: kinds.PositiveRate = key("the rate at the start of each cycle, the peak")
    cycle: kinds.PositiveLength = key("length of one cycle (epochs)")
    end_lr: kinds.EndRate = key("the rate at the end of each cycle", default=0.0)

    cycle_key = "cycle"
    example: ClassVar = {"learning_rate": 0.001, "cycle": "25%"}

    def last_epoch_in_paddleocr(self, window: Window) -> str:
        """PaddleOCR's class reads its base rate before setting it."""
        return tr("PaddleOCR stops there with an AttributeError")

    def curve(self, window: Window) -> Schedule:
        cycle = self.some_iters("cycle", window)
        return self.limited(schedules.CyclicalCosine(self.learning_rate, (cycle,), end=self.end_lr))


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
    eta_min: Annotated[kinds.Rate, kinds.UP_TO_PEAK] = key("the rate at the end of each cycle", default=0.0)
    peak_decay: kinds.UpToOne = key("factor of the peak from one cycle to the next", default=1.0)
    eta_min_decay: kinds.UpToOne = key("factor of eta_min from one cycle to the next", default=1.0)
    height_decay: kinds.UpToOne = key("factor of the height of the peak above eta_min", default=1.0)
    decay_shape: kinds.DecayShape = key("shape of each cycle", default="cosine")
    cycle_warmup: kinds.LengthOrNone = key(
        "length of a linear warmup inside each cycle, from eta_min (epochs)", default=Length(0)
    )

    also_called: ClassVar = {"end_lr": "eta_min"}
    fills_the_run = True  # with num_cycles
    nearest_in_paddleocr = "CyclicalCosine, whose cycles are all equally long"
    example: ClassVar = {"learning_rate": 0.001, "T_0": "14.3%", "T_mult": 2}

    def curve(self, window: Window) -> Schedule:
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
            too_many = key == "num_cycles"
            raise self.error(key, tr("at most the iterations that are left") if too_many else window.too_short)
        if warmup_iters > iters - 1:
            shortest = amount(int(iters), "iteration")
            raise self.error("cycle_warmup", tr("shorter than the shortest cycle, {length}", length=shortest))


@register_lr_config("OneCycle")
class OneCycleConfig(LRConfig):
    """Up to `max_lr` in the first 30 % of the run, then down to max_lr/250000."""

    takes = WARMUP | OVER_THE_RUN
    max_lr: kinds.PositiveRate = key("the highest rate, the peak")
    anneal_strategy: Literal["cos", "linear"] = key("shape of the rise and the fall", default="cos")
    three_phase: kinds.Switch = key(
        "fall to the first rate over as long as the rise took, then to the last rate", default=False
    )
    pct_start: Annotated[kinds.InnerShare, kinds.Ours("0.3 is fixed there")] = key(
        "share of the run in which the rate rises (0 to 1)", default=0.3
    )
    div_factor: Annotated[kinds.AtLeastOne, kinds.Ours("25 is fixed there")] = key(
        "the first rate is max_lr / div_factor", default=25.0
    )
    final_div_factor: Annotated[kinds.Factor, kinds.Ours("10000 is fixed there")] = key(
        "the last rate is the first rate / final_div_factor", default=1e4
    )

    peak_key = "max_lr"
    example: ClassVar = {"max_lr": 0.001}
    no_effect: ClassVar = {"learning_rate": NoEffect("OneCycle takes its peak from max_lr", is_peak)}

    def curve(self, window: Window) -> Schedule:
        if self.three_phase and self.pct_start >= 0.5:
            raise self.error("pct_start", tr("below 0.5 with three_phase, which falls as long as it rises"))
        if self.div_factor * self.final_div_factor < 1:
            allowed = tr("at least 1/div_factor, {least}: max_lr is the highest rate", least=f"{1 / self.div_factor:g}")
            raise self.error("final_div_factor", allowed)
        shape = self.anneal_strategy, self.pct_start, self.div_factor, self.final_div_factor
        iters = window.decay_iters
        cycle = schedules.OneCycle(self.max_lr, iters, *shape, three_phase=self.three_phase)
        # PaddleOCR's formula goes on for one update, which is no harm past the end of the run only.
        ends_before = window.lead_iters + iters < window.total_iters
        return schedules.HeldAfter(cycle, iters - 1) if ends_before else cycle


@register_lr_config("Cyclic")
class CyclicConfig(LRConfig):
    """Triangles between `base_lr` and `max_lr`, all equally high or lower and lower."""

    takes = LAST_EPOCH | CYCLES
    max_lr: kinds.PositiveRate = key("the highest rate, the peak")
    base_lr: kinds.Rate = key("the rate at the beginning and the end of each cycle")
    step_size_up: kinds.PositiveLength = key("length of the rise (epochs)")
    step_size_down: kinds.PositiveLength | None = key(
        "length of the fall; without it, as long as the rise (epochs)", default=None
    )
    mode: Literal["triangular", "triangular2", "exp_range"] = key(
        "all cycles equally high, each half as high, or times gamma at every iteration", default="triangular"
    )
    gamma: kinds.Factor = key("factor of each iteration, for exp_range; above 1 the triangles grow", default=1.0)

    nearest_in_paddleocr = "CyclicalCosine, which only falls"
    example: ClassVar = {"base_lr": 0.0001, "max_lr": 0.001, "step_size_up": "12%"}

    def curve(self, window: Window) -> Schedule:
        """Cycles for ever; the rise of the first one is its warmup."""
        if self.base_lr > self.max_lr:
            raise self.error("base_lr", tr("at most max_lr, {max_lr}", max_lr=f"{self.max_lr:g}"))
        up = self.some_iters("step_size_up", window)
        down = up if self.step_size_down is None else self.some_iters("step_size_down", window)
        cycles = schedules.Cyclic(self.max_lr, self.base_lr, up, down, self.mode, self.gamma)
        self.check_growth("gamma", cycles, window)
        return self.limited(cycles)

    def remarks(self, window: Window) -> Iterator[Finding]:
        yield from super().remarks(window)
        if self.mode == "exp_range" and self.gamma > 1:
            yield self.grows(self.gamma, window)
