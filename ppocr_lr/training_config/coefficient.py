"""Other values that follow a schedule: a section with a `name` of the lr section, whose rates are then that value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from ppocr_lr import schedules
from ppocr_lr.errors import LRConfigError, Path, Problem
from ppocr_lr.language import tr
from ppocr_lr.lr_config import Run
from ppocr_lr.lr_config.parse import NO_NAME, TOO_DEEP, Section, model_of, read_section
from ppocr_lr.lr_config.registry import MODELS
from ppocr_lr.lr_config.values import number_of
from ppocr_lr.schedules import Schedule

START, END = "start", "end"
"""Other words for the values at the beginning and at the end, which are not rates."""

_ENDS = ("end_lr", "min_lr", "eta_min")
_FALLS_ONLY = ("warmup_epoch", "warmup_iters", "warmup_ratio", "floor", "ceiling")
_UNKNOWN = "LR101"


class Coefficient(NamedTuple):
    """A validated section of a value other than the rate."""

    section: Section
    path: Path
    """Where it is in the config."""
    written: Mapping[Path, str]
    """How it spells the keys that an lr section spells differently, also those of sections inside it."""
    rise: tuple[float, float] | None
    """Its start and end, if it rises: the curve of a name falls, so the schedule is that of the way back."""

    def to_schedule(self, run: Run) -> Schedule:
        """The value of every update of the run.

        Raises:
            LRConfigError: the section does not fit this run, or has a key that nothing reads.
        """
        try:
            schedule = self.section.schedule(run.window)
            for remark in self.section.remarks(run.window, schedule, strict=True):
                if remark.code == _UNKNOWN:
                    raise LRConfigError(Problem(remark.path, remark.message))
            if self.rise is None:
                return schedule
            config = self.section.config
            for key in _FALLS_ONLY:
                if key in config.model_fields_set:
                    left_out = tr(
                        "left out where the value rises, from {start} to {end}; PiecewiseLinear can make any rise",
                        start=START, end=END,
                    )  # fmt: skip
                    raise config.error(key, left_out)
        except LRConfigError as error:
            raise _respelt(error, self.written, self.path) from None
        return schedules.Mirrored(schedule, *self.rise)


def follows_a_schedule(section: object) -> bool:
    """Whether a section has a `name` that an lr section may have."""
    name = section.get("name") if isinstance(section, Mapping) else None
    return isinstance(name, str) and name in MODELS


def values_at_ends(keys: Collection[str]) -> dict[str, str]:
    """The keys of a name that `start` and `end` stand for, if it has them."""
    ends = {START: "learning_rate", END: next((key for key in _ENDS if key in keys), "")}
    return {word: key for word, key in ends.items() if key in keys}


def read_coefficient(written: Mapping[Any, Any], path: Path) -> Coefficient:
    """A section at `path` with a `name` that an lr section may have.

    `start` and `end` stand for the keys of the rates at both ends, and may be in either order.

    Raises:
        LRConfigError: with the key, the value and what is allowed.
    """
    spelt: dict[Path, str] = {}
    rise = None
    try:
        ends = values_at_ends(model_of(written).model_fields)
        if len(ends) == 2 and written.keys() >= ends.keys():
            start, end = (number_of(written[word]) for word in (START, END))
            if start is not None and end is not None and start < end:
                rise, ends = (start, end), {START: ends[END], END: ends[START]}
        section = read_section(_as_rates(written, ends, (), spelt))
        if not section.config.has_curve:
            raise LRConfigError(
                Problem(("name",), tr("depends on the metric of the training, which decides only the rate"))
            )
    except LRConfigError as error:
        raise _respelt(error, spelt, path) from None
    except RecursionError:
        raise LRConfigError(tr(TOO_DEEP)).under(*path) from None
    return Coefficient(section, path, spelt, rise)


def _as_rates(
    written: Mapping[Any, Any], ends: Mapping[str, str], place: Path, spelt: dict[Path, str]
) -> dict[Any, Any]:
    """The section at `place` with the keys of an lr section; `spelt` gets how it spells them."""
    keys = {key: _inside(value, (*place, key), spelt) for key, value in written.items()}
    for word, key in ends.items():
        if word in keys:
            if key in keys:
                said = tr("{other} and {written} are the same key; write one of them", other=word, written=key)
                raise LRConfigError(said).under(*place)
            keys[key], spelt[(*place, key)] = keys.pop(word), word
    return keys


def _inside(value: Any, place: Path, spelt: dict[Path, str]) -> Any:
    """The value of a key, with each section in it as an lr section, if its name is known."""
    if isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value):
        return [_inside(item, (*place, index), spelt) for index, item in enumerate(value)]
    name = value.get("name", NO_NAME) if isinstance(value, Mapping) else None
    if not isinstance(name, str) or name not in MODELS:
        return value
    return _as_rates(value, values_at_ends(MODELS[name].model_fields), place, spelt)


def _respelt(error: LRConfigError, written: Mapping[Path, str], path: Path) -> LRConfigError:
    """The error with the keys as the section spells them."""

    def as_written(place: Path) -> Path:
        return tuple(written.get(place[: index + 1], part) for index, part in enumerate(place))

    return LRConfigError(replace(problem, path=as_written(problem.path)) for problem in error.problems).under(*path)
