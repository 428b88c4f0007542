"""Bounds of numbers as marks of `annotated_types`: what is inside them, and how people say it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from annotated_types import Ge, Gt, Le, Lt

_KINDS: dict[type, tuple[str, str, Callable[[Any, Any], bool]]] = {
    Gt: ("gt", "above", operator.gt),
    Ge: ("ge", "at least", operator.ge),
    Lt: ("lt", "below", operator.lt),
    Le: ("le", "at most", operator.le),
}


def inside(value: float, marks: Iterable[Any]) -> bool:
    """Whether `value` is inside the bounds among `marks`; others say nothing about it."""
    return all(fits(value, limit) for limit, _, fits in _bounds(marks))


def in_words(marks: Iterable[Any]) -> str:
    """`above 0 and below 1`; empty without bounds."""
    return " and ".join(f"{words} {limit:g}" for limit, words, _ in _bounds(marks))


def _bounds(marks: Iterable[Any]) -> Iterator[tuple[Any, str, Callable[[Any, Any], bool]]]:
    for mark in marks:
        if type(mark) in _KINDS:
            name, words, fits = _KINDS[type(mark)]
            yield getattr(mark, name), words, fits
