"""What decides the curve of a run, as a flat mapping: what labels and comparisons look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ppocr_lr.language import tr
from ppocr_lr.lr_config.length import as_written
from ppocr_lr.lr_config.parse import Section, Stage
from ppocr_lr.training_config.plan import PlannedRun


def settings(planned: PlannedRun) -> dict[str, Any]:
    """What decides the curve, defaults filled in, so that a key left out equals its default; a null is left out."""
    config = planned.parsed.config
    keys = [key for key in type(config).model_fields if key != "last_epoch"]
    values = {path: value for key in keys for path, value in _flat(key, getattr(config, key))}
    return {
        "name": planned.name,
        **{key: value for key, value in values.items() if value is not None},
        tr("epochs"): planned.run.epochs,
        tr("iterations per epoch"): planned.run.iters_per_epoch,
    }


def differing_settings(first: PlannedRun, second: PlannedRun) -> Iterator[tuple[str, Any, Any]]:
    """The keys with different values, with both; None where a run has no such key.

    A key that only one of two schedules has is left out at its default: the names say that already.
    """
    for key, one, other in _differing(settings(first), settings(second)):
        if not (_at_default(key, first, second) or _at_default(key, second, first)):
            yield key, one, other


def at_default(key: str, planned: PlannedRun) -> bool:
    """Whether a key of the section has the value that it would have if it were left out."""
    field = type(planned.parsed.config).model_fields.get(key)
    return field is not None and bool(getattr(planned.parsed.config, key) == field.default)


def factors(planned: PlannedRun) -> dict[str, float]:
    """The factors of the rate with which PaddleOCR trains parameters, by the patterns of their names."""
    return {tr("factor of {names}", names=group.names): group.factor for group in planned.all_groups}


def differing_beside(first: PlannedRun, second: PlannedRun) -> Iterator[tuple[str, Any, Any]]:
    """The same for what is not part of the curve: weight decay, momentum, factors of the rate (1 if none)."""
    one, other = (
        {
            path: value
            for key in ("regularizer", "weight_decay", "momentum")
            for path, value in _flat(f"Optimizer.{key}", planned.config["Optimizer"].get(key))
        }
        for planned in (first, second)
    )
    yield from _differing(one, other)
    yield from _differing(factors(first), factors(second), absent=1.0)


def _differing(
    first: Mapping[str, Any], second: Mapping[str, Any], absent: Any = None
) -> Iterator[tuple[str, Any, Any]]:
    """The keys whose values differ, with both values."""
    for key in dict.fromkeys([*first, *second]):
        one, other = first.get(key, absent), second.get(key, absent)
        if one != other:
            yield key, one, other


def _at_default(key: str, planned: PlannedRun, other: PlannedRun) -> bool:
    """Whether `planned` alone has the key, at its default."""
    return key not in type(other.parsed.config).model_fields and at_default(key, planned)


def _flat(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A value with its key; the keys of a section in a section are dotted, as after `-o`."""
    if isinstance(value, (Section, Stage)):
        yield from _flat(key, value.written)
    elif isinstance(value, Mapping):
        for inner, item in value.items():
            yield from _flat(f"{key}.{inner}", item)
    elif isinstance(value, (tuple, list)) and any(isinstance(item, (Mapping, Stage)) for item in value):
        for index, item in enumerate(value):
            yield from _flat(f"{key}.{index}", item)
    else:
        yield key, as_written(value)
