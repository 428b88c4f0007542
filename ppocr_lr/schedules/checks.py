"""Checks of a schedule's parameters, made once, when the object is made."""

from __future__ import annotations

import math
import operator
from itertools import pairwise
from typing import Any


def _fail(owner: object, name: str, value: object, allowed: str) -> ValueError:
    return ValueError(f"{type(owner).__name__}: {name} must be {allowed}, received {value!r}")


def _set(owner: object, name: str, value: Any) -> None:
    object.__setattr__(owner, name, value)  # the dataclass is frozen; this is its constructor


def iterations(owner: object, *names: str, at_least: int = 1) -> None:
    """Each named attribute must be an integer of at least `at_least`."""
    for name in names:
        value = getattr(owner, name)
        try:
            number = operator.index(value)
        except TypeError:
            number = at_least - 1
        if isinstance(value, bool) or number < at_least:
            raise _fail(owner, name, value, f"an integer of at least {at_least}")
        _set(owner, name, number)


def numbers(
    owner: object, *names: str, above: float = -math.inf, below: float = math.inf, at_least: float = -math.inf
) -> None:
    """Each named attribute must be a finite number inside the given bounds; it becomes a float."""
    for name in names:
        _set(owner, name, number(owner, name, getattr(owner, name), above, below, at_least))


def number(
    owner: object,
    name: str,
    value: object,
    above: float = -math.inf,
    below: float = math.inf,
    at_least: float = -math.inf,
) -> float:
    """`value` as a float, if it is a finite number inside the bounds."""
    bounds = [
        f"{word} {bound:g}"
        for word, bound in (("above", above), ("at least", at_least), ("below", below))
        if math.isfinite(bound)
    ]
    allowed = " ".join(["a finite number", " and ".join(bounds)]).strip()
    if isinstance(value, (bool, str)):
        raise _fail(owner, name, value, allowed)
    try:
        result = float(value)  # type: ignore[arg-type]  # the call itself is the check
    except (TypeError, ValueError, OverflowError):
        raise _fail(owner, name, value, allowed) from None
    if not (math.isfinite(result) and above < result < below and result >= at_least):
        raise _fail(owner, name, value, allowed)
    return result


def rising(owner: object, name: str) -> None:
    """The named attribute must be integers ≥ 0 that never fall; it becomes a tuple."""
    values = getattr(owner, name)
    try:
        steps = tuple(operator.index(value) for value in values)
    except TypeError:
        raise _fail(owner, name, values, "a sequence of integers") from None
    if any(step < 0 for step in steps) or any(a > b for a, b in pairwise(steps)):
        raise _fail(owner, name, values, "integers of at least 0 in rising order")
    _set(owner, name, steps)
