"""Sections of other projects: they have to keep what `Schedule` promises, and an error says whose class it is."""

# No `from __future__ import annotations`, as in `base.py`.

from collections.abc import Iterator
from contextlib import contextmanager
from math import isclose
from traceback import walk_tb
from typing import Any

from pydantic import ValidationError

from ppocr_lr.errors import LRConfigError, shown
from ppocr_lr.finding import Finding
from ppocr_lr.language import tr
from ppocr_lr.lr_config.base import LedPlateau, LRConfig
from ppocr_lr.lr_config.envelope import STAGE_KEYS, derived
from ppocr_lr.lr_config.kinds import LARGEST_RATE
from ppocr_lr.lr_config.run import Window
from ppocr_lr.schedules import Schedule
from ppocr_lr.schedules.base import End, as_step

_SOME = 10  # corners at which a rate is tried
_NEARLY = 1e-9  # functions for arrays may round in another way


def guarded(name: str, model: type[LRConfig]) -> type[LRConfig]:
    """The model of another project as it is registered.

    Raises:
        ValueError: a key is called as something that every section has.
    """
    if taken := [key for key in model.model_fields if key in ("name", *STAGE_KEYS) or hasattr(LRConfig, key)]:
        raise ValueError(f"the schedule {name!r} cannot have a key {taken[0]!r}: every section has that already")
    made: type[LRConfig] = model if issubclass(model, _Guarded) else derived(model, (_Guarded, model), {})
    return made


class _Guarded(LRConfig):
    """Errors of every kind name the class, and what is made is a schedule."""

    @classmethod
    def model_validate(cls, *args: Any, **kwargs: Any) -> Any:
        """As pydantic's: a validator may raise what that does not catch."""
        with _named(cls):
            return super().model_validate(*args, **kwargs)

    def to_schedule(self, window: Window) -> Schedule:
        with _named(type(self)):
            schedule = super().to_schedule(window)
            _check_promises(schedule, window)
            _ = [*map(window.first_update, self.marks)]  # the rules ask for them
            return schedule

    def led_plateau(self, window: Window, after: Schedule | None = None) -> LedPlateau:
        with _named(type(self)):
            return super().led_plateau(window, after)

    def remarks(self, window: Window) -> Iterator[Finding]:
        with _named(type(self)):
            return iter([*super().remarks(window)])


@contextmanager
def _named(kind: type) -> Iterator[None]:
    try:
        yield
    except (LRConfigError, ValidationError):
        raise
    except Exception as error:  # whatever it does wrong
        raise _fault(kind, error).under("name") from error


def fault_of_another(error: Exception) -> LRConfigError | None:
    """What is wrong with the section or the schedule of another project that was at work; None if none was."""
    for frame, _ in reversed([*walk_tb(error.__traceback__)]):
        for value in frame.f_locals.values():
            kind: Any = value if isinstance(value, type) else type(value)
            if issubclass(kind, (LRConfig, Schedule)) and is_foreign(kind):
                return _fault(kind, error)
    return None


def is_foreign(kind: type) -> bool:
    """Whether a class is another project's."""
    return kind.__module__.partition(".")[0] != "ppocr_lr"


def _fault(kind: type, error: Exception) -> LRConfigError:
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_globals["__name__"] == kind.__module__]
    said = tr(
        "the class {name} of {module} does not work: {error}",
        name=kind.__qualname__,
        module=f"{kind.__module__}:{lines[-1]}" if lines else kind.__module__,
        error=f"{type(error).__name__}: {error}",
    )
    return LRConfigError(said)


def _check_promises(schedule: object, window: Window) -> None:
    """Refuse what is no schedule, or has no rate at its beginning, its end or a corner; in words for who wrote it."""
    if not isinstance(schedule, Schedule):
        raise TypeError(f"curve must return a Schedule, received {shown(schedule)}")
    hash(schedule)  # it is kept in caches
    behind, last = schedule.lead().behind, window.total_iters - 1
    end = behind.end_of_decay()
    if end is not None and not (isinstance(end, End) and as_step(end.step or 0) >= 0 and end.rate >= 0):
        raise TypeError(f"end_of_decay must return an End with a step and a rate of at least 0, received {end!r}")
    for k in (0, last):
        cycle = behind.cycle_around(k)
        if cycle is not None and not as_step(cycle[0]) <= k < as_step(cycle[1]):
            raise ValueError(f"cycle_around({k}) must return two updates around it, received {cycle!r}")
    for run in schedule.all_corners:
        if not isinstance(run, range) and [*run] != sorted(set(map(as_step, run))):
            raise ValueError(f"each run of corner_runs must have updates in rising order, received {shown(run)}")
    corners = schedule.corner_steps(last, _SOME)[0]
    steps = sorted({0, last, *corners, *(corner - 1 for corner in corners)})
    for step, in_array in zip(steps, schedule(steps).tolist(), strict=True):
        if not 0 <= (rate := schedule(step)) < LARGEST_RATE:
            raise ValueError(f"the rate of update {step} must be from 0 to {LARGEST_RATE:g}, received {rate!r}")
        if not isclose(rate, in_array, rel_tol=_NEARLY, abs_tol=_NEARLY):
            raise ValueError(f"the rate of update {step} is {rate!r}, but {in_array!r} in an array of updates")
