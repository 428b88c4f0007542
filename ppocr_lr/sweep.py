"""`--sweep KEY=V1,V2`: one run for every combination of values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from ppocr_lr.errors import LRConfigError

MOST_CURVES = 12


def sweep_overrides(sweeps: Iterable[str]) -> list[list[str]]:
    """The overrides of each combination, in order; one empty combination when there is nothing to sweep.

    A sweep is `KEY=V1,V2,…`; a comma inside brackets does not divide, so `KEY=[1, 2],[3]` has two values.

    Raises:
        LRConfigError: no `=`, no value, or more than 12 combinations.
    """
    choices = []
    for sweep in sweeps:
        key, equals, text = sweep.partition("=")
        values = _divided(text)
        if not equals or not key.strip() or not all(values):
            raise LRConfigError(f"--sweep {sweep}: write KEY=V1,V2, as in Optimizer.lr.warmup_epoch=0,2,5")
        choices.append([f"{key.strip()}={value}" for value in values])
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > MOST_CURVES:
        raise LRConfigError(f"--sweep: {count} combinations; a picture holds at most {MOST_CURVES} curves")
    return [list(combination) for combination in product(*choices)]


def _divided(text: str) -> Sequence[str]:
    values, depth = [""], 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        if character == "," and depth == 0:
            values.append("")
        else:
            values[-1] += character
    return [value.strip() for value in values]
