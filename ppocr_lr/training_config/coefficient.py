"""Other values that follow a schedule: a section with a `name` of the lr section, whose rates are then that value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from ppocr_lr import schedules
from ppocr_lr.errors import LRConfigError, Path, Problem
from ppocr_lr.language import tr
from ppocr_lr.lr_config import Run
from ppocr_lr.lr_config.parse import Section, model_of, read_section
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
    written: Mapping[str, str]
    """How it spells the keys that an lr section spells differently."""
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
    keys, spelt = dict(written), dict[str, str]()
    rise = None
    try:
        fields = model_of(written).model_fields
        ends = values_at_ends(fields)
        if len(ends) == 2 and keys.keys() >= ends.keys():
            start, end = (number_of(keys[word]) for word in (START, END))
            if start is not None and end is not None and start < end:
                rise, ends = (start, end), {START: ends[END], END: ends[START]}
        for word, key in ends.items():
            if word in keys:
                if key in keys:
                    raise LRConfigError(
                        tr("{other} and {written} are the same key; write one of them", other=word, written=key)
                    )
                keys[key], spelt[key] = keys.pop(word), word
        section = read_section(keys)
        if not section.config.has_curve:
            raise LRConfigError(
                Problem(("name",), tr("depends on the metric of the training, which decides only the rate"))
            )
    except LRConfigError as error:
        raise _respelt(error, spelt, path) from None
    return Coefficient(section, path, spelt, rise)


def _respelt(error: LRConfigError, written: Mapping[str, str], path: Path) -> LRConfigError:
    """The error, with the keys as the section spells them."""
    return LRConfigError(
        problem._replace(path=tuple(written.get(str(part), part) for part in problem.path[:1]) + problem.path[1:])
        for problem in error.problems
    ).under(*path)
