"""Sections of the schedules of pieces: Step, Piecewise, MultiStepDecay, PiecewiseLinear."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, ClassVar

from ppocr_lr import schedules
from ppocr_lr.finding import Finding, Proposal
from ppocr_lr.language import tr
from ppocr_lr.lr_config import LRConfig, NoEffect, Window, kinds, register_lr_config
from ppocr_lr.lr_config.base import is_peak
from ppocr_lr.lr_config.envelope import HOLD, WARMUP, WITHIN_RUN
from ppocr_lr.lr_config.kinds import key
from ppocr_lr.lr_config.length import Length
from ppocr_lr.lr_config.values import yaml_number
from ppocr_lr.numbers_text import amount
from ppocr_lr.schedules import Schedule


@register_lr_config("Step")
class StepConfig(LRConfig):
    """The rate times `gamma` every `step_size` epochs."""

    takes = WARMUP | HOLD
    learning_rate: kinds.PositiveRate = key("the rate before the first step, the peak")
    step_size: kinds.PositiveLength = key("length of one step (epochs)")
    gamma: kinds.Gamma = key("factor of each step")

    example: ClassVar = {"learning_rate": 0.001, "step_size": "25%", "gamma": 0.5}

    def curve(self, window: Window) -> Schedule:
        return schedules.StepDecay(self.learning_rate, self.some_iters("step_size", window), self.gamma)

    def types_in_paddle(self, window: Window) -> Mapping[str, type]:
        return {"step_size": int}

    def remarks(self, window: Window) -> Iterator[Finding]:
        yield from super().remarks(window)
        if self.step_size.unit == "epochs" and not self.step_size.amount.is_integer():
            iters = tr("whole iterations")
            if not window.run.assumed:
                iters = amount(window.iters(self.step_size), "iteration")
            said = tr(
                "{epochs} epochs is taken as {iters}; PaddleOCR itself fails on a fraction",
                epochs=f"{self.step_size.amount:g}",
                iters=iters,
            )
            yield Finding(("step_size",), said, code="LR502")


@register_lr_config("Piecewise")
class PiecewiseConfig(LRConfig):
    """`values[i]` between the epochs `decay_epochs[i - 1]` and `decay_epochs[i]`."""

    takes = WARMUP | WITHIN_RUN
    decay_epochs: Annotated[tuple[kinds.Mark, ...], kinds.AList] = key("where the next value starts (epochs, rising)")
    values: Annotated[tuple[kinds.Rate, ...], kinds.AList] = key("the rates, one more than decay_epochs")

    marks_key = "decay_epochs"
    example: ClassVar = {"decay_epochs": ["60%", "85%"], "values": [0.001, 0.0001, 0.00001]}
    no_effect: ClassVar = {"learning_rate": NoEffect("Piecewise takes its rates from values", is_peak)}

    @property
    def peak(self) -> float:
        """`values[0]`, where the warmup ends."""
        return self.values[0]

    @property
    def marks(self) -> tuple[Length, ...]:
        """Where the value changes: after the last value a boundary changes nothing."""
        return self.decay_epochs[: len(self.values) - 1]

    def curve(self, window: Window) -> Schedule:
        """Steps at the boundaries; if one value is missing, the last one holds."""
        count = len(self.decay_epochs)
        if not count:
            raise self.error("decay_epochs", tr("a list of at least one epoch; a constant rate is name: Const"))
        if len(self.values) not in (count, count + 1):
            allowed = tr("{rates} rates, one more than the {count} decay_epochs", rates=count + 1, count=count)
            raise self.error("values", allowed)
        _check_rising(self, window)
        if not any(self.values):
            raise self.error("values", tr("a list with a rate above 0"))
        if self.warmup_length(window) and not self.values[0]:
            raise self.error("values", tr("a list that starts with a rate above 0, since the warmup goes up to it"))
        values = self.values if len(self.values) > count else (*self.values, self.values[-1])
        return schedules.PiecewiseConstant(tuple(map(window.first_update, self.decay_epochs)), values)

    def remarks(self, window: Window) -> Iterator[Finding]:
        yield from super().remarks(window)
        count, last = len(self.decay_epochs), self.decay_epochs[-1]
        if len(self.values) == count:
            where = tr("epoch {epoch}", epoch=last) if last.unit == "epochs" else f"{last}"
            values = ", ".join(yaml_number(value, float) for value in (*self.values, self.values[-1]))
            said = tr(
                "{count} values for {count} decay_epochs: the last one, {last}, holds to the end and the boundary at "
                "{where} changes nothing; Paddle 2.6.2 and later refuse this, as they take {needed} values",
                count=count,
                last=f"{self.values[-1]:g}",
                where=where,
                needed=count + 1,
            )
            lead = 0 if self.counts_from_start else self.warmup_length(window)
            late = sum(lead + window.first_update(mark) >= window.total_iters for mark in self.decay_epochs)
            fix = f"values=[{values}]"
            if late == 1 < count:  # with one more value it would be a drop that never comes
                fix = f"decay_epochs=[{', '.join(map(str, self.decay_epochs[:-1]))}]"
            same = Proposal((fix,), words=tr("{} makes the same curve"), safe=True)
            yield Finding(("values",), said, code="LR501", proposals=(same,))


@register_lr_config("MultiStepDecay")
class MultiStepDecayConfig(LRConfig):
    """The rate times `gamma` at each milestone."""

    takes = WARMUP | WITHIN_RUN
    learning_rate: kinds.PositiveRate = key("the rate before the first milestone, the peak")
    milestones: Annotated[tuple[kinds.Mark, ...], kinds.AList] = key("where the rate drops (epochs, rising)")
    gamma: kinds.Gamma = key("factor of each drop")

    marks_key = "milestones"
    example: ClassVar = {"learning_rate": 0.001, "milestones": ["50%", "80%"], "gamma": 0.3}

    def curve(self, window: Window) -> Schedule:
        _check_rising(self, window)
        milestones = tuple(map(window.first_update, self.milestones))
        return schedules.MultiStepDecay(self.learning_rate, milestones, self.gamma)

    def remarks(self, window: Window) -> Iterator[Finding]:
        yield from super().remarks(window)
        if not self.milestones:
            yield Finding(("milestones",), tr("the list is empty, so the rate never drops"), code="LR402")


def _check_rising(config: LRConfig, window: Window) -> None:
    for earlier, later in pairwise(getattr(config, config.marks_key)):
        if window.epochs(later) <= window.epochs(earlier):
            what = tr("twice") if later == earlier else tr("after {earlier}", earlier=earlier)
            allowed = tr("marks in rising order, each once; {later} comes {what}", later=later, what=what)
            raise config.error(config.marks_key, allowed)


@register_lr_config("PiecewiseLinear")
class PiecewiseLinearConfig(LRConfig):
    """Straight lines through `knots`."""

    knots: Annotated[tuple[kinds.Knot, ...], kinds.AList] = key(
        "pairs of when (epochs, rising) and the rate there, with straight lines between"
    )

    nearest_in_paddleocr = "Piecewise, with many values"
    example: ClassVar = {"knots": [[0, 0], ["10%", 0.001], ["60%", 0.0003], ["100%", 0]]}
    end_key: ClassVar[str] = "knots"

    def curve(self, window: Window) -> Schedule:
        """The lines; constant before the first knot and after the last."""
        knots = [(window.iters(when), rate) for when, rate in self.knots]
        if not any(rate for _, rate in knots):
            allowed = tr("a list of pairs of when and the rate there, one of the rates above 0")
            raise self.error("knots", allowed)
        for (earlier, _), (later, _) in pairwise(knots):
            if later <= earlier:
                what = tr("twice") if later == earlier else tr("after {earlier}", earlier=earlier)
                allowed = tr("in rising order, each once; iteration {later} comes {what}", later=later, what=what)
                raise self.error("knots", allowed)
        return schedules.PiecewiseLinear(tuple(knots))
