"""Sections made of sections: Sequence, Scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ppocr_lr import schedules
from ppocr_lr.errors import SECTION, LRConfigError, shown
from ppocr_lr.lr_config.base import ResumableConfig
from ppocr_lr.lr_config.fields import LARGEST_RATE, RATE, AList, Factor, Section, Stage
from ppocr_lr.lr_config.length import FORMS, length_of
from ppocr_lr.lr_config.parse import STAGE_KEYS, ParsedLRConfig, parse_lr_config
from ppocr_lr.lr_config.registry import register_lr_config
from ppocr_lr.lr_config.remarks import Remark
from ppocr_lr.lr_config.run import Run
from ppocr_lr.schedules import Schedule

_NOT_INSIDE = ("LR102", "LR502")  # what PaddleOCR stops at; it never gets to a section inside this project's names


@register_lr_config("Sequence")
class SequenceConfig(ResumableConfig):
    """Schedules one after the other, each planned for its own stage of the run."""

    stages: Annotated[tuple[Stage, ...], AList] = Field(
        description="the stages in order: each an lr section with its length, epochs: 5, the last one until_end: true"
    )

    nearest_in_paddleocr: ClassVar[str] = "Piecewise, with the rates of the stages as its values"

    def to_schedule(self, run: Run) -> Schedule:
        """Each stage's schedule, from its own beginning."""
        *stages, (last, _) = [(parsed.schedule, iters) for parsed, iters in self._parsed(run)]
        return schedules.Sequence(tuple(stages), last)

    def remarks(self, run: Run) -> list[Remark]:
        """Those of the stages."""
        return [
            remark._replace(key=f"stages.{index}.{remark.key}")
            for index, (parsed, _) in enumerate(self._parsed(run))
            for remark in parsed.remarks
        ]

    def _parsed(self, run: Run) -> list[tuple[ParsedLRConfig, int]]:
        lengths = self._lengths(run)
        return [
            (
                _inner({key: value for key, value in stage.items() if key not in STAGE_KEYS}, run.stage(iters), place),
                iters,
            )
            for place, stage, iters in zip(self._places(), self.stages, lengths, strict=True)
        ]

    def _places(self) -> list[str]:
        return [f"stages.{index}" for index in range(len(self.stages))]

    def _lengths(self, run: Run) -> list[int]:
        """The stages' lengths, which fill the run."""
        if not self.stages:
            raise self.error("stages", "a list of at least one stage")
        lengths: list[int] = []
        for place, stage in zip(self._places(), self.stages, strict=True):
            done = sum(lengths)
            last = len(lengths) == len(self.stages) - 1
            iters = _length(stage, place, run, run.total_iters - done if last else None)
            if iters < 1 or (done + iters > run.total_iters):
                raise LRConfigError(
                    f"{SECTION}.{place}: {iters} iterations after {done} do not fit into the run of "
                    f"{run.total_iters}; each stage must have at least one, and all of them together the run's"
                )
            lengths.append(iters)
        if sum(lengths) < run.total_iters:
            raise LRConfigError(
                f"{SECTION}.stages: they last {sum(lengths)} of the run's {run.total_iters} iterations; "
                "write until_end: true in the last one instead of its epochs"
            )
        return lengths


@register_lr_config("Scale")
class ScaleConfig(ResumableConfig):
    """Any schedule times a factor."""

    factor: Annotated[Factor, RATE] = Field(description="what every rate is multiplied by, a factor")
    schedule: Section = Field(description="the lr section to scale")

    nearest_in_paddleocr: ClassVar[str] = "the inner schedule with its rates multiplied"

    def to_schedule(self, run: Run) -> Schedule:
        """The inner schedule times `factor`."""
        scaled = schedules.Scaled(self._parsed(run).schedule, self.factor)
        if not scaled.extremes(0, run.total_iters - 1)[1] < LARGEST_RATE:
            raise self.error("factor", f"smaller: the rates would be {LARGEST_RATE:g} and more")
        return scaled

    def remarks(self, run: Run) -> list[Remark]:
        """Those of the inner schedule."""
        return [remark._replace(key=f"schedule.{remark.key}") for remark in self._parsed(run).remarks]

    def _parsed(self, run: Run) -> ParsedLRConfig:
        return _inner(self.schedule, run, "schedule")


def _inner(section: Mapping[str, Any], run: Run, place: str) -> ParsedLRConfig:
    """A section inside this one; its errors name the place."""
    if "last_epoch" in section:
        raise LRConfigError(
            f"{SECTION}.{place}.last_epoch: write it beside {place.partition('.')[0]}, for the whole run"
        )
    try:
        parsed = parse_lr_config(section, run)
        return parsed._replace(remarks=tuple(remark for remark in parsed.remarks if remark.code not in _NOT_INSIDE))
    except LRConfigError as error:
        raise LRConfigError(str(error).replace(SECTION, f"{SECTION}.{place}")) from None


def _length(stage: Mapping[str, Any], place: str, run: Run, rest: int | None) -> int:
    until_end = stage.get("until_end", False)
    if until_end not in (True, False) or (until_end and rest is None):
        raise LRConfigError(
            f"{SECTION}.{place}.until_end: {shown(until_end)} is not allowed; it is true in the last stage"
        )
    if until_end and "epochs" not in stage:
        return rest or 0
    length = length_of(stage.get("epochs"))
    if until_end or length is None or length.amount <= 0:
        given = f"{shown(stage['epochs'])} is not allowed" if "epochs" in stage else "is missing"
        raise LRConfigError(
            f"{SECTION}.{place}.epochs: {given}; it must be the length of the stage: {FORMS}, or until_end: true"
        )
    return run.iters(length)
