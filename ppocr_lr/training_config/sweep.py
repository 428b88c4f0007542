"""A sweep, `KEY=V1,V2`: one run for every combination of values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

from ppocr_lr.errors import ArgumentError
from ppocr_lr.language import tr
from ppocr_lr.training_config.changes import same
from ppocr_lr.training_config.overrides import Override

MOST_CURVES = 12


def sweep_overrides(sweeps: Iterable[str]) -> list[list[Override]]:
    """The overrides of each combination, in order; one empty combination when there is nothing to sweep.

    A sweep is `KEY=V1,V2,…`; a comma inside brackets does not divide, so `KEY=[1, 2],[3]` has two values.
    A value that is given twice, as `0.001` and `1e-3`, counts once.

    Raises:
        LRConfigError: no `=`, no value, a key in two sweeps, or more than 12 combinations.
    """
    choices: dict[str, list[Override]] = {}
    for sweep in sweeps:
        key, equals, text = sweep.partition("=")
        key = key.strip()
        values = _divided(text)
        if not equals or not key or not all(values):
            raise ArgumentError(
                "sweep", tr("write KEY=V1,V2, as in {example}", example="Optimizer.lr.warmup_epoch=0,2,5"), sweep
            )
        if key in choices:
            raise ArgumentError("sweep", tr("{key} is swept already; write all its values at once", key=key), sweep)
        choices[key] = _different(Override(key, value, "sweep") for value in values)
    count = math.prod(map(len, choices.values()))
    if count > MOST_CURVES:
        said = tr("{count} combinations; a picture holds at most {most} curves", count=count, most=MOST_CURVES)
        raise ArgumentError("sweep", said)
    return [list(combination) for combination in product(*choices.values())]


def _different(overrides: Iterable[Override]) -> list[Override]:
    found: list[tuple[Override, Any]] = []
    for override in overrides:
        if len(found) > MOST_CURVES:  # refused whatever follows, and comparing thousands takes minutes
            found.append((override, None))
            continue
        value = override.value
        if not any(same(value, other) for _, other in found):
            found.append((override, value))
    return [override for override, _ in found]


def _divided(text: str) -> Sequence[str]:
    values, depth = [""], 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        if character == "," and depth == 0:
            values.append("")
        else:
            values[-1] += character
    return [value.strip() for value in values]
