"""Bounds of numbers as marks of `annotated_types`: what is inside them, and how people say it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from annotated_types import Ge, Gt, Le, Lt

from ppocr_lr.language import later, tr


class Kind(NamedTuple):
    """A kind of bound."""

    name: str
    """What its limit is called, in the mark and in pydantic's schemas."""
    words: str
    fits: Callable[[Any, Any], bool]
    in_json_schema: str


KINDS: Mapping[type, Kind] = {
    Gt: Kind("gt", later("above"), operator.gt, "exclusiveMinimum"),
    Ge: Kind("ge", later("of at least"), operator.ge, "minimum"),
    Lt: Kind("lt", later("below"), operator.lt, "exclusiveMaximum"),
    Le: Kind("le", later("at most"), operator.le, "maximum"),
}
"""By the mark."""

MAX_COUNT = 2**53
"""Beyond it not every integer is a float. No count comes near it."""


def whole(value: object) -> int | None:
    """`value` as an int if it is an integer, of NumPy too; None for anything else, bools among it."""
    if type(value).__name__ in ("bool", "bool_"):  # Python's and NumPy's
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]  # the call itself is the check
    except TypeError:
        return None


def positive_integer(value: object) -> int:
    """`value`, if it is an integer from 1 to `MAX_COUNT`.

    Raises:
        ValueError: it is not; says what is allowed.
    """
    number = whole(value)
    if number is None or number < 1:
        raise ValueError(tr("a positive integer"))
    if number > MAX_COUNT:
        raise ValueError(tr("a positive integer up to 2^53"))
    return number


def inside(value: float, marks: Iterable[Any]) -> bool:
    """Whether `value` is inside the bounds among `marks`; others say nothing about it."""
    return all(kind.fits(value, limit) for kind, limit in limits(marks))


def in_words(marks: Iterable[Any], value: float | None = None) -> str:
    """`above 0 and below 1`, `from 0 to 1`; empty without bounds. A limit that hardly anybody meets is left out, unless
    `value` does.
    """
    told = [
        (kind.words, "2^53" if limit == MAX_COUNT else f"{limit:g}")
        for kind, limit in limits(marks)
        if limit < MAX_COUNT or not (value is None or kind.fits(value, limit))
    ]
    if [words for words, _ in told] == ["of at least", "at most"]:
        return tr("from {least} to {most}", least=told[0][1], most=told[1][1])
    return tr(" and ").join(f"{tr(words)} {limit}" for words, limit in told)


def beyond(said: str, marks: Iterable[Any], value: float | None) -> str:
    """What is allowed, `said` without such limits, with the one that `value` meets."""
    far = in_words([mark for mark in marks for _, limit in limits([mark]) if limit >= MAX_COUNT], value)
    return tr(", ").join([said, far]) if far else said


def limits(marks: Iterable[Any]) -> Iterator[tuple[Kind, Any]]:
    """The bounds among `marks`, each with its limit."""
    for mark in marks:
        if kind := KINDS.get(type(mark)):
            yield kind, getattr(mark, kind.name)
