"""Checks of a schedule's parameters, made once, when the object is made."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from ppocr_lr.errors import LRConfigError
from ppocr_lr.schedules.base import Schedule

MOST_ITERS = 2**53  # more are not exact in a float, nor are sums of them sure to fit into int64


def refused(owner: object, name: str, value: object, allowed: str) -> LRConfigError:
    """The error for one of a schedule's parameters."""
    return LRConfigError(f"{type(owner).__name__}: {name} must be {allowed}, received {value!r}")


def _set(owner: object, name: str, value: Any) -> None:
    object.__setattr__(owner, name, value)  # the dataclass is frozen; this is its constructor


def iterations(owner: object, *names: str, at_least: int = 1) -> None:
    """Each named attribute must be an integer of at least `at_least`."""
    for name in names:
        _set(owner, name, _whole(owner, name, getattr(owner, name), at_least))


def _whole(owner: object, name: str, value: Any, at_least: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = at_least - 1
    if isinstance(value, bool) or number < at_least:
        raise refused(owner, name, value, f"an integer of at least {at_least}")
    if number > MOST_ITERS:
        raise refused(owner, name, value, "at most 2^53 iterations")
    return number


def numbers(
    owner: object,
    *names: str,
    above: float = -math.inf,
    below: float = math.inf,
    at_least: float = -math.inf,
    at_most: float = math.inf,
) -> None:
    """Each named attribute must be a finite number inside the given bounds; it becomes a float."""
    for name in names:
        _set(owner, name, number(owner, name, getattr(owner, name), above, below, at_least, at_most))


def number(
    owner: object,
    name: str,
    value: object,
    above: float = -math.inf,
    below: float = math.inf,
    at_least: float = -math.inf,
    at_most: float = math.inf,
) -> float:
    """`value` as a float, if it is a finite number inside the bounds."""
    bounds = [
        f"{word} {bound:g}"
        for word, bound in (("above", above), ("at least", at_least), ("below", below), ("at most", at_most))
        if math.isfinite(bound)
    ]
    allowed = " ".join(["a finite number", " and ".join(bounds)]).strip()
    if isinstance(value, (bool, str)):
        raise refused(owner, name, value, allowed)
    try:
        result = float(value)  # type: ignore[arg-type]  # the call itself is the check
    except (TypeError, ValueError, OverflowError):
        raise refused(owner, name, value, allowed) from None
    if not (math.isfinite(result) and above < result < below and at_least <= result <= at_most):
        raise refused(owner, name, value, allowed)
    return result


def choice(owner: object, name: str, allowed: Sequence[str]) -> None:
    """The named attribute must be one of `allowed`."""
    if (value := getattr(owner, name)) not in allowed:
        *others, last = map(repr, allowed)
        raise refused(owner, name, value, f"{', '.join(others)} or {last}")


def schedule(owner: object, name: str, value: object) -> None:
    """`value`, a part of `owner` named `name`, must be a schedule."""
    if not isinstance(value, Schedule):
        raise TypeError(f"{type(owner).__name__}: {name} must be a Schedule, received {value!r}")


def integers(owner: object, name: str, at_least: int) -> None:
    """The named attribute must be one or more integers of at least `at_least`; it becomes a tuple."""
    values = getattr(owner, name)
    if isinstance(values, str) or not isinstance(values, Iterable) or not (items := tuple(values)):
        raise refused(owner, name, values, f"one or more integers of at least {at_least}")
    _set(owner, name, tuple(_whole(owner, f"each of {name}", item, at_least) for item in items))


def rising(owner: object, name: str) -> None:
    """The named attribute must be integers ≥ 0 that never fall; it becomes a tuple."""
    values = getattr(owner, name)
    try:
        steps = tuple(operator.index(value) for value in values)
    except TypeError:
        raise refused(owner, name, values, "a sequence of integers") from None
    if any(step < 0 for step in steps) or any(a > b for a, b in pairwise(steps)):
        raise refused(owner, name, values, "integers of at least 0 in rising order")
    if steps and steps[-1] > MOST_ITERS:
        raise refused(owner, name, values, "at most 2^53 iterations each")
    _set(owner, name, steps)


def stages(owner: object, name: str) -> None:
    """The named attribute must be pairs of a schedule and its iterations, an integer ≥ 1; it becomes a tuple."""
    found = []
    for part, iters in _pairs(owner, name, "pairs of a schedule and its iterations"):
        schedule(owner, f"each schedule of {name}", part)
        found.append((part, _whole(owner, f"each length of {name}", iters, 1)))
    _set(owner, name, tuple(found))


def knots(owner: object, name: str) -> None:
    """The named attribute must be pairs of an update, strictly rising, and its rate; it becomes a tuple."""
    pairs = _pairs(owner, name, "pairs of an update and a rate")
    points = tuple(
        (_whole(owner, f"each update of {name}", step, 0), number(owner, f"each rate of {name}", rate, at_least=0))
        for step, rate in pairs
    )
    if not points or any(a >= b for (a, _), (b, _) in pairwise(points)):
        raise refused(owner, name, pairs, "one or more pairs of an update and a rate, the updates in rising order")
    _set(owner, name, points)


def _pairs(owner: object, name: str, allowed: str) -> tuple[tuple[Any, Any], ...]:
    pairs = getattr(owner, name)
    try:
        return tuple((first, second) for first, second in pairs)
    except (TypeError, ValueError):
        raise refused(owner, name, pairs, allowed) from None
