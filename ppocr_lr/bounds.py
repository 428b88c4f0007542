"""Bounds of numbers as marks of `annotated_types`: what is inside them, and how people say it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from annotated_types import Ge, Gt, Le, Lt

from ppocr_lr.language import later, tr

_KINDS: dict[type, tuple[str, str, Callable[[Any, Any], bool]]] = {
    Gt: ("gt", later("above"), operator.gt),
    Ge: ("ge", later("of at least"), operator.ge),
    Lt: ("lt", later("below"), operator.lt),
    Le: ("le", later("at most"), operator.le),
}

MAX_COUNT = 2**53
"""Beyond it not every integer is a float. Nothing that is counted comes near."""


def positive_integer(value: object) -> int:
    """`value`, if it is an integer from 1 to `MAX_COUNT`.

    Raises:
        ValueError: it is not; says what is allowed.
    """
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # the call itself is the check
    except TypeError:
        number = 0
    if isinstance(value, bool) or number < 1:
        raise ValueError(tr("a positive integer"))
    if number > MAX_COUNT:
        raise ValueError(tr("at most 2^53"))
    return number


def inside(value: float, marks: Iterable[Any]) -> bool:
    """Whether `value` is inside the bounds among `marks`; others say nothing about it."""
    return all(fits(value, limit) for limit, _, fits in _bounds(marks))


def in_words(marks: Iterable[Any]) -> str:
    """`above 0 and below 1`, `from 0 to 1`; empty without bounds. Limits that nobody meets are left out."""
    told = [(words, f"{limit:g}") for limit, words, _ in _bounds(marks) if limit < MAX_COUNT]
    if [words for words, _ in told] == ["of at least", "at most"]:
        return tr("from {least} to {most}", least=told[0][1], most=told[1][1])
    return tr(" and ").join(f"{tr(words)} {limit}" for words, limit in told)


def _bounds(marks: Iterable[Any]) -> Iterator[tuple[Any, str, Callable[[Any, Any], bool]]]:
    for mark in marks:
        if type(mark) in _KINDS:
            name, words, fits = _KINDS[type(mark)]
            yield getattr(mark, name), words, fits
