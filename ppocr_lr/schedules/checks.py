"""Checks of a schedule's parameters by their annotations, made once, when the object is made."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from ppocr_lr.bounds import in_words, inside, whole
from ppocr_lr.errors import LRConfigError


class Checked:
    """A frozen dataclass that checks its fields against their annotations and makes numbers plain ints and floats."""

    def __post_init__(self) -> None:
        for name, kind in _kinds(type(self)):  # type: ignore[arg-type]  # a class is hashable
            object.__setattr__(self, name, _checked(self, name, getattr(self, name), kind))


def refused(owner: object, name: str, value: object, allowed: str) -> LRConfigError:
    """The error for one of a schedule's parameters."""
    return LRConfigError(f"{type(owner).__name__}: {name} must be {allowed}, received {value!r}")


@cache
def _kinds(cls: Any) -> tuple[tuple[str, Any], ...]:
    """The parameters of a dataclass and their annotations; computed fields are left out."""
    try:
        hints = get_type_hints(cls, include_extras=True)
    except NameError:  # a third party's class, annotated with names imported for type checkers only
        return ()
    return tuple((field.name, hints[field.name]) for field in fields(cls) if field.init)


def _checked(owner: object, name: str, value: Any, kind: Any) -> Any:
    """`value`, checked and converted as its kind demands; an unknown kind accepts anything."""
    if get_origin(kind) is Annotated:
        base, *marks = get_args(kind)
        return (_whole if base is int else _number)(owner, name, value, marks)
    if get_origin(kind) is Literal:
        if value not in (words := get_args(kind)):
            raise refused(owner, name, value, f"{', '.join(map(repr, words[:-1]))} or {words[-1]!r}")
        return value
    if get_origin(kind) is tuple:
        return _tuple(owner, name, value, get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Checked) and not isinstance(value, kind):
        raise TypeError(f"{type(owner).__name__}: {name} must be a {kind.__name__}, received {value!r}")
    return value


def _tuple(owner: object, name: str, value: Any, kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise refused(owner, name, value, "a sequence")
    items = tuple(value)
    if kinds[-1] is ...:
        return tuple(_checked(owner, f"each of {name}", item, kinds[0]) for item in items)
    if len(items) != len(kinds):
        raise refused(owner, name, value, f"{len(kinds)} values")
    return tuple(_checked(owner, name, item, kind) for item, kind in zip(items, kinds, strict=True))


def _whole(owner: object, name: str, value: Any, marks: list[Any]) -> int:
    number = whole(value)
    if number is None or not inside(number, marks):
        raise refused(owner, name, value, f"an integer {in_words(marks, number)}")
    return number


def _number(owner: object, name: str, value: Any, marks: list[Any]) -> float:
    try:
        number = math.nan if isinstance(value, (bool, str)) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not (math.isfinite(number) and inside(number, marks)):
        raise refused(owner, name, value, f"a finite number {in_words(marks)}")
    return number
