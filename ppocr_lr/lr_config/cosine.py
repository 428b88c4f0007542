"""Sections of a decay like a cosine: Cosine, LinearWarmupCosine, TwoStepCosine, KDecay, Tanh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from ppocr_lr import schedules
from ppocr_lr.finding import Finding
from ppocr_lr.lr_config.base import ETA_MIN, DecayConfig, HoldConfig, NoEffect, OverTheRun, ResumableConfig
from ppocr_lr.lr_config.fields import AnyIters, Bound, Ours, PositiveLength, PositiveRate, Power, Rate
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.run import MAX_ITERS, Run
from ppocr_lr.schedules import Schedule

_FIRST_EPOCHS = 200  # fixed in PaddleOCR

EndRate = Annotated[Rate, Ours("a cosine with a minimum is LinearWarmupCosine with min_lr; Linear takes an end_lr")]
"""The minimum of a cosine."""


@register_lr_config("Cosine")
class CosineConfig(DecayConfig, OverTheRun):
    """Half a cosine from the peak to 0 over the run."""

    end_lr: EndRate = Field(default=0.0, description="the rate at the end of the cosine")

    recursive_in_paddle: ClassVar[bool] = True

    def decay(self, run: Run) -> Schedule:
        """A cosine over all updates of the run."""
        self.check_end("end_lr")
        return schedules.CosineWave(self.learning_rate, run.decay_iters, self.end_lr)


@register_lr_config("LinearWarmupCosine")
class LinearWarmupCosineConfig(ResumableConfig, HoldConfig, OverTheRun):
    """Warmup from `start_lr`, counted in iterations, then a cosine to `min_lr` over the run."""

    learning_rate: PositiveRate = Field(description="the rate at the end of the warmup, the peak")
    warmup_steps: AnyIters = Field(default=5000, description="length of the warmup (iterations)")
    start_lr: Rate = Field(default=1e-5, description="the rate of the first update")
    min_lr: Rate = Field(default=1e-8, description="the rate at the end of the cosine")

    recursive_in_paddle: ClassVar[bool] = True

    # PaddleOCR passes these through float(), under this name alone.
    takes_strings: ClassVar[frozenset[str]] = frozenset({"learning_rate", "start_lr", "min_lr"})
    no_effect: ClassVar[Mapping[str, NoEffect]] = {
        "warmup_epoch": NoEffect(
            "this name counts its warmup in iterations, by warmup_steps",
            lambda config, value, run: value == 0,
        )
    }

    @property
    def peak(self) -> float:
        """`learning_rate`."""
        return self.learning_rate

    def warmup_length(self, run: Run) -> int:
        """`warmup_steps`."""
        return min(max(0, self.warmup_steps), MAX_ITERS)

    @property
    def warmup_key(self) -> str:
        """`warmup_steps`."""
        return "warmup_steps"

    @property
    def warmup_start(self) -> float:
        """`start_lr`, below the peak."""
        if self.learning_rate <= self.start_lr:
            raise self.error("learning_rate", f"above start_lr, {self.start_lr:g}: the warmup goes up to it")
        return self.start_lr

    def decay(self, run: Run) -> Schedule:
        """A cosine over all updates of the run."""
        return schedules.CosineWave(self.learning_rate, run.decay_iters, self.min_lr)

    def remarks(self, run: Run) -> list[Finding]:
        """A negative warmup is accepted by PaddleOCR and means none."""
        remarks = super().remarks(run)
        if self.warmup_steps < 0:
            said = f"{self.warmup_steps} is negative, so there is no warmup"
            remarks.append(Finding("LR305", ("warmup_steps",), said))
        return remarks


@register_lr_config("TwoStepCosine")
class TwoStepCosineConfig(DecayConfig, OverTheRun):
    """A cosine over 200 epochs, then the cosine over the run."""

    first_epochs: Annotated[PositiveLength | None, Ours("Cosine decays over the whole run")] = Field(
        default=None, description="length of the first cosine (epochs); without it 200, as in PaddleOCR"
    )
    end_lr: EndRate = Field(default=0.0, description="the rate at the end of both cosines")

    recursive_in_paddle: ClassVar[bool] = True

    def decay(self, run: Run) -> Schedule:
        """Two cosines; behind a warmup Paddle asks for the closed form, without one it multiplies ratios."""
        self.check_end("end_lr")
        recursive = self.first_epochs is None and not (self.warmup_length(run) or self.hold_length(run))
        return schedules.TwoStepCosine(
            self.learning_rate, self.first_iters(run), run.decay_iters, self.end_lr, recursive=recursive
        )

    def first_iters(self, run: Run) -> int:
        """How many iterations the first cosine lasts."""
        return run.iters(_FIRST_EPOCHS) if self.first_epochs is None else self.some_iters("first_epochs", run)


@register_lr_config("KDecay")
class KDecayConfig(DecayConfig, OverTheRun):
    """A cosine of a power of time: with `k` above 1 it stays high for longer."""

    k: Power = Field(default=1.0, description="exponent of time; 1 is a cosine")
    end_lr: Rate = Field(default=0.0, description="the rate at the end of the decay")

    also_called: ClassVar[Mapping[str, str]] = ETA_MIN
    nearest_in_paddleocr: ClassVar[str] = "Cosine"

    def decay(self, run: Run) -> Schedule:
        """The bent cosine over all updates of the run."""
        self.check_end("end_lr")
        return schedules.Decay(self.learning_rate, run.decay_iters, self.end_lr, schedules.Cosine(self.k))


@register_lr_config("Tanh")
class TanhConfig(DecayConfig, OverTheRun):
    """A hyperbolic tangent: a slow start, a fall, a slow end."""

    lower: Bound = Field(default=-6.0, description="where on the tangent the run begins")
    upper: Bound = Field(default=3.0, description="where on the tangent it ends; above lower")
    end_lr: Rate = Field(default=0.0, description="the rate that the decay goes down to")

    also_called: ClassVar[Mapping[str, str]] = ETA_MIN
    nearest_in_paddleocr: ClassVar[str] = "Cosine"

    def decay(self, run: Run) -> Schedule:
        """The tangent over all updates of the run."""
        self.check_end("end_lr")
        if self.upper <= self.lower:
            raise self.error("upper", f"above lower, {self.lower:g}")
        shape = schedules.Tanh(self.lower, self.upper)
        return schedules.Decay(self.learning_rate, run.decay_iters, self.end_lr, shape)
