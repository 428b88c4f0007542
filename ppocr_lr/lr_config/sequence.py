"""Sections made of sections: Sequence, Scale."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, PlainValidator, ValidationInfo, WithJsonSchema

from ppocr_lr import schedules
from ppocr_lr.errors import LRConfigError, Path, Problem, errors_under, shown, value_error
from ppocr_lr.language import tr
from ppocr_lr.lr_config import LRConfig, Window, kinds, register_lr_config
from ppocr_lr.lr_config.base import InIterations, LedPlateau
from ppocr_lr.lr_config.envelope import EVERY, STAGE_KEYS
from ppocr_lr.lr_config.kinds import key
from ppocr_lr.lr_config.length import FORMS, Length, length_of
from ppocr_lr.lr_config.parse import Section, Spellings, Stage, model_of, read_section
from ppocr_lr.numbers_text import amount
from ppocr_lr.schedules import Schedule


def _read_inner(value: object, info: ValidationInfo) -> Section:
    """A section inside another one."""
    if isinstance(value, Section):
        return value
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise value_error((), value, tr("an lr section, such as {name: Cosine, learning_rate: 0.001}"))
    if "last_epoch" in value:
        outside = tr("write it beside {place}, for the whole run", place=info.field_name)
        raise LRConfigError(Problem(("last_epoch",), outside))
    inside: Spellings | None = info.context
    return read_section(value, inside and inside(model_of(value).model_fields), inside)


_Inner = Annotated[Section, PlainValidator(_read_inner), WithJsonSchema({kinds.SECTION_SCHEMA: "section"})]


def _with_the_last(stages: Any) -> list[tuple[object, bool]]:
    """The stages, each with whether it is the last one."""
    if not stages:
        raise value_error((), stages, tr("a list of at least one stage"))
    return [(stage, index == len(stages) - 1) for index, stage in enumerate(stages)]


def _read_stage(given: tuple[object, bool], info: ValidationInfo) -> Stage:
    stage, last = given
    if not isinstance(stage, Mapping):
        return Stage(_read_inner(stage, info), None)
    length = _stage_length(stage, last)
    section = {key: item for key, item in stage.items() if key not in STAGE_KEYS}
    return Stage(_read_inner(section, info), length)


def _stage_length(stage: Mapping[Any, Any], last: bool) -> Length | None:
    until_end = stage.get("until_end", False)
    if until_end not in (True, False) or (until_end and not last):
        problem = tr("{value} is not allowed; it must be true, in the last stage only", value=shown(until_end))
        raise LRConfigError(Problem(("until_end",), problem))
    if until_end and "epochs" not in stage:
        return None
    length = length_of(stage.get("epochs"))
    if until_end or length is None or length.amount <= 0:
        given = tr("{value} is not allowed", value=shown(stage["epochs"])) if "epochs" in stage else tr("is missing")
        allowed = tr("it must be the length of the stage: {forms}, or until_end: true", forms=tr(FORMS))
        raise LRConfigError(Problem(("epochs",), f"{given}{tr('; ')}{allowed}"))
    return length


@register_lr_config("Sequence")
class SequenceConfig(LRConfig):
    """Schedules one after the other, each planned for its own stage of the run."""

    stages: Annotated[
        tuple[Annotated[Stage, PlainValidator(_read_stage)], ...],
        BeforeValidator(_with_the_last),
        kinds.AList,
        WithJsonSchema({"type": "array", "items": {kinds.SECTION_SCHEMA: "stage"}}),
    ] = key("the stages in order: each an lr section with its length, epochs: 5, the last one until_end: true")

    stages_key = "stages"
    nearest_in_paddleocr = "Piecewise, with the rates of the stages as its values"
    example: ClassVar = {
        "stages": [
            {"name": "Const", "learning_rate": 0.001, "epochs": "50%"},
            {"name": "Cosine", "learning_rate": 0.001, "until_end": True},
        ]
    }

    @property
    def has_curve(self) -> bool:
        """False where a metric decides in the last stage."""
        return self.stages[-1].section.config.has_curve

    @property
    def peak(self) -> float:
        return self.stages[-1].section.config.peak

    def led_plateau(self, window: Window, after: Schedule | None = None) -> LedPlateau:
        """The stages before the plateau, and what leads to it in the last one."""
        for written in EVERY:
            if self.around(written):
                raise self.error(written, tr("left out where a metric decides in the last stage"))
        *parts, (last, _) = self._built(window, partial(Section.led_plateau, after=after))
        assert isinstance(last, LedPlateau)
        before = schedules.Sequence(tuple(parts), last.before)
        return last._replace(before=before, iters=last.iters + sum(iters for _, iters in parts))

    @property
    def _inside(self) -> list[tuple[Path, Section]]:
        return [(("stages", index), stage.section) for index, stage in enumerate(self.stages)]

    @property
    def in_iterations(self) -> dict[Path, InIterations]:
        found = super().in_iterations
        for index, stage in enumerate(self.stages):
            if stage.epochs and stage.epochs.unit == "it":
                found["stages", index, "epochs"] = InIterations(stage.epochs, [int(stage.epochs.amount)])
        return found

    def curve(self, window: Window) -> Schedule:
        *parts, (last, _) = self._built(window, Section.schedule)
        return schedules.Sequence(tuple(parts), last)

    def _built(self, window: Window, last: Callable[[Section, Window], Any]) -> Iterator[tuple[Any, int]]:
        """Each stage's schedule and its length; of the last stage, what `last` makes of it."""
        for path, section, start, part in self._planned_inside(window):
            make = last if start + part.total_iters == window.total_iters else Section.schedule
            with errors_under(*path):
                made = make(section, part)
            yield made, part.total_iters

    def _planned_inside(self, window: Window) -> list[tuple[Path, Section, int, Window]]:
        """The stages together fill the run."""
        planned: list[tuple[Path, Section, int, Window]] = []
        done = 0
        for index, stage in enumerate(self.stages):
            iters = window.total_iters - done if stage.epochs is None else window.iters(stage.epochs)
            if iters < 1 or done + iters > window.total_iters:
                problem = tr(
                    "{iters} after {done} do not fit into the run of {total}; each stage must have at least one, and "
                    "together they must have the run's",
                    iters=amount(iters, "iteration"),
                    done=done,
                    total=window.total_iters,
                )
                raise LRConfigError(Problem(("stages", index), problem))
            planned.append((("stages", index), stage.section, done, window.stage(iters, done)))
            done += iters
        if done < window.total_iters:
            problem = tr(
                "they last {done} of the run's {total}; write until_end: true in the last one instead of its epochs",
                done=done,
                total=amount(window.total_iters, "iteration"),
            )
            raise LRConfigError(Problem(("stages",), problem))
        return planned


@register_lr_config("Scale")
class ScaleConfig(LRConfig):
    """Any schedule times a factor, a number or another schedule."""

    factor: Annotated[kinds.Factor, kinds.RATE] = key("what every rate is multiplied by, a factor", default=1.0)
    times: _Inner | None = key("another lr section, whose rates are factors of those of schedule", default=None)
    end_lr: kinds.FactorOrZero = key("the rate where times is 0: what is above it is multiplied", default=0.0)
    schedule: _Inner = key("the lr section to scale")

    nearest_in_paddleocr = "the inner schedule with its rates multiplied"
    example: ClassVar = {
        "factor": 0.5,
        "schedule": {"name": "Cosine", "learning_rate": 0.002, "warmup_epoch": "5%"},
    }

    @property
    def _inside(self) -> list[tuple[Path, Section]]:
        return [(("schedule",), self.schedule), *([] if self.times is None else [(("times",), self.times)])]

    def curve(self, window: Window) -> Schedule:
        parts = []
        for path, section in self._inside:
            with errors_under(*path):
                parts.append(section.schedule(window))
        if self.end_lr and self.times is None:
            raise self.error("end_lr", tr("left out without times"))
        inner = parts[0] if len(parts) == 1 else self._product(parts, window)
        scaled = schedules.Scaled(inner, self.factor)
        self.check_growth("factor", scaled, window)
        return scaled

    def _product(self, parts: list[Schedule], window: Window) -> Schedule:
        """The product; if the two keep going against each other for ever, they are held after the run."""
        if self.end_lr > (highest := window.highest(parts[0])):
            raise self.error("end_lr", tr("at most the highest rate of schedule, {rate}", rate=f"{highest:g}"))
        held = [schedules.HeldAfter(part, window.total_iters) for part in parts]
        for schedule, by in (parts, held):
            with suppress(LRConfigError):
                return schedules.Product(schedule, by, self.end_lr)
        raise LRConfigError(Problem(("times",), tr("has too many cycles against those of schedule")))
