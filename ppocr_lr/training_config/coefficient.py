"""Other values that follow a schedule: a section with a `name` of the lr section, whose rates are then that value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from ppocr_lr import schedules
from ppocr_lr.errors import LRConfigError, Path, Problem, errors_under
from ppocr_lr.language import tr
from ppocr_lr.lr_config import Run
from ppocr_lr.lr_config.parse import Section, model_of, read_section
from ppocr_lr.lr_config.registry import MODELS
from ppocr_lr.lr_config.values import number_of
from ppocr_lr.schedules import Schedule

START, END = "start", "end"
"""Other words for the values at the beginning and at the end, which are not rates."""

_ENDS = ("end_lr", "min_lr", "eta_min")
_FALLS_ONLY = ("floor", "ceiling")


class Coefficient(NamedTuple):
    """A validated section of a value other than the rate."""

    section: Section
    path: Path
    """Where it is in the config."""
    rise: tuple[float, float] | None
    """Its start and end, if it rises: the curve of a name falls, so the schedule is that of the way back."""

    def to_schedule(self, run: Run) -> Schedule:
        """The value of every update of the run.

        Raises:
            LRConfigError: the section does not fit this run, or has a key that nothing reads.
        """
        with errors_under(*self.path):
            schedule = self.section.schedule(run.window)
            _ = [*self.section.remarks(run.window, schedule, strict=True)]
            if self.rise is None:
                return schedule
            config = self.section.config
            if config.warmup_length(run.window):  # some names have one by default
                no_warmup = tr(
                    "0 where the value rises, from {start} to {end}; PiecewiseLinear can make any rise",
                    start=START, end=END,
                )  # fmt: skip
                raise config.error(config.warmup_key, no_warmup)
            for key in _FALLS_ONLY:
                if key in config.model_fields_set:
                    left_out = tr(
                        "left out where the value rises, from {start} to {end}; PiecewiseLinear can make any rise",
                        start=START, end=END,
                    )  # fmt: skip
                    raise config.error(key, left_out)
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

    `start` and `end` stand for the keys of the rates at both ends, and may be in either order. In the sections inside
    they stand for them too, in the order that a rate may have there.

    Raises:
        LRConfigError: with the key, the value and what is allowed.
    """
    rise = None
    with errors_under(*path):
        ends = values_at_ends(model_of(written).model_fields)
        if len(ends) == 2 and written.keys() >= ends.keys():
            start, end = (number_of(written[word]) for word in (START, END))
            if start is not None and end is not None and start < end:
                rise, ends = (start, end), {START: ends[END], END: ends[START]}
        section = read_section(written, ends, values_at_ends)
        if not section.config.has_curve:
            raise LRConfigError(
                Problem(("name",), tr("depends on a metric of the training run, which decides only the rate"))
            )
    return Coefficient(section, path, rise)
