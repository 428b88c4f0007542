"""What decides the curve of a run, as a flat mapping: what labels and comparisons look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ppocr_lr.training_config import PlannedRun


def settings(planned: PlannedRun) -> dict[str, Any]:
    """What decides the curve, defaults filled in, so that a key left out equals its default."""
    config = planned.parsed.config
    return {
        "name": planned.name,
        **{key: value for key, value in config.model_dump().items() if key != "last_epoch"},
        "epochs": planned.run.epochs,
        "iterations an epoch": planned.run.iters_epoch,
    }


def differing_settings(first: PlannedRun, second: PlannedRun) -> Iterator[tuple[str, Any, Any]]:
    """The keys with different values, with both; None where a run's schedule has no such key."""
    one, other = settings(first), settings(second)
    for key in dict.fromkeys([*one, *other]):
        if one.get(key) != other.get(key):
            yield key, one.get(key), other.get(key)
