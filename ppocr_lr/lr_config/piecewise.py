"""Sections of the schedules of pieces: Step, Piecewise, MultiStepDecay, PiecewiseLinear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, ClassVar

from pydantic import Field

from ppocr_lr import schedules
from ppocr_lr.errors import value_error
from ppocr_lr.finding import Finding
from ppocr_lr.lr_config.base import DecayConfig, NoEffect, PeakConfig, ResumableConfig, WarmupConfig, WithinRun
from ppocr_lr.lr_config.fields import AList, EpochMark, Gamma, Knot, PositiveEpochs, PositiveRate, Rate
from ppocr_lr.lr_config.length import as_written
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.run import Run
from ppocr_lr.schedules import Schedule


@register_lr_config("Step")
class StepConfig(DecayConfig):
    """The rate times `gamma` every `step_size` epochs."""

    learning_rate: PositiveRate = Field(description="the rate before the first step, the peak")
    step_size: PositiveEpochs = Field(description="length of one step (epochs)")
    gamma: Gamma = Field(description="factor of each step")

    def decay(self, run: Run) -> Schedule:
        """Steps for ever."""
        return schedules.StepDecay(self.learning_rate, self.some_iters("step_size", run), self.gamma)

    def remarks(self, run: Run) -> list[Finding]:
        """A fractional step is this project's: Paddle wants an integer."""
        remarks = super().remarks(run)
        if not self.step_size.is_integer():
            remarks.append(
                Finding(
                    "LR502",
                    ("step_size",),
                    f"{self.step_size:g} epochs is taken as {run.iters(self.step_size)} iterations; "
                    "PaddleOCR itself fails on a fraction",
                )
            )
        return remarks


@register_lr_config("Piecewise")
class PiecewiseConfig(WarmupConfig, WithinRun):
    """`values[i]` between the epochs `decay_epochs[i - 1]` and `decay_epochs[i]`."""

    decay_epochs: Annotated[
        tuple[EpochMark, ...], AList, Field(description="where the next value starts (epochs, rising)")
    ]
    values: Annotated[tuple[Rate, ...], AList, Field(description="the rates, one more than decay_epochs")]

    no_effect: ClassVar[Mapping[str, NoEffect]] = {
        "learning_rate": NoEffect(
            "Piecewise takes its rates from values",
            lambda config, value, run: value is None or value == config.values[0],
        )
    }

    @property
    def peak(self) -> float:
        """`values[0]`, where the warmup ends."""
        return self.values[0]

    @property
    def marks(self) -> tuple[str, tuple[float, ...]]:
        """Where the value changes: behind the last value a boundary changes nothing."""
        return "decay_epochs", self.decay_epochs[: len(self.values) - 1]

    def decay(self, run: Run) -> Schedule:
        """Steps at the boundaries; with one value too few the last one holds."""
        count = len(self.decay_epochs)
        if not count:
            raise self.error("decay_epochs", "a list of at least one epoch; a constant rate is name: Const")
        if len(self.values) not in (count, count + 1):
            raise self.error("values", f"{count + 1} rates, one more than the {count} decay_epochs")
        _check_rising("decay_epochs", self.decay_epochs)
        if not any(self.values):
            raise self.error("values", "a list with a rate above 0")
        if self.warmup_length(run) and not self.values[0]:
            raise self.error("values", "a list that starts with a rate above 0, since the warmup goes up to it")
        values = self.values if len(self.values) > count else (*self.values, self.values[-1])
        return schedules.PiecewiseConstant(tuple(run.first_update(epoch) for epoch in self.decay_epochs), values)

    def remarks(self, run: Run) -> list[Finding]:
        """As many values as boundaries: Paddle from 2.6.2 on refuses that."""
        remarks = super().remarks(run)
        count = len(self.decay_epochs)
        if len(self.values) == count:
            remarks.append(
                Finding(
                    "LR501",
                    ("values",),
                    f"{count} values for {count} decay_epochs: the last one, {self.values[-1]:g}, holds to the end "
                    f"and the boundary at epoch {self.decay_epochs[-1]:g} changes nothing; "
                    f"Paddle 2.6.2 and later refuse this, write {count + 1} values",
                )
            )
        return remarks


@register_lr_config("MultiStepDecay")
class MultiStepDecayConfig(PeakConfig, WithinRun):
    """The rate times `gamma` at each milestone."""

    learning_rate: PositiveRate = Field(description="the rate before the first milestone, the peak")
    milestones: Annotated[tuple[EpochMark, ...], AList, Field(description="where the rate drops (epochs, rising)")]
    gamma: Gamma = Field(description="factor of each drop")

    @property
    def marks(self) -> tuple[str, tuple[float, ...]]:
        """The milestones."""
        return "milestones", self.milestones

    def decay(self, run: Run) -> Schedule:
        """A drop at each milestone."""
        _check_rising("milestones", self.milestones)
        return schedules.MultiStepDecay(
            self.learning_rate, tuple(run.first_update(epoch) for epoch in self.milestones), self.gamma
        )

    def remarks(self, run: Run) -> list[Finding]:
        """Without milestones nothing ever drops."""
        remarks = super().remarks(run)
        if not self.milestones:
            remarks.append(Finding("LR402", ("milestones",), "the list is empty, so the rate never drops"))
        return remarks


def _check_rising(key: str, epochs: Sequence[float]) -> None:
    for earlier, later in pairwise(epochs):
        if later <= earlier:
            what = "twice" if later == earlier else f"after {earlier:g}"
            written = [_plain(epoch) for epoch in epochs]
            raise value_error((key,), written, f"epochs in rising order, each once; {later:g} comes {what}")


def _plain(number: float) -> float | int:
    return int(number) if number.is_integer() else number


@register_lr_config("PiecewiseLinear")
class PiecewiseLinearConfig(ResumableConfig):
    """Straight lines through `knots`."""

    knots: Annotated[
        tuple[Knot, ...],
        AList,
        Field(description="pairs of when (epochs, rising) and the rate there, with straight lines between"),
    ]

    nearest_in_paddleocr: ClassVar[str] = "Piecewise, with many values"
    end_key: ClassVar[str] = "knots"

    def to_schedule(self, run: Run) -> Schedule:
        """The lines; constant before the first knot and behind the last."""
        knots = [(run.iters(when), rate) for when, rate in self.knots]
        written = [list(knot) for knot in as_written(self.knots)]
        if not any(rate for _, rate in knots):
            allowed = "a list of pairs of when and the rate there, one of the rates above 0"
            raise value_error(("knots",), written, allowed)
        for (earlier, _), (later, _) in pairwise(knots):
            if later <= earlier:
                what = "twice" if later == earlier else f"after {earlier}"
                raise value_error(("knots",), written, f"in rising order, each once; iteration {later} comes {what}")
        return schedules.PiecewiseLinear(tuple(knots))
